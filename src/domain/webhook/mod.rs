//! Calls to tenants' programs, after the Standard Webhooks specification (<https://www.standardwebhooks.com>): how they
//! are signed, to whom an event is told, and when a call is tried again.

mod schedule;
mod sign;

pub use schedule::{Outcome, Standing, next_attempt, standing};
pub use sign::{InvalidSecret, Secret, signature};

use crate::domain::event::EventType;

/// The event by which a program is tried out.
pub const TEST_EVENT: &str = "webhook.test";
/// The event of a rule that calls a webhook.
pub const RULE_EVENT: &str = "rule.fired";

/// Whether a webhook with these wishes is told of an event: by its name, by the first part and `*`, or by `*` alone.
/// Nothing wished for means everything.
pub fn wants(wishes: &[String], event: &str) -> bool {
    let fits = |wish: &String| {
        wish == "*"
            || wish == event
            || wish
                .strip_suffix(".*")
                .is_some_and(|group| event.split('.').next() == Some(group))
    };
    wishes.is_empty() || wishes.iter().any(fits)
}

/// Whether a wish names anything that happens here.
pub fn is_known(wish: &str) -> bool {
    let events = || EventType::WORDS.iter().copied().chain([RULE_EVENT]);
    wish == "*"
        || events().any(|event| event == wish)
        || wish
            .strip_suffix(".*")
            .is_some_and(|group| events().any(|event| event.split('.').next() == Some(group)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_webhook_is_told_of_what_it_asked_for() {
        let wishes = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>();
        for (wanted, event, told) in [
            (&[][..], "ticket.created", true),
            (&["*"], "ticket.created", true),
            (&["ticket.created"], "ticket.created", true),
            (&["ticket.created"], "ticket.updated", false),
            (&["ticket.*"], "ticket.updated", true),
            (&["ticket.*"], "message.received", false),
            (&["tick.*"], "ticket.updated", false),
            (&["message.received", "sla.*"], "sla.breached", true),
        ] {
            assert_eq!(wants(&wishes(wanted), event), told, "{wanted:?} {event}");
        }
    }

    #[test]
    fn a_wish_for_what_never_happens_is_not_known() {
        for (wish, known) in [
            ("*", true),
            ("ticket.created", true),
            ("ticket.*", true),
            ("rule.fired", true),
            ("ticket.crated", false),
            ("tickets.*", false),
            ("", false),
        ] {
            assert_eq!(is_known(wish), known, "{wish}");
        }
    }
}
