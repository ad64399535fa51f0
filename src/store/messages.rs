//! Messages and their attachments.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use uuid::Uuid;

use crate::domain::acknowledge::Written;
use crate::domain::address::Party;
use crate::domain::ids::{AttachmentId, BlobId, InboundId, MessageId, TenantId, TicketId};
use crate::domain::mail::{Bounce, Fold, Machine};
use crate::domain::message::{AttachmentRow, Author, Message};
use crate::store::{StoreError, Tx, word};

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Parties {
    from: Party,
    to: Vec<Party>,
    cc: Vec<Party>,
    reply_to: Vec<Party>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    ticket_id: Uuid,
    kind: String,
    author_type: String,
    author_email: String,
    author_name: String,
    #[sqlx(json)]
    parties: Parties,
    subject: String,
    text: String,
    #[sqlx(json)]
    folds: Vec<Fold>,
    has_html: bool,
    message_id: Option<String>,
    in_reply_to: Option<String>,
    #[sqlx(json)]
    reference_ids: Vec<String>,
    created_at: DateTime<Utc>,
    held: bool,
    held_reason: Option<String>,
    identity: String,
    machine: Option<String>,
    bounce: Option<Json<Bounce>>,
    authentication: String,
    matched_by: String,
    inbound_id: Option<Uuid>,
}

impl Row {
    fn into_message(self, attachments: &[(Uuid, AttachmentRow)]) -> Result<Message, StoreError> {
        let id = self.id;
        Ok(Message {
            kind: word(("messages", "kind"), id, &self.kind)?,
            author: Author {
                kind: word(("messages", "author_type"), id, &self.author_type)?,
                email: self.author_email,
                name: self.author_name,
            },
            identity: word(("messages", "identity"), id, &self.identity)?,
            machine: self
                .machine
                .map(|m| word(("messages", "machine"), id, &m))
                .transpose()?,
            authentication: word(("messages", "authentication"), id, &self.authentication)?,
            matched_by: word(("messages", "matched_by"), id, &self.matched_by)?,
            id: MessageId(id),
            ticket: TicketId(self.ticket_id),
            from: self.parties.from,
            to: self.parties.to,
            cc: self.parties.cc,
            reply_to: self.parties.reply_to,
            subject: self.subject,
            text: self.text,
            folds: self.folds,
            has_html: self.has_html,
            attachments: attachments
                .iter()
                .filter(|(message, _)| *message == id)
                .map(|(_, a)| a.clone())
                .collect(),
            message_id: self.message_id,
            in_reply_to: self.in_reply_to,
            references: self.reference_ids,
            created_at: self.created_at,
            held: self.held,
            held_reason: self.held_reason,
            bounce: self.bounce.map(|json| json.0),
            inbound: self.inbound_id.map(InboundId),
        })
    }
}

/// A message to be stored, with what is not part of the message itself.
#[derive(Debug, Clone)]
pub struct NewMessage {
    /// Whose.
    pub tenant: TenantId,
    /// The message.
    pub message: Message,
    /// The user or contact who wrote it.
    pub author_id: Option<Uuid>,
    /// The HTML of what we wrote; received HTML stays in the raw mail.
    pub html: Option<String>,
    /// Where the attachments' bytes are: the raw mail, or for each its upload.
    pub attachment_blobs: Vec<BlobId>,
}

const SELECT: &str = "SELECT id, ticket_id, kind, author_type, author_email, author_name, parties, subject, text, folds, has_html, message_id, in_reply_to, reference_ids,
    created_at, held, held_reason, identity, machine, bounce, authentication, matched_by, inbound_id FROM messages WHERE tenant_id = ";

/// Stores messages with their attachments.
pub async fn insert_all(tx: &mut Tx, messages: &[NewMessage]) -> Result<(), StoreError> {
    rows!(tx, "INSERT INTO messages (tenant_id, id, ticket_id, kind, author_type, author_id, author_email, author_name, parties, subject, text, folds, html, has_html, message_id,
        in_reply_to, reference_ids, created_at, held, held_reason, identity, machine, bounce, authentication, matched_by, inbound_id)", messages, |row, new| {
        let m = &new.message;
        let parties = Parties { from: m.from.clone(), to: m.to.clone(), cc: m.cc.clone(), reply_to: m.reply_to.clone() };
        row.push_bind(new.tenant.0).push_bind(m.id.0).push_bind(m.ticket.0).push_bind(m.kind.as_str()).push_bind(m.author.kind.as_str()).push_bind(new.author_id)
            .push_bind(&m.author.email).push_bind(&m.author.name).push_bind(Json(parties)).push_bind(&m.subject).push_bind(&m.text).push_bind(Json(&m.folds))
            .push_bind(new.html.as_deref()).push_bind(m.has_html).push_bind(m.message_id.as_deref()).push_bind(m.in_reply_to.as_deref()).push_bind(Json(&m.references))
            .push_bind(m.created_at).push_bind(m.held).push_bind(m.held_reason.as_deref()).push_bind(m.identity.as_str()).push_bind(m.machine.map(Machine::as_str))
            .push_bind(m.bounce.as_ref().map(Json)).push_bind(m.authentication.as_str()).push_bind(m.matched_by.as_str()).push_bind(m.inbound.map(|x| x.0));
    }, "")?;
    let attachments: Vec<_> =
        messages
            .iter()
            .flat_map(|new| {
                new.message.attachments.iter().enumerate().filter_map(
                    move |(position, attachment)| {
                        let blob = new
                            .attachment_blobs
                            .get(position)
                            .or(new.attachment_blobs.first())?;
                        Some((new.tenant, new.message.id, attachment, *blob))
                    },
                )
            })
            .collect();
    insert_attachments(tx, &attachments).await
}

async fn insert_attachments(
    tx: &mut Tx,
    attachments: &[(TenantId, MessageId, &AttachmentRow, BlobId)],
) -> Result<(), StoreError> {
    rows!(
        tx,
        "INSERT INTO attachments (tenant_id, id, message_id, filename, content_type, size, sha256, inline, content_id, part, blob_id)",
        attachments,
        |row, a| {
            row.push_bind(a.0.0)
                .push_bind(a.2.id.0)
                .push_bind(a.1.0)
                .push_bind(&a.2.filename)
                .push_bind(&a.2.content_type)
                .push_bind(a.2.size)
                .push_bind(&a.2.sha256)
                .push_bind(a.2.inline)
                .push_bind(a.2.content_id.as_deref())
                .push_bind(a.2.part)
                .push_bind(a.3.0);
        },
        ""
    )?;
    Ok(())
}

/// The messages of a ticket, oldest first, after `after`.
pub async fn of_ticket(
    tx: &mut Tx,
    tenant: TenantId,
    ticket: TicketId,
    after: Option<MessageId>,
    limit: i64,
) -> Result<Vec<Message>, StoreError> {
    let rows = build!(tx, SELECT, |q| {
        q.push_bind(tenant.0).push(" AND ticket_id = ").push_bind(ticket.0).push(" AND id > ").push_bind(after.map_or(Uuid::nil(), |m| m.0))
            .push(" ORDER BY id LIMIT ").push_bind(limit);
    }, fetch_all Row)?;
    with_attachments(tx, tenant, rows).await
}

/// One message; a foreign id is not found.
pub async fn get(
    tx: &mut Tx,
    tenant: TenantId,
    id: MessageId,
) -> Result<Option<Message>, StoreError> {
    let rows = build!(tx, SELECT, |q| { q.push_bind(tenant.0).push(" AND id = ").push_bind(id.0); }, fetch_all Row)?;
    Ok(with_attachments(tx, tenant, rows).await?.pop())
}

/// The newest messages of a ticket, newest first.
pub async fn newest(
    tx: &mut Tx,
    tenant: TenantId,
    ticket: TicketId,
    limit: i64,
) -> Result<Vec<Message>, StoreError> {
    let rows = build!(tx, SELECT, |q| {
        q.push_bind(tenant.0).push(" AND ticket_id = ").push_bind(ticket.0).push(" ORDER BY id DESC LIMIT ").push_bind(limit);
    }, fetch_all Row)?;
    with_attachments(tx, tenant, rows).await
}

/// Who wrote in these tickets by mail; tickets that nobody wrote in by mail are left out.
pub async fn written(
    tx: &mut Tx,
    tenant: TenantId,
    tickets: &[TicketId],
) -> Result<Vec<(TicketId, Written)>, StoreError> {
    if tickets.is_empty() {
        return Ok(Vec::new());
    }
    let rows = build!(tx, "SELECT t.id, (SELECT m.authentication FROM messages m WHERE m.tenant_id = t.tenant_id AND m.ticket_id = t.id
          AND m.kind = 'inbound' AND m.held = FALSE AND (m.machine IS NULL OR m.machine = 'list') ORDER BY m.id DESC LIMIT 1)
        FROM tickets t WHERE EXISTS (SELECT 1 FROM messages m WHERE m.tenant_id = t.tenant_id AND m.ticket_id = t.id AND m.kind = 'inbound')
          AND t.tenant_id = ", |q| {
        q.push_bind(tenant.0).push(" AND t.id IN (");
        let mut list = q.separated(", ");
        for id in tickets { list.push_bind(id.0); }
        q.push(")");
    }, fetch_all (Uuid, Option<String>))?;
    rows.into_iter()
        .map(|(id, authentication)| {
            let written = match authentication {
                None => Written::Machines,
                Some(found) => Written::Person(word(("messages", "authentication"), id, &found)?),
            };
            Ok((TicketId(id), written))
        })
        .collect()
}

/// The newest public message of a ticket.
pub async fn last_public(
    tx: &mut Tx,
    tenant: TenantId,
    ticket: TicketId,
) -> Result<Option<Message>, StoreError> {
    let rows = build!(tx, SELECT, |q| {
        q.push_bind(tenant.0).push(" AND ticket_id = ").push_bind(ticket.0)
            .push(" AND kind IN ('inbound', 'reply') AND held = FALSE ORDER BY id DESC LIMIT 1");
    }, fetch_all Row)?;
    rows.into_iter()
        .next()
        .map(|row| row.into_message(&[]))
        .transpose()
}

/// A mail that was passed on has another author than its sender.
pub async fn reattribute(
    tx: &mut Tx,
    tenant: TenantId,
    message: &Message,
) -> Result<(), StoreError> {
    sql!(
        tx,
        execute,
        "UPDATE messages SET author_email = $3, author_name = $4, identity = 'unverified' WHERE tenant_id = $1 AND id = $2",
        tenant.0,
        message.id.0,
        &message.author.email,
        &message.author.name
    )?;
    Ok(())
}

async fn with_attachments(
    tx: &mut Tx,
    tenant: TenantId,
    rows: Vec<Row>,
) -> Result<Vec<Message>, StoreError> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let attachments = attachments_of(tx, tenant, &ids).await?;
    rows.into_iter()
        .map(|row| row.into_message(&attachments))
        .collect()
}

/// The newest public message of each of these tickets, shortened, for lists.
pub async fn snippets(
    tx: &mut Tx,
    tenant: TenantId,
    tickets: &[TicketId],
) -> Result<Vec<(TicketId, String, String)>, StoreError> {
    if tickets.is_empty() {
        return Ok(Vec::new());
    }
    let found = build!(
        tx,
        "SELECT m.ticket_id, m.author_name, substr(m.text, 1, 400) FROM messages m WHERE m.tenant_id = ",
        |q| {
            q.push_bind(tenant.0).push(" AND m.id IN (SELECT (SELECT x.id FROM messages x WHERE x.tenant_id = t.tenant_id AND x.ticket_id = t.id AND x.kind IN ('inbound', 'reply') AND x.held = FALSE ORDER BY x.id DESC LIMIT 1) FROM tickets t WHERE t.tenant_id = ")
            .push_bind(tenant.0).push(" AND t.id IN (");
            let mut list = q.separated(", ");
            for id in tickets {
                list.push_bind(id.0);
            }
            q.push("))");
        },
        fetch_all(Uuid, String, String)
    )?;
    Ok(found
        .into_iter()
        .map(|(id, author, text)| (TicketId(id), author, text))
        .collect())
}

/// The HTML of a message that we wrote.
pub async fn html(
    tx: &mut Tx,
    tenant: TenantId,
    id: MessageId,
) -> Result<Option<String>, StoreError> {
    Ok(sql!(tx, maybe Option<String>, "SELECT html FROM messages WHERE tenant_id = $1 AND id = $2", tenant.0, id.0)?.flatten())
}

/// The raw mail that a message was made from.
pub async fn raw_blob(
    tx: &mut Tx,
    tenant: TenantId,
    id: MessageId,
) -> Result<Option<BlobId>, StoreError> {
    let found = sql!(
        tx, maybe Option<Uuid>,
        "SELECT i.blob_id FROM messages m JOIN inbound i ON i.id = m.inbound_id WHERE m.tenant_id = $1 AND m.id = $2",
        tenant.0, id.0
    )?;
    Ok(found.flatten().map(BlobId))
}

/// The raw mails that messages were made from, with their sizes in bytes, in no particular order.
pub async fn raw_blobs(
    tx: &mut Tx,
    tenant: TenantId,
    messages: &[MessageId],
) -> Result<Vec<(MessageId, BlobId, i64)>, StoreError> {
    if messages.is_empty() {
        return Ok(Vec::new());
    }
    let rows = build!(
        tx,
        "SELECT m.id, b.id, b.size FROM messages m JOIN inbound i ON i.id = m.inbound_id JOIN blobs b ON b.id = i.blob_id WHERE m.tenant_id = ",
        |q| {
            q.push_bind(tenant.0).push(" AND m.id IN (");
            let mut list = q.separated(", ");
            for message in messages {
                list.push_bind(message.0);
            }
            q.push(")");
        },
        fetch_all(Uuid, Uuid, i64)
    )?;
    let rows = rows.into_iter();
    Ok(rows
        .map(|(message, blob, size)| (MessageId(message), BlobId(blob), size))
        .collect())
}

/// An attachment, the message it belongs to and the blob that holds it.
pub async fn attachment(
    tx: &mut Tx,
    tenant: TenantId,
    id: AttachmentId,
) -> Result<Option<(AttachmentRow, MessageId, BlobId)>, StoreError> {
    let row = sql!(
        tx, fetch_optional AttachmentSql,
        "SELECT message_id, id, filename, content_type, size, sha256, inline, content_id, part, blob_id FROM attachments WHERE tenant_id = $1 AND id = $2",
        tenant.0, id.0
    )?;
    Ok(row.map(|row| {
        let (message, blob) = (MessageId(row.message_id), BlobId(row.blob_id));
        (row.into(), message, blob)
    }))
}

#[derive(sqlx::FromRow)]
struct AttachmentSql {
    message_id: Uuid,
    id: Uuid,
    filename: String,
    content_type: String,
    size: i64,
    sha256: String,
    inline: bool,
    content_id: Option<String>,
    part: i64,
    blob_id: Uuid,
}

impl From<AttachmentSql> for AttachmentRow {
    fn from(row: AttachmentSql) -> Self {
        Self {
            id: AttachmentId(row.id),
            filename: row.filename,
            content_type: row.content_type,
            size: row.size,
            sha256: row.sha256,
            inline: row.inline,
            content_id: row.content_id,
            part: row.part,
        }
    }
}

async fn attachments_of(
    tx: &mut Tx,
    tenant: TenantId,
    messages: &[Uuid],
) -> Result<Vec<(Uuid, AttachmentRow)>, StoreError> {
    if messages.is_empty() {
        return Ok(Vec::new());
    }
    let rows = build!(tx, "SELECT message_id, id, filename, content_type, size, sha256, inline, content_id, part, blob_id FROM attachments WHERE tenant_id = ", |q| {
        q.push_bind(tenant.0).push(" AND message_id IN (");
        let mut list = q.separated(", ");
        for id in messages { list.push_bind(*id); }
        q.push(") ORDER BY message_id, id");
    }, fetch_all AttachmentSql)?;
    Ok(rows
        .into_iter()
        .map(|row| (row.message_id, row.into()))
        .collect())
}

/// Stores what a message says, as it is read today: its parties, words, folds, attachments (in `blob`) and kind. What
/// decides where it stands, and whose it is, stays.
pub async fn reread(
    tx: &mut Tx,
    tenant: TenantId,
    m: &Message,
    blob: BlobId,
) -> Result<(), StoreError> {
    let parties = Parties {
        from: m.from.clone(),
        to: m.to.clone(),
        cc: m.cc.clone(),
        reply_to: m.reply_to.clone(),
    };
    sql!(
        tx,
        execute,
        "UPDATE messages SET author_name = $3, parties = $4, subject = $5, text = $6, folds = $7, has_html = $8, machine = $9, bounce = $10 WHERE tenant_id = $1 AND id = $2",
        tenant.0,
        m.id.0,
        &m.author.name,
        Json(&parties),
        &m.subject,
        &m.text,
        Json(&m.folds),
        m.has_html,
        m.machine.map(Machine::as_str),
        m.bounce.as_ref().map(Json)
    )?;
    sql!(
        tx,
        execute,
        "DELETE FROM attachments WHERE tenant_id = $1 AND message_id = $2",
        tenant.0,
        m.id.0
    )?;
    let attachments: Vec<_> = m
        .attachments
        .iter()
        .map(|attachment| (tenant, m.id, attachment, blob))
        .collect();
    insert_attachments(tx, &attachments).await
}

/// Lets a held message through.
pub async fn set_held(
    tx: &mut Tx,
    tenant: TenantId,
    id: MessageId,
    held: bool,
    reason: Option<&str>,
) -> Result<(), StoreError> {
    sql!(
        tx,
        execute,
        "UPDATE messages SET held = $3, held_reason = $4 WHERE tenant_id = $1 AND id = $2",
        tenant.0,
        id.0,
        held,
        reason
    )?;
    Ok(())
}

/// The Message-ID under which a reply went to its first recipient.
pub async fn set_message_id(
    tx: &mut Tx,
    tenant: TenantId,
    id: MessageId,
    message_id: &str,
) -> Result<(), StoreError> {
    sql!(
        tx,
        execute,
        "UPDATE messages SET message_id = $3 WHERE tenant_id = $1 AND id = $2",
        tenant.0,
        id.0,
        message_id
    )?;
    Ok(())
}

/// Moves a message to another ticket.
pub async fn move_to(
    tx: &mut Tx,
    tenant: TenantId,
    id: MessageId,
    ticket: TicketId,
) -> Result<(), StoreError> {
    sql!(
        tx,
        execute,
        "UPDATE messages SET ticket_id = $3 WHERE tenant_id = $1 AND id = $2",
        tenant.0,
        id.0,
        ticket.0
    )?;
    Ok(())
}

/// Throws a held message away; its raw mail stays in intake.
pub async fn remove(tx: &mut Tx, tenant: TenantId, id: MessageId) -> Result<(), StoreError> {
    sql!(
        tx,
        execute,
        "DELETE FROM attachments WHERE tenant_id = $1 AND message_id = $2",
        tenant.0,
        id.0
    )?;
    sql!(
        tx,
        execute,
        "DELETE FROM messages WHERE tenant_id = $1 AND id = $2",
        tenant.0,
        id.0
    )?;
    Ok(())
}
