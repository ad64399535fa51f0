//! Following a ticket: whoever follows sees it and is told of it as if it were theirs (NT4). A mention makes somebody follow.

use crate::desk::case::Case;
use crate::desk::hand::Hand;
use crate::desk::tell::Occasion;
use crate::desk::{Desk, DeskError, Who};
use crate::domain::event::{Actor, EventType};
use crate::domain::ids::{TicketId, UserId};
use crate::domain::person::Membership;
use crate::domain::telling::{Named, mentions};

impl Desk {
    /// Somebody follows a ticket from now on, or no longer.
    ///
    /// # Errors
    /// There is no such person here.
    pub async fn follow(
        &self,
        who: &Who,
        ticket: TicketId,
        user: UserId,
        follows: bool,
    ) -> Result<(), DeskError> {
        self.with_case(who.tenant, ticket, |hand, case| {
            let here = hand.office.person(user).is_some_and(Membership::is_here);
            if follows && !here {
                return Err(DeskError::NotFound("person"));
            }
            if follows {
                follow(hand, case, user, &who.actor());
            } else {
                unfollow(hand, case, user, &who.actor());
            }
            Ok(())
        })
        .await
    }
}

/// Somebody follows a ticket in hand. False if they did already.
pub fn follow(hand: &mut Hand<'_>, case: &mut Case, user: UserId, actor: &Actor) -> bool {
    if case.followers.contains(&user) {
        return false;
    }
    case.followers.push(user);
    let row = (hand.office.tenant.id, case.ticket.id, user);
    hand.work.followers.push(row);
    let address = address(hand, user);
    hand.event(
        case,
        EventType::Changed,
        actor,
        Some(("follower", None, address)),
    );
    true
}

/// Somebody follows a ticket in hand no longer. False if they did not.
pub fn unfollow(hand: &mut Hand<'_>, case: &mut Case, user: UserId, actor: &Actor) -> bool {
    if !case.followers.contains(&user) {
        return false;
    }
    case.followers.retain(|follower| *follower != user);
    let row = (hand.office.tenant.id, case.ticket.id, user);
    hand.work.unfollowed.push(row);
    let address = address(hand, user);
    hand.event(
        case,
        EventType::Changed,
        actor,
        Some(("follower", address, None)),
    );
    true
}

/// Whoever a note names is told of it, and follows. A name that fits several people counts for nobody, and the timeline
/// says so to whoever wrote it.
pub fn mentioned(hand: &mut Hand<'_>, case: &mut Case, text: &str, actor: &Actor) {
    let office = hand.office;
    let people: Vec<Named<'_>> = office
        .people
        .iter()
        .filter(|m| m.is_here())
        .map(|m| Named {
            user: m.user.id,
            name: &m.user.name,
            email: m.user.email.as_str(),
        })
        .collect();
    let found = mentions(text, &people);
    for user in found.users {
        if actor.user() != Some(user) {
            follow(hand, case, user, actor);
            case.told.push((user, Occasion::Mentioned));
        }
    }
    for name in found.unclear {
        let said = format!("@{name} could be several people; nobody was told");
        let change = ("mention", None, Some(said));
        hand.event(case, EventType::Changed, &Actor::System, Some(change));
    }
}

fn address(hand: &Hand<'_>, user: UserId) -> Option<String> {
    Some(hand.office.person(user)?.user.email.to_string())
}
