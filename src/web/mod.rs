//! What people and programs see: pages, API, sessions.
//!
//! A request meets, in this order: its number ([`guard`]), the answer's headers and the face of failures, the
//! catcher of panics, the limits of time and size, the host it means, the refusal of foreign writes, the session,
//! and then one page or one call of the API.

pub mod api;
mod assets;
mod guard;
mod pages;
mod passwords;
mod routes;
pub mod show;
mod tries;

pub use passwords::{Passwords, Weak, judge};
pub use routes::Listed;
