//! Until when a ticket sleeps, as people say it: `2d 4h`, `in 2 days`, `tomorrow`, `monday, 9:00`, `24.12.2026`, `reply`. One
//! reading for commands, pages and programs.

use chrono::{
    DateTime, Datelike, Days, LocalResult, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta,
    TimeZone, Utc, Weekday,
};
use chrono_tz::Tz;

use crate::domain::sla::{Unit, stretch};

/// When a day begins for somebody who names only the day.
const MORNING: NaiveTime = match NaiveTime::from_hms_opt(9, 0, 0) {
    Some(nine) => nine,
    None => NaiveTime::MIN,
};

/// What people write for a ticket that only its customer wakes.
const REPLY: &[&str] = &[
    "reply",
    "a reply",
    "answer",
    "an answer",
    "the customer writes",
];

/// Until when a ticket sleeps that only its customer wakes: 9999-01-01, which no clock reaches.
pub fn until_reply() -> DateTime<Utc> {
    DateTime::from_timestamp(253_370_764_800, 0).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// Until when a ticket may sleep: nobody means to wait for more than a year.
pub fn latest(now: DateTime<Utc>) -> DateTime<Utc> {
    now.checked_add_months(Months::new(12)).unwrap_or(now)
}

/// The moment that words mean, seen from `now` in `zone`: later than now, and within a year; or [`until_reply`]. Days of the
/// week are the next ones to come, never today; hours and days count by the clock on the wall.
///
/// # Errors
/// A sentence that says what is wrong with them.
pub fn read(text: &str, now: DateTime<Utc>, zone: Tz) -> Result<DateTime<Utc>, String> {
    let text = text.trim().to_lowercase();
    if REPLY.contains(&text.strip_prefix("until ").unwrap_or(&text)) {
        return Ok(until_reply());
    }
    let at = moment(&text, now, zone).ok_or("This is no moment that I can read.")?;
    if at <= now {
        return Err("That is not in the future.".to_owned());
    }
    if at > latest(now) {
        return Err("That is more than a year away.".to_owned());
    }
    Ok(at)
}

/// As [`read`], also of what is over or far away.
pub fn moment(text: &str, now: DateTime<Utc>, zone: Tz) -> Option<DateTime<Utc>> {
    let text = text.trim().to_lowercase();
    let bare = ["until ", "in ", "for "]
        .into_iter()
        .find_map(|word| text.strip_prefix(word))
        .unwrap_or(&text);
    let words = words(bare);
    after(&words.join(" "), now, zone)
        .or_else(|| exactly(bare, zone))
        .or_else(|| on(&words, now, zone))
}

/// The words of a text; `9 am` is one.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in text.split([' ', '\t', ',']).filter(|word| !word.is_empty()) {
        match words.last_mut() {
            Some(last) if matches!(word, "am" | "pm") => last.push_str(word),
            _ => words.push(word.to_owned()),
        }
    }
    words
}

/// A stretch of time from now: `2d 4h`, `3 hours`, `1 month`.
fn after(text: &str, now: DateTime<Utc>, zone: Tz) -> Option<DateTime<Utc>> {
    let mut at = now;
    for (unit, count) in stretch(text)? {
        let minutes = match unit {
            Unit::Month => {
                let local = at.with_timezone(&zone).naive_local();
                at = instant(local.checked_add_months(Months::new(count))?, zone)?;
                continue;
            }
            Unit::Week => 60 * 24 * 7,
            Unit::Day => 60 * 24,
            Unit::Hour => 60,
            Unit::Minute => 1,
        };
        at = at.checked_add_signed(TimeDelta::try_minutes(i64::from(count) * minutes)?)?;
    }
    Some(at)
}

/// A moment as ISO 8601 writes it: `2026-12-24T14:00`, with or without seconds and an offset.
fn exactly(text: &str, zone: Tz) -> Option<DateTime<Utc>> {
    if let Ok(at) = DateTime::parse_from_rfc3339(&text.to_uppercase()) {
        return Some(at.to_utc());
    }
    ["%Y-%m-%dt%H:%M", "%Y-%m-%dt%H:%M:%S"]
        .into_iter()
        .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
        .and_then(|local| instant(local, zone))
}

/// A day, a time of day, or both.
fn on(words: &[String], now: DateTime<Utc>, zone: Tz) -> Option<DateTime<Utc>> {
    let named: Vec<&str> = words
        .iter()
        .map(String::as_str)
        .filter(|word| !matches!(*word, "at" | "on" | "until" | "next"))
        .collect();
    let local = now.with_timezone(&zone);
    let today = local.date_naive();
    let (day, time) = match (named.as_slice(), words) {
        // A number alone may be hours, days or a time of day.
        ([_], [number]) if number.bytes().all(|b| b.is_ascii_digit()) => return None,
        ([only], _) => match clock(only) {
            Some(time) if time > local.time() => (today, time),
            Some(time) => (today.checked_add_days(Days::new(1))?, time),
            None => (day(only, today)?, MORNING),
        },
        ([named, at], _) => (day(named, today)?, clock(at)?),
        _ => return None,
    };
    instant(day.and_time(time), zone)
}

/// A local time as an instant: of two the earlier, and for one that is skipped the hour after.
fn instant(local: NaiveDateTime, zone: Tz) -> Option<DateTime<Utc>> {
    let found = match zone.from_local_datetime(&local) {
        LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => at,
        LocalResult::None => zone
            .from_local_datetime(&local.checked_add_signed(TimeDelta::hours(1))?)
            .earliest()?,
    };
    Some(found.with_timezone(&Utc))
}

fn day(word: &str, today: NaiveDate) -> Option<NaiveDate> {
    match word {
        "today" => return Some(today),
        "tomorrow" => return today.checked_add_days(Days::new(1)),
        "week" => return following(Weekday::Mon, today),
        _ => {}
    }
    if let Ok(date) = word.parse::<NaiveDate>() {
        return Some(date);
    }
    if let Some(date) = dotted(word, today) {
        return Some(date);
    }
    if word.len() < 3 {
        return None;
    }
    let days = [
        ("monday", Weekday::Mon),
        ("tuesday", Weekday::Tue),
        ("wednesday", Weekday::Wed),
        ("thursday", Weekday::Thu),
        ("friday", Weekday::Fri),
        ("saturday", Weekday::Sat),
        ("sunday", Weekday::Sun),
    ];
    let (_, wanted) = days.iter().find(|(name, _)| name.starts_with(word))?;
    following(*wanted, today)
}

/// `24.12.2026`, the day first; `24.12.` is the next such day.
fn dotted(word: &str, today: NaiveDate) -> Option<NaiveDate> {
    let parts: Vec<&str> = word.split('.').collect();
    let [day, month, year] = parts.as_slice() else {
        return None;
    };
    let (day, month) = (day.parse().ok()?, month.parse().ok()?);
    let of = |year| NaiveDate::from_ymd_opt(year, month, day);
    match year.len() {
        0 => of(today.year())
            .filter(|date| *date >= today)
            .or_else(|| of(today.year() + 1)),
        4 => of(year.parse().ok()?),
        _ => None,
    }
}

/// The next such day after today.
fn following(wanted: Weekday, today: NaiveDate) -> Option<NaiveDate> {
    let ahead = (7 + wanted.num_days_from_monday() - today.weekday().num_days_from_monday()) % 7;
    let ahead = if ahead == 0 { 7 } else { ahead };
    today.checked_add_days(Days::new(ahead.into()))
}

/// `9:00`, `9`, `14.30`, `9am`, `2:30pm`, `noon`.
fn clock(word: &str) -> Option<NaiveTime> {
    if word == "noon" {
        return NaiveTime::from_hms_opt(12, 0, 0);
    }
    let (word, half) = match (word.strip_suffix("am"), word.strip_suffix("pm")) {
        (Some(word), _) => (word, Some(0)),
        (_, Some(word)) => (word, Some(12)),
        _ => (word, None),
    };
    let (hour, minute) = match word.split_once([':', '.']) {
        Some((hour, minute)) if minute.len() == 2 => (hour, minute.parse().ok()?),
        Some(_) => return None,
        None => (word, 0),
    };
    let hour: u32 = hour.parse().ok()?;
    let hour = match half {
        Some(half) if (1..=12).contains(&hour) => hour % 12 + half,
        Some(_) => return None,
        None => hour,
    };
    NaiveTime::from_hms_opt(hour, minute, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_mean_the_moment_that_people_mean() {
        // A Wednesday, 11:00 in Berlin.
        let now = "2026-11-25T10:00:00Z".parse().unwrap();
        for (words, meant) in [
            ("2h", "2026-11-25T12:00:00Z"),
            ("2d", "2026-11-27T10:00:00Z"),
            ("1d 4h", "2026-11-26T14:00:00Z"),
            ("2d 4h", "2026-11-27T14:00:00Z"),
            ("in 2 days", "2026-11-27T10:00:00Z"),
            ("for 1 day, 4 hours", "2026-11-26T14:00:00Z"),
            ("1 month", "2026-12-25T10:00:00Z"),
            // The clocks have gone forward meanwhile: the same time of day.
            ("6 months", "2027-05-25T09:00:00Z"),
            ("365d", "2027-11-25T10:00:00Z"),
            ("tomorrow", "2026-11-26T08:00:00Z"),
            ("Tomorrow 14:30", "2026-11-26T13:30:00Z"),
            ("tomorrow 9 am", "2026-11-26T08:00:00Z"),
            ("noon", "2026-11-25T11:00:00Z"),
            ("tomorrow at noon", "2026-11-26T11:00:00Z"),
            ("monday", "2026-11-30T08:00:00Z"),
            ("monday, 9:00", "2026-11-30T08:00:00Z"),
            ("wed", "2026-12-02T08:00:00Z"),
            ("today 18:00", "2026-11-25T17:00:00Z"),
            ("2026-12-01", "2026-12-01T08:00:00Z"),
            ("2026-12-01 14:30", "2026-12-01T13:30:00Z"),
            ("2026-12-24T14:00", "2026-12-24T13:00:00Z"),
            ("2026-12-24T14:00:00", "2026-12-24T13:00:00Z"),
            ("2026-12-24T14:00:00Z", "2026-12-24T14:00:00Z"),
            ("2026-12-24T14:00:00+02:00", "2026-12-24T12:00:00Z"),
            ("24.12.2026", "2026-12-24T08:00:00Z"),
            ("24.12.2026, 18:00", "2026-12-24T17:00:00Z"),
            ("24.12. 18:00", "2026-12-24T17:00:00Z"),
            ("1.2.", "2027-02-01T08:00:00Z"),
            // The hour that is skipped in spring.
            ("2027-03-28 02:30", "2027-03-28T01:30:00Z"),
            ("reply", "9999-01-01T00:00:00Z"),
            ("until an answer", "9999-01-01T00:00:00Z"),
        ] {
            let meant: DateTime<Utc> = meant.parse().unwrap();
            assert_eq!(read(words, now, Tz::Europe__Berlin), Ok(meant), "{words}");
        }
        for words in [
            "",
            "0",
            "9",
            "0d",
            "soon",
            "monday at nine",
            "2026-13-01",
            "31.2.2027",
            "12.24.2026",
            "366d",
            "13 months",
            "4h 2d",
            "2020-01-01T09:00",
        ] {
            assert!(read(words, now, Tz::Europe__Berlin).is_err(), "{words}");
        }
    }
}
