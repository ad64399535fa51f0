//! The settings: one page per kind of thing, all in one frame with a list of what there is.
//!
//! A new page: a file with its query, form, template and handlers; a line in [`SECTIONS`]; its routes in [`routes`]; a
//! template that extends `settings.html`. Changes go through `desk` and leave a line in the audit log.

mod availability;
mod calendars;
mod canned;
mod changes;
mod completeness;
mod general;
mod intake;
mod levels;
mod mailboxes;
mod notifications;
mod ntfy;
mod rules;
mod suppressions;
mod teams;
mod templates;
mod webhooks;

use std::fmt::Display;

use axum::extract::{DefaultBodyLimit, State};
use axum::handler::Handler as _;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Redirect, Response};

use crate::desk::DeskError;
use crate::domain::access;
use crate::store::{StoreError, Tx};
use crate::web::Web;
use crate::web::guard::Fault;
use crate::web::pages::panes;
use crate::web::routes::Routes;
use crate::web::show::{Flash, Shell};
use crate::web::signed::Signed;

/// Every page of the settings.
pub(super) fn routes() -> Routes {
    let routes = Routes::default()
        .get("/settings", first)
        .get("/settings/general", general::show)
        .post("/settings/general", general::save)
        .get("/settings/mailboxes", mailboxes::show)
        .post("/settings/mailboxes", mailboxes::test)
        .get("/settings/teams", teams::list)
        .get("/settings/teams/{id}", teams::open)
        .post("/settings/teams/{id}", teams::act)
        .get("/settings/calendars", calendars::list)
        .get("/settings/calendars/{id}", calendars::open)
        .post("/settings/calendars/{id}", calendars::act)
        .post(
            "/settings/calendars/{id}/file",
            calendars::upload.layer(DefaultBodyLimit::max(calendars::LARGEST_FILE)),
        )
        .get("/settings/slas", levels::list)
        .get("/settings/slas/{id}", levels::open)
        .post("/settings/slas/{id}", levels::act)
        .get("/settings/ntfy", ntfy::show)
        .post("/settings/ntfy", ntfy::save)
        .get("/settings/webhooks", webhooks::show)
        .post("/settings/webhooks", webhooks::create)
        .get("/settings/webhooks/{id}", webhooks::open)
        .post("/settings/webhooks/{id}", webhooks::act)
        .get("/settings/templates", templates::list)
        .get("/settings/templates/{key}", templates::show)
        .post("/settings/templates/{key}", templates::save)
        .get("/settings/templates/{key}/frame", templates::frame)
        .post("/settings/templates/{key}/frame", templates::try_frame)
        .get("/settings/canned", canned::show)
        .post("/settings/canned", canned::save)
        .get(notifications::PATH, notifications::show)
        .post(notifications::PATH, notifications::save)
        .get(availability::PATH, availability::show)
        .post(availability::PATH, availability::save)
        .get("/settings/intake", intake::show)
        .get("/settings/intake/{id}", intake::open)
        .post("/settings/intake/{id}", intake::act)
        .get("/settings/intake/{id}/raw", intake::raw)
        .get("/settings/completeness", completeness::show)
        .post("/settings/completeness", completeness::compare)
        .get("/settings/suppressions", suppressions::show)
        .post("/settings/suppressions", suppressions::save)
        .get("/settings/changes", changes::show);
    rules::routes(routes)
}

/// A page of the settings, as the list beside it names it.
pub(in crate::web) struct Section {
    /// Where it is.
    path: &'static str,
    /// What it is called.
    label: &'static str,
    /// Under which heading it stands.
    group: &'static str,
    /// Whether only admins and owners see it.
    managers_only: bool,
}

/// All of them, in the order of the list.
const SECTIONS: &[Section] = &[
    Section::managed("Desk", "General", "/settings/general"),
    Section::managed("Desk", "Mailboxes", "/settings/mailboxes"),
    Section::managed("Desk", "Teams", "/settings/teams"),
    Section::managed("Desk", "Calendars", "/settings/calendars"),
    Section::managed("Desk", "Service levels", "/settings/slas"),
    Section::managed("Automation", "Rules", "/settings/rules"),
    Section::managed("Programs", "Telephones (ntfy)", "/settings/ntfy"),
    Section::managed("Programs", "Webhooks", "/settings/webhooks"),
    Section::managed("Words", "Notices", "/settings/templates"),
    Section::managed("Words", "Canned replies", "/settings/canned"),
    Section::managed("Records", "Changes", "/settings/changes"),
    Section::own("Notifications", notifications::PATH),
    Section::own("Availability", availability::PATH),
    Section::managed("Records", "Received mail", "/settings/intake"),
    Section::managed("Records", "Completeness", "/settings/completeness"),
    Section::managed("Records", "Suppressed addresses", "/settings/suppressions"),
];

impl Section {
    /// A page for admins and owners.
    const fn managed(group: &'static str, label: &'static str, path: &'static str) -> Self {
        Self {
            path,
            label,
            group,
            managers_only: true,
        }
    }

    /// A page that everybody has of their own.
    const fn own(label: &'static str, path: &'static str) -> Self {
        Self {
            path,
            label,
            group: "You",
            managers_only: false,
        }
    }

    fn is_for(&self, signed: &Signed) -> bool {
        !self.managers_only || access::may_manage_settings(signed.member.role)
    }
}

/// What surrounds a page of the settings.
pub(in crate::web) struct Frame {
    /// The heading, and the page that is open.
    pub title: &'static str,
    /// The list of pages, by headings.
    pub groups: Vec<Group>,
    /// What was just done, or why not.
    pub flash: Option<Flash>,
}

/// Pages under one heading.
pub(in crate::web) struct Group {
    /// The heading.
    pub label: &'static str,
    /// Path, name, and whether it is open.
    pub links: Vec<(&'static str, &'static str, bool)>,
}

/// The sidebar and the frame of the page at `path`.
pub(in crate::web) async fn around(
    tx: &mut Tx,
    signed: &Signed,
    path: &str,
    flash: Option<Flash>,
) -> Result<(Shell, Frame), StoreError> {
    let shell = panes::shell(tx, signed, None).await?;
    let mut groups: Vec<Group> = Vec::new();
    for section in SECTIONS.iter().filter(|section| section.is_for(signed)) {
        let link = (section.path, section.label, section.path == path);
        match groups.iter_mut().find(|group| group.label == section.group) {
            Some(group) => group.links.push(link),
            None => groups.push(Group {
                label: section.group,
                links: vec![link],
            }),
        }
    }
    let open = SECTIONS.iter().find(|section| section.path == path);
    let frame = Frame {
        title: open.map_or("Settings", |section| section.label),
        groups,
        flash,
    };
    Ok((shell, frame))
}

/// `GET /settings`: the first page that the person may see.
async fn first(State(_): State<Web>, signed: Signed) -> Result<Redirect, Fault> {
    let section = SECTIONS.iter().find(|section| section.is_for(&signed));
    let section = section.ok_or(Fault::NotAllowed)?;
    Ok(Redirect::to(section.path))
}

/// What a page says after a redirect: `?done=` carries one of these words and nothing else.
#[derive(Debug, Clone, Copy, Default, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::web) struct Done {
    /// What was done.
    pub done: Option<Deed>,
}

/// What was done.
#[derive(Debug, Clone, Copy, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::web) enum Deed {
    /// Something was saved.
    Saved,
    /// Something was created.
    Created,
    /// Something was removed.
    Removed,
    /// The order was changed.
    Moved,
}

impl Deed {
    /// The word in the address.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Saved => "saved",
            Self::Created => "created",
            Self::Removed => "removed",
            Self::Moved => "moved",
        }
    }
}

impl Done {
    /// The sentence for it.
    pub fn flash(self) -> Option<Flash> {
        let text = match self.done? {
            Deed::Saved => "Saved. It holds from now on.",
            Deed::Created => "Created. It holds from now on.",
            Deed::Removed => "Removed.",
            Deed::Moved => "The order is changed.",
        };
        Some(Flash::good(text.to_owned()))
    }
}

/// A refusal as a sentence for the top of the page; what is no matter of words stays a fault.
fn refusal(error: DeskError) -> Result<Flash, Fault> {
    Ok(Flash::bad(super::write::sentence(error)?))
}

/// A page that says why something was not done.
fn refused(page: Html<String>) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
}

/// Where it goes on once one thing of the list at `path` was saved, or (`None`) removed; otherwise what its page says.
fn settled<I: Display>(
    path: &str,
    done: Result<Option<I>, DeskError>,
) -> Result<Result<Redirect, Flash>, Fault> {
    match done {
        Ok(Some(id)) => Ok(Ok(Redirect::to(&format!("{path}/{id}?done=saved")))),
        Ok(None) => Ok(Ok(Redirect::to(&format!("{path}?done=removed")))),
        Err(error) => refusal(error).map(Err),
    }
}
