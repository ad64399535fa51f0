//! What of a mail speaks for which ticket, and which tickets it shows to be one conversation: the answer that came
//! before the question had opened a ticket of its own.

use crate::desk::directory::Office;
use crate::domain::ids::{MailboxId, TenantId, TicketId};
use crate::domain::mail::authentication::Verdict;
use crate::domain::mailbox::{Mailbox, Strangers};
use crate::domain::message::{Authentication, Identity};
use crate::domain::routing::Target;
use crate::domain::threading::{Candidate, Connected, Evidence, Joining, joinings};
use crate::domain::token::Purpose;
use crate::intake::process::after::After;
use crate::intake::process::evidence;
use crate::intake::process::world::{Routed, World};
use crate::store::references::Reference;

/// What speaks for which ticket.
pub fn gather(
    world: &World,
    mail: &Routed<'_>,
    office: &Office,
    target: &Target,
    tokens: &[Reference],
) -> Evidence {
    let number = evidence::number(&mail.parsed.mail, &office.tenant.ticket_prefix)
        .and_then(|n| world.numbers.get(&(target.tenant, n)));
    Evidence {
        token: tokened(tokens).and_then(|ticket| candidate(world, mail, ticket)),
        reference: named(world, mail, target)
            .first()
            .and_then(|ticket| candidate(world, mail, *ticket)),
        subject: number.and_then(|ticket| candidate(world, mail, *ticket)),
    }
}

/// The mailboxes of the tickets whose tokens a mail seems to carry.
pub fn tokened_mailboxes(world: &World, mail: &Routed<'_>) -> Vec<(TenantId, MailboxId)> {
    evidence::tokens(&mail.parsed.mail, &mail.delivered)
        .iter()
        .filter_map(|parts| world.references.get(&parts.reference))
        .filter_map(|reference| world.cases.get(&world.merged(reference.claim.ticket)))
        .map(|case| (case.ticket.tenant, case.ticket.mailbox))
        .collect()
}

/// Joins the tickets that a mail shows to be one conversation, or has that offered. Those that join are one for
/// whatever follows in the batch; the rows follow when everything else is written.
pub fn join(
    world: &mut World,
    mail: &mut Routed<'_>,
    (office, mailbox, target): (&Office, &Mailbox, &Target),
    verdict: &Verdict,
    tokens: &[Reference],
) {
    let mut tickets = named(world, mail, target);
    tickets.extend(tokened(tokens));
    let days = chrono::Duration::days(i64::from(office.tenant.settings.follow_up_days));
    let connected: Vec<Connected> = tickets
        .into_iter()
        .filter_map(|ticket| {
            let ticket = world.merged(ticket);
            let case = world.cases.get(&ticket)?;
            let found = case.candidate(sender(mail));
            // Who answers what was closed long ago begins anew; and spam joins nothing.
            let over = found.is_over(days, world.now) || case.ticket.spam;
            (!over).then(|| Connected {
                touched: world.is_touched(ticket),
                ticket,
                key: found.key,
                sender_takes_part: found.sender_takes_part,
            })
        })
        .collect();
    let forged = verdict.authentication == Authentication::Fail;
    // A list lets everybody join, but only what came through it.
    let through_it = connected.iter().all(|found| {
        let case = world.cases.get(&found.ticket);
        case.is_some_and(|case| case.ticket.mailbox == mailbox.id)
    });
    let strangers = if through_it {
        mailbox.strangers
    } else {
        Strangers::Hold
    };
    for joining in joinings(&connected, strangers, forged) {
        let (into, from) = joining.tickets();
        if world.are_apart(into, from) {
            continue;
        }
        let key = |ticket| {
            let case = world.cases.get(&ticket);
            case.map_or_else(String::new, |case| case.ticket.key.clone())
        };
        let pair = format!("{} and {}", key(into), key(from));
        match &joining {
            Joining::ByItself { reason, .. } => {
                mail.trace.note("join", pair, reason.clone());
                world.become_one(into, from);
            }
            Joining::Offer { reason, .. } => {
                mail.trace.note("join offered", pair, reason.clone());
                world.apart.insert((into, from));
            }
        }
        world.after.push(After::Join {
            tenant: target.tenant,
            joining,
            inbound: mail.parsed.claimed.id,
            quiet: mail.parsed.claimed.quiet,
        });
    }
}

/// The sender, if it is certain who that is.
fn sender<'a>(mail: &'a Routed<'_>) -> Option<&'a crate::domain::address::EmailAddress> {
    mail.sender
        .as_ref()
        .filter(|_| mail.parsed.mail.identity == Identity::Verified)
}

fn candidate(world: &World, mail: &Routed<'_>, ticket: TicketId) -> Option<Candidate> {
    let case = world.cases.get(&world.merged(ticket))?;
    Some(case.candidate(sender(mail)))
}

fn tokened(tokens: &[Reference]) -> Option<TicketId> {
    let mut customers = tokens.iter();
    let token = customers.find(|r| r.claim.purpose == Purpose::Customer)?;
    Some(token.claim.ticket)
}

/// The tickets of its ancestors, the nearest first; then the one in which somebody answered this mail before it came.
fn named(world: &World, mail: &Routed<'_>, target: &Target) -> Vec<TicketId> {
    let parsed = &mail.parsed.mail;
    let known = |node| {
        let key = (target.tenant, target.mailbox, node);
        world.nodes.get(&key).copied()
    };
    let ancestors = evidence::ancestors(parsed).into_iter().filter_map(known);
    // A mail that is here already under the same id is another matter: ids are reused, and only the content says what
    // is the same.
    let answered = evidence::own(parsed)
        .and_then(known)
        .filter(|(_, received)| !received);
    ancestors
        .chain(answered)
        .map(|(ticket, _)| ticket)
        .collect()
}
