//! Answering and noting. An answer is public and goes out; a note is for staff and has no way out.

mod thread;

pub use thread::Thread;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use crate::desk::case::Case;
use crate::desk::change::{self, touch};
use crate::desk::clocks;
use crate::desk::directory::Office;
use crate::desk::follow;
use crate::desk::hand::Hand;
use crate::desk::letters::{self, Letter};
use crate::desk::notices;
use crate::desk::orders;
use crate::desk::react::{self, Cause, Heard};
use crate::desk::tell::{self, Occasion};
use crate::desk::{Desk, DeskError, Who};
use crate::domain::address::{EmailAddress, Party};
use crate::domain::event::EventType;
use crate::domain::ids::{BlobId, MessageId, TenantId, TicketId};
use crate::domain::mail::OutgoingAttachment;
use crate::domain::message::{
    AttachmentRow, Authentication, Author, AuthorType, Identity, Kind, MatchedBy, Message,
};
use crate::domain::rules::Trigger;
use crate::domain::sla::What;
use crate::domain::ticket::{Change, Side, Status};
use crate::store::blobs::{self, NewBlob};
use crate::store::messages::NewMessage;
use crate::store::{self, Tx};

/// Longer texts are refused: no mail client would show them.
const LONGEST_TEXT: usize = 1024 * 1024;

/// An answer to the customer.
#[derive(Debug, Clone, Default)]
pub struct Reply {
    /// What to say.
    pub text: String,
    /// The same as HTML; sanitised before it is kept.
    pub html: Option<String>,
    /// To whom; absent: the requester.
    pub to: Option<Vec<Party>>,
    /// Who gets a copy; absent: the other participants.
    pub cc: Option<Vec<Party>>,
    /// Who gets a copy that nobody sees.
    pub bcc: Vec<Party>,
    /// Files.
    pub attachments: Vec<Upload>,
    /// The message that was being answered; something newer and public makes the answer stale (AU4).
    pub in_response_to: Option<MessageId>,
    /// Send it even so.
    pub even_if_stale: bool,
    /// Not before.
    pub send_at: Option<DateTime<Utc>>,
    /// By which way it was written; absent: a page.
    pub by: Option<MatchedBy>,
    /// What the trusted hop says about its sender, if it came by mail.
    pub authentication: Option<Authentication>,
}

/// A file that an agent adds.
#[derive(Debug, Clone)]
pub struct Upload {
    /// Its name.
    pub filename: String,
    /// Its type.
    pub content_type: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// A note for staff. A type of its own: nothing that sends mail takes one.
#[derive(Debug, Clone, Default)]
pub struct Note {
    /// What to say.
    pub text: String,
    /// By which way it was written; absent: a page.
    pub by: Option<MatchedBy>,
    /// Files.
    pub attachments: Vec<Upload>,
    /// What the trusted hop says about its sender, if it came by mail.
    pub authentication: Option<Authentication>,
    /// It is not certain who wrote it: then it is marked, and nobody but its author is told of it.
    pub doubtful: bool,
    /// What its author is to be told about it.
    pub to_author: Option<Occasion>,
}

impl Desk {
    /// Answers the customer: the message and one outgoing row per recipient.
    ///
    /// # Errors
    /// [`DeskError::Stale`] with the newer messages, if something public arrived meanwhile.
    pub async fn reply(
        &self,
        who: &Who,
        ticket: TicketId,
        reply: Reply,
    ) -> Result<MessageId, DeskError> {
        check_text(&reply.text)?;
        let mut tx = self.db.write().await?;
        let mut thread = Thread::read(&mut tx, who, ticket).await?;
        if thread.is_empty() {
            // Merged meanwhile: what it was part of is what is answered.
            let into = store::tickets::standing(&mut tx, who.tenant, ticket).await?;
            thread = Thread::read(&mut tx, who, into).await?;
        }
        thread.check_fresh(&reply)?;
        self.with_case_in(tx, who.tenant, ticket, |hand, case| {
            orders::check_recipients(hand.office, case, &reply)?;
            say(hand, case, who, &reply, &thread)
        })
        .await
    }

    /// Writes a note for staff.
    pub async fn note(
        &self,
        who: &Who,
        ticket: TicketId,
        note: Note,
    ) -> Result<MessageId, DeskError> {
        check_text(&note.text)?;
        self.with_case(who.tenant, ticket, |hand, case| {
            Ok(jot(hand, case, who, &note))
        })
        .await
    }
}

/// The files of a message, read from the raw mail or the uploads that hold them.
async fn uploads(
    tx: &mut Tx,
    tenant: TenantId,
    message: &Message,
) -> Result<Vec<Upload>, DeskError> {
    let mut uploads = Vec::new();
    for row in &message.attachments {
        let Some((_, _, blob)) = store::messages::attachment(tx, tenant, row.id).await? else {
            continue;
        };
        let Some(stored) = blobs::read(tx, blob).await? else {
            continue;
        };
        let bytes = match usize::try_from(row.part) {
            Ok(part) => crate::domain::mail::attachment(&stored, part),
            Err(_) => Some(stored),
        };
        uploads.extend(bytes.map(|bytes| Upload {
            filename: row.filename.clone(),
            content_type: row.content_type.clone(),
            bytes,
        }));
    }
    Ok(uploads)
}

/// Why nothing is sent to this address, if it is one of our own: it would come back, and nobody would read it.
pub fn comes_back(office: &Office, address: &EmailAddress) -> Option<String> {
    office.is_own(address).then(|| format!(
        "{address} is an address of yours, so nobody outside would get this; say whose ticket it is, or write to somebody else"
    ))
}

/// Answers, with the ticket in hand.
pub fn say(
    hand: &mut Hand<'_>,
    case: &mut Case,
    who: &Who,
    reply: &Reply,
    thread: &Thread,
) -> Result<MessageId, DeskError> {
    let office = hand.office;
    let person = who.user.and_then(|id| office.person(id));
    let mailbox = office
        .mailbox(case.ticket.mailbox)
        .ok_or(DeskError::NotFound("mailbox"))?;
    let to = reply
        .to
        .clone()
        .filter(|to| !to.is_empty())
        .unwrap_or_else(|| vec![requester(case)]);
    let cc = reply.cc.clone().unwrap_or_else(|| others(case, &to));
    if let Some(reason) = to.iter().find_map(|p| comes_back(office, &p.address()?)) {
        return Err(DeskError::invalid("to", reason));
    }
    let text = notices::reply(hand, case, person, &reply.text);
    let answered = thread.answered();
    let (in_reply_to, references) = lineage(answered);
    let id: MessageId = hand.id();
    let sender = if who.name.is_empty() {
        mailbox.name.clone()
    } else {
        format!("{} ({})", who.name, mailbox.name)
    };
    let letter = Letter {
        message: id,
        sender: sender.clone(),
        to: to.clone(),
        cc: cc.clone(),
        bcc: reply.bcc.clone(),
        subject: letters::reply_subject(&case.ticket.subject),
        text: text.clone(),
        html: reply.html.as_deref().map(sanitised),
        attachments: reply.attachments.iter().map(attachment).collect(),
        in_reply_to: in_reply_to.clone(),
        references: references.clone(),
        automatic: None,
        cause: format!("message:{id}"),
        send_at: reply.send_at.unwrap_or(hand.now),
    };
    let message_id = letters::queue(hand, case, &letter)?;
    let (rows, uploads) = keep_uploads(hand, &reply.attachments);
    let message = Message {
        id,
        ticket: case.ticket.id,
        kind: Kind::Reply,
        author: author(who, person.map(|m| m.user.email.as_str())),
        from: Party {
            email: mailbox.address.to_string(),
            name: sender,
        },
        to,
        cc,
        reply_to: Vec::new(),
        subject: letter.subject,
        text,
        folds: Vec::new(),
        has_html: letter.html.is_some(),
        attachments: rows,
        message_id: Some(message_id),
        in_reply_to,
        references,
        created_at: hand.now,
        held: false,
        held_reason: None,
        identity: Identity::Verified,
        machine: None,
        bounce: None,
        authentication: reply.authentication.unwrap_or(Authentication::Unknown),
        matched_by: reply.by.unwrap_or(MatchedBy::Web),
        inbound: None,
    };
    hand.work.messages.push(NewMessage {
        tenant: office.tenant.id,
        author_id: who.user.map(|u| u.0),
        html: letter.html,
        attachment_blobs: uploads,
        message: message.clone(),
    });
    answered_now(hand, case, who, &message, &reply.text);
    Ok(id)
}

/// What an answer does to the ticket: clocks, times, status, assignee, rules.
fn answered_now(hand: &mut Hand<'_>, case: &mut Case, who: &Who, message: &Message, body: &str) {
    let actor = who.actor();
    let ticket = &mut case.ticket;
    ticket.first_response_at.get_or_insert(hand.now);
    ticket.spoke(Side::Agent, hand.now);
    ticket.message_count += 1;
    touch(hand, case);
    hand.event(case, EventType::MessageCreated, &actor, None);
    clocks::happened(hand, case, What::AgentReply, 0);
    let mut wanted = Change::default();
    // Whoever answers an unassigned ticket has taken it; an answered open ticket is being worked on.
    if case.ticket.assignee.is_none() {
        let works = who.user.filter(|u| {
            hand.office
                .person(*u)
                .is_some_and(crate::domain::person::Membership::works)
        });
        wanted.assignee = works.map(Some);
    }
    if case.ticket.status == Status::Open {
        wanted.status = Some(Status::InProgress);
    }
    change::apply(hand, case, &wanted, &actor, 0);
    let heard = Heard {
        message,
        body,
        verdict: None,
        headers: None,
    };
    react::after(
        hand,
        case,
        &Cause::event(Trigger::MessageCreated, &actor),
        Some(&heard),
    );
    tell::settle(
        hand,
        case,
        Some(message),
        &format!("message:{}", message.id),
    );
}

/// Notes, with the ticket in hand. A note of which it is not certain who wrote it stands there and does nothing more: it
/// names nobody, and no rule hears of it.
pub fn jot(hand: &mut Hand<'_>, case: &mut Case, who: &Who, note: &Note) -> MessageId {
    let office = hand.office;
    let person = who.user.and_then(|id| office.person(id));
    let author = author(who, person.map(|m| m.user.email.as_str()));
    let (files, blobs) = keep_uploads(hand, &note.attachments);
    let message = Message {
        id: hand.id(),
        ticket: case.ticket.id,
        kind: Kind::Note,
        from: Party {
            email: author.email.clone(),
            name: author.name.clone(),
        },
        author,
        to: Vec::new(),
        cc: Vec::new(),
        reply_to: Vec::new(),
        subject: String::new(),
        text: note.text.trim_end().to_owned(),
        folds: Vec::new(),
        has_html: false,
        attachments: files,
        message_id: None,
        in_reply_to: None,
        references: Vec::new(),
        created_at: hand.now,
        held: false,
        held_reason: None,
        identity: if note.doubtful {
            Identity::Unverified
        } else {
            Identity::Verified
        },
        machine: None,
        bounce: None,
        authentication: note.authentication.unwrap_or(Authentication::Unknown),
        matched_by: note.by.unwrap_or(MatchedBy::Web),
        inbound: None,
    };
    let actor = who.actor();
    case.ticket.message_count += 1;
    touch(hand, case);
    hand.event(case, EventType::NoteAdded, &actor, None);
    hand.work.messages.push(NewMessage {
        tenant: office.tenant.id,
        author_id: who.user.map(|u| u.0),
        html: None,
        attachment_blobs: blobs,
        message: message.clone(),
    });
    case.told.extend(who.user.zip(note.to_author.clone()));
    if !note.doubtful {
        // The assignee reads along, and whoever follows; whoever is named follows from now on.
        case.spread.push(Occasion::Noted);
        follow::mentioned(hand, case, &message.text, &actor);
        let heard = Heard {
            message: &message,
            body: &message.text,
            verdict: None,
            headers: None,
        };
        react::after(
            hand,
            case,
            &Cause::event(Trigger::NoteAdded, &actor),
            Some(&heard),
        );
    }
    tell::settle(
        hand,
        case,
        Some(&message),
        &format!("message:{}", message.id),
    );
    message.id
}

/// Refuses what says nothing, and what no mail client would show.
///
/// # Errors
/// Which of the two it is.
pub fn check_text(text: &str) -> Result<(), DeskError> {
    if text.trim().is_empty() {
        return Err(DeskError::invalid("text", "expected something to say"));
    }
    if text.len() > LONGEST_TEXT {
        return Err(DeskError::invalid(
            "text",
            "expected at most 1 MiB; attach longer texts as a file",
        ));
    }
    Ok(())
}

/// Who asked, as a recipient.
pub fn requester(case: &Case) -> Party {
    Party {
        email: case.requester.email.to_string(),
        name: case.requester.name.clone(),
    }
}

/// The other participants, who get a copy.
fn others(case: &Case, to: &[Party]) -> Vec<Party> {
    case.participants
        .iter()
        .filter(|p| {
            p.takes_part()
                && !to
                    .iter()
                    .any(|party| party.address().as_ref() == Some(&p.address))
        })
        .filter(|p| p.address != case.requester.email)
        .map(|p| Party {
            email: p.address.to_string(),
            name: p.name.clone(),
        })
        .collect()
}

/// In-Reply-To and References after RFC 5322 section 3.6.4.
pub(crate) fn lineage(answered: Option<&Message>) -> (Option<String>, Vec<String>) {
    let Some(message) = answered else {
        return (None, Vec::new());
    };
    let mut references = message.references.clone();
    if references.is_empty() {
        references.extend(message.in_reply_to.clone());
    }
    references.extend(message.message_id.clone());
    (message.message_id.clone(), references)
}

/// Whoever does something, as the author of a message.
pub fn author(who: &Who, email: Option<&str>) -> Author {
    let kind = if who.user.is_some() {
        AuthorType::User
    } else {
        AuthorType::System
    };
    Author {
        kind,
        email: email.unwrap_or_default().to_owned(),
        name: who.name.clone(),
    }
}

fn sanitised(html: &str) -> String {
    use crate::domain::mail::html::{Options, sanitise};
    sanitise(
        html,
        &Options {
            cid: &|_| None,
            allow_remote: true,
        },
    )
    .html
}

fn attachment(upload: &Upload) -> OutgoingAttachment {
    OutgoingAttachment {
        filename: upload.filename.clone(),
        content_type: upload.content_type.clone(),
        bytes: upload.bytes.clone(),
    }
}

/// Uploads are blobs of their own: part -1 says that the blob is the file.
fn keep_uploads(hand: &mut Hand<'_>, uploads: &[Upload]) -> (Vec<AttachmentRow>, Vec<BlobId>) {
    let mut rows = Vec::new();
    let mut ids = Vec::new();
    for upload in uploads {
        let id: BlobId = hand.id();
        let size = i64::try_from(upload.bytes.len()).unwrap_or(i64::MAX);
        hand.work.blobs.push(NewBlob {
            id,
            size,
            zstd: blobs::compress(&upload.bytes),
        });
        ids.push(id);
        rows.push(AttachmentRow {
            id: hand.id(),
            filename: upload.filename.clone(),
            content_type: upload.content_type.clone(),
            size,
            sha256: data_encoding::HEXLOWER.encode(&Sha256::digest(&upload.bytes)),
            inline: false,
            content_id: None,
            part: -1,
        });
    }
    (rows, ids)
}
