//! **intake item** of the HTTP API: a received mail and its decision trace.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Address, words};
use crate::domain::ids::{TenantId, TicketId};
use crate::domain::trace::Step;
use crate::store::inbound::{InboundState, Line, Listed};

/// A received mail.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = IntakeItem)]
pub struct IntakeView {
    id: Uuid,
    /// The account's name; `pipe` where there is none.
    account: String,
    folder: String,
    uid: Option<i64>,
    /// When it was taken in.
    received_at: DateTime<Utc>,
    /// Bytes on the server.
    size: i64,
    from: Address,
    /// To and Cc.
    to: Vec<Address>,
    subject: String,
    message_id: Option<String>,
    #[schema(schema_with = words::inbound_state)]
    state: InboundState,
    /// Why, for all but `processed`.
    reason: Option<String>,
    /// Failures so far.
    attempts: i64,
    /// What it became.
    results: Vec<ResultView>,
    /// Each decision about it, in their order.
    trace: Vec<StepView>,
    /// False if only its beginning was kept.
    complete: bool,
    /// Whether its bytes are here.
    raw: bool,
    /// What people did with it, oldest first; only where one mail is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    deeds: Option<Vec<DeedView>>,
}

/// Something that somebody did with a received mail.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = IntakeDeed)]
pub struct DeedView {
    at: DateTime<Utc>,
    /// `retried`, `accepted`, `deleted`, `replayed`.
    deed: &'static str,
    /// Their name.
    by: String,
    detail: String,
}

/// One thing that a mail became.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = IntakeResult)]
pub struct ResultView {
    /// The tenant's slug.
    tenant: String,
    /// The ticket's key.
    ticket: Option<String>,
    /// The message's id.
    message: Option<Uuid>,
    /// `new`, `appended`, `held`, `duplicate`, `bounce`.
    outcome: String,
}

/// A decision about a mail.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Step)]
pub struct StepView {
    /// Where on the road: `parse`, `route`, `thread` …
    step: String,
    decision: String,
    /// Why, as a sentence.
    because: String,
}

impl From<Step> for StepView {
    fn from(step: Step) -> Self {
        Self {
            step: step.step,
            decision: step.decision,
            because: step.because,
        }
    }
}

/// What the tenants and tickets that mails led to are called.
#[derive(Debug, Default)]
pub struct Places {
    /// Slugs.
    pub tenants: HashMap<TenantId, String>,
    /// Keys.
    pub tickets: HashMap<TicketId, String>,
}

impl IntakeView {
    /// The mail as programs see it.
    pub fn new(mail: Listed, places: &Places) -> Self {
        let result = |(tenant, ticket, message, outcome): (
            TenantId,
            Option<TicketId>,
            Option<_>,
            String,
        )| ResultView {
            tenant: places.tenants.get(&tenant).cloned().unwrap_or_default(),
            ticket: ticket.and_then(|id| places.tickets.get(&id).cloned()),
            message: message.map(|id: crate::domain::ids::MessageId| id.0),
            outcome,
        };
        let steps = mail.trace.0.into_iter().map(StepView::from);
        Self {
            id: mail.id.0,
            account: mail.account,
            folder: mail.folder,
            uid: mail.uid,
            received_at: mail.received_at,
            size: mail.size,
            from: Address::from(&mail.sender),
            to: mail.recipients.iter().map(Address::from).collect(),
            subject: mail.subject,
            message_id: mail.message_id,
            state: mail.state,
            reason: mail.reason,
            attempts: mail.attempts,
            results: mail.results.into_iter().map(result).collect(),
            trace: steps.collect(),
            complete: mail.complete,
            raw: mail.blob.is_some(),
            deeds: None,
        }
    }

    /// With what people did with it.
    #[must_use]
    pub fn with_lines(self, lines: Vec<Line>) -> Self {
        let deeds = lines.into_iter().map(|line| DeedView {
            at: line.at,
            deed: line.deed.as_str(),
            by: line.by.name,
            detail: line.detail,
        });
        Self {
            deeds: Some(deeds.collect()),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{TENANT, moment, ticket};
    use super::*;
    use crate::domain::ids::InboundId;
    use crate::domain::trace::Trace;

    #[test]
    fn a_mail_shows_what_it_became_and_why() {
        let ticket = ticket();
        let mut trace = Trace::default();
        trace.note("thread", "new", "Nothing of it is known here.");
        let mail = Listed {
            id: InboundId(Uuid::from_u128(1)),
            account: "main".into(),
            account_tenant: Some(TENANT),
            only_tenant: None,
            complete: true,
            quiet: false,
            folder: "INBOX".into(),
            uid: Some(7),
            received_at: moment(),
            size: 1024,
            sender: crate::domain::address::Party::default(),
            recipients: Vec::new(),
            subject: "Printer".into(),
            message_id: None,
            state: InboundState::Processed,
            reason: None,
            attempts: 0,
            trace,
            blob: None,
            results: vec![(TENANT, Some(ticket.id), None, "new".into())],
        };
        let places = Places {
            tenants: [(TENANT, "acme".to_owned())].into(),
            tickets: [(ticket.id, ticket.key)].into(),
        };
        let json = serde_json::to_value(IntakeView::new(mail, &places)).unwrap();
        assert_eq!(json["state"], "processed");
        assert_eq!(json["results"][0]["tenant"], "acme");
        assert_eq!(json["results"][0]["ticket"], "ACME-12");
        assert_eq!(json["trace"][0]["because"], "Nothing of it is known here.");
        for field in [
            "id",
            "account",
            "folder",
            "uid",
            "received_at",
            "size",
            "from",
            "to",
            "subject",
            "message_id",
            "reason",
            "attempts",
        ] {
            assert!(json.get(field).is_some(), "{field}");
        }
    }
}
