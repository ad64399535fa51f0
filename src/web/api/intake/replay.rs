//! A received mail through today's program: what would be different, and, if wanted, making it so.

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{find, find_own};
use crate::intake;
use crate::web::api::caller::Overseer;
use crate::web::api::given::GivenOrNot;
use crate::web::api::problem::Problem;
use crate::web::api::show::ReplayView;
use crate::web::api::state::ApiState;

/// How to replay.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Replay {
    /// Only say what would be different; this is the default.
    dry_run: bool,
}

impl Default for Replay {
    fn default() -> Self {
        Self { dry_run: true }
    }
}

/// Read a stored mail with today's program, and say what would be different
///
/// With `dry_run` false, what may be changed safely is: how a message reads, and a mail that became no message. A
/// message is never moved, and nothing goes out again. A second time finds nothing to change.
#[utoipa::path(post, path = "/intake/{id}/replay", tag = "mail", request_body(content = Replay),
    params(("id" = String, Path)), responses((status = 200, description = "The differences", body = ReplayView)))]
pub async fn replay(
    State(api): State<ApiState>,
    overseer: Overseer,
    Path(id): Path<String>,
    GivenOrNot(wanted): GivenOrNot<Replay>,
) -> Result<Json<ReplayView>, Problem> {
    let overseer = overseer.deciding()?;
    let mail = if wanted.dry_run {
        find(&api, overseer.tenant, &id).await?
    } else {
        find_own(&api, &overseer, &id).await?
    };
    let by = (!wanted.dry_run).then_some(&overseer.by);
    let replayed = intake::replay::replay(&api.desk, overseer.tenant, mail.id, by).await?;
    Ok(Json(ReplayView::new(replayed)))
}
