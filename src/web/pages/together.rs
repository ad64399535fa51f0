//! `POST /tickets/{key}/merge`, `/unmerge`, `/link`, `/unlink`, `/snooze`: tickets that belong together, and one that
//! sleeps.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::{ticket, write};
use crate::desk::DeskError;
use crate::domain::snooze;
use crate::domain::ticket::Ticket;
use crate::web::Web;
use crate::web::guard::Fault;
use crate::web::posted::Posted;
use crate::web::show::{Flash, ListQuery};
use crate::web::signed::Signed;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OtherForm {
    pub(super) back: String,
    /// The other ticket's key.
    #[serde(default)]
    other: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SnoozeForm {
    back: String,
    /// `tomorrow`, `3h`, … as a choice; empty: what `at` says; `wake`: no longer.
    #[serde(default)]
    until: String,
    /// A date and time of the tenant's zone.
    #[serde(default)]
    at: String,
}

/// Makes this ticket part of another; the other is shown then.
pub(super) async fn merge(
    State(web): State<Web>,
    signed: Signed,
    Path(key): Path<String>,
    posted: Posted,
) -> Result<Response, Fault> {
    let (found, form) = open(&web, &signed, &key, posted).await?;
    let done = match other(&web, &signed, &form).await? {
        Ok(other) => web.desk.merge(&signed.who(), found.id, other.id).await,
        Err(error) => Err(error),
    };
    let into = done.as_ref().ok().copied();
    let shown = match into {
        Some(into) => by_id(&web, &signed, into)
            .await?
            .unwrap_or_else(|| found.clone()),
        None => found,
    };
    after(&web, &signed, &shown, &form.back, "merge", done).await
}

/// Gives a ticket that is part of this one its own life back.
pub(super) async fn unmerge(
    State(web): State<Web>,
    signed: Signed,
    Path(key): Path<String>,
    posted: Posted,
) -> Result<Response, Fault> {
    let (found, form) = open(&web, &signed, &key, posted).await?;
    let done = match other(&web, &signed, &form).await? {
        Ok(part) => web.desk.unmerge(&signed.who(), part.id).await,
        Err(error) => Err(error),
    };
    after(&web, &signed, &found, &form.back, "unmerge", done).await
}

/// Links this ticket to another.
pub(super) async fn link(
    State(web): State<Web>,
    signed: Signed,
    Path(key): Path<String>,
    posted: Posted,
) -> Result<Response, Fault> {
    let (found, form) = open(&web, &signed, &key, posted).await?;
    let done = match other(&web, &signed, &form).await? {
        Ok(other) => web.desk.link(&signed.who(), found.id, other.id).await,
        Err(error) => Err(error),
    };
    after(&web, &signed, &found, &form.back, "link", done).await
}

/// Takes the link to another ticket away.
pub(super) async fn unlink(
    State(web): State<Web>,
    signed: Signed,
    Path(key): Path<String>,
    posted: Posted,
) -> Result<Response, Fault> {
    let (found, form) = open(&web, &signed, &key, posted).await?;
    let done = match other(&web, &signed, &form).await? {
        Ok(other) => web.desk.unlink(&signed.who(), found.id, other.id).await,
        Err(error) => Err(error),
    };
    after(&web, &signed, &found, &form.back, "change", done).await
}

/// Puts this ticket to sleep, or wakes it.
pub(super) async fn snooze(
    State(web): State<Web>,
    signed: Signed,
    Path(key): Path<String>,
    posted: Posted,
) -> Result<Response, Fault> {
    let form: SnoozeForm = posted.open(&signed.form_token).await?;
    let found = write::writable(&web, &signed, &key).await?;
    let (now, zone) = (web.desk.clock.now(), signed.office.tenant.timezone);
    let words = if form.until.is_empty() {
        &form.at
    } else {
        &form.until
    };
    let (done, until) = match words.as_str() {
        "wake" => ("awake", Ok(None)),
        words => {
            let until = snooze::read(words, now, zone);
            let until = until.map(Some).map_err(|_| {
                let problem = "choose a time within the coming year, or give a date and time";
                DeskError::invalid("until", problem)
            });
            ("snooze", until)
        }
    };
    let deed = match until {
        Ok(until) => web.desk.snooze(&signed.who(), found.id, until).await,
        Err(error) => Err(error),
    };
    after(&web, &signed, &found, &form.back, done, deed).await
}

/// The ticket and the form, for one who may work on it.
pub(super) async fn open(
    web: &Web,
    signed: &Signed,
    key: &str,
    posted: Posted,
) -> Result<(Ticket, OtherForm), Fault> {
    let form: OtherForm = posted.open(&signed.form_token).await?;
    let found = write::writable(web, signed, key).await?;
    Ok((found, form))
}

/// The ticket that the form names; a foreign one does not exist.
async fn other(
    web: &Web,
    signed: &Signed,
    form: &OtherForm,
) -> Result<Result<Ticket, DeskError>, Fault> {
    let mut tx = web.desk.db.read().await?;
    match ticket::find(&mut tx, signed, form.other.trim()).await {
        Ok(other) => Ok(Ok(other)),
        Err(Fault::NotFound) => Ok(Err(DeskError::invalid(
            "other",
            format!("there is no ticket {:?}", form.other.trim()),
        ))),
        Err(fault) => Err(fault),
    }
}

/// A ticket, if it exists for this person.
pub(super) async fn by_id(
    web: &Web,
    signed: &Signed,
    id: crate::domain::ids::TicketId,
) -> Result<Option<Ticket>, Fault> {
    let mut tx = web.desk.db.read().await?;
    let found = crate::store::tickets::get(&mut tx, signed.tenant(), id).await?;
    let Some(ticket) = found else { return Ok(None) };
    let seen = signed.may_see(&mut tx, &ticket).await?;
    Ok(seen.then_some(ticket))
}

/// Back to the ticket, with the sentence that fits.
pub(super) async fn after<T>(
    web: &Web,
    signed: &Signed,
    shown: &Ticket,
    back: &str,
    done: &str,
    deed: Result<T, DeskError>,
) -> Result<Response, Fault> {
    let Err(error) = deed else {
        let query = ListQuery::parse(back).to_query();
        return Ok(Redirect::to(&ticket::address(&shown.key, &query, done)).into_response());
    };
    let flash = Flash {
        tone: "bad",
        icon: "warning",
        text: write::sentence(error)?,
    };
    write::again(web, signed, shown, back, |shown| shown.flash = Some(flash)).await
}
