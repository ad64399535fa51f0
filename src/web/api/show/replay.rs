//! What a replay found, for programs: the API and `postroom replay --json` show the same.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::intake::StepView;
use super::words;
use crate::domain::replay::Difference;
use crate::intake::replay::Replayed;
use crate::store::inbound::InboundState;

/// A stored mail beside what today's program makes of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Replay)]
pub struct ReplayView {
    id: Uuid,
    subject: String,
    /// Where it stood.
    #[schema(schema_with = words::inbound_state)]
    was: InboundState,
    /// Where it would stand today; after applying, where it stands.
    #[schema(schema_with = words::inbound_state)]
    now: InboundState,
    /// Why, for all but `processed`.
    reason: Option<String>,
    /// Whether today's program makes anything else of it.
    differs: bool,
    /// Whether something was written.
    applied: bool,
    /// Why it was left alone as a whole.
    left_alone: Option<String>,
    differences: Vec<DifferenceView>,
    /// Today's decisions.
    trace: Vec<StepView>,
}

/// One thing that is read differently today.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReplayDifference)]
pub struct DifferenceView {
    /// The ticket of the message.
    ticket: String,
    /// `text`, `subject`, `folds`, `machine`, `bounce`, `attachments`, `identity`, `ticket` …
    field: &'static str,
    was: String,
    now: String,
    /// Why it is never applied; null if it is.
    left_alone: Option<&'static str>,
}

impl ReplayView {
    /// A replay as programs see it.
    pub fn new(replayed: Replayed) -> Self {
        let differences = replayed.messages.iter().flat_map(|message| {
            let view = |difference: &Difference| DifferenceView {
                ticket: message.ticket.clone(),
                field: difference.field,
                was: difference.was.clone(),
                now: difference.now.clone(),
                left_alone: difference.left_alone,
            };
            message.differences.iter().map(view)
        });
        Self {
            id: replayed.id.0,
            was: replayed.was,
            now: replayed.now,
            differs: replayed.differs(),
            applied: replayed.applied,
            differences: differences.collect(),
            subject: replayed.subject,
            reason: replayed.reason,
            left_alone: replayed.left_alone,
            trace: replayed.trace.0.into_iter().map(StepView::from).collect(),
        }
    }
}
