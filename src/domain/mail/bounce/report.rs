//! The fields of a delivery report, RFC 3464 section 2.

use super::BounceRecipient;
use crate::domain::mail::headers::Headers;

/// Recipients that are read from one report.
const MAX_RECIPIENTS: usize = 500;

/// Characters of a server's words that are kept.
const MAX_WORDS: usize = 500;

/// Reads the per-recipient groups of a `message/delivery-status` part. Groups are parted by blank lines;
/// some programs put blank lines elsewhere, so a group begins where a recipient is named.
pub(super) fn recipients(text: &str) -> Vec<BounceRecipient> {
    let groups = text
        .split("\n\n")
        .map(str::trim_start)
        .filter(|group| !group.is_empty());
    groups.filter_map(recipient).take(MAX_RECIPIENTS).collect()
}

fn recipient(group: &str) -> Option<BounceRecipient> {
    let (fields, _) = Headers::read_block(group.as_bytes(), &mut Vec::new());
    let named = |name: &str| fields.first_raw(name).and_then(address);
    // The final recipient may be a path or a bare host; then the one it was sent to says more.
    let address = [
        "Final-Recipient",
        "Original-Recipient",
        "X-Actual-Recipient",
    ]
    .iter()
    .find_map(|name| named(name));
    let status = status_code(fields.first_raw("Status").unwrap_or_default())
        .or_else(|| status_code(fields.first_raw("Diagnostic-Code").unwrap_or_default()))
        .unwrap_or_default();
    let action = fields.first_raw("Action").unwrap_or_default();
    let action: String = action
        .trim()
        .chars()
        .take_while(char::is_ascii_alphabetic)
        .collect::<String>()
        .to_ascii_lowercase();
    if address.is_none() && status.is_empty() {
        return None;
    }
    let permanent = status.starts_with('5') || status.is_empty() && action == "failed";
    let action = match action.as_str() {
        "failed" | "delayed" | "relayed" | "delivered" | "expanded" => action,
        _ if permanent => "failed".to_owned(),
        _ if status.starts_with('4') => "delayed".to_owned(),
        _ => "failed".to_owned(),
    };
    Some(BounceRecipient {
        address: address.unwrap_or_default(),
        status,
        permanent: permanent && action == "failed",
        action,
        words: words(fields.first_raw("Diagnostic-Code").unwrap_or_default()),
    })
}

/// What a server said, from `smtp; 550 5.1.1 user unknown`, in one line that people read.
pub(super) fn words(diagnostic: &str) -> String {
    let typed = diagnostic.split_once(';').filter(|(kind, _)| {
        let kind = kind.trim();
        !kind.is_empty()
            && kind
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    });
    let said = typed.map_or(diagnostic, |(_, said)| said);
    let one_line: Vec<&str> = said.split_whitespace().collect();
    one_line
        .join(" ")
        .chars()
        .filter(|c| !c.is_control())
        .take(MAX_WORDS)
        .collect()
}

/// The address in `rfc822; <ada@acme.test>`.
pub(super) fn address(value: &str) -> Option<String> {
    let value = value.split_once(';').map_or(value, |(_, address)| address);
    let value = value.trim().trim_matches(['<', '>', '"', ' ']);
    let value = value.split_whitespace().next()?.trim_matches(['<', '>']);
    let (local, domain) = value.rsplit_once('@')?;
    (!local.is_empty() && !domain.is_empty()).then(|| value.to_owned())
}

/// The first enhanced status code in a text, RFC 3463: `5.1.1`.
pub(super) fn status_code(text: &str) -> Option<String> {
    text.split(|c: char| !(c.is_ascii_digit() || c == '.'))
        .find_map(|word| {
            let mut numbers = word.trim_matches('.').split('.');
            let (class, subject, detail) = (numbers.next()?, numbers.next()?, numbers.next()?);
            let fits = matches!(class, "2" | "4" | "5")
                && subject.len() <= 3
                && detail.len() <= 3
                && !subject.is_empty()
                && !detail.is_empty()
                && numbers.next().is_none();
            fits.then(|| format!("{class}.{subject}.{detail}"))
        })
}
