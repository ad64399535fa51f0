//! Stored raw mail through today's program (IN5): what it would read and decide now, beside what was stored, and
//! what of that may be applied. A message that people know is never moved, and nothing goes out because of a replay of
//! it; a mail that became no message may become one.

use std::collections::HashMap;

use crate::desk::{Desk, DeskError};
use crate::domain::event::{Actor, Event, EventType};
use crate::domain::ids::{InboundId, TenantId, TicketId};
use crate::domain::mail::Mail;
use crate::domain::message::{AttachmentRow, AuthorType, Kind, Message};
use crate::domain::replay::{Difference, Reading, applicable, differences};
use crate::domain::trace::Trace;
use crate::intake::process::{read_proven, rehearse_again, take_in};
use crate::store::inbound::{self, By, Claimed, Deed, InboundState, Listed, ResultRow};
use crate::store::{Topic, Tx, blobs, events, messages, tickets};

const MOVED: &str = "a message that is known to people is not moved by itself";

/// What a replay found, and what it did.
#[derive(Debug, Clone)]
pub struct Replayed {
    /// The mail.
    pub id: InboundId,
    /// Its subject, as it stands in the list.
    pub subject: String,
    /// Where it stood before.
    pub was: InboundState,
    /// What today's program would make of it; after applying, what it is now.
    pub now: InboundState,
    /// Why, for all but `processed`.
    pub reason: Option<String>,
    /// Today's decisions.
    pub trace: Trace,
    /// What differs in the messages it became.
    pub messages: Vec<Reread>,
    /// Whether anything was written.
    pub applied: bool,
    /// Why it was left alone as a whole.
    pub left_alone: Option<String>,
}

impl Replayed {
    /// Whether today's program makes anything else of it.
    pub fn differs(&self) -> bool {
        self.was != self.now || self.messages.iter().any(|m| !m.differences.is_empty())
    }

    /// Whether there is anything to apply.
    pub fn applies(&self) -> bool {
        self.left_alone.is_none()
            && (self.is_taken_in()
                || self
                    .messages
                    .iter()
                    .flat_map(|m| &m.differences)
                    .any(|d| d.left_alone.is_none()))
    }

    fn is_taken_in(&self) -> bool {
        matches!(self.was, InboundState::Quarantined | InboundState::Ignored)
            && matches!(self.now, InboundState::Processed | InboundState::Duplicate)
    }
}

/// One message that a mail became, read again.
#[derive(Debug, Clone)]
pub struct Reread {
    /// Whose.
    pub tenant: TenantId,
    /// The ticket it stands in.
    pub ticket: String,
    /// The message as it would be stored.
    message: Message,
    /// What differs.
    pub differences: Vec<Difference>,
}

/// Reads one mail again. `tenant` narrows what is seen to that tenant's messages; `apply` writes what may be written,
/// in that person's name. Running it again finds nothing left to apply.
///
/// # Errors
/// [`DeskError::NotFound`] for a mail that this tenant may not know of; the database failed.
pub async fn replay(
    desk: &Desk,
    tenant: Option<TenantId>,
    id: InboundId,
    apply: Option<&By>,
) -> Result<Replayed, DeskError> {
    let mut replayed = look(desk, tenant, id).await?;
    if let Some(by) = apply.filter(|_| replayed.applies()) {
        if replayed.is_taken_in() {
            replayed.now = take_in(desk, id, None, by).await?;
        } else {
            write(desk, &replayed, by).await?;
        }
        replayed.applied = true;
    }
    Ok(replayed)
}

async fn look(desk: &Desk, tenant: Option<TenantId>, id: InboundId) -> Result<Replayed, DeskError> {
    let mut tx = desk.db.read().await?;
    let mail = inbound::one(&mut tx, tenant, id)
        .await?
        .ok_or(DeskError::NotFound("received mail"))?;
    let mut replayed = Replayed {
        id,
        subject: mail.subject.clone(),
        was: mail.state,
        now: mail.state,
        reason: mail.reason.clone(),
        trace: mail.trace.clone(),
        messages: Vec::new(),
        applied: false,
        left_alone: None,
    };
    let leave = |replayed: Replayed, why: &str| Replayed {
        left_alone: Some(why.to_owned()),
        ..replayed
    };
    if matches!(mail.state, InboundState::Spooled | InboundState::Duplicate) {
        return Ok(leave(
            replayed,
            match mail.state {
                InboundState::Spooled => "it has not been looked at for the first time yet",
                _ => "the same content is here already; the first one is what counts",
            },
        ));
    }
    let Some(claimed) = inbound::as_claimed(&mut tx, id).await? else {
        return Ok(leave(replayed, "its bytes were deleted"));
    };
    let raw = blobs::read(&mut tx, claimed.blob)
        .await?
        .unwrap_or_default();
    let known = known(&mut tx, &mail).await?;
    drop(tx);
    if raw.is_empty() && mail.size > 0 {
        return Ok(leave(replayed, "the mail server never gave us its bytes"));
    }
    let read = match read_proven(desk, raw, &claimed).await {
        Ok(read) => read,
        Err(words) => {
            return Ok(leave(
                replayed,
                &format!("today's program cannot read it: {words}"),
            ));
        }
    };
    let today = match rehearse_again(desk, claimed, read.clone()).await {
        Ok(today) => today,
        Err(error) => return Ok(leave(replayed, &error.to_string())),
    };
    if mail.state == InboundState::Processed {
        replayed.messages = known
            .into_iter()
            .map(|known| reread(desk, known, &read.mail, &today.results))
            .collect();
    } else {
        replayed.now = today.outcome.state;
        replayed.reason.clone_from(&today.outcome.reason);
    }
    replayed.trace = today.outcome.trace;
    Ok(replayed)
}

/// A message and the ticket it stands in.
struct Known {
    tenant: TenantId,
    key: String,
    message: Message,
}

async fn known(tx: &mut Tx, mail: &Listed) -> Result<Vec<Known>, DeskError> {
    let mut known = Vec::new();
    for (tenant, _, message, _) in &mail.results {
        let Some(id) = message else { continue };
        let Some(message) = messages::get(tx, *tenant, *id).await? else {
            continue;
        };
        // What an agent said by mail went out as it was; it is not rewritten afterwards.
        if message.kind != Kind::Inbound {
            continue;
        }
        let found = tickets::by_ids(tx, *tenant, &[message.ticket]).await?;
        let key = found.into_iter().next().map(|ticket| ticket.key);
        known.push(Known {
            tenant: *tenant,
            key: key.unwrap_or_default(),
            message,
        });
    }
    Ok(known)
}

fn reread(desk: &Desk, known: Known, mail: &Mail, today: &[ResultRow]) -> Reread {
    let (was, now) = (Reading::of_message(&known.message), Reading::of_mail(mail));
    let mut differences = differences(&was, &now);
    differences.extend(elsewhere(&known, today));
    let applied = applicable(&was, &now);
    let mut message = known.message;
    message.attachments = attachments(desk, &message.attachments, &applied);
    if message.author.kind == AuthorType::Contact && !applied.from.name.is_empty() {
        message.author.name.clone_from(&applied.from.name);
    }
    message.from = applied.from;
    message.to = applied.to;
    message.cc = applied.cc;
    message.reply_to = applied.reply_to;
    message.subject = applied.subject;
    message.text = applied.text;
    message.folds = applied.folds;
    message.has_html = applied.has_html;
    message.machine = applied.machine;
    message.bounce = applied.bounce;
    Reread {
        tenant: known.tenant,
        ticket: known.key,
        message,
        differences,
    }
}

/// Whether it would stand in another ticket today. Opening a ticket is no other place for the mail that did.
fn elsewhere(known: &Known, today: &[ResultRow]) -> Option<Difference> {
    let row = today.iter().find(|row| row.tenant == known.tenant);
    let opened = known.message.matched_by.as_str() == "new";
    let now = match row {
        Some(row) if row.ticket == Some(known.message.ticket) => return None,
        Some(row) if row.outcome == "new" && opened => return None,
        Some(row) => match row.outcome {
            "new" => "a ticket of its own",
            "appended" | "held" => "another ticket",
            outcome => outcome,
        },
        None => "not this tenant's",
    };
    Some(Difference::new(
        "ticket",
        known.key.clone(),
        now,
        Some(MOVED),
    ))
}

/// Today's attachments; one with the same bytes keeps its id, and so its links.
fn attachments(desk: &Desk, old: &[AttachmentRow], now: &Reading) -> Vec<AttachmentRow> {
    let mut kept: HashMap<&str, Vec<_>> = HashMap::new();
    for attachment in old.iter().rev() {
        kept.entry(&attachment.sha256)
            .or_default()
            .push(attachment.id);
    }
    let fresh = || desk.random.uuid(desk.clock.now()).into();
    now.attachments
        .iter()
        .map(|piece| AttachmentRow {
            id: kept
                .get_mut(piece.sha256.as_str())
                .and_then(Vec::pop)
                .unwrap_or_else(fresh),
            filename: piece.filename.clone(),
            content_type: piece.content_type.clone(),
            size: piece.size,
            sha256: piece.sha256.clone(),
            inline: piece.inline,
            content_id: piece.content_id.clone(),
            part: piece.part,
        })
        .collect()
}

async fn write(desk: &Desk, replayed: &Replayed, by: &By) -> Result<(), DeskError> {
    let mut tx = desk.db.write().await?;
    let Some(Claimed { blob, .. }) = inbound::as_claimed(&mut tx, replayed.id).await? else {
        return Err(DeskError::NotFound("received mail"));
    };
    let mut fields = Vec::new();
    for reread in &replayed.messages {
        let applied = reread.differences.iter().filter(|d| d.left_alone.is_none());
        let names: Vec<&str> = applied.map(|d| d.field).collect();
        if names.is_empty() {
            continue;
        }
        messages::reread(&mut tx, reread.tenant, &reread.message, blob).await?;
        let line = event(desk, reread.message.ticket, by, &names);
        events::insert_all(&mut tx, &[(reread.tenant, line)]).await?;
        fields.extend(names);
    }
    fields.dedup();
    let detail = format!("Read again: {}.", fields.join(", "));
    desk.note_mail(&mut tx, replayed.id, by, Deed::Replayed, detail)
        .await?;
    tx.wake(Topic::Tickets);
    Ok(tx.commit().await?)
}

/// A line in the ticket's timeline: its words may look different now, and this is why.
fn event(desk: &Desk, ticket: TicketId, by: &By, fields: &[&str]) -> Event {
    let now = desk.clock.now();
    let actor = by.user.map_or(Actor::System, |id| Actor::User {
        id,
        name: by.name.clone(),
    });
    Event {
        id: desk.random.uuid(now).into(),
        ticket,
        at: now,
        kind: EventType::MessageReread,
        actor,
        field: Some("message".to_owned()),
        from: None,
        to: Some(fields.join(", ")),
    }
}
