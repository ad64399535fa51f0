//! Time cut into stretches within which local time is simple arithmetic.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

/// A stretch of time that lies within one local date and in which the zone's offset does not change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stretch {
    /// Its first instant.
    pub from: DateTime<Utc>,
    /// The instant after its last.
    pub to: DateTime<Utc>,
    /// The local date of all of it.
    pub date: NaiveDate,
    /// Where local midnight of that date would be if the stretch's offset had always held.
    pub midnight: DateTime<Utc>,
}

/// All stretches from an instant onwards, each beginning where the one before it ends.
///
/// Daylight saving time then needs no cases: the hour that is skipped lies in no stretch, the hour that
/// comes twice lies in two. Two changes of offset within one local day would be seen as one; no zone has
/// ever done that.
pub(super) struct Stretches {
    zone: Tz,
    at: DateTime<Utc>,
}

impl Stretches {
    /// The stretches of `zone` from `at` onwards.
    pub(super) const fn from(zone: Tz, at: DateTime<Utc>) -> Self {
        Self { zone, at }
    }

    fn offset(&self, at: DateTime<Utc>) -> TimeDelta {
        let offset = self.zone.offset_from_utc_datetime(&at.naive_utc()).fix();
        TimeDelta::seconds(i64::from(offset.local_minus_utc()))
    }

    /// The first moment after `from`, and not after `to`, at which the offset is no longer `offset`.
    /// Zones change on whole seconds, so whole seconds are searched.
    fn change(&self, from: DateTime<Utc>, to: DateTime<Utc>, offset: TimeDelta) -> DateTime<Utc> {
        let (mut before, mut after) = (from.timestamp(), to.timestamp());
        while after - before > 1 {
            let middle = before + (after - before) / 2;
            let same =
                DateTime::from_timestamp(middle, 0).is_some_and(|at| self.offset(at) == offset);
            if same {
                before = middle;
            } else {
                after = middle;
            }
        }
        DateTime::from_timestamp(after, 0).unwrap_or(to)
    }
}

impl Iterator for Stretches {
    type Item = Stretch;

    /// None only at the end of the calendar that can be represented.
    fn next(&mut self) -> Option<Stretch> {
        let from = self.at;
        let offset = self.offset(from);
        let date = from.naive_utc().checked_add_signed(offset)?.date();
        let at_midnight = |date: NaiveDate| {
            let local = date.and_time(NaiveTime::MIN);
            Some(local.checked_sub_signed(offset)?.and_utc())
        };
        let mut to = at_midnight(date.checked_add_days(Days::new(1))?)?;
        if self.offset(to) != offset {
            to = self.change(from, to, offset);
        }
        self.at = to;
        Some(Stretch {
            from,
            to,
            date,
            midnight: at_midnight(date)?,
        })
    }
}
