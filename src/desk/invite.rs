//! Inviting somebody new to a tenant: a mail with the link to set a password.

use chrono::{DateTime, Utc};
use liquid::model::Value;

use crate::desk::directory::Office;
use crate::desk::texts::{self, object};
use crate::domain::address::Party;
use crate::domain::ids::OutboxId;
use crate::domain::mail::{Automatic, Outgoing, compose};
use crate::domain::person::User;
use crate::store::blobs;
use crate::store::outbox::{Audience, Channel, NewOutbox};

/// What an invitation needs beside the tenant and the person.
pub struct Invitation<'a> {
    /// The row's id; it also makes the Message-ID.
    pub id: OutboxId,
    /// The link, with its secret word.
    pub link: &'a str,
    /// How long the link works.
    pub days: i64,
    /// By which this installation knows its own mail again.
    pub loop_mark: &'a str,
    /// Now.
    pub now: DateTime<Utc>,
}

/// The mail from the tenant's oldest mailbox that can send. None if none can: whoever invites has to pass the
/// link on by other means.
pub fn invitation(office: &Office, user: &User, invitation: &Invitation<'_>) -> Option<NewOutbox> {
    let mailbox = office
        .mailboxes
        .iter()
        .find(|mailbox| mailbox.account.is_some())?;
    let mut variables = liquid::Object::new();
    variables.insert(
        "tenant".into(),
        object([("name", office.tenant.name.clone())]),
    );
    variables.insert("user".into(), object([("name", user.name.clone())]));
    variables.insert("link".into(), Value::scalar(invitation.link.to_owned()));
    variables.insert("days".into(), Value::scalar(invitation.days));
    let words = texts::render(office, "user.invited", &variables);
    let id = invitation.id;
    let mail_id = format!("invite.{id}@{}", mailbox.address.domain());
    let party = |email: String, name: &str| Party {
        email,
        name: name.to_owned(),
    };
    let outgoing = Outgoing {
        from: party(mailbox.address.to_string(), &office.tenant.name),
        to: vec![party(user.email.to_string(), &user.name)],
        subject: words.subject,
        message_id: mail_id.clone(),
        date: invitation.now,
        text: words.text,
        html: Some(words.html),
        automatic: Some(Automatic::Generated),
        loop_mark: Some(invitation.loop_mark.to_owned()),
        ..Outgoing::default()
    };
    Some(NewOutbox {
        id,
        tenant: Some(office.tenant.id),
        channel: Channel::Email,
        audience: Audience::Agent,
        account: mailbox.account,
        mailbox: Some(mailbox.id),
        ticket: None,
        message: None,
        cause: format!("invite:{id}"),
        recipient: user.email.to_string(),
        envelope_from: mailbox.address.to_string(),
        mail_id: Some(mail_id),
        body: blobs::compress(&compose(&outgoing).ok()?),
        send_at: invitation.now,
    })
}
