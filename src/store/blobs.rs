//! Raw mails and uploads, compressed, each stored once.

use std::io::Read;

use uuid::Uuid;

use crate::domain::ids::BlobId;
use crate::store::{StoreError, Tx};

/// zstd's fastest useful level: mails shrink to about a third, at some 400 MB/s.
const LEVEL: i32 = 1;

/// A blob ready to be stored.
#[derive(Debug, Clone)]
pub struct NewBlob {
    /// Its id.
    pub id: BlobId,
    /// Bytes before compression.
    pub size: i64,
    /// The compressed bytes.
    pub zstd: Vec<u8>,
}

/// Compresses bytes. Done outside any transaction, because it takes time.
pub fn compress(bytes: &[u8]) -> Vec<u8> {
    // Writing to memory does not fail.
    zstd::encode_all(bytes, LEVEL).unwrap_or_default()
}

/// The bytes again; at most `size` of them, so that a forged blob cannot fill the memory.
pub fn expand(zstd: &[u8], size: i64) -> Result<Vec<u8>, std::io::Error> {
    let size = usize::try_from(size).unwrap_or(0);
    // Not all at once: where the size is only a bound, most of it would stay unused.
    let mut bytes = Vec::with_capacity(size.min(1 << 20));
    zstd::Decoder::new(zstd)?
        .take(size as u64)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Stores blobs.
pub async fn insert_all(tx: &mut Tx, blobs: &[NewBlob]) -> Result<(), StoreError> {
    // Few rows at a time: a blob may have 50 MiB.
    for chunk in blobs.chunks(64) {
        rows!(
            tx,
            "INSERT INTO blobs (id, size, zstd)",
            chunk,
            |row, blob| {
                row.push_bind(blob.id.0)
                    .push_bind(blob.size)
                    .push_bind(blob.zstd.as_slice());
            },
            ""
        )?;
    }
    Ok(())
}

/// The bytes of a blob. Whether the asker may see them was decided before its id was found.
pub async fn read(tx: &mut Tx, blob: BlobId) -> Result<Option<Vec<u8>>, StoreError> {
    let found = sql!(
        tx,
        fetch_optional(i64, Vec<u8>),
        "SELECT size, zstd FROM blobs WHERE id = $1",
        blob.0
    )?;
    found
        .map(|(size, zstd)| {
            expand(&zstd, size).map_err(|e| StoreError::corrupt("blobs", "zstd", blob, e))
        })
        .transpose()
}

/// A blob as it is stored: the bytes it will have, and the compressed ones for [`expand`]. For those who expand it where
/// that holds up nobody.
pub async fn packed(tx: &mut Tx, blob: BlobId) -> Result<Option<(i64, Vec<u8>)>, StoreError> {
    sql!(
        tx,
        fetch_optional(i64, Vec<u8>),
        "SELECT size, zstd FROM blobs WHERE id = $1",
        blob.0
    )
}

/// The bytes of several blobs, in no particular order.
pub async fn read_all(tx: &mut Tx, ids: &[BlobId]) -> Result<Vec<(BlobId, Vec<u8>)>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let found = build!(
        tx,
        "SELECT id, size, zstd FROM blobs WHERE id IN (",
        |q| {
            let mut list = q.separated(", ");
            for id in ids {
                list.push_bind(id.0);
            }
            q.push(")");
        },
        fetch_all(Uuid, i64, Vec<u8>)
    )?;
    found
        .into_iter()
        .map(|(id, size, zstd)| {
            expand(&zstd, size)
                .map(|bytes| (BlobId(id), bytes))
                .map_err(|e| StoreError::corrupt("blobs", "zstd", id, e))
        })
        .collect()
}
