//! What people and programs see: pages, API, sessions.

mod assets;
mod pages;
pub mod show;
