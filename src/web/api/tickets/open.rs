//! `POST /tickets`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::caller::Worker;
use super::super::given::Given;
use super::super::problem::Problem;
use super::super::show::TicketView;
use super::super::state::ApiState;
use super::super::whom::{self, Whom};
use super::show::answer;
use crate::desk::open::NewTicket;
use crate::domain::message::MatchedBy;
use crate::domain::ticket::Priority;

/// A ticket to be opened for a customer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(
    deny_unknown_fields,
    expecting = "an object with subject, text and requester"
)]
pub struct Opening {
    subject: String,
    /// What the customer said, or what is said to them.
    text: String,
    /// An address, or `{"email": …, "name": …}`.
    #[schema(schema_with = whom::schema)]
    requester: Whom,
    /// The mailbox's address; absent: the tenant's first.
    mailbox: Option<String>,
    #[schema(value_type = Option<String>, example = "high")]
    priority: Option<Priority>,
    #[serde(default)]
    tags: Vec<String>,
    /// Mail the text to the customer.
    #[serde(default)]
    notify: bool,
}

/// Open a ticket for a customer
#[utoipa::path(post, path = "/tickets", tag = "tickets", request_body = Opening,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key again gives the same answer, for 24 hours")),
    responses((status = 201, description = "The ticket", body = TicketView)))]
pub async fn open(
    State(api): State<ApiState>,
    Worker(staff): Worker,
    Given(opening): Given<Opening>,
) -> Result<(StatusCode, Json<TicketView>), Problem> {
    let mailbox = opening.mailbox.map(|address| address.parse()).transpose();
    let new = NewTicket {
        subject: opening.subject,
        text: opening.text,
        requester: opening.requester.checked("requester")?,
        mailbox: mailbox
            .map_err(|_| Problem::invalid("mailbox", "expected the address of a mailbox"))?,
        priority: opening.priority,
        tags: opening.tags,
        notify: opening.notify,
        by: MatchedBy::Api,
    };
    let id = api.desk.open_ticket(&staff.who, new).await?;
    Ok((StatusCode::CREATED, answer(&api, &staff, id).await?))
}
