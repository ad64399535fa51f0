//! `/intake`: each received mail, what became of it and why.

mod deeds;
mod raw;
mod replay;

use std::collections::HashMap;

use axum::Json;
use axum::extract::{Path, State};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::caller::{Operator, Overseer};
use super::given::Asked;
use super::page::{List, Page, StateQuery, sealed};
use super::problem::{Kind, Problem};
use super::show::{IntakeView, Places};
use super::state::ApiState;
use crate::domain::ids::{InboundId, TenantId, TicketId};
use crate::store::inbound::{Filter, InboundState, Listed};
use crate::store::{self, Tx};

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(of_all))
        .routes(routes!(show))
        .routes(routes!(raw::raw))
        .routes(routes!(deeds::retry))
        .routes(routes!(deeds::accept))
        .routes(routes!(deeds::delete))
        .routes(routes!(replay::replay))
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

/// One received mail
#[utoipa::path(get, path = "/intake/{id}", tag = "mail",
    params(("id" = String, Path)), responses((status = 200, description = "The mail", body = IntakeView)))]
async fn show(
    State(api): State<ApiState>,
    overseer: Overseer,
    Path(id): Path<String>,
) -> Result<Json<IntakeView>, Problem> {
    let mail = find(&api, overseer.tenant, &id).await?;
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
        states: query.states(InboundState::WORDS)?,
        before: page.after,
        limit: page.and_one(),
        ..Filter::default()
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
    let mut tx = api.desk.db.read().await?;
    let found = store::inbound::one(&mut tx, tenant, id).await?;
    found.ok_or_else(Problem::not_found)
}

/// The same, for somebody who is about to decide about it: what others received too is the platform's to decide.
async fn find_own(api: &ApiState, overseer: &Overseer, id: &str) -> Result<Listed, Problem> {
    let mail = find(api, overseer.tenant, id).await?;
    if let Some(tenant) = overseer.tenant {
        let mut tx = api.desk.db.read().await?;
        if store::inbound::is_shared(&mut tx, tenant, mail.id).await? {
            return Err(Problem::new(Kind::Conflict)
                .because("This mail was addressed to others too; the platform decides about it."));
        }
    }
    Ok(mail)
}

async fn answer(
    api: &ApiState,
    tenant: Option<TenantId>,
    id: InboundId,
) -> Result<Json<IntakeView>, Problem> {
    let mail = find(api, tenant, &id.to_string()).await?;
    let mut tx = api.desk.db.read().await?;
    let places = places(&mut tx, api, std::slice::from_ref(&mail)).await?;
    let lines = store::inbound::lines(&mut tx, id).await?;
    Ok(Json(IntakeView::new(mail, &places).with_lines(lines)))
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
