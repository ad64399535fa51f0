//! The integration tests: real mail servers, both databases, real mail clients, a real browser.
//!
//! They need the servers that `script/test` starts, and fail with a sentence without them.

#[cfg(test)]
mod api;
#[cfg(test)]
mod arrows;
#[cfg(test)]
mod cli;
#[cfg(test)]
mod journey;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod promises;
#[cfg(test)]
mod road;
#[cfg(test)]
mod secrets;
#[cfg(test)]
mod sending;
#[cfg(test)]
mod support;
#[cfg(test)]
mod taking;
#[cfg(test)]
mod wire;
