//! `POST /tickets/{key}/reply` and `POST /tickets/{key}/note`. Two forms, two texts, two addresses: what was typed as
//! a note is never in the form that sends (A35).

use askama::Template as _;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::ticket::{self, Shown};
use crate::desk::DeskError;
use crate::desk::speak::{Note, Reply};
use crate::domain::address::{EmailAddress, Party};
use crate::domain::ticket::{Change, Status, Ticket};
use crate::web::Web;
use crate::web::guard::Fault;
use crate::web::posted::Posted;
use crate::web::show::{Composer, ListQuery};
use crate::web::signed::Signed;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReplyForm {
    back: String,
    text: String,
    #[serde(default)]
    cc: String,
    /// The newest public message that was on the page (AU4).
    #[serde(default)]
    in_response_to: String,
    /// `resolved`: the ticket is done with this.
    #[serde(default)]
    then: String,
    /// `yes`: also if something arrived meanwhile.
    #[serde(default)]
    anyway: String,
}

pub(super) async fn reply(
    State(web): State<Web>,
    signed: Signed,
    Path(key): Path<String>,
    posted: Posted,
) -> Result<Response, Fault> {
    let form: ReplyForm = posted.open(&signed.form_token).await?;
    let found = writable(&web, &signed, &key).await?;
    let query = ListQuery::parse(&form.back).to_query();
    let done = match send(&web, &signed, &found, &form).await {
        Ok(done) => done,
        Err(error) => {
            let stale = matches!(error, DeskError::Stale(_));
            let error = sentence(error)?;
            return again(&web, &signed, &found, &form.back, |shown| {
                shown.typed = Composer {
                    reply_text: form.text.clone(),
                    cc: form.cc.clone(),
                    reply_error: Some(error),
                    stale,
                    ..Composer::default()
                };
            })
            .await;
        }
    };
    Ok(Redirect::to(&ticket::address(&found.key, &query, done)).into_response())
}

/// Sends, and resolves if that was asked for; says what was done.
async fn send(
    web: &Web,
    signed: &Signed,
    found: &Ticket,
    form: &ReplyForm,
) -> Result<&'static str, DeskError> {
    let who = signed.who();
    let reply = Reply {
        text: form.text.trim_end().to_owned(),
        cc: Some(addresses(&form.cc)?),
        in_response_to: form.in_response_to.parse().ok(),
        even_if_stale: form.anyway == "yes",
        ..Reply::default()
    };
    web.desk.reply(&who, found.id, reply).await?;
    if form.then != Status::Resolved.as_str() {
        return Ok("reply");
    }
    let resolve = Change {
        status: Some(Status::Resolved),
        ..Change::default()
    };
    web.desk.change(&who, found.id, resolve).await?;
    Ok("resolved")
}

fn addresses(text: &str) -> Result<Vec<Party>, DeskError> {
    text.split([',', ';', '\n'])
        .map(str::trim)
        .filter(|address| !address.is_empty())
        .map(|address| {
            let problem = |_| DeskError::invalid("cc", format!("{address} is not a mail address"));
            let address: EmailAddress = address.parse().map_err(problem)?;
            Ok(Party {
                email: address.to_string(),
                name: String::new(),
            })
        })
        .collect()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NoteForm {
    back: String,
    text: String,
}

pub(super) async fn note(
    State(web): State<Web>,
    signed: Signed,
    Path(key): Path<String>,
    posted: Posted,
) -> Result<Response, Fault> {
    let form: NoteForm = posted.open(&signed.form_token).await?;
    let found = writable(&web, &signed, &key).await?;
    let query = ListQuery::parse(&form.back).to_query();
    let note = Note {
        text: form.text.trim_end().to_owned(),
        ..Note::default()
    };
    if let Err(error) = web.desk.note(&signed.who(), found.id, note).await {
        let error = sentence(error)?;
        return again(&web, &signed, &found, &form.back, |shown| {
            let (note_text, note_error) = (form.text.clone(), Some(error));
            shown.typed = Composer {
                note_text,
                note_error,
                note_first: true,
                ..Composer::default()
            };
        })
        .await;
    }
    Ok(Redirect::to(&ticket::address(&found.key, &query, "note")).into_response())
}

/// The ticket, for somebody who may see it and work on it.
pub(super) async fn writable(web: &Web, signed: &Signed, key: &str) -> Result<Ticket, Fault> {
    let mut tx = web.desk.db.read().await?;
    let found = ticket::find(&mut tx, signed, key).await?;
    if signed.may_work() {
        Ok(found)
    } else {
        Err(Fault::NotAllowed)
    }
}

/// The sentence for the person, where the deed was refused because of what they gave.
pub(super) fn sentence(error: DeskError) -> Result<String, Fault> {
    match error {
        DeskError::Invalid { problem, .. } => Ok(format!("Not saved: {problem}.")),
        DeskError::Conflict(sentence) => Ok(format!("Not done: {sentence}.")),
        DeskError::Forbidden(_) => Err(Fault::NotAllowed),
        DeskError::NotFound(_) => Err(Fault::NotFound),
        DeskError::Store(error) => Err(error.into()),
        DeskError::Stale(_) => Ok(
            "Something arrived while you were typing. Read it, then send again, or send anyway."
                .to_owned(),
        ),
    }
}

/// The ticket's page again, with what was typed and why it was not taken.
pub(super) async fn again(
    web: &Web,
    signed: &Signed,
    found: &Ticket,
    back: &str,
    say: impl FnOnce(&mut Shown),
) -> Result<Response, Fault> {
    let mut shown = Shown {
        query: ListQuery::parse(back),
        flash: None,
        typed: Composer::default(),
    };
    say(&mut shown);
    let mut tx = web.desk.db.read().await?;
    let page = ticket::page(&mut tx, web, signed, found, shown).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response())
}
