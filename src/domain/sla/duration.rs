//! Spans of time as people write them: `30m`, `8h`, `3d`, `1d 4h`.

use std::fmt;
use std::str::FromStr;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// A span of days, hours and minutes.
///
/// What a day is depends on where the span stands: in a service level it is a day of the calendar
/// ([`Span::seconds_with_day`]), in a rule it is 24 hours ([`Span::wall`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Span {
    /// Whole days.
    days: u32,
    /// What comes on top of them, in minutes.
    minutes: u32,
}

/// What was given is not a span of time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a span of time; expected days, hours and minutes such as \"30m\", \"8h\", \"3d\" or \"1d 4h\", \
     from one minute to 3650 days"
)]
pub struct InvalidSpan(pub String);

/// No span is longer: ten years of days.
const MAX_DAYS: u32 = 3650;
const MINUTES_PER_DAY: u32 = 24 * 60;

impl Span {
    /// So many minutes.
    pub const fn minutes(minutes: u32) -> Self {
        Self { days: 0, minutes }
    }

    /// So many hours.
    pub const fn hours(hours: u32) -> Self {
        Self::minutes(hours.saturating_mul(60))
    }

    /// So many days.
    pub const fn days(days: u32) -> Self {
        Self { days, minutes: 0 }
    }

    /// Its length in seconds where a day has `day` seconds.
    pub const fn seconds_with_day(self, day: i64) -> i64 {
        (self.days as i64)
            .saturating_mul(day)
            .saturating_add(self.minutes as i64 * 60)
    }

    /// Its length by the clock on the wall: a day has 24 hours.
    pub fn wall(self) -> TimeDelta {
        TimeDelta::seconds(self.seconds_with_day(24 * 3600))
    }
}

/// A unit of time, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unit {
    /// `m`, `min`, `minute`.
    Minute,
    /// `h`, `hour`.
    Hour,
    /// `d`, `day`.
    Day,
    /// `w`, `week`.
    Week,
    /// `month`.
    Month,
}

impl Unit {
    fn read(word: &str) -> Option<Self> {
        Some(match word.to_lowercase().as_str() {
            "m" | "min" | "mins" | "minute" | "minutes" => Self::Minute,
            "h" | "hour" | "hours" => Self::Hour,
            "d" | "day" | "days" => Self::Day,
            "w" | "week" | "weeks" => Self::Week,
            "month" | "months" => Self::Month,
            _ => return None,
        })
    }
}

/// The parts of a stretch of time as people write it: `1d 4h`, `2 days`, `1 month`. Each unit once, the larger first: "4h 1d"
/// is more likely a slip than a wish. None: it is none.
pub fn stretch(text: &str) -> Option<Vec<(Unit, u32)>> {
    let mut found: Vec<(Unit, u32)> = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, behind) = rest.split_at(digits);
        let behind = behind.trim_start();
        let letters = behind.bytes().take_while(u8::is_ascii_alphabetic).count();
        let (word, behind) = behind.split_at(letters);
        let unit = Unit::read(word)?;
        if found.last().is_some_and(|(last, _)| unit >= *last) {
            return None;
        }
        found.push((unit, number.parse().ok()?));
        rest = behind.trim_start();
    }
    Some(found).filter(|found| !found.is_empty())
}

impl FromStr for Span {
    type Err = InvalidSpan;

    fn from_str(given: &str) -> Result<Self, InvalidSpan> {
        let invalid = || InvalidSpan(given.chars().take(100).collect());
        let (mut days, mut minutes) = (0_u32, 0_u32);
        for (unit, number) in stretch(given).ok_or_else(invalid)? {
            let each = match unit {
                Unit::Day => {
                    days = number;
                    continue;
                }
                Unit::Hour => 60,
                Unit::Minute => 1,
                Unit::Week | Unit::Month => return Err(invalid()),
            };
            let more = number
                .checked_mul(each)
                .and_then(|more| minutes.checked_add(more));
            minutes = more.ok_or_else(invalid)?;
        }
        let in_range = days <= MAX_DAYS && minutes <= MAX_DAYS * MINUTES_PER_DAY;
        if !in_range || (days == 0 && minutes == 0) {
            return Err(invalid());
        }
        Ok(Self { days, minutes })
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [
            (self.days, 'd'),
            (self.minutes / 60, 'h'),
            (self.minutes % 60, 'm'),
        ];
        let mut gap = "";
        for (number, unit) in parts.into_iter().filter(|(number, _)| *number > 0) {
            write!(f, "{gap}{number}{unit}")?;
            gap = " ";
        }
        Ok(())
    }
}

impl TryFrom<String> for Span {
    type Error = InvalidSpan;
    fn try_from(given: String) -> Result<Self, InvalidSpan> {
        given.parse()
    }
}

impl From<Span> for String {
    fn from(span: Span) -> Self {
        span.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_as_people_write_them() {
        for (given, seconds, shown) in [
            ("30m", 1800, "30m"),
            ("8h", 8 * 3600, "8h"),
            ("90m", 5400, "1h 30m"),
            ("3d", 3 * 7200, "3d"),
            ("1d 4h", 7200 + 4 * 3600, "1d 4h"),
            ("8 hours", 8 * 3600, "8h"),
            ("1 day 30 min", 7200 + 1800, "1d 30m"),
            (" 1d4h30m ", 7200 + 4 * 3600 + 1800, "1d 4h 30m"),
        ] {
            let span: Span = given.parse().unwrap();
            assert_eq!(span.seconds_with_day(7200), seconds, "{given}");
            assert_eq!(span.to_string(), shown);
            assert_eq!(shown.parse::<Span>().unwrap(), span);
        }
    }

    #[test]
    fn what_is_no_span_is_refused_with_an_example() {
        for given in [
            "",
            "8",
            "h",
            "0h",
            "4h 1d",
            "1d 1d",
            "-1h",
            "1.5h",
            "1w",
            "8 moons",
            "1d 4",
            "99999d",
            "9999999999m",
        ] {
            let error = given.parse::<Span>().unwrap_err();
            assert!(error.to_string().contains("\"1d 4h\""), "{given}");
        }
    }

    #[test]
    fn on_the_wall_a_day_has_24_hours() {
        assert_eq!(
            "1d 1h".parse::<Span>().unwrap().wall(),
            TimeDelta::hours(25)
        );
    }
}
