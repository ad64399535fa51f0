//! Reports about deliveries: bound to exactly the outgoing row and recipient they are about, by the token in our
//! return path or the Message-ID they name. One that finds nothing of ours waits for a person; none opens a ticket.
//! Read receipts are bound in the same way, where the person whom the mail went to sends them.

use crate::desk::Desk;
use crate::desk::directory::Office;
use crate::desk::react;
use crate::desk::receive::{self, Arrival, Received};
use crate::desk::tell::Occasion;
use crate::domain::brake::Brake;
use crate::domain::event::{Actor, EventType};
use crate::domain::ids::{OutboxId, TicketId};
use crate::domain::mail::authentication::Verdict;
use crate::domain::mail::{BounceRecipient, Machine};
use crate::domain::message::MatchedBy;
use crate::domain::token::{self, Parts, Purpose};
use crate::intake::process::evidence;
use crate::intake::process::walk::{Fate, hand, valid};
use crate::intake::process::world::{Routed, Undelivered, World};
use crate::store::outbox::Audience;
use crate::store::references::Reference;

/// What became of a mail that is bound as a report of its delivery.
pub const REPORT: &str = "bounce";
/// What became of one that is bound as a read receipt.
pub const RECEIPT: &str = "receipt";

/// Whether a mail is a read receipt about a mail that went to its sender from here (RFC 8098, section 3.2.5). Any other
/// receipt is a mail of a machine like others.
pub fn is_receipt_of_ours(
    world: &World,
    mail: &Routed<'_>,
    office: &Office,
    tokens: &[Reference],
) -> bool {
    if mail.parsed.mail.machine != Some(Machine::Receipt) {
        return false;
    }
    let sender = mail.sender.as_ref().map_or("", |sender| sender.as_str());
    about(world, mail, office, tokens).is_some_and(|about| {
        about.customer && about.row.is_some() && about.to.eq_ignore_ascii_case(sender)
    })
}

/// Binds a report to what it is about.
pub fn bind(
    desk: &Desk,
    world: &mut World,
    mail: &mut Routed<'_>,
    office: &Office,
    verdict: &Verdict,
    tokens: &[Reference],
) -> Fate {
    let Some(about) = about(world, mail, office, tokens) else {
        if let Some(row) = of_no_ticket(world, mail, office) {
            return noted(world, mail, office, row);
        }
        mail.trace.note(
            "bounce",
            "unbound",
            "it names nothing that was sent from here",
        );
        return Fate::Quarantined("a delivery report that names nothing sent from here".to_owned());
    };
    let ticket = world.merged(about.ticket);
    let Some(mut case) = world.cases.remove(&ticket) else {
        return Fate::Quarantined("a delivery report about a ticket that is gone".to_owned());
    };
    let kind = match mail.parsed.mail.machine {
        Some(Machine::Receipt) => RECEIPT,
        _ => REPORT,
    };
    mail.trace.note(
        kind,
        case.ticket.key.as_str(),
        format!("it reports about a mail of this ticket, by {}", about.by),
    );
    let bounce = mail.parsed.mail.bounce.as_ref();
    let said = bounce.and_then(|bounce| bounce.about(&about.to));
    let failed = said.is_some_and(BounceRecipient::has_failed);
    // What is said about somebody else says nothing about this address: it may be a list's. And a conversation is no
    // proof that this very person was written to.
    let dead = about.customer
        && about.row.is_some()
        && said.is_some_and(|said| {
            said.is_dead()
                && (said.address.is_empty() || said.address.eq_ignore_ascii_case(&about.to))
        });
    let words = line(said, &about.to);
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
            brake: Brake::Off,
            looped: false,
        };
        let message = receive::store_message(
            &mut hand,
            &mut case,
            &received,
            &Arrival {
                by: Some(about.matched_by),
                ..Arrival::default()
            },
        );
        let who = Some(about.to.clone()).filter(|_| about.customer);
        hand.event(
            &case,
            EventType::Delivery,
            &Actor::System,
            Some(("delivery", who, Some(words.clone()))),
        );
        crate::desk::change::touch(&hand, &mut case);
        if failed {
            let occasion = Occasion::Undelivered {
                recipient: about.to.clone(),
                why: words.clone(),
            };
            react::tell_owners(&hand, &mut case, occasion);
        }
        receive::tell(&mut hand, &mut case, &message);
        message
    };
    world.cases.insert(ticket, case);
    if let Some(outbox) = about.row {
        world.undelivered.push(Undelivered {
            tenant: office.tenant.id,
            outbox,
            failed,
            words: words.clone(),
        });
    }
    if dead && let Ok(address) = about.to.parse() {
        world.dead.push((office.tenant.id, address, words));
    }
    Fate::Message(ticket, message.id, kind)
}

/// The row and the recipient that a report is about, if it is of a mail that belongs to no ticket: an invitation, a test.
fn of_no_ticket(world: &World, mail: &Routed<'_>, office: &Office) -> Option<(OutboxId, String)> {
    let bounce = mail.parsed.mail.bounce.as_ref()?;
    let original = bounce.original_message_id.clone()?;
    let row = world.mailed.get(&(office.tenant.id, original))?;
    row.ticket
        .is_none()
        .then(|| (row.id, row.recipient.clone()))
}

/// Such a report is written down at the row alone.
fn noted(
    world: &mut World,
    mail: &mut Routed<'_>,
    office: &Office,
    (outbox, to): (OutboxId, String),
) -> Fate {
    let because = "it reports about a mail of ours that belongs to no ticket";
    mail.trace.note("bounce", "ignored", because);
    let bounce = mail.parsed.mail.bounce.as_ref();
    let said = bounce.and_then(|bounce| bounce.about(&to));
    world.undelivered.push(Undelivered {
        tenant: office.tenant.id,
        outbox,
        failed: said.is_some_and(BounceRecipient::has_failed),
        words: line(said, &to),
    });
    Fate::Ignored(because.to_owned())
}

/// A mail of ours that a report is about.
struct About {
    ticket: TicketId,
    /// The very row; absent where only the conversation is known.
    row: Option<OutboxId>,
    /// Whom it went to.
    to: String,
    /// Whether that is somebody outside.
    customer: bool,
    /// By what it was found.
    by: &'static str,
    /// The same, as messages have it.
    matched_by: MatchedBy,
}

impl About {
    fn of(reference: &Reference, by: &'static str) -> Self {
        let claim = &reference.claim;
        Self {
            ticket: claim.ticket,
            row: reference.outbox,
            to: claim.participant.clone(),
            customer: matches!(claim.purpose, Purpose::Customer | Purpose::Bounce),
            by,
            matched_by: MatchedBy::Token,
        }
    }
}

/// What a report is about, by our own marks alone: the return path it came to, or what it returns. A customer's token
/// in the address it came to proves nothing: whoever got a mail from here knows one, and no report goes there.
fn about(world: &World, mail: &Routed<'_>, office: &Office, tokens: &[Reference]) -> Option<About> {
    let return_path = tokens.iter().find(|r| r.claim.purpose == Purpose::Bounce);
    if let Some(reference) = return_path {
        return Some(About::of(reference, "our return path"));
    }
    let ours = |parts: &Parts| valid(world, office, parts);
    let parsed = &mail.parsed.mail;
    let (own, before) = evidence::returned(parsed);
    if let Some(reference) = own.iter().find_map(ours) {
        return Some(About::of(reference, "our mark in the mail that came back"));
    }
    let original = parsed.bounce.as_ref()?.original_message_id.as_ref();
    if let Some(original) = original {
        if let Some(reference) = token::find_in(original).as_ref().and_then(ours) {
            return Some(About::of(reference, "the id of the mail that came back"));
        }
        let row = world.mailed.get(&(office.tenant.id, original.clone()));
        if let Some((row, ticket)) = row.and_then(|row| Some((row, row.ticket?))) {
            return Some(About {
                ticket,
                row: Some(row.id),
                to: row.recipient.clone(),
                customer: row.audience == Audience::Customer,
                by: "the id of the mail that came back",
                matched_by: MatchedBy::References,
            });
        }
    }
    if let Some(reference) = evidence::answered(parsed).find_map(|parts| ours(&parts)) {
        return Some(About::of(reference, "the id of the mail that it answers"));
    }
    // The mails before it were ours, so this is the conversation; which mail came back is not known.
    let reference = before.iter().find_map(ours)?;
    Some(About {
        row: None,
        ..About::of(reference, "our marks in the conversation that came back")
    })
}

/// What the report says about that person, as a line: code, words, and whom they are about if somebody else.
fn line(said: Option<&BounceRecipient>, to: &str) -> String {
    let Some(said) = said else {
        return "reported as not delivered".to_owned();
    };
    if said.address.is_empty() || said.address.eq_ignore_ascii_case(to) {
        said.in_words()
    } else {
        format!("{} (for {})", said.in_words(), said.address)
    }
}
