//! `GET /attachments/{id}/view`: a text, a table or a mail that came as a file, as a page of ours: escaped characters and
//! nothing else (A16, A18).

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Response};

use super::{attachment, message};
use crate::domain::disguise;
use crate::domain::mail::{Mail, Preview, Shown};
use crate::web::Web;
use crate::web::bytes;
use crate::web::guard::Fault;
use crate::web::show::{Part, Piece, filters, parts};
use crate::web::signed::Signed;

#[derive(Template)]
#[template(path = "preview.html")]
struct PreviewPage {
    id: String,
    name: String,
    /// Where it came from: the ticket's page with the message in sight.
    back: String,
    ticket: String,
    content: Content,
}

enum Content {
    Text(String, bool),
    Table(Vec<Vec<String>>, bool),
    Mail {
        facts: Vec<(&'static str, String)>,
        parts: Vec<Part>,
        has_html: bool,
    },
}

pub(super) async fn show(
    State(web): State<Web>,
    signed: Signed,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    let mut tx = web.desk.db.read().await?;
    let (row, of, blob) = attachment::find(&mut tx, &signed, &id).await?;
    let (of, ticket) = message::find(&mut tx, &signed, &of.id.to_string()).await?;
    drop(tx);
    let preview = Preview::of(&row.content_type, &row.filename).ok_or(Fault::NotFound)?;
    let raw = bytes::blob(&web.desk, blob).await?;
    let read = move || match usize::try_from(row.part) {
        Ok(part) => preview.read(&raw, part),
        Err(_) => Some(preview.read_whole(&raw)),
    };
    let shown = tokio::task::spawn_blocking(read).await;
    let shown = shown.map_err(|_| Fault::Failed)?.ok_or(Fault::NotFound)?;
    let page = PreviewPage {
        id: row.id.to_string(),
        name: row.filename,
        back: format!("/tickets/{}#m-{}", ticket.key, of.id),
        ticket: ticket.key,
        content: match shown {
            Shown::Text(text, more) => Content::Text(text, more),
            Shown::Table(rows, more) => Content::Table(rows, more),
            Shown::Mail(mail) => mail_content(&mail),
        },
    };
    Ok(Html(page.render()?).into_response())
}

fn mail_content(mail: &Mail) -> Content {
    let people = |parties: &[crate::domain::address::Party]| {
        let one = parties.iter().take(20).map(|party| {
            let address = disguise::address(&party.email);
            if party.name.is_empty() {
                address
            } else {
                format!("{} <{address}>", disguise::revealed(&party.name))
            }
        });
        one.collect::<Vec<_>>().join(", ")
    };
    let date = mail
        .date
        .map(|date| date.format("%A, %-d %B %Y, %H:%M UTC").to_string());
    let files: Vec<&str> = mail
        .attachments
        .iter()
        .map(|file| file.filename.as_str())
        .collect();
    let facts = [
        ("From", people(&mail.from)),
        ("To", people(&mail.to)),
        ("Cc", people(&mail.cc)),
        ("Date", date.unwrap_or_default()),
        ("Subject", disguise::revealed(&mail.subject).into_owned()),
        ("Files", files.join(", ")),
    ];
    Content::Mail {
        facts: facts
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .collect(),
        parts: parts(&mail.text, &mail.folds),
        has_html: mail.has_html,
    }
}
