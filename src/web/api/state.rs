//! What the calls of the API share.

use std::num::NonZeroU32;
use std::sync::Arc;

use tokio_util::task::TaskTracker;

use super::brakes::Brakes;
use crate::desk::Desk;

/// Everything that the calls need. Cheap to clone; built once.
#[derive(Clone)]
pub struct ApiState {
    /// What people can do, and the database, clock and random source below it.
    pub desk: Desk,
    /// How often each token has called of late.
    pub(super) brakes: Arc<Brakes>,
    /// Calls with an Idempotency-Key run to their end here, even when their caller hangs up, and so does what is done
    /// beside an answer.
    pub(in crate::web) tasks: TaskTracker,
}

impl ApiState {
    /// An API over a desk, where each token may make so many calls a minute. `tasks` is waited for when the daemon
    /// stops.
    pub fn new(desk: Desk, per_minute: NonZeroU32, tasks: TaskTracker) -> Self {
        Self {
            desk,
            brakes: Arc::new(Brakes::new(per_minute)),
            tasks,
        }
    }
}
