//! What there is to tell.

use chrono::{DateTime, Utc};
use liquid::Object;
use liquid::model::Value;

use crate::desk::texts::object;
use crate::domain::agent_mail::caution::Because;
use crate::domain::sla::Metric;
use crate::domain::telling::TellEvent;
use crate::domain::template::Speech;
use crate::domain::ticket::Status;

/// Why somebody is told.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Occasion {
    /// The ticket has another state.
    Status {
        /// The one before.
        from: Status,
        /// The one now.
        to: Status,
        /// Who changed it, as people read it.
        by: String,
    },
    /// A rule asked for it.
    RuleSaysSo {
        /// Which.
        rule: String,
    },
    /// A note stands in their ticket.
    Noted,
    /// The customer wrote again.
    CustomerWrote,
    /// A ticket came to be.
    NewTicket,
    /// It is theirs now.
    Assigned,
    /// The ticket asks for attention by itself.
    Reminder {
        /// Why now.
        text: String,
    },
    /// A note names them.
    Mentioned,
    /// Something waits for their decision.
    Held,
    /// Their answer by mail was overtaken by something newer.
    Stale,
    /// What stood at the top of their mail was no command.
    NotUnderstood {
        /// What was wrong, as sentences.
        problem: String,
    },
    /// Their own answer waits for a second look.
    Waits {
        /// Why.
        because: Because,
        /// The same as a sentence.
        reason: String,
        /// What to read before deciding.
        more: String,
    },
    /// They passed a mail on, and its author may be whose ticket it is.
    Passed {
        /// Who passed it on.
        by: String,
        /// Whose it seems to be.
        original: String,
    },
    /// The ticket and another one may be one conversation.
    Joinable {
        /// What shows it, as sentences.
        because: String,
    },
    /// Somebody wrote in the name of one of the house.
    Forged,
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

    /// Whether it answers a deed of the very person who is told: then own doings or not, they are told.
    pub const fn is_answer(&self) -> bool {
        matches!(
            self,
            Self::Held
                | Self::Stale
                | Self::NotUnderstood { .. }
                | Self::Waits { .. }
                | Self::Passed { .. }
                | Self::Forged
                | Self::Undelivered { .. }
        )
    }

    /// What preferences call it. Later ones say more than earlier ones, and win when there are several.
    pub const fn event(&self) -> TellEvent {
        match self {
            Self::Status { .. } => TellEvent::Status,
            Self::RuleSaysSo { .. } => TellEvent::Rule,
            Self::Noted => TellEvent::Note,
            Self::CustomerWrote => TellEvent::Message,
            Self::NewTicket => TellEvent::New,
            Self::Assigned => TellEvent::Assigned,
            Self::Reminder { .. } => TellEvent::Reminder,
            Self::Mentioned => TellEvent::Mention,
            Self::Held
            | Self::Stale
            | Self::NotUnderstood { .. }
            | Self::Waits { .. }
            | Self::Passed { .. }
            | Self::Joinable { .. }
            | Self::Forged
            | Self::Undelivered { .. } => TellEvent::Held,
            Self::SlaWarning { .. } => TellEvent::SlaWarning,
            Self::SlaBreached { .. } => TellEvent::SlaBreached,
        }
    }

    /// The notice that says it.
    pub const fn template(&self) -> &'static str {
        match self {
            Self::Status { .. } => "agent.status",
            Self::RuleSaysSo { .. } => "agent.rule",
            Self::Noted => "agent.note",
            Self::CustomerWrote | Self::Passed { .. } => "agent.message",
            Self::NewTicket => "agent.new",
            Self::Assigned => "agent.assigned",
            Self::Reminder { .. } | Self::Joinable { .. } => "agent.reminder",
            Self::Mentioned => "agent.mention",
            Self::Held | Self::Waits { .. } | Self::Forged => "agent.held",
            Self::Stale => "agent.stale",
            Self::NotUnderstood { .. } => "agent.command",
            Self::Undelivered { .. } => "agent.undelivered",
            Self::SlaWarning { .. } => "agent.sla_warning",
            Self::SlaBreached { .. } => "agent.sla_breached",
        }
    }

    /// It in two or three words, for a telephone.
    pub fn headline(&self) -> String {
        match self {
            Self::Status { to, .. } => to.label().to_owned(),
            Self::RuleSaysSo { rule } => rule.clone(),
            Self::Noted => "Note".to_owned(),
            Self::CustomerWrote => "New message".to_owned(),
            Self::NewTicket => "New ticket".to_owned(),
            Self::Assigned => "Assigned".to_owned(),
            Self::Reminder { .. } => "Reminder".to_owned(),
            Self::Mentioned => "You are mentioned".to_owned(),
            Self::Held => "Waits for you".to_owned(),
            Self::Waits { .. } => "Not sent yet".to_owned(),
            Self::Passed { .. } => "Whose ticket is it?".to_owned(),
            Self::Joinable { .. } => "One conversation?".to_owned(),
            Self::Forged => "Forged mail in an agent's name".to_owned(),
            Self::Stale => "Not sent: something newer arrived".to_owned(),
            Self::NotUnderstood { .. } => "Command not understood".to_owned(),
            Self::Undelivered { .. } => "Not delivered".to_owned(),
            Self::SlaWarning { metric, percent } => format!("{} at {percent} %", metric.label()),
            Self::SlaBreached { metric } => format!("{} missed", metric.label()),
        }
    }

    /// Adds what only this occasion's notice may name. `due` says when a promise is or was due.
    pub fn variables(
        &self,
        spoken: Speech,
        due: impl Fn(Metric) -> Option<DateTime<Utc>>,
        moment: impl Fn(DateTime<Utc>) -> String,
        all: &mut Object,
    ) {
        let sla = |metric: Metric, percent: String| {
            object([
                ("metric", spoken.metric(metric).to_owned()),
                ("percent", percent),
                ("due", due(metric).map(&moment).unwrap_or_default()),
            ])
        };
        let (name, value): (&'static str, Value) = match self {
            Self::Status { from, to, by } => (
                "change",
                object([
                    ("from", spoken.status(*from).to_owned()),
                    ("to", spoken.status(*to).to_owned()),
                    ("by", by.clone()),
                ]),
            ),
            Self::RuleSaysSo { rule } => ("rule", object([("name", rule.clone())])),
            Self::Reminder { text } | Self::Joinable { because: text } => {
                ("reminder", object([("text", text.clone())]))
            }
            Self::NotUnderstood { problem } => ("command", object([("problem", problem.clone())])),
            Self::Undelivered { recipient, why } => (
                "delivery",
                object([("recipient", recipient.clone()), ("reply", why.clone())]),
            ),
            Self::SlaWarning { metric, percent } => ("sla", sla(*metric, percent.to_string())),
            Self::SlaBreached { metric } => ("sla", sla(*metric, "100".to_owned())),
            _ => return,
        };
        all.insert(name.into(), value);
    }
}
