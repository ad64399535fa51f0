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

/// `POST /tickets/{key}/{deed}`: a ticket becomes part of another, which is shown then, or is parted from it; two are linked,
/// or no longer.
pub(super) async fn pair(
    State(web): State<Web>,
    signed: Signed,
    Path((key, deed)): Path<(String, String)>,
    posted: Posted,
) -> Result<Response, Fault> {
    let (found, form) = open(&web, &signed, &key, posted).await?;
    let (desk, who) = (&web.desk, signed.who());
    let mut into = None;
    let done = match other(&web, &signed, &form).await? {
        Err(error) => Err(error),
        Ok(other) => match deed.as_str() {
            "merge" => desk
                .merge(&who, found.id, other.id)
                .await
                .map(|id| into = Some(id)),
            "unmerge" => desk.unmerge(&who, other.id).await.map(drop),
            "link" => desk.link(&who, found.id, other.id).await.map(drop),
            "unlink" => desk.unlink(&who, found.id, other.id).await.map(drop),
            _ => return Err(Fault::NotFound),
        },
    };
    let shown = match into {
        Some(into) => by_id(&web, &signed, into).await?,
        None => None,
    };
    let said = if deed == "unlink" { "change" } else { &deed };
    after(
        &web,
        &signed,
        &shown.unwrap_or(found),
        &form.back,
        said,
        done,
    )
    .await
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
    let flash = Flash::bad(write::sentence(error)?);
    write::again(web, signed, shown, back, |shown| shown.flash = Some(flash)).await
}
