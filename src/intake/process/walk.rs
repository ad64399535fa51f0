//! The road of one mail through each tenant it is for: duplicate? ours? a report? whose thread? The decisions are
//! plain functions elsewhere; this asks them in order and does what they say, in memory.

use crate::desk::Desk;
use crate::desk::acknowledge::{self, Sent};
use crate::desk::case::Case;
use crate::desk::directory::Office;
use crate::desk::hand::Hand;
use crate::desk::receive::{self, Arrival, Received};
use crate::domain::address::EmailAddress;
use crate::domain::brake::{Brake, Place};
use crate::domain::commands;
use crate::domain::contact::Contact;
use crate::domain::ids::{MailboxId, MessageId, TicketId};
use crate::domain::mail::authentication::{Anchor, Verdict, evaluate};
use crate::domain::mail::{Machine, loop_marks};
use crate::domain::mailbox::{Dkim, Mailbox};
use crate::domain::message::MatchedBy;
use crate::domain::routing::Target;
use crate::domain::threading::{Decision, decide};
use crate::domain::token::{self, Parts, Purpose};
use crate::domain::trace::Trace;
use crate::intake::process::agent::passed_on;
use crate::intake::process::world::{Routed, World, nobody};
use crate::intake::process::{agent, bounce, evidence, reasons, ties};
use crate::store::inbound::{InboundState, Outcome, ResultRow};
use crate::store::references::Reference;

/// What became of a mail in one tenant.
pub enum Fate {
    /// A message of a ticket.
    Message(TicketId, MessageId, &'static str),
    /// Commands were carried out, and nothing was said.
    Done(TicketId),
    /// It is here already.
    Duplicate(Option<TicketId>, Option<MessageId>),
    /// Not for a ticket; the reason says why.
    Ignored(String),
    /// A person should look; the reason says why.
    Quarantined(String),
}

/// Walks one mail through every tenant it is for.
pub fn walk(desk: &Desk, world: &mut World, mail: &mut Routed<'_>) {
    let claimed = &mail.parsed.claimed;
    let mut targets = std::mem::take(&mut mail.targets);
    let named = ties::tokened_mailboxes(world, mail);
    // What a token says is judged where it was sent to, by the headers that this mailbox trusts.
    targets.sort_by_key(|target| !named.contains(&(target.tenant, target.mailbox)));
    let mut fates = Vec::new();
    for target in &targets {
        if mail.settled.contains(&target.tenant) {
            let because = "a reply token says which ticket of this tenant it belongs to, and it stands there once";
            mail.trace.note("route", "not taken in again", because);
            continue;
        }
        let passes = world.work.passes.len();
        let fate = through(desk, world, mail, target);
        let looked = world.work.passes.get(passes..).unwrap_or_default();
        reasons::of_rules(looked, &mut mail.trace);
        reasons::of_end(&fate, &mut mail.trace);
        let (ticket, message, outcome) = match &fate {
            Fate::Message(ticket, message, outcome) => (Some(*ticket), Some(*message), *outcome),
            Fate::Done(ticket) => (Some(*ticket), None, "commands"),
            Fate::Duplicate(ticket, message) => (*ticket, *message, "duplicate"),
            Fate::Ignored(_) => (None, None, "ignored"),
            Fate::Quarantined(_) => (None, None, "quarantined"),
        };
        world.results.push(ResultRow {
            tenant: target.tenant,
            inbound: claimed.id,
            position: i64::try_from(fates.len()).unwrap_or(i64::MAX),
            ticket,
            message,
            outcome,
        });
        fates.push(fate);
    }
    let (state, reason) = verdict_over(&fates);
    let parsed = &mail.parsed.mail;
    world.outcomes.push(Outcome {
        id: claimed.id,
        state,
        reason,
        sender: parsed.from.first().cloned().unwrap_or_default(),
        recipients: parsed
            .to
            .iter()
            .chain(&parsed.cc)
            .take(100)
            .cloned()
            .collect(),
        subject: parsed.subject.chars().take(500).collect(),
        message_id: parsed.message_id.clone(),
        trace: std::mem::take(&mut mail.trace),
    });
}

/// The state of the whole mail: the best of what became of it.
fn verdict_over(fates: &[Fate]) -> (InboundState, Option<String>) {
    let mut worst = (
        InboundState::Ignored,
        Some("no address of ours was found in it".to_owned()),
    );
    for fate in fates {
        match fate {
            Fate::Message(..) | Fate::Done(_) => return (InboundState::Processed, None),
            Fate::Duplicate(..) => {
                worst = (
                    InboundState::Duplicate,
                    Some("the same mail is here already".to_owned()),
                );
            }
            Fate::Quarantined(reason) => worst = (InboundState::Quarantined, Some(reason.clone())),
            Fate::Ignored(reason) => {
                if worst.0 == InboundState::Ignored {
                    worst = (InboundState::Ignored, Some(reason.clone()));
                }
            }
        }
    }
    worst
}

fn through(desk: &Desk, world: &mut World, mail: &mut Routed<'_>, target: &Target) -> Fate {
    let directory = std::sync::Arc::clone(&world.directory);
    let (Some(office), claimed) = (directory.office(target.tenant), &mail.parsed.claimed) else {
        return Fate::Ignored("its tenant is gone".to_owned());
    };
    let Some(mailbox) = office.mailbox(target.mailbox) else {
        return Fate::Ignored("its mailbox is switched off".to_owned());
    };
    let key = (target.tenant, claimed.content_key.clone());
    if let Some((earlier, ticket, message)) = world.contents.get(&key)
        && *earlier != claimed.id
    {
        mail.trace.note(
            "duplicate",
            office.tenant.slug.as_str(),
            "the same content arrived before; nothing was added",
        );
        return Fate::Duplicate(*ticket, *message);
    }
    let account = claimed.account.and_then(|id| directory.accounts.get(&id));
    let anchor = mailbox
        .auth_results
        .as_deref()
        .or(account.and_then(|a| a.auth_results.as_deref()))
        .map(Anchor::read);
    let dkim = mailbox.dkim.or(account.map(|a| a.dkim)).unwrap_or_default();
    let trusted_host = account.and_then(|a| a.trusted_host.as_deref());
    let domain = mail.sender.as_ref().map(EmailAddress::domain);
    let verdict = evaluate(
        &mail.parsed.mail.headers,
        anchor.as_ref(),
        trusted_host,
        domain,
        claimed.internal_date.unwrap_or(claimed.received_at),
    );
    let checked = mail.parsed.proof.checked();
    let verdict = match checked.filter(|_| dkim == Dkim::Check) {
        Some(checked) => verdict.with(checked),
        None => verdict,
    };
    mail.trace.note(
        "authenticate",
        verdict.authentication.as_str(),
        verdict.because.clone(),
    );

    let here = Here {
        office,
        mailbox,
        target,
        verdict: &verdict,
    };
    let fate = judge(desk, world, mail, &here);
    settle(mail, target, &fate);
    let became = match &fate {
        Fate::Message(ticket, message, _) => Some((*ticket, Some(*message))),
        Fate::Done(ticket) => Some((*ticket, None)),
        _ => None,
    };
    if let Some((ticket, message)) = became {
        if !world.contents.contains_key(&key) {
            world.new_contents.push((key.0, key.1.clone(), claimed.id));
        }
        world
            .contents
            .insert(key, (claimed.id, Some(ticket), message));
    }
    fate
}

/// A token names one ticket, and a report is about one mail: whatever further mailboxes of the same tenant a mail was
/// sent to, what it says is said, and done, once.
fn settle(mail: &mut Routed<'_>, target: &Target, fate: &Fate) {
    let reports = matches!(fate, Fate::Message(_, _, bounce::REPORT | bounce::RECEIPT));
    if reports || mail.tokened {
        mail.settled.push(target.tenant);
    }
}

/// One tenant that a mail is for, and what is known about its sender there.
struct Here<'a> {
    office: &'a Office,
    mailbox: &'a Mailbox,
    target: &'a Target,
    verdict: &'a Verdict,
}

fn judge(desk: &Desk, world: &mut World, mail: &mut Routed<'_>, here: &Here<'_>) -> Fate {
    let (office, verdict) = (here.office, here.verdict);
    let parsed = mail.parsed;
    let tokens = valid_tokens(world, office, mail);
    mail.tokened = tokens.iter().any(|r| r.claim.purpose.settles());
    if parsed.decided.is_none()
        && let Some(fate) = kept_apart(desk, world, mail, office, verdict, &tokens)
    {
        return fate;
    }
    if parsed.decided.is_none()
        && tokens.is_empty()
        && let Some(fate) = agent::dead(desk, world, mail, office)
    {
        return fate;
    }
    let place = (office, here.mailbox, here.target);
    ties::join(world, mail, place, verdict, &tokens);
    let found = ties::gather(world, mail, office, here.target, &tokens);
    let follow_up_days = office.tenant.settings.follow_up_days;
    let decision = decide(
        found,
        here.mailbox.strangers,
        follow_up_days,
        world.now,
        &mut mail.trace,
    );
    let decision = meant_for_the_team(office, mail, decision);
    let opens = matches!(decision, Decision::Open | Decision::FollowUp(_));
    if opens && parsed.decided.is_none() && parsed.mail.machine == Some(Machine::Receipt) {
        // RFC 8098: that somebody read something asks for nothing.
        let reason = "a read receipt about no open conversation";
        mail.trace.note("receipt", "ignored", reason);
        return Fate::Ignored(reason.to_owned());
    }
    let directory = std::sync::Arc::clone(&world.directory);
    let is_ours = |address: &EmailAddress| directory.book.is_ours(address);
    let sender = mail.sender.clone();
    let name = sender.as_ref().map_or("", |sender| sender.as_str());
    let place = match &decision {
        Decision::Append { ticket, .. } | Decision::Hold { ticket, .. } => Place::Ticket(*ticket),
        Decision::Open | Decision::FollowUp(_) => Place::Address(here.mailbox.id),
    };
    let brake = world.pace.hear(office.tenant.id, mail, name, place);
    note_brake(mail, brake);
    // Nobody but a person who takes it in by hand comes so far with our own mail.
    let looped = our_own(world, office, mail).is_some();
    let received = Received {
        inbound: parsed.claimed.id,
        blob: parsed.claimed.blob,
        mail: &parsed.mail,
        verdict,
        sender: sender.as_ref(),
        is_ours: &is_ours,
        quiet: parsed.claimed.quiet,
        brake,
        looped,
    };
    match decision {
        Decision::Append {
            ticket,
            by,
            joins,
            borrowed_token,
        } => {
            let arrival = Arrival {
                by: Some(by),
                held: None,
                joins,
                borrowed_token,
            };
            appended(desk, world, here, &received, ticket, &arrival)
        }
        Decision::Hold { ticket, by, reason } => {
            let arrival = Arrival {
                by: Some(by),
                held: Some(reason),
                ..Arrival::default()
            };
            appended(desk, world, here, &received, ticket, &arrival)
        }
        Decision::Open => opened(desk, world, mail, here, &received, None),
        Decision::FollowUp(of) => opened(desk, world, mail, here, &received, Some(of)),
    }
}

/// Whoever works here can be a customer of a ticket too, and answer what customers are sent. What such a mail begins as a
/// note is not said to the conversation before a person has looked (A35).
fn meant_for_the_team(office: &Office, mail: &mut Routed<'_>, decision: Decision) -> Decision {
    let Decision::Append { ticket, by, .. } = decision else {
        return decision;
    };
    let works_here = |sender| office.person_at(sender).is_some();
    let held = mail.sender.as_ref().is_some_and(works_here)
        && commands::begins_a_note(&mail.parsed.mail.reply_text());
    if !held {
        return decision;
    }
    let reason =
        "It begins as a note for the team does, but answers what customers are sent.".to_owned();
    mail.trace.note("thread", "held", reason.clone());
    Decision::Hold { ticket, by, reason }
}

/// What is no customer's mail: our own, a report, an agent's answer. A person who takes a mail in by hand overrules this.
fn kept_apart(
    desk: &Desk,
    world: &mut World,
    mail: &mut Routed<'_>,
    office: &Office,
    verdict: &Verdict,
    tokens: &[Reference],
) -> Option<Fate> {
    if let Some(mailbox) = probed(world, office, mail) {
        let because = "it was sent to find out whether the plus-address arrives";
        mail.trace.note("loop", "ignored", because);
        world.probed.push((office.tenant.id, mailbox));
        return Some(Fate::Ignored(because.to_owned()));
    }
    if let Some(reason) = our_own(world, office, mail) {
        mail.trace.note("loop", "ignored", reason);
        return Some(Fate::Ignored(reason.to_owned()));
    }
    if mail.parsed.mail.machine == Some(Machine::Bounce)
        || bounce::is_receipt_of_ours(world, mail, office, tokens)
    {
        return Some(bounce::bind(desk, world, mail, office, verdict, tokens));
    }
    let reference = tokens
        .iter()
        .find(|r| matches!(r.claim.purpose, Purpose::Agent | Purpose::AgentNote))?;
    Some(agent::answer(desk, world, mail, office, verdict, reference))
}

fn appended(
    desk: &Desk,
    world: &mut World,
    here: &Here<'_>,
    received: &Received<'_>,
    ticket: TicketId,
    arrival: &Arrival,
) -> Fate {
    let Some(mut case) = world.cases.remove(&ticket) else {
        return Fate::Quarantined("its ticket is gone".to_owned());
    };
    case.letters_elsewhere = world.pace.letters_elsewhere(case.requester.id, ticket);
    let letters = case.automatic_letters;
    case.quiet = received.quiet && (case.quiet || !case.changed());
    let message = {
        let mut hand = hand(desk, world, here.office, received.quiet);
        let message = receive::append(&mut hand, &mut case, received, arrival);
        receive::tell(&mut hand, &mut case, &message);
        message
    };
    let letters = case.automatic_letters - letters;
    let (requester, now) = (case.requester.id, world.now);
    world.pace.wrote(requester, ticket, letters, now);
    remember(world, &case);
    if let Some(thread) = world.threads.get_mut(&ticket) {
        thread.add(message.clone());
    }
    world.cases.insert(ticket, case);
    let outcome = if arrival.held.is_some() {
        "held"
    } else {
        "appended"
    };
    Fate::Message(ticket, message.id, outcome)
}

fn opened(
    desk: &Desk,
    world: &mut World,
    mail: &mut Routed<'_>,
    here: &Here<'_>,
    received: &Received<'_>,
    follows: Option<TicketId>,
) -> Fate {
    let office = here.office;
    let number = world.take_number(office.tenant.id);
    let contact = contact_of(desk, world, mail, office);
    let also = here.target.also.clone();
    let mut sent = std::mem::take(&mut world.sent);
    let pace = std::mem::take(&mut world.pace);
    let raw = mail.parsed.raw.as_deref();
    let (case, message) = {
        let mut hand = hand(desk, world, office, received.quiet);
        let mut case = receive::open(&mut hand, received, contact, here.mailbox, number, also);
        case.letters_elsewhere = pace.letters_elsewhere(case.requester.id, case.ticket.id);
        case.quiet = received.quiet;
        let arrival = Arrival {
            by: Some(follows.map_or(MatchedBy::New, |_| MatchedBy::FollowUp)),
            ..Arrival::default()
        };
        let message = receive::store_message(&mut hand, &mut case, received, &arrival);
        receive::opened(&mut hand, &mut case, received, &message);
        passed_on::propose(&mut hand, &mut case, received, raw, &mut mail.trace);
        if let Some(of) = follows {
            receive::follow(&mut hand, &case, of);
        }
        first_sign_of_life(&mut hand, &mut case, received, &mut sent, &mut mail.trace);
        receive::tell(&mut hand, &mut case, &message);
        (case, message.id)
    };
    (world.sent, world.pace) = (sent, pace);
    let (requester, now) = (case.requester.id, world.now);
    world
        .pace
        .wrote(requester, case.ticket.id, case.automatic_letters, now);
    mail.trace
        .note("ticket", case.ticket.key.as_str(), "it opened this ticket");
    remember(world, &case);
    let id = case.ticket.id;
    world.apart.extend(follows.map(|of| (of, id)));
    world.cases.insert(id, case);
    Fate::Message(id, message, "new")
}

/// Says why nothing happens by itself because of a mail, if it is one of too many.
pub fn note_brake(mail: &mut Routed<'_>, brake: Brake) {
    if let Some(because) = brake.because() {
        mail.trace.note("brake", "on", because);
    }
}

/// Acknowledges a new ticket or not, and says why.
fn first_sign_of_life(
    hand: &mut Hand<'_>,
    case: &mut Case,
    received: &Received<'_>,
    sent: &mut Sent,
    trace: &mut Trace,
) {
    let decided = acknowledge::decide(hand, received, sent);
    match acknowledge::carry_out(hand, case, received.mail, sent, decided) {
        Ok(because) => trace.note("acknowledge", "yes", because),
        Err(because) => trace.note("acknowledge", "no", because),
    }
}

/// Later mails of the same batch find what this one added to the reference graph.
fn remember(world: &mut World, case: &Case) {
    let fresh = world
        .work
        .nodes
        .iter()
        .rev()
        .take_while(|k| k.ticket == case.ticket.id);
    for known in fresh {
        let entry = world
            .nodes
            .entry((known.tenant, known.mailbox, known.node))
            .or_insert((known.ticket, known.received));
        entry.1 |= known.received;
    }
    world
        .numbers
        .insert((case.ticket.tenant, case.ticket.number), case.ticket.id);
}

/// The sender as a contact; a mail without exactly one sender still belongs to somebody.
fn contact_of(desk: &Desk, world: &mut World, mail: &Routed<'_>, office: &Office) -> Contact {
    let tenant = office.tenant.id;
    let address = mail.sender.clone().unwrap_or_else(nobody);
    if let Some(contact) = world.contacts.get(&(tenant, address.clone())) {
        return contact.clone();
    }
    let name = mail
        .parsed
        .mail
        .single_from()
        .map(|p| p.name.chars().take(200).collect())
        .unwrap_or_default();
    let contact = Contact {
        id: desk.random.uuid(world.now).into(),
        email: address.clone(),
        name,
        blocked: false,
    };
    world.work.contacts.push((tenant, contact.clone()));
    world.contacts.insert((tenant, address), contact.clone());
    contact
}

/// What a deed on this mail has at hand.
pub fn hand<'a>(desk: &'a Desk, world: &'a mut World, office: &'a Office, quiet: bool) -> Hand<'a> {
    // The mark is the same in every directory; the world's own is borrowed by the work.
    let World {
        now,
        work,
        turns,
        directory,
        ..
    } = world;
    Hand {
        office,
        now: *now,
        random: &desk.random,
        links: &desk.links,
        loop_mark: &directory.loop_mark,
        work,
        turns,
        quiet,
    }
}

/// The mailbox whose test of the plus-address this is.
fn probed(world: &World, office: &Office, mail: &Routed<'_>) -> Option<MailboxId> {
    let words = evidence::probes(mail);
    let mut tests = words.iter().filter_map(|word| world.probes.get(word));
    let (_, mailbox) = tests.find(|(tenant, _)| *tenant == office.tenant.id)?;
    Some(*mailbox)
}

/// Our own mail that came back: an automatic one by its mark, any other by the token in its Message-ID.
fn our_own(world: &World, office: &Office, mail: &Routed<'_>) -> Option<&'static str> {
    let parsed = &mail.parsed.mail;
    if loop_marks(&parsed.headers).contains(&world.directory.loop_mark)
        && parsed.machine != Some(Machine::Bounce)
    {
        return Some("our own automatic mail came back");
    }
    let own = parsed.message_id.as_deref().and_then(token::find_in)?;
    valid(world, office, &own).map(|_| "our own mail came back")
}

/// What a token refers to, if we wrote it for this tenant and nobody revoked it.
pub fn valid<'a>(world: &'a World, office: &Office, parts: &Parts) -> Option<&'a Reference> {
    let reference = world.references.get(&parts.reference)?;
    let key = office.token_key(&parts.key_id)?;
    (reference.claim.tenant == office.tenant.id && token::verify(key, parts, &reference.claim))
        .then_some(reference)
}

/// The tokens of a mail that we wrote for this tenant and that are still good.
fn valid_tokens(world: &World, office: &Office, mail: &mut Routed<'_>) -> Vec<Reference> {
    let mut good = Vec::new();
    for parts in evidence::tokens(&mail.parsed.mail, &mail.delivered) {
        match valid(world, office, &parts) {
            None => mail.trace.note("thread", "token refused", "it has the form of a reply token, but was not signed for this tenant, or was revoked"),
            Some(reference) if reference.expires_at < world.now => mail.trace.note("thread", "token expired", "its reply token is too old"),
            Some(reference) => good.push(reference.clone()),
        }
    }
    good
}
