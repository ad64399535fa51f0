//! Whether somebody who opened a ticket is told that their mail has arrived. Everything that answers by itself can be
//! made to write to people who never asked (A8), or to another machine that answers too (A9): so it goes to
//! people only, to proven addresses unless the tenant wants otherwise, and never more than the budgets allow.

use chrono::{DateTime, Duration, Utc};

use crate::domain::brake::Brake;
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
/// Rules write so many letters on one ticket within a day, and so many to one requester in other tickets.
pub const LETTERS_A_DAY: usize = 3;
/// For so many minutes after a letter, its reader gets none in another ticket: who answers faster than that, and always
/// anew, is a program.
pub const LETTER_REST_MINUTES: i64 = 10;

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
    /// One of our addresses stands in To or Cc: a mail that came by a blind copy or a list is not answered by itself
    /// (RFC 3834 section 2).
    pub addressed: bool,
    /// Too many mails come from there.
    pub brake: Brake,
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
    match may_answer(facts) {
        Ok(because) => within_budget(facts).unwrap_or(Decision::Send(because)),
        Err(because) => Decision::Silent(because),
    }
}

/// Whether anything may answer a mail by itself: an acknowledgement, or a letter of a rule. The reason why it may.
///
/// # Errors
/// Why it may not, as a sentence.
pub fn may_answer(facts: &Facts<'_>) -> Result<&'static str, String> {
    let sender = match facts.sender {
        Sender::Nobody => Some("there is no sender to answer"),
        Sender::Ours => Some("the sender is one of our own addresses"),
        Sender::Doubtful => Some("there is not exactly one known sender to answer"),
        Sender::Somebody => None,
    };
    if let Some(because) = sender {
        return Err(because.to_owned());
    }
    if let Some(because) = facts.machine {
        return Err(format!("no machine is answered: {because}"));
    }
    if let Some(because) = facts.quiet {
        return Err(because.to_owned());
    }
    if !facts.addressed {
        return Err("none of our addresses stands in To or Cc".to_owned());
    }
    if let Some(because) = facts.brake.because() {
        return Err(because);
    }
    let unproven = match (facts.setting, facts.authentication) {
        (Acknowledge::Always, _) => return Ok("the tenant acknowledges every person's mail"),
        (_, Authentication::Pass) => return Ok("the sender's address is proven"),
        (_, Authentication::Fail) => "the sender's address is forged, by the trusted server's word",
        (_, Authentication::Unknown) => "nothing trustworthy proves the sender's address",
    };
    Err(unproven.to_owned())
}

/// Whether a rule may write one more letter, by what rules wrote within a day: so many on this ticket, and to its requester
/// in other tickets at these moments.
///
/// # Errors
/// Why not, as a sentence.
pub fn one_more_letter(
    here: usize,
    elsewhere: &[DateTime<Utc>],
    now: DateTime<Utc>,
) -> Result<(), String> {
    if here >= LETTERS_A_DAY {
        return Err(format!(
            "rules have sent {LETTERS_A_DAY} letters on this ticket within a day; that is enough until a person looks"
        ));
    }
    if elsewhere.len() >= LETTERS_A_DAY {
        return Err(format!(
            "rules have sent {LETTERS_A_DAY} letters to this address within a day, in other tickets; that is enough"
        ));
    }
    let rest = Duration::minutes(LETTER_REST_MINUTES);
    if elsewhere.iter().any(|at| now - *at < rest) {
        return Err(format!(
            "a rule sent this address a letter in another ticket less than {LETTER_REST_MINUTES} minutes ago"
        ));
    }
    Ok(())
}

/// Who wrote in a ticket by mail, those whose mail waits for a person left out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Written {
    /// Nobody: it was noted by one of the house, or by a program.
    #[default]
    Nobody,
    /// Machines only.
    Machines,
    /// A person, the last time with this evidence.
    Person(Authentication),
}

/// Whether the requester may be told of something by itself, because of what happens to their ticket: not if only machines
/// wrote, and not if the newest mail was forged, unless the tenant writes to everybody.
pub fn may_tell(written: Written, setting: Acknowledge) -> bool {
    match written {
        Written::Nobody => true,
        Written::Machines => false,
        Written::Person(authentication) => {
            authentication != Authentication::Fail || setting == Acknowledge::Always
        }
    }
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
    use uuid::Uuid;

    use super::*;
    use crate::domain::brake::{self, Place};
    use crate::domain::ids::TicketId;

    const TICKET: Place = Place::Ticket(TicketId(Uuid::from_u128(1)));

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
            addressed: true,
            brake: Brake::Off,
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
            |f: &mut Facts<'_>| f.addressed = false,
            |f: &mut Facts<'_>| f.brake = brake::decide(TICKET, brake::MAILS + 1),
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

    #[test]
    fn a9_who_answers_each_letter_with_a_new_ticket_gets_no_second_one_at_once_and_three_a_day() {
        let now = monday("12:00:00");
        let ago = |minutes: &[i64]| -> Vec<_> {
            minutes
                .iter()
                .map(|m| now - Duration::minutes(*m))
                .collect()
        };
        let more = |here, minutes: &[i64]| one_more_letter(here, &ago(minutes), now).is_ok();
        assert!(more(0, &[]) && more(LETTERS_A_DAY - 1, &[]));
        assert!(!more(LETTERS_A_DAY, &[]));
        assert!(!more(0, &[LETTER_REST_MINUTES - 1]));
        assert!(more(0, &[LETTER_REST_MINUTES, 60]));
        assert!(!more(0, &[30, 60, 90]));
    }

    #[test]
    fn a9_only_machines_and_forgers_are_not_told_of_their_ticket() {
        use Acknowledge::{Aligned, Always};
        use Authentication::{Fail, Pass, Unknown};
        for (written, setting, told) in [
            (Written::Nobody, Aligned, true),
            (Written::Machines, Always, false),
            (Written::Person(Pass), Aligned, true),
            (Written::Person(Unknown), Aligned, true),
            (Written::Person(Fail), Aligned, false),
            (Written::Person(Fail), Always, true),
        ] {
            assert_eq!(may_tell(written, setting), told, "{written:?} {setting}");
        }
    }
}
