//! The line that introduces a quote: "On Monday, Ada wrote:", in the languages of the larger mail programs.

use std::sync::LazyLock;

use regex::Regex;

use super::lines::Line;

/// An introduction is at most this many lines long: programs wrap it.
const MAX_LINES: usize = 4;
/// And at most this many bytes.
const MAX_BYTES: usize = 400;
/// One that does not begin as introductions do (a name comes first) is shorter.
const MAX_UNUSUAL: usize = 260;

/// Words that say that somebody wrote something.
const VERBS: &str = r"wrote|writes|sent|schrieb(?:en)?|schreibt|geschrieben|(?:a|à) écrit|ecrit|écrit|écrivait|escribi(?:ó|o|u)|ha escrito|va escriure|escreveu|ha scritto|scritto|scrive|scriveva|schreef|schrijft|heeft .{0,60} geschreven|skrev|skreiv|skrifaði|kirjoitti|kirjutas|napisa[łl](?:a|\(a\)|/a)?|pisze|napsala?|napísala?|napisao|napisala|je napisa[ol]|piše|напис(?:ал|ала|ав|а|ао|аў)|пише(?:т|те)?|пишет|írta|yazdı|yazmış|έγραψε|a scris|rakstīja|rašė|parašė|đã viết|menulis(?: berikut)?";

/// The same in scripts that put no blanks between words, or other letters around them.
const VERBS_ELSEWHERE: &str = r"写道|寫道|写到|のメール|さんが書|さんは書|は書きました|书写|書きました|작성|님이|님의 말|כתב|كتب|بواسطة|نوشت|เขียน|ने लिखा|מאת";

static VERB: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(&format!(
        r"(?i)(?:^|[^\p{{L}}])(?:{VERBS})(?:[^\p{{L}}]|$)|{VERBS_ELSEWHERE}"
    ))
    .ok()
});

/// A verb at the end, where a colon is missing.
static ENDING: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(&format!(r"(?i)(?:^|[^\p{{L}}])(?:{VERBS})$|写道$|寫道$")).ok());

/// `Ada schrieb am 2. November`: the verb, and directly behind it when.
static WROTE_ON: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(&format!(
        r"(?i)^[^:]{{1,80}}[^\p{{L}}](?:{VERBS}),? (?:(?:on|at|am|le|el|il|em|op|den|dne|dnia|w dniu|в|у|la data|the|ezt|het volgende op) |\(|\d)"
    ))
    .ok()
});

/// How an introduction begins: with a preposition, a date, a time, or a word before a day.
static OPENING: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)^[\s>*_|-]*(?:(?:on|at|le|am|um|op|em|en|el|il|a|à|den|dne|dňa|dana|w dniu|v|tarihinde|dnia|la data|in data|în|στις|vào|pada|päivänä|kl|på|date|в|у|z|no dia|na|dia|del|em data|si|ngày|בתאריך|ב|في|בתאריך יום|missatge de|mensaje de|quoting|citando|zitat von) |\d{1,4}[-./年년:]|\d{1,2} \p{L}|\d{4}|\p{L}{2,12}[.,]* (?:the )?(?:\p{L}{2,12}[.,]* )?\d{1,2}|在|於|于)",
    )
    .ok()
});

/// `Ada <ada@acme.test> wrote:` without a date.
static NAMED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(&format!(
        r"(?i)^[^:<>]{{1,80}}<[^\s<>]+@[^\s<>]+>,? (?:via .{{1,40}} )?(?:{VERBS}) ?:$"
    ))
    .ok()
});

/// `Quoting Ada <ada@acme.test>:` of webmail programs.
static QUOTING: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)^(?:quoting|zitat von|zitiere|citando a?|citat av|citerar|citaat van|cytat|citation de|цитирую) [^:]{1,80}:$").ok()
});

/// A date or a time of day.
static MOMENT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?:^|\D)\d{1,2} ?[:.h]\d{2}(?:\D|$)|(?:^|\D)(?:19|20)\d{2}(?:\D|$)|(?:^|\D)\d{1,2}[./-] ?\d{1,2}[./-] ?\d{2,4}(?:\D|$)|\d[年月년월]|(?i:\d ?[ap]\.?m(?:\W|$))|[٠-٩]{4}",
    )
    .ok()
});

/// The introduction that begins at this line: its last line.
pub(super) fn starting(lines: &[Line<'_>], at: usize) -> Option<usize> {
    let first = lines.get(at)?;
    // Most lines are not even near one that could end an introduction; only the others are looked at.
    if first.is_blank()
        || first.is_quoted()
        || !lines
            .iter()
            .skip(at)
            .take(MAX_LINES)
            .any(|line| could_end(line.text))
    {
        return None;
    }
    let usual = matches(&OPENING, first.text);
    if !usual && !begins_paragraph(lines, at) {
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
        if joined.len() > MAX_BYTES || !usual && joined.len() > MAX_UNUSUAL {
            return None;
        }
        if is_attribution(&joined) || is_bare(&joined) && quoted_next(lines, index) {
            return (!begins_later(lines, at, index)).then_some(index);
        }
    }
    None
}

/// Whether the introduction that ends at `last` begins below `at`, where a sentence stands.
fn begins_later(lines: &[Line<'_>], at: usize, last: usize) -> bool {
    let sentence = lines
        .get(at)
        .map(|line| line.text.trim_end())
        .is_some_and(|text| !is_dated(text) || text.ends_with(['.', '!', '?', '。']));
    sentence && (at + 1..=last).any(|next| starting(lines, next) == Some(last))
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
            let text = trimmed(lines.get(last)?.text);
            let short = text.len() <= MAX_BYTES && text.ends_with([':', '：']);
            (short && (matches(&VERB, text) || text.contains('@') && is_dated(text)))
                .then_some(last)
        })
}

/// Whether a text names a date or a time of day.
pub(super) fn is_dated(text: &str) -> bool {
    matches(&MOMENT, text)
}

/// Whether an introduction could end here: with a colon or dashes, or beside an address.
fn could_end(text: &str) -> bool {
    let plain = trimmed(text);
    plain.ends_with([':', '：']) || text.contains('@') || plain.len() < text.trim_end().len()
}

fn begins_paragraph(lines: &[Line<'_>], at: usize) -> bool {
    at.checked_sub(1)
        .and_then(|before| lines.get(before))
        .is_none_or(|line| line.is_blank() || line.is_quoted())
}

/// Whether the next line with text is a quoted one.
fn quoted_next(lines: &[Line<'_>], at: usize) -> bool {
    lines
        .iter()
        .skip(at + 1)
        .take(3)
        .find(|line| !line.is_blank())
        .is_some_and(Line::is_quoted)
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

/// Whether a joined line introduces a quote. It says who or when, and that they wrote, or it is nothing but
/// a date and an address; it ends with a colon, or with the verb.
fn is_attribution(joined: &str) -> bool {
    let text = trimmed(joined);
    let dated = is_dated(text);
    let addressed = text.contains('@');
    if !text.ends_with([':', '：']) {
        return matches(&ENDING, text)
            && (dated && addressed && matches(&OPENING, text) || is_between_dashes(joined));
    }
    if matches(&QUOTING, text) {
        return true;
    }
    if !(dated || addressed) {
        return false;
    }
    let bare = dated && addressed;
    let ends_with_address = || {
        text.trim_end_matches([':', '：', ' '])
            .ends_with(['>', ')', ']'])
    };
    if bare && joined.len() < 200 && ends_with_address() {
        return true;
    }
    let wrote = matches(&VERB, text);
    matches(&OPENING, text) && (bare || wrote)
        || bare && wrote
        || dated && matches(&WROTE_ON, text)
        || addressed && matches(&NAMED, text)
}

/// `2026/11/2 Ada <ada@acme.test>`: counts only where quoted lines follow.
fn is_bare(joined: &str) -> bool {
    let text = joined.trim_end();
    text.ends_with('>')
        && text.contains('@')
        && text.len() < 160
        && text.starts_with(|c: char| c.is_ascii_digit())
        && is_dated(text)
}

/// `---- Ada wrote ----`
fn is_between_dashes(joined: &str) -> bool {
    joined.len() < 200
        && joined.trim_start().starts_with("---")
        && joined.trim_end().ends_with("---")
}

/// A line without the marks of emphasis and direction at its ends.
fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| {
        c.is_whitespace()
            || matches!(
                c,
                '*' | '_' | '-' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'
            )
    })
}

fn matches(regex: &LazyLock<Option<Regex>>, text: &str) -> bool {
    regex.as_ref().is_some_and(|regex| regex.is_match(text))
}
