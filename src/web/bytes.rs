//! Files that came by mail, as they are given out: pages and the API alike. Whole or in ranges (RFC 9110 sections 13
//! and 14), under a type of ours, straight from the stored mail.

use std::ops::{Bound, Range};

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum_extra::headers::{ETag, HeaderMapExt, IfNoneMatch, IfRange, Range as Ranges};
use bytes::Bytes;

use crate::desk::Desk;
use crate::domain::ids::BlobId;
use crate::domain::mail::Pieces;
use crate::domain::mail::html::raster_type;
use crate::domain::message::AttachmentRow;
use crate::store::{StoreError, blobs};
use crate::web::guard::for_attachment;

/// What is given to those who have no better name for it.
pub const BYTES: &str = "application/octet-stream";

/// Why a file could not be given.
#[derive(Debug, thiserror::Error)]
pub enum NotGiven {
    /// Its bytes are not there.
    #[error("the bytes of the file are not there")]
    Missing,
    /// The database could not be read.
    #[error("the file could not be read")]
    Store(#[from] StoreError),
}

/// The bytes of a blob. No transaction stays open while they are expanded.
pub async fn blob(desk: &Desk, blob: BlobId) -> Result<Bytes, NotGiven> {
    let mut tx = desk.db.read().await?;
    let found = blobs::packed(&mut tx, blob).await?;
    drop(tx);
    let (size, zstd) = found.ok_or(NotGiven::Missing)?;
    let expanded = tokio::task::spawn_blocking(move || blobs::expand(&zstd, size)).await;
    let bytes = expanded.ok().and_then(Result::ok);
    bytes.map(Bytes::from).ok_or(NotGiven::Missing)
}

/// An attachment, or the part of it that was asked for.
pub async fn attachment(
    desk: &Desk,
    row: &AttachmentRow,
    stored: BlobId,
    asked: &HeaderMap,
) -> Result<Response, NotGiven> {
    let etag = format!("\"{}\"", row.sha256);
    if let Some(answer) = unchanged(asked, &etag) {
        return Ok(answer);
    }
    let raw = blob(desk, stored).await?;
    // Part -1 is an upload: the blob itself. Everything else is a part of a raw mail.
    let pieces = match usize::try_from(row.part) {
        Ok(part) => {
            tokio::task::spawn_blocking(move || Pieces::of_part(&raw, part).map(with_type)).await
        }
        Err(_) => Ok(Some(with_type(Pieces::whole(raw)))),
    };
    let (pieces, kind) = pieces.ok().flatten().ok_or(NotGiven::Missing)?;
    let mut answer = ranged(pieces, asked, &etag);
    for_attachment(answer.headers_mut(), kind, &row.filename);
    Ok(answer)
}

/// A whole blob as a file.
pub async fn whole(
    desk: &Desk,
    stored: BlobId,
    name: &str,
    asked: &HeaderMap,
) -> Result<Response, NotGiven> {
    let etag = format!("\"{stored}\"");
    if let Some(answer) = unchanged(asked, &etag) {
        return Ok(answer);
    }
    let mut answer = ranged(Pieces::whole(blob(desk, stored).await?), asked, &etag);
    for_attachment(answer.headers_mut(), BYTES, name);
    Ok(answer)
}

/// The type that is told: of images of pixels their own, by their first bytes; of everything else, none (A16).
fn with_type(pieces: Pieces) -> (Pieces, &'static str) {
    let kind = raster_type(&pieces.first_bytes()).unwrap_or(BYTES);
    (pieces, kind)
}

/// 304, if the asker has it.
fn unchanged(asked: &HeaderMap, etag: &str) -> Option<Response> {
    let known: ETag = etag.parse().ok()?;
    let condition = asked.typed_get::<IfNoneMatch>()?;
    (!condition.precondition_passes(&known)).then(|| {
        let mut answer = StatusCode::NOT_MODIFIED.into_response();
        answer.headers_mut().typed_insert(known);
        answer
    })
}

/// The pieces, or of them the one range that was asked for. Who asks for several gets all of it.
fn ranged(pieces: Pieces, asked: &HeaderMap, etag: &str) -> Response {
    let length = pieces.len();
    let wanted = asked_range(asked, etag, length);
    let (status, range) = match &wanted {
        Wanted::All => (StatusCode::OK, 0..length),
        Wanted::Part(range) => (StatusCode::PARTIAL_CONTENT, range.clone()),
        Wanted::Nothing => (StatusCode::RANGE_NOT_SATISFIABLE, 0..0),
    };
    let body = Body::from_stream(futures::stream::iter(
        pieces.range(&range).map(Ok::<_, std::convert::Infallible>),
    ));
    let mut answer = (status, body).into_response();
    let headers = answer.headers_mut();
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(
        header::CONTENT_LENGTH,
        HeaderValue::from(range.end - range.start),
    );
    // As it is: a compressed answer would have other ranges under the same name.
    headers.insert(
        header::CONTENT_ENCODING,
        HeaderValue::from_static("identity"),
    );
    if let Ok(etag) = HeaderValue::from_str(etag) {
        headers.insert(header::ETAG, etag);
    }
    let place = match wanted {
        Wanted::All => None,
        Wanted::Part(range) => Some(format!("bytes {}-{}/{length}", range.start, range.end - 1)),
        Wanted::Nothing => Some(format!("bytes */{length}")),
    };
    if let Some(place) = place.and_then(|place| HeaderValue::from_str(&place).ok()) {
        headers.insert(header::CONTENT_RANGE, place);
    }
    answer
}

#[derive(Debug, PartialEq, Eq)]
enum Wanted {
    All,
    Part(Range<u64>),
    Nothing,
}

fn asked_range(asked: &HeaderMap, etag: &str, length: u64) -> Wanted {
    let Some(ranges) = asked.typed_get::<Ranges>() else {
        return Wanted::All;
    };
    let changed = asked
        .typed_get::<IfRange>()
        .is_some_and(|condition| condition.is_modified(etag.parse().ok().as_ref(), None));
    let given = asked
        .get(header::RANGE)
        .and_then(|range| range.to_str().ok());
    let given = given.and_then(|range| range.strip_prefix("bytes="));
    let Some(one) = given.filter(|range| !changed && !range.contains(',')) else {
        return Wanted::All;
    };
    // More than there is from the end: all of it.
    if let Some(last) = one
        .trim()
        .strip_prefix('-')
        .and_then(|last| last.parse::<u64>().ok())
    {
        return match last.min(length) {
            0 => Wanted::Nothing,
            last => Wanted::Part(length - last..length),
        };
    }
    match ranges.satisfiable_ranges(length).next() {
        Some((Bound::Included(start), end)) if start < length => {
            let end = match end {
                Bound::Included(end) => end.saturating_add(1).min(length),
                _ => length,
            };
            if start < end {
                Wanted::Part(start..end)
            } else {
                Wanted::All
            }
        }
        _ => Wanted::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_the_standard_says() {
        for (range, condition, wanted) in [
            ("", "", Wanted::All),
            ("bytes=0-0", "", Wanted::Part(0..1)),
            ("bytes=2-", "", Wanted::Part(2..10)),
            ("bytes=2-99", "", Wanted::Part(2..10)),
            ("bytes=-3", "", Wanted::Part(7..10)),
            ("bytes=-99", "", Wanted::Part(0..10)),
            ("bytes=-0", "", Wanted::Nothing),
            ("bytes=10-", "", Wanted::Nothing),
            ("bytes=0-1,4-5", "", Wanted::All),
            ("lines=0-1", "", Wanted::All),
            ("bytes=5-2", "", Wanted::All),
            ("bytes=2-3", "\"a\"", Wanted::Part(2..4)),
            ("bytes=2-3", "\"b\"", Wanted::All),
            ("bytes=2-3", "W/\"a\"", Wanted::All),
        ] {
            let mut asked = HeaderMap::new();
            for (name, value) in [(header::RANGE, range), (header::IF_RANGE, condition)] {
                if !value.is_empty() {
                    asked.insert(name, HeaderValue::from_str(value).unwrap());
                }
            }
            assert_eq!(
                asked_range(&asked, "\"a\"", 10),
                wanted,
                "{range} {condition}"
            );
        }
    }
}
