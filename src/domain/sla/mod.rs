//! Service levels: how long a customer may have to wait, counted in business hours.
//!
//! A [`Policy`] says what is promised, a [`Calendar`] when its hours count, a [`Clock`] how far one promise
//! to one ticket has come. [`apply()`] turns what happens to a ticket into new clocks; [`Clock::due`] turns
//! the passing of time into warnings and breaches, each exactly once. Every transition leaves [`Line`]s
//! that tell people what the clock did and why.

mod apply;
mod calendar;
mod choose;
mod clock;
mod deadlines;
mod duration;
mod hours;
mod joined;
mod policy;
mod stretches;
#[cfg(test)]
mod tests;
mod timeline;

pub use apply::{Applied, TicketEvent, What, apply};
pub use calendar::Calendar;
pub use choose::{Chosen, Held, Holds, choose};
pub use clock::{Clock, Step, Warning};
pub use duration::{InvalidSpan, Span, Unit, stretch};
pub use hours::{Day, Hours, InvalidWindow, Window};
pub use joined::{Fate, Joined, Moved, Name, Parted, Promises, join, part};
pub use policy::{Metric, Policy, Problem};
pub use timeline::{Happened, Line, SlaEvent, State};
