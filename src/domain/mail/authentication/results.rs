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
    properties: Vec<(String, String)>,
}

impl Resinfo {
    /// A property, `header.from`; with several the first one counts.
    pub fn property(&self, name: &str) -> Option<&str> {
        self.properties
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Token {
    Word(String),
    Quoted(String),
    Semicolon,
    Equals,
}

impl Results {
    /// Reads a header's value; None if it is not version 1 or not of this form.
    pub fn read(value: &str) -> Option<Self> {
        let tokens = tokens(value);
        let mut groups = tokens.split(|token| *token == Token::Semicolon);
        let head = groups.next()?;
        let mut results = Self {
            id: None,
            infos: Vec::new(),
        };
        match head {
            [Token::Word(id) | Token::Quoted(id)] => results.id = Some(id.clone()),
            [Token::Word(id) | Token::Quoted(id), Token::Word(version)] => {
                if version != "1" {
                    return None;
                }
                results.id = Some(id.clone());
            }
            // No authserv-id: the first group is a result already.
            [Token::Word(_), Token::Equals, ..] => results.infos.extend(resinfo(head)),
            _ => return None,
        }
        results.infos.extend(groups.filter_map(resinfo));
        Some(results)
    }
}

fn resinfo(group: &[Token]) -> Option<Resinfo> {
    let [
        Token::Word(method),
        Token::Equals,
        Token::Word(result),
        rest @ ..,
    ] = group
    else {
        return None;
    };
    // `dkim/1=pass`: a method may have a version, and only the first is known.
    let (method, version) = method.split_once('/').unwrap_or((method, "1"));
    if version.trim() != "1" {
        return None;
    }
    let mut properties = Vec::new();
    let mut rest = rest;
    while let [first, after @ ..] = rest {
        if let (
            Token::Word(name),
            [
                Token::Equals,
                Token::Word(value) | Token::Quoted(value),
                after @ ..,
            ],
        ) = (first, after)
        {
            properties.push((name.to_ascii_lowercase(), value.clone()));
            rest = after;
        } else {
            rest = after;
        }
    }
    Some(Resinfo {
        method: method.to_ascii_lowercase(),
        result: result.to_ascii_lowercase(),
        properties,
    })
}

/// Words, quoted strings, `;` and `=`; blanks and comments (nested, with escapes) part them.
fn tokens(value: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut word = String::new();
    let mut characters = value.chars().peekable();
    let flush = |word: &mut String, tokens: &mut Vec<Token>| {
        if !word.is_empty() {
            tokens.push(Token::Word(std::mem::take(word)));
        }
    };
    while let Some(c) = characters.next() {
        match c {
            '(' => {
                flush(&mut word, &mut tokens);
                let mut depth = 1_usize;
                while let Some(c) = characters.next() {
                    match c {
                        '\\' => drop(characters.next()),
                        '(' => depth += 1,
                        ')' => depth -= 1,
                        _ => {}
                    }
                    if depth == 0 {
                        break;
                    }
                }
            }
            '"' => {
                flush(&mut word, &mut tokens);
                let mut quoted = String::new();
                while let Some(c) = characters.next() {
                    match c {
                        '"' => break,
                        '\\' => quoted.extend(characters.next()),
                        c => quoted.push(c),
                    }
                }
                tokens.push(Token::Quoted(quoted));
            }
            ';' => {
                flush(&mut word, &mut tokens);
                tokens.push(Token::Semicolon);
            }
            // A value may hold `=` itself (`header.b=ab=`); only the first one after a name parts.
            '=' if word.is_empty() || tokens.last() != Some(&Token::Equals) => {
                flush(&mut word, &mut tokens);
                tokens.push(Token::Equals);
            }
            c if c.is_whitespace() => flush(&mut word, &mut tokens),
            c => word.push(c),
        }
    }
    flush(&mut word, &mut tokens);
    tokens
}
