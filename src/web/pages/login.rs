//! `GET /login`, `POST /login`, `POST /logout`.

use askama::Template;

use crate::web::show::filters;

#[derive(Template)]
#[template(path = "login.html")]
pub(super) struct LoginPage {
    pub(super) tenant: String,
    pub(super) lead: &'static str,
    pub(super) error: Option<String>,
    pub(super) email: String,
    pub(super) next: String,
}
