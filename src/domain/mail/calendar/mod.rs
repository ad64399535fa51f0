//! Invitations and other events of calendars that come by mail: RFC 5545 read as iTIP means it (RFC 5546).
//!
//! Own code, although there are crates: they refuse a whole calendar for one broken line, and build a model of
//! which a card shows a dozen fields.

pub mod holidays;
mod lines;
mod moment;
mod recurrence;
mod zones;

use serde::Serialize;

use self::lines::{Line, lines};
pub use self::moment::Moment;
use crate::domain::address::Party;

words! {
    /// What a calendar in a mail wants.
    pub enum CalendarKind {
        /// Come, or: it has changed.
        Invitation = "invitation",
        /// It does not take place.
        Cancellation = "cancellation",
        /// Somebody answers an invitation.
        Answer = "answer",
        /// Somebody asks for another time.
        Proposal = "proposal",
        /// For information only.
        Event = "event",
    }
}

/// What a card about an event shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Calendar {
    /// What it wants.
    pub kind: CalendarKind,
    /// The method as it was written, such as `REQUEST`; empty if there is none.
    pub method: String,
    /// What it is about.
    pub summary: String,
    /// More about it, at most 4000 characters.
    pub description: String,
    /// Where it is.
    pub location: String,
    /// Who invites.
    pub organizer: Option<Party>,
    /// How many are invited.
    pub attendees: usize,
    /// Who answers and what, in an answer.
    pub answer: Option<Answer>,
    /// When it begins.
    pub start: Option<Moment>,
    /// When it ends; of whole days, the last day.
    pub end: Option<Moment>,
    /// How it repeats, in words where they are enough, else as the rule was written.
    pub recurrence: Option<String>,
    /// `CONFIRMED`, `TENTATIVE` or `CANCELLED`, as it was written.
    pub status: Option<String>,
    /// Its id, the same in all mails about it.
    pub uid: String,
    /// Further events in the same calendar.
    pub more: usize,
}

/// An answer to an invitation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// Who answers.
    pub who: Party,
    /// `accepted`, `declined`, `tentative`, `delegated`, as it was written in lower case.
    pub says: String,
}

/// Characters of a description.
const MAX_TEXT: usize = 4000;

/// How deep components may stand inside components.
const MAX_DEPTH: usize = 10;

/// Reads a calendar whose lines end with `\n`. `method` is what its content type says. None if there is no event in
/// it.
pub(super) fn read(text: &str, method: Option<&str>) -> Option<Calendar> {
    let mut open: Vec<String> = Vec::new();
    let mut method = method.unwrap_or_default().to_owned();
    let mut found: Option<Event> = None;
    let (mut current, mut more) = (None::<Event>, 0);
    for line in lines(text) {
        match line.name.as_str() {
            "BEGIN" => {
                let name = line.value.to_ascii_uppercase();
                if is_event(&name) && current.is_none() {
                    current = Some(Event::default());
                    open.clear();
                } else if open.len() < MAX_DEPTH {
                    open.push(name);
                }
            }
            "END" if is_event(&line.value.to_ascii_uppercase()) => {
                more += usize::from(found.is_some() && current.is_some());
                found = Event::better(found, current.take());
            }
            "END" => {
                open.pop();
            }
            "METHOD" if current.is_none() => method = line.text(),
            // What stands inside an alarm is the alarm's.
            _ if open.is_empty() || current.is_none() => {
                if let Some(event) = current.as_mut() {
                    event.take(&line);
                }
            }
            _ => {}
        }
    }
    // Cut off before its end.
    let found = Event::better(found, current.take())?;
    Some(found.card(&method, more))
}

fn is_event(name: &str) -> bool {
    matches!(name, "VEVENT" | "VTODO")
}

/// An event while it is read.
#[derive(Debug, Default)]
struct Event {
    summary: String,
    description: String,
    location: String,
    organizer: Option<Party>,
    attendees: usize,
    first_attendee: Option<Answer>,
    start: Option<Moment>,
    end: Option<Moment>,
    duration: Option<chrono::Duration>,
    rule: Option<String>,
    further_dates: bool,
    status: Option<String>,
    uid: String,
    /// It is one exception of a series.
    is_exception: bool,
}

impl Event {
    fn take(&mut self, line: &Line) {
        match line.name.as_str() {
            "SUMMARY" => self.summary = short(&line.text(), 500),
            "DESCRIPTION" => self.description = short(&line.text(), MAX_TEXT),
            "LOCATION" => self.location = short(&line.text(), 500),
            "ORGANIZER" => self.organizer = party(line),
            "ATTENDEE" => {
                self.attendees += 1;
                if self.first_attendee.is_none() {
                    let answer = line.parameter("PARTSTAT").unwrap_or_default();
                    let says = short(&answer.to_ascii_lowercase(), 40);
                    self.first_attendee = party(line).map(|who| Answer { who, says });
                }
            }
            "DTSTART" => self.start = Moment::read(line),
            "DTEND" | "DUE" => self.end = Moment::read(line),
            "DURATION" => self.duration = moment::duration(&line.value),
            "RRULE" => self.rule = Some(recurrence::in_words(&line.value)),
            "RDATE" => self.further_dates = true,
            "STATUS" => self.status = Some(short(&line.text(), 40)),
            "UID" => self.uid = short(&line.text(), 500),
            "RECURRENCE-ID" => self.is_exception = true,
            _ => {}
        }
    }

    /// The series itself rather than one exception of it; else the first.
    fn better(one: Option<Self>, other: Option<Self>) -> Option<Self> {
        match (one, other) {
            (Some(one), Some(other)) if one.is_exception && !other.is_exception => Some(other),
            (one, other) => one.or(other),
        }
    }

    fn card(self, method: &str, more: usize) -> Calendar {
        let cancelled = self
            .status
            .as_deref()
            .is_some_and(|status| status.eq_ignore_ascii_case("CANCELLED"));
        let kind = match method.trim().to_ascii_uppercase().as_str() {
            "CANCEL" => CalendarKind::Cancellation,
            "REPLY" => CalendarKind::Answer,
            "COUNTER" => CalendarKind::Proposal,
            _ if cancelled => CalendarKind::Cancellation,
            "REQUEST" | "ADD" => CalendarKind::Invitation,
            _ => CalendarKind::Event,
        };
        let end = match (&self.start, self.end) {
            (Some(start), Some(end)) if end.all_day => Some(end.day_before(start)),
            (Some(start), None) => self.duration.and_then(|duration| {
                let end = start.plus(duration)?;
                Some(if start.all_day {
                    end.day_before(start)
                } else {
                    end
                })
            }),
            (_, end) => end,
        };
        Calendar {
            kind,
            method: short(method.trim(), 40),
            summary: self.summary,
            description: self.description,
            location: self.location,
            organizer: self.organizer,
            attendees: self.attendees,
            answer: self
                .first_attendee
                .filter(|answer| kind == CalendarKind::Answer && !answer.says.is_empty()),
            start: self.start,
            end,
            recurrence: match (self.rule, self.further_dates) {
                (Some(rule), false) => Some(rule),
                (Some(rule), true) => Some(format!("{rule}, and on further dates")),
                (None, true) => Some("on several dates".to_owned()),
                (None, false) => None,
            },
            status: self.status,
            uid: self.uid,
            more,
        }
    }
}

/// Somebody in a calendar: `ORGANIZER;CN=Ada:mailto:ada@acme.test`.
fn party(line: &Line) -> Option<Party> {
    let value = line.value.trim();
    let is_mail = value
        .get(..7)
        .is_some_and(|start| start.eq_ignore_ascii_case("mailto:"));
    let email = if is_mail {
        value.get(7..)
    } else {
        line.parameter("EMAIL")
    };
    let clean =
        |text: &str| -> String { text.chars().filter(|c| !c.is_control()).take(320).collect() };
    let party = Party {
        email: clean(email.unwrap_or_default())
            .split_whitespace()
            .collect(),
        name: clean(line.parameter("CN").unwrap_or_default())
            .trim()
            .to_owned(),
    };
    (!party.email.is_empty() || !party.name.is_empty()).then_some(party)
}

fn short(text: &str, characters: usize) -> String {
    text.chars().take(characters).collect()
}

#[cfg(test)]
mod tests;
