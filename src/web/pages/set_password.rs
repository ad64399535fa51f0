//! `GET /set-password/{token}` and its form: the one-time link from `init` or an invitation.

use askama::Template;

use crate::web::show::filters;

#[derive(Template)]
#[template(path = "set_password.html")]
pub(super) struct SetPasswordPage {
    pub(super) email: String,
    pub(super) least: usize,
    pub(super) error: Option<String>,
    pub(super) done: bool,
    pub(super) login: Option<String>,
}
