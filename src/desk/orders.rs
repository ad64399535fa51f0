//! Carrying out what commands want: by mail, from the composer and through the API alike.

use crate::desk::case::Case;
use crate::desk::change::{self, touch};
use crate::desk::directory::Office;
use crate::desk::hand::Hand;
use crate::desk::speak::Reply;
use crate::desk::{DeskError, Who};
use crate::desk::{receive, snooze};
use crate::domain::address::{EmailAddress, Party};
use crate::domain::commands::{Known, Named, Orders, Snooze, Unclear};
use crate::domain::event::EventType;
use crate::domain::person::Membership;
use crate::domain::ticket::Change;
use crate::store::participants::{Part, Participant};
use chrono::{DateTime, Utc};

/// What commands may name: in this tenant, for this person, on a ticket of these people.
pub fn known(office: &Office, who: &Who, people: &[Participant], now: DateTime<Utc>) -> Known {
    let workers = office.people.iter().filter(|m| m.works());
    Known {
        me: who
            .user
            .filter(|user| office.person(*user).is_some_and(Membership::works)),
        people: workers
            .map(|m| Named {
                id: m.user.id,
                name: m.user.name.clone(),
                address: m.user.email.to_string(),
            })
            .collect(),
        teams: office
            .teams
            .iter()
            .map(|team| Named {
                id: team.id,
                name: team.name.clone(),
                address: String::new(),
            })
            .collect(),
        categories: office.tenant.settings.categories.clone(),
        others: people
            .iter()
            .flat_map(|p| [p.name.clone(), p.address.to_string()])
            .filter(|name| !name.is_empty())
            .collect(),
        key_prefix: office.tenant.ticket_prefix.clone(),
        now,
        zone: office.tenant.timezone,
    }
}

/// Why an address cannot be a customer's, if it is one of ours: what goes there comes back, or shows customers who works
/// here (A35).
pub fn ours(office: &Office, address: &EmailAddress) -> Option<&'static str> {
    if office.is_own(address) {
        return Some("That is an address of ours.");
    }
    office
        .person_at(address)
        .map(|_| "That is somebody who works here, and customers would see the address.")
}

/// Why somebody cannot get copies. Whoever takes part already may.
pub fn no_copy(office: &Office, case: &Case, address: &EmailAddress) -> Option<&'static str> {
    let inside = case.takes_part(address) || case.requester.email == *address;
    ours(office, address).filter(|_| !inside)
}

/// Refuses recipients whom customers must not see, and our own addresses.
///
/// # Errors
/// Which field, and who.
pub fn check_recipients(office: &Office, case: &Case, reply: &Reply) -> Result<(), DeskError> {
    let seen = [("to", reply.to.as_deref()), ("cc", reply.cc.as_deref())];
    for (field, parties) in seen {
        for address in parties.into_iter().flatten().filter_map(Party::address) {
            if let Some(problem) = no_copy(office, case, &address) {
                return Err(DeskError::invalid(field, format!("{address}: {problem}")));
            }
        }
    }
    // Nobody sees a blind copy; but one to ourselves comes back.
    for address in reply.bcc.iter().filter_map(Party::address) {
        if office.is_own(&address) {
            let problem = format!("{address}: That is an address of ours.");
            return Err(DeskError::invalid("bcc", problem));
        }
    }
    Ok(())
}

/// Refuses commands that would let such people in.
///
/// # Errors
/// [`DeskError::Unclear`] with the lines.
pub fn check_copies(office: &Office, case: &Case, orders: &Orders) -> Result<(), DeskError> {
    let unclear: Vec<Unclear> = orders
        .cc
        .iter()
        .filter_map(|address| {
            Some(Unclear {
                line: format!("#cc {address}"),
                problem: no_copy(office, case, address)?.to_owned(),
                choices: Vec::new(),
            })
        })
        .collect();
    if unclear.is_empty() {
        Ok(())
    } else {
        Err(DeskError::Unclear(unclear))
    }
}

/// What must be so before anything is said: who gets a copy.
pub fn before_speaking(hand: &mut Hand<'_>, case: &mut Case, who: &Who, orders: &Orders) {
    for address in &orders.cc {
        add(hand, case, who, address);
    }
}

fn add(hand: &mut Hand<'_>, case: &mut Case, who: &Who, address: &EmailAddress) {
    if case.takes_part(address) {
        return;
    }
    receive::join(hand, case, address, "", Part::Participant);
    hand.event(
        case,
        EventType::ParticipantAdded,
        &who.actor(),
        Some(("participant", None, Some(address.to_string()))),
    );
    touch(hand, case);
}

/// Changes the ticket as the commands want. Merging and another requester need more than one ticket in hand; the
/// caller does them.
///
/// # Errors
/// A value that this tenant does not take.
pub fn after_speaking(
    hand: &mut Hand<'_>,
    case: &mut Case,
    who: &Who,
    orders: &Orders,
) -> Result<(), DeskError> {
    let mut tags = case.tags.clone();
    tags.extend(orders.tag.iter().cloned());
    tags.retain(|tag| !orders.untag.contains(tag));
    let wanted = Change {
        status: orders.status,
        priority: orders.priority,
        category: orders.category.clone(),
        team: orders.team,
        assignee: orders.assignee,
        tags: (tags != case.tags).then(|| tags.into_iter().collect()),
        spam: orders.spam,
        ..Change::default()
    };
    change::check(hand, &wanted)?;
    change::apply(hand, case, &wanted, &who.actor(), 0);
    let until = match orders.snooze {
        None => return Ok(()),
        Some(Snooze::Off) => None,
        Some(Snooze::Until(at)) => Some(at),
    };
    snooze::snooze(hand, case, until, &who.actor())
}
