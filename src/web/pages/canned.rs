//! `POST /tickets/{key}/canned`: puts a canned reply into the composer, below what is there. Nothing is sent.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::write;
use crate::desk::speak::Upload;
use crate::desk::texts;
use crate::store::{clocks, contacts};
use crate::web::Web;
use crate::web::guard::Fault;
use crate::web::posted::Posted;
use crate::web::show::Composer;
use crate::web::signed::Signed;

/// The composer's form: what is typed stays.
#[derive(Deserialize)]
struct CannedForm {
    back: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    cc: String,
    #[serde(default)]
    bcc: String,
    #[serde(default)]
    canned: String,
}

pub(super) async fn insert(
    State(web): State<Web>,
    signed: Signed,
    Path(key): Path<String>,
    posted: Posted,
) -> Result<Response, Fault> {
    let opened = posted.open_with_files(&signed.form_token, "files").await?;
    let (form, files): (CannedForm, Vec<Upload>) = opened;
    let found = write::writable(&web, &signed, &key).await?;
    let mut tx = web.desk.db.read().await?;
    let requester = contacts::by_ids(&mut tx, signed.tenant(), &[found.requester]).await?;
    let requester = requester.into_iter().next().ok_or(Fault::NotFound)?;
    let clocks = clocks::of_tickets(&mut tx, signed.tenant(), &[found.id]).await?;
    drop(tx);
    let clocks: Vec<_> = clocks.into_iter().map(|(_, clock)| clock).collect();
    let values = texts::about(&signed.office, &web.desk.links, &found, &requester, &clocks);
    let filled = texts::fill_canned(&signed.office, &form.canned, values, Some(&signed.member));
    let (text, error) = match filled {
        Ok(text) if form.text.trim().is_empty() => (text, None),
        Ok(text) => (format!("{}\n\n{text}", form.text.trim_end()), None),
        Err(problem) => (form.text.clone(), Some(format!("Not inserted: {problem}."))),
    };
    let inserted = error.is_none();
    let mut page = write::again(&web, &signed, &found, &form.back, |shown| {
        shown.typed = Composer {
            reply_text: text,
            to: form.to.clone(),
            cc: form.cc.clone(),
            bcc: form.bcc.clone(),
            keep_people: true,
            files_again: !files.is_empty(),
            reply_error: error,
            ..Composer::default()
        };
    })
    .await?;
    if inserted {
        *page.status_mut() = StatusCode::OK;
    }
    Ok(page)
}
