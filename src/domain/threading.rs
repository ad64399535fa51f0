//! Which ticket a mail belongs to, and why: signed token, then the reference graph, then the ticket's
//! number in the subject from somebody who takes part, else a new ticket. A sender who takes no part in
//! the thread they answer is held, never merged.

mod late;

use chrono::{DateTime, Duration, Utc};

use crate::domain::ids::TicketId;
use crate::domain::mailbox::Strangers;
use crate::domain::message::MatchedBy;
use crate::domain::ticket::Status;
use crate::domain::trace::Trace;

pub use late::{Connected, Joining, joinings};

/// What threading needs to know of a ticket that a mail may belong to.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The ticket; already the target if the one found was merged.
    pub ticket: TicketId,
    /// What people call it.
    pub key: String,
    /// Where it stands.
    pub status: Status,
    /// When it was closed.
    pub closed_at: Option<DateTime<Utc>>,
    /// Whether the sender takes part in it.
    pub sender_takes_part: bool,
}

impl Candidate {
    /// Whether it was closed longer ago than an answer returns to its ticket.
    pub fn is_over(&self, follow_up: Duration, now: DateTime<Utc>) -> bool {
        self.status == Status::Closed && self.closed_at.is_some_and(|at| now - at > follow_up)
    }
}

/// What a mail offers as evidence, each already looked up inside the one tenant and mailbox.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// A verified customer token, and its ticket.
    pub token: Option<Candidate>,
    /// The ticket of the nearest known ancestor, or of a mail that named this one as its ancestor.
    pub reference: Option<Candidate>,
    /// The ticket whose number stands in the subject.
    pub subject: Option<Candidate>,
}

/// Where a mail goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// It opens a ticket.
    Open,
    /// It opens a ticket linked to one that was closed too long ago.
    FollowUp(TicketId),
    /// It joins a ticket.
    Append {
        /// Which.
        ticket: TicketId,
        /// By what evidence.
        by: MatchedBy,
        /// The sender becomes a participant.
        joins: bool,
        /// A stranger holds a valid token: shown with a banner, and not added to the participants.
        borrowed_token: bool,
    },
    /// It waits inside a ticket: the thread is known, the sender is not.
    Hold {
        /// Which.
        ticket: TicketId,
        /// By what evidence.
        by: MatchedBy,
        /// Why, as staff read it.
        reason: String,
    },
}

/// Decides. `follow_up_days` is how long after closing an answer still returns to its ticket.
pub fn decide(
    evidence: Evidence,
    strangers: Strangers,
    follow_up_days: u32,
    now: DateTime<Utc>,
    trace: &mut Trace,
) -> Decision {
    let Evidence {
        token,
        reference,
        subject,
    } = evidence;
    let days = Duration::days(i64::from(follow_up_days));
    let subject = subject.filter(|found| {
        if !found.sender_takes_part {
            let because = format!(
                "the subject names {0}, but the sender does not take part in {0}",
                found.key
            );
            trace.note("thread", "number not believed", because);
        }
        found.sender_takes_part
    });
    let (found, by, evidence) = match (token, reference, subject) {
        (Some(found), _, _) => (found, MatchedBy::Token, "it carries a valid reply token of"),
        (_, Some(found), _) => (
            found,
            MatchedBy::References,
            "its References name a mail of",
        ),
        (_, _, Some(found)) => (
            found,
            MatchedBy::Subject,
            "its sender takes part in, and its subject names,",
        ),
        (None, None, None) => {
            trace.note(
                "thread",
                "new ticket",
                "no token, reference or number leads to a ticket",
            );
            return Decision::Open;
        }
    };
    let key = &found.key;
    let stranger = !found.sender_takes_part;
    if stranger && by == MatchedBy::References && strangers == Strangers::Hold {
        let reason =
            format!("It answers a mail of {key}, but its sender does not take part in {key}.");
        trace.note("thread", format!("held in {key}"), reason.clone());
        return Decision::Hold {
            ticket: found.ticket,
            by,
            reason,
        };
    }
    if found.is_over(days, now) {
        let because =
            format!("{evidence} {key}, which was closed more than {follow_up_days} days ago");
        trace.note("thread", "follow-up", because);
        return Decision::FollowUp(found.ticket);
    }
    trace.note("thread", key.as_str(), format!("{evidence} {key}"));
    let borrowed_token = stranger && by == MatchedBy::Token;
    if borrowed_token {
        let because =
            format!("the sender does not take part in {key}: shown with a warning, not added");
        trace.note("thread", "unknown sender", because);
    }
    Decision::Append {
        ticket: found.ticket,
        by,
        joins: stranger && by == MatchedBy::References,
        borrowed_token,
    }
}

/// The ticket number in a subject, if it carries one of this tenant's keys in brackets: `[ACME-12]`.
pub fn number_in_subject(subject: &str, prefix: &str) -> Option<i64> {
    subject.split('[').skip(1).find_map(|rest| {
        let (mark, _) = rest.split_once(']')?;
        let number = mark.trim().strip_prefix(prefix)?.strip_prefix('-')?;
        (number.len() <= 12 && number.bytes().all(|b| b.is_ascii_digit()))
            .then(|| number.parse().ok())
            .flatten()
    })
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn ticket(id: u128) -> TicketId {
        TicketId(Uuid::from_u128(id))
    }

    fn candidate(id: u128, status: Status, takes_part: bool, closed_days_ago: i64) -> Candidate {
        Candidate {
            ticket: ticket(id),
            key: format!("ACME-{id}"),
            status,
            closed_at: (status == Status::Closed).then(|| now() - Duration::days(closed_days_ago)),
            sender_takes_part: takes_part,
        }
    }

    fn now() -> DateTime<Utc> {
        "2026-11-23T12:00:00Z".parse().unwrap()
    }

    fn decided(evidence: Evidence, strangers: Strangers) -> Decision {
        let mut trace = Trace::default();
        let decision = decide(evidence, strangers, 30, now(), &mut trace);
        assert!(!trace.0.is_empty());
        decision
    }

    fn append(id: u128, by: MatchedBy, joins: bool, borrowed_token: bool) -> Decision {
        Decision::Append {
            ticket: ticket(id),
            by,
            joins,
            borrowed_token,
        }
    }

    #[test]
    fn the_strongest_evidence_decides() {
        let open = |id, part| Some(candidate(id, Status::Open, part, 0));
        let closed = |id, days| Some(candidate(id, Status::Closed, true, days));
        let hold = Strangers::Hold;
        let none = Evidence::default();
        assert_eq!(decided(none.clone(), hold), Decision::Open);
        // A token beats references beat a number.
        let all = Evidence {
            token: open(1, true),
            reference: open(2, true),
            subject: open(3, true),
        };
        assert_eq!(
            decided(all.clone(), hold),
            append(1, MatchedBy::Token, false, false)
        );
        let two = Evidence { token: None, ..all };
        assert_eq!(
            decided(two.clone(), hold),
            append(2, MatchedBy::References, false, false)
        );
        let one = Evidence {
            reference: None,
            ..two
        };
        assert_eq!(
            decided(one, hold),
            append(3, MatchedBy::Subject, false, false)
        );
        // Late answers open a follow-up.
        let late = Evidence {
            reference: closed(4, 31),
            ..none.clone()
        };
        assert_eq!(decided(late, hold), Decision::FollowUp(ticket(4)));
        let in_time = Evidence {
            reference: closed(4, 29),
            ..none
        };
        assert_eq!(
            decided(in_time, hold),
            append(4, MatchedBy::References, false, false)
        );
    }

    #[test]
    fn a6_a_stranger_is_held_or_shown_with_a_warning_but_never_merged_silently() {
        let open = |part| Some(candidate(1, Status::Open, part, 0));
        let none = Evidence::default();
        let by_reference = Evidence {
            reference: open(false),
            ..none.clone()
        };
        assert!(matches!(
            decided(by_reference.clone(), Strangers::Hold),
            Decision::Hold { .. }
        ));
        assert_eq!(
            decided(by_reference, Strangers::Join),
            append(1, MatchedBy::References, true, false)
        );
        let by_token = Evidence {
            token: open(false),
            ..none.clone()
        };
        assert_eq!(
            decided(by_token, Strangers::Hold),
            append(1, MatchedBy::Token, false, true)
        );
        let by_number = Evidence {
            subject: open(false),
            ..none
        };
        assert_eq!(decided(by_number, Strangers::Hold), Decision::Open);
    }

    #[test]
    fn a_number_is_read_only_from_our_own_mark() {
        for (subject, number) in [
            ("Re: [ACME-12] Printer", Some(12)),
            ("[x] [ACME-7]", Some(7)),
            ("ACME-12", None),
            ("[ACME-]", None),
            ("[ACME-12x]", None),
            ("[OTHER-12]", None),
            ("[ACME-99999999999999999999]", None),
        ] {
            assert_eq!(number_in_subject(subject, "ACME"), number, "{subject}");
        }
    }
}
