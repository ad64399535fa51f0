//! Lines that separate an answer from the mail that is answered: `-----Original Message-----`.

use std::sync::LazyLock;

use regex::Regex;

use super::header_block;
use super::lines::Line;

/// "Original message" and its kin between dashes.
static SEPARATOR: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)^[\s>*]*[-_=~*]{2,}\s*(original[- ]?(message|nachricht|mail|e-mail|meddelelse|meddelande|besked|bericht)|ursprüngliche (nachricht|e-?mail|mail)|urspr\. nachricht|original appointment|reply message|(message|mensaje|mensagem|messaggio) (d'origine|d’origine|original|originale|initial|transféré)|messaggio originale|oorspronkelijk(e)? bericht|ursprungligt meddelande|ursprungligt medd\.|opprinnelig melding|oprindelig (meddelelse|besked)|alkuperäinen viesti|(wiadomość|wiadomosc) oryginalna|oryginalna wiadomość|původní (zpráva|e-mail)|pôvodná správa|исходное сообщение|оригинальное сообщение|пересланное сообщение|оригінал|eredeti üzenet|orijinal (mesaj|ileti)|özgün ileti|αρχικό μήνυμα|mesaj original|原始邮件|原始郵件|原邮件|元のメッセージ|original message|원본 (메일|메시지)|forwarded message|weitergeleitete nachricht|message transféré|forwarded by .{1,60})\s*:?\s*[-_=~*]{2,}.{0,40}$",
    )
    .ok()
});

/// The separator at this line above an answered mail, with the header block below it: the last line of both.
pub(super) fn separator(lines: &[Line<'_>], at: usize) -> Option<usize> {
    let text = lines.get(at)?.text.trim();
    if !text.starts_with(['-', '_', '=', '~', '*', '>']) {
        return None;
    }
    let block = || (at + 1..at + 3).find_map(|next| header_block::starting(lines, next));
    if SEPARATOR.as_ref().is_some_and(|regex| regex.is_match(text)) {
        return Some(block().unwrap_or(at));
    }
    // Outlook's ruler of underscores counts only above a header block.
    let ruler = text.len() >= 4 && text.chars().all(|c| matches!(c, '_' | '-' | '='));
    if ruler { block() } else { None }
}
