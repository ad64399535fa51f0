//! `GET /messages/{id}/frame`: a received message as its sender formatted it, in a sandbox with a policy of its own.
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

use super::message;
use crate::domain::mail::html::{Options, sanitise};
use crate::domain::mail::{html_body, inline_images};
use crate::store::blobs;
use crate::web::Web;
use crate::web::guard::{Fault, for_message_frame};
use crate::web::signed::Signed;

/// Images of the mail itself are shown in place up to this size each.
const LARGEST_IMAGE: usize = 5 << 20;

#[derive(Template)]
#[template(path = "frame.html")]
struct FramePage {
    /// Sanitised: the one place where HTML of others goes out as it is.
    html: String,
    remote_images: usize,
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
    let raw = blobs::read(&mut tx, blob).await?.ok_or(Fault::NotFound)?;
    drop(tx);
    let shows_remote = query.images == "show";
    let page = tokio::task::spawn_blocking(move || formatted(&raw, shows_remote)).await;
    let page = page.map_err(|_| Fault::Failed)?.ok_or(Fault::NotFound)?;
    let mut response = page.render()?.into_response();
    for_message_frame(response.headers_mut(), shows_remote);
    Ok(response)
}

fn formatted(raw: &[u8], shows_remote: bool) -> Option<FramePage> {
    let html = html_body(raw)?;
    let images: HashMap<String, String> = inline_images(raw, LARGEST_IMAGE)
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
        html: safe.html,
        remote_images: safe.remote_images,
        shows_remote,
    })
}
