//! An agent answers a notification from their mail client (guarantees, section 2). Three things count: the token (T),
//! the sender's address being that same person's (F), and what the trusted server says about it (D). What is not
//! proven waits in the ticket; it is never sent by itself, and never lost.

use uuid::Uuid;

use crate::desk::Desk;
use crate::desk::Who;
use crate::desk::case::Case;
use crate::desk::directory::Office;
use crate::desk::hand::Hand;
use crate::desk::receive::{self, Arrival, Received};
use crate::desk::speak::{self, Note, Reply, Thread};
use crate::desk::tell::Occasion;
use crate::domain::address::EmailAddress;
use crate::domain::ids::UserId;
use crate::domain::mail::Machine;
use crate::domain::mail::authentication::Verdict;
use crate::domain::message::{Authentication, MatchedBy};
use crate::domain::person::Membership;
use crate::domain::tenant::AgentMail;
use crate::domain::token::Purpose;
use crate::domain::trace::Trace;
use crate::intake::process::walk::{Fate, hand};
use crate::intake::process::world::{Routed, World};
use crate::store::references::Reference;

/// What an agent's mail may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdicted {
    /// It speaks for the tenant.
    Post,
    /// It waits until the agent confirms it.
    Hold(String),
    /// Somebody else holds the agent's token: their mail waits, and the token is revoked.
    NotTheAgent(String),
    /// It is kept away from the ticket until a person looks.
    Refuse(String),
    /// A machine wrote it: it goes nowhere.
    Automatic(String),
}

/// The policy table. `same_address` is F, `authentication` is D; T is given.
pub fn decide(
    policy: AgentMail,
    works: bool,
    same_address: bool,
    automatic: bool,
    authentication: Authentication,
) -> Verdicted {
    if automatic {
        return Verdicted::Automatic(
            "an automatic answer to a notification never reaches the customer".to_owned(),
        );
    }
    if !works {
        return Verdicted::Refuse(
            "the token belongs to somebody who does not work here any more".to_owned(),
        );
    }
    if !same_address {
        return Verdicted::NotTheAgent(
            "It carries an agent's token, but does not come from that agent's address.".to_owned(),
        );
    }
    match (policy, authentication) {
        (AgentMail::Strict, Authentication::Pass) | (AgentMail::Token, Authentication::Pass | Authentication::Unknown) => Verdicted::Post,
        (AgentMail::Off, _) => Verdicted::Hold("Answers by mail are switched off; send it here.".to_owned()),
        (_, Authentication::Fail) => Verdicted::Hold("The sender's address is forged, by the trusted server's word. Send it only if you wrote it.".to_owned()),
        (AgentMail::Strict, Authentication::Unknown) => Verdicted::Hold("Nothing trustworthy proves that you wrote it. One click sends it.".to_owned()),
    }
}

/// Does what the table says with an answer to a notification.
pub fn answer(
    desk: &Desk,
    world: &mut World,
    mail: &mut Routed<'_>,
    office: &Office,
    verdict: &Verdict,
    reference: &Reference,
) -> Fate {
    let parsed = mail.parsed;
    let person = reference.claim.participant.parse::<Uuid>().ok();
    let person = person.and_then(|id| office.person(UserId(id)));
    let works = person.is_some_and(Membership::works);
    let same_address = person.is_some_and(|m| mail.sender.as_ref() == Some(&m.user.email));
    let by_machine = parsed.mail.machine.is_some_and(|m| m != Machine::List);
    let automatic = by_machine || parsed.mail.quiet_because.is_some();
    let policy = office.tenant.settings.agent_mail;
    let decided = decide(
        policy,
        works,
        same_address,
        automatic,
        verdict.authentication,
    );
    note(&mut mail.trace, &decided);
    let ticket = world.merged(reference.claim.ticket);
    let (Some(mut case), Some(person)) = (world.cases.remove(&ticket), person) else {
        return Fate::Quarantined(
            "an answer to a notification about something that is gone".to_owned(),
        );
    };
    let thread = world.threads.remove(&ticket);
    let directory = std::sync::Arc::clone(&world.directory);
    let is_ours = |address: &EmailAddress| directory.book.is_ours(address);
    let received = Received {
        inbound: parsed.claimed.id,
        blob: parsed.claimed.blob,
        mail: &parsed.mail,
        verdict,
        sender: mail.sender.as_ref(),
        is_ours: &is_ours,
        quiet: parsed.claimed.quiet,
    };
    let speaks = Speaks {
        who: Who {
            tenant: office.tenant.id,
            user: Some(person.user.id),
            name: person.user.name.clone(),
            role: person.role,
        },
        text: parsed.mail.reply_text(),
        as_note: reference.claim.purpose == Purpose::AgentNote,
        thread: thread.as_ref(),
    };
    let revoke = matches!(decided, Verdicted::NotTheAgent(_));
    let fate = {
        let mut hand = hand(desk, world, office, received.quiet);
        carry_out(&mut hand, &mut case, &received, &speaks, decided)
    };
    if revoke {
        let participant = reference.claim.participant.clone();
        world.revoked.push((office.tenant.id, ticket, participant));
    }
    world.threads.extend(thread.map(|thread| (ticket, thread)));
    world.cases.insert(ticket, case);
    fate
}

/// What an agent says by mail.
struct Speaks<'a> {
    who: Who,
    /// Without the quoted notification.
    text: String,
    /// It answers a note, so it is one.
    as_note: bool,
    thread: Option<&'a Thread>,
}

fn carry_out(
    hand: &mut Hand<'_>,
    case: &mut Case,
    received: &Received<'_>,
    speaks: &Speaks<'_>,
    decided: Verdicted,
) -> Fate {
    let (ticket, who, by) = (case.ticket.id, &speaks.who, Some(MatchedBy::Token));
    match decided {
        Verdicted::Automatic(reason) => Fate::Ignored(reason),
        Verdicted::Refuse(reason) => Fate::Quarantined(reason),
        _ if speaks.text.trim().is_empty() => {
            Fate::Ignored("an answer without any words".to_owned())
        }
        Verdicted::NotTheAgent(reason) => {
            let arrival = Arrival {
                by,
                held: Some(reason),
                ..Arrival::default()
            };
            let message = receive::append(hand, case, received, &arrival);
            case.told
                .extend(who.user.map(|user| (user, Occasion::Held)));
            receive::tell(hand, case, &message);
            Fate::Message(ticket, message.id, "held")
        }
        // An answer to a note is a note: it stays inside either way.
        Verdicted::Post | Verdicted::Hold(_) if speaks.as_note => {
            let text = speaks.text.clone();
            let id = speak::jot(hand, case, who, &Note { text, by });
            Fate::Message(ticket, id, "appended")
        }
        Verdicted::Hold(reason) => {
            let id = speak::hold(hand, case, who, &speaks.text, &reason, received.inbound);
            Fate::Message(ticket, id, "held")
        }
        Verdicted::Post => {
            let reply = Reply {
                text: speaks.text.clone(),
                by,
                ..Reply::default()
            };
            let said = speaks
                .thread
                .map(|thread| speak::say(hand, case, who, &reply, thread));
            match said {
                Some(Ok(id)) => Fate::Message(ticket, id, "appended"),
                Some(Err(error)) => Fate::Quarantined(error.to_string()),
                None => Fate::Quarantined("its thread could not be read".to_owned()),
            }
        }
    }
}

fn note(trace: &mut Trace, decided: &Verdicted) {
    match decided {
        Verdicted::Post => trace.note("agent", "speaks for the tenant", "a valid agent token, from that agent's own address, as far as the tenant's policy asks"),
        Verdicted::Hold(reason) => trace.note("agent", "held", reason.as_str()),
        Verdicted::NotTheAgent(reason) => trace.note("agent", "held, token revoked", reason.as_str()),
        Verdicted::Refuse(reason) | Verdicted::Automatic(reason) => {
            trace.note("agent", "refused", reason.as_str());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_table_holds_row_by_row() {
        use Authentication::{Fail, Pass, Unknown};
        let held = |v: &Verdicted| matches!(v, Verdicted::Hold(_));
        for (policy, authentication, posts) in [
            (AgentMail::Strict, Pass, true),
            (AgentMail::Strict, Unknown, false),
            (AgentMail::Strict, Fail, false),
            (AgentMail::Token, Pass, true),
            (AgentMail::Token, Unknown, true),
            (AgentMail::Token, Fail, false),
            (AgentMail::Off, Pass, false),
        ] {
            let decided = decide(policy, true, true, false, authentication);
            assert_eq!(
                decided == Verdicted::Post,
                posts,
                "{policy} {authentication}"
            );
            assert_eq!(held(&decided), !posts, "{policy} {authentication}");
            // Another address, somebody who left, or a machine: never, whatever the policy.
            assert!(matches!(
                decide(policy, true, false, false, authentication),
                Verdicted::NotTheAgent(_)
            ));
            assert!(matches!(
                decide(policy, false, true, false, authentication),
                Verdicted::Refuse(_)
            ));
            assert!(matches!(
                decide(policy, true, true, true, authentication),
                Verdicted::Automatic(_)
            ));
        }
    }
}
