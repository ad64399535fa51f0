//! The files of `static/`: embedded in the binary, served under a name that changes with their content,
//! so that browsers may keep them for ever.

use std::collections::HashMap;
use std::sync::LazyLock;

use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use bytes::Bytes;
use data_encoding::HEXLOWER;
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "static/"]
struct Files;

struct Asset {
    bytes: Bytes,
    content_type: &'static str,
    etag: HeaderValue,
}

struct Assets {
    /// By the name with the hash in it.
    files: HashMap<String, Asset>,
    /// From the plain name to the URL.
    urls: HashMap<String, String>,
}

/// Built once, at the first page.
static ASSETS: LazyLock<Assets> = LazyLock::new(|| {
    let mut assets = Assets {
        files: HashMap::new(),
        urls: HashMap::new(),
    };
    for name in Files::iter() {
        let Some(file) = Files::get(&name) else {
            continue;
        };
        let hash = HEXLOWER.encode(&file.metadata.sha256_hash()[..6]);
        let hashed = match name.rsplit_once('.') {
            Some((stem, extension)) => format!("{stem}.{hash}.{extension}"),
            None => format!("{name}.{hash}"),
        };
        let Ok(etag) = HeaderValue::from_str(&format!("\"{hash}\"")) else {
            continue;
        };
        assets
            .urls
            .insert(name.to_string(), format!("/assets/{hashed}"));
        assets.files.insert(
            hashed,
            Asset {
                bytes: Bytes::from(file.data.into_owned()),
                content_type: content_type(&name),
                etag,
            },
        );
    }
    assets
});

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}

/// The URL under which `static/{name}` is served. A name that is not there gives a URL that is not found.
pub fn url(name: &str) -> String {
    ASSETS
        .urls
        .get(name)
        .cloned()
        .unwrap_or_else(|| format!("/assets/{name}"))
}

/// `GET /assets/{name}`.
pub async fn serve(Path(name): Path<String>, headers: HeaderMap) -> Response<Body> {
    let Some(asset) = ASSETS.files.get(&name) else {
        return status(StatusCode::NOT_FOUND);
    };
    let known = headers.get(header::IF_NONE_MATCH) == Some(&asset.etag);
    let mut response = if known {
        status(StatusCode::NOT_MODIFIED)
    } else {
        Response::new(Body::from(asset.bytes.clone()))
    };
    let answer = response.headers_mut();
    answer.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(asset.content_type),
    );
    answer.insert(header::ETAG, asset.etag.clone());
    answer.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=31536000, immutable"),
    );
    response
}

fn status(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}
