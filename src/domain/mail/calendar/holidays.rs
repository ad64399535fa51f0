//! The whole days of a calendar file: what a list of public holidays is made of.
//!
//! Single days, spans of days and days that come again every year are read (RFC 5545 section 3.3.10, `FREQ=YEARLY`);
//! events with a time of day are no holidays.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use chrono::{Datelike, NaiveDate, TimeDelta, Weekday};

use super::lines::{Line, lines};
use super::moment::{Moment, duration};

/// Bytes of a calendar file.
pub const MAX_BYTES: usize = 1 << 20;
/// Days that come out of one file.
pub const MAX_DAYS: usize = 2000;
/// Events of one file.
const MAX_EVENTS: usize = 5000;
/// Events of one file that come again.
const MAX_RULES: usize = 500;
/// Characters of a rule; the longest that anybody writes has seventy.
const MAX_RULE: usize = 200;
/// What has been counted since before then is no holiday.
const EARLIEST: i32 = 1900;
/// Days of one event; longer ones are seasons, and nobody closes for a season by mistake.
const LONGEST: i64 = 62;

/// The days of a calendar file, and what in it was none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holidays {
    /// The days.
    pub days: BTreeSet<NaiveDate>,
    /// Events that were passed over, because they have a time of day, are too long, or repeat in another way.
    pub passed_over: usize,
}

/// Reads the whole days that lie in these years.
///
/// # Errors
/// Why nothing was taken, as a sentence.
pub fn holidays(text: &str, years: &RangeInclusive<i32>) -> Result<Holidays, String> {
    if text.len() > MAX_BYTES {
        return Err(format!(
            "a calendar file may have {} KiB at most, and this one has {}",
            MAX_BYTES / 1024,
            text.len() / 1024
        ));
    }
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let (mut found, mut event) = (Holidays::default(), None::<Event>);
    let (mut inner, mut events, mut rules) = (0, 0, 0);
    for line in lines(&text) {
        let what = line.value.to_ascii_uppercase();
        match (line.name.as_str(), event.is_some()) {
            ("BEGIN", false) if what == "VEVENT" => event = Some(Event::default()),
            ("BEGIN", true) => inner += 1,
            ("END", true) if inner > 0 => inner -= 1,
            ("END", true) => {
                events += 1;
                rules += usize::from(event.as_ref().is_some_and(|e| e.rule.is_some()));
                if events > MAX_EVENTS || rules > MAX_RULES {
                    return Err(format!(
                        "the file has more than {MAX_EVENTS} events, or more than {MAX_RULES} that come again"
                    ));
                }
                match event.take().and_then(|event| event.days(years)) {
                    Some(days) => found.days.extend(days),
                    None => found.passed_over += 1,
                }
            }
            (_, true) if inner == 0 => {
                if let Some(event) = event.as_mut() {
                    event.take(&line);
                }
            }
            _ => {}
        }
    }
    if found.days.len() > MAX_DAYS {
        return Err(format!(
            "the file names {} days, and a calendar may have {MAX_DAYS} holidays at most",
            found.days.len()
        ));
    }
    if found.days.is_empty() {
        return Err(format!(
            "there is no whole day between {} and {} in it; expected a calendar file (.ics) with all-day events",
            years.start(),
            years.end()
        ));
    }
    Ok(found)
}

/// What is known of an event so far.
#[derive(Debug, Default)]
struct Event {
    start: Option<NaiveDate>,
    end: Option<NaiveDate>,
    length: Option<i64>,
    rule: Option<String>,
    further: BTreeSet<NaiveDate>,
    except: BTreeSet<NaiveDate>,
    /// It has a time of day, or does not take place.
    none: bool,
}

impl Event {
    fn take(&mut self, line: &Line) {
        match line.name.as_str() {
            "DTSTART" => match Moment::read(line) {
                Some(moment) if moment.all_day => self.start = Some(moment.local.date()),
                _ => self.none = true,
            },
            "DTEND" => self.end = Moment::read(line).map(|moment| moment.local.date()),
            "DURATION" => self.length = duration(&line.value).map(|length| length.num_days()),
            "RRULE" => self.rule = Some(line.value.to_ascii_uppercase()),
            "RDATE" => self.further.extend(dates(&line.value)),
            "EXDATE" => self.except.extend(dates(&line.value)),
            "STATUS" => self.none |= line.value.eq_ignore_ascii_case("CANCELLED"),
            _ => {}
        }
    }

    /// Its days in these years; none if it is no holiday.
    fn days(self, years: &RangeInclusive<i32>) -> Option<Vec<NaiveDate>> {
        let start = self.start.filter(|_| !self.none)?;
        // The end of whole days is the day after the last.
        let length = self.end.map(|end| (end - start).num_days());
        let length = length.or(self.length).unwrap_or(1).max(1);
        if length > LONGEST {
            return None;
        }
        let mut firsts = match &self.rule {
            Some(rule) if rule.len() <= MAX_RULE && start.year() >= EARLIEST => {
                Yearly::read(rule, start)?.firsts(start, *years.end())
            }
            Some(_) => return None,
            None => vec![start],
        };
        firsts.extend(&self.further);
        firsts.retain(|first| !self.except.contains(first));
        let days = firsts.into_iter().flat_map(|first| {
            (0..length).filter_map(move |day| first.checked_add_signed(TimeDelta::days(day)))
        });
        Some(days.filter(|day| years.contains(&day.year())).collect())
    }
}

fn dates(value: &str) -> impl Iterator<Item = NaiveDate> {
    value.split(',').filter_map(date)
}

/// The date at the beginning of `20261225` or `20261225T000000Z`.
fn date(value: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(value.trim().get(..8)?, "%Y%m%d").ok()
}

/// A rule by which a day comes again every year, or every few years.
struct Yearly {
    interval: i32,
    count: Option<usize>,
    until: Option<NaiveDate>,
    months: Vec<u32>,
    days: Vec<i32>,
    /// The weekday, and which of its month: the fourth, the last as -1, or every.
    weekdays: Vec<(Option<i32>, Weekday)>,
}

impl Yearly {
    /// Reads a rule; none if it repeats in a way that no holiday does.
    fn read(rule: &str, start: NaiveDate) -> Option<Self> {
        let mut yearly = Self {
            interval: 1,
            count: None,
            until: None,
            months: vec![],
            days: vec![],
            weekdays: vec![],
        };
        let mut by_year = false;
        for part in rule.split(';').filter(|part| !part.trim().is_empty()) {
            let (name, value) = part.split_once('=')?;
            let numbers = || -> Option<Vec<i32>> {
                value.split(',').map(|n| n.trim().parse().ok()).collect()
            };
            match name.trim() {
                "FREQ" => by_year = value == "YEARLY",
                "INTERVAL" => yearly.interval = value.parse().ok().filter(|n| *n > 0)?,
                "COUNT" => yearly.count = Some(value.parse().ok()?),
                "UNTIL" => yearly.until = Some(date(value)?),
                "BYMONTH" => {
                    let months = numbers()?.into_iter().map(u32::try_from);
                    yearly.months = months.collect::<Result<_, _>>().ok()?;
                }
                "BYMONTHDAY" => yearly.days = numbers()?,
                "BYDAY" => {
                    yearly.weekdays = value.split(',').map(weekday).collect::<Option<_>>()?;
                }
                "WKST" => {}
                _ => return None,
            }
        }
        if yearly.months.is_empty() {
            yearly.months.push(start.month());
        }
        if yearly.days.is_empty() && yearly.weekdays.is_empty() {
            yearly.days.push(i32::try_from(start.day()).ok()?);
        }
        by_year.then_some(yearly)
    }

    /// The first days of its occurrences up to a year.
    fn firsts(&self, start: NaiveDate, until: i32) -> Vec<NaiveDate> {
        let mut all = vec![];
        let mut year = start.year();
        while year <= until {
            let mut days: Vec<NaiveDate> = self
                .months
                .iter()
                .flat_map(|month| self.in_month(year, *month))
                .filter(|day| *day >= start && self.until.is_none_or(|until| *day <= until))
                .collect();
            days.sort_unstable();
            all.extend(days);
            year = year.saturating_add(self.interval);
            if self.count.is_some_and(|count| all.len() >= count) || all.len() > MAX_DAYS {
                break;
            }
        }
        all.truncate(self.count.unwrap_or(usize::MAX));
        all
    }

    fn in_month(&self, year: i32, month: u32) -> Vec<NaiveDate> {
        let Some(first) = NaiveDate::from_ymd_opt(year, month, 1) else {
            return vec![];
        };
        let month: Vec<NaiveDate> = first
            .iter_days()
            .take_while(|day| day.month() == month)
            .collect();
        let length = i32::try_from(month.len()).unwrap_or(31);
        let fits = |day: &NaiveDate| {
            let number = i32::try_from(day.day()).unwrap_or(1);
            let backwards = number - length - 1;
            let by_number = self.days.is_empty()
                || self.days.contains(&number)
                || self.days.contains(&backwards);
            let by_weekday = self.weekdays.is_empty()
                || self.weekdays.iter().any(|(which, weekday)| {
                    let which_one = (number - 1) / 7 + 1;
                    let from_end = (backwards + 1) / 7 - 1;
                    day.weekday() == *weekday
                        && which.is_none_or(|n| n == which_one || n == from_end)
                });
            by_number && by_weekday
        };
        month.into_iter().filter(fits).collect()
    }
}

/// `4TH`, `-1MO`, `FR`.
fn weekday(value: &str) -> Option<(Option<i32>, Weekday)> {
    let value = value.trim();
    let split = value.len().checked_sub(2)?;
    let weekday = match value.get(split..)? {
        "MO" => Weekday::Mon,
        "TU" => Weekday::Tue,
        "WE" => Weekday::Wed,
        "TH" => Weekday::Thu,
        "FR" => Weekday::Fri,
        "SA" => Weekday::Sat,
        "SU" => Weekday::Sun,
        _ => return None,
    };
    let which = match value.get(..split)? {
        "" => None,
        number => Some(number.parse().ok()?),
    };
    Some((which, weekday))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(events: &[&str]) -> Result<Holidays, String> {
        let mut text = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n".to_owned();
        for event in events {
            text.extend(["BEGIN:VEVENT\r\n", event, "\r\nEND:VEVENT\r\n"]);
        }
        text += "END:VCALENDAR\r\n";
        holidays(&text, &(2026..=2028))
    }

    fn days(event: &str) -> Vec<String> {
        let found = read(&[event]).unwrap_or_default();
        found.days.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn whole_days_become_holidays_once_each_or_every_year() {
        for (event, expected) in [
            ("DTSTART;VALUE=DATE:20261225", "2026-12-25"),
            (
                "DTSTART;VALUE=DATE:20261225\r\nDTEND;VALUE=DATE:20261227",
                "2026-12-25 2026-12-26",
            ),
            (
                "DTSTART;VALUE=DATE:20261231\r\nDURATION:P2D",
                "2026-12-31 2027-01-01",
            ),
            (
                "DTSTART;VALUE=DATE:19700101\r\nRRULE:FREQ=YEARLY",
                "2026-01-01 2027-01-01 2028-01-01",
            ),
            // The fourth Thursday of November, the last Monday of May, the Monday before the 25th.
            (
                "DTSTART;VALUE=DATE:20201126\r\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH",
                "2026-11-26 2027-11-25 2028-11-23",
            ),
            (
                "DTSTART;VALUE=DATE:20200525\r\nRRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO",
                "2026-05-25 2027-05-31 2028-05-29",
            ),
            (
                "DTSTART;VALUE=DATE:20200518\r\nRRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=MO;BYMONTHDAY=18,19,20,21,22,23,24",
                "2026-05-18 2027-05-24 2028-05-22",
            ),
            (
                "DTSTART;VALUE=DATE:20240229\r\nRRULE:FREQ=YEARLY",
                "2028-02-29",
            ),
            (
                "DTSTART;VALUE=DATE:20250101\r\nRRULE:FREQ=YEARLY;COUNT=2",
                "2026-01-01",
            ),
            (
                "DTSTART;VALUE=DATE:20250101\r\nRRULE:FREQ=YEARLY;UNTIL=20270601;INTERVAL=2\r\nEXDATE;VALUE=DATE:20250101",
                "2027-01-01",
            ),
        ] {
            assert_eq!(days(event).join(" "), expected, "{event}");
        }
    }

    #[test]
    fn what_is_no_holiday_is_passed_over() {
        for event in [
            "DTSTART:20261225T090000Z",
            "DTSTART;VALUE=DATE:20261225\r\nSTATUS:CANCELLED",
            "DTSTART;VALUE=DATE:20260101\r\nDTEND;VALUE=DATE:20261231",
            "DTSTART;VALUE=DATE:20260101\r\nRRULE:FREQ=DAILY",
            "DTSTART;VALUE=DATE:20260101\r\nRRULE:FREQ=YEARLY;BYEASTER=1",
            "DTSTART;VALUE=DATE:20260101\r\nRRULE:nonsense",
        ] {
            let found = read(&[event, "DTSTART;VALUE=DATE:20260501"]).unwrap();
            assert_eq!((found.days.len(), found.passed_over), (1, 1), "{event}");
        }
    }

    #[test]
    fn a_file_without_days_or_beyond_the_limits_is_refused_in_a_sentence() {
        assert!(read(&[]).unwrap_err().contains("no whole day"));
        assert!(holidays("<html>", &(2026..=2028)).is_err());
        let long = "x".repeat(MAX_BYTES + 1);
        assert!(
            holidays(&long, &(2026..=2028))
                .unwrap_err()
                .contains("1024 KiB")
        );
        let many: Vec<String> = (0..=MAX_EVENTS)
            .map(|_| "DTSTART;VALUE=DATE:20260501".to_owned())
            .collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let refused = read(&many).unwrap_err();
        assert!(refused.contains("more than"), "{refused}");
    }

    #[test]
    fn a_file_of_exceptions_without_number_costs_time_in_proportion_to_its_size() {
        let dates = |year: i32| {
            let days = (0..50_000).map(|n| {
                let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap();
                (first + TimeDelta::days(n)).format("%Y%m%d").to_string()
            });
            days.collect::<Vec<_>>()
        };
        let lines = |name: &str, year| {
            let all = dates(year);
            let lines = all
                .chunks(1000)
                .map(|some| format!("{name}:{}", some.join(",")));
            lines.collect::<Vec<_>>().join("\r\n")
        };
        let event = format!(
            "DTSTART;VALUE=DATE:20260501\r\n{}\r\n{}",
            lines("RDATE", 1900),
            lines("EXDATE", 2050)
        );
        assert!(event.len() > MAX_BYTES * 8 / 10);
        let begun = std::time::Instant::now();
        assert_eq!(
            read(&[&event]).unwrap().days.len(),
            1096,
            "three whole years"
        );
        assert!(begun.elapsed().as_secs() < 5, "{:?}", begun.elapsed());
    }

    #[test]
    fn an_alarm_inside_an_event_changes_nothing() {
        let event = "DTSTART;VALUE=DATE:20261225\r\nBEGIN:VALARM\r\nDTSTART:20261225T090000Z\r\nDURATION:P9D\r\nEND:VALARM";
        assert_eq!(days(event), ["2026-12-25"]);
    }
}
