//! Who is told of what, by which way and when (NT2, NT4). People choose; this decides, and says why.

mod decide;
mod event;
mod hours;
mod mention;
mod preferences;

pub use decide::{Occasion, Told, Verdict, decide};
pub use event::{Channel, Pace, Relation, Scope, TellEvent};
pub use hours::{Quiet, next_digest};
pub use mention::{Mentions, Named, mentions};
pub use preferences::{Preferences, Wish};
