//! `POST /tickets/{key}/snooze`.

use axum::Json;
use axum::extract::{Path, State};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::caller::Worker;
use super::super::given::Given;
use super::super::problem::Problem;
use super::super::show::TicketView;
use super::super::state::ApiState;
use super::show::answer;

/// How long to sleep.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(
    deny_unknown_fields,
    expecting = "an object with until, a time or null"
)]
pub struct Sleeping {
    /// Until then, or until the customer writes; null wakes it.
    #[serde(deserialize_with = "Option::deserialize")]
    #[schema(required = true)]
    until: Option<DateTime<Utc>>,
}

/// Put a ticket to sleep, or wake it
///
/// It sleeps until the given time or the customer's next message, whichever comes first. Service levels go on.
#[utoipa::path(post, path = "/tickets/{key}/snooze", tag = "tickets", request_body = Sleeping,
    params(("key" = String, Path, description = "Such as ACME-1, or the id")),
    responses((status = 200, description = "The ticket as it is now", body = TicketView)))]
pub async fn snooze(
    State(api): State<ApiState>,
    Worker(staff): Worker,
    Path(key): Path<String>,
    Given(sleeping): Given<Sleeping>,
) -> Result<Json<TicketView>, Problem> {
    let mut tx = api.desk.db.read().await?;
    let ticket = staff.ticket(&mut tx, &key).await?;
    drop(tx);
    api.desk
        .snooze(&staff.who, ticket.id, sleeping.until)
        .await?;
    answer(&api, &staff, ticket.id).await
}
