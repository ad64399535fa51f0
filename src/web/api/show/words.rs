//! The closed lists of words, for the OpenAPI document.

use utoipa::openapi::schema::{Object, ObjectBuilder, Type};

use crate::domain::mail::Machine;
use crate::domain::message::{Authentication, AuthorType, Identity, Kind, MatchedBy};
use crate::domain::person::{MailReply, Role};
use crate::domain::sla::{Happened, Metric, State};
use crate::domain::ticket::{Priority, Side, Status};
use crate::store::inbound::InboundState;
use crate::store::outbox::Channel;

fn one_of(words: &'static [&'static str]) -> Object {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(words.iter().copied()))
        .build()
}

macro_rules! schemas {
    ($($name:ident: $type:ty),+ $(,)?) => { $(
        pub(super) fn $name() -> Object {
            one_of(<$type>::WORDS)
        }
    )+ };
}

schemas! {
    status: Status,
    priority: Priority,
    side: Side,
    metric: Metric,
    kind: Kind,
    author_type: AuthorType,
    identity: Identity,
    machine: Machine,
    authentication: Authentication,
    matched_by: MatchedBy,
    inbound_state: InboundState,
    channel: Channel,
    role: Role,
    mail_reply: MailReply,
    sla_state: State,
    sla_happened: Happened,
}

/// The states of an outgoing item; the point of no return is still sending.
pub(super) fn outbox_state() -> Object {
    one_of(&[
        "pending",
        "sending",
        "sent",
        "deferred",
        "uncertain",
        "failed",
        "held",
        "cancelled",
    ])
}

/// The same for one recipient of a message, where a report may come later.
pub(super) fn delivery_state() -> Object {
    one_of(&[
        "pending",
        "sending",
        "sent",
        "deferred",
        "uncertain",
        "failed",
        "bounced",
        "held",
        "cancelled",
    ])
}
