//! Alerts: what a tenant's admins and owners must hear whatever they chose to be told: something that looks like an
//! attack, or that stopped working. By mail to each, and on the tenant's security topic.

use serde_json::json;

use crate::desk::hand::Hand;
use crate::domain::access;
use crate::domain::address::Party;
use crate::domain::ids::{OutboxId, TicketId};
use crate::domain::mail::{Automatic, Outgoing, compose};
use crate::store::blobs;
use crate::store::outbox::{Audience, Channel, NewOutbox};

/// What happened.
#[derive(Debug, Clone)]
pub struct Alert {
    /// Makes it unique: the same cause alerts once.
    pub cause: String,
    /// One line.
    pub headline: String,
    /// What it means and what to do, in plain sentences. Never a customer's words.
    pub text: String,
    /// The page to look at.
    pub link: String,
    /// The ticket it is about, if it is about one.
    pub ticket: Option<TicketId>,
}

/// Queues the alert to everybody whom it concerns.
pub fn raise(hand: &mut Hand<'_>, alert: &Alert) {
    let office = hand.office;
    let managers = office
        .people
        .iter()
        .filter(|member| member.is_here() && access::may_manage_settings(member.role));
    let sender = office
        .mailboxes
        .iter()
        .find(|mailbox| mailbox.account.is_some());
    if let Some(mailbox) = sender {
        for member in managers {
            let id: OutboxId = hand.id();
            let outgoing = Outgoing {
                from: Party {
                    email: mailbox.address.to_string(),
                    name: format!("{} · Postroom", office.tenant.name),
                },
                to: vec![Party {
                    email: member.user.email.to_string(),
                    name: member.user.name.clone(),
                }],
                subject: alert.headline.clone(),
                message_id: format!("n.{id}@{}", mailbox.address.domain()),
                date: hand.now,
                text: format!("{}\n\n{}\n", alert.text, alert.link),
                automatic: Some(Automatic::Generated),
                loop_mark: Some(hand.loop_mark.to_owned()),
                ..Outgoing::default()
            };
            let Ok(bytes) = compose(&outgoing) else {
                continue;
            };
            hand.work.outbox.push(NewOutbox {
                id,
                tenant: Some(office.tenant.id),
                channel: Channel::Email,
                audience: Audience::Agent,
                account: mailbox.account,
                mailbox: Some(mailbox.id),
                ticket: alert.ticket,
                message: None,
                cause: format!("alert:{}", alert.cause),
                recipient: member.user.email.to_string(),
                envelope_from: mailbox.address.to_string(),
                mail_id: Some(outgoing.message_id),
                body: blobs::compress(&bytes),
                send_at: hand.now,
            });
        }
    }
    push(hand, alert);
}

/// Queues it to the tenant's topic about security alone, where that is switched on.
pub fn push(hand: &mut Hand<'_>, alert: &Alert) {
    let office = hand.office;
    let Some(ntfy) = office.ntfy.as_ref().filter(|ntfy| ntfy.security) else {
        return;
    };
    let topic = format!("{}-security", ntfy.topic_prefix);
    let body = json!({
        "topic": topic,
        "title": alert.headline,
        "message": alert.text,
        "priority": 4,
        "tags": ["warning"],
        "click": alert.link,
    });
    let cause = format!("alert:{}", alert.cause);
    let to = (Channel::Ntfy, topic);
    hand.post(to, alert.ticket, cause, &body, hand.now);
}
