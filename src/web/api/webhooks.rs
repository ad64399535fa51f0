//! `/webhooks`: the tenant's programs that are told of events, for admins. A secret is shown once, when it is made.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::caller::{Manager, Staff};
use super::given::{Asked, Given};
use super::page::{List, Page, PageQuery, sealed};
use super::problem::Problem;
use super::show::WebhookView;
use super::state::ApiState;
use crate::desk::webhooks::WebhookChange;
use crate::domain::audit::Via;
use crate::domain::ids::{OutboxId, WebhookId};
use crate::store::webhooks::{self, LoggedCall, Webhook};

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(change, remove))
        .routes(routes!(rotate))
        .routes(routes!(try_out))
        .routes(routes!(replay))
        .routes(routes!(calls))
}

/// A webhook to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, expecting = "an object with url and events")]
pub struct NewWebhook {
    #[schema(example = "https://example.org/hook")]
    url: String,
    /// Names such as `ticket.created`, groups such as `ticket.*`; empty or absent: every event.
    #[serde(default)]
    events: Vec<String>,
}

/// What is to change; fields that are absent stay as they are.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(
    deny_unknown_fields,
    default,
    expecting = "an object with the fields to change"
)]
pub struct Changes {
    events: Option<Vec<String>>,
    active: Option<bool>,
}

/// What is to be told again: one item, or all of a span.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(
    deny_unknown_fields,
    default,
    expecting = "an object with item, or with since and until"
)]
pub struct Again {
    /// The id of an outgoing item.
    item: Option<Uuid>,
    since: Option<DateTime<Utc>>,
    /// Now, if absent.
    until: Option<DateTime<Utc>>,
}

/// A webhook with its secret.
#[derive(Serialize, ToSchema)]
pub struct WithSecret {
    id: Uuid,
    /// Shown this once.
    #[schema(example = "whsec_…")]
    secret: String,
}

/// How many calls are made again.
#[derive(Debug, Serialize, ToSchema)]
pub struct Count {
    calls: u64,
}

/// One call and how it ended.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhookCall)]
pub struct CallView {
    id: Uuid,
    /// The outgoing item; its id is the call's `webhook-id`, however often it is made.
    item: Uuid,
    at: DateTime<Utc>,
    took_ms: i64,
    /// The answer's status; null if there was none.
    status: Option<i64>,
    /// The beginning of the answer, or why there is none.
    answer: String,
}

impl From<LoggedCall> for CallView {
    fn from(call: LoggedCall) -> Self {
        Self {
            id: call.id,
            item: call.outbox_id,
            at: call.at,
            took_ms: call.took_ms,
            status: call.status,
            answer: call.answer,
        }
    }
}

/// An id in a path; what is none is nobody's.
fn named(id: &str) -> Result<WebhookId, Problem> {
    id.parse().map_err(|_| Problem::not_found())
}

/// The webhook with this id, of the tenant's own.
fn own(staff: &Staff, id: WebhookId) -> Result<&Webhook, Problem> {
    let hook = staff.office.webhooks.iter().find(|hook| hook.id == id);
    hook.ok_or_else(Problem::not_found)
}

/// Programs that are told of events
#[utoipa::path(get, path = "/webhooks", tag = "settings", params(PageQuery),
    responses((status = 200, description = "By address", body = List<WebhookView>)))]
async fn list(
    Manager(staff): Manager,
    Asked(query): Asked<PageQuery>,
) -> Result<Json<List<WebhookView>>, Problem> {
    let page = Page::read(&query.limit, &query.cursor)?;
    Ok(Json(page.of(&staff.office.webhooks, WebhookView::from)))
}

/// Have a program told of events
///
/// Calls are signed after the Standard Webhooks specification, with the secret that is shown here once.
#[utoipa::path(post, path = "/webhooks", tag = "settings", request_body = NewWebhook,
    responses((status = 201, description = "Its id and its secret", body = WithSecret)))]
async fn create(
    State(api): State<ApiState>,
    Manager(staff): Manager,
    Given(new): Given<NewWebhook>,
) -> Result<(StatusCode, Json<WithSecret>), Problem> {
    let created = api
        .desk
        .create_webhook(&staff.who, Via::Api, &new.url, new.events);
    let (id, secret) = created.await?;
    let shown = WithSecret {
        id: id.0,
        secret: secret.to_string(),
    };
    Ok((StatusCode::CREATED, Json(shown)))
}

/// Change what a program is told of, or switch it on or off
#[utoipa::path(patch, path = "/webhooks/{id}", tag = "settings", request_body = Changes, params(("id" = Uuid, Path)),
    responses((status = 200, description = "As it is now", body = WebhookView)))]
async fn change(
    State(api): State<ApiState>,
    Manager(staff): Manager,
    Path(id): Path<String>,
    Given(changes): Given<Changes>,
) -> Result<Json<WebhookView>, Problem> {
    let wanted = WebhookChange {
        events: changes.events,
        active: changes.active,
    };
    let id = named(&id)?;
    api.desk
        .change_webhook(&staff.who, Via::Api, id, wanted)
        .await?;
    let office = api.desk.office(staff.tenant())?;
    let hook = office.webhooks.iter().find(|hook| hook.id == id);
    hook.map(|hook| Json(WebhookView::from(hook)))
        .ok_or_else(Problem::not_found)
}

/// Tell a program nothing any more
#[utoipa::path(delete, path = "/webhooks/{id}", tag = "settings", params(("id" = Uuid, Path)),
    responses((status = 204, description = "It is gone")))]
async fn remove(
    State(api): State<ApiState>,
    Manager(staff): Manager,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    api.desk
        .remove_webhook(&staff.who, Via::Api, named(&id)?)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Give a program a new secret
///
/// For one day calls carry a signature of the old one as well.
#[utoipa::path(post, path = "/webhooks/{id}/rotate", tag = "settings", params(("id" = Uuid, Path)),
    responses((status = 200, description = "The new secret, shown this once", body = WithSecret)))]
async fn rotate(
    State(api): State<ApiState>,
    Manager(staff): Manager,
    Path(id): Path<String>,
) -> Result<Json<WithSecret>, Problem> {
    let id = named(&id)?;
    let secret = api.desk.rotate_webhook(&staff.who, Via::Api, id).await?;
    Ok(Json(WithSecret {
        id: id.0,
        secret: secret.to_string(),
    }))
}

/// Try a program out
///
/// Calls it once with the event `webhook.test`; `GET /webhooks/{id}/calls` says how it went.
#[utoipa::path(post, path = "/webhooks/{id}/test", tag = "settings", params(("id" = Uuid, Path)),
    responses((status = 202, description = "It is being called")))]
async fn try_out(
    State(api): State<ApiState>,
    Manager(staff): Manager,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    api.desk
        .try_webhook(&staff.who, Via::Api, named(&id)?)
        .await?;
    Ok(StatusCode::ACCEPTED)
}

/// Tell a program again
///
/// One item, or everything of a span of at most thirty days. Ids stay the same, so that a receiver that has one already
/// knows it.
#[utoipa::path(post, path = "/webhooks/{id}/replay", tag = "settings", request_body = Again, params(("id" = Uuid, Path)),
    responses((status = 202, description = "How many calls are made again", body = Count)))]
async fn replay(
    State(api): State<ApiState>,
    Manager(staff): Manager,
    Path(id): Path<String>,
    Given(again): Given<Again>,
) -> Result<(StatusCode, Json<Count>), Problem> {
    let (desk, id) = (&api.desk, named(&id)?);
    let calls = match (again.item, again.since) {
        (Some(item), None) => {
            let item = OutboxId(item);
            desk.replay_webhook_item(&staff.who, Via::Api, id, item)
                .await?;
            1
        }
        (None, Some(since)) => {
            let until = again.until.unwrap_or_else(|| desk.clock.now());
            desk.replay_webhook(&staff.who, Via::Api, id, (since, until))
                .await?
        }
        _ => {
            return Err(Problem::invalid(
                "since",
                "expected an item, or since and until",
            ));
        }
    };
    Ok((StatusCode::ACCEPTED, Json(Count { calls })))
}

/// How calls went
#[utoipa::path(get, path = "/webhooks/{id}/calls", tag = "settings", params(("id" = Uuid, Path), PageQuery),
    responses((status = 200, description = "Those of the last thirty days, the newest first", body = List<CallView>)))]
async fn calls(
    State(api): State<ApiState>,
    Manager(staff): Manager,
    Path(id): Path<String>,
    Asked(query): Asked<PageQuery>,
) -> Result<Json<List<CallView>>, Problem> {
    let page = Page::<Uuid>::read(&query.limit, &query.cursor)?;
    let hook = own(&staff, named(&id)?)?.id;
    let mut tx = api.desk.db.read().await?;
    let found = webhooks::calls(&mut tx, staff.tenant(), hook, page.after, page.and_one()).await?;
    let (calls, more) = page.cut(found);
    let next = calls.last().filter(|_| more).map(|last| sealed(&last.id));
    let items = calls.into_iter().map(CallView::from).collect();
    Ok(Json(List { items, next }))
}
