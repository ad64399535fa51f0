//! Two tickets that a late mail shows to be one conversation: they join by themselves, or staff are asked.

use crate::desk::case::Case;
use crate::desk::hand::Hand;
use crate::desk::tell::Occasion;
use crate::desk::{Desk, DeskError, Who, react};
use crate::domain::event::{Actor, EventType};
use crate::domain::ids::{InboundId, TenantId, TicketId};
use crate::domain::merge::{Decided, Offer};
use crate::domain::person::Role;
use crate::domain::threading::Joining;
use crate::store::{self, Tx};

impl Desk {
    /// Does what was decided about two tickets, in the caller's transaction. `quiet`: history is being taken in.
    ///
    /// # Errors
    /// [`DeskError::Conflict`] if the two have become one, or spam, since it was decided.
    pub async fn join_in(
        &self,
        tx: &mut Tx,
        tenant: TenantId,
        joining: &Joining,
        (inbound, quiet): (InboundId, bool),
    ) -> Result<(), DeskError> {
        match joining {
            Joining::ByItself { into, from, reason } => {
                let postroom = Who {
                    tenant,
                    user: None,
                    name: String::new(),
                    role: Role::Viewer,
                };
                self.merge_because(tx, &postroom, (*from, *into), Some((reason, quiet)))
                    .await?;
            }
            Joining::Offer { into, from, reason } => {
                let offer = Offer {
                    id: self.random.uuid(self.clock.now()),
                    into: store::tickets::standing(tx, tenant, *into).await?,
                    from: store::tickets::standing(tx, tenant, *from).await?,
                    inbound: Some(inbound),
                    because: reason.clone(),
                    at: self.clock.now(),
                };
                if offer.into != offer.from && store::joins::offer(tx, tenant, &offer).await? {
                    let words = (EventType::JoinOffered, reason.as_str(), reason.as_str());
                    self.say_of_both(tx, tenant, &offer, (&Actor::System, quiet), words)
                        .await?;
                }
            }
        }
        Ok(())
    }

    /// Makes one ticket of the two that an offer is about. Returns the one that goes on.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] for an offer that does not stand on this ticket; those of [`Desk::merge`].
    pub async fn accept_offer(
        &self,
        who: &Who,
        ticket: TicketId,
        offer: uuid::Uuid,
    ) -> Result<TicketId, DeskError> {
        let mut tx = self.db.write().await?;
        let offer = standing_offer(&mut tx, who.tenant, ticket, offer).await?;
        let into = self.merge_in(&mut tx, who, offer.from, offer.into).await?;
        tx.commit().await?;
        Ok(into)
    }

    /// Says that the two tickets of an offer are not one conversation. They are not offered again.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] for an offer that does not stand on this ticket.
    pub async fn dismiss_offer(
        &self,
        who: &Who,
        ticket: TicketId,
        offer: uuid::Uuid,
    ) -> Result<(), DeskError> {
        let (mut tx, now) = (self.db.write().await?, self.clock.now());
        let offer = standing_offer(&mut tx, who.tenant, ticket, offer).await?;
        let actor = who.actor();
        let decided = (Decided::Dismissed, actor.name());
        let pair = (offer.into, offer.from);
        store::joins::decide(&mut tx, who.tenant, pair, decided, now).await?;
        let keys = store::tickets::by_ids(&mut tx, who.tenant, &[offer.into, offer.from]).await?;
        let key = |id| keys.iter().find(|ticket| ticket.id == id);
        let key = |id| key(id).map_or("", |ticket| ticket.key.as_str());
        let words = (EventType::JoinDismissed, key(offer.from), key(offer.into));
        self.say_of_both(&mut tx, who.tenant, &offer, (&actor, false), words)
            .await?;
        Ok(tx.commit().await?)
    }

    /// Leaves a line in both timelines: the words for the older ticket, then those for the younger.
    async fn say_of_both(
        &self,
        tx: &mut Tx,
        tenant: TenantId,
        offer: &Offer,
        (actor, quiet): (&Actor, bool),
        (kind, of_into, of_from): (EventType, &str, &str),
    ) -> Result<(), DeskError> {
        self.with_two(tx, tenant, (offer.into, offer.from), |hand, into, from| {
            hand.quiet = quiet;
            if kind == EventType::JoinOffered {
                ask_owners(hand, into, from, of_into);
            }
            for (case, said) in [(into, of_into), (from, of_from)] {
                hand.event(
                    case,
                    kind,
                    actor,
                    Some(("join", None, Some(said.to_owned()))),
                );
            }
            Ok(())
        })
        .await
    }
}

/// Tells whoever answers for the two tickets that they may be one; who answers for both hears of it once.
fn ask_owners(hand: &Hand<'_>, into: &mut Case, from: &mut Case, reason: &str) {
    let occasion = Occasion::Joinable {
        because: format!(
            "{reason} {} and {} may be one conversation: on the page of each you can join them, or say that they are not.",
            into.ticket.key, from.ticket.key
        ),
    };
    let first = react::owners(hand, into);
    let second = react::owners(hand, from);
    let second = second.into_iter().filter(|user| !first.contains(user));
    from.told
        .extend(second.map(|user| (user, occasion.clone())));
    into.told
        .extend(first.iter().map(|user| (*user, occasion.clone())));
}

/// An offer that nobody has decided about, by the ticket at either end.
async fn standing_offer(
    tx: &mut Tx,
    tenant: TenantId,
    ticket: TicketId,
    offer: uuid::Uuid,
) -> Result<Offer, DeskError> {
    store::tickets::lock_all(tx, tenant, &[ticket]).await?;
    let offers = store::joins::open_of(tx, tenant, ticket).await?;
    offers
        .into_iter()
        .find(|open| open.id == offer)
        .ok_or(DeskError::NotFound("offer"))
}
