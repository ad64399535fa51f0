//! Forms that were sent: read whole, checked against the session, and typed. A field that the form does not have
//! is refused (A27).

use axum::body::Bytes;
use axum::extract::multipart::MultipartError;
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::{Method, StatusCode, header};
use axum::response::IntoResponse;
use serde::de::DeserializeOwned;
use subtle::ConstantTimeEq as _;

use crate::desk::speak::Upload;
use crate::web::guard::Fault;

/// The body of a form post, before anybody has looked at it. Take it before anything else is known; open it with
/// [`Posted::open`] once the session is.
pub struct Posted {
    /// Its fields, as `application/x-www-form-urlencoded` however they came.
    form: Bytes,
    /// Its files, with the fields they came in (RFC 7578).
    files: Vec<(String, Upload)>,
}

impl<S: Send + Sync> FromRequest<S> for Posted {
    type Rejection = axum::response::Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        let kind = request.headers().get(header::CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if kind.to_ascii_lowercase().starts_with("multipart/form-data") {
            let parts = Multipart::from_request(request, state)
                .await
                .map_err(IntoResponse::into_response)?;
            return Self::of_parts(parts)
                .await
                .map_err(IntoResponse::into_response);
        }
        let form = Bytes::from_request(request, state)
            .await
            .map_err(IntoResponse::into_response)?;
        Ok(Self {
            form,
            files: Vec::new(),
        })
    }
}

impl Posted {
    /// A form that was sent part by part: fields become what a form without files sends, and a file that nobody chose is
    /// none.
    async fn of_parts(mut parts: Multipart) -> Result<Self, MultipartError> {
        let mut fields: Vec<(String, String)> = Vec::new();
        let mut files = Vec::new();
        while let Some(part) = parts.next_field().await? {
            let name = part.name().unwrap_or_default().to_owned();
            let Some(filename) = part.file_name().map(str::to_owned) else {
                fields.push((name, part.text().await?));
                continue;
            };
            let content_type = part.content_type().unwrap_or("application/octet-stream");
            let upload = Upload {
                filename,
                content_type: content_type.to_owned(),
                bytes: part.bytes().await?.to_vec(),
            };
            if !(upload.filename.is_empty() && upload.bytes.is_empty()) {
                files.push((name, upload));
            }
        }
        let form = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        Ok(Self {
            form: form.into(),
            files,
        })
    }

    /// The form, if it carries this session's token. It has no place for files.
    pub async fn open<T: DeserializeOwned>(self, form_token: &str) -> Result<T, Fault> {
        if !self.files.is_empty() {
            return Err(Fault::Unreadable);
        }
        let (form, _) = self.open_with_files(form_token, "").await?;
        Ok(form)
    }

    /// The form and the files of its one field for files, if it carries this session's token.
    pub async fn open_with_files<T: DeserializeOwned>(
        self,
        form_token: &str,
        field: &str,
    ) -> Result<(T, Vec<Upload>), Fault> {
        let (token, rest) = self.apart();
        if form_token.is_empty() || !bool::from(token.as_bytes().ct_eq(form_token.as_bytes())) {
            return Err(Fault::Foreign);
        }
        if self.files.iter().any(|(name, _)| name != field) {
            return Err(Fault::Unreadable);
        }
        let files = self.files.into_iter().map(|(_, upload)| upload).collect();
        Ok((read(rest).await?, files))
    }

    /// The token, and the form without it.
    fn apart(&self) -> (String, String) {
        let mut token = String::new();
        let mut rest = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in url::form_urlencoded::parse(&self.form) {
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
        let text = String::from_utf8(self.form.to_vec()).map_err(|_| Fault::Unreadable)?;
        read(text).await
    }
}

/// The text of the file that a form with this session's token carries. The token comes first.
pub async fn file_of(mut form: Multipart, form_token: &str) -> Result<String, Fault> {
    let fault = |error: MultipartError| match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Fault::TooLarge,
        _ => Fault::Unreadable,
    };
    let mut known = false;
    while let Some(field) = form.next_field().await.map_err(fault)? {
        let name = field.name().unwrap_or_default().to_owned();
        let bytes = field.bytes().await.map_err(fault)?;
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
        let form = Bytes::from_static(body.as_bytes());
        let files = Vec::new();
        Posted { form, files }.open(token).await
    }

    /// What a browser sends of a form with a field for files.
    async fn parts(parts: &[&str]) -> Posted {
        let parts = parts
            .iter()
            .map(|part| format!("--b\r\nContent-Disposition: form-data; {part}\r\n"));
        let mut body = parts.collect::<Vec<_>>().concat();
        body.push_str("--b--\r\n");
        let request = Request::builder()
            .method(Method::POST)
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=b")
            .body(body.into())
            .unwrap();
        Posted::from_request(request, &()).await.unwrap()
    }

    #[tokio::test]
    async fn a_form_with_files_is_read_like_any_other() {
        let (token, text) = (
            "name=\"form_token\"\r\n\r\nT",
            "name=\"text\"\r\n\r\na\r\nb & c",
        );
        let file = "name=\"files\"; filename=\"a.csv\"\r\nContent-Type: text/csv\r\n\r\n1,2";
        let none =
            "name=\"files\"; filename=\"\"\r\nContent-Type: application/octet-stream\r\n\r\n";
        let open = |posted: Posted, token| async move {
            posted.open_with_files::<Note>(token, "files").await
        };
        let (note, files) = open(parts(&[token, text, file]).await, "T").await.unwrap();
        assert_eq!(note.text, "a\nb & c");
        assert_eq!(
            (files[0].filename.as_str(), files[0].bytes.as_slice()),
            ("a.csv", &b"1,2"[..])
        );
        let (_, files) = open(parts(&[token, text, none]).await, "T").await.unwrap();
        assert!(files.is_empty());
        // Without the token, in a field that is none, or to a form without files: nothing of it is read.
        let refused = open(parts(&[text, file]).await, "T").await;
        assert_eq!(refused.map(|_| ()), Err(Fault::Foreign));
        let other = file.replace("\"files\"", "\"more\"");
        let refused = open(parts(&[token, text, &other]).await, "T").await;
        assert_eq!(refused.map(|_| ()), Err(Fault::Unreadable));
        let refused = parts(&[token, text, file]).await.open::<Note>("T").await;
        assert_eq!(refused, Err(Fault::Unreadable));
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
