//! What browsers are told to refuse. The policies are those of `docs/SECURITY.md`, word for word.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

const PAGE: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'";
// `allow-same-origin` lets our own page read the frame's height, and nothing else: no script runs in the frame.
const FRAME: &str = "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'self'";
const FRAME_WITH_IMAGES: &str = "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src data: https:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'self'";
const FILE: &str = "sandbox; default-src 'none'";

/// For every answer; what a page, frame or file said for itself stays.
const ALL: &[(&str, &str)] = &[
    ("content-security-policy", PAGE),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    (
        "permissions-policy",
        "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    ),
    ("origin-agent-cluster", "?1"),
    ("x-robots-tag", "noindex"),
    // Not no-referrer: that turns the Origin of our own form posts into null.
    ("referrer-policy", "same-origin"),
    ("cache-control", "no-store"),
];

/// Completes an answer's headers. `tls` tells browsers to stay with https for two years.
pub fn secure(headers: &mut HeaderMap, tls: bool) {
    for (name, value) in ALL {
        headers
            .entry(HeaderName::from_static(name))
            .or_insert(HeaderValue::from_static(value));
    }
    if tls {
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=63072000"),
        );
    }
}

/// The headers of a message as its sender formatted it: a sandbox of its own, where nothing runs and nothing loads.
pub fn for_message_frame(headers: &mut HeaderMap, remote_images: bool) {
    let policy = if remote_images {
        FRAME_WITH_IMAGES
    } else {
        FRAME
    };
    for (name, value) in [
        ("content-security-policy", policy),
        ("x-frame-options", "SAMEORIGIN"),
        ("referrer-policy", "no-referrer"),
        ("x-dns-prefetch-control", "off"),
        ("content-type", "text/html; charset=utf-8"),
    ] {
        headers.insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
}

/// The headers of a file that somebody sent. An image of pixels may stand in a page; everything else is saved, never
/// shown (A16). `name` must be a safe name already (A17).
pub fn for_attachment(headers: &mut HeaderMap, content_type: &'static str, name: &str) {
    let way = if content_type.starts_with("image/") {
        "inline"
    } else {
        "attachment"
    };
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(FILE),
    );
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    let disposition = format!("{way}; filename*=UTF-8''{}", percent_encoded(name));
    if let Ok(value) = HeaderValue::from_str(&disposition) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
}

/// RFC 8187: everything but `attr-char` as `%XX`.
fn percent_encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            use std::fmt::Write as _;
            // Writing to a string cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_frame_says_for_itself_stays() {
        let mut headers = HeaderMap::new();
        for_message_frame(&mut headers, false);
        secure(&mut headers, true);
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(
            policy.starts_with("sandbox ") && !policy.contains("https:"),
            "{policy}"
        );
        assert_eq!(headers["x-frame-options"], "SAMEORIGIN");
        assert_eq!(headers["referrer-policy"], "no-referrer");
        assert_eq!(headers["strict-transport-security"], "max-age=63072000");
    }

    #[test]
    fn a_file_name_cannot_leave_its_header() {
        let mut headers = HeaderMap::new();
        for_attachment(&mut headers, "application/octet-stream", "a\"; x=\r\nü.txt");
        assert_eq!(
            headers["content-disposition"],
            "attachment; filename*=UTF-8''a%22%3B%20x%3D%0D%0A%C3%BC.txt"
        );
    }
}
