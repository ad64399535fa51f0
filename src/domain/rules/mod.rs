//! Rules: an event, a ticket and its message in; actions and the whole explanation out.
//!
//! A [`Definition`] is what people write. A tenant's active [`Rule`]s are compiled into a [`RuleSet`] once
//! per version; [`RuleSet::evaluate`] is then a plain function of [`Facts`] that neither acts nor waits.
//! Whoever acts on its [`Outcome`] keeps its explanation beside the ticket.

mod action;
mod action_text;
mod compare;
mod compile;
mod condition;
mod definition;
mod evaluate;
mod explain;
mod facts;
mod field;
mod kept;
pub mod limits;
pub mod manual;
mod operator;
mod overlay;
mod seen;
mod sieve;
#[cfg(test)]
mod tests;
mod trial;
mod trigger;
mod value;
mod wanted;
mod words;

pub use action::{Action, Assignee, Recipient, Reference, Snooze};
pub use compile::{Fingerprint, RuleSet, Unusable};
pub use condition::{Condition, Test};
pub use definition::{Definition, Rule};
pub use evaluate::{Outcome, Planned};
pub use explain::{Group, Looked, RuleRun, Shown};
pub use facts::{Changed, Facts, Headers, MessageFacts, TicketFacts};
pub use field::{Field, FieldType, UnknownField};
pub use kept::Kept;
pub use operator::{Operator, Takes, UnknownOperator};
pub use trial::{Act, Effect, Trial};
pub use trigger::Trigger;
pub use value::{Scalar, Value};
pub use words::Said;
