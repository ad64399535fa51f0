//! Calendars against tables, and against a model that walks through every minute.

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Timelike, Utc};
use chrono_tz::Tz;
use proptest::prelude::*;

use crate::domain::sla::{Calendar, Hours};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn office() -> Calendar {
    toml::from_str(
        r#"
        timezone = "Europe/Berlin"
        holidays = ["2026-12-25", "2026-12-26"]
        [hours]
        mon = ["09:00-17:00"]
        tue = ["09:00-17:00"]
        wed = ["09:00-17:00"]
        thu = ["09:00-17:00"]
        fri = ["09:00-12:00", "13:00-16:00"]
        "#,
    )
    .unwrap()
}

#[test]
fn business_time_is_added_over_nights_breaks_holidays_and_weekends() {
    let calendar = office();
    for (start, hours, due) in [
        // Monday 10:00 local plus two hours.
        ("2026-11-23T09:00:00Z", 2, "2026-11-23T11:00:00Z"),
        // The end of a day is the deadline, not the next opening.
        ("2026-11-23T09:00:00Z", 7, "2026-11-23T16:00:00Z"),
        ("2026-11-23T09:00:00Z", 8, "2026-11-24T09:00:00Z"),
        // Over the break on Friday, then over the weekend.
        ("2026-11-27T10:00:00Z", 2, "2026-11-27T13:00:00Z"),
        ("2026-11-27T10:00:00Z", 5, "2026-11-30T09:00:00Z"),
        // Thursday before Christmas: Friday is a holiday, then the weekend.
        ("2026-12-24T15:00:00Z", 2, "2026-12-28T09:00:00Z"),
        // Begun while closed.
        ("2026-11-28T12:00:00Z", 1, "2026-11-30T09:00:00Z"),
    ] {
        let got = calendar.add(at(start), TimeDelta::hours(hours));
        assert_eq!(got, Some(at(due)), "{start} + {hours} h");
    }
}

#[test]
fn nothing_to_wait_for_is_due_at_once() {
    let night = at("2026-11-23T23:00:00Z");
    assert_eq!(office().add(night, TimeDelta::zero()), Some(night));
}

#[test]
fn a_calendar_that_never_opens_has_no_deadlines() {
    let mut calendar = office();
    calendar.hours = Hours::default();
    assert_eq!(
        calendar.add(at("2026-11-23T09:00:00Z"), TimeDelta::minutes(1)),
        None
    );
    let year = TimeDelta::days(365);
    let start = at("2026-11-23T09:00:00Z");
    assert_eq!(calendar.between(start, start + year), TimeDelta::zero());
}

#[test]
fn a_deadline_beyond_the_horizon_is_none() {
    let calendar = Calendar::always_open();
    let start = at("2026-11-23T09:00:00Z");
    assert!(calendar.add(start, TimeDelta::days(3650)).is_some());
    assert_eq!(calendar.add(start, TimeDelta::days(365 * 30)), None);
}

#[test]
fn an_hour_that_comes_twice_counts_twice_and_a_skipped_one_not_at_all() {
    let mut calendar = Calendar::always_open();
    calendar.timezone = Tz::Europe__Berlin;
    calendar.hours = toml::from_str(r#"sun = ["02:00-03:00"]"#).unwrap();
    // 2026-10-25 goes back at 03:00, 2026-03-29 forward at 02:00.
    let day = |date: &str| at(&format!("{date}T00:00:00Z")) - TimeDelta::hours(3);
    let autumn = day("2026-10-25");
    assert_eq!(
        calendar.between(autumn, autumn + TimeDelta::days(1)),
        TimeDelta::hours(2)
    );
    let spring = day("2026-03-29");
    assert_eq!(
        calendar.between(spring, spring + TimeDelta::days(1)),
        TimeDelta::zero()
    );
}

#[test]
fn an_unknown_zone_is_refused_with_an_example() {
    let error = toml::from_str::<Calendar>("hours = {}\ntimezone = \"Berlin\"").unwrap_err();
    assert!(error.to_string().contains("Europe/Berlin"), "{error}");
}

#[test]
fn a_calendar_is_stored_and_read_back_unchanged() {
    let stored = serde_json::to_string(&office()).unwrap();
    assert_eq!(serde_json::from_str::<Calendar>(&stored).unwrap(), office());
}

/// Whether a moment is open, worked out without any of the code under test but the stored windows.
fn model_is_open(calendar: &Calendar, at: DateTime<Utc>) -> bool {
    let local = at.with_timezone(&calendar.timezone);
    let minute = local.hour() * 60 + local.minute();
    !calendar.holidays.contains(&local.date_naive())
        && calendar
            .hours
            .on(local.weekday())
            .iter()
            .any(|window| (u32::from(window.from())..u32::from(window.to())).contains(&minute))
}

/// How many of the minutes between two whole minutes are open.
fn model_between(calendar: &Calendar, a: DateTime<Utc>, b: DateTime<Utc>) -> i64 {
    let minutes = (b - a).num_minutes();
    (0..minutes)
        .filter(|minute| model_is_open(calendar, a + TimeDelta::minutes(*minute)))
        .count()
        .try_into()
        .unwrap()
}

prop_compose! {
    fn window()(from in 0_u16..1439)(to in (from + 1)..=1440, from in Just(from)) -> String {
        format!("{:02}:{:02}-{:02}:{:02}", from / 60, from % 60, to / 60, to % 60)
    }
}

prop_compose! {
    /// Any hours, in zones whose clocks change at different hours, by an hour, by half an hour, or never.
    pub(super) fn calendar()(
        zone in prop::sample::select(vec![
            Tz::Europe__Berlin, Tz::America__New_York, Tz::Asia__Kolkata, Tz::Australia__Lord_Howe,
            Tz::America__Santiago,
        ]),
        week in prop::collection::vec(prop::collection::vec(window(), 0..3), 7),
        holidays in prop::collection::btree_set(0_u64..400, 0..4),
    ) -> Calendar {
        let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        let week: serde_json::Map<String, serde_json::Value> =
            days.into_iter().zip(week).map(|(day, windows)| (day.to_owned(), windows.into())).collect();
        let first = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
        Calendar {
            hours: serde_json::from_value(week.into()).unwrap(),
            timezone: zone,
            holidays: holidays.into_iter().map(|day| first + chrono::Days::new(day)).collect(),
        }
    }
}

/// Any whole minute of 2026, with those around a change of clocks as likely as all others together.
fn minute() -> impl Strategy<Value = DateTime<Utc>> {
    let changes = vec![
        "2026-03-08T07:00:00Z",
        "2026-11-01T06:00:00Z", // New York
        "2026-03-29T01:00:00Z",
        "2026-10-25T01:00:00Z", // Berlin
        "2026-04-04T15:00:00Z",
        "2026-10-03T15:30:00Z", // Lord Howe
        "2026-04-05T03:00:00Z",
        "2026-09-06T04:00:00Z", // Santiago, at midnight
    ];
    let near = (prop::sample::select(changes), -3000_i64..600)
        .prop_map(|(change, minutes)| at(change) + TimeDelta::minutes(minutes));
    let any =
        (0_i64..525_600).prop_map(|minute| at("2026-01-01T00:00:00Z") + TimeDelta::minutes(minute));
    prop_oneof![near, any]
}

proptest! {
    #[test]
    fn open_is_what_the_minute_model_says(calendar in calendar(), at in minute(), second in 0_i64..60) {
        let at = at + TimeDelta::seconds(second);
        prop_assert_eq!(calendar.is_open(at), model_is_open(&calendar, at));
    }

    #[test]
    fn time_between_is_what_the_minute_model_counts(
        calendar in calendar(), a in minute(), length in 0_i64..6000,
    ) {
        let b = a + TimeDelta::minutes(length);
        prop_assert_eq!(calendar.between(a, b).num_minutes(), model_between(&calendar, a, b));
        prop_assert_eq!(calendar.between(b, a).num_minutes(), 0);
    }

    #[test]
    fn adding_reaches_the_first_moment_with_that_much_between(
        calendar in calendar(), start in minute(), business in 1_i64..2000,
    ) {
        let span = TimeDelta::minutes(business);
        match calendar.add(start, span) {
            None => prop_assert!(!calendar.hours.ever_open()),
            Some(due) => {
                prop_assert_eq!(calendar.between(start, due), span);
                prop_assert!(calendar.between(start, due - TimeDelta::seconds(1)) < span);
                // The minute before a deadline is a working minute.
                prop_assert!(model_is_open(&calendar, due - TimeDelta::minutes(1)));
            }
        }
    }

    #[test]
    fn more_work_is_never_due_earlier_nor_is_a_later_start(
        calendar in calendar(), start in minute(), wait in 0_i64..3000, work in 0_i64..2000, more in 0_i64..500,
    ) {
        let due = calendar.add(start, TimeDelta::minutes(work));
        let later = calendar.add(start + TimeDelta::minutes(wait), TimeDelta::minutes(work));
        let longer = calendar.add(start, TimeDelta::minutes(work + more));
        if let (Some(due), Some(later), Some(longer)) = (due, later, longer) {
            prop_assert!(due <= later);
            prop_assert!(due <= longer);
        }
    }

    #[test]
    fn moments_need_not_be_whole(calendar in calendar(), start in minute(), millis in 0_i64..60_000) {
        let start = start + TimeDelta::milliseconds(millis);
        let span = TimeDelta::milliseconds(90_001);
        if let Some(due) = calendar.add(start, span) {
            prop_assert_eq!(calendar.between(start, due), span);
        }
    }
}
