//! Calendars as the programs of our time write them.

use super::*;

fn event(lines: &str) -> String {
    format!("BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\n{lines}\nEND:VEVENT\nEND:VCALENDAR\n")
}

#[test]
fn an_invitation_says_what_when_and_where() {
    let text = "BEGIN:VCALENDAR\nPRODID:-//Example//EN\nVERSION:2.0\nMETHOD:REQUEST\n\
        BEGIN:VTIMEZONE\nTZID:Europe/Berlin\nBEGIN:STANDARD\nDTSTART:19701025T030000\nRRULE:FREQ=YEARLY\nEND:STANDARD\nEND:VTIMEZONE\n\
        BEGIN:VEVENT\nUID:1@acme.test\nSUMMARY;LANGUAGE=de:Wartung\\, Halle 3\nDTSTART;TZID=Europe/Berlin:20261130T100000\nDURATION:PT1H30M\n\
        RRULE:FREQ=WEEKLY;BYDAY=MO\nLOCATION:Halle 3\nORGANIZER;CN=Ada Lovelace:MAILTO:ada@acme.test\n\
        ATTENDEE;CN=Bob:mailto:bob@b.test\nATTENDEE:mailto:c@c.test\nBEGIN:VALARM\nDESCRIPTION:Reminder\nTRIGGER:-PT15M\nEND:VALARM\nSTATUS:CONFIRMED\nEND:VEVENT\nEND:VCALENDAR\n";
    let card = read(text, None).unwrap();
    assert_eq!(card.kind, CalendarKind::Invitation);
    assert_eq!(card.summary, "Wartung, Halle 3");
    assert_eq!(card.description, "");
    assert_eq!(card.organizer.unwrap().email, "ada@acme.test");
    assert_eq!((card.attendees, card.more), (2, 0));
    assert_eq!(card.recurrence.as_deref(), Some("every week on Monday"));
    let end = card.end.unwrap();
    assert_eq!(end.at.unwrap().to_rfc3339(), "2026-11-30T10:30:00+00:00");
    assert_eq!(card.status.as_deref(), Some("CONFIRMED"));
}

#[test]
fn what_it_wants_is_told_by_method_and_status() {
    for (method, lines, want) in [
        (Some("REQUEST"), "UID:1", CalendarKind::Invitation),
        (Some("cancel"), "UID:1", CalendarKind::Cancellation),
        (
            Some("REQUEST"),
            "STATUS:CANCELLED",
            CalendarKind::Cancellation,
        ),
        (Some("COUNTER"), "UID:1", CalendarKind::Proposal),
        (None, "UID:1", CalendarKind::Event),
    ] {
        assert_eq!(
            read(&event(lines), method).unwrap().kind,
            want,
            "{method:?} {lines}"
        );
    }
}

#[test]
fn an_answer_names_who_and_what() {
    let text = event("ATTENDEE;PARTSTAT=DECLINED;CN=Bob:mailto:bob@b.test");
    let card = read(&text, Some("REPLY")).unwrap();
    let answer = card.answer.unwrap();
    assert_eq!(
        (answer.who.email.as_str(), answer.says.as_str()),
        ("bob@b.test", "declined")
    );
}

#[test]
fn whole_days_end_with_their_last_day() {
    let text = event("DTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20261227");
    let end = read(&text, None).unwrap().end.unwrap();
    assert!(end.all_day);
    assert_eq!(end.local.to_string(), "2026-12-26 00:00:00");
}

#[test]
fn a_series_is_shown_rather_than_its_exceptions() {
    let text = format!(
        "{}{}",
        event("RECURRENCE-ID:20261130T100000Z\nSUMMARY:exception"),
        event("SUMMARY:series")
    );
    let card = read(&text, None).unwrap();
    assert_eq!((card.summary.as_str(), card.more), ("series", 1));
}

#[test]
fn what_is_no_calendar_or_cut_off_is_no_error() {
    assert_eq!(read("", None), None);
    assert_eq!(read("BEGIN:VCALENDAR\nEND:VCALENDAR", None), None);
    assert_eq!(read("END:VEVENT\nEND:VCALENDAR", None), None);
    let card = read("BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:cut", None).unwrap();
    assert_eq!(card.summary, "cut");
}
