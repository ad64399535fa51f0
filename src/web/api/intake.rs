//! `/intake`: each received mail, what became of it and why.

use std::collections::HashMap;

use axum::Json;
use axum::extract::{Path, State};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::caller::{Operator, Overseer};
use super::given::Asked;
use super::page::{List, Page, StateQuery, sealed};
use super::problem::Problem;
use super::show::{IntakeView, Places};
use super::state::ApiState;
use crate::domain::ids::{InboundId, TenantId, TicketId};
use crate::store::inbound::{Filter, InboundState, Listed};
use crate::store::{self, Tx};

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(of_all))
        .routes(routes!(retry))
        .routes(routes!(accept))
        .routes(routes!(delete))
}

/// Received mails, the newest first
///
/// A tenant sees what came through its own accounts, and of the platform's what was routed to it.
#[utoipa::path(get, path = "/intake", tag = "mail", params(StateQuery),
    responses((status = 200, description = "A page of mails", body = List<IntakeView>)))]
async fn list(
    State(api): State<ApiState>,
    overseer: Overseer,
    Asked(query): Asked<StateQuery>,
) -> Result<Json<List<IntakeView>>, Problem> {
    page(&api, overseer.tenant, &query).await.map(Json)
}

/// Everybody's received mails, the newest first
#[utoipa::path(get, path = "/platform/intake", tag = "platform", params(StateQuery),
    responses((status = 200, description = "A page of mails", body = List<IntakeView>)))]
async fn of_all(
    State(api): State<ApiState>,
    _: Operator,
    Asked(query): Asked<StateQuery>,
) -> Result<Json<List<IntakeView>>, Problem> {
    page(&api, None, &query).await.map(Json)
}

/// Send a quarantined or ignored mail through today's program again
#[utoipa::path(post, path = "/intake/{id}/retry", tag = "mail",
    params(("id" = String, Path)), responses((status = 200, description = "The mail as it stands now", body = IntakeView)))]
async fn retry(
    State(api): State<ApiState>,
    overseer: Overseer,
    Path(id): Path<String>,
) -> Result<Json<IntakeView>, Problem> {
    let overseer = overseer.working()?;
    let mail = find(&api, overseer.tenant, &id).await?;
    api.desk.retry_mail(mail.id).await?;
    answer(&api, overseer.tenant, mail.id).await
}

/// Take a quarantined mail in
///
/// It goes through today's program again, as with `retry`; a mail that fails again comes back.
#[utoipa::path(post, path = "/intake/{id}/accept", tag = "mail",
    params(("id" = String, Path)), responses((status = 200, description = "The mail as it stands now", body = IntakeView)))]
async fn accept(
    State(api): State<ApiState>,
    overseer: Overseer,
    Path(id): Path<String>,
) -> Result<Json<IntakeView>, Problem> {
    let overseer = overseer.working()?;
    let mail = find(&api, overseer.tenant, &id).await?;
    api.desk.retry_mail(mail.id).await?;
    answer(&api, overseer.tenant, mail.id).await
}

/// Put a quarantined mail aside for good; it stays in the list as ignored
#[utoipa::path(post, path = "/intake/{id}/delete", tag = "mail",
    params(("id" = String, Path)), responses((status = 200, description = "The mail as it stands now", body = IntakeView)))]
async fn delete(
    State(api): State<ApiState>,
    overseer: Overseer,
    Path(id): Path<String>,
) -> Result<Json<IntakeView>, Problem> {
    let overseer = overseer.working()?;
    let mail = find(&api, overseer.tenant, &id).await?;
    api.desk.put_mail_aside(mail.id).await?;
    answer(&api, overseer.tenant, mail.id).await
}

async fn page(
    api: &ApiState,
    tenant: Option<TenantId>,
    query: &StateQuery,
) -> Result<List<IntakeView>, Problem> {
    let page = Page::<InboundId>::read(&query.limit, &query.cursor)?;
    let filter = Filter {
        tenant,
        id: None,
        states: query.states(InboundState::WORDS)?,
        before: page.after,
        limit: page.and_one(),
    };
    let mut tx = api.desk.db.read().await?;
    let found = store::inbound::list(&mut tx, &filter).await?;
    let (mails, more) = page.cut(found);
    let next = mails.last().filter(|_| more).map(|last| sealed(&last.id));
    let places = places(&mut tx, api, &mails).await?;
    let items = mails
        .into_iter()
        .map(|mail| IntakeView::new(mail, &places))
        .collect();
    Ok(List { items, next })
}

/// One mail, if they may see it.
async fn find(api: &ApiState, tenant: Option<TenantId>, id: &str) -> Result<Listed, Problem> {
    let id: InboundId = id.parse().map_err(|_| Problem::not_found())?;
    let filter = Filter {
        tenant,
        id: Some(id),
        limit: 1,
        ..Filter::default()
    };
    let mut tx = api.desk.db.read().await?;
    let found = store::inbound::list(&mut tx, &filter).await?;
    found.into_iter().next().ok_or_else(Problem::not_found)
}

async fn answer(
    api: &ApiState,
    tenant: Option<TenantId>,
    id: InboundId,
) -> Result<Json<IntakeView>, Problem> {
    let mail = find(api, tenant, &id.to_string()).await?;
    let mut tx = api.desk.db.read().await?;
    let places = places(&mut tx, api, std::slice::from_ref(&mail)).await?;
    Ok(Json(IntakeView::new(mail, &places)))
}

/// The names of all tenants and tickets that these mails led to.
async fn places(tx: &mut Tx, api: &ApiState, mails: &[Listed]) -> Result<Places, Problem> {
    let mut wanted: HashMap<TenantId, Vec<TicketId>> = HashMap::new();
    for (tenant, ticket, ..) in mails.iter().flat_map(|mail| &mail.results) {
        wanted.entry(*tenant).or_default().extend(ticket);
    }
    let directory = api.desk.directory();
    let mut places = Places::default();
    for (tenant, tickets) in wanted {
        let slug = directory
            .office(tenant)
            .map(|office| office.tenant.slug.clone());
        places.tenants.insert(tenant, slug.unwrap_or_default());
        let found = store::tickets::by_ids(tx, tenant, &tickets).await?;
        places
            .tickets
            .extend(found.into_iter().map(|ticket| (ticket.id, ticket.key)));
    }
    Ok(places)
}
