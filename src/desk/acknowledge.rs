//! The first sign of life: "we have your message". It carries no text of the sender (A8), goes to people whose
//! address is proven, once a day, never to machines, and never because of itself.

use std::collections::HashMap;

use chrono::{DateTime, Duration, Utc};

use crate::desk::case::Case;
use crate::desk::hand::Hand;
use crate::desk::notices::{self, Delivery};
use crate::desk::receive::Received;
use crate::desk::texts;
use crate::domain::address::EmailAddress;
use crate::domain::ids::TenantId;
use crate::domain::mail::{Automatic, Mail};
use crate::domain::message::{Authentication, Identity};
use crate::domain::tenant::Acknowledge;

/// Who was sent an acknowledgement when, as far as the mails at hand are concerned; kept up to date in memory.
#[derive(Default)]
pub struct Sent(pub HashMap<(TenantId, EmailAddress), DateTime<Utc>>);

/// Whether a new ticket is acknowledged, with the reason. A plain decision.
///
/// # Errors
/// Why not, as a sentence.
pub fn decide(
    hand: &Hand<'_>,
    received: &Received<'_>,
    sent: &Sent,
) -> Result<&'static str, String> {
    let (mail, authentication) = (received.mail, received.verdict.authentication);
    let Some(sender) = received.sender else {
        return Err("there is no sender to answer".to_owned());
    };
    let tenant = &hand.office.tenant;
    if hand.quiet {
        return Err("history is taken in silently".to_owned());
    }
    if tenant.settings.acknowledge == Acknowledge::Off {
        return Err("the tenant sends no acknowledgements".to_owned());
    }
    if (received.is_ours)(sender) {
        return Err("the sender is one of our own addresses".to_owned());
    }
    if mail.identity == Identity::Unverified {
        return Err("there is not exactly one sender to answer".to_owned());
    }
    if mail
        .machine
        .is_some_and(|machine| !machine.effects().acknowledge)
    {
        let because = mail
            .machine_because
            .as_deref()
            .unwrap_or("a machine wrote it");
        return Err(format!("no machine is answered: {because}"));
    }
    if let Some(because) = &mail.quiet_because {
        return Err(because.clone());
    }
    let last = sent.0.get(&(tenant.id, sender.clone()));
    if last.is_some_and(|at| hand.now - *at < Duration::hours(24)) {
        return Err("this address was sent one less than a day ago".to_owned());
    }
    match (tenant.settings.acknowledge, authentication) {
        (Acknowledge::Always, _) => Ok("the tenant acknowledges every person's mail"),
        (_, Authentication::Pass) => Ok("the sender's address is proven"),
        (_, Authentication::Fail) => {
            Err("the sender's address is forged, by the trusted server's word".to_owned())
        }
        (_, Authentication::Unknown) => {
            Err("nothing trustworthy proves the sender's address".to_owned())
        }
    }
}

/// Queues the acknowledgement of a new ticket to its requester.
///
/// # Errors
/// Why none can be written, as a sentence.
pub fn queue(
    hand: &mut Hand<'_>,
    case: &mut Case,
    mail: &Mail,
    sent: &mut Sent,
) -> Result<(), String> {
    let address = case.requester.email.clone();
    let office = hand.office;
    let variables = without_the_senders_words(hand, case);
    let words = texts::notice(hand, case, "ticket.created", &variables);
    let delivery = Delivery {
        message: hand.id(),
        automatic: Automatic::Replied,
        in_reply_to: mail.message_id.clone(),
        references: mail
            .references
            .iter()
            .cloned()
            .chain(mail.message_id.clone())
            .collect(),
        cause: format!("acknowledge:{}", case.ticket.id),
    };
    notices::deliver(hand, case, words, delivery)?;
    sent.0.insert((office.tenant.id, address.clone()), hand.now);
    hand.work.acknowledged.push((office.tenant.id, address));
    Ok(())
}

/// What an acknowledgement may say: nothing that the sender chose, not even their name or subject (A8). A template
/// that asks for them gets nothing.
fn without_the_senders_words(hand: &Hand<'_>, case: &Case) -> liquid::Object {
    let mut all = texts::variables(hand, case);
    let safe = texts::object([
        ("name", String::new()),
        ("first_name", String::new()),
        ("email", String::new()),
    ]);
    all.insert("requester".into(), safe);
    if let Some(liquid::model::Value::Object(ticket)) = all.get_mut("ticket") {
        ticket.insert(
            "subject".into(),
            liquid::model::Value::scalar(String::new()),
        );
    }
    all
}
