//! `GET /` on the host of `public_url`: which desk?

use askama::Template;

use crate::web::show::filters;

#[derive(Template)]
#[template(path = "root.html")]
pub(super) struct RootPage {
    pub(super) example: String,
    pub(super) error: Option<String>,
}
