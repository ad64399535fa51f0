//! A calendar of business hours: which moments count, and how many there are between two.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::hours::{Hours, Window};
use super::stretches::{Stretch, Stretches};

/// When a desk works: hours of the week in a time zone, without the holidays.
///
/// A moment is open if its local date is no holiday and its local time lies in a window of its weekday.
/// That definition needs no word about daylight saving time: on the day an hour is skipped, it is missing
/// from the business hours too, and an hour that comes twice counts twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calendar {
    /// The hours of the week.
    pub hours: Hours,
    /// Where those hours and the holidays' dates hold.
    #[serde(with = "zone_name")]
    pub timezone: Tz,
    /// Dates on which the desk is closed all day.
    #[serde(default)]
    pub holidays: BTreeSet<NaiveDate>,
}

/// How far [`Calendar::add`] looks ahead, in local days: twenty years. A deadline beyond is none.
const HORIZON: usize = 20 * 366;

impl Calendar {
    /// Round the clock, without holidays: what holds where no calendar is set.
    pub fn always_open() -> Self {
        Self {
            hours: Hours::always(),
            timezone: Tz::UTC,
            holidays: BTreeSet::new(),
        }
    }

    /// The years for which the days of a calendar file are taken in: from the last one on, for ten more.
    pub fn years_ahead(now: DateTime<Utc>) -> std::ops::RangeInclusive<i32> {
        now.year() - 1..=now.year() + 10
    }

    /// Whether business hours run at that moment.
    pub fn is_open(&self, at: DateTime<Utc>) -> bool {
        let local = at.with_timezone(&self.timezone).naive_local();
        let since_midnight = local - local.date().and_time(chrono::NaiveTime::MIN);
        self.windows(local.date())
            .iter()
            .any(|window| (minutes(window.from())..minutes(window.to())).contains(&since_midnight))
    }

    /// The moment at which `business` of open time will have passed since `start`; `start` itself if
    /// nothing has to pass. None if that lies more than twenty years ahead, as it always does when the
    /// calendar never opens.
    ///
    /// A deadline at the end of a working day is that end, not the next morning's opening.
    pub fn add(&self, start: DateTime<Utc>, business: TimeDelta) -> Option<DateTime<Utc>> {
        if business <= TimeDelta::zero() {
            return Some(start);
        }
        if !self.hours.ever_open() {
            return None;
        }
        let mut left = business;
        for (from, to) in self.open_from(start) {
            let length = to - from;
            if left <= length {
                return Some(from + left);
            }
            left -= length;
        }
        None
    }

    /// How much open time lies between two moments; nothing if `b` is not after `a`.
    pub fn between(&self, a: DateTime<Utc>, b: DateTime<Utc>) -> TimeDelta {
        if b <= a || !self.hours.ever_open() {
            return TimeDelta::zero();
        }
        Stretches::from(self.timezone, a)
            .take_while(|stretch| stretch.from < b)
            .flat_map(|stretch| self.open_within(stretch))
            .map(|(from, to)| (to.min(b) - from).max(TimeDelta::zero()))
            .sum()
    }

    /// The length of a usual working day in seconds: what `1d` means in a target.
    pub fn day_length(&self) -> i64 {
        self.hours.usual_day()
    }

    /// The open intervals from `start` onwards, in order, up to the horizon.
    fn open_from(
        &self,
        start: DateTime<Utc>,
    ) -> impl Iterator<Item = (DateTime<Utc>, DateTime<Utc>)> {
        Stretches::from(self.timezone, start)
            .take(HORIZON)
            .flat_map(|stretch| self.open_within(stretch))
    }

    /// The open intervals of one stretch.
    fn open_within(
        &self,
        stretch: Stretch,
    ) -> impl Iterator<Item = (DateTime<Utc>, DateTime<Utc>)> {
        self.windows(stretch.date).iter().filter_map(move |window| {
            let from = (stretch.midnight + minutes(window.from())).max(stretch.from);
            let to = (stretch.midnight + minutes(window.to())).min(stretch.to);
            (from < to).then_some((from, to))
        })
    }

    fn windows(&self, date: NaiveDate) -> &[Window] {
        if self.holidays.contains(&date) {
            return &[];
        }
        self.hours.on(date.weekday())
    }
}

fn minutes(minutes: u16) -> TimeDelta {
    TimeDelta::minutes(i64::from(minutes))
}

/// A time zone as its name in the IANA database.
mod zone_name {
    use chrono_tz::Tz;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "the signature is serde's"
    )]
    pub(super) fn serialize<S: Serializer>(zone: &Tz, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(zone.name())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(given: D) -> Result<Tz, D::Error> {
        let name = String::deserialize(given)?;
        name.parse().map_err(|_| {
            D::Error::custom(format!(
                "{name:?} is not a time zone; expected a name such as \"Europe/Berlin\" or \"UTC\""
            ))
        })
    }
}
