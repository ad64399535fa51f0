//! A number for every request: in the log, in the answer, and on the page that says something went wrong.

use axum::extract::{Request, State};
use axum::http::HeaderValue;
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument as _;

use crate::web::Web;

/// The number of this request.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

/// Gives the request its number and its span in the log. What a client sends as a number is not believed.
pub async fn number(State(web): State<Web>, mut request: Request, next: Next) -> Response {
    let id = web
        .desk
        .random
        .uuid(web.desk.clock.now())
        .simple()
        .to_string();
    request.extensions_mut().insert(RequestId(id.clone()));
    let span = tracing::info_span!("request", id, method = %request.method());
    let mut response = next.run(request).instrument(span).await;
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert("x-request-id", value);
    }
    response
}
