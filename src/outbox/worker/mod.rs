//! Takes due rows in hand and writes down what came of them (O1–O7).
//!
//! `mailer` claims what is due and gives each account its share (`lanes`); `send` takes one row through one
//! connection; `fate` decides what its end means, by the table in `schedule`; `ledger` writes marks and endings, many
//! with one commit. `courier` does the same for what goes over HTTP and has no point of no return: pushes (`pusher`) and calls (`caller`).

mod caller;
mod courier;
mod fate;
mod lanes;
mod ledger;
mod mailer;
mod pusher;
mod relays;
mod schedule;
mod send;

pub use caller::Caller;
pub use courier::{Carrier, Courier};
pub use mailer::{Mailer, recover};
pub use pusher::Pusher;

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};
    use uuid::Uuid;

    use crate::domain::ids::{AccountId, MailboxId, OutboxId, TenantId, TicketId};
    use crate::store::outbox::{Audience, Claimed};

    pub fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    /// A customer's mail that was never tried.
    pub fn row() -> Claimed {
        let id = Uuid::from_u128(1);
        Claimed {
            id: OutboxId(id),
            tenant: Some(TenantId(id)),
            account: Some(AccountId(id)),
            mailbox: Some(MailboxId(id)),
            ticket: Some(TicketId(id)),
            message: None,
            audience: Audience::Customer,
            recipient: "customer@example.org".to_owned(),
            envelope_from: "support@acme.test".to_owned(),
            body: None,
            attempts: 0,
            was_uncertain: false,
            created_at: at("2026-11-23T12:00:00Z"),
        }
    }
}
