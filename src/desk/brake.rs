//! Automatic actions rest on a ticket, or towards a sender: people hear of it once.

use crate::desk::alert::{self, Alert};
use crate::desk::case::Case;
use crate::desk::hand::Hand;
use crate::domain::brake::{Brake, MAILS, MINUTES, Place};
use crate::domain::event::{Actor, EventType};
use crate::store::heard::place_id;

/// Holds a case back as far as the brake says, for the mail in hand. With the first mail too many, the timeline says so and
/// those who run the tenant are told: once a day for each ticket and each address.
pub fn apply(hand: &mut Hand<'_>, case: &mut Case, brake: Brake) {
    case.brake = brake;
    let (Brake::On { place, first: true }, Some(because)) = (brake, brake.because()) else {
        return;
    };
    let line = ("automatic", None, Some(because));
    hand.event(case, EventType::Changed, &Actor::System, Some(line));
    let office = hand.office;
    let (what, path) = match place {
        Place::Ticket(_) => (
            format!("the ticket {}", case.ticket.key),
            format!("/tickets/{}", case.ticket.key),
        ),
        Place::Address(mailbox) => {
            let name = office.mailbox(mailbox).map(|m| m.address.to_string());
            let name = name.unwrap_or_default();
            (format!("{name}, each a new ticket"), "/tickets".to_owned())
        }
    };
    let alert = Alert {
        cause: format!("brake:{}:{}", place_id(place), hand.now.date_naive()),
        headline: "Automatic answers rest: too many mails from one sender".to_owned(),
        text: format!(
            "More than {MAILS} mails came from one sender within {MINUTES} minutes to {what}. That is what it looks like when two programs answer one another. \
             Every mail is kept as always; no acknowledgement, no letter of a rule and no notice about it goes out until fewer come."
        ),
        link: hand.links.tenant(&office.tenant.slug, &path),
        ticket: Some(case.ticket.id),
    };
    alert::raise(hand, &alert);
}
