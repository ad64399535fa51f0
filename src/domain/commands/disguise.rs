//! Commands in other clothes: `*#note*` as Gmail writes a bold one, `＃note` of a Japanese keyboard, `# note`, `- #note`,
//! `##note`, `#priority=high`. Whoever wrote such a line did not write it for a customer.

use super::verb::Verb;

/// What a line is without its clothes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Seen {
    /// Emphasis and full-width signs apart, it is this.
    Plain(String),
    /// It is not written as a command, and hardly anything else. One of these was meant.
    Nearly(Vec<Verb>),
}

/// Looks for a command behind whatever stands before its word. A line with nothing but one sign before its word is
/// dressed as commands are, and is not looked at.
pub(super) fn look(line: &str) -> Option<Seen> {
    let bare = without_number(line);
    let at = bare.find(|c: char| half(c).is_alphanumeric())?;
    let (clothes, rest) = bare.split_at(at);
    let clothes: String = clothes.chars().map(half).collect();
    let sign = clothes.chars().rev().find(|c| is_sign(*c))?;
    let end = rest.find(|c: char| !is_letter(half(c)));
    let (word, behind) = rest.split_at(end.unwrap_or(rest.len()));
    let word: String = word.chars().map(half).collect();
    let core: String = clothes.chars().filter(|c| !is_emphasis(*c)).collect();
    if bare.len() == line.len() && core.len() == 1 {
        let plain = undressed(&core, &word, behind, core.len() < clothes.len());
        return (!word.is_empty() && plain != line).then_some(Seen::Plain(plain));
    }
    // `./close`, `</close>` and `https://` are none of ours.
    let path = clothes.contains(['.', ':', '<', '~', '\\']);
    if sign == '/' && !clothes.contains(['#', '@']) && path {
        return None;
    }
    let whole = format!("{word}{behind}");
    let (word, behind) = apart(&word, behind, &whole);
    let verbs = Verb::find(word);
    let spaced = clothes.ends_with(char::is_whitespace);
    if word.is_empty() || verbs.is_empty() || spaced && !Verb::is_whole(word) {
        return None;
    }
    (behind.is_empty() || behind.starts_with(char::is_whitespace) || ends(word, behind, sign))
        .then_some(Seen::Nearly(verbs))
}

/// A word and what stands behind it. Dashes at its end belong to what follows, if a verb is left: `#assign->bob`.
pub(super) fn apart<'a>(word: &'a str, behind: &'a str, whole: &'a str) -> (&'a str, &'a str) {
    let short = word.trim_end_matches(['-', '_']);
    match whole.get(short.len()..) {
        Some(behind) if short.len() < word.len() && !Verb::find(short).is_empty() => {
            (short, behind)
        }
        _ => (word, behind),
    }
}

/// Whether a verb ends where something other than a blank follows it: `#resolve.`, `#priority=high`, `#merge12`, but not
/// `/close/the/door`, `@cc@acme.test`, `#c++`.
pub(super) fn ends(word: &str, behind: &str, sign: char) -> bool {
    let verbs = Verb::find(word);
    let mut next = behind.chars();
    let (first, second) = (next.next(), next.next());
    let Some(first) = first.filter(|_| !verbs.is_empty()) else {
        return false;
    };
    if matches!(first, '.' | ',' | ';' | '!') {
        return sign == '#' || first != '.' || !second.is_some_and(char::is_alphanumeric);
    }
    let clear = Verb::is_whole(word) || verbs.len() == 1 && word.len() >= 3;
    clear
        && if first.is_alphanumeric() {
            first.is_ascii_digit() && Verb::is_whole(word)
        } else {
            sign == '#' || first != sign
        }
}

/// The line without emphasis around the command or around all of it.
fn undressed(sign: &str, word: &str, behind: &str, emphatic: bool) -> String {
    let short = word.trim_end_matches('_');
    let word = if emphatic { short } else { word };
    let behind = match behind.strip_prefix('：') {
        Some(rest) => format!(":{rest}"),
        None => behind.to_owned(),
    };
    let open = behind.trim_start_matches(is_emphasis);
    let behind = if !emphatic {
        behind.as_str()
    } else if open.len() < behind.len() {
        open
    } else {
        behind.trim_end_matches(is_emphasis)
    };
    format!("{sign}{word}{behind}")
}

/// A line without the number of a list before it.
fn without_number(line: &str) -> &str {
    let Some((number, rest)) = line.split_once(['.', ')']) else {
        return line;
    };
    let number = number.trim_start_matches('(');
    let short = (1..=3).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit())
        || number.len() == 1 && number.bytes().all(|b| b.is_ascii_alphabetic());
    if short && rest.starts_with(char::is_whitespace) {
        rest.trim_start()
    } else {
        line
    }
}

/// Full-width and other wide forms as their plain ones.
fn half(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{fe5f}' | '♯' => '#',
        '\u{fe6b}' => '@',
        c => c,
    }
}

const fn is_sign(c: char) -> bool {
    matches!(c, '#' | '@' | '/')
}

const fn is_letter(c: char) -> bool {
    c.is_ascii_alphabetic() || matches!(c, '_' | '-')
}

/// What marks bold, italic and code, and the rest of a sign that was typed as a picture.
const fn is_emphasis(c: char) -> bool {
    matches!(c, '*' | '_' | '`' | '\u{fe0f}' | '\u{20e3}')
}
