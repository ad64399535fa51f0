//! The words that notices are made of besides templates: states, priorities, promises and reasons, in each language.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::domain::sla::Metric;
use crate::domain::telling::{Relation, TellEvent};
use crate::domain::ticket::{Priority, Status};

/// How one language says things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speech {
    /// English.
    English,
    /// German.
    German,
}

/// The language of a locale, English where there is no other.
pub fn speech(locale: &str) -> Speech {
    match locale.split('-').next() {
        Some("de") => Speech::German,
        _ => Speech::English,
    }
}

impl Speech {
    /// A state.
    pub const fn status(self, status: Status) -> &'static str {
        match (self, status) {
            (Self::English, status) => status.label(),
            (Self::German, Status::Open) => "Offen",
            (Self::German, Status::InProgress) => "In Arbeit",
            (Self::German, Status::OnHold) => "Wartet",
            (Self::German, Status::Resolved) => "Gelöst",
            (Self::German, Status::Closed) => "Geschlossen",
        }
    }

    /// A priority.
    pub const fn priority(self, priority: Priority) -> &'static str {
        match (self, priority) {
            (Self::English, priority) => priority.label(),
            (Self::German, Priority::Low) => "Niedrig",
            (Self::German, Priority::Normal) => "Normal",
            (Self::German, Priority::High) => "Hoch",
            (Self::German, Priority::Urgent) => "Dringend",
        }
    }

    /// A promise.
    pub const fn metric(self, metric: Metric) -> &'static str {
        match (self, metric) {
            (Self::English, metric) => metric.label(),
            (Self::German, Metric::FirstResponse) => "Erste Antwort",
            (Self::German, Metric::NextResponse) => "Nächste Antwort",
            (Self::German, Metric::Resolution) => "Lösung",
        }
    }

    /// A moment, as people read it.
    pub fn moment(self, at: DateTime<Utc>, zone: Tz) -> String {
        let form = match self {
            Self::English => "%a %-d %b %Y %H:%M",
            Self::German => "%d.%m.%Y %H:%M",
        };
        at.with_timezone(&zone).format(form).to_string()
    }

    /// A day, as people read it.
    pub fn day(self, at: DateTime<Utc>, zone: Tz) -> String {
        let form = match self {
            Self::English => "%a %-d %b %Y",
            Self::German => "%d.%m.%Y",
        };
        at.with_timezone(&zone).format(form).to_string()
    }

    /// Why somebody is told.
    pub const fn why(self, relation: Relation) -> &'static str {
        match (self, relation) {
            (Self::English, Relation::Assignee) => "You are told because the ticket is yours.",
            (Self::English, Relation::Mentioned) => "You are told because you were mentioned.",
            (Self::English, Relation::Addressed) => "You are told because this is meant for you.",
            (Self::English, Relation::Follower) => "You are told because you follow the ticket.",
            (Self::English, Relation::Free) => {
                "You are told because the ticket waits in your team."
            }
            (Self::English, Relation::Team) => "You are told because the ticket is your team's.",
            (Self::English, Relation::Other) => {
                "You are told because you want to know of every ticket."
            }
            (Self::German, Relation::Assignee) => {
                "Sie erhalten dies, weil das Ticket Ihnen gehört."
            }
            (Self::German, Relation::Mentioned) => "Sie erhalten dies, weil Sie erwähnt wurden.",
            (Self::German, Relation::Addressed) => {
                "Sie erhalten dies, weil es an Sie gerichtet ist."
            }
            (Self::German, Relation::Follower) => "Sie erhalten dies, weil Sie dem Ticket folgen.",
            (Self::German, Relation::Free) => {
                "Sie erhalten dies, weil das Ticket in Ihrem Team wartet."
            }
            (Self::German, Relation::Team) => {
                "Sie erhalten dies, weil das Ticket Ihrem Team gehört."
            }
            (Self::German, Relation::Other) => {
                "Sie erhalten dies, weil Sie von jedem Ticket wissen möchten."
            }
        }
    }

    /// Something that happened, in a line of a digest.
    pub const fn event(self, event: TellEvent) -> &'static str {
        match (self, event) {
            (Self::English, TellEvent::Status) => "Another state",
            (Self::English, TellEvent::Rule) => "A rule",
            (Self::English, TellEvent::Note) => "Note",
            (Self::English, TellEvent::Message) => "New message",
            (Self::English, TellEvent::New) => "New ticket",
            (Self::English, TellEvent::Assigned) => "Assigned",
            (Self::English, TellEvent::Reminder) => "Reminder",
            (Self::English, TellEvent::Mention) => "You are mentioned",
            (Self::English, TellEvent::Held) => "Waits for a decision",
            (Self::English, TellEvent::SlaWarning) => "A promise is at risk",
            (Self::English, TellEvent::SlaBreached) => "A promise is broken",
            (Self::German, TellEvent::Status) => "Neuer Stand",
            (Self::German, TellEvent::Rule) => "Eine Regel",
            (Self::German, TellEvent::Note) => "Notiz",
            (Self::German, TellEvent::Message) => "Neue Nachricht",
            (Self::German, TellEvent::New) => "Neues Ticket",
            (Self::German, TellEvent::Assigned) => "Zugewiesen",
            (Self::German, TellEvent::Reminder) => "Erinnerung",
            (Self::German, TellEvent::Mention) => "Sie werden erwähnt",
            (Self::German, TellEvent::Held) => "Wartet auf eine Entscheidung",
            (Self::German, TellEvent::SlaWarning) => "Eine Zusage ist in Gefahr",
            (Self::German, TellEvent::SlaBreached) => "Eine Zusage ist gebrochen",
        }
    }

    /// Why a ticket that slept is in the way again.
    pub const fn woke(self) -> &'static str {
        match self {
            Self::English => "It was put to sleep until now.",
            Self::German => "Es war bis jetzt zurückgestellt.",
        }
    }

    /// Why whoever answers for a ticket is reminded of it.
    pub fn unanswered(self, since: &str) -> String {
        match self {
            Self::English => format!("Its customer has been waiting for an answer since {since}."),
            Self::German => format!("Der Kunde wartet seit {since} auf eine Antwort."),
        }
    }

    /// Why an urgent ticket is back in its team.
    pub fn handed_back(self, name: &str) -> String {
        match self {
            Self::English => format!("{name} is away, and it is urgent: it needs somebody."),
            Self::German => {
                format!("{name} ist abwesend, und es eilt: jemand muss es übernehmen.")
            }
        }
    }

    /// What a digest is.
    pub const fn why_digest(self) -> &'static str {
        match self {
            Self::English => "You chose to be told of all this in one mail.",
            Self::German => "Sie möchten all das in einer Mail erfahren.",
        }
    }
}
