//! Mails that Postroom writes: values in, bytes out. The same values always give the same bytes.

mod fields;

use chrono::{DateTime, Utc};
use data_encoding::HEXLOWER;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Body, Mailbox, Message, MessageBuilder, MultiPart, SinglePart};
use sha2::{Digest, Sha256};

use super::headers::LOOP_HEADER;
use crate::domain::address::Party;

/// Ids that are kept in References: the first and the newest ones.
const MAX_REFERENCES: usize = 20;

/// A mail to be written. Whatever stands in the fields, the result has exactly these header fields (A13).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outgoing {
    /// Whom it comes from.
    pub from: Party,
    /// To.
    pub to: Vec<Party>,
    /// Cc.
    pub cc: Vec<Party>,
    /// Where answers go, if elsewhere.
    pub reply_to: Option<Party>,
    /// The subject.
    pub subject: String,
    /// Message-ID without brackets.
    pub message_id: String,
    /// Date.
    pub date: DateTime<Utc>,
    /// The Message-ID of the mail that is answered, without brackets.
    pub in_reply_to: Option<String>,
    /// References without brackets, oldest first.
    pub references: Vec<String>,
    /// The text.
    pub text: String,
    /// The same as HTML.
    pub html: Option<String>,
    /// Files.
    pub attachments: Vec<OutgoingAttachment>,
    /// Set for what no person wrote.
    pub automatic: Option<Automatic>,
    /// The mark by which this installation knows its own automatic mails again.
    pub loop_mark: Option<String>,
    /// Set for digests and notifications that may be unsubscribed from, RFC 2369 and RFC 8058.
    pub list: Option<ListHeaders>,
}

/// A file of a mail to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutgoingAttachment {
    /// Its name.
    pub filename: String,
    /// Its type.
    pub content_type: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// Why a mail is automatic, RFC 3834 section 5.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Automatic {
    /// It answers a mail.
    Replied,
    /// It tells of something.
    Generated,
}

/// Headers of mail that goes out to many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListHeaders {
    /// `List-Id` without brackets.
    pub id: String,
    /// The address of the page on which one POST unsubscribes.
    pub unsubscribe: String,
}

/// A mail cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ComposeError {
    /// An address cannot stand in a header.
    #[error("cannot write {0:?} into a mail: it is not an address that a mail can carry")]
    Address(String),
    /// There is nobody to send to.
    #[error("cannot write a mail without a recipient")]
    NoRecipient,
    /// The Message-ID is empty or not of the form `left@right`.
    #[error(
        "cannot write a mail with the Message-ID {0:?}: expected something like id@example.org"
    )]
    MessageId(String),
    /// The library that writes mails refused.
    #[error("cannot write this mail: {0}")]
    Refused(String),
}

/// Writes a mail: 7-bit, lines ended by CRLF and at most 998 bytes long, exactly one From, Date and
/// Message-ID.
pub fn compose(mail: &Outgoing) -> Result<Vec<u8>, ComposeError> {
    if mail.to.is_empty() && mail.cc.is_empty() {
        return Err(ComposeError::NoRecipient);
    }
    let message_id = fields::message_id(&mail.message_id)
        .ok_or_else(|| ComposeError::MessageId(mail.message_id.clone()))?;
    let mut builder = Message::builder()
        .from(mailbox(&mail.from)?)
        .message_id(Some(format!("<{message_id}>")))
        .date(std::time::SystemTime::from(mail.date))
        .subject(fields::one_line(&mail.subject));
    for party in &mail.to {
        builder = builder.to(mailbox(party)?);
    }
    for party in &mail.cc {
        builder = builder.cc(mailbox(party)?);
    }
    if let Some(party) = &mail.reply_to {
        builder = builder.reply_to(mailbox(party)?);
    }
    let builder = automatic_headers(mail, thread_headers(mail, builder));
    let message = body(mail, builder).map_err(|error| ComposeError::Refused(error.to_string()))?;
    Ok(message.formatted())
}

fn mailbox(party: &Party) -> Result<Mailbox, ComposeError> {
    let refused = || ComposeError::Address(party.email.clone());
    let address = party.address().ok_or_else(refused)?;
    let address: lettre::Address = address.as_str().parse().map_err(|_| refused())?;
    if !address.to_string().is_ascii() {
        return Err(refused());
    }
    let name = fields::one_line(&party.name);
    Ok(Mailbox::new((!name.is_empty()).then_some(name), address))
}

fn thread_headers(mail: &Outgoing, mut builder: MessageBuilder) -> MessageBuilder {
    if let Some(id) = mail.in_reply_to.as_deref().and_then(fields::message_id) {
        builder = raw(builder, "In-Reply-To", format!("<{id}>"));
    }
    let mut references: Vec<String> = mail
        .references
        .iter()
        .filter_map(|id| fields::message_id(id))
        .collect();
    if references.len() > MAX_REFERENCES {
        // The first id names the thread, the newest ones the place in it.
        let surplus = references.len() - MAX_REFERENCES;
        references.drain(1..=surplus);
    }
    if references.is_empty() {
        return builder;
    }
    let lines: Vec<String> = references.iter().map(|id| format!("<{id}>")).collect();
    raw(builder, "References", lines.join("\r\n "))
}

fn automatic_headers(mail: &Outgoing, mut builder: MessageBuilder) -> MessageBuilder {
    if let Some(automatic) = mail.automatic {
        let keyword = match automatic {
            Automatic::Replied => "auto-replied",
            Automatic::Generated => "auto-generated",
        };
        builder = raw(builder, "Auto-Submitted", keyword.to_owned());
        // Not `All`: that would also withhold the bounces that we want.
        builder = raw(
            builder,
            "X-Auto-Response-Suppress",
            "OOF, AutoReply, RN, NRN".to_owned(),
        );
    }
    if let Some(mark) = &mail.loop_mark {
        builder = raw(builder, LOOP_HEADER, fields::token(mark));
    }
    if let Some(list) = &mail.list {
        builder = raw(builder, "List-Id", format!("<{}>", fields::token(&list.id)));
        builder = raw(
            builder,
            "List-Unsubscribe",
            format!("<{}>", fields::token(&list.unsubscribe)),
        );
        builder = raw(
            builder,
            "List-Unsubscribe-Post",
            "List-Unsubscribe=One-Click".to_owned(),
        );
    }
    builder
}

/// A header whose value is written as it is: only for values that were made plain before.
fn raw(builder: MessageBuilder, name: &'static str, value: String) -> MessageBuilder {
    let plain = value.replace("\r\n ", " ");
    builder.raw_header(HeaderValue::dangerous_new_pre_encoded(
        HeaderName::new_from_ascii_str(name),
        plain,
        value,
    ))
}

fn body(mail: &Outgoing, builder: MessageBuilder) -> Result<Message, lettre::error::Error> {
    let text = text_part(&mail.text, ContentType::TEXT_PLAIN);
    let alternative = mail.html.as_ref().map(|html| {
        let boundary = boundary(mail, "alternative");
        MultiPart::alternative()
            .boundary(boundary)
            .singlepart(text.clone())
            .singlepart(text_part(html, ContentType::TEXT_HTML))
    });
    if mail.attachments.is_empty() {
        return match alternative {
            Some(alternative) => builder.multipart(alternative),
            None => builder.singlepart(text),
        };
    }
    let mixed = MultiPart::mixed().boundary(boundary(mail, "mixed"));
    let mixed = match alternative {
        Some(alternative) => mixed.multipart(alternative),
        None => mixed.singlepart(text),
    };
    builder.multipart(
        mail.attachments
            .iter()
            .fold(mixed, |mixed, file| mixed.singlepart(attachment(file))),
    )
}

fn text_part(text: &str, content_type: ContentType) -> SinglePart {
    let text = fields::body_text(text);
    SinglePart::builder().header(content_type).body(encoded(
        text.into_bytes(),
        ContentTransferEncoding::QuotedPrintable,
    ))
}

fn attachment(file: &OutgoingAttachment) -> SinglePart {
    let content_type = ContentType::parse(&fields::content_type(&file.content_type))
        .unwrap_or_else(|_| {
            ContentType::parse("application/octet-stream").unwrap_or(ContentType::TEXT_PLAIN)
        });
    let name = super::filename::safe(&file.filename, "attachment");
    Attachment::new(name).body(
        encoded(file.bytes.clone(), ContentTransferEncoding::Base64),
        content_type,
    )
}

/// A body in an encoding that carries every byte.
fn encoded(bytes: Vec<u8>, encoding: ContentTransferEncoding) -> Body {
    Body::new_with_encoding(bytes, encoding).unwrap_or_else(Body::new)
}

/// A boundary that follows from the mail itself, so that the same mail is always the same bytes.
fn boundary(mail: &Outgoing, purpose: &str) -> String {
    let digest = Sha256::digest(format!("{purpose}\0{}\0{}", mail.message_id, mail.text));
    HEXLOWER.encode(digest.get(..20).unwrap_or(&digest))
}

#[cfg(test)]
mod tests;
