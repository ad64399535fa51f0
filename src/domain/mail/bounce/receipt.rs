//! Read receipts: by RFC 8098, and as Exchange and older programs write them; and calendars' answers.

use std::sync::LazyLock;

use regex::Regex;

use super::{Bounce, BounceRecipient, report, returned};
use crate::domain::mail::headers::Headers;
use crate::domain::mail::message_ids;
use crate::domain::mail::parts::{Part, Tree};

/// Which mail a receipt is about (RFC 8098, section 3.2.5), who confirms it, and what became of it (section 3.2.6).
pub(super) fn read(tree: &Tree<'_>) -> Option<Bounce> {
    let mut parts = tree.parts.iter();
    let part = parts.find(|part| part.is("message/disposition-notification"))?;
    let (fields, _) = Headers::read_block(tree.text(part).as_bytes(), &mut Vec::new());
    let header = returned::header(tree, None);
    let named = fields.first_raw("Original-Message-ID");
    let named = named.and_then(message_ids::message_id);
    let disposition = fields.first_raw("Disposition").unwrap_or_default();
    let kind = disposition.rsplit(';').next().unwrap_or_default();
    let kind = kind.split('/').next().unwrap_or_default().trim();
    let action = ["displayed", "deleted"]
        .into_iter()
        .find(|known| kind.eq_ignore_ascii_case(known));
    let recipient = BounceRecipient {
        address: fields
            .first_raw("Final-Recipient")
            .and_then(report::address)
            .unwrap_or_default(),
        action: action.unwrap_or("processed").to_owned(),
        ..BounceRecipient::default()
    };
    Some(Bounce {
        recipients: vec![recipient],
        original_message_id: named.or_else(|| header.as_ref().and_then(returned::message_id)),
        traces: header.as_ref().map(returned::traces).unwrap_or_default(),
    })
}

/// Subjects: the word for "read" before the subject of the mail that was read.
static SUBJECT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)^\s*(?:read(?: receipt)?|not read|return receipt|gelesen|ungelesen gelöscht|empfangsbestätigung|lesebestätigung|lu|non lu|accusé de lecture|leído|leido|no leído|letto|non letto|conferma di lettura|lido|lida|não lid[ao]|gelezen|ongelezen|läst|inte läst|lest|læst|ikke lest|luettu|przeczytano|przeczytane|přečteno|prečítané|прочитано|не прочитано|olvasva|elolvasva|citit|okundu|διαβάστηκε|已读|已讀|開封済み|開封確認|읽음|נקרא|مقروءة)( |\u{a0})?[:：]",
    )
    .ok()
});

/// What the text says.
static TEXT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?is)(was (read|displayed|opened)( on| at)|has been (read|displayed|opened)|deleted without being read|this is a (return )?receipt|return receipt (only )?acknowledges|wurde .{0,60}(gelesen|angezeigt|geöffnet)|ohne gelesen zu werden|a été (lu|affiché|ouvert)|(fue|ha sido) (leíd|leid|abiert|mostrad)|è stat[oa] (lett|visualizzat|apert)|foi (lid|exibid|abert)|(is|werd) (op .{0,40})?gelezen|lästes|ble lest|blev læst|luettiin|został[ao]? .{0,40}(przeczytan|wyświetlon)|byl[ao]? přečten|был[оа]? прочитан|прочитано|tarihinde okundu|已于.{0,40}(阅读|读取)|已讀取|に開封|開封されました|읽었습니다)",
    )
    .ok()
});

/// Whether subject and text both say that a mail was read.
pub(super) fn is_in_words(headers: &Headers, text: &str) -> bool {
    let subject = headers.first("Subject").unwrap_or_default();
    found(&SUBJECT, subject) && text.len() < 4000 && found(&TEXT, text)
}

/// Whether a part is the answer of a calendar: `method=REPLY`, which programs send when somebody clicks.
pub(super) fn answers_an_invitation(part: &Part) -> bool {
    part.is("text/calendar")
        && part
            .content_type
            .get("method")
            .is_some_and(|method| method.eq_ignore_ascii_case("reply"))
}

fn found(regex: &LazyLock<Option<Regex>>, text: &str) -> bool {
    regex.as_ref().is_some_and(|regex| regex.is_match(text))
}
