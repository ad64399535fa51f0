//! The timeline's lines in words.

use crate::domain::event::{Event, EventType};
use crate::web::show::When;

/// One change, as one line.
#[derive(Debug, Clone)]
pub struct EventLine {
    /// The icon's name.
    pub icon: &'static str,
    /// Who.
    pub who: String,
    /// What they did.
    pub what: String,
    /// When.
    pub at: When,
}

impl EventLine {
    /// Words an event; `None` for those that the conversation shows anyway as a message.
    pub fn new(event: &Event, at: When) -> Option<Self> {
        let (icon, what) = match event.kind {
            EventType::MessageReceived | EventType::MessageCreated | EventType::NoteAdded => {
                return None;
            }
            EventType::Created => ("post", "opened the ticket".to_owned()),
            EventType::Changed => (icon_of(event.field.as_deref()), changed(event)),
            EventType::Assigned => ("person", assigned(event)),
            EventType::MessageHeld => ("warning", because("held a message", event)),
            EventType::MessageReleased => ("check", because("let a held message through", event)),
            EventType::MessageDiscarded => ("cross", because("discarded a held message", event)),
            EventType::MessageReread => ("swap", because("read a message again", event)),
            EventType::JoinOffered => (
                "link",
                because("found what looks like the same conversation", event),
            ),
            EventType::JoinDismissed => ("cross", because("keeps it apart from", event)),
            EventType::ParticipantAdded => (
                "people",
                format!("added {} to the conversation", value(event)),
            ),
            EventType::Delivery => ("send", because("delivery", event)),
            EventType::SlaWarning => (
                "alarm",
                because("a service level is close to its end", event),
            ),
            EventType::SlaBreached => ("alarm", because("a service level was missed", event)),
            EventType::Acknowledged => ("check", "has seen it".to_owned()),
            EventType::SlaMet => ("clock", because("a service level was kept", event)),
            EventType::Merged | EventType::Unmerged => ("swap", joined(event)),
            EventType::Linked => ("link", linked(event)),
            EventType::Rated => ("check", because("rated our work", event)),
        };
        Some(Self {
            icon,
            who: event.actor.name().to_owned(),
            what,
            at,
        })
    }
}

fn icon_of(field: Option<&str>) -> &'static str {
    match field {
        Some("priority") => "flag",
        Some("tags") => "tag",
        Some("assignee" | "team") => "person",
        Some("status") => "check",
        _ => "right",
    }
}

fn changed(event: &Event) -> String {
    if event.field.as_deref() == Some("snoozed_until") {
        return match words(event.to.as_deref()) {
            // As lines say it now, and as they did once.
            Some(word) if matches!(word.as_str(), "reply" | "until an answer") => {
                "put it to sleep until the customer writes".to_owned()
            }
            Some(until) => format!("put it to sleep until {until}"),
            None => "woke it up".to_owned(),
        };
    }
    // An address or a team's name, as it is written.
    if let (Some("notify"), Some(whom)) = (event.field.as_deref(), &event.to) {
        return format!("told {whom}");
    }
    match (event.field.as_deref(), words(event.to.as_deref())) {
        (Some("reminder"), Some(whom)) => return format!("reminded {whom}"),
        (Some("assignment"), Some(why)) => return format!("left it to nobody: {why}"),
        _ => {}
    }
    let field = event.field.as_deref().unwrap_or("ticket").replace('_', " ");
    match (words(event.from.as_deref()), words(event.to.as_deref())) {
        (Some(from), Some(to)) => format!("changed {field} from {from} to {to}"),
        (None, Some(to)) => format!("set {field} to {to}"),
        (Some(from), None) => format!("removed {field} {from}"),
        (None, None) => format!("changed {field}"),
    }
}

fn assigned(event: &Event) -> String {
    let team = event.field.as_deref() == Some("team");
    match (words(event.to.as_deref()), words(event.from.as_deref())) {
        (Some(to), _) if team => format!("gave it to the team {to}"),
        (Some(to), _) => format!("assigned it to {to}"),
        (None, Some(from)) => format!("took it from {from}"),
        (None, None) => "left it unassigned".to_owned(),
    }
}

fn joined(event: &Event) -> String {
    let other = value(event);
    let into = event.field.as_deref() == Some("into");
    match (event.kind, into) {
        (EventType::Unmerged, true) => format!("separated this ticket from {other} again"),
        (EventType::Unmerged, false) => format!("separated {other} from this ticket again"),
        (_, true) => reason(format!("merged this ticket into {other}"), event),
        (_, false) => reason(format!("merged {other} into this ticket"), event),
    }
}

/// Why it happened by itself; what people do has no reason but theirs.
fn reason(what: String, event: &Event) -> String {
    match event.from.as_deref() {
        Some(because) => format!("{what}. {because}"),
        None => what,
    }
}

fn linked(event: &Event) -> String {
    let (from, to) = (words(event.from.as_deref()), words(event.to.as_deref()));
    match (event.field.as_deref(), from, to) {
        (Some("split_off"), _, Some(to)) => {
            format!("moved messages to a ticket of their own, {to}")
        }
        (Some("split_from"), _, Some(to)) => format!("opened it with messages of {to}"),
        (_, Some(from), None) => format!("removed the link to {from}"),
        (_, _, Some(to)) => format!("linked it to {to}"),
        (_, None, None) => "linked it".to_owned(),
    }
}

fn because(what: &str, event: &Event) -> String {
    match words(event.to.as_deref()) {
        Some(detail) => format!("{what}: {detail}"),
        None => what.to_owned(),
    }
}

fn value(event: &Event) -> String {
    words(event.to.as_deref()).unwrap_or_else(|| "somebody".to_owned())
}

fn words(value: Option<&str>) -> Option<String> {
    value
        .filter(|value| !value.is_empty())
        .map(|value| value.replace('_', " "))
}
