//! The first sign of life: "we have your message". It carries no text of the sender (A8); who gets one is decided in
//! [`crate::domain::acknowledge`].

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use crate::desk::alert::{self, Alert};
use crate::desk::case::Case;
use crate::desk::hand::Hand;
use crate::desk::notices::{self, Delivery};
use crate::desk::receive::Received;
use crate::desk::texts;
use crate::domain::acknowledge::{self, Decision, Facts, PER_HOUR, REST_MINUTES, Sender};
use crate::domain::address::{EmailAddress, Party};
use crate::domain::ids::TenantId;
use crate::domain::mail::{Automatic, Mail};
use crate::domain::message::Identity;

/// What was sent lately, as far as the mails at hand are concerned; kept up to date in memory.
#[derive(Default)]
pub struct Sent {
    /// Whom each address had one from within a day, and when.
    pub to: HashMap<EmailAddress, HashMap<TenantId, DateTime<Utc>>>,
    /// How many each tenant sent within the hour.
    pub this_hour: HashMap<TenantId, usize>,
    /// Since when a tenant sends none.
    pub resting: HashMap<TenantId, DateTime<Utc>>,
}

impl Sent {
    fn about(&self, tenant: TenantId, address: Option<&EmailAddress>) -> acknowledge::Sent {
        let to = address.and_then(|address| self.to.get(address));
        acknowledge::Sent {
            last: to.and_then(|tenants| tenants.get(&tenant)).copied(),
            to_address: to.map_or(0, HashMap::len),
            this_hour: self.this_hour.get(&tenant).copied().unwrap_or_default(),
            resting_since: self.resting.get(&tenant).copied(),
        }
    }

    fn note(&mut self, tenant: TenantId, address: EmailAddress, now: DateTime<Utc>) {
        self.to.entry(address).or_default().insert(tenant, now);
        *self.this_hour.entry(tenant).or_default() += 1;
    }
}

/// Whether a new ticket is acknowledged, with the reason.
pub fn decide(hand: &Hand<'_>, received: &Received<'_>, sent: &Sent) -> Decision {
    acknowledge::decide(&Facts {
        sent: sent.about(hand.office.tenant.id, received.sender),
        ..facts(hand, received)
    })
}

/// Why nothing may be written to the requester by itself because of this mail, if that is so.
pub fn silence(hand: &Hand<'_>, received: &Received<'_>) -> Option<String> {
    acknowledge::may_answer(&facts(hand, received)).err()
}

fn facts<'a>(hand: &Hand<'_>, received: &Received<'a>) -> Facts<'a> {
    let mail = received.mail;
    let tenant = &hand.office.tenant;
    let machine = received
        .machine()
        .filter(|machine| !machine.effects().acknowledge);
    let sender = match received.sender {
        None => Sender::Nobody,
        Some(address) if (received.is_ours)(address) => Sender::Ours,
        Some(_) if mail.identity == Identity::Unverified => Sender::Doubtful,
        Some(_) => Sender::Somebody,
    };
    let addressed = mail.to.iter().chain(&mail.cc).filter_map(Party::address);
    let addressed = addressed.into_iter().any(|a| (received.is_ours)(&a));
    Facts {
        now: hand.now,
        setting: tenant.settings.acknowledge,
        history: hand.quiet,
        sender,
        machine: machine.map(|_| {
            mail.machine_because
                .as_deref()
                .unwrap_or("a machine wrote it")
        }),
        quiet: mail.quiet_because.as_deref(),
        addressed,
        brake: received.brake,
        authentication: received.verdict.authentication,
        sent: acknowledge::Sent::default(),
    }
}

/// Does what was decided about a new ticket, and says why: Ok if its requester gets an acknowledgement.
///
/// # Errors
/// Why they get none, as a sentence.
pub fn carry_out(
    hand: &mut Hand<'_>,
    case: &mut Case,
    mail: &Mail,
    sent: &mut Sent,
    decided: Decision,
) -> Result<&'static str, String> {
    match decided {
        Decision::Send(because) => queue(hand, case, mail, sent).map(|()| because),
        Decision::Silent(because) => Err(because),
        Decision::Rest(because) => {
            rest(hand, sent);
            Err(because)
        }
    }
}

/// Sends none for a while, and tells those who run the tenant, once.
fn rest(hand: &mut Hand<'_>, sent: &mut Sent) {
    let tenant = &hand.office.tenant;
    sent.resting.insert(tenant.id, hand.now);
    hand.work.acknowledge_rests.push(tenant.id);
    let alert = Alert {
        cause: format!("acknowledge-rest:{}", hand.now.timestamp()),
        headline: "Acknowledgements rest for an hour".to_owned(),
        text: format!(
            "{PER_HOUR} people were sent an acknowledgement within one hour. That is what it looks like when somebody uses your mailbox to write to others. No acknowledgement goes out for the next {REST_MINUTES} minutes; every mail becomes a ticket as always."
        ),
        link: hand.links.tenant(&tenant.slug, "/tickets"),
        ticket: None,
    };
    alert::raise(hand, &alert);
}

/// Queues the acknowledgement of a new ticket to its requester.
///
/// # Errors
/// Why none can be written, as a sentence.
fn queue(hand: &mut Hand<'_>, case: &mut Case, mail: &Mail, sent: &mut Sent) -> Result<(), String> {
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
    sent.note(office.tenant.id, address.clone(), hand.now);
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
