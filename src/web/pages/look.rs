//! What a ticket's page must know of its mails beyond what is stored: how they want to be shown, and what they carry.
//! Read from the raw mail, of the newest messages first, and only so much of it that the page stays quick.

use std::collections::HashMap;

use crate::domain::ids::{BlobId, MessageId, TenantId};
use crate::domain::mail::html::Look;
use crate::domain::mail::{enclosed, html_body, may_enclose};
use crate::domain::message::{Kind, Message};
use crate::store::{StoreError, Tx, blobs, messages};
use crate::web::show::Seen;

/// Bytes of raw mail that one page reads. What lies beyond is shown as text first, with all its files.
const MOST_BYTES: i64 = 1 << 20;
/// Bytes of a larger mail that carries more than text and files: an invitation beside a long document.
const LARGE_BYTES: i64 = 16 << 20;
/// How many of those one page reads.
const MOST_LARGE: usize = 3;
/// Mails that one page reads.
const MOST_MAILS: usize = 30;

/// What was seen in the newest mails.
pub(super) async fn at(
    tx: &mut Tx,
    tenant: TenantId,
    said: &[Message],
) -> Result<HashMap<MessageId, Seen>, StoreError> {
    let worth = said.iter().rev().filter(|message| is_worth_it(message));
    let wanted: Vec<MessageId> = worth.map(|message| message.id).take(MOST_MAILS).collect();
    let mut found = messages::raw_blobs(tx, tenant, &wanted).await?;
    found.sort_by_key(|(message, ..)| std::cmp::Reverse(message.0));
    let carriers: Vec<MessageId> = said
        .iter()
        .filter(|message| carries_more(message))
        .map(|message| message.id)
        .collect();
    let (mut left, mut large) = (MOST_BYTES, MOST_LARGE);
    found.retain(|(message, _, size)| {
        if *size <= left {
            left -= *size;
            return true;
        }
        let reads = large > 0 && *size <= LARGE_BYTES && carriers.contains(message);
        large -= usize::from(reads);
        reads
    });
    let ids: Vec<BlobId> = found.iter().map(|(_, blob, _)| *blob).collect();
    let raws: HashMap<BlobId, Vec<u8>> = blobs::read_all(tx, &ids).await?.into_iter().collect();
    let reading = tokio::task::spawn_blocking(move || {
        let seen = found
            .into_iter()
            .filter_map(|(message, blob, _)| Some((message, see(raws.get(&blob)?))));
        seen.collect()
    });
    // A mail that cannot be looked at is shown as text, with all its files.
    Ok(reading.await.unwrap_or_default())
}

fn is_worth_it(message: &Message) -> bool {
    message.kind == Kind::Inbound
        && (message.has_html || message.text.contains("-----BEGIN PGP ") || carries_more(message))
}

/// Whether its files say that there is more to show: an invitation, a signature, another mail.
fn carries_more(message: &Message) -> bool {
    let mut files = message.attachments.iter();
    files.any(|file| may_enclose(&file.content_type, &file.filename))
}

fn see(raw: &[u8]) -> Seen {
    Seen {
        look: html_body(raw)
            .map(|html| Look::of(&html))
            .unwrap_or_default(),
        enclosed: enclosed(raw),
    }
}
