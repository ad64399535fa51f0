//! The HTML of messages, sanitised when it is shown and never when it is stored: a better sanitiser mends the old
//! messages too.

use std::collections::HashMap;

use super::super::problem::{Kind, Problem};
use crate::desk::Desk;
use crate::domain::ids::{BlobId, MessageId, TenantId};
use crate::domain::mail::html::{Options, sanitise};
use crate::domain::mail::html_body;
use crate::domain::message::Message;
use crate::store::{self, Tx};

/// Where the HTML of a message is.
pub enum Source {
    /// In the mail it was made from.
    Mail(BlobId),
    /// Kept with what we wrote.
    Own(String),
}

/// Finds the HTML of each message that has some.
pub async fn sources(
    tx: &mut Tx,
    tenant: TenantId,
    messages: &[Message],
) -> Result<Vec<(MessageId, Source)>, Problem> {
    let mut found = Vec::new();
    for message in messages.iter().filter(|message| message.has_html) {
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

/// Reads and sanitises, one mail at a time: a mail may have 50 MiB. No transaction stays open meanwhile.
pub async fn read(
    desk: &Desk,
    sources: Vec<(MessageId, Source)>,
) -> Result<HashMap<MessageId, String>, Problem> {
    let mut htmls = HashMap::new();
    for (message, source) in sources {
        let html = match source {
            Source::Own(html) => cleaned(move || Some(html)).await?,
            Source::Mail(blob) => {
                let mut tx = desk.db.read().await?;
                let raw = store::blobs::read(&mut tx, blob).await?;
                drop(tx);
                cleaned(move || html_body(&raw?)).await?
            }
        };
        htmls.extend(html.map(|html| (message, html)));
    }
    Ok(htmls)
}

/// Images of the mail itself are left out, as those from elsewhere are: they are attachments with a `content_id`.
async fn cleaned(
    html: impl FnOnce() -> Option<String> + Send + 'static,
) -> Result<Option<String>, Problem> {
    let clean = move || {
        let options = Options {
            cid: &|_| None,
            allow_remote: false,
        };
        html().map(|html| sanitise(&html, &options).html)
    };
    let done = tokio::task::spawn_blocking(clean).await;
    done.map_err(|_| Problem::new(Kind::Failed))
}
