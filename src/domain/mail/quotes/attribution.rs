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
        r"(?i)\b(wrote|writes|schrieb(en)?|schreibt|geschrieben|(a|à) écrit|ecrit|écrit|escribi(ó|o)|ha escrito|va escriure|escreveu|ha scritto|scritto|scrive|scriveva|schreef|schrijft|heeft .{0,60} geschreven|skrev|skreiv|skrifaði|kirjoitti|kirjutas|napisa[łl](a|\(a\)|/a)?|napsala?|napísala?|napisao|napisala|je napisa[ol]|piše|написала?|пише(т|те)?|írta|yazdı|yazmış|έγραψε|a scris|rakstīja|rašė|parašė|đã viết|menulis|pisze|via)\b|写道|寫道|写到|のメール|さんが書|さんは書|书写|書きました|작성|님이|כתב|كتب|เขียน|napisał\(a\)",
    )
    .ok()
});

/// How an introduction begins.
static OPENING: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)^[\s>*_]*((on|at|le|am|um|op|em|en|el|il|a|den|dne|dana|w dniu|v|tarihinde|dnia|la data|στις|vào|pada|päivänä|kl|date|at|в|у|z|mensagem|quoting|citando|begin forwarded) |\d{1,4}[-./年]|\d{4}|(mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so|lun|mar|mer|jeu|ven|sam|dim|vie|sáb|dom|ma|to|ke|pe|la|su|pon|wt|śr|czw|pt|sob|пн|вт|ср|чт|пт|сб|вс)[a-zà-ÿ]*[,. ]|在|於)",
    )
    .ok()
});

/// A date or a time of day.
static MOMENT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"\b\d{1,2}[:.h]\d{2}\b|\b(19|20)\d{2}\b|\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b|\d年|\d月",
    )
    .ok()
});

/// The introduction that begins at this line: its last line.
pub(super) fn starting(lines: &[Line<'_>], at: usize) -> Option<usize> {
    let first = lines.get(at)?;
    if first.is_blank()
        || first.is_quoted()
        || !matches(&OPENING, first.text) && !first.text.trim_end().ends_with([':', '：'])
    {
        return None;
    }
    let mut joined = String::new();
    for (index, line) in lines.iter().enumerate().skip(at).take(MAX_LINES) {
        if line.is_blank() || line.is_quoted() && index > at {
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

/// The introduction that ends just before this line (blank lines between): its first line.
pub(super) fn before(lines: &[Line<'_>], at: usize) -> Option<usize> {
    let last = (0..at)
        .rev()
        .take(3)
        .find(|&index| lines.get(index).is_some_and(|line| !line.is_blank()))?;
    (last.saturating_sub(MAX_LINES - 1)..=last)
        .find(|&first| starting(lines, first) == Some(last))
        .or_else(|| {
            let text = lines.get(last)?.text.trim();
            let short = text.len() <= MAX_BYTES && text.ends_with([':', '：']);
            (short && (matches(&VERB, text) || text.contains('@') && matches(&MOMENT, text)))
                .then_some(last)
        })
}

/// Whether a joined line introduces a quote: it ends with a colon, says who or when, and that they wrote.
fn is_attribution(joined: &str) -> bool {
    let text = joined.trim_end_matches(['*', '_', ' ', '\u{a0}']);
    if !text.ends_with([':', '：']) {
        return false;
    }
    let dated = matches(&MOMENT, text);
    let addressed = text.contains('@');
    (dated || addressed) && matches(&VERB, text) && matches(&OPENING, text)
        || dated && addressed && matches(&OPENING, text)
}

fn matches(regex: &LazyLock<Option<Regex>>, text: &str) -> bool {
    regex.as_ref().is_some_and(|regex| regex.is_match(text))
}
