//! `GET`, `POST /tickets/{key}/split`: which messages shall be a ticket of their own.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::{panes, stream, ticket, write};
use crate::domain::ids::MessageId;
use crate::domain::mail::unfolded;
use crate::domain::message::{Kind, Message};
use crate::domain::ticket::Ticket;
use crate::store::messages;
use crate::web::Web;
use crate::web::guard::Fault;
use crate::web::posted::Posted;
use crate::web::show::{ListQuery, Shell, When, filters};
use crate::web::signed::Signed;

/// So much of a message is shown, in characters.
const SHOWN: usize = 240;

#[derive(Template)]
#[template(path = "split.html")]
struct SplitPage {
    shell: Shell,
    key: String,
    back: String,
    typed: String,
    error: Option<String>,
    messages: Vec<Choosable>,
}

/// A message that may go.
struct Choosable {
    id: String,
    who: String,
    kind: &'static str,
    text: String,
    at: When,
    chosen: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SplitForm {
    back: String,
    #[serde(default)]
    subject: String,
    #[serde(default)]
    message: Vec<MessageId>,
}

pub(super) async fn show(
    State(web): State<Web>,
    signed: Signed,
    Path(key): Path<String>,
    Query(query): Query<ListQuery>,
) -> Result<Html<String>, Fault> {
    let found = write::writable(&web, &signed, &key).await?;
    let form = SplitForm {
        back: query.to_query(),
        subject: String::new(),
        message: Vec::new(),
    };
    page(&web, &signed, &found, form, None).await
}

pub(super) async fn split(
    State(web): State<Web>,
    signed: Signed,
    Path(key): Path<String>,
    posted: Posted,
) -> Result<Response, Fault> {
    let form: SplitForm = posted.open(&signed.form_token).await?;
    let found = write::writable(&web, &signed, &key).await?;
    let subject = Some(form.subject.as_str());
    let done = web
        .desk
        .split_off(&signed.who(), found.id, &form.message, subject)
        .await;
    match done {
        Ok(part) => {
            let query = ListQuery::parse(&form.back).to_query();
            let address = ticket::address(&part.to_string(), &query, "split");
            Ok(Redirect::to(&address).into_response())
        }
        Err(error) => {
            let sentence = write::sentence(error)?;
            let page = page(&web, &signed, &found, form, Some(sentence)).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

async fn page(
    web: &Web,
    signed: &Signed,
    found: &Ticket,
    form: SplitForm,
    error: Option<String>,
) -> Result<Html<String>, Fault> {
    let mut tx = web.desk.db.read().await?;
    let said = messages::of_ticket(&mut tx, signed.tenant(), found.id, None, stream::MOST).await?;
    let (now, zone) = (web.desk.clock.now(), signed.office.tenant.timezone);
    let page = SplitPage {
        shell: panes::shell(&mut tx, signed, None).await?,
        key: found.key.clone(),
        typed: form.subject,
        error,
        messages: said
            .iter()
            .filter(|message| message.kind != Kind::Notice)
            .map(|message| Choosable {
                chosen: form.message.contains(&message.id),
                at: When::new(message.created_at, now, zone),
                ..choosable(message)
            })
            .collect(),
        back: form.back,
    };
    Ok(Html(page.render()?))
}

fn choosable(message: &Message) -> Choosable {
    let words = unfolded(&message.text, &message.folds);
    let words: Vec<&str> = words.split_whitespace().collect();
    Choosable {
        id: message.id.to_string(),
        who: message.author.name.clone(),
        kind: match message.kind {
            Kind::Note => "Internal note",
            Kind::Reply => "Reply",
            Kind::Inbound | Kind::Notice => "",
        },
        text: words.join(" ").chars().take(SHOWN).collect(),
        at: When::default(),
        chosen: false,
    }
}
