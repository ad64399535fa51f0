//! When something in a calendar is, RFC 5545 sections 3.3.4 to 3.3.6 and 3.2.19.

use chrono::{DateTime, Days, Duration, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;
use serde::Serialize;

use super::lines::Line;
use super::zones;

/// A point in a calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Moment {
    /// What the clocks there show: `2026-11-30T10:00:00`.
    pub local: NaiveDateTime,
    /// Only the day counts.
    pub all_day: bool,
    /// The time zone: its IANA name where it is known, else as it was written; None where everybody's own
    /// clock is meant.
    pub zone: Option<String>,
    /// The moment; None for whole days and for zones that nobody knows.
    pub at: Option<DateTime<Utc>>,
}

impl Moment {
    /// Reads the value of DTSTART, DTEND or DUE.
    pub(super) fn read(line: &Line) -> Option<Self> {
        let value = line.value.trim();
        let (day, time) = match value.split_once('T') {
            Some((day, time)) => (day, Some(time)),
            None => (value, None),
        };
        let day = NaiveDate::parse_from_str(day.get(..8).filter(|_| day.len() == 8)?, "%Y%m%d");
        let day = day.ok()?;
        let Some(time) = time else {
            return Some(Self {
                local: day.and_time(NaiveTime::MIN),
                all_day: true,
                zone: None,
                at: None,
            });
        };
        let (clock, is_utc) = match time.strip_suffix(['Z', 'z']) {
            Some(clock) => (clock, true),
            None => (time, false),
        };
        let local = day.and_time(time_of_day(clock)?);
        let zone = if is_utc {
            Some("UTC")
        } else {
            line.parameter("TZID")
        };
        let known = zone.and_then(zones::find);
        Some(Self {
            local,
            all_day: false,
            zone: known
                .map(|zone| zone.name().to_owned())
                .or_else(|| zone.map(|name| name.chars().take(80).collect())),
            at: known.and_then(|zone| moment(local, zone)),
        })
    }

    /// This moment, so much later.
    pub(super) fn plus(&self, duration: Duration) -> Option<Self> {
        Some(Self {
            local: self.local.checked_add_signed(duration)?,
            at: self.at.and_then(|at| at.checked_add_signed(duration)),
            ..self.clone()
        })
    }

    /// The last day of something that ends with the day before this one: DTEND of whole days is exclusive.
    pub(super) fn day_before(&self, start: &Self) -> Self {
        let before = self.local.checked_sub_days(Days::new(1));
        Self {
            local: before.map_or(self.local, |day| day.max(start.local)),
            ..self.clone()
        }
    }
}

/// A local time that occurs twice is the first of the two; one that is skipped is read an hour later.
fn moment(local: NaiveDateTime, zone: Tz) -> Option<DateTime<Utc>> {
    let found = zone.from_local_datetime(&local).earliest();
    let found = found.or_else(|| {
        let later = local.checked_add_signed(Duration::hours(1))?;
        zone.from_local_datetime(&later).earliest()
    })?;
    Some(found.to_utc())
}

fn time_of_day(clock: &str) -> Option<NaiveTime> {
    let number = |at: usize| clock.get(at..at + 2)?.parse::<u32>().ok();
    // A leap second is the second before it.
    NaiveTime::from_hms_opt(number(0)?, number(2)?, number(4).unwrap_or(0).min(59))
}

/// A duration: `PT1H30M`, `P1D`, `P2W`.
pub(super) fn duration(value: &str) -> Option<Duration> {
    let value = value.trim().trim_start_matches('+').strip_prefix('P')?;
    let (mut seconds, mut number, mut in_time) = (0_i64, String::new(), false);
    for c in value.chars().take(40) {
        let unit = match (c, in_time) {
            ('0'..='9', _) => {
                number.push(c);
                continue;
            }
            ('T', _) => {
                in_time = true;
                continue;
            }
            ('W', _) => 7 * 86_400,
            ('D', _) => 86_400,
            ('H', true) => 3_600,
            ('M', true) => 60,
            ('S', true) => 1,
            _ => return None,
        };
        let count: i64 = number.parse().ok()?;
        number.clear();
        seconds = seconds.checked_add(count.checked_mul(unit)?)?;
    }
    Duration::try_seconds(seconds)
}

#[cfg(test)]
mod tests {
    use super::super::lines::lines;
    use super::*;

    fn read(text: &str) -> Option<Moment> {
        Moment::read(&lines(text).next().unwrap())
    }

    #[test]
    fn times_are_read_with_their_zone() {
        for (text, zone, at) in [
            (
                "DTSTART;TZID=Europe/Berlin:20261130T100000",
                Some("Europe/Berlin"),
                Some("2026-11-30T09:00:00+00:00"),
            ),
            (
                "DTSTART;TZID=\"W. Europe Standard Time\":20260630T100000",
                Some("Europe/Berlin"),
                Some("2026-06-30T08:00:00+00:00"),
            ),
            (
                "DTSTART;TZID=/example.org/20070606_1/America/New_York:20261130T100000",
                Some("America/New_York"),
                Some("2026-11-30T15:00:00+00:00"),
            ),
            (
                "DTSTART:20261130T100000Z",
                Some("UTC"),
                Some("2026-11-30T10:00:00+00:00"),
            ),
            ("DTSTART:20261130T1000", None, None),
            (
                "DTSTART;TZID=Our Office:20261130T100000",
                Some("Our Office"),
                None,
            ),
            // The hour that spring skips.
            (
                "DTSTART;TZID=Europe/Berlin:20260329T023000",
                Some("Europe/Berlin"),
                Some("2026-03-29T01:30:00+00:00"),
            ),
        ] {
            let moment = read(text).unwrap();
            assert_eq!(moment.zone.as_deref(), zone, "{text}");
            assert_eq!(moment.at.map(|at| at.to_rfc3339()).as_deref(), at, "{text}");
        }
        assert!(read("DTSTART;VALUE=DATE:20261224").unwrap().all_day);
        for text in [
            "DTSTART:",
            "DTSTART:20261399",
            "DTSTART:20261130T99",
            "DTSTART:ü261130T100000",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn durations_are_read() {
        assert_eq!(duration("PT1H30M"), Some(Duration::minutes(90)));
        assert_eq!(duration("P1DT1H"), Some(Duration::hours(25)));
        assert_eq!(duration("P2W"), Some(Duration::weeks(2)));
        for wrong in ["", "1H", "PT9999999999999999999H", "P1M", "PT"] {
            assert!(duration(wrong).is_none_or(|d| d.is_zero()), "{wrong}");
        }
    }
}
