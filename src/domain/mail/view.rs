//! A mail as `postroom explain --json` shows it: the `message` of the HTTP API, as far as a mail alone tells.

use serde_json::{Value, json};

use super::html::{Options, sanitise};
use super::{Attachment, Mail, enclosed, html_body};
use crate::domain::address::Party;

/// The mail as JSON. `raw` is what it was parsed from.
pub fn message_json(mail: &Mail, raw: &[u8]) -> Value {
    let html = html_body(raw).map(|html| {
        sanitise(
            &html,
            &Options {
                cid: &|_| None,
                allow_remote: false,
            },
        )
        .html
    });
    let enclosed = enclosed(raw);
    let from = mail.from.first().cloned().unwrap_or_default();
    json!({
        "kind": "inbound",
        "from": party(&from),
        "to": parties(&mail.to),
        "cc": parties(&mail.cc),
        "reply_to": parties(&mail.reply_to),
        "subject": mail.subject,
        "text": mail.text,
        "folds": mail.folds,
        "reply_text": mail.reply_text(),
        "html": html,
        "attachments": mail.attachments.iter().map(attachment).collect::<Vec<_>>(),
        "message_id": mail.message_id,
        "in_reply_to": mail.in_reply_to,
        "references": mail.references,
        "date": mail.date,
        "identity": mail.identity,
        "machine": mail.machine,
        "bounce": mail.bounce,
        "calendar": enclosed.calendar,
        "protection": enclosed.protection,
        "mails": enclosed.mails,
        "limits": mail.limits,
    })
}

fn party(party: &Party) -> Value {
    json!({ "email": party.email, "name": party.name })
}

fn parties(parties: &[Party]) -> Vec<Value> {
    parties.iter().map(party).collect()
}

fn attachment(attachment: &Attachment) -> Value {
    json!({
        "id": attachment.part.to_string(),
        "filename": attachment.filename,
        "content_type": attachment.content_type,
        "size": attachment.size,
        "sha256": attachment.sha256,
        "inline": attachment.inline,
        "content_id": attachment.content_id,
    })
}
