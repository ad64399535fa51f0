//! The pages. One file per page: its query, its form, its template struct, its handler.

mod act;
mod attachment;
mod canned;
mod change;
mod explained;
mod follow;
mod frame;
#[cfg(test)]
mod gallery;
mod held;
mod login;
mod look;
mod message;
mod offers;
mod panel;
mod panes;
mod people;
mod platform;
mod preview;
mod rate;
mod raw;
mod root;
mod set_password;
mod settings;
mod split;
mod stream;
mod ticket;
mod tickets;
mod together;
mod write;

use axum::extract::DefaultBodyLimit;
use axum::handler::Handler as _;

use crate::web::routes::Routes;

/// The composer's form has room for its files.
fn files() -> DefaultBodyLimit {
    DefaultBodyLimit::max(write::LARGEST_FORM)
}

/// The pages of a tenant, at `SLUG.` in front of the host of `public_url`.
pub(super) fn tenant_routes() -> Routes {
    Routes::default()
        .get("/", tickets::home)
        .get("/login", login::show)
        .post("/login", login::log_in)
        .post("/logout", login::log_out)
        .get("/tickets", tickets::show)
        .get("/tickets/{key}", ticket::show)
        .get("/tickets/{key}/do/{deed}", act::ask)
        .get("/tickets/{key}/rules", explained::show)
        .post("/tickets/{key}/reply", write::reply.layer(files()))
        .post("/tickets/{key}/note", write::note)
        .post("/tickets/{key}/change", change::change)
        .post("/tickets/{key}/participants", people::join)
        .post("/tickets/{key}/requester", people::requester)
        .post("/tickets/{key}/canned", canned::insert.layer(files()))
        .post("/tickets/{key}/follow", follow::follow)
        .get("/rate/{token}", rate::show)
        .post("/rate/{token}", rate::rate)
        .post("/tickets/{key}/offers/{id}/join", offers::join)
        .post("/tickets/{key}/offers/{id}/dismiss", offers::dismiss)
        .post("/tickets/{key}/{deed}", together::pair)
        .post("/tickets/{key}/snooze", together::snooze)
        .get("/tickets/{key}/split", split::show)
        .post("/tickets/{key}/split", split::split)
        .post("/messages/{id}/{deed}", held::decide)
        .get("/messages/{id}/frame", frame::show)
        .get("/messages/{id}/raw", raw::show)
        .get("/attachments/{id}", attachment::show)
        .get("/attachments/{id}/view", preview::show)
        .get("/attachments/{id}/frame", frame::show_attached)
        .and(settings::routes())
}

/// What a telephone may press, without a session and from nowhere: each request carries a secret that works once.
pub(super) fn button_routes() -> Routes {
    Routes::default()
        .get("/act/{secret}", act::show)
        .post("/act/{secret}", act::press)
}

/// The front door and the platform area, at the host of `public_url` itself.
pub(super) fn root_routes() -> Routes {
    Routes::default()
        .get("/", root::show)
        .get("/desk", root::go)
        .get("/login", login::show)
        .post("/login", login::log_in)
        .post("/logout", login::log_out_of_platform)
        .get("/platform", platform::show)
        .get("/set-password/{token}", set_password::show)
        .post("/set-password/{token}", set_password::set)
}
