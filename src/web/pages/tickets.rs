//! `GET /tickets`: the list.

use askama::Template;

use crate::web::show::{ListView, Shell, filters};

#[derive(Template)]
#[template(path = "tickets.html")]
pub(super) struct TicketsPage {
    pub(super) shell: Shell,
    pub(super) list: ListView,
}
