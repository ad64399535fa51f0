//! Asking customers how satisfied they are, once for each ticket and some time after it was resolved (OUT12).

use crate::desk::notices::{self, Delivery};
use crate::desk::speak;
use crate::desk::texts::{self, object};
use crate::desk::{Desk, DeskError};
use crate::domain::event::{Actor, EventType};
use crate::domain::ids::{TenantId, TicketId};
use crate::domain::message::{Kind, Message};
use crate::domain::rating::{Asking, Rating, Score};
use crate::domain::ticket::Status;
use crate::domain::token::{self, Purpose};
use crate::store;

/// The newest messages that are looked through for a person's.
const LOOKED_THROUGH: i64 = 100;
/// Longer comments are cut, in characters.
const LONGEST_COMMENT: usize = 4000;

/// A ticket that somebody may rate, by the link that they were sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rateable {
    /// Which.
    pub ticket: TicketId,
    /// What people call it.
    pub key: String,
    /// What was said so far.
    pub rating: Rating,
}

impl Desk {
    /// Asks about one ticket, if anybody is still to be asked.
    pub(in crate::desk) async fn ask_rating(
        &self,
        tenant: TenantId,
        ticket: TicketId,
    ) -> Result<(), DeskError> {
        let mut tx = self.db.write().await?;
        let messages = store::messages::newest(&mut tx, tenant, ticket, LOOKED_THROUGH).await?;
        let known = store::ratings::get(&mut tx, tenant, ticket).await?;
        let asked = known.is_some_and(|rating| rating.asked_at.is_some());
        let now = self.clock.now();
        let done = self.do_in(&mut tx, tenant, ticket, |hand, case| {
            let asking = Asking {
                wanted: hand.office.tenant.settings.csat,
                resolved: matches!(case.ticket.status, Status::Resolved | Status::Closed),
                set_aside: case.ticket.spam || case.ticket.merged_into.is_some(),
                person_wrote: messages.iter().any(by_a_person),
                may_write: notices::may_write(hand, case),
                asked,
            };
            if asking.decide().is_err() {
                return Ok(false);
            }
            let mut delivery = Delivery::telling(hand, format!("csat:{}", case.ticket.id));
            let answered = messages
                .iter()
                .find(|m| by_a_person(m) && m.message_id.is_some());
            (delivery.in_reply_to, delivery.references) = speak::lineage(answered);
            let whom = case.requester.email.to_string();
            let token = hand.token(case, &whom, Purpose::Csat, Some(delivery.message), None);
            let page = format!("/rate/{token}");
            let url = hand.links.tenant(&hand.office.tenant.slug, &page);
            let mut all = texts::variables(hand, case);
            all.insert("csat".into(), object([("url", url)]));
            let words = texts::notice(hand, case, "ticket.csat", &all);
            notices::deliver(hand, case, words, delivery)
                .map(|()| true)
                .map_err(DeskError::Conflict)
        });
        // What cannot be written now can never be: a ticket without a mailbox must not stop the others.
        let done = match done.await {
            Err(DeskError::Conflict(_) | DeskError::NotFound(_)) => false,
            other => other?,
        };
        store::ratings::settle(&mut tx, tenant, ticket, done.then_some(now)).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The ticket that a link of one tenant lets somebody rate; none if the link is no good, whatever is wrong with it.
    pub async fn rateable(
        &self,
        tenant: TenantId,
        given: &str,
    ) -> Result<Option<Rateable>, DeskError> {
        let Some(parts) = token::parse(given) else {
            return Ok(None);
        };
        let office = self.office(tenant)?;
        let mut tx = self.db.read().await?;
        let found =
            store::references::find_all_tenants(&mut tx, std::slice::from_ref(&parts.reference))
                .await?
                .pop();
        let good = found.filter(|reference| {
            let claim = &reference.claim;
            claim.tenant == tenant
                && claim.purpose == Purpose::Csat
                && reference.expires_at > self.clock.now()
                && office
                    .token_key(&parts.key_id)
                    .is_some_and(|key| token::verify(key, &parts, claim))
        });
        let Some(reference) = good else {
            return Ok(None);
        };
        let id = reference.claim.ticket;
        let ticket = store::tickets::get(&mut tx, tenant, id).await?;
        let rating = store::ratings::get(&mut tx, tenant, id).await?;
        Ok(ticket.zip(rating).map(|(ticket, rating)| Rateable {
            ticket: id,
            key: ticket.key,
            rating,
        }))
    }

    /// Keeps what a customer said about a ticket that they may rate.
    pub async fn rate(
        &self,
        tenant: TenantId,
        rateable: &Rateable,
        score: Score,
        comment: &str,
    ) -> Result<(), DeskError> {
        let comment: String = comment.trim().chars().take(LONGEST_COMMENT).collect();
        let mut tx = self.db.write().await?;
        let before = store::ratings::get(&mut tx, tenant, rateable.ticket)
            .await?
            .ok_or(DeskError::NotFound("rating"))?;
        if before.score == Some(score) && before.comment == comment {
            return Ok(());
        }
        let now = self.clock.now();
        store::ratings::rate(&mut tx, tenant, rateable.ticket, (score, &comment), now).await?;
        self.with_case_in(tx, tenant, rateable.ticket, |hand, case| {
            let actor = Actor::Contact {
                name: case.requester.display().to_owned(),
            };
            let label = |score: Score| score.label().to_owned();
            let change = ("rating", before.score.map(label), Some(label(score)));
            if before.score != Some(score) {
                hand.event(case, EventType::Rated, &actor, Some(change));
            }
            Ok(())
        })
        .await
    }
}

fn by_a_person(message: &Message) -> bool {
    message.kind == Kind::Inbound && message.machine.is_none() && !message.held
}
