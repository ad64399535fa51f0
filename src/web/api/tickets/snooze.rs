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
use crate::domain::snooze::until_reply;

/// How long to sleep.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(
    deny_unknown_fields,
    expecting = "an object with until, a time or null"
)]
pub struct Sleeping {
    /// Until then, or until the customer writes; `reply`: until they write, however long that takes; null wakes it.
    #[serde(deserialize_with = "Option::deserialize")]
    #[schema(required = true, example = "2026-12-01T09:00:00Z")]
    until: Option<String>,
}

fn moment(word: &str) -> Result<DateTime<Utc>, Problem> {
    if word == "reply" {
        return Ok(until_reply());
    }
    let at = DateTime::parse_from_rfc3339(word).map(|at| at.to_utc());
    at.map_err(|_| {
        let expected = "expected a time such as 2026-12-01T09:00:00Z, \"reply\" or null";
        Problem::invalid("until", format!("{expected}, not {word:?}"))
    })
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
    let until = sleeping.until.as_deref().map(moment).transpose()?;
    let mut tx = api.desk.db.read().await?;
    let ticket = staff.ticket(&mut tx, &key).await?;
    drop(tx);
    api.desk.snooze(&staff.who, ticket.id, until).await?;
    answer(&api, &staff, ticket.id).await
}
