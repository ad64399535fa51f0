//! The HTTP API under `/api/v1`, for programs with a bearer token.
//!
//! A request meets, in this order: the face of failures (`problem`), the token and its role (`caller`) and how
//! often it calls (`brakes`), the memory of repeated requests (`idempotency`), and then one call. Calls read through
//! `store` and change things only through the desk. What is shown is in `show`, one file per noun.

mod accounts;
mod audit;
mod availability;
mod brakes;
mod calendars;
mod caller;
mod contacts;
mod csv;
mod document;
mod given;
mod idempotency;
mod intake;
mod messages;
mod outbox;
mod page;
mod participants;
mod platform;
mod problem;
mod rules;
mod services;
mod settings;
mod settled;
mod show;
mod state;
mod suppressions;
mod teams;
mod telling;
#[cfg(test)]
mod tests;
mod tickets;
mod timeline;
mod webhooks;
mod whom;
mod wording;

use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::{Json, Router};
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use self::problem::Problem;
pub use self::show::ReplayView;
pub use self::state::ApiState;

/// The largest request that any call takes: 25 MiB of files in base64, and the words around them.
const LARGEST_BODY: usize = 36 << 20;
/// The largest request of all other calls.
const USUAL_BODY: usize = 2 << 20;

/// The API's routes, as they stand below `/api/v1`.
pub fn router<S: Clone + Send + Sync + 'static>(api: ApiState) -> Router<S> {
    let (calls, document) = calls().split_for_parts();
    let document = document::finish(document);
    let calls = calls
        .layer(from_fn_with_state(api.clone(), idempotency::once))
        .layer(from_fn_with_state(api.clone(), caller::enter));
    Router::new()
        .route("/openapi.json", axum::routing::get(async || Json(document)))
        .merge(calls)
        .fallback(async || Problem::not_found())
        .layer(from_fn(problem::dress))
        .with_state(api)
}

/// The OpenAPI document.
pub fn document() -> OpenApi {
    document::finish(calls().into_openapi())
}

/// Every call, method and path, for the access matrix.
pub fn routes() -> Vec<(&'static str, String)> {
    let mut document = document();
    let calls = document::operations(&mut document).into_iter();
    calls.map(|(call, _)| call).collect()
}

fn calls() -> OpenApiRouter<ApiState> {
    OpenApiRouter::with_openapi(document::beginning())
        .merge(tickets::routes())
        .merge(timeline::routes())
        .merge(participants::routes())
        .merge(accounts::routes())
        .merge(audit::routes())
        .merge(intake::routes())
        .merge(outbox::routes())
        .merge(contacts::routes())
        .merge(settings::routes())
        .merge(calendars::routes())
        .merge(services::routes())
        .merge(settled::routes())
        .merge(teams::routes())
        .merge(webhooks::routes())
        .merge(suppressions::routes())
        .merge(rules::routes())
        .merge(platform::routes())
        .merge(telling::routes())
        .merge(availability::routes())
        .merge(wording::routes())
        .layer(DefaultBodyLimit::max(USUAL_BODY))
        .merge(messages::routes())
}
