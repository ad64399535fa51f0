//! The Authentication-Results header, RFC 8601 section 2.2.

/// One header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Results {
    /// Who says so; None where the header begins with a result at once.
    pub id: Option<String>,
    pub infos: Vec<Resinfo>,
}

/// One result: `dkim=pass header.d=acme.test`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Resinfo {
    /// In lower case.
    pub method: String,
    /// In lower case.
    pub result: String,
    /// None stands for a value that cannot be read without doubt.
    properties: Vec<(String, Option<Value>)>,
}

impl Resinfo {
    /// What a property is about, a domain or that of an address.
    pub fn about(&self, name: &str) -> About {
        let mut all = self
            .properties
            .iter()
            .filter(|(known, _)| known == name)
            .map(|(_, value)| value.as_ref().and_then(Value::domain));
        let Some(first) = all.next() else {
            return About::Nothing;
        };
        match first.filter(|first| all.all(|other| other.as_ref() == Some(first))) {
            Some(domain) => About::Domain(domain),
            None => About::Doubt,
        }
    }
}

/// What a property says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum About {
    /// The property is not there.
    Nothing,
    /// It is there, but its value is none, or several, or stands among words that belong to nothing.
    Doubt,
    /// It is about this domain, in lower case.
    Domain(String),
}

#[derive(Debug, PartialEq, Eq)]
enum Token {
    Text(Value),
    Semicolon,
    Equals,
}

/// A word, a quoted string, or both without a blank between them: `"x y"@acme.test`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Value {
    /// Without its quotes and escapes.
    text: String,
    /// Where in `text` the domain begins: behind the last `@` outside quotes.
    behind_at: Option<usize>,
    /// How many of the pieces are words, and how many quoted strings.
    words: usize,
    quoted: usize,
}

impl Value {
    fn push(&mut self, c: char) {
        self.words = self.words.max(1);
        self.text.push(c);
        if c == '@' {
            self.behind_at = Some(self.text.len());
        }
    }

    /// The value as a domain, or the domain of the address that it is. An `@` inside the quotes of a local part
    /// belongs to the local part (RFC 5321 section 4.1.2): `"x@agents.test"@evil.test` is of evil.test.
    fn domain(&self) -> Option<String> {
        let domain = match self.behind_at {
            Some(at) => self.text.get(at..)?.to_owned(),
            // Quoted as a whole: what is inside is the value, and may have quotes itself.
            None if self.words == 0 && self.quoted == 1 && self.text.contains(['@', '"']) => {
                let inner = tokens(&self.text)?;
                let [Token::Text(inner)] = inner.as_slice() else {
                    return None;
                };
                inner.text.get(inner.behind_at?..)?.to_owned()
            }
            None => self.text.clone(),
        };
        let domain = domain.trim_end_matches('.');
        let fits = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
        let is_domain = !domain.is_empty() && domain.chars().all(fits);
        is_domain.then(|| domain.to_ascii_lowercase())
    }
}

impl Results {
    /// Reads a header's value; None if it is not version 1 or not of this form.
    pub fn read(value: &str) -> Option<Self> {
        let tokens = tokens(value)?;
        let mut groups = tokens.split(|token| *token == Token::Semicolon);
        let head = groups.next()?;
        let mut results = Self {
            id: None,
            infos: Vec::new(),
        };
        match head {
            [Token::Text(id)] => results.id = Some(id.text.clone()),
            [Token::Text(id), Token::Text(version)] => {
                if version.text != "1" {
                    return None;
                }
                results.id = Some(id.text.clone());
            }
            // No authserv-id: the first group is a result already.
            [Token::Text(_), Token::Equals, ..] => results.infos.extend(resinfo(head)),
            _ => return None,
        }
        // A server's name is a word or one quoted string, never pieces of both (RFC 8601 section 2.2).
        if let (Some(_), Some(Token::Text(id))) = (&results.id, head.first())
            && id.words + id.quoted > 1
        {
            return None;
        }
        results.infos.extend(groups.filter_map(resinfo));
        Some(results)
    }
}

fn resinfo(group: &[Token]) -> Option<Resinfo> {
    let [
        Token::Text(method),
        Token::Equals,
        Token::Text(result),
        rest @ ..,
    ] = group
    else {
        return None;
    };
    // `dkim/1=pass`: a method may have a version, and only the first is known.
    let (method, version) = method.text.split_once('/').unwrap_or((&method.text, "1"));
    if version.trim() != "1" {
        return None;
    }
    let mut properties: Vec<(String, Option<Value>)> = Vec::new();
    let mut rest = rest;
    while let [first, after @ ..] = rest {
        rest = match (first, after) {
            (Token::Text(name), [Token::Equals, Token::Text(value), after @ ..]) => {
                properties.push((name.text.to_ascii_lowercase(), Some(value.clone())));
                after
            }
            (Token::Text(name), [Token::Equals, after @ ..]) => {
                properties.push((name.text.to_ascii_lowercase(), None));
                after
            }
            _ => {
                // Words that belong to nothing: whoever wrote the value before did not quote it.
                if let Some((_, value)) = properties.last_mut() {
                    *value = None;
                }
                after
            }
        };
    }
    Some(Resinfo {
        method: method.to_ascii_lowercase(),
        result: result.text.to_ascii_lowercase(),
        properties,
    })
}

/// Texts, `;` and `=`; blanks and comments (nested, with escapes) part them. None where a quote or a comment does not
/// end, or a quotation mark stands alone in a comment: then something was copied into it that was not meant to be there.
fn tokens(value: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut text: Option<Value> = None;
    let mut characters = value.chars();
    while let Some(c) = characters.next() {
        match c {
            '(' => {
                tokens.extend(text.take().map(Token::Text));
                skip_comment(&mut characters)?;
            }
            '"' => {
                let text = text.get_or_insert_default();
                text.quoted += 1;
                loop {
                    match characters.next()? {
                        '"' => break,
                        '\\' => text.text.push(characters.next()?),
                        c => text.text.push(c),
                    }
                }
            }
            ';' => {
                tokens.extend(text.take().map(Token::Text));
                tokens.push(Token::Semicolon);
            }
            // A value may hold `=` itself (`header.b=ab=`); only the first one after a name parts.
            '=' if text.is_none() || tokens.last() != Some(&Token::Equals) => {
                tokens.extend(text.take().map(Token::Text));
                tokens.push(Token::Equals);
            }
            c if c.is_whitespace() => tokens.extend(text.take().map(Token::Text)),
            c => text.get_or_insert_default().push(c),
        }
    }
    tokens.extend(text.map(Token::Text));
    Some(tokens)
}

/// Goes behind the end of a comment.
fn skip_comment(characters: &mut std::str::Chars<'_>) -> Option<()> {
    let (mut depth, mut quotes) = (1_usize, 0_usize);
    while depth > 0 {
        match characters.next()? {
            '\\' => drop(characters.next()),
            '(' => depth += 1,
            ')' => depth -= 1,
            '"' => quotes += 1,
            _ => {}
        }
    }
    (quotes % 2 == 0).then_some(())
}
