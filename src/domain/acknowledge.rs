//! Whether somebody who opened a ticket is told that their mail has arrived. Everything that answers by itself can be
//! made to write to people who never asked (A8), or to another machine that answers too (A9): so it goes to
//! people only, to proven addresses unless the tenant wants otherwise, and never more than the budgets allow.

use chrono::{DateTime, Duration, Utc};

use crate::domain::message::Authentication;
use crate::domain::tenant::Acknowledge;

/// One tenant writes to one address once in so many hours.
pub const HOURS_BETWEEN: i64 = 24;
/// All tenants of an installation together write to one address so many times in that time.
pub const PER_ADDRESS: usize = 3;
/// One tenant sends so many within an hour; then none for an hour.
pub const PER_HOUR: usize = 300;
/// How many minutes none is sent after that.
pub const REST_MINUTES: i64 = 60;

/// What is known about the mail and about what was sent before.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The moment.
    pub now: DateTime<Utc>,
    /// What the tenant wants.
    pub setting: Acknowledge,
    /// The mail is history that is taken in.
    pub history: bool,
    /// Who would get it.
    pub sender: Sender,
    /// Why the mail is taken for a machine's, if it is.
    pub machine: Option<&'a str>,
    /// Another reason for which a person's mail is not answered by itself.
    pub quiet: Option<&'a str>,
    /// What the trusted server says about the sender.
    pub authentication: Authentication,
    /// What was sent before.
    pub sent: Sent,
}

/// Who would get it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sender {
    /// The mail names nobody.
    Nobody,
    /// One of our own addresses, of whichever tenant.
    Ours,
    /// Several people, or written so that programs may disagree who it is.
    Doubtful,
    /// Exactly one address of somebody else.
    Somebody,
}

/// Acknowledgements that went out before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sent {
    /// When this tenant wrote to this address last.
    pub last: Option<DateTime<Utc>>,
    /// How many tenants wrote to this address within [`HOURS_BETWEEN`].
    pub to_address: usize,
    /// How many this tenant sent within the last hour.
    pub this_hour: usize,
    /// Since when this tenant sends none, because there were too many.
    pub resting_since: Option<DateTime<Utc>>,
}

/// What is done, with its reason as a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// It is sent.
    Send(&'static str),
    /// It is not.
    Silent(String),
    /// It is not, nor any other for an hour, and the tenant's admins are told.
    Rest(String),
}

/// Decides. What speaks against an answer for ever comes before what speaks against it today, so that the reason is
/// the one worth knowing.
pub fn decide(facts: &Facts<'_>) -> Decision {
    let silent = |because: &str| Decision::Silent(because.to_owned());
    if facts.history {
        return silent("history is taken in silently");
    }
    if facts.setting == Acknowledge::Off {
        return silent("the tenant sends no acknowledgements");
    }
    match facts.sender {
        Sender::Nobody => return silent("there is no sender to answer"),
        Sender::Ours => return silent("the sender is one of our own addresses"),
        Sender::Doubtful => return silent("there is not exactly one sender to answer"),
        Sender::Somebody => {}
    }
    if let Some(because) = facts.machine {
        return Decision::Silent(format!("no machine is answered: {because}"));
    }
    if let Some(because) = facts.quiet {
        return silent(because);
    }
    let because = match (facts.setting, facts.authentication) {
        (Acknowledge::Always, _) => "the tenant acknowledges every person's mail",
        (_, Authentication::Pass) => "the sender's address is proven",
        (_, Authentication::Fail) => {
            return silent("the sender's address is forged, by the trusted server's word");
        }
        (_, Authentication::Unknown) => {
            return silent("nothing trustworthy proves the sender's address");
        }
    };
    within_budget(facts).map_or(Decision::Send(because), |refused| refused)
}

/// What the budgets say against it.
fn within_budget(facts: &Facts<'_>) -> Option<Decision> {
    let (now, sent) = (facts.now, facts.sent);
    let recently = |at: DateTime<Utc>, span: Duration| now - at < span;
    if sent
        .last
        .is_some_and(|at| recently(at, Duration::hours(HOURS_BETWEEN)))
    {
        let because = "this address was sent one less than a day ago";
        return Some(Decision::Silent(because.to_owned()));
    }
    if sent.to_address >= PER_ADDRESS {
        let because =
            format!("this address was sent {PER_ADDRESS} within a day, counted over all tenants");
        return Some(Decision::Silent(because));
    }
    let rest = Duration::minutes(REST_MINUTES);
    if sent
        .resting_since
        .is_some_and(|since| recently(since, rest))
    {
        let because = format!(
            "the tenant had sent {PER_HOUR} within an hour, and sends none for {REST_MINUTES} minutes"
        );
        return Some(Decision::Silent(because));
    }
    (sent.this_hour >= PER_HOUR).then(|| {
        Decision::Rest(format!(
            "the tenant sent {PER_HOUR} within an hour; none goes out for {REST_MINUTES} minutes"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn monday(clock: &str) -> DateTime<Utc> {
        format!("2026-11-23T{clock}Z").parse().unwrap()
    }

    fn facts() -> Facts<'static> {
        Facts {
            now: monday("09:00:00"),
            setting: Acknowledge::Aligned,
            history: false,
            sender: Sender::Somebody,
            machine: None,
            quiet: None,
            authentication: Authentication::Pass,
            sent: Sent::default(),
        }
    }

    fn sent(edit: fn(&mut Sent)) -> Decision {
        let mut facts = facts();
        edit(&mut facts.sent);
        decide(&facts)
    }

    #[test]
    fn a8_only_a_proven_address_is_answered_unless_the_tenant_wants_otherwise() {
        use Acknowledge::{Aligned, Always, Off};
        use Authentication::{Fail, Pass, Unknown};
        for (setting, authentication, sends) in [
            (Aligned, Pass, true),
            (Aligned, Unknown, false),
            (Aligned, Fail, false),
            (Always, Pass, true),
            (Always, Unknown, true),
            (Always, Fail, true),
            (Off, Pass, false),
        ] {
            let decided = decide(&Facts {
                setting,
                authentication,
                ..facts()
            });
            assert_eq!(
                matches!(decided, Decision::Send(_)),
                sends,
                "{setting} {authentication}"
            );
        }
    }

    #[test]
    fn a9_neither_a_machine_nor_we_ourselves_are_answered() {
        for edit in [
            |f: &mut Facts<'_>| f.sender = Sender::Ours,
            |f: &mut Facts<'_>| f.sender = Sender::Nobody,
            |f: &mut Facts<'_>| f.sender = Sender::Doubtful,
            |f: &mut Facts<'_>| f.machine = Some("Auto-Submitted: auto-replied"),
            |f: &mut Facts<'_>| f.quiet = Some("its return path is empty"),
            |f: &mut Facts<'_>| f.history = true,
        ] {
            let mut facts = Facts {
                setting: Acknowledge::Always,
                ..facts()
            };
            edit(&mut facts);
            assert!(matches!(decide(&facts), Decision::Silent(_)), "{facts:?}");
        }
    }

    #[test]
    fn a8_an_address_is_sent_one_a_day_and_three_over_all_tenants() {
        assert!(matches!(
            sent(|s| s.last = Some(monday("08:00:00"))),
            Decision::Silent(_)
        ));
        let yesterday = |s: &mut Sent| s.last = Some(monday("09:00:00") - Duration::hours(24));
        assert!(matches!(sent(yesterday), Decision::Send(_)));
        assert!(matches!(
            sent(|s| s.to_address = PER_ADDRESS - 1),
            Decision::Send(_)
        ));
        assert!(matches!(
            sent(|s| s.to_address = PER_ADDRESS),
            Decision::Silent(_)
        ));
    }

    #[test]
    fn a8_a_tenant_that_sent_too_many_rests_for_an_hour_and_says_so_once() {
        assert!(matches!(
            sent(|s| s.this_hour = PER_HOUR - 1),
            Decision::Send(_)
        ));
        assert!(matches!(
            sent(|s| s.this_hour = PER_HOUR),
            Decision::Rest(_)
        ));
        let rests = |s: &mut Sent| {
            s.this_hour = PER_HOUR;
            s.resting_since = Some(monday("08:00:01"));
        };
        assert!(
            matches!(sent(rests), Decision::Silent(_)),
            "no second alert"
        );
        assert!(matches!(
            sent(|s| s.resting_since = Some(monday("08:00:00"))),
            Decision::Send(_)
        ));
    }

    #[test]
    fn a8_no_budget_is_spent_on_what_is_never_answered() {
        let mut facts = Facts {
            authentication: Authentication::Unknown,
            ..facts()
        };
        facts.sent.this_hour = PER_HOUR;
        assert!(
            matches!(decide(&facts), Decision::Silent(_)),
            "a flood of unproven mail trips nothing"
        );
    }
}
