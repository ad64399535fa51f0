//! `POST /tickets/{key}/messages`: answer the customer, or leave a note for staff.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, Duration, Utc};
use data_encoding::BASE64;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::caller::Worker;
use super::super::given::Given;
use super::super::problem::{Kind, Problem};
use super::super::show::{MessageView, TicketView};
use super::super::state::ApiState;
use super::super::tickets;
use super::super::whom::{self, Whom, everybody};
use super::list::answer;
use crate::desk::speak::{Reply, Upload};
use crate::desk::write::Draft;
use crate::domain::ids::MessageId;
use crate::domain::message::MatchedBy;
use crate::store;

/// What is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Speech {
    /// Public; it goes out.
    Reply,
    /// For staff only; it never leaves.
    Note,
}

/// All attachments of one message, decoded.
const LARGEST_FILES: usize = 25 << 20;
const MOST_FILES: usize = 50;
/// An answer can be taken back for as long as this at most, in seconds.
const LONGEST_UNDO: u32 = 3600;

/// A message to be written.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, expecting = "an object with kind and text")]
pub struct Writing {
    /// `reply` goes to the customer, `note` is for staff and never leaves.
    #[schema(value_type = String, example = "reply")]
    kind: Speech,
    text: String,
    /// The same as HTML; sanitised before it is kept.
    html: Option<String>,
    /// Absent: the requester. Addresses, or `{"email": …, "name": …}`.
    #[schema(schema_with = whom::schemas)]
    to: Option<Vec<Whom>>,
    /// Absent: the other participants.
    #[schema(schema_with = whom::schemas)]
    cc: Option<Vec<Whom>>,
    #[serde(default)]
    #[schema(schema_with = whom::schemas)]
    bcc: Vec<Whom>,
    #[serde(default)]
    attachments: Vec<File>,
    /// The message that is being answered; if something public arrived after it: 409 of type `stale-reply`.
    in_response_to: Option<Uuid>,
    /// Send it even so.
    #[serde(default)]
    even_if_stale: bool,
    /// Not before.
    send_at: Option<DateTime<Utc>>,
    /// Lines on top of the text may be commands, such as `#resolve` or `#assign ada`: they are carried out and not
    /// sent. What is not understood is refused with `unclear-commands`, and nothing is done. A text of commands alone
    /// sends nothing and gives the ticket, with 200.
    #[serde(default)]
    commands: bool,
    /// Refuse it with 409 `outsiders` if it would reach people outside who take no part.
    #[serde(default)]
    refuse_outsiders: bool,
    /// Wait so many seconds, in which it can be taken back: 0 to 3600. Without it, it is queued at once.
    undo_seconds: Option<u32>,
}

/// A file to be sent along.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, expecting = "an object with filename and content")]
pub struct File {
    filename: String,
    content_type: Option<String>,
    /// Base64, RFC 4648 section 4.
    #[schema(format = Byte)]
    content: String,
}

/// Answer the customer, or leave a note for staff
#[utoipa::path(post, path = "/tickets/{key}/messages", tag = "messages", request_body = Writing,
    params(("key" = String, Path, description = "Such as ACME-1, or the id"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key again gives the same answer, for 24 hours")),
    responses((status = 201, description = "The message", body = MessageView),
        (status = 200, description = "There were only commands: the ticket as it is now", body = TicketView),
        (status = 409, description = "`stale-reply`: something newer arrived, see `newer`; `outsiders`: see there; nothing was stored"),
        (status = 422, description = "`unclear-commands`: see `commands`; nothing was done")))]
pub async fn speak(
    State(api): State<ApiState>,
    Worker(staff): Worker,
    Path(key): Path<String>,
    Given(writing): Given<Writing>,
) -> Result<Response, Problem> {
    let mut tx = api.desk.db.read().await?;
    let ticket = staff.ticket(&mut tx, &key).await?;
    if let Some(answered) = writing.in_response_to {
        let answered = store::messages::get(&mut tx, staff.tenant(), MessageId(answered)).await?;
        if answered.is_none_or(|message| message.ticket != ticket.id) {
            return Err(Problem::invalid(
                "in_response_to",
                "expected the id of a message of this ticket",
            ));
        }
    }
    drop(tx);
    let (commands, refuse_outsiders) = (writing.commands, writing.refuse_outsiders);
    let (reply, is_note) = match writing.kind {
        Speech::Note => (note(writing)?, true),
        Speech::Reply => (reply(writing, api.desk.clock.now())?, false),
    };
    let draft = Draft {
        reply,
        note: is_note,
        commands,
        refuse_outsiders,
    };
    let written = api.desk.write(&staff.who, ticket.id, draft).await?;
    Ok(match written.message {
        Some(id) => {
            let message = answer(&api, &staff, ticket.id, id).await?;
            (StatusCode::CREATED, message).into_response()
        }
        None => tickets::answer(&api, &staff, ticket.id)
            .await?
            .into_response(),
    })
}

/// A note has a text and nothing that could leave the house.
fn note(writing: Writing) -> Result<Reply, Problem> {
    for (field, given) in [
        ("html", writing.html.is_some()),
        ("to", writing.to.is_some()),
        ("cc", writing.cc.is_some()),
        ("bcc", !writing.bcc.is_empty()),
        ("attachments", !writing.attachments.is_empty()),
        ("send_at", writing.send_at.is_some()),
        ("undo_seconds", writing.undo_seconds.is_some()),
    ] {
        if given {
            return Err(Problem::invalid(field, "expected only with kind reply"));
        }
    }
    Ok(Reply {
        text: writing.text,
        by: Some(MatchedBy::Api),
        ..Reply::default()
    })
}

fn reply(writing: Writing, now: DateTime<Utc>) -> Result<Reply, Problem> {
    let send_at = match (writing.send_at, writing.undo_seconds) {
        (Some(_), Some(_)) => {
            return Err(Problem::invalid("undo_seconds", "expected without send_at"));
        }
        (_, Some(seconds)) if seconds > LONGEST_UNDO => {
            return Err(Problem::invalid(
                "undo_seconds",
                format!("expected 0 to {LONGEST_UNDO}"),
            ));
        }
        (_, Some(seconds)) => Some(now + Duration::seconds(seconds.into())),
        (send_at, None) => send_at,
    };
    Ok(Reply {
        text: writing.text,
        html: writing.html,
        to: writing.to.map(|to| everybody(to, "to")).transpose()?,
        cc: writing.cc.map(|cc| everybody(cc, "cc")).transpose()?,
        bcc: everybody(writing.bcc, "bcc")?,
        attachments: uploads(writing.attachments)?,
        in_response_to: writing.in_response_to.map(MessageId),
        even_if_stale: writing.even_if_stale,
        send_at,
        by: Some(MatchedBy::Api),
        authentication: None,
    })
}

fn uploads(files: Vec<File>) -> Result<Vec<Upload>, Problem> {
    if files.len() > MOST_FILES {
        return Err(Problem::invalid(
            "attachments",
            format!("expected at most {MOST_FILES}"),
        ));
    }
    let mut left = LARGEST_FILES;
    let mut uploads = Vec::with_capacity(files.len());
    for (index, file) in files.into_iter().enumerate() {
        let field = format!("attachments[{index}].content");
        let bytes = BASE64.decode(file.content.as_bytes());
        let bytes = bytes.map_err(|_| Problem::invalid(&field, "expected base64"))?;
        left = left
            .checked_sub(bytes.len())
            .ok_or_else(|| Problem::new(Kind::TooLarge))?;
        uploads.push(Upload {
            filename: file.filename,
            content_type: file
                .content_type
                .unwrap_or_else(|| "application/octet-stream".to_owned()),
            bytes,
        });
    }
    Ok(uploads)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn writing(json: &str) -> Writing {
        serde_json::from_str(json).unwrap()
    }

    fn now() -> DateTime<Utc> {
        "2026-11-23T09:00:00Z".parse().unwrap()
    }

    #[test]
    fn a35_a_note_has_nothing_that_could_leave() {
        assert_eq!(
            note(writing(r#"{"kind": "note", "text": "x"}"#))
                .unwrap()
                .text,
            "x"
        );
        for field in [
            r#""to": ["a@b.test"]"#,
            r#""cc": []"#,
            r#""bcc": ["a@b.test"]"#,
            r#""html": "<p>""#,
            r#""undo_seconds": 5"#,
            r#""attachments": [{"filename": "a", "content": ""}]"#,
        ] {
            let json = format!(r#"{{"kind": "note", "text": "x", {field}}}"#);
            assert!(note(writing(&json)).is_err(), "{json}");
        }
    }

    #[test]
    fn an_answer_goes_at_once_unless_it_is_asked_to_wait() {
        for (field, send_at) in [
            ("", Ok(None)),
            (
                r#", "undo_seconds": 10"#,
                Ok(Some(now() + Duration::seconds(10))),
            ),
            (
                r#", "send_at": "2026-11-24T09:00:00Z""#,
                Ok(Some(now() + Duration::days(1))),
            ),
            (r#", "undo_seconds": 3601"#, Err(())),
            (
                r#", "undo_seconds": 1, "send_at": "2026-11-24T09:00:00Z""#,
                Err(()),
            ),
        ] {
            let reply = reply(
                writing(&format!(r#"{{"kind": "reply", "text": "x"{field}}}"#)),
                now(),
            );
            assert_eq!(
                reply.map(|reply| reply.send_at).map_err(|_| ()),
                send_at,
                "{field}"
            );
        }
    }

    #[test]
    fn files_are_base64_and_together_not_too_large() {
        let file = |content: &str| File {
            filename: "a.txt".into(),
            content_type: None,
            content: content.into(),
        };
        assert_eq!(uploads(vec![file("aGk=")]).unwrap()[0].bytes, b"hi");
        let status = |files| {
            uploads(files)
                .unwrap_err()
                .into_response()
                .status()
                .as_u16()
        };
        assert_eq!(status(vec![file("not base64")]), 422);
        let half = BASE64.encode(&vec![0; LARGEST_FILES / 2 + 1]);
        assert_eq!(status(vec![file(&half), file(&half)]), 413);
    }

    #[test]
    fn an_answer_of_another_kind_is_refused() {
        for json in [
            r#"{"kind": "inbound", "text": "x"}"#,
            r#"{"text": "x"}"#,
            r#"{"kind": "reply"}"#,
        ] {
            assert!(serde_json::from_str::<Writing>(json).is_err(), "{json}");
        }
    }
}
