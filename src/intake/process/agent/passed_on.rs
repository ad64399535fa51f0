//! A mail that one of the house passes on opens a ticket that is really somebody else's: who that is, is proposed, and
//! a person confirms it (TH7).

use crate::desk::case::Case;
use crate::desk::hand::Hand;
use crate::desk::receive::Received;
use crate::desk::tell::Occasion;
use crate::domain::mail::{attachment, forwarded};
use crate::domain::message::Authentication;
use crate::domain::person::Membership;
use crate::domain::ticket::base_subject;
use crate::domain::trace::Trace;

/// Proposes whose ticket a new one really is, if its sender is of the house and only passes a mail on.
pub fn propose(
    hand: &mut Hand<'_>,
    case: &mut Case,
    received: &Received<'_>,
    raw: Option<&[u8]>,
    trace: &mut Trace,
) {
    let office = hand.office;
    let sender = received.sender.and_then(|s| office.person_at(s));
    let Some(person) = sender.filter(|m| m.works()) else {
        return;
    };
    if received.verdict.authentication == Authentication::Fail || hand.quiet {
        return;
    }
    let mut attachments = received.mail.attachments.iter();
    let whole = attachments.find(|a| a.content_type == "message/rfc822");
    let inner = whole.and_then(|a| attachment(raw?, a.part));
    let Some(original) = forwarded::original(received.mail, inner.as_deref()) else {
        return;
    };
    let Some(address) = original.from.address() else {
        return;
    };
    let is_ours = (received.is_ours)(&address);
    if is_ours || office.person_at(&address).is_some() {
        return;
    }
    let prefix = &office.tenant.ticket_prefix;
    let subject: String = base_subject(&original.subject, prefix)
        .chars()
        .take(500)
        .collect();
    if !subject.is_empty() {
        case.ticket.subject = subject;
    }
    let because =
        format!("an agent passed on a mail of {address}, who is proposed as its requester");
    trace.note("forwarded", "proposed", because);
    let name = original.from.name.clone();
    hand.work
        .proposed
        .push((office.tenant.id, case.ticket.id, address.clone(), name));
    case.told
        .retain(|(user, occasion)| *user != person.user.id || *occasion != Occasion::NewTicket);
    case.told
        .push((person.user.id, proposal(person, address.as_str())));
}

fn proposal(person: &Membership, address: &str) -> Occasion {
    Occasion::Passed {
        by: person.user.name.clone(),
        original: address.to_owned(),
    }
}
