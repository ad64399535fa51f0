//! What becomes of a row, decided from what the server said: values in, values out.

use chrono::{DateTime, TimeDelta, Utc};

use super::schedule;
use crate::domain::ids::{AccountId, MailboxId, TenantId, TicketId};
use crate::outbox::smtp::{Permanence, Reply, Scope, SendError};
use crate::store::outbox::{Audience, Claimed, Ending, NEVER, OutboxState};

/// What is written about a row.
#[derive(Debug, Clone)]
pub(super) struct Fate {
    /// About the row itself.
    pub ending: Ending,
    /// About others.
    pub then: Then,
}

impl Fate {
    /// It ended so, and nothing follows.
    pub fn plain(row: &Claimed, state: OutboxState, words: String, now: DateTime<Utc>) -> Self {
        then_nothing(ending(row, state, words, now, false))
    }
}

/// What else follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Then {
    /// Nothing.
    Nothing,
    /// The account's server works again: whatever waited for it goes out.
    Release(AccountId),
    /// The account's server refuses us: everything through it rests.
    RestAccount(AccountId, DateTime<Utc>, String),
    /// It refuses this sender: the mailbox rests.
    RestMailbox(TenantId, MailboxId, DateTime<Utc>),
    /// The customer will not get it: the ticket says so, and its people are told.
    Undelivered(TenantId, TicketId),
}

/// Why a row was not sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unsent {
    /// The server.
    Smtp(SendError),
    /// The row itself cannot be sent; it never will be.
    Unusable(String),
    /// There is nothing to send it through at the moment.
    NoWay(String),
    /// It was not tried: we stop, or somebody else holds it.
    Untried,
}

/// The server took it.
pub(super) fn sent(row: &Claimed, reply: &Reply, now: DateTime<Utc>, was_resting: bool) -> Fate {
    let words = format!("{} {}", reply.code, reply.words);
    let then = match row.account {
        Some(account) if was_resting => Then::Release(account),
        _ => Then::Nothing,
    };
    Fate {
        ending: ending(row, OutboxState::Sent, words, now, false),
        then,
    }
}

/// It was not sent. `rest` is how long its server rests if that is what it comes to.
pub(super) fn unsent(
    row: &Claimed,
    unsent: Unsent,
    now: DateTime<Utc>,
    rest: TimeDelta,
    fraction: f64,
) -> Fate {
    let error = match unsent {
        Unsent::Smtp(error) => error,
        Unsent::Unusable(words) => return failed(row, words, now),
        // Nobody refused anything: the row keeps its place, and somebody has to change the settings.
        Unsent::NoWay(words) => {
            let later = now + schedule::SENDER_REST;
            return then_nothing(ending(row, OutboxState::Pending, words, later, true));
        }
        Unsent::Untried => {
            return then_nothing(ending(row, OutboxState::Pending, String::new(), now, true));
        }
    };
    let words = error.to_string();
    match (error.permanence, error.scope) {
        (Permanence::Uncertain, _) => {
            let next = if row.was_uncertain {
                NEVER
            } else {
                now + schedule::CAREFULLY
            };
            then_nothing(ending(row, OutboxState::Uncertain, words, next, false))
        }
        (_, Scope::Server) => {
            let then = row.account.map_or(Then::Nothing, |account| {
                Then::RestAccount(account, now + rest, words.clone())
            });
            // Due at once, and held back by the account's rest alone: when that ends, everything goes.
            Fate {
                ending: ending(row, OutboxState::Pending, words, now, true),
                then,
            }
        }
        (Permanence::Permanent, Scope::Sender) => {
            let until = now + schedule::SENDER_REST;
            let then = match (row.tenant, row.mailbox) {
                (Some(tenant), Some(mailbox)) => Then::RestMailbox(tenant, mailbox, until),
                _ => Then::Nothing,
            };
            Fate {
                ending: ending(row, OutboxState::Pending, words, until, true),
                then,
            }
        }
        (Permanence::Permanent, _) => failed(row, words, now),
        (Permanence::Temporary, _) => later(row, words, now, fraction),
    }
}

/// Once more by the schedule, or never again.
pub(super) fn later(row: &Claimed, words: String, now: DateTime<Utc>, fraction: f64) -> Fate {
    match schedule::next_attempt(row, now, fraction) {
        Some(next) => then_nothing(ending(row, OutboxState::Deferred, words, next, false)),
        None => failed(row, format!("given up after 48 hours: {words}"), now),
    }
}

/// Never again.
pub(super) fn failed(row: &Claimed, words: String, now: DateTime<Utc>) -> Fate {
    let then = match (row.audience, row.tenant, row.ticket) {
        (Audience::Customer, Some(tenant), Some(ticket)) => Then::Undelivered(tenant, ticket),
        _ => Then::Nothing,
    };
    Fate {
        ending: ending(row, OutboxState::Failed, words, now, false),
        then,
    }
}

fn then_nothing(ending: Ending) -> Fate {
    Fate {
        ending,
        then: Then::Nothing,
    }
}

fn ending(
    row: &Claimed,
    state: OutboxState,
    reply: String,
    next_attempt_at: DateTime<Utc>,
    uncounted: bool,
) -> Ending {
    Ending {
        id: row.id,
        state,
        reply,
        next_attempt_at,
        uncounted,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{at, row};
    use super::*;
    use crate::outbox::smtp::Phase;

    fn error(scope: Scope, permanence: Permanence) -> Unsent {
        Unsent::Smtp(SendError {
            phase: Phase::Recipient,
            scope,
            permanence,
            code: Some(450),
            enhanced: None,
            words: "no".to_owned(),
        })
    }

    fn fate(row: &Claimed, scope: Scope, permanence: Permanence) -> Fate {
        unsent(
            row,
            error(scope, permanence),
            now(),
            TimeDelta::minutes(1),
            0.5,
        )
    }

    fn now() -> DateTime<Utc> {
        at("2026-11-23T12:00:00Z")
    }

    #[test]
    fn a_server_that_refuses_us_costs_no_row_an_attempt() {
        let row = row();
        for permanence in [Permanence::Temporary, Permanence::Permanent] {
            let Fate { ending, then } = fate(&row, Scope::Server, permanence);
            assert_eq!(
                (ending.state, ending.uncounted),
                (OutboxState::Pending, true)
            );
            assert_eq!(ending.next_attempt_at, now());
            assert!(
                matches!(then, Then::RestAccount(_, until, _) if until == at("2026-11-23T12:01:00Z"))
            );
        }
    }

    #[test]
    fn a_refused_sender_rests_its_mailbox_and_fails_nothing() {
        let Fate { ending, then } = fate(&row(), Scope::Sender, Permanence::Permanent);
        assert_eq!(
            (ending.state, ending.uncounted),
            (OutboxState::Pending, true)
        );
        assert!(matches!(then, Then::RestMailbox(..)));
    }

    #[test]
    fn an_uncertain_row_is_tried_once_more_and_then_never() {
        let mut row = row();
        let first = fate(&row, Scope::Message, Permanence::Uncertain).ending;
        assert_eq!(
            (first.state, first.next_attempt_at),
            (OutboxState::Uncertain, at("2026-11-23T12:10:00Z"))
        );
        row.was_uncertain = true;
        let second = fate(&row, Scope::Message, Permanence::Uncertain).ending;
        assert_eq!(
            (second.state, second.next_attempt_at),
            (OutboxState::Uncertain, NEVER)
        );
    }

    #[test]
    fn a_message_that_the_customer_will_never_get_is_told_in_the_ticket() {
        let mut row = row();
        for scope in [Scope::Recipient, Scope::Message] {
            let Fate { ending, then } = fate(&row, scope, Permanence::Permanent);
            assert_eq!(ending.state, OutboxState::Failed);
            assert!(matches!(then, Then::Undelivered(..)));
        }
        row.audience = Audience::Agent;
        assert_eq!(
            fate(&row, Scope::Recipient, Permanence::Permanent).then,
            Then::Nothing
        );
    }

    #[test]
    fn later_means_by_the_schedule() {
        let ending = fate(&row(), Scope::Recipient, Permanence::Temporary).ending;
        assert_eq!(
            (ending.state, ending.uncounted),
            (OutboxState::Deferred, false)
        );
        assert_eq!(ending.next_attempt_at, at("2026-11-23T12:01:00Z"));
    }
}
