//! A mail that comes late and shows that two tickets are one conversation: its ancestor was unknown when the
//! tickets were opened. Tickets that nobody has touched join by themselves; others are offered for joining.

use crate::domain::ids::TicketId;
use crate::domain::mailbox::Strangers;

/// A ticket that a late mail connects with another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connected {
    /// Which.
    pub ticket: TicketId,
    /// What people call it.
    pub key: String,
    /// Whether a person has done anything with it: answered, noted, assigned, changed.
    pub touched: bool,
    /// Whether the sender of the late mail takes part in it.
    pub sender_takes_part: bool,
}

/// What to do about two tickets that are one conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Joining {
    /// They become one, without anybody being asked.
    ByItself {
        /// The older one, which stays.
        into: TicketId,
        /// The younger one, which goes into it.
        from: TicketId,
        /// Why, as staff read it.
        reason: String,
    },
    /// Staff are asked.
    Offer {
        /// The older one, which would stay.
        into: TicketId,
        /// The younger one, which would go into it.
        from: TicketId,
        /// Why they belong together, and why it was not done, as staff read it.
        reason: String,
    },
}

impl Joining {
    /// The older ticket, and the younger one.
    pub const fn tickets(&self) -> (TicketId, TicketId) {
        match self {
            Self::ByItself { into, from, .. } | Self::Offer { into, from, .. } => (*into, *from),
        }
    }
}

/// Decides what a late mail does to the tickets that it connects; one decision for each but the oldest, into which
/// the others go. Nothing to decide below two tickets.
///
/// A stranger connects nothing by themselves: whoever knows two Message-IDs could otherwise show one customer's
/// conversation to another. Where a mailbox lets strangers join (a list), everybody takes part. A mail whose sender is
/// `forged`, as the trusted server says, joins nothing either.
pub fn joinings(connected: &[Connected], strangers: Strangers, forged: bool) -> Vec<Joining> {
    let mut tickets: Vec<&Connected> = Vec::new();
    for ticket in connected {
        if !tickets.iter().any(|known| known.ticket == ticket.ticket) {
            tickets.push(ticket);
        }
    }
    // Ids rise with time: the smallest is the oldest.
    tickets.sort_by_key(|ticket| ticket.ticket);
    let Some((into, others)) = tickets.split_first() else {
        return Vec::new();
    };
    others
        .iter()
        .map(|from| joining(into, from, strangers, forged))
        .collect()
}

fn joining(into: &Connected, from: &Connected, strangers: Strangers, forged: bool) -> Joining {
    let because = format!(
        "A mail that came late refers to mails of {} and of {}",
        into.key, from.key
    );
    let outside = [into, from]
        .into_iter()
        .find(|ticket| strangers == Strangers::Hold && !ticket.sender_takes_part);
    let touched = [into, from].into_iter().find(|ticket| ticket.touched);
    let hindrance = match (outside, touched) {
        _ if forged => "its sender is not who it says".to_owned(),
        (Some(ticket), _) => format!("its sender does not take part in {}", ticket.key),
        (None, Some(ticket)) => format!("somebody has worked on {}", ticket.key),
        (None, None) => {
            return Joining::ByItself {
                into: into.ticket,
                from: from.ticket,
                reason: format!("{because}, and nobody has worked on either."),
            };
        }
    };
    Joining::Offer {
        into: into.ticket,
        from: from.ticket,
        reason: format!("{because}; {hindrance}."),
    }
}

#[cfg(test)]
mod tests;
