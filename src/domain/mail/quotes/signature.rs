//! The lines below every mail of a person.

use std::sync::LazyLock;

use regex::Regex;

use super::lines::Line;
use crate::domain::mail::fold::FoldKind;

/// A signature longer than this is text that somebody put below a line of dashes.
const MAX_LINES: usize = 20;

/// Lines, blank ones included, in which a signature is looked for.
const MAX_RANGE: usize = 200;

/// "Sent from my phone" in the languages in which phones say so.
static DEVICE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)^\s*[*_]?(sent (from|via|with|by) |get outlook for |von meinem .{1,60} gesendet|gesendet (von|mit) |envoyé (de|depuis|à partir) |enviado (desde|do|de|a partir) |inviato da(l)? |verzonden (vanaf|met|via) |verstuurd vanaf |skickat från |sendt fra |lähetetty |wysłane z |odesláno z |отправлено (с|из) |надіслано з |从我的.{1,20}发送|发自我的|iphoneから送信|나의 .{1,30}에서 보냄)",
    )
    .ok()
});

/// Folds signatures in what is still visible, from below: what a signature begins, the next fold or the end
/// of the text ends.
pub(super) fn fold(lines: &[Line<'_>], kinds: &mut [Option<FoldKind>]) {
    let mut end = lines.len();
    for (at, line) in lines.iter().enumerate().rev() {
        if kinds.get(at) != Some(&None) {
            end = at;
            continue;
        }
        let below = |most: usize| visible(lines, kinds, at + 1, end) <= most;
        let begins = is_delimiter(line.text) && below(MAX_LINES)
            || line.text.len() < 120 && is_device(line.text) && below(2)
            || is_rule(line.text) && end == lines.len() && below(6)
            // A lone sign below the text: a tracker's mark.
            || line.text.trim() == "ᐧ";
        if begins {
            super::fill(kinds, at..end, FoldKind::Signature);
            end = at;
        }
    }
}

/// `-- ` (RFC 3676 section 4.3) and what programs make of it.
fn is_delimiter(text: &str) -> bool {
    matches!(text.trim_end(), "--" | "—" | "––" | "--=20") && !text.starts_with(' ')
}

/// The line above the footer of a mailing list.
fn is_rule(text: &str) -> bool {
    let text = text.trim_end();
    text.len() >= 2 && text.bytes().all(|byte| byte == b'_')
}

fn is_device(text: &str) -> bool {
    DEVICE.as_ref().is_some_and(|regex| regex.is_match(text))
}

/// The lines with text in a range; many if the range is long.
fn visible(lines: &[Line<'_>], kinds: &[Option<FoldKind>], from: usize, to: usize) -> usize {
    if to.saturating_sub(from) > MAX_RANGE {
        return usize::MAX;
    }
    let range = lines.iter().zip(kinds).take(to).skip(from);
    range
        .filter(|(line, kind)| kind.is_none() && !line.is_blank())
        .count()
}
