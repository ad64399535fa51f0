//! Which page answers what, and what every request passes before it gets there.

use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use tower::{ServiceBuilder, ServiceExt as _};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::timeout::TimeoutLayer;

use crate::web::guard::{Fault, Site, after_panic, dress, number, refuse_foreign_writes};
use crate::web::routes::{Listed, Routes};
use crate::web::{Web, api, assets, health, pages};

/// The longest that an answer may take to begin.
const PATIENCE: Duration = Duration::from_secs(30);
/// The largest request that a page takes.
const LARGEST: usize = 1 << 20;

/// The whole of what is served over HTTP.
pub fn router(web: Web) -> Router {
    let api: Router<Web> = Router::new().nest("/api/v1", api::router(web.api.clone()));
    let sites = Sites {
        root: pages_of(pages::root_routes())
            .merge(common())
            .merge(api.clone())
            .with_state(web.clone()),
        tenant: pages_of(pages::tenant_routes())
            .merge(pages::button_routes().router())
            .merge(common())
            .merge(api.clone())
            .with_state(web.clone()),
        machine: api.with_state(web.clone()),
        health: health::routes().router().with_state(web.clone()),
        public_host: web.public_url.host().to_owned(),
    };
    Router::new().fallback(dispatch).with_state(sites).layer(
        ServiceBuilder::new()
            .layer(from_fn_with_state(web.clone(), number))
            .layer(from_fn_with_state(web, dress))
            .layer(CatchPanicLayer::custom(after_panic))
            .layer(TimeoutLayer::with_status_code(
                StatusCode::SERVICE_UNAVAILABLE,
                PATIENCE,
            )),
    )
}

/// Every route of the pages, for the access matrix.
pub fn page_routes() -> Vec<Listed> {
    [
        pages::root_routes(),
        pages::tenant_routes(),
        pages::button_routes(),
        health::routes(),
    ]
    .iter()
    .flat_map(|routes| routes.listed().iter().cloned())
    .collect()
}

fn pages_of(routes: Routes) -> Router<Web> {
    routes
        .router()
        .layer(DefaultBodyLimit::max(LARGEST))
        .layer(from_fn(refuse_foreign_writes))
}

/// What every host of ours has besides its pages. Pages are not compressed: they carry the form token beside
/// words that others wrote.
fn common() -> Router<Web> {
    Router::new()
        .route("/assets/{name}", axum::routing::get(assets::serve))
        .layer(CompressionLayer::new())
}

#[derive(Clone)]
struct Sites {
    root: Router,
    tenant: Router,
    machine: Router,
    health: Router,
    public_host: String,
}

/// Sends a request to the part of Postroom that its host stands for.
async fn dispatch(State(sites): State<Sites>, mut request: Request) -> Response {
    if matches!(request.uri().path(), "/healthz" | "/readyz" | "/metrics") {
        return answer(sites.health, request).await;
    }
    // HTTP/2 carries the host in the URI.
    let host = request
        .headers()
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .or_else(|| {
            request
                .uri()
                .authority()
                .map(axum::http::uri::Authority::as_str)
        })
        .unwrap_or_default();
    let Some(site) = Site::of(host, &sites.public_host) else {
        return Fault::Misdirected.into_response();
    };
    let router = match site {
        Site::Root => sites.root,
        Site::Tenant(_) => sites.tenant,
        Site::Machine => sites.machine,
    };
    request.extensions_mut().insert(site);
    answer(router, request).await
}

async fn answer(router: Router, request: Request) -> Response {
    match router.oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}
