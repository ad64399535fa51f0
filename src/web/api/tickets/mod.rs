//! `/tickets`: list, open, show, change, merge, split, snooze.

mod change;
mod filter;
mod links;
mod list;
mod merge;
mod offers;
mod open;
mod order;
mod show;
mod sla;
mod snooze;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::state::ApiState;

pub(super) use show::answer;

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(list::list, open::open))
        .routes(routes!(show::one, change::change))
        .routes(routes!(sla::story))
        .routes(routes!(links::links))
        .routes(routes!(offers::offers))
        .routes(routes!(offers::join))
        .routes(routes!(offers::dismiss))
        .routes(routes!(merge::merge))
        .routes(routes!(merge::unmerge))
        .routes(routes!(merge::split))
        .routes(routes!(merge::link))
        .routes(routes!(merge::unlink))
        .routes(routes!(snooze::snooze))
}
