//! `/healthz`, `/readyz`, `/metrics`: for those who watch the daemon; answered on any host.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::store::{self, StoreError};
use crate::web::Web;
use crate::web::routes::Routes;

pub(super) fn routes() -> Routes {
    Routes::default()
        .get("/healthz", alive)
        .get("/readyz", ready)
        .get("/metrics", metrics)
}

async fn alive() -> &'static str {
    "alive\n"
}

/// Whether work gets done, and what stands in its way.
#[derive(Debug, Serialize)]
struct Readiness {
    ready: bool,
    /// One sentence for each thing that somebody should look at.
    reasons: Vec<String>,
}

/// 503 only where nothing works: a broken mail account is a reason to look, not to be taken out of service.
async fn ready(State(web): State<Web>) -> Response {
    let (status, readiness) = match troubles(&web).await {
        Ok(reasons) => (
            StatusCode::OK,
            Readiness {
                ready: true,
                reasons,
            },
        ),
        Err(error) => {
            let reasons = vec![error.to_string()];
            (
                StatusCode::SERVICE_UNAVAILABLE,
                Readiness {
                    ready: false,
                    reasons,
                },
            )
        }
    };
    (status, Json(readiness)).into_response()
}

async fn troubles(web: &Web) -> Result<Vec<String>, StoreError> {
    let mut tx = web.desk.db.read().await?;
    let accounts = store::accounts::health_all_tenants(&mut tx).await?;
    Ok(accounts
        .into_iter()
        .filter_map(|account| {
            let error = account.last_error.or(account.smtp_error)?;
            Some(format!("mail account {}: {error}", account.name))
        })
        .collect())
}

async fn metrics(State(web): State<Web>) -> Response {
    match &web.metrics {
        Some(handle) => {
            let kind = [(
                header::CONTENT_TYPE,
                "text/plain; version=0.0.4; charset=utf-8",
            )];
            (kind, handle.render()).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
