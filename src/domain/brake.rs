//! The brake on what answers by itself. Two programs that answer one another look like two people who write a lot, however
//! well marks, addresses and evidence are judged: so whatever happens faster than people write has to stop (A9).

use crate::domain::ids::{MailboxId, TicketId};

/// So many mails of one sender to one place within [`MINUTES`] are a person's; with the next one, automatic actions rest.
pub const MAILS: usize = 10;
/// The span in which mails are counted.
pub const MINUTES: i64 = 10;

/// Where mails of one sender are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Place {
    /// In one ticket.
    Ticket(TicketId),
    /// New tickets by way of one of our addresses.
    Address(MailboxId),
}

/// Whether something may happen by itself because of a mail.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Brake {
    /// Nothing speaks against it.
    #[default]
    Off,
    /// Too many mails came.
    On {
        /// Where.
        place: Place,
        /// This is the mail that made them too many: people are told now, and not with each that follows.
        first: bool,
    },
}

impl Brake {
    /// The sentence for the trace and the timeline.
    pub fn because(self) -> Option<String> {
        let Self::On { place, .. } = self else {
            return None;
        };
        let place = match place {
            Place::Ticket(_) => "on one ticket",
            Place::Address(_) => "as new tickets",
        };
        Some(format!(
            "more than {MAILS} mails came from one sender within {MINUTES} minutes {place}; nothing goes out by itself until it is quieter"
        ))
    }

    /// Whether even the tenant's own people are not told any more: of a conversation they were told ten times. A new
    /// ticket is always told.
    pub const fn silences_notices(self) -> bool {
        matches!(
            self,
            Self::On {
                place: Place::Ticket(_),
                ..
            }
        )
    }
}

/// Decides. `count` is how many mails of this sender came to this place within the span, this one included.
pub const fn decide(place: Place, count: usize) -> Brake {
    if count <= MAILS {
        return Brake::Off;
    }
    Brake::On {
        place,
        first: count == MAILS + 1,
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const TICKET: Place = Place::Ticket(TicketId(Uuid::from_u128(1)));
    const ADDRESS: Place = Place::Address(MailboxId(Uuid::from_u128(2)));

    #[test]
    fn a9_ten_mails_are_a_persons_and_with_the_eleventh_automatic_actions_rest() {
        for place in [TICKET, ADDRESS] {
            assert_eq!(decide(place, 1), Brake::Off);
            assert_eq!(decide(place, MAILS), Brake::Off);
            let on = |first| Brake::On { place, first };
            assert_eq!(decide(place, MAILS + 1), on(true));
            assert_eq!(decide(place, MAILS + 2), on(false), "no second alert");
        }
    }

    #[test]
    fn a9_people_are_told_of_new_tickets_however_many_come() {
        assert!(decide(TICKET, 11).silences_notices());
        assert!(!decide(ADDRESS, 11).silences_notices());
        assert!(!Brake::Off.silences_notices());
    }
}
