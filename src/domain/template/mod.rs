//! The words of notices (OUT7): Liquid templates, checked before they are saved and bounded when they run.
//!
//! A template sees the variables of its notice and nothing else. It cannot include, assign or count, so that what it may
//! cost is known from its length; what a mail says is a value and is never evaluated (A31).

mod engine;
mod frame;
mod html;
mod lint;
mod notice;
mod sample;
mod scan;
mod shipped;
mod speech;

pub use engine::{Failure, Form, LARGEST, Variables, object, render};
pub use frame::{Framed, framed};
pub use html::from_text;
pub use lint::{Finding, Part, Weight, lint, lint_canned, lint_note};
pub use notice::{Audience, NOTICES, Notice, Variable, canned_variables, note_variables};
pub use sample::sample;
pub use shipped::{LANGUAGES, Words, languages, locale, shipped};
pub use speech::{Speech, speech};
