//! A message of a ticket and the words around it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::address::Party;
use crate::domain::ids::{AttachmentId, InboundId, MessageId, TicketId};
use crate::domain::mail::{Bounce, Fold, Machine};

words! {
    /// What a message is.
    pub enum Kind {
        /// It came by mail.
        Inbound = "inbound",
        /// An agent's public answer.
        Reply = "reply",
        /// For staff only. It never leaves.
        Note = "note",
        /// Postroom itself wrote it: an acknowledgement, a status notice.
        Notice = "notice",
    }
}

words! {
    /// Who wrote a message or caused an event.
    pub enum AuthorType {
        /// Somebody outside.
        Contact = "contact",
        /// One of the tenant's people.
        User = "user",
        /// Postroom.
        System = "system",
    }
}

words! {
    /// Whether the sender is who they say, as far as we can tell.
    pub enum Identity {
        /// Exactly one sender, and nothing speaks against it.
        Verified = "verified",
        /// No sender, several senders, or a forged one.
        Unverified = "unverified",
    }
}

words! {
    /// What the trusted hop's Authentication-Results say about the sender's domain.
    pub enum Authentication {
        /// DMARC passed, or without a DMARC result an aligned DKIM or SPF pass.
        Pass = "pass",
        /// DMARC failed.
        Fail = "fail",
        /// Nothing trustworthy says either.
        Unknown = "unknown",
    }
}

words! {
    /// What brought a message to its ticket.
    pub enum MatchedBy {
        /// A signed token of ours.
        Token = "token",
        /// The reference graph: In-Reply-To or References.
        References = "references",
        /// The ticket's number in the subject, from somebody who takes part.
        Subject = "subject",
        /// An answer to a ticket closed long ago opened this one.
        FollowUp = "follow_up",
        /// It opened the ticket.
        New = "new",
        /// A program.
        Api = "api",
        /// A page.
        Web = "web",
    }
}

/// Who wrote a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Author {
    /// Which kind of author.
    #[serde(rename = "type")]
    pub kind: AuthorType,
    /// Their address; empty for the system.
    pub email: String,
    /// Their name.
    pub name: String,
}

impl Author {
    /// What to call them.
    pub fn display(&self) -> &str {
        if self.name.is_empty() {
            &self.email
        } else {
            &self.name
        }
    }
}

/// A message as it is stored. Its HTML and its attachments' bytes are read from the raw mail when shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// The ticket it stands in.
    pub ticket: TicketId,
    /// What it is.
    pub kind: Kind,
    /// Who wrote it.
    pub author: Author,
    /// The From header, or the agent.
    pub from: Party,
    /// To.
    pub to: Vec<Party>,
    /// Cc.
    pub cc: Vec<Party>,
    /// Reply-To.
    pub reply_to: Vec<Party>,
    /// The subject as written.
    pub subject: String,
    /// The whole text, quotes and signature included.
    pub text: String,
    /// Which ranges of `text` (in characters) are quotes or signatures; they partition nothing else.
    pub folds: Vec<Fold>,
    /// Whether the raw mail has an HTML body (inbound), or one is stored (outgoing).
    pub has_html: bool,
    /// Its attachments.
    pub attachments: Vec<AttachmentRow>,
    /// Message-ID without brackets; ours, or what the mail carried.
    pub message_id: Option<String>,
    /// In-Reply-To without brackets.
    pub in_reply_to: Option<String>,
    /// References without brackets, oldest first.
    pub references: Vec<String>,
    /// When it was taken in or written.
    pub created_at: DateTime<Utc>,
    /// Waits for a person: not sent (a reply), not part of the conversation yet (a stranger's mail).
    pub held: bool,
    /// Why it is held, as a sentence.
    pub held_reason: Option<String>,
    /// Whether the sender is who they say.
    pub identity: Identity,
    /// If a machine wrote it, which kind.
    pub machine: Option<Machine>,
    /// If it reports failed deliveries, which.
    pub bounce: Option<Bounce>,
    /// What the trusted hop says.
    pub authentication: Authentication,
    /// What brought it here.
    pub matched_by: MatchedBy,
    /// The received mail it was made from.
    pub inbound: Option<InboundId>,
}

/// An attachment as it is listed: which part of which raw mail, under which safe name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachmentRow {
    /// Its id.
    pub id: AttachmentId,
    /// The name to show and to download under (A17).
    pub filename: String,
    /// The type the sender claims; what is served is decided from the bytes (A16).
    pub content_type: String,
    /// Bytes after decoding.
    pub size: i64,
    /// SHA-256 of the decoded bytes, hexadecimal.
    pub sha256: String,
    /// Shown in place, inside the HTML.
    pub inline: bool,
    /// Content-ID without brackets.
    pub content_id: Option<String>,
    /// Where it stands in the raw mail: the index that [`crate::domain::mail::Attachment::part`] gave.
    pub part: i64,
}
