//! `GET /tickets/{key}`: one ticket, with the list it was opened from beside it.

use askama::Template;

use crate::web::show::{Composer, Entry, ListView, Panel, Piece, Shell, TicketView, filters};

#[derive(Template)]
#[template(path = "ticket.html")]
pub(super) struct TicketPage {
    pub(super) shell: Shell,
    pub(super) list: ListView,
    pub(super) ticket: TicketView,
    pub(super) composer: Composer,
    pub(super) panel: Panel,
}
