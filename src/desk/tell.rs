//! Telling the tenant's people: one mail per deed and person, whatever the reasons, each with its own token; and
//! short notices for the tenant's ntfy channels. All of it rows in the deed's own transaction.

use serde_json::json;

use crate::desk::case::Case;
use crate::desk::hand::Hand;
use crate::desk::letters;
use crate::desk::texts::{self, object};
use crate::domain::address::Party;
use crate::domain::ids::{MessageId, OutboxId, UserId};
use crate::domain::mail::{Automatic, Outgoing, compose, unfolded};
use crate::domain::message::{Kind, Message};
use crate::domain::person::Role;
use crate::domain::sla::Metric;
use crate::domain::ticket::Priority;
use crate::domain::token::Purpose;
use crate::store::blobs;
use crate::store::outbox::{Audience, Channel, NewOutbox};

/// Why somebody is told. Later ones in this list say more than earlier ones, and win when there are several.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Occasion {
    /// A rule asked for it.
    RuleSaysSo {
        /// Which.
        rule: String,
    },
    /// A note names them, or stands in their ticket.
    Noted,
    /// The customer wrote again.
    CustomerWrote,
    /// A ticket came to be.
    NewTicket,
    /// It is theirs now.
    Assigned,
    /// Something waits for their decision.
    Held,
    /// An answer did not reach the customer.
    Undelivered {
        /// Whom it was for.
        recipient: String,
        /// What their server, or ours, says.
        why: String,
    },
    /// A share of a target has passed.
    SlaWarning {
        /// Which promise.
        metric: Metric,
        /// The share, in percent.
        percent: u8,
    },
    /// A target was missed.
    SlaBreached {
        /// Which promise.
        metric: Metric,
    },
}

impl Occasion {
    /// Whether the tenant's channels hear of it, not just the people it concerns: a conversation that goes on is
    /// between its people.
    pub const fn is_news(&self) -> bool {
        matches!(
            self,
            Self::NewTicket | Self::Assigned | Self::SlaWarning { .. } | Self::SlaBreached { .. }
        )
    }

    const fn template(&self) -> &'static str {
        match self {
            Self::NewTicket => "agent.new",
            Self::Assigned => "agent.assigned",
            Self::CustomerWrote | Self::Held | Self::RuleSaysSo { .. } => "agent.message",
            Self::Noted => "agent.note",
            Self::SlaWarning { .. } | Self::SlaBreached { .. } | Self::Undelivered { .. } => {
                "agent.sla"
            }
        }
    }

    fn headline(&self) -> String {
        match self {
            Self::NewTicket => "New ticket".to_owned(),
            Self::Assigned => "Assigned".to_owned(),
            Self::CustomerWrote => "New message".to_owned(),
            Self::Noted => "Note".to_owned(),
            Self::Held => "Waits for you".to_owned(),
            Self::RuleSaysSo { rule } => rule.clone(),
            Self::Undelivered { .. } => "Not delivered".to_owned(),
            Self::SlaWarning { metric, percent } => format!("{} at {percent} %", metric.label()),
            Self::SlaBreached { metric } => format!("{} missed", metric.label()),
        }
    }
}

/// Queues everything that a deed wants people and channels to know. `about` is the message the deed is about; `cause`
/// names the deed, so that running it again queues nothing twice.
pub fn settle(hand: &mut Hand<'_>, case: &mut Case, about: Option<&Message>, cause: &str) {
    let mut told = std::mem::take(&mut case.told);
    let pushed = std::mem::take(&mut case.pushed);
    if hand.quiet || case.ticket.spam {
        return;
    }
    told.sort();
    let mut people: Vec<(UserId, Occasion)> = Vec::new();
    for (user, occasion) in told {
        // Sorted by person and weight: the last one of a person says the most.
        match people.last_mut() {
            Some(last) if last.0 == user => last.1 = occasion,
            _ => people.push((user, occasion)),
        }
    }
    for (user, occasion) in people {
        mail(hand, case, user, &occasion, about, cause);
    }
    for (position, occasion) in pushed.iter().enumerate() {
        push(hand, case, occasion, &format!("{cause}:{position}"));
    }
}

fn mail(
    hand: &mut Hand<'_>,
    case: &Case,
    user: UserId,
    occasion: &Occasion,
    about: Option<&Message>,
    cause: &str,
) {
    let office = hand.office;
    let Some(person) = office.person(user).filter(|m| m.is_here()) else {
        return;
    };
    let Some(mailbox) = office.mailbox(case.ticket.mailbox) else {
        return;
    };
    let (id, message) = (hand.id::<OutboxId>(), about.map(|m| m.id));
    let note = about.is_some_and(|m| m.kind == Kind::Note);
    let purpose = if note {
        Purpose::AgentNote
    } else {
        Purpose::Agent
    };
    // A viewer is told, but cannot answer: no token.
    let token = (person.role >= Role::Member)
        .then(|| hand.token(case, &user.to_string(), purpose, message, Some(id)));
    let words = texts::render(
        office,
        occasion.template(),
        &variables(hand, case, occasion, about),
    );
    let local = token.clone().unwrap_or_else(|| format!("n.{id}"));
    let mail_id = format!("{local}@{}", mailbox.address.domain());
    let reply_to = token
        .filter(|_| mailbox.carries_tokens())
        .map(|t| mailbox.address.with_detail(&t));
    let outgoing = Outgoing {
        from: Party {
            email: mailbox.address.to_string(),
            name: format!("{} · {}", office.tenant.name, case.ticket.key),
        },
        to: vec![Party {
            email: person.user.email.to_string(),
            name: person.user.name.clone(),
        }],
        reply_to: reply_to.map(|address| Party {
            email: address.to_string(),
            name: String::new(),
        }),
        subject: words.subject,
        message_id: mail_id.clone(),
        date: hand.now,
        // All notices about a ticket hang below one id, so that they are one thread in the agent's client.
        references: vec![letters::thread_root(case, mailbox)],
        text: words.text,
        automatic: Some(Automatic::Generated),
        loop_mark: Some(hand.loop_mark.to_owned()),
        ..Outgoing::default()
    };
    let Ok(bytes) = compose(&outgoing) else {
        return;
    };
    hand.work.outbox.push(NewOutbox {
        id,
        tenant: Some(office.tenant.id),
        channel: Channel::Email,
        audience: Audience::Agent,
        account: mailbox.account,
        mailbox: Some(mailbox.id),
        ticket: Some(case.ticket.id),
        message,
        cause: format!("tell:{cause}"),
        recipient: person.user.email.to_string(),
        envelope_from: mailbox.address.to_string(),
        mail_id: Some(mail_id),
        body: blobs::compress(&bytes),
        send_at: hand.now,
    });
}

fn variables(
    hand: &Hand<'_>,
    case: &Case,
    occasion: &Occasion,
    about: Option<&Message>,
) -> liquid::Object {
    let mut all = texts::variables(hand, case);
    let text = about
        .map(|m| unfolded(&m.text, &m.folds))
        .unwrap_or_default();
    all.insert(
        "message".into(),
        object([
            ("text", text.trim().to_owned()),
            (
                "author",
                about.map_or_else(
                    || case.requester.display().to_owned(),
                    |m| display(&m.author.name, &m.author.email),
                ),
            ),
        ]),
    );
    let sentence = match occasion {
        Occasion::SlaBreached { metric } => {
            format!("{} was due and did not happen in time.", metric.label())
        }
        Occasion::SlaWarning { metric, percent } => format!(
            "{percent} % of the time for {} has passed.",
            metric.label().to_lowercase()
        ),
        Occasion::Undelivered { recipient, why } => {
            format!("A message to {recipient} was not delivered: {why}")
        }
        _ => String::new(),
    };
    all.insert(
        "sla".into(),
        object([("headline", occasion.headline()), ("sentence", sentence)]),
    );
    all
}

/// A short notice for the tenant's ntfy channel. It carries no customer's text.
fn push(hand: &mut Hand<'_>, case: &Case, occasion: &Occasion, cause: &str) {
    let office = hand.office;
    let Some(ntfy) = &office.ntfy else { return };
    let (wanted, channel) = match occasion {
        Occasion::SlaWarning { .. } | Occasion::SlaBreached { .. } => (ntfy.sla, "sla"),
        _ => (ntfy.tickets, "tickets"),
    };
    if !wanted {
        return;
    }
    let priority = match (occasion, case.ticket.priority) {
        (Occasion::SlaBreached { .. }, _) | (_, Priority::Urgent) => 5,
        (Occasion::SlaWarning { .. }, _) | (_, Priority::High) => 4,
        (_, Priority::Normal) => 3,
        (_, Priority::Low) => 2,
    };
    let tag = match occasion {
        Occasion::SlaBreached { .. } => "rotating_light",
        Occasion::SlaWarning { .. } => "hourglass_flowing_sand",
        Occasion::Assigned => "bust_in_silhouette",
        _ => "ticket",
    };
    let assignee = case
        .ticket
        .assignee
        .and_then(|id| office.person(id))
        .map(|m| m.user.name.as_str());
    let who = assignee.map_or_else(|| "nobody yet".to_owned(), str::to_owned);
    let topic = format!("{}-{channel}", ntfy.topic_prefix);
    let body = json!({
        "topic": topic,
        "title": format!("{} · {}", case.ticket.key, occasion.headline()),
        "message": format!("{} · {} · {who}", case.ticket.status.label(), case.ticket.priority.label()),
        "priority": priority,
        "tags": [tag],
        "click": hand.links.ticket(&office.tenant.slug, &case.ticket.key),
    });
    hand.work.outbox.push(NewOutbox {
        id: hand.id(),
        tenant: Some(office.tenant.id),
        channel: Channel::Ntfy,
        audience: Audience::Agent,
        account: None,
        mailbox: None,
        ticket: Some(case.ticket.id),
        message: None::<MessageId>,
        cause: format!("push:{cause}"),
        recipient: topic,
        envelope_from: String::new(),
        mail_id: None,
        body: blobs::compress(body.to_string().as_bytes()),
        send_at: hand.now,
    });
}

fn display(name: &str, email: &str) -> String {
    if name.is_empty() {
        email.to_owned()
    } else {
        name.to_owned()
    }
}
