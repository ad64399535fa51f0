//! `GET /platform`: what the platform's admins watch.

use askama::Template;

use crate::web::show::{When, filters};

#[derive(Template)]
#[template(path = "platform.html")]
pub(super) struct PlatformPage {
    pub(super) accounts: Vec<AccountLine>,
    pub(super) intake: Vec<IntakeLine>,
}

pub(super) struct AccountLine {
    pub(super) name: String,
    pub(super) tenant: String,
    pub(super) state: String,
    pub(super) tone: &'static str,
    pub(super) seen: Option<When>,
    pub(super) error: String,
}

pub(super) struct IntakeLine {
    pub(super) state: String,
    pub(super) tone: &'static str,
    pub(super) reason: String,
    pub(super) account: String,
    pub(super) from: String,
    pub(super) subject: String,
    pub(super) at: When,
}
