//! An event in words, for the reader's clock.

use chrono_tz::Tz;

use crate::domain::disguise;
use crate::domain::mail::{Calendar, CalendarKind, Moment};
use crate::web::show::CalendarCard;

impl CalendarCard {
    /// Words an event for a reader in `zone`.
    pub fn new(event: &Calendar, zone: Tz) -> Self {
        let cancelled = event.kind == CalendarKind::Cancellation
            || event
                .status
                .as_deref()
                .is_some_and(|status| status.eq_ignore_ascii_case("cancelled"));
        let kind = match event.kind {
            _ if cancelled => "Cancelled",
            CalendarKind::Invitation => "Invitation",
            CalendarKind::Answer => "Answer to an invitation",
            CalendarKind::Proposal => "Another time is proposed",
            _ => "Event",
        };
        let mut facts = Vec::new();
        let mut fact = |name, value: String| {
            if !value.trim().is_empty() {
                facts.push((name, disguise::revealed(value.trim()).into_owned()));
            }
        };
        if let Some(answer) = &event.answer {
            fact(
                "Answer",
                format!("{}: {}", answer.who.display(), answer.says),
            );
        }
        fact("Where", event.location.clone());
        fact(
            "From",
            event
                .organizer
                .as_ref()
                .map(|who| who.display().to_owned())
                .unwrap_or_default(),
        );
        if event.attendees > 1 {
            fact("Invited", format!("{} people", event.attendees));
        }
        fact("Repeats", event.recurrence.clone().unwrap_or_default());
        if event.more > 0 {
            fact("Also", format!("{} more in the same calendar", event.more));
        }
        Self {
            kind,
            tone: if cancelled { "bad" } else { "" },
            summary: disguise::revealed(&event.summary).into_owned(),
            when: when(event, zone),
            facts,
        }
    }
}

fn when(event: &Calendar, zone: Tz) -> String {
    let Some(start) = &event.start else {
        return String::new();
    };
    let from = at(start, zone);
    let day = from.format("%A, %-d %B %Y");
    let to = event
        .end
        .as_ref()
        .map(|end| at(end, zone))
        .filter(|to| *to > from);
    let same_day = to.is_some_and(|to| to.date() == from.date());
    if start.all_day {
        return match to.filter(|_| !same_day) {
            Some(to) => format!("{day} to {}", to.format("%A, %-d %B %Y")),
            None => day.to_string(),
        };
    }
    let ends = match to {
        Some(to) if same_day => format!(" to {}", to.format("%H:%M")),
        Some(to) => format!(" to {}", to.format("%A, %-d %B %Y, %H:%M")),
        None => String::new(),
    };
    let clock = match (start.at, &start.zone) {
        (Some(_), _) => format!(" ({zone})"),
        (None, Some(theirs)) => format!(" ({theirs})"),
        (None, None) => String::new(),
    };
    format!("{day}, {}{ends}{clock}", from.format("%H:%M"))
}

/// The reader's clock where the moment is known, else the clock that was written.
fn at(moment: &Moment, zone: Tz) -> chrono::NaiveDateTime {
    moment
        .at
        .map_or(moment.local, |at| at.with_timezone(&zone).naive_local())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::mail::enclosed;

    fn card(lines: &str) -> CalendarCard {
        let raw = format!(
            "Content-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Lunch\n{lines}\nEND:VEVENT\nEND:VCALENDAR\n"
        );
        CalendarCard::new(
            &enclosed(raw.as_bytes()).calendar.unwrap(),
            chrono_tz::Europe::Berlin,
        )
    }

    #[test]
    fn an_event_is_told_for_the_readers_clock() {
        for (lines, when) in [
            (
                "DTSTART:20261130T110000Z\nDTEND:20261130T120000Z",
                "Monday, 30 November 2026, 12:00 to 13:00 (Europe/Berlin)",
            ),
            (
                "DTSTART;VALUE=DATE:20261130\nDTEND;VALUE=DATE:20261201",
                "Monday, 30 November 2026",
            ),
            (
                "DTSTART;VALUE=DATE:20261130\nDTEND;VALUE=DATE:20261203",
                "Monday, 30 November 2026 to Wednesday, 2 December 2026",
            ),
            (
                "DTSTART:20261130T230000Z\nDTEND:20261201T230000Z",
                "Tuesday, 1 December 2026, 00:00 to Wednesday, 2 December 2026, 00:00 (Europe/Berlin)",
            ),
            ("DTSTART:20261130T110000", "Monday, 30 November 2026, 11:00"),
        ] {
            assert_eq!(card(lines).when, when, "{lines}");
        }
        let card = card("DTSTART:20261130T110000Z\nLOCATION:Room \u{202e}7\nSTATUS:CANCELLED");
        assert_eq!((card.kind, card.tone), ("Cancelled", "bad"));
        assert_eq!(card.facts, [("Where", "Room [U+202E]7".to_owned())]);
    }
}
