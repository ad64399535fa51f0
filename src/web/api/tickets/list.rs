//! `GET /tickets`.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};

use super::super::caller::Staff;
use super::super::csv;
use super::super::given::Asked;
use super::super::page::{List, Page, sealed};
use super::super::problem::Problem;
use super::super::show::{COLUMNS, TicketView};
use super::super::state::ApiState;
use super::filter::{TicketQuery, filter};
use super::order::{Order, Place};
use super::show::views;
use crate::store;

/// Tickets, the newest change first; with `Accept: text/csv` as a table
///
/// A list without a filter holds every status, spam apart. The next page of a table is in its `Link` header.
#[utoipa::path(get, path = "/tickets", tag = "tickets", params(TicketQuery), responses(
    (status = 200, description = "A page of tickets", content((List<TicketView> = "application/json"), (String = "text/csv"))),
))]
pub async fn list(
    State(api): State<ApiState>,
    staff: Staff,
    headers: HeaderMap,
    Asked(query): Asked<TicketQuery>,
) -> Result<Response, Problem> {
    let list = page(&api, &staff, &query).await?;
    if !csv::is_wanted(&headers) {
        return Ok(Json(list).into_response());
    }
    let next = list
        .next
        .as_ref()
        .map(|cursor| next_address(&query, cursor));
    Ok(csv::answer(
        COLUMNS,
        list.items.iter().map(TicketView::line),
        next.as_deref(),
    ))
}

async fn page(
    api: &ApiState,
    staff: &Staff,
    query: &TicketQuery,
) -> Result<List<TicketView>, Problem> {
    let order = Order::read(&query.sort)?;
    let page = Page::<Place>::read(&query.limit, &query.cursor)?;
    if page.after.is_some_and(|place| place.order != order) {
        return Err(Problem::invalid(
            "cursor",
            "expected the `next` of a list in the same order",
        ));
    }
    let mut tx = api.desk.db.read().await?;
    let Some(mut filter) = filter(&mut tx, staff, query).await? else {
        return Ok(List {
            items: Vec::new(),
            next: None,
        });
    };
    filter.sort = order.sort;
    filter.ascending = order.ascending;
    filter.before = page.after.map(|place| (place.at, place.id));
    filter.limit = page.and_one();
    let found = store::tickets::list(&mut tx, staff.tenant(), &filter).await?;
    let (tickets, more) = page.cut(found);
    let next = tickets
        .last()
        .filter(|_| more)
        .map(|last| sealed(&order.place(last)));
    let items = views(&mut tx, staff, tickets).await?;
    Ok(List { items, next })
}

/// The same query, going on after `cursor`.
fn next_address(query: &TicketQuery, cursor: &str) -> String {
    let mut next = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in [
        ("status", &query.status),
        ("priority", &query.priority),
        ("assignee", &query.assignee),
        ("team", &query.team),
        ("tag", &query.tag),
        ("category", &query.category),
        ("mailbox", &query.mailbox),
        ("requester", &query.requester),
        ("q", &query.q),
        ("created_after", &query.created_after),
        ("created_before", &query.created_before),
        ("sort", &query.sort),
        ("limit", &query.limit),
    ] {
        if !value.is_empty() {
            next.append_pair(name, value);
        }
    }
    format!(
        "/api/v1/tickets?{}",
        next.append_pair("cursor", cursor).finish()
    )
}
