//! What the templates are given: plain values, already worded, with no question left to ask.
//!
//! Nothing here reads a clock or the database; a page file fetches, and these functions word what it fetched.

mod calendar;
mod clock;
#[expect(
    clippy::inline_always,
    clippy::trivially_copy_pass_by_ref,
    clippy::unnecessary_wraps,
    clippy::unused_self,
    reason = "the shape that askama asks of its filters"
)]
pub mod filters;
mod list;
mod message;
mod person;
mod piece;
mod query;
mod rule;
mod shell;
mod ticket;
mod timeline;
mod when;

pub use list::{Chip, ClockChip, Empty, ListView, Row};
pub use message::{Around, Seen};
pub use person::Face;
pub use piece::{Part, Piece, parts};
pub use query::{COUNTED, ListQuery};
pub use rule::reasons;
pub use shell::{Shell, View, ViewLink};
pub use ticket::{
    Badge, CalendarCard, Choice, ClockView, Composer, DeliveryLine, Entry, File, Flash, Held,
    MessageView, Newer, Other, Panel, Property, RuleView, TakesPart, TicketView,
};
pub use timeline::EventLine;
pub use when::When;
