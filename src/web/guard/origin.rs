//! Where a write came from: the first defence against forged requests (CSRF). The second is the token in every form.

use axum::extract::Request;
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::web::guard::Fault;

/// What the browser says about the page that made a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// One of our own pages on the same host, or the person themselves.
    Own,
    /// Another page, or nobody who would say.
    Foreign,
}

impl Origin {
    /// Judges by Sec-Fetch-Site; browsers without it are judged by Origin, which must name the very host that is asked.
    /// `Origin: null` is never enough, and neither header at all is not either.
    pub fn of(headers: &HeaderMap) -> Self {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        if let Some(site) = text(header::HeaderName::from_static("sec-fetch-site")) {
            return if matches!(site, "same-origin" | "none") {
                Self::Own
            } else {
                Self::Foreign
            };
        }
        let asked = text(header::HOST);
        let from = text(header::ORIGIN).and_then(|origin| {
            origin
                .strip_prefix("https://")
                .or_else(|| origin.strip_prefix("http://"))
        });
        match (from, asked) {
            (Some(from), Some(asked)) if from.eq_ignore_ascii_case(asked) => Self::Own,
            _ => Self::Foreign,
        }
    }
}

/// Refuses every unsafe request to a page that does not come from one of our own pages.
pub async fn refuse_foreign_writes(request: Request, next: Next) -> Response {
    let safe = request.method().is_safe();
    if !safe && Origin::of(request.headers()) == Origin::Foreign {
        return Fault::Foreign.into_response();
    }
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    #[test]
    fn only_our_own_pages_may_write() {
        for (given, judged) in [
            (&[("sec-fetch-site", "same-origin")][..], Origin::Own),
            (&[("sec-fetch-site", "none")], Origin::Own),
            (&[("sec-fetch-site", "same-site")], Origin::Foreign),
            (&[("sec-fetch-site", "cross-site")], Origin::Foreign),
            (
                &[
                    ("sec-fetch-site", "cross-site"),
                    ("origin", "https://acme.desk.example"),
                ],
                Origin::Foreign,
            ),
            (&[("origin", "https://acme.desk.example")], Origin::Own),
            (&[("origin", "https://evil.desk.example")], Origin::Foreign),
            (
                &[("origin", "https://acme.desk.example.evil.test")],
                Origin::Foreign,
            ),
            (&[("origin", "null")], Origin::Foreign),
            (&[], Origin::Foreign),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_static("acme.desk.example"));
            for (name, value) in given {
                headers.insert(
                    HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                );
            }
            assert_eq!(Origin::of(&headers), judged, "{given:?}");
        }
    }
}
