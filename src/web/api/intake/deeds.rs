//! What may be done with a mail that became no ticket: once more, by force, or never.

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{answer, find_own};
use crate::domain::address::EmailAddress;
use crate::intake;
use crate::web::api::caller::Overseer;
use crate::web::api::given::GivenOrNot;
use crate::web::api::problem::Problem;
use crate::web::api::show::IntakeView;
use crate::web::api::state::ApiState;

/// Send a quarantined or ignored mail through today's program again
#[utoipa::path(post, path = "/intake/{id}/retry", tag = "mail",
    params(("id" = String, Path)), responses((status = 200, description = "The mail as it stands now", body = IntakeView)))]
pub async fn retry(
    State(api): State<ApiState>,
    overseer: Overseer,
    Path(id): Path<String>,
) -> Result<Json<IntakeView>, Problem> {
    let overseer = overseer.deciding()?;
    let mail = find_own(&api, &overseer, &id).await?;
    api.desk.retry_mail(mail.id, &overseer.by).await?;
    answer(&api, overseer.tenant, mail.id).await
}

/// Where an accepted mail becomes a ticket.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Acceptance {
    /// The tenant's slug; only with a token of the platform.
    tenant: Option<String>,
    /// The mailbox's address; absent: the first that the mail names, else the tenant's first.
    mailbox: Option<String>,
}

/// Make a quarantined or ignored mail a ticket, although the program would not
///
/// Its trace says who decided so. A mail that cannot be read becomes a ticket that says so.
#[utoipa::path(post, path = "/intake/{id}/accept", tag = "mail", request_body(content = Acceptance),
    params(("id" = String, Path)), responses((status = 200, description = "The mail as it stands now", body = IntakeView)))]
pub async fn accept(
    State(api): State<ApiState>,
    overseer: Overseer,
    Path(id): Path<String>,
    GivenOrNot(wanted): GivenOrNot<Acceptance>,
) -> Result<Json<IntakeView>, Problem> {
    let overseer = overseer.deciding()?;
    let mail = find_own(&api, &overseer, &id).await?;
    let directory = api.desk.directory();
    let tenant = match (overseer.tenant, &wanted.tenant) {
        (Some(own), None) => own,
        (Some(_), Some(_)) => {
            return Err(Problem::invalid("tenant", "a tenant's token means its own"));
        }
        (None, Some(slug)) => directory
            .by_slug(slug)
            .map(|office| office.tenant.id)
            .ok_or_else(|| Problem::invalid("tenant", "there is no such tenant"))?,
        (None, None) => match mail.results.as_slice() {
            [(only, ..)] => *only,
            _ => return Err(Problem::invalid("tenant", "name the tenant's slug")),
        },
    };
    let mailbox: Option<EmailAddress> = match &wanted.mailbox {
        Some(address) => Some(
            address
                .parse()
                .map_err(|_| Problem::invalid("mailbox", "expected a mail address"))?,
        ),
        None => None,
    };
    intake::accept::accept(&api.desk, &mail, tenant, mailbox.as_ref(), &overseer.by).await?;
    answer(&api, overseer.tenant, mail.id).await
}

/// Erase a quarantined or ignored mail; its row stays in the list as ignored, with who did it and when
#[utoipa::path(post, path = "/intake/{id}/delete", tag = "mail",
    params(("id" = String, Path)), responses((status = 200, description = "The mail as it stands now", body = IntakeView)))]
pub async fn delete(
    State(api): State<ApiState>,
    overseer: Overseer,
    Path(id): Path<String>,
) -> Result<Json<IntakeView>, Problem> {
    let overseer = overseer.deciding()?;
    let mail = find_own(&api, &overseer, &id).await?;
    api.desk.erase_mail(mail.id, &overseer.by).await?;
    answer(&api, overseer.tenant, mail.id).await
}
