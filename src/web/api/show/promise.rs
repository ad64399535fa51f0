//! A ticket's service levels with their story.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::words;
use crate::desk::directory::Office;
use crate::domain::sla::{Clock, Happened, Line, Metric, State};
use crate::domain::ticket::Priority;

/// One promise to one ticket, and everything that its clock did.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SlaClock)]
pub struct ClockStoryView {
    #[schema(schema_with = words::metric)]
    metric: Metric,
    /// Which round, from 1: reopening begins another.
    round: u32,
    #[schema(schema_with = words::sla_state)]
    state: State,
    /// The name of the service level; null if it is gone.
    policy: Option<String>,
    /// The calendar in whose hours it counts; null: round the clock.
    calendar: Option<String>,
    /// The ticket's priority when the target was last set.
    #[schema(schema_with = words::priority)]
    priority: Priority,
    started_at: DateTime<Utc>,
    /// In seconds of business hours.
    target_seconds: i64,
    /// In seconds of business hours, up to now.
    elapsed_seconds: i64,
    /// Null while it is paused.
    due_at: Option<DateTime<Utc>>,
    warnings: Vec<WarningView>,
    breached_at: Option<DateTime<Utc>>,
    met_at: Option<DateTime<Utc>>,
    dropped_at: Option<DateTime<Utc>>,
    /// The oldest first.
    lines: Vec<LineView>,
}

/// A warning step.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SlaWarning)]
pub struct WarningView {
    percent: u8,
    due_at: Option<DateTime<Utc>>,
    warned_at: Option<DateTime<Utc>>,
}

/// Something that a clock did.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SlaLine)]
pub struct LineView {
    at: DateTime<Utc>,
    #[schema(schema_with = words::sla_happened)]
    what: Happened,
    /// Why.
    because: String,
    /// All of it, for people.
    sentence: String,
}

impl ClockStoryView {
    /// A clock with those of a ticket's lines that are its own.
    pub fn new(office: &Office, clock: &Clock, lines: &[Line], now: DateTime<Utc>) -> Self {
        let stored = office.stored_policy(clock.policy);
        let calendar = stored.and_then(|p| office.calendar(p.calendar?));
        let own = lines
            .iter()
            .filter(|line| (line.metric, line.cycle) == (clock.metric, clock.cycle));
        Self {
            metric: clock.metric,
            round: clock.cycle,
            state: clock.state(),
            policy: stored.map(|p| p.policy.name.clone()),
            calendar: calendar.map(|c| c.name.clone()),
            priority: clock.priority,
            started_at: clock.started_at,
            target_seconds: clock.target_seconds,
            elapsed_seconds: stored
                .map_or(clock.elapsed_seconds, |p| clock.elapsed(&p.policy, now)),
            due_at: clock.due_at,
            warnings: clock
                .warnings
                .iter()
                .map(|warning| WarningView {
                    percent: warning.percent,
                    due_at: warning.due_at,
                    warned_at: warning.sent_at,
                })
                .collect(),
            breached_at: clock.breached_at,
            met_at: clock.met_at,
            dropped_at: clock.dropped_at,
            lines: own
                .map(|line| LineView {
                    at: line.at,
                    what: line.what,
                    because: line.because.clone(),
                    sentence: line.sentence(),
                })
                .collect(),
        }
    }
}
