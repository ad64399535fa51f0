//! The HTTP API under `/api/v1`.

use axum::Router;

use crate::web::Web;

/// The API's routes, as they stand below `/api/v1`.
pub fn router() -> Router<Web> {
    Router::new()
}
