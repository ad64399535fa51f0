//! One mail from a pipe or a program, as if it had arrived (`postroom ingest`).

use crate::desk::{Desk, DeskError};
use crate::domain::address::EmailAddress;
use crate::domain::ids::{AccountId, BlobId, InboundId, TenantId};
use crate::domain::mail::content_key;
use crate::store::blobs::{self, NewBlob};
use crate::store::inbound::NewInbound;
use crate::store::{self, Topic};

/// What the caller knows about a mail besides its bytes.
#[derive(Debug, Clone, Default)]
pub struct Hints {
    /// The envelope's recipient.
    pub to: Option<EmailAddress>,
    /// Only for this tenant.
    pub tenant: Option<TenantId>,
    /// As if it had come by this account.
    pub account: Option<AccountId>,
}

/// Stores a mail durably; it is processed by the daemon, or by [`crate::intake::process::Process::step`]. Bytes beyond
/// `most` are not kept.
///
/// # Errors
/// The database failed; nothing was stored, and the caller should try again later.
pub async fn spool(
    desk: &Desk,
    raw: &[u8],
    hints: &Hints,
    most: usize,
) -> Result<InboundId, DeskError> {
    let now = desk.clock.now();
    let kept = raw.get(..most).unwrap_or(raw);
    let (id, blob) = (
        InboundId(desk.random.uuid(now)),
        BlobId(desk.random.uuid(now)),
    );
    let size = |bytes: &[u8]| i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    let mail = NewInbound {
        id,
        account: hints.account,
        folder: "pipe".to_owned(),
        uid: None,
        blob,
        content_key: content_key(raw),
        size: size(raw),
        complete: kept.len() == raw.len(),
        internal_date: None,
        received_at: now,
        quiet: false,
        only_tenant: hints.tenant,
        addressed_to: hints.to.as_ref().map(EmailAddress::to_string),
        on_server: false,
    };
    let row = NewBlob {
        id: blob,
        size: size(kept),
        zstd: blobs::compress(kept),
    };
    let mut tx = desk.db.write().await?;
    blobs::insert_all(&mut tx, &[row]).await?;
    store::inbound::insert_all(&mut tx, &[mail]).await?;
    tx.wake(Topic::Intake);
    tx.commit().await?;
    Ok(id)
}
