//! `2d`, `tomorrow`, `monday 9:00`, `2026-12-24 14:30`: moments as people write them, in their own zone.

use chrono::{DateTime, Datelike, Days, Duration, NaiveDate, NaiveTime, TimeZone, Utc, Weekday};
use chrono_tz::Tz;

/// When a day begins for somebody who names no time.
const MORNING: (u32, u32) = (9, 0);
/// Nobody sleeps longer than two years.
const LONGEST_DAYS: i64 = 731;

/// The moment that a text names; always later than `now`.
///
/// # Errors
/// A sentence that says what is wrong with it.
pub(super) fn read(text: &str, now: DateTime<Utc>, zone: Tz) -> Result<DateTime<Utc>, String> {
    let text = text.trim().to_lowercase();
    let at = after(&text, now)
        .or_else(|| on(&text, now, zone))
        .ok_or("This is no moment that I can read.")?;
    if at <= now {
        return Err("That is not in the future.".to_owned());
    }
    if at - now > Duration::days(LONGEST_DAYS) {
        return Err("That is more than two years away.".to_owned());
    }
    Ok(at)
}

/// A stretch of time from now: `2d`, `3 hours`, `1 week`.
fn after(text: &str, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (count, unit) = text.split_at(digits);
    let count: i64 = count.parse().ok().filter(|n| *n <= 100_000)?;
    let minutes = match unit.trim() {
        "m" | "min" | "mins" | "minute" | "minutes" => 1,
        "h" | "hour" | "hours" => 60,
        "d" | "day" | "days" => 60 * 24,
        "w" | "week" | "weeks" => 60 * 24 * 7,
        _ => return None,
    };
    now.checked_add_signed(Duration::minutes(count * minutes))
}

/// A day, a time of day, or both.
fn on(text: &str, now: DateTime<Utc>, zone: Tz) -> Option<DateTime<Utc>> {
    let words: Vec<&str> = text
        .split_whitespace()
        .filter(|word| !matches!(*word, "at" | "on" | "until" | "next"))
        .collect();
    let local = now.with_timezone(&zone);
    let today = local.date_naive();
    let (day, time) = match words.as_slice() {
        [only] => match clock(only) {
            Some(time) if time > local.time() => (today, time),
            Some(time) => (today.checked_add_days(Days::new(1))?, time),
            None => (day(only, today)?, morning()?),
        },
        [named, at] => (day(named, today)?, clock(at)?),
        _ => return None,
    };
    let naive = day.and_time(time);
    // In the hour that a zone skips in spring there is no such moment; the next one is meant.
    let found = zone.from_local_datetime(&naive).earliest().or_else(|| {
        let later = naive.checked_add_signed(Duration::hours(1))?;
        zone.from_local_datetime(&later).earliest()
    })?;
    Some(found.with_timezone(&Utc))
}

fn morning() -> Option<NaiveTime> {
    NaiveTime::from_hms_opt(MORNING.0, MORNING.1, 0)
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

/// The next such day after today.
fn following(wanted: Weekday, today: NaiveDate) -> Option<NaiveDate> {
    let ahead = (7 + wanted.num_days_from_monday() - today.weekday().num_days_from_monday()) % 7;
    let ahead = if ahead == 0 { 7 } else { ahead };
    today.checked_add_days(Days::new(ahead.into()))
}

/// `9:00`, `9`, `14.30`, `9am`, `2:30pm`.
fn clock(word: &str) -> Option<NaiveTime> {
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
