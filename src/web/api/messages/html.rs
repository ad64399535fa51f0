//! The HTML of messages, sanitised when it is shown and never when it is stored: a better sanitiser mends the old
//! messages too. What a mail carries beside text and files is read from it in the same way.

use std::collections::HashMap;

use super::super::problem::{Kind, Problem};
use crate::desk::Desk;
use crate::domain::ids::{BlobId, MessageId, TenantId};
use crate::domain::mail::html::{Options, sanitise};
use crate::domain::mail::{Enclosed, enclosed, html_body, may_enclose};
use crate::domain::message::Message;
use crate::store::{self, Tx};

/// Where the HTML of a message is.
pub enum Source {
    /// In the mail it was made from.
    Mail(BlobId),
    /// Kept with what we wrote.
    Own(String),
}

/// What is read from the mail when a message is shown.
#[derive(Default)]
pub struct Seen {
    /// Its HTML, sanitised.
    pub html: Option<String>,
    /// What it carries beside text and files.
    pub enclosed: Enclosed,
}

/// Finds where to look, for each message that has HTML or may carry more than text and files.
pub async fn sources(
    tx: &mut Tx,
    tenant: TenantId,
    messages: &[Message],
) -> Result<Vec<(MessageId, Source)>, Problem> {
    let mut found = Vec::new();
    for message in messages.iter().filter(|message| has_more(message)) {
        let source = match store::messages::html(tx, tenant, message.id).await? {
            Some(html) => Some(Source::Own(html)),
            None => store::messages::raw_blob(tx, tenant, message.id)
                .await?
                .map(Source::Mail),
        };
        found.extend(source.map(|source| (message.id, source)));
    }
    Ok(found)
}

fn has_more(message: &Message) -> bool {
    let files = &message.attachments;
    message.has_html
        || message.inbound.is_some()
            && (message.text.contains("-----BEGIN PGP ")
                || files
                    .iter()
                    .any(|file| may_enclose(&file.content_type, &file.filename)))
}

/// Reads and sanitises, one mail at a time: a mail may have 50 MiB. No transaction stays open meanwhile.
pub async fn read(
    desk: &Desk,
    sources: Vec<(MessageId, Source)>,
) -> Result<HashMap<MessageId, Seen>, Problem> {
    let mut all = HashMap::new();
    for (message, source) in sources {
        let seen = match source {
            Source::Own(html) => {
                aside(move || Seen {
                    html: Some(cleaned(&html)),
                    ..Seen::default()
                })
                .await?
            }
            Source::Mail(blob) => {
                let mut tx = desk.db.read().await?;
                let raw = store::blobs::read(&mut tx, blob).await?.unwrap_or_default();
                drop(tx);
                aside(move || Seen {
                    html: html_body(&raw).map(|html| cleaned(&html)),
                    enclosed: enclosed(&raw),
                })
                .await?
            }
        };
        all.insert(message, seen);
    }
    Ok(all)
}

async fn aside(read: impl FnOnce() -> Seen + Send + 'static) -> Result<Seen, Problem> {
    let done = tokio::task::spawn_blocking(read).await;
    done.map_err(|_| Problem::new(Kind::Failed))
}

/// Images of the mail itself are left out, as those from elsewhere are: they are attachments with a `content_id`.
fn cleaned(html: &str) -> String {
    let options = Options {
        cid: &|_| None,
        allow_remote: false,
    };
    sanitise(html, &options).html
}
