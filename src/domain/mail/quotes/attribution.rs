//! The line that introduces a quote: "On Monday, Ada wrote:", in the languages of the larger mail programs.

use std::sync::LazyLock;

use regex::Regex;

use super::lines::Line;

/// An introduction is at most this many lines long: programs wrap it.
const MAX_LINES: usize = 4;
/// And at most this many bytes.
const MAX_BYTES: usize = 400;

/// Words that say that somebody wrote something.
static VERB: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)(?:^|[^\p{L}])(wrote|writes|schrieb(en)?|schreibt|geschrieben|(a|à) écrit|ecrit|écrit|escribi(ó|o)|ha escrito|va escriure|escreveu|ha scritto|scritto|scrive|scriveva|schreef|schrijft|heeft .{0,60} geschreven|skrev|skreiv|skrifaði|kirjoitti|kirjutas|napisa[łl](a|\(a\)|/a)?|napsala?|napísala?|napisao|napisala|je napisa[ol]|piše|написала?|пише(т|те)?|írta|yazdı|yazmış|έγραψε|a scris|rakstīja|rašė|parašė|đã viết|menulis|pisze|via)(?:[^\p{L}]|$)|写道|寫道|写到|のメール|さんが書|さんは書|书写|書きました|작성|님이|כתב|كتب|เขียน|napisał\(a\)",
    )
    .ok()
});

/// How an introduction begins: with a preposition, a date, a time, or a word before a day.
static OPENING: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)^[\s>*_-]*((on|at|le|am|um|op|em|en|el|il|a|den|dne|dana|w dniu|v|tarihinde|dnia|la data|in data|στις|vào|pada|päivänä|kl|date|в|у|z|quoting|citando|zitat von) |\d{1,4}[-./年:]|\d{1,2} \p{L}|\d{4}|\p{L}{2,12}[.,]* (the )?(\p{L}{2,12}[.,]* )?\d{1,2}|在|於)",
    )
    .ok()
});

/// `Ada <ada@acme.test> wrote:` without a date.
static NAMED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)^[^:<>]{1,80}<[^\s<>]+@[^\s<>]+>,? (wrote|writes|schrieb|a écrit|escribió|escreveu|ha scritto|schreef|skrev|napisał|написал) ?:$").ok()
});

/// A verb at the end, where a colon is missing.
static ENDING: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)(?:^|[^\p{L}])(wrote|schrieb|a écrit|escribió|escreveu|ha scritto|schreef|skrev|napisał|написал)$").ok()
});

/// A date or a time of day.
static MOMENT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?-u:\b)[0-9]{1,2}[:.h][0-9]{2}(?-u:\b)|(?-u:\b)(19|20)[0-9]{2}(?-u:\b)|(?-u:\b)[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{2,4}(?-u:\b)|[0-9]年|[0-9]月",
    )
    .ok()
});

/// The introduction that begins at this line: its last line.
pub(super) fn starting(lines: &[Line<'_>], at: usize) -> Option<usize> {
    let first = lines.get(at)?;
    // Most lines are not even near one that could end an introduction; only the others are looked at.
    if !lines
        .iter()
        .skip(at)
        .take(MAX_LINES)
        .any(|line| could_end(line.text))
    {
        return None;
    }
    if first.is_blank()
        || first.is_quoted()
        || !matches(&OPENING, first.text) && !first.text.trim_end().ends_with([':', '：'])
    {
        return None;
    }
    let mut joined = String::new();
    for (index, line) in lines.iter().enumerate().skip(at).take(MAX_LINES) {
        if line.is_blank() || line.is_quoted() && !is_wrapped_end(line.text) {
            return None;
        }
        if !joined.is_empty() {
            joined.push(' ');
        }
        joined.push_str(line.text.trim());
        if joined.len() > MAX_BYTES {
            return None;
        }
        if is_attribution(&joined) {
            return Some(index);
        }
    }
    None
}

/// Whether an introduction could end here: with a colon, or beside an address.
fn could_end(text: &str) -> bool {
    let text = text.trim_end_matches(['*', '_', '-', ' ', '\u{a0}', '\r']);
    text.ends_with([':', '：']) || text.contains('@')
}

/// The end of an introduction that was wrapped after the address: `>:` or `> wrote:`.
fn is_wrapped_end(text: &str) -> bool {
    let rest = text.trim().trim_start_matches('>').trim();
    rest == ":"
        || rest.len() < 30
            && rest.ends_with(':')
            && matches(&VERB, rest)
            && rest.split(' ').count() <= 2
}

/// The introduction that ends just before this line (blank lines between): its first line.
pub(super) fn before(lines: &[Line<'_>], at: usize) -> Option<usize> {
    let last = (0..at)
        .rev()
        .take(3)
        .find(|&index| lines.get(index).is_some_and(|line| !line.is_blank()))?;
    (last.saturating_sub(MAX_LINES - 1)..=last)
        .find(|&first| starting(lines, first).is_some_and(|end| end >= last))
        .or_else(|| {
            let text = lines.get(last)?.text.trim();
            let short = text.len() <= MAX_BYTES && text.ends_with([':', '：']);
            (short && (matches(&VERB, text) || text.contains('@') && matches(&MOMENT, text)))
                .then_some(last)
        })
}

/// Whether a joined line introduces a quote. It says who or when, and that they wrote, or it is nothing but
/// a date and an address; it ends with a colon, or with the verb.
fn is_attribution(joined: &str) -> bool {
    let text = joined.trim_end_matches(['*', '_', '-', ' ', '\u{a0}']);
    let dated = matches(&MOMENT, text);
    let addressed = text.contains('@');
    if !(dated || addressed) {
        return false;
    }
    if !text.ends_with([':', '：']) {
        return dated && addressed && matches(&ENDING, text) && matches(&OPENING, text);
    }
    let bare = dated && addressed;
    if bare
        && text
            .trim_end_matches([':', '：', ' '])
            .ends_with(['>', ')', ']'])
        && joined.len() < 200
    {
        return true;
    }
    matches(&OPENING, text) && (bare || matches(&VERB, text)) || addressed && matches(&NAMED, text)
}

fn matches(regex: &LazyLock<Option<Regex>>, text: &str) -> bool {
    regex.as_ref().is_some_and(|regex| regex.is_match(text))
}
