//! Bytes to [`Mail`], and mail to bytes. Nothing here fails on bad input: what cannot be read is read
//! as well as possible, and the mail says so.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::address::Party;

words! {
    /// What a folded range of a text is.
    pub enum FoldKind {
        /// Somebody else's words, repeated.
        Quote = "quote",
        /// The lines below every mail of this person.
        Signature = "signature",
    }
}

/// A range of a text that is folded away when shown; never cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fold {
    /// The first character (not byte) of the range.
    pub start: usize,
    /// The character after its last.
    pub end: usize,
    /// What it is.
    pub kind: FoldKind,
}

words! {
    /// Which kind of machine wrote a mail.
    pub enum Machine {
        /// An automatic answer.
        AutoReply = "auto_reply",
        /// Somebody is away.
        OutOfOffice = "out_of_office",
        /// A report of failed or delayed delivery.
        Bounce = "bounce",
        /// Came through a mailing list. A person wrote it.
        List = "list",
        /// A read receipt.
        Receipt = "receipt",
        /// An abuse report.
        FeedbackReport = "feedback_report",
        /// Our own mail came back.
        Loop = "loop",
    }
}

/// A report about deliveries, RFC 3464 or one of the common other forms.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounce {
    /// What happened to whom.
    pub recipients: Vec<BounceRecipient>,
    /// The Message-ID of the mail that was not delivered, without brackets.
    pub original_message_id: Option<String>,
}

/// What happened to one recipient.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BounceRecipient {
    /// Whom it was for.
    pub address: String,
    /// The enhanced status code, `5.1.1`; empty if none was given.
    pub status: String,
    /// `failed`, `delayed`, `relayed`, `delivered`, `expanded`.
    pub action: String,
    /// Whether trying again is pointless.
    pub permanent: bool,
}
