//! Until when a ticket sleeps, as people say it: `2h`, `3d`, `tomorrow`, `monday 9:00`, `2026-12-01 14:30`.

use chrono::{
    DateTime, Datelike, Days, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc,
    Weekday,
};
use chrono_tz::Tz;

use crate::domain::sla::Span;

/// When a day begins for somebody who names only the day.
const MORNING: NaiveTime = match NaiveTime::from_hms_opt(9, 0, 0) {
    Some(nine) => nine,
    None => NaiveTime::MIN,
};

/// The moment that such words mean, seen from `now` in `zone`; none if they mean nothing. Days of the week are the next
/// ones to come, never today; spans count by the clock on the wall.
pub fn until(words: &str, now: DateTime<Utc>, zone: Tz) -> Option<DateTime<Utc>> {
    let words = words.trim().to_lowercase();
    if let Ok(span) = words.parse::<Span>() {
        return now.checked_add_signed(span.wall());
    }
    if let Ok(local) = NaiveDateTime::parse_from_str(&words, "%Y-%m-%dt%H:%M") {
        return instant(local, zone);
    }
    let (day, time) = match words.split_once(' ') {
        Some((day, time)) => (day, NaiveTime::parse_from_str(time.trim(), "%H:%M").ok()?),
        None => (words.as_str(), MORNING),
    };
    let today = now.with_timezone(&zone).date_naive();
    instant(date(day, today)?.and_time(time), zone)
}

fn date(day: &str, today: NaiveDate) -> Option<NaiveDate> {
    if day == "today" {
        return Some(today);
    }
    if day == "tomorrow" {
        return today.checked_add_days(Days::new(1));
    }
    if let Ok(date) = day.parse::<NaiveDate>() {
        return Some(date);
    }
    let wanted: Weekday = day.parse().ok()?;
    (1..=7)
        .filter_map(|days| today.checked_add_days(Days::new(days)))
        .find(|date| date.weekday() == wanted)
}

/// A local time as an instant: of two the earlier, and for one that is skipped the hour after.
fn instant(local: NaiveDateTime, zone: Tz) -> Option<DateTime<Utc>> {
    let found = match zone.from_local_datetime(&local) {
        LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => at,
        LocalResult::None => zone
            .from_local_datetime(&(local + chrono::TimeDelta::hours(1)))
            .earliest()?,
    };
    Some(found.with_timezone(&Utc))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_mean_the_moment_that_people_mean() {
        // A Wednesday, 11:00 in Berlin.
        let now = "2026-11-25T10:00:00Z".parse().unwrap();
        for (words, meant) in [
            ("2h", Some("2026-11-25T12:00:00Z")),
            ("2d", Some("2026-11-27T10:00:00Z")),
            ("1d 4h", Some("2026-11-26T14:00:00Z")),
            ("tomorrow", Some("2026-11-26T08:00:00Z")),
            ("Tomorrow 14:30", Some("2026-11-26T13:30:00Z")),
            ("monday", Some("2026-11-30T08:00:00Z")),
            ("wed", Some("2026-12-02T08:00:00Z")),
            ("today 18:00", Some("2026-11-25T17:00:00Z")),
            ("2026-12-01", Some("2026-12-01T08:00:00Z")),
            ("2026-12-01 14:30", Some("2026-12-01T13:30:00Z")),
            ("2026-12-01T14:30", Some("2026-12-01T13:30:00Z")),
            // The hour that is skipped in spring.
            ("2027-03-28 02:30", Some("2027-03-28T01:30:00Z")),
            ("", None),
            ("soon", None),
            ("monday at nine", None),
            ("2026-13-01", None),
        ] {
            let meant: Option<DateTime<Utc>> = meant.map(|at| at.parse().unwrap());
            assert_eq!(until(words, now, Tz::Europe__Berlin), meant, "{words}");
        }
    }
}
