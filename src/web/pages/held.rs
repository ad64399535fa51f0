//! `POST /messages/{id}/release`, `/accept`, `/split`, `/discard`: what becomes of a message that waits for a person.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::{message, ticket, write};
use crate::desk::DeskError;
use crate::domain::message::Message;
use crate::domain::ticket::Ticket;
use crate::web::Web;
use crate::web::guard::Fault;
use crate::web::posted::Posted;
use crate::web::show::{Flash, ListQuery};
use crate::web::signed::Signed;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HeldForm {
    back: String,
}

/// Sends a held reply after all.
pub(super) async fn release(
    State(web): State<Web>,
    signed: Signed,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, Fault> {
    let held = open(&web, &signed, &id, posted).await?;
    let done = web.desk.release(&signed.who(), held.message.id).await;
    let word = match &done {
        Ok(written) if written.note || written.message.is_none() => write::done(written),
        _ => "release",
    };
    held.after(&web, &signed, word, done).await
}

/// Lets a stranger's message in; they take part from now on.
pub(super) async fn accept(
    State(web): State<Web>,
    signed: Signed,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, Fault> {
    let held = open(&web, &signed, &id, posted).await?;
    let done = web.desk.accept(&signed.who(), held.message.id).await;
    held.after(&web, &signed, "accept", done).await
}

/// Opens a stranger's message as a ticket of its own.
pub(super) async fn split(
    State(web): State<Web>,
    signed: Signed,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, Fault> {
    let held = open(&web, &signed, &id, posted).await?;
    let done = web.desk.split(&signed.who(), held.message.id).await;
    held.after(&web, &signed, "split", done).await
}

/// Throws a held message away.
pub(super) async fn discard(
    State(web): State<Web>,
    signed: Signed,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, Fault> {
    let held = open(&web, &signed, &id, posted).await?;
    let done = web.desk.discard(&signed.who(), held.message.id).await;
    held.after(&web, &signed, "discard", done).await
}

/// The message, its ticket, and the list it was opened from.
struct Held {
    message: Message,
    ticket: Ticket,
    back: String,
}

async fn open(web: &Web, signed: &Signed, id: &str, posted: Posted) -> Result<Held, Fault> {
    let form: HeldForm = posted.open(&signed.form_token).await?;
    let mut tx = web.desk.db.read().await?;
    let (message, ticket) = message::find(&mut tx, signed, id).await?;
    if signed.may_work() {
        Ok(Held {
            message,
            ticket,
            back: form.back,
        })
    } else {
        Err(Fault::NotAllowed)
    }
}

impl Held {
    /// Back to the ticket, with the sentence that fits.
    async fn after<T>(
        self,
        web: &Web,
        signed: &Signed,
        done: &str,
        deed: Result<T, DeskError>,
    ) -> Result<Response, Fault> {
        let Err(error) = deed else {
            let query = ListQuery::parse(&self.back).to_query();
            return Ok(
                Redirect::to(&ticket::address(&self.ticket.key, &query, done)).into_response(),
            );
        };
        let flash = Flash {
            tone: "bad",
            icon: "warning",
            text: write::sentence(error)?,
        };
        write::again(web, signed, &self.ticket, &self.back, |shown| {
            shown.flash = Some(flash);
        })
        .await
    }
}
