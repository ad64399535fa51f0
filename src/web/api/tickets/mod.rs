//! `/tickets`: list, open, show, change.

mod change;
mod filter;
mod list;
mod open;
mod order;
mod show;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::state::ApiState;

pub(super) use show::answer;

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(list::list, open::open))
        .routes(routes!(show::one, change::change))
}
