//! The Date field, RFC 5322 section 3.3, with what occurs beside it: no seconds, no day of the week, two-digit
//! years, names of zones, `2026-11-24 10:00`.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime, TimeZone, Utc};

use super::limits;
use super::parameters::strip_comments;

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

/// The moment a Date field names. None for what is no date, and for what is too long to be one
/// (`time` RUSTSEC-2026-0009 shows why that is asked first).
pub(super) fn read(value: &str) -> Option<DateTime<Utc>> {
    if value.len() > limits::DATE_BYTES {
        return None;
    }
    let value = strip_comments(value);
    if let Ok(date) = DateTime::parse_from_rfc3339(value.trim()) {
        return Some(date.to_utc());
    }
    let (mut numbers, mut month, mut time, mut zone) = (Vec::new(), None, None, None);
    for word in value
        .split([' ', ',', '\t'])
        .filter(|word| !word.is_empty())
    {
        if word.contains(':') {
            time = time.or_else(|| time_of_day(word));
        } else if word.starts_with(['+', '-'])
            || time.is_some() && word.starts_with(|c: char| c.is_ascii_alphabetic())
        {
            zone = zone.or_else(|| offset(word));
        } else {
            for piece in word.split(['-', '/']) {
                match piece.parse::<i32>() {
                    Ok(number) => numbers.push((number, piece.len())),
                    Err(_) => month = month.or_else(|| month_of(piece)),
                }
            }
        }
    }
    let date = day(&numbers, month)?;
    let zone = zone.or_else(|| FixedOffset::east_opt(0))?;
    zone.from_local_datetime(&date.and_time(time?))
        .single()
        .map(|date| date.to_utc())
}

/// Day, month and year from the numbers in their order; the year is the one with four digits, or the last.
fn day(numbers: &[(i32, usize)], month: Option<u32>) -> Option<NaiveDate> {
    let number = |at: usize| numbers.get(at).map(|(number, _)| *number);
    let year_first = numbers.first().is_some_and(|(_, digits)| *digits == 4);
    let (day, month, year) = match (month, year_first) {
        (Some(month), false) => (number(0)?, month, number(1)?),
        (Some(month), true) => (number(1)?, month, number(0)?),
        (None, true) => (number(2)?, u32::try_from(number(1)?).ok()?, number(0)?),
        (None, false) => return None,
    };
    // RFC 5322 section 4.3.
    let year = match year {
        0..=49 => year + 2000,
        50..=999 => year + 1900,
        _ => year,
    };
    NaiveDate::from_ymd_opt(year, month, u32::try_from(day).ok()?)
        .filter(|_| (1900..3000).contains(&year))
}

fn month_of(word: &str) -> Option<u32> {
    let short = word.get(..3)?.to_ascii_lowercase();
    MONTHS
        .iter()
        .position(|month| *month == short)
        .and_then(|at| u32::try_from(at + 1).ok())
}

fn time_of_day(word: &str) -> Option<NaiveTime> {
    let mut numbers = word
        .split([':', '.'])
        .map(|piece| piece.parse::<u32>().ok());
    let (hour, minute) = (numbers.next()??, numbers.next()??);
    // A leap second is the second before it.
    let second = numbers.next().flatten().unwrap_or(0).min(59);
    NaiveTime::from_hms_opt(hour, minute, second)
}

/// `+0100`, `+01:00`, `GMT`, and the American names; an unknown name is UTC (RFC 5322 section 4.3).
fn offset(word: &str) -> Option<FixedOffset> {
    let hours = match word.to_ascii_uppercase().as_str() {
        "EDT" => -4,
        "EST" | "CDT" => -5,
        "CST" | "MDT" => -6,
        "MST" | "PDT" => -7,
        "PST" => -8,
        _ => 0,
    };
    let Some(sign) = word
        .starts_with('-')
        .then_some(-1)
        .or(word.starts_with('+').then_some(1))
    else {
        return FixedOffset::east_opt(hours * 3600);
    };
    let digits: String = word.chars().filter(char::is_ascii_digit).take(4).collect();
    let number: i32 = digits.parse().ok()?;
    FixedOffset::east_opt(sign * (number / 100 * 3600 + number % 100 * 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_with_their_zone() {
        for (value, want) in [
            (
                "Tue, 24 Nov 2026 10:00:00 +0100",
                Some("2026-11-24T09:00:00+00:00"),
            ),
            (
                "Tue, 24 Nov 2026 10:00:00 +0100 (CET)",
                Some("2026-11-24T09:00:00+00:00"),
            ),
            ("24 Nov 2026 10:00 GMT", Some("2026-11-24T10:00:00+00:00")),
            ("24 Nov 26 10:00:00 EST", Some("2026-11-24T15:00:00+00:00")),
            (
                "Tue Nov 24 10:00:00 2026",
                Some("2026-11-24T10:00:00+00:00"),
            ),
            (
                "24-Nov-2026 10:00:00 -0000",
                Some("2026-11-24T10:00:00+00:00"),
            ),
            ("2026-11-24 10:00:00", Some("2026-11-24T10:00:00+00:00")),
            (
                "2026-11-24T10:00:00+01:00",
                Some("2026-11-24T09:00:00+00:00"),
            ),
            (
                "Tue, 24 Nov 2026 10:00:60 +0000",
                Some("2026-11-24T10:00:59+00:00"),
            ),
            ("Tue, 31 Feb 2026 10:00:00 +0000", None),
            ("yesterday", None),
            ("", None),
        ] {
            assert_eq!(
                read(value).map(|d| d.to_rfc3339()).as_deref(),
                want,
                "{value}"
            );
        }
        assert_eq!(
            read(&format!(
                "Tue, 24 Nov 2026 10:00:00 +0100{}",
                " ".repeat(200)
            )),
            None
        );
    }
}
