//! `GET /messages/{id}/frame`: a received message as its sender formatted it, in a sandbox with a policy of its own.
//! `GET /attachments/{id}/frame`: the same of a mail that is attached to one.
//!
//! The HTML is read from the raw mail and sanitised when it is shown, never when it is stored: a better sanitiser
//! mends the old messages too.

use std::collections::HashMap;
use std::fmt::Write as _;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use data_encoding::BASE64;
use serde::Deserialize;

use super::{attachment, message};
use crate::domain::mail::html::{Ground, Options, folded, sanitise};
use crate::domain::mail::{self, html_body, inline_images};
use crate::web::Web;
use crate::web::bytes;
use crate::web::guard::{Fault, for_message_frame};
use crate::web::signed::Signed;

/// Images of the mail itself are shown in place up to this size, all of them together.
const IMAGE_BYTES: usize = 5 << 20;

#[derive(Template)]
#[template(path = "frame.html")]
struct FramePage {
    /// Sanitised: with `css` and `body` the one place where HTML of others goes out as it is.
    html: String,
    /// The mail's own style sheets, bound to it.
    css: String,
    /// The attributes of its body.
    body: String,
    /// White paper whatever the theme, because its colours were chosen for that.
    paper: bool,
    remote_images: usize,
    trackers: usize,
    shows_remote: bool,
}

#[derive(Deserialize)]
pub(super) struct FrameQuery {
    /// `show`: this view alone loads images from elsewhere.
    #[serde(default)]
    images: String,
}

pub(super) async fn show(
    State(web): State<Web>,
    signed: Signed,
    Path(id): Path<String>,
    Query(query): Query<FrameQuery>,
) -> Result<Response, Fault> {
    let mut tx = web.desk.db.read().await?;
    let (message, _) = message::find(&mut tx, &signed, &id).await?;
    let blob = message::raw_blob(&mut tx, &signed, message.id).await?;
    drop(tx);
    let raw = bytes::blob(&web.desk, blob).await?;
    answer(query.images == "show", move |shows| formatted(&raw, shows)).await
}

pub(super) async fn show_attached(
    State(web): State<Web>,
    signed: Signed,
    Path(id): Path<String>,
    Query(query): Query<FrameQuery>,
) -> Result<Response, Fault> {
    let mut tx = web.desk.db.read().await?;
    let (row, _, blob) = attachment::find(&mut tx, &signed, &id).await?;
    drop(tx);
    let part = usize::try_from(row.part).map_err(|_| Fault::NotFound)?;
    let raw = bytes::blob(&web.desk, blob).await?;
    answer(query.images == "show", move |shows| {
        formatted(&mail::attachment(&raw, part)?, shows)
    })
    .await
}

async fn answer(
    shows_remote: bool,
    read: impl FnOnce(bool) -> Option<FramePage> + Send + 'static,
) -> Result<Response, Fault> {
    let page = tokio::task::spawn_blocking(move || read(shows_remote)).await;
    let page = page.map_err(|_| Fault::Failed)?.ok_or(Fault::NotFound)?;
    let mut response = page.render()?.into_response();
    for_message_frame(response.headers_mut(), shows_remote);
    Ok(response)
}

fn formatted(raw: &[u8], shows_remote: bool) -> Option<FramePage> {
    let html = html_body(raw)?;
    let images: HashMap<String, String> = inline_images(raw, IMAGE_BYTES)
        .into_iter()
        .map(|(id, kind, bytes)| {
            let mut url = String::new();
            // Writing to a string cannot fail.
            let _ = write!(url, "data:{kind};base64,{}", BASE64.encode(&bytes));
            (id, url)
        })
        .collect();
    let options = Options {
        cid: &|id| images.get(id).cloned(),
        allow_remote: shows_remote,
    };
    let safe = sanitise(&html, &options);
    Some(FramePage {
        html: folded(&safe.html, &mail::subject(raw)),
        css: safe.css,
        body: safe.body,
        paper: safe.ground == Ground::Light,
        remote_images: safe.remote_images,
        trackers: safe.trackers,
        shows_remote,
    })
}
