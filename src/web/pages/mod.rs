//! The pages. One file per page: its query, its form, its template struct, its handler.

#[cfg(test)]
mod gallery;
mod login;
mod platform;
mod root;
mod set_password;
mod ticket;
mod tickets;
