//! Forms that were sent: read whole, checked against the session, and typed. A field that the form does not have
//! is refused (A27).

use axum::body::Bytes;
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::{Method, header};
use axum::response::IntoResponse;
use serde::de::DeserializeOwned;
use subtle::ConstantTimeEq as _;

use crate::web::guard::Fault;

/// The body of a form post, before anybody has looked at it. Take it before anything else is known; open it with
/// [`Posted::open`] once the session is.
pub struct Posted(Bytes);

impl<S: Send + Sync> FromRequest<S> for Posted {
    type Rejection = axum::response::Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(IntoResponse::into_response)?;
        Ok(Self(bytes))
    }
}

impl Posted {
    /// The form, if it carries this session's token.
    pub async fn open<T: DeserializeOwned>(self, form_token: &str) -> Result<T, Fault> {
        let (token, rest) = self.apart();
        if form_token.is_empty() || !bool::from(token.as_bytes().ct_eq(form_token.as_bytes())) {
            return Err(Fault::Foreign);
        }
        read(rest).await
    }

    /// The token, and the form without it.
    fn apart(&self) -> (String, String) {
        let mut token = String::new();
        let mut rest = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in url::form_urlencoded::parse(&self.0) {
            if name == "form_token" {
                token = value.into_owned();
            } else {
                // Browsers end the lines of a text field with CR LF; mail and pages here use LF.
                rest.append_pair(&name, &value.replace("\r\n", "\n"));
            }
        }
        (token, rest.finish())
    }

    /// A form of somebody who has no session yet: the log-in.
    pub async fn open_without_session<T: DeserializeOwned>(self) -> Result<T, Fault> {
        let text = String::from_utf8(self.0.to_vec()).map_err(|_| Fault::Unreadable)?;
        read(text).await
    }
}

/// The text of the file that a form with this session's token carries. The token comes first.
pub async fn file_of(mut form: Multipart, form_token: &str) -> Result<String, Fault> {
    let mut known = false;
    while let Some(field) = form.next_field().await.map_err(|_| Fault::Unreadable)? {
        let name = field.name().unwrap_or_default().to_owned();
        let bytes = field.bytes().await.map_err(|_| Fault::Unreadable)?;
        match name.as_str() {
            "form_token" if !form_token.is_empty() => {
                known = bool::from(bytes.as_ref().ct_eq(form_token.as_bytes()));
            }
            "file" if known => {
                return String::from_utf8(bytes.to_vec()).map_err(|_| Fault::Unreadable);
            }
            _ => return Err(Fault::Foreign),
        }
    }
    Err(Fault::Unreadable)
}

async fn read<T: DeserializeOwned>(body: String) -> Result<T, Fault> {
    let request = Request::builder()
        .method(Method::POST)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(body.into())
        .map_err(|_| Fault::Unreadable)?;
    let form = axum_extra::extract::Form::<T>::from_request(request, &()).await;
    form.map(|form| form.0).map_err(|_| Fault::Unreadable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Note {
        text: String,
        then: Option<String>,
    }

    async fn opened(body: &'static str, token: &str) -> Result<Note, Fault> {
        Posted(Bytes::from_static(body.as_bytes()))
            .open(token)
            .await
    }

    #[tokio::test]
    async fn a_form_is_read_only_with_the_sessions_own_token() {
        let note = Note {
            text: "a\nb & c".into(),
            then: None,
        };
        assert_eq!(
            opened("text=a%0D%0Ab+%26+c&form_token=T", "T").await,
            Ok(note)
        );
        assert_eq!(
            opened("text=a&form_token=U", "T").await,
            Err(Fault::Foreign)
        );
        assert_eq!(opened("text=a", "T").await, Err(Fault::Foreign));
        assert_eq!(opened("text=a&form_token=", "").await, Err(Fault::Foreign));
    }

    #[tokio::test]
    async fn a27_a_field_that_the_form_does_not_have_is_refused() {
        assert_eq!(
            opened("text=a&form_token=T&role=owner", "T").await,
            Err(Fault::Unreadable)
        );
        assert_eq!(opened("form_token=T", "T").await, Err(Fault::Unreadable));
    }
}
