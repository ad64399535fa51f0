//! Amazon SES tells of bounces and complaints in JSON, sent by mail through SNS.

use serde_json::Value;

use super::{Bounce, BounceRecipient, Report};
use crate::domain::mail::{Machine, limits};

/// Bytes of a notification. An object of eight bytes takes hundreds of them in memory (A33).
const MAX_JSON: usize = 256 * 1024;

/// Reads a notification at the start of a text; None if there is none.
pub(super) fn read(text: &str) -> Option<Report> {
    let start = text.trim_start();
    if !start.starts_with('{') || !start.contains("\"notificationType\"") {
        return None;
    }
    // Mail breaks the one long line of JSON anywhere, and advice in words follows it.
    let one_line = limits::beginning(start, MAX_JSON)
        .split("\n\n")
        .next()
        .unwrap_or(start)
        .replace('\n', "");
    let value = serde_json::Deserializer::from_str(&one_line)
        .into_iter::<Value>()
        .next()?
        .ok()?;
    match value.get("notificationType")?.as_str()? {
        "Complaint" => Some(Report {
            machine: Machine::FeedbackReport,
            because: "It is a complaint that Amazon SES passes on.".to_owned(),
            bounce: None,
        }),
        "Bounce" => Some(Report {
            machine: Machine::Bounce,
            because: "It is a bounce that Amazon SES passes on.".to_owned(),
            bounce: Some(bounce(&value)),
        }),
        _ => None,
    }
}

fn bounce(value: &Value) -> Bounce {
    let transient =
        value.pointer("/bounce/bounceType").and_then(Value::as_str) == Some("Transient");
    let recipients = value
        .pointer("/bounce/bouncedRecipients")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let text = |recipient: &Value, key: &str| {
        recipient
            .get(key)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let header = value
        .pointer("/mail/headers")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let sent_id = header
        .filter(|header| {
            header
                .get("name")
                .and_then(Value::as_str)
                .is_some_and(|name| name.eq_ignore_ascii_case("message-id"))
        })
        .find_map(|header| super::message_ids::message_id(header.get("value")?.as_str()?));
    Bounce {
        recipients: recipients
            .map(|recipient| BounceRecipient {
                address: text(recipient, "emailAddress"),
                status: text(recipient, "status"),
                action: "failed".to_owned(),
                permanent: !transient,
                words: super::report::words(&text(recipient, "diagnosticCode")),
            })
            .collect(),
        original_message_id: sent_id.or_else(|| {
            value
                .pointer("/mail/messageId")
                .and_then(Value::as_str)
                .map(str::to_owned)
        }),
        ..Bounce::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a33_objects_without_number_are_not_read() {
        let objects = |many| {
            let objects = "{\"\":0},".repeat(many);
            format!("{{\"notificationType\":\"Complaint\",\"a\":[{objects}0]}}")
        };
        assert!(read(&objects(1000)).is_some());
        assert!(read(&objects(400_000)).is_none());
    }
}
