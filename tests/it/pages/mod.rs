//! The dashboard in a real browser: by keyboard, without JavaScript, on a phone, in the dark, and against hostile mail.

mod day;
mod furnished;
mod hostile;
mod looks;
mod place;
mod rules;

pub use place::{Place, work};
