//! The tenant's people, mailboxes and canned replies, to read, from the settings in memory.

use axum::Json;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::caller::Staff;
use super::given::Asked;
use super::page::{List, Page, PageQuery};
use super::problem::Problem;
use super::show::{CannedView, MailboxView, UserView};
use super::state::ApiState;

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(users))
        .routes(routes!(mailboxes))
        .routes(routes!(canned))
}

type Answer<T> = Result<Json<List<T>>, Problem>;

/// The tenant's people, former ones included
#[utoipa::path(get, path = "/users", tag = "people", params(PageQuery),
    responses((status = 200, description = "By name", body = List<UserView>)))]
async fn users(staff: Staff, Asked(query): Asked<PageQuery>) -> Answer<UserView> {
    let page = Page::read(&query.limit, &query.cursor)?;
    Ok(Json(page.of(&staff.office.people, UserView::from)))
}

/// The addresses under which the tenant receives mail
#[utoipa::path(get, path = "/mailboxes", tag = "settings", params(PageQuery),
    responses((status = 200, description = "The oldest first", body = List<MailboxView>)))]
async fn mailboxes(staff: Staff, Asked(query): Asked<PageQuery>) -> Answer<MailboxView> {
    let page = Page::read(&query.limit, &query.cursor)?;
    Ok(Json(page.of(&staff.office.mailboxes, |mailbox| {
        MailboxView::new(mailbox, &staff.office)
    })))
}

/// Texts to answer with
#[utoipa::path(get, path = "/canned", tag = "settings", params(PageQuery),
    responses((status = 200, description = "By name", body = List<CannedView>)))]
async fn canned(staff: Staff, Asked(query): Asked<PageQuery>) -> Answer<CannedView> {
    let page = Page::read(&query.limit, &query.cursor)?;
    Ok(Json(page.of(&staff.office.canned, CannedView::from)))
}
