//! Moments as people write them.

use super::super::{Snooze, understand};
use super::known;
use crate::domain::snooze;

#[test]
fn a_moment_is_read_in_the_persons_own_zone() {
    // It is Monday, 10 o'clock in Berlin.
    for (text, at) in [
        ("2d", "2026-11-25T09:00:00Z"),
        ("2d 4h", "2026-11-25T13:00:00Z"),
        ("in 2 days", "2026-11-25T09:00:00Z"),
        ("monday, 9:00", "2026-11-30T08:00:00Z"),
        ("24.12.2026", "2026-12-24T08:00:00Z"),
        ("2026-12-24T14:00", "2026-12-24T13:00:00Z"),
        ("2 days", "2026-11-25T09:00:00Z"),
        ("90m", "2026-11-23T10:30:00Z"),
        ("3h", "2026-11-23T12:00:00Z"),
        ("1 week", "2026-11-30T09:00:00Z"),
        ("tomorrow", "2026-11-24T08:00:00Z"),
        ("tomorrow 14:30", "2026-11-24T13:30:00Z"),
        ("until tomorrow at 14.30", "2026-11-24T13:30:00Z"),
        ("today 17", "2026-11-23T16:00:00Z"),
        ("monday", "2026-11-30T08:00:00Z"),
        ("monday 9:00", "2026-11-30T08:00:00Z"),
        ("Tue 8am", "2026-11-24T07:00:00Z"),
        ("next friday 2:30pm", "2026-11-27T13:30:00Z"),
        ("next week", "2026-11-30T08:00:00Z"),
        ("17:00", "2026-11-23T16:00:00Z"),
        ("9:00", "2026-11-24T08:00:00Z"),
        ("2026-12-24", "2026-12-24T08:00:00Z"),
        ("2026-12-24 18:00", "2026-12-24T17:00:00Z"),
        // The clocks go forward at 2 o'clock on this night.
        ("2027-03-28 2:30", "2027-03-28T01:30:00Z"),
        ("2027-07-01 9:00", "2027-07-01T07:00:00Z"),
    ] {
        let read = understand(&format!("#snooze {text}"), &known());
        let at = Snooze::Until(at.parse().unwrap());
        assert_eq!(read.orders.snooze, Some(at), "{text}: {:?}", read.unclear);
    }
    assert_eq!(
        understand("#snooze off", &known()).orders.snooze,
        Some(Snooze::Off)
    );
    let reply = understand("#snooze reply", &known());
    assert_eq!(
        reply.orders.snooze,
        Some(Snooze::Until(snooze::until_reply()))
    );
}

#[test]
fn what_is_no_moment_is_asked_about() {
    let known = known();
    for text in [
        "",
        "x",
        "2x",
        "d",
        "0",
        "366d",
        "25:00",
        "9:7",
        "13pm",
        "today 9:00",
        "2020-01-01",
        "3000-01-01",
        "mo",
        "2026-02-30",
        "99999999999999999999d",
        "tomorrow tomorrow",
        "monday 9:00 sharp",
    ] {
        assert!(snooze::read(text, known.now, known.zone).is_err(), "{text}");
    }
}
