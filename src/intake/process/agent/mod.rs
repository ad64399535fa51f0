//! An agent answers a notice from their mail client. What the mail may do is decided by
//! [`policy`](crate::domain::agent_mail::policy); this gathers the evidence and does it. What is not proven waits in
//! the ticket; it is never sent by itself, and never lost.

mod act;
mod company;
mod doubted;
mod enclosed;
pub mod passed_on;

use std::collections::BTreeSet;
use std::sync::Arc;

use uuid::Uuid;

use crate::desk::brake;
use crate::desk::case::{Case, Said};
use crate::desk::directory::Office;
use crate::desk::receive::Received;
use crate::desk::{Desk, Who, orders, sight, write};
use crate::domain::address::{EmailAddress, Party};
use crate::domain::agent_mail::policy::{self, Evidence, Verdict};
use crate::domain::agent_mail::words::{self, Ours};
use crate::domain::audit::{Line, Via};
use crate::domain::brake::Place;
use crate::domain::commands::understand;
use crate::domain::event::Actor;
use crate::domain::ids::{AuditId, TenantId, TicketId, UserId};
use crate::domain::mail::authentication::Verdict as Authenticated;
use crate::domain::mail::{Machine, Mail, has_null_return_path};
use crate::domain::message::Identity;
use crate::domain::person::{MailReply, Membership};
use crate::domain::token::Purpose;
use crate::intake::process::after::After;
use crate::intake::process::partial;
use crate::intake::process::walk::{Fate, hand, note_brake};
use crate::intake::process::world::{Routed, World};
use crate::store::references::Reference;

/// What commands of a mail name, to be read before it is judged.
pub struct Named {
    /// A ticket, by number.
    pub ticket: Option<i64>,
    /// Whose ticket it really is.
    pub customer: Option<EmailAddress>,
}

/// Does what the policy says with an answer to a notice.
pub fn answer(
    desk: &Desk,
    world: &mut World,
    mail: &mut Routed<'_>,
    office: &Office,
    verdict: &Authenticated,
    reference: &Reference,
) -> Fate {
    let ticket = world.merged(reference.claim.ticket);
    let person = reference.claim.participant.parse::<Uuid>().ok();
    let person = person.and_then(|id| office.person(UserId(id)));
    let (Some(mut case), Some(person)) = (world.cases.remove(&ticket), person) else {
        return Fate::Quarantined(
            "an answer to a notification about something that is gone".to_owned(),
        );
    };
    let parsed = mail.parsed;
    let decided = decide(office, mail, &case, person, verdict);
    let (decision, because) = decided.sentence();
    mail.trace.note("agent", decision, because);
    let Some(mut thread) = world.threads.remove(&ticket) else {
        world.cases.insert(ticket, case);
        return Fate::Quarantined("its thread could not be read".to_owned());
    };
    case.last_public = thread.last_public().map(Said::of);
    let name = reference.claim.participant.as_str();
    let brake = (world.pace).hear(office.tenant.id, mail, name, Place::Ticket(ticket));
    note_brake(mail, brake);
    let directory = Arc::clone(&world.directory);
    let is_ours = |address: &EmailAddress| directory.book.is_ours(address);
    let addressed = parsed.mail.to.iter().chain(&parsed.mail.cc);
    let addressed = addressed.filter_map(Party::address);
    let outsiders = write::outsiders(office, &case, addressed.filter(|a| !is_ours(a)));
    let tenant = office.tenant.id;
    let seen_by_them = |id: &TicketId| {
        *id == ticket
            || world
                .cases
                .get(id)
                .is_some_and(|other| sees(office, person, other))
    };
    let customer_of = |(of, address): &(TenantId, EmailAddress)| {
        let known = world.contacts.get(&(*of, address.clone())).cloned();
        (*of == tenant).then(|| (address.clone(), known))
    };
    let answer = act::Answer {
        who: Who {
            tenant: office.tenant.id,
            user: Some(person.user.id),
            name: person.user.name.clone(),
            role: person.role,
        },
        person,
        received: Received {
            inbound: parsed.claimed.id,
            blob: parsed.claimed.blob,
            mail: &parsed.mail,
            verdict,
            sender: mail.sender.as_ref(),
            is_ours: &is_ours,
            quiet: parsed.claimed.quiet,
            brake,
            looped: false,
        },
        raw: parsed.raw.as_deref(),
        seen: seen(reference),
        merged: reference.claim.ticket != ticket,
        about: reference.message,
        as_note: reference.claim.purpose == Purpose::AgentNote,
        outsiders,
        tickets: world
            .numbers_of(tenant)
            .into_iter()
            .filter(|(_, id)| seen_by_them(id))
            .collect(),
        customers: world.named.iter().filter_map(customer_of).collect(),
        proposed: world.proposed.get(&ticket).cloned(),
        beginning: partial::beginning(&parsed.mail, &parsed.claimed).map(str::to_owned),
    };
    if decided == Verdict::NotTheAgent {
        // Whatever goes to the agent from here on carries a token that is worth something again.
        let participant = reference.claim.participant.clone();
        *case.epochs.entry(participant.clone()).or_default() += 1;
        // The token that was passed on may be one of a ticket that has become part of this since.
        for of in BTreeSet::from([ticket, reference.claim.ticket]) {
            let revoked = (office.tenant.id, of, participant.clone());
            world.revoked.push(revoked);
        }
    }
    let done = {
        let mut hand = hand(desk, world, office, parsed.claimed.quiet);
        brake::apply(&mut hand, &mut case, brake);
        act::act(&mut hand, &mut case, &answer, &mut thread, decided)
    };
    if decided == Verdict::Refuse {
        refused(desk, world, office, &person.user.email, because);
    }
    // Later mails of the same batch find who was named for the first time.
    let met = done.after.iter().filter_map(|after| match after {
        After::Given(_, _, Some((_, now))) => Some(now.clone()),
        _ => None,
    });
    for contact in met {
        world
            .contacts
            .insert((tenant, contact.email.clone()), contact);
    }
    world.after.extend(done.after);
    world.threads.insert(ticket, thread);
    world.cases.insert(ticket, case);
    done.fate
}

fn decide(
    office: &Office,
    mail: &Routed<'_>,
    case: &Case,
    person: &Membership,
    verdict: &Authenticated,
) -> Verdict {
    let parsed = &mail.parsed.mail;
    let by_machine = parsed.machine.is_some_and(|m| m != Machine::List);
    let nobody_waits = has_null_return_path(&parsed.headers);
    let evidence = Evidence {
        works: person.works() && sees(office, person, case),
        same_address: parsed.identity == Identity::Verified
            && mail.sender.as_ref() == Some(&person.user.email),
        automatic: by_machine || nobody_waits,
        marked: parsed.quiet_because.is_some(),
        authentication: verdict.authentication,
    };
    let by_mail = person.mail_reply == MailReply::On;
    policy::decide(
        policy::of_person(office.tenant.settings.agent_mail, by_mail),
        evidence,
    )
}

/// Whether a person sees a ticket now: it may have moved since they were told of it (A7).
fn sees(office: &Office, person: &Membership, case: &Case) -> bool {
    let follows = case.followers.contains(&person.user.id);
    sight::sees(office, person, &case.ticket, follows)
}

/// An answer to a notice that was kept away leaves a line where the tenant's admins look for such things (A7).
fn refused(desk: &Desk, world: &mut World, office: &Office, who: &EmailAddress, because: &str) {
    let line = Line {
        id: AuditId(desk.random.uuid(world.now)),
        at: world.now,
        actor: Actor::System,
        via: Via::Mail,
        kind: "agent_mail.refused".to_owned(),
        subject: who.to_string(),
        summary: format!("an answer to a notice is in quarantine: {because}"),
    };
    world.audit.push((office.tenant.id, line));
}

/// The newest thing that the notice knew of: ids rise, and the notice's own row is younger than all it tells of.
fn seen(reference: &Reference) -> Uuid {
    let message = reference.message.map(|m| m.0);
    let outbox = reference.outbox.map(|o| o.0);
    message.max(outbox).unwrap_or(Uuid::max())
}

/// One of the house answers a notice whose token is worth nothing any more: it stays away from customers, and from new
/// tickets too.
pub fn dead(
    desk: &Desk,
    world: &mut World,
    mail: &mut Routed<'_>,
    office: &Office,
) -> Option<Fate> {
    let sender = mail.sender.clone()?;
    let is_staff = office.people.iter().any(|m| m.user.email == sender);
    let tokens = super::evidence::tokens(&mail.parsed.mail, &mail.delivered);
    let ours = |r: &&Reference| {
        r.claim.tenant == office.tenant.id
            && matches!(r.claim.purpose, Purpose::Agent | Purpose::AgentNote)
    };
    let names_one = tokens
        .iter()
        .filter_map(|parts| world.references.get(&parts.reference))
        .any(|r| ours(&r));
    if !(is_staff && names_one) {
        return None;
    }
    let because = "It answers a notice that is too old, or whose token was revoked.";
    mail.trace.note("agent", "refused", because);
    refused(
        desk,
        world,
        office,
        &sender,
        "it is too old, or its token was revoked",
    );
    Some(Fate::Quarantined(because.to_owned()))
}

/// What commands of a mail name, if they name anything.
pub fn named(desk: &Desk, office: &Office, mail: &Mail) -> Option<Named> {
    // The shortest beginnings of the verbs in question; whole mails are not taken apart for nothing.
    let lower = mail.text.to_ascii_lowercase();
    if !["me", "cu", "reque"]
        .iter()
        .any(|word| lower.contains(word))
    {
        return None;
    }
    let who = Who {
        tenant: office.tenant.id,
        user: None,
        name: String::new(),
        role: crate::domain::person::Role::Viewer,
    };
    let known = orders::known(office, &who, &[], desk.clock.now());
    let read = understand(
        &words::own(&mail.text, &mail.folds, &Ours::default()).text,
        &known,
    );
    let (ticket, customer) = (read.orders.merge, read.orders.customer);
    (ticket.is_some() || customer.is_some()).then_some(Named { ticket, customer })
}
