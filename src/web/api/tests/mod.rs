//! The API over a real database, called as programs would call it.

mod contract;
mod day;
mod levels;
mod matrix;
mod offers;
mod once;
mod program;
