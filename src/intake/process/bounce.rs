//! Reports about deliveries: bound to exactly the outgoing row and recipient they are about, by the token in our
//! return path or the Message-ID they name. One that finds nothing of ours waits for a person; none opens a ticket.

use crate::desk::Desk;
use crate::desk::directory::Office;
use crate::desk::receive::{self, Arrival, Received};
use crate::domain::event::{Actor, EventType};
use crate::domain::ids::{OutboxId, TicketId};
use crate::domain::mail::BounceRecipient;
use crate::domain::mail::authentication::Verdict;
use crate::domain::message::MatchedBy;
use crate::domain::token;
use crate::intake::process::walk::{Fate, hand};
use crate::intake::process::world::{Routed, Undelivered, World};
use crate::store::references::Reference;

/// Binds a report to what it is about.
pub fn bind(
    desk: &Desk,
    world: &mut World,
    mail: &mut Routed<'_>,
    office: &Office,
    verdict: &Verdict,
    tokens: &[Reference],
) -> Fate {
    let Some((ticket, outbox, participant)) = about(world, mail, office, tokens) else {
        if let Some(outbox) = of_no_ticket(world, mail, office) {
            return noted(world, mail, office, outbox);
        }
        mail.trace.note(
            "bounce",
            "unbound",
            "it names nothing that was sent from here",
        );
        return Fate::Quarantined("a delivery report that names nothing sent from here".to_owned());
    };
    let ticket = world.merged(ticket);
    let Some(mut case) = world.cases.remove(&ticket) else {
        return Fate::Quarantined("a delivery report about a ticket that is gone".to_owned());
    };
    mail.trace.note(
        "bounce",
        case.ticket.key.as_str(),
        "it reports about a mail of this ticket",
    );
    let recipient = said_about(mail, participant.as_deref());
    let failed = recipient.as_ref().is_some_and(BounceRecipient::has_failed);
    let dead = recipient.as_ref().is_some_and(BounceRecipient::is_dead);
    let words = recipient.as_ref().map_or_else(
        || "reported as not delivered".to_owned(),
        |r| format!("{} {}", r.action, r.status).trim().to_owned(),
    );
    let parsed = mail.parsed;
    let directory = std::sync::Arc::clone(&world.directory);
    let is_ours = |address: &crate::domain::address::EmailAddress| directory.book.is_ours(address);
    let message = {
        let mut hand = hand(desk, world, office, parsed.claimed.quiet);
        let received = Received {
            inbound: parsed.claimed.id,
            blob: parsed.claimed.blob,
            mail: &parsed.mail,
            verdict,
            sender: None,
            is_ours: &is_ours,
            quiet: parsed.claimed.quiet,
        };
        let message = receive::store_message(
            &mut hand,
            &mut case,
            &received,
            &Arrival {
                by: Some(MatchedBy::Token),
                ..Arrival::default()
            },
        );
        let who = participant
            .clone()
            .or_else(|| recipient.as_ref().map(|r| r.address.clone()));
        hand.event(
            &case,
            EventType::Delivery,
            &Actor::System,
            Some(("delivery", who, Some(words.clone()))),
        );
        crate::desk::change::touch(&hand, &mut case);
        if failed {
            crate::desk::react::tell_owners(&hand, &mut case, crate::desk::tell::Occasion::Held);
        }
        receive::tell(&mut hand, &mut case, &message);
        message
    };
    world.cases.insert(ticket, case);
    if let Some(outbox) = outbox {
        world.undelivered.push(Undelivered {
            tenant: office.tenant.id,
            outbox,
            failed,
            words: words.clone(),
        });
    }
    if dead && let Some(address) = participant.and_then(|p| p.parse().ok()) {
        world.dead.push((office.tenant.id, address, words));
    }
    Fate::Message(ticket, message.id, "bounce")
}

/// The row that a report is about, if it is of a mail that belongs to no ticket: an invitation, a test.
fn of_no_ticket(world: &World, mail: &Routed<'_>, office: &Office) -> Option<OutboxId> {
    let bounce = mail.parsed.mail.bounce.as_ref()?;
    let original = bounce.original_message_id.clone()?;
    let (outbox, ticket) = world.mailed.get(&(office.tenant.id, original))?;
    ticket.is_none().then_some(*outbox)
}

/// Such a report is written down at the row alone.
fn noted(world: &mut World, mail: &mut Routed<'_>, office: &Office, outbox: OutboxId) -> Fate {
    let because = "it reports about a mail of ours that belongs to no ticket";
    mail.trace.note("bounce", "ignored", because);
    let recipient = said_about(mail, None);
    world.undelivered.push(Undelivered {
        tenant: office.tenant.id,
        outbox,
        failed: recipient.as_ref().is_some_and(BounceRecipient::has_failed),
        words: recipient.map_or_else(
            || "reported as not delivered".to_owned(),
            |r| format!("{} {}", r.action, r.status).trim().to_owned(),
        ),
    });
    Fate::Ignored(because.to_owned())
}

/// What a report is about: the row and the person, as our own tokens say.
fn about(
    world: &World,
    mail: &Routed<'_>,
    office: &Office,
    tokens: &[Reference],
) -> Option<(TicketId, Option<OutboxId>, Option<String>)> {
    if let Some(reference) = tokens.first() {
        let claim = &reference.claim;
        return Some((
            claim.ticket,
            reference.outbox,
            Some(claim.participant.clone()),
        ));
    }
    let original = mail
        .parsed
        .mail
        .bounce
        .as_ref()?
        .original_message_id
        .as_ref()?;
    let signed = token::find_in(original).and_then(|parts| {
        let reference = world.references.get(&parts.reference)?;
        let key = office.token_key(&parts.key_id)?;
        (reference.claim.tenant == office.tenant.id && token::verify(key, &parts, &reference.claim))
            .then_some(reference)
    });
    if let Some(reference) = signed {
        return Some((
            reference.claim.ticket,
            reference.outbox,
            Some(reference.claim.participant.clone()),
        ));
    }
    let (outbox, ticket) = world.mailed.get(&(office.tenant.id, original.clone()))?;
    Some(((*ticket)?, Some(*outbox), None))
}

/// What the report says about that person; or about the only one it names.
fn said_about(mail: &Routed<'_>, participant: Option<&str>) -> Option<BounceRecipient> {
    let recipients = &mail.parsed.mail.bounce.as_ref()?.recipients;
    let named = recipients
        .iter()
        .find(|r| Some(r.address.to_lowercase().as_str()) == participant);
    named.or(recipients.first()).cloned()
}
