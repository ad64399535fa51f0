//! Service levels in words.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::domain::sla::{Clock, State};
use crate::web::show::when::duration;
use crate::web::show::{ClockChip, ClockView};

impl ClockChip {
    /// The clock that matters most of a ticket's: the one that is missed or ends next. `None` if none counts.
    pub fn of<'a>(clocks: impl IntoIterator<Item = &'a Clock>, now: DateTime<Utc>) -> Option<Self> {
        let live = clocks.into_iter().filter(|clock| clock.is_live());
        let clock = live
            .filter(|clock| clock.due_at.is_some())
            .min_by_key(|clock| clock.due_at)?;
        let due = clock.due_at?;
        let (text, tone) = if clock.breached_at.is_some() || due <= now {
            (format!("late {}", duration(now - due)), "bad")
        } else {
            (
                duration(due - now),
                if is_close(clock) { "warn" } else { "" },
            )
        };
        Some(Self {
            what: clock.metric.label(),
            text,
            tone,
        })
    }
}

impl ClockView {
    /// Words one clock; `policy` is the name of the policy it counts under.
    pub fn new(clock: &Clock, policy: &str, now: DateTime<Utc>, zone: Tz) -> Self {
        let due = clock.due_at.map(|at| {
            at.with_timezone(&zone)
                .format("%A %H:%M, %-d %b")
                .to_string()
        });
        let (text, tone) = match (clock.state(), clock.due_at) {
            (State::Met, _) => ("kept".to_owned(), "met"),
            (State::Dropped, _) => ("fell away".to_owned(), "paused"),
            (State::Paused, _) => ("paused".to_owned(), "paused"),
            (State::Breached, Some(due)) if clock.is_live() => {
                (format!("missed {} ago", duration(now - due)), "breached")
            }
            (State::Breached, _) => ("kept too late".to_owned(), "breached"),
            (State::Running, Some(due)) if due <= now => ("due now".to_owned(), "breached"),
            (State::Running, Some(due)) => (
                format!("{} left", duration(due - now)),
                if is_close(clock) { "warn" } else { "running" },
            ),
            (State::Running, None) => ("no end in sight".to_owned(), "running"),
        };
        let because = match (&due, clock.state()) {
            (Some(due), State::Running | State::Breached) => format!("{policy} · due {due}"),
            _ => policy.to_owned(),
        };
        Self {
            what: clock.metric.label(),
            text,
            tone,
            percent: percent(clock, now),
            because,
        }
    }
}

fn is_close(clock: &Clock) -> bool {
    clock
        .warnings
        .iter()
        .any(|warning| warning.sent_at.is_some())
}

/// How much of the time is used. While a clock runs, nights and weekends are counted in: it is a picture, the
/// exact time stands beside it.
fn percent(clock: &Clock, now: DateTime<Utc>) -> u8 {
    let (used, whole) = match (clock.state(), clock.due_at) {
        (State::Breached, _) => (1, 1),
        (State::Running, Some(due)) => (
            (now - clock.started_at).num_seconds(),
            (due - clock.started_at).num_seconds(),
        ),
        _ => (clock.elapsed_seconds, clock.target_seconds),
    };
    u8::try_from(
        (used.max(0) * 100)
            .checked_div(whole.max(1))
            .unwrap_or(0)
            .min(100),
    )
    .unwrap_or(100)
}
