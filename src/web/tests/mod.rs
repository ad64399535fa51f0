//! The pages over a real database, called as a browser would call them.

mod buttons;
mod forms;
mod guests;
pub(super) mod house;
mod levels;
mod login;
mod matrix;
pub(super) mod offers;
mod pages;
mod rules;
mod set_password;
mod settings;
mod telling;
