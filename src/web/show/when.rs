//! A time as people read it: short beside a thing, exact on hover.

use chrono::{DateTime, Datelike, Utc};
use chrono_tz::Tz;

/// A time, worded once for a reader in one time zone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct When {
    /// RFC 3339, for programs.
    pub iso: String,
    /// With date, time and zone, for the hover.
    pub exact: String,
    /// With date and time, where there is little room.
    pub date: String,
    /// How long ago, or the date where that says more.
    pub short: String,
}

impl When {
    /// Words `at` for a reader in `zone` whose clock shows `now`.
    pub fn new(at: DateTime<Utc>, now: DateTime<Utc>, zone: Tz) -> Self {
        let local = at.with_timezone(&zone);
        let age = now - at;
        let short = if age.num_days() < 7 {
            duration(age)
        } else if local.year() == now.with_timezone(&zone).year() {
            local.format("%-d %b").to_string()
        } else {
            local.format("%-d %b %Y").to_string()
        };
        Self {
            iso: at.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
            exact: local.format("%A, %-d %B %Y, %H:%M %Z").to_string(),
            date: local.format("%-d %b %Y, %H:%M").to_string(),
            short,
        }
    }
}

/// A length of time in its largest unit: `now`, `5 min`, `3 h`, `2 d`; the sign is dropped.
pub fn duration(length: chrono::Duration) -> String {
    let seconds = length.num_seconds().abs();
    let rounded = |unit: i64| (seconds + unit / 2) / unit;
    match seconds {
        0..45 => "now".to_owned(),
        45..3570 => format!("{} min", rounded(60).max(1)),
        3570..86_400 => format!("{} h", rounded(3600)),
        _ => format!("{} d", rounded(86_400)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{Duration, TimeZone};

    #[test]
    fn times_are_short_beside_and_exact_on_hover() {
        let now = Utc.with_ymd_and_hms(2026, 3, 10, 12, 0, 0).unwrap();
        let zone = chrono_tz::Europe::Berlin;
        for (ago, short) in [
            (Duration::seconds(3), "now"),
            (Duration::seconds(50), "1 min"),
            (Duration::minutes(59), "59 min"),
            (Duration::minutes(60), "1 h"),
            (Duration::hours(30), "1 d"),
            (Duration::days(20), "18 Feb"),
            (Duration::days(80), "20 Dec 2025"),
        ] {
            assert_eq!(When::new(now - ago, now, zone).short, short);
        }
        let when = When::new(now, now, zone);
        assert_eq!(when.exact, "Tuesday, 10 March 2026, 13:00 CET");
        assert_eq!(when.iso, "2026-03-10T12:00:00Z");
    }
}
