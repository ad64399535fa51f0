//! A mail that one of the house passes on opens a ticket that is really somebody else's: who that is, is proposed, and
//! a person confirms it (TH7).

use crate::desk::case::Case;
use crate::desk::directory::Office;
use crate::desk::hand::Hand;
use crate::desk::receive::Received;
use crate::desk::tell::Occasion;
use crate::domain::address::EmailAddress;
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
    if let Some((address, name)) = by_a_form(office, received) {
        let because = format!(
            "it comes from an address of ours and asks for answers at {address}, who is proposed as its requester"
        );
        trace.note("forwarded", "proposed", because);
        hand.work
            .proposed
            .push((office.tenant.id, case.ticket.id, address, name));
        return;
    }
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

/// Who has filled in a form on a website that writes in our own name and asks for answers at theirs.
fn by_a_form(office: &Office, received: &Received<'_>) -> Option<(EmailAddress, String)> {
    received
        .sender
        .filter(|sender| (received.is_ours)(sender))?;
    let [party] = received.mail.reply_to.as_slice() else {
        return None;
    };
    let address = party.address()?;
    let outside = !(received.is_ours)(&address) && office.person_at(&address).is_none();
    let believed = received.verdict.authentication != Authentication::Fail;
    (outside && believed).then(|| (address, party.name.clone()))
}

fn proposal(person: &Membership, address: &str) -> Occasion {
    Occasion::Passed {
        by: person.user.name.clone(),
        original: address.to_owned(),
    }
}
