//! **outbox item** of the HTTP API.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::words;
use crate::store::outbox::{Channel, Listed, NEVER, OutboxState};

/// Something that goes out, to one recipient.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OutboxItem)]
pub struct OutboxView {
    id: Uuid,
    #[schema(schema_with = words::channel)]
    channel: Channel,
    /// The ticket's key.
    ticket: Option<String>,
    /// The message's id.
    message: Option<Uuid>,
    /// An address, a topic or a URL.
    recipient: String,
    #[schema(schema_with = words::outbox_state)]
    state: &'static str,
    /// It waits because its server or its mailbox rests.
    paused: bool,
    /// It may have gone out twice; stays so for ever.
    was_uncertain: bool,
    attempts: i64,
    /// Null if it is not tried again by itself.
    next_attempt_at: Option<DateTime<Utc>>,
    /// The server's last words.
    last_reply: Option<String>,
    /// The Message-ID, without brackets.
    message_id: Option<String>,
    created_at: DateTime<Utc>,
    sent_at: Option<DateTime<Utc>>,
}

impl From<Listed> for OutboxView {
    fn from(row: Listed) -> Self {
        let waits = matches!(
            row.state,
            OutboxState::Pending | OutboxState::Deferred | OutboxState::Uncertain
        );
        Self {
            id: row.id.0,
            channel: row.channel,
            ticket: row.ticket_key,
            message: row.message.map(|id| id.0),
            recipient: row.recipient,
            state: row.state.public(),
            paused: row.paused,
            was_uncertain: row.was_uncertain,
            attempts: row.attempts,
            next_attempt_at: Some(row.next_attempt_at).filter(|at| waits && *at < NEVER),
            last_reply: row.last_reply,
            message_id: row.mail_id,
            created_at: row.created_at,
            sent_at: row.sent_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::moment;
    use super::*;
    use crate::domain::ids::OutboxId;
    use crate::store::outbox::Audience;

    fn row(state: OutboxState, next_attempt_at: DateTime<Utc>) -> Listed {
        Listed {
            id: OutboxId(Uuid::nil()),
            tenant: None,
            channel: Channel::Email,
            audience: Audience::Customer,
            ticket: None,
            ticket_key: Some("ACME-12".into()),
            message: None,
            recipient: "carol@example.org".into(),
            mail_id: Some("x@acme.test".into()),
            state,
            paused: false,
            was_uncertain: false,
            attempts: 0,
            next_attempt_at,
            last_reply: None,
            created_at: moment(),
            updated_at: moment(),
            sent_at: None,
        }
    }

    #[test]
    fn only_what_will_be_tried_again_says_when() {
        for (state, at, shown) in [
            (OutboxState::Pending, moment(), true),
            (OutboxState::Deferred, moment(), true),
            (OutboxState::Uncertain, moment(), true),
            (OutboxState::Uncertain, NEVER, false),
            (OutboxState::Sent, moment(), false),
            (OutboxState::Failed, moment(), false),
            (OutboxState::Cancelled, moment(), false),
        ] {
            let view = OutboxView::from(row(state, at));
            assert_eq!(view.next_attempt_at.is_some(), shown, "{state}");
        }
    }

    #[test]
    fn an_item_has_every_field_that_was_promised() {
        let json =
            serde_json::to_value(OutboxView::from(row(OutboxState::FinalDot, moment()))).unwrap();
        assert_eq!(json["state"], "sending");
        for field in [
            "id",
            "channel",
            "ticket",
            "message",
            "recipient",
            "state",
            "paused",
            "was_uncertain",
            "attempts",
            "next_attempt_at",
            "last_reply",
            "message_id",
            "created_at",
            "sent_at",
        ] {
            assert!(json.get(field).is_some(), "{field}");
        }
    }
}
