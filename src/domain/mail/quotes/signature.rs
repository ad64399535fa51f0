//! The lines below every mail of a person.

use std::sync::LazyLock;

use regex::Regex;

use super::lines::Line;
use crate::domain::mail::fold::FoldKind;

/// A signature longer than this is text that somebody put below a line of dashes.
const MAX_LINES: usize = 20;

/// "Sent from my phone" in the languages in which phones say so.
static DEVICE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)^\s*[*_]?(sent (from|via|with|by) |get outlook for |von meinem .{1,60} gesendet|gesendet (von|mit) |envoyé (de|depuis|à partir) |enviado (desde|do|de|a partir) |inviato da(l)? |verzonden (vanaf|met|via) |verstuurd vanaf |skickat från |sendt fra |lähetetty |wysłane z |odesláno z |отправлено (с|из) |надіслано з |从我的.{1,20}发送|发自我的|iphoneから送信|나의 .{1,30}에서 보냄)",
    )
    .ok()
});

/// Folds signatures in what is still visible.
pub(super) fn fold(lines: &[Line<'_>], kinds: &mut [Option<FoldKind>]) {
    for at in (0..lines.len()).rev() {
        let Some(line) = lines.get(at) else { continue };
        if kinds.get(at) != Some(&None) {
            continue;
        }
        let end = (at..lines.len())
            .find(|&next| kinds.get(next).is_some_and(Option::is_some))
            .unwrap_or(lines.len());
        let is_delimiter =
            is_delimiter(line.text) && visible(lines, kinds, at + 1, end) <= MAX_LINES;
        let is_footer = is_rule(line.text) && visible(lines, kinds, at + 1, lines.len()) <= 6;
        // A lone sign below the text: a tracker's mark.
        let is_mark = line.text.trim() == "ᐧ";
        let is_device = line.text.len() < 120
            && is_device(line.text)
            && visible(lines, kinds, at + 1, end) <= 2;
        if is_delimiter || is_device || is_mark || is_footer {
            kinds
                .iter_mut()
                .take(end)
                .skip(at)
                .for_each(|kind| *kind = Some(FoldKind::Signature));
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

fn visible(lines: &[Line<'_>], kinds: &[Option<FoldKind>], from: usize, to: usize) -> usize {
    let range = lines.iter().zip(kinds).take(to).skip(from);
    range
        .filter(|(line, kind)| kind.is_none() && !line.is_blank())
        .count()
}
