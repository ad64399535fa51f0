//! Business hours: for every weekday, when the desk is open, in local time.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use chrono::Weekday;
use serde::{Deserialize, Serialize};

/// A part of a day, in minutes after local midnight; `to` is not part of it and may be 24:00.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Window {
    from: u16,
    to: u16,
}

/// What was given are not opening hours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidWindow {
    /// It does not read as two times of the day.
    #[error(
        "{0:?} are not opening hours; expected something like \"09:00-17:00\" or \"18:00-24:00\""
    )]
    Form(String),
    /// It reads well and ends before it begins.
    #[error(
        "{0:?} ends before it begins; hours across midnight are written in two parts, \"22:00-24:00\" and on the next day \"00:00-06:00\""
    )]
    Backwards(String),
}

impl Window {
    /// All of the day.
    pub const WHOLE_DAY: Self = Self { from: 0, to: 1440 };

    /// Its first minute, counted from local midnight.
    pub const fn from(self) -> u16 {
        self.from
    }

    /// The minute after its last, counted from local midnight; 1440 is the day's end.
    pub const fn to(self) -> u16 {
        self.to
    }

    /// How many minutes it has.
    pub const fn minutes(self) -> u16 {
        self.to - self.from
    }
}

impl FromStr for Window {
    type Err = InvalidWindow;

    fn from_str(given: &str) -> Result<Self, InvalidWindow> {
        let shown = || given.chars().take(100).collect::<String>();
        let read = || {
            let (from, to) = given.split_once('-')?;
            Some((time_of_day(from)?, time_of_day(to)?))
        };
        let (from, to) = read().ok_or_else(|| InvalidWindow::Form(shown()))?;
        if from >= to {
            return Err(InvalidWindow::Backwards(shown()));
        }
        Ok(Self { from, to })
    }
}

/// Minutes after midnight of `HH:MM`, up to and including `24:00`.
fn time_of_day(given: &str) -> Option<u16> {
    let (hour, minute) = given.trim().split_once(':')?;
    let number = |digits: &str| -> Option<u16> {
        let plain = (1..=2).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        plain.then(|| digits.parse().ok())?
    };
    let (hour, minute) = (number(hour)?, number(minute)?);
    let total = hour * 60 + minute;
    (minute < 60 && total <= 1440).then_some(total)
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from, to) = (self.from, self.to);
        write!(
            f,
            "{:02}:{:02}-{:02}:{:02}",
            from / 60,
            from % 60,
            to / 60,
            to % 60
        )
    }
}

impl TryFrom<String> for Window {
    type Error = InvalidWindow;
    fn try_from(given: String) -> Result<Self, InvalidWindow> {
        given.parse()
    }
}

impl From<Window> for String {
    fn from(window: Window) -> Self {
        window.to_string()
    }
}

words! {
    /// A day of the week as the seed file writes it.
    pub enum Day {
        /// Monday.
        Mon = "mon",
        /// Tuesday.
        Tue = "tue",
        /// Wednesday.
        Wed = "wed",
        /// Thursday.
        Thu = "thu",
        /// Friday.
        Fri = "fri",
        /// Saturday.
        Sat = "sat",
        /// Sunday.
        Sun = "sun",
    }
}

/// The opening hours of a week. A day that is not named is closed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(
    from = "BTreeMap<Day, Vec<Window>>",
    into = "BTreeMap<Day, Vec<Window>>"
)]
pub struct Hours {
    /// From Monday to Sunday; each day's windows in order, none touching another.
    week: [Vec<Window>; 7],
}

impl Hours {
    /// Open all day, every day.
    pub fn always() -> Self {
        Self {
            week: std::array::from_fn(|_| vec![Window::WHOLE_DAY]),
        }
    }

    /// The windows of one weekday, in order, none touching another.
    pub fn on(&self, day: Weekday) -> &[Window] {
        &self.week[day.num_days_from_monday() as usize]
    }

    /// Whether there is any open minute at all.
    pub fn ever_open(&self) -> bool {
        self.week.iter().any(|windows| !windows.is_empty())
    }

    /// The length of a usual working day in seconds: the length that most open weekdays have, the longer
    /// one where two are as frequent. 24 hours if no day is open, so that a span of days never shrinks
    /// to nothing.
    pub fn usual_day(&self) -> i64 {
        let mut count: BTreeMap<i64, usize> = BTreeMap::new();
        for windows in self.week.iter().filter(|windows| !windows.is_empty()) {
            let minutes: i64 = windows
                .iter()
                .map(|window| i64::from(window.minutes()))
                .sum();
            *count.entry(minutes * 60).or_default() += 1;
        }
        count
            .into_iter()
            .max_by_key(|(length, days)| (*days, *length))
            .map_or(24 * 3600, |(length, _)| length)
    }
}

impl fmt::Display for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let open = Day::ALL.iter().zip(&self.week);
        let open = open.filter(|(_, windows)| !windows.is_empty());
        for (index, (day, windows)) in open.enumerate() {
            let windows: Vec<String> = windows.iter().map(ToString::to_string).collect();
            let comma = if index == 0 { "" } else { ", " };
            write!(f, "{comma}{day} {}", windows.join(" and "))?;
        }
        Ok(())
    }
}

impl From<BTreeMap<Day, Vec<Window>>> for Hours {
    fn from(mut given: BTreeMap<Day, Vec<Window>>) -> Self {
        Self {
            week: std::array::from_fn(|day| {
                joined(given.remove(&Day::ALL[day]).unwrap_or_default())
            }),
        }
    }
}

impl From<Hours> for BTreeMap<Day, Vec<Window>> {
    fn from(hours: Hours) -> Self {
        Day::ALL
            .iter()
            .copied()
            .zip(hours.week)
            .filter(|(_, windows)| !windows.is_empty())
            .collect()
    }
}

/// The same minutes as windows in order, with those that touch or overlap made one.
fn joined(mut windows: Vec<Window>) -> Vec<Window> {
    windows.sort_unstable();
    let mut out: Vec<Window> = Vec::with_capacity(windows.len());
    for window in windows {
        match out.last_mut() {
            Some(last) if window.from <= last.to => last.to = last.to.max(window.to),
            _ => out.push(window),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_read_and_written_alike() {
        for given in ["09:00-17:00", "00:00-24:00", "23:59-24:00"] {
            assert_eq!(given.parse::<Window>().unwrap().to_string(), given);
        }
        assert_eq!(
            "9:00 - 17:30".parse::<Window>().unwrap().to_string(),
            "09:00-17:30"
        );
    }

    #[test]
    fn hours_that_make_no_sense_are_refused_with_a_sentence() {
        for given in [
            "",
            "9-17",
            "09:00",
            "09:00-25:00",
            "09:60-10:00",
            "+9:00-17:00",
            "a:b-c:d",
        ] {
            assert!(
                matches!(given.parse::<Window>(), Err(InvalidWindow::Form(_))),
                "{given}"
            );
        }
        let error = "22:00-06:00".parse::<Window>().unwrap_err();
        assert!(error.to_string().contains("in two parts"), "{error}");
        assert!(matches!(
            "09:00-09:00".parse::<Window>(),
            Err(InvalidWindow::Backwards(_))
        ));
    }

    #[test]
    fn overlapping_hours_count_once() {
        let hours: Hours =
            toml::from_str(r#"mon = ["13:00-18:00", "09:00-13:00", "12:00-14:00"]"#).unwrap();
        assert_eq!(hours.on(Weekday::Mon).len(), 1);
        assert_eq!(hours.on(Weekday::Mon)[0].to_string(), "09:00-18:00");
        assert!(hours.on(Weekday::Tue).is_empty());
    }

    #[test]
    fn a_usual_day_is_the_most_frequent_one() {
        let office = r#"
            mon = ["09:00-17:00"]
            tue = ["09:00-17:00"]
            fri = ["09:00-12:00", "13:00-16:00"]
        "#;
        assert_eq!(
            toml::from_str::<Hours>(office).unwrap().usual_day(),
            8 * 3600
        );
        let tie = r#"
            mon = ["09:00-13:00"]
            tue = ["09:00-17:00"]
        "#;
        assert_eq!(toml::from_str::<Hours>(tie).unwrap().usual_day(), 8 * 3600);
        assert_eq!(Hours::always().usual_day(), 24 * 3600);
        assert_eq!(Hours::default().usual_day(), 24 * 3600);
    }

    #[test]
    fn an_unknown_weekday_is_refused_by_name() {
        let error = toml::from_str::<Hours>(r#"monday = ["09:00-17:00"]"#).unwrap_err();
        assert!(error.to_string().contains("monday"), "{error}");
    }
}
