//! `PATCH /tickets/{key}`.

use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

use super::super::caller::{Staff, Worker};
use super::super::given::Given;
use super::super::problem::Problem;
use super::super::show::TicketView;
use super::super::state::ApiState;
use super::filter::person;
use super::show::answer;
use crate::domain::ids::{TeamId, UserId};
use crate::domain::ticket::{Change, Priority, Status};

/// What is to change; fields that are absent stay as they are.
#[expect(
    clippy::option_option,
    reason = "absent leaves a field as it is, null takes its value away"
)]
#[derive(Debug, Default, PartialEq, Deserialize, ToSchema)]
#[serde(
    deny_unknown_fields,
    default,
    expecting = "an object with the fields to change"
)]
pub struct Changes {
    subject: Option<String>,
    #[schema(value_type = Option<String>, example = "resolved")]
    status: Option<Status>,
    #[schema(value_type = Option<String>, example = "high")]
    priority: Option<Priority>,
    /// One of the tenant's categories; null takes it away.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    category: Option<Option<String>>,
    /// A team's name; null takes it away.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    team: Option<Option<String>>,
    /// An address, an id, or `me`; null takes them away.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    assignee: Option<Option<String>>,
    /// All tags it shall have from now on.
    tags: Option<Vec<String>>,
    spam: Option<bool>,
}

/// A field that stands there, be it null.
#[expect(clippy::option_option, reason = "as the fields it reads")]
fn given<'de, D: Deserializer<'de>>(field: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(field).map(Some)
}

/// Change a ticket
#[utoipa::path(patch, path = "/tickets/{key}", tag = "tickets", request_body = Changes,
    params(("key" = String, Path, description = "Such as ACME-1, or the id")),
    responses((status = 200, description = "The ticket as it is now", body = TicketView)))]
pub async fn change(
    State(api): State<ApiState>,
    Worker(staff): Worker,
    Path(key): Path<String>,
    Given(changes): Given<Changes>,
) -> Result<Json<TicketView>, Problem> {
    let mut tx = api.desk.db.read().await?;
    let ticket = staff.ticket(&mut tx, &key).await?;
    drop(tx);
    let wanted = resolved(changes, &staff)?;
    api.desk.change(&staff.who, ticket.id, wanted).await?;
    answer(&api, &staff, ticket.id).await
}

/// The change with ids in place of names.
fn resolved(changes: Changes, staff: &Staff) -> Result<Change, Problem> {
    let team = |name: Option<String>| name.map(|name| team(staff, &name)).transpose();
    let assignee = |name: Option<String>| name.map(|name| assignee(staff, &name)).transpose();
    Ok(Change {
        subject: changes.subject,
        status: changes.status,
        priority: changes.priority,
        category: changes.category,
        team: changes.team.map(team).transpose()?,
        assignee: changes.assignee.map(assignee).transpose()?,
        tags: changes.tags,
        spam: changes.spam,
    })
}

fn team(staff: &Staff, name: &str) -> Result<TeamId, Problem> {
    let team = staff.office.team_named(name);
    let team = team.ok_or_else(|| Problem::invalid("team", "expected the name of a team"))?;
    Ok(team.id)
}

fn assignee(staff: &Staff, name: &str) -> Result<UserId, Problem> {
    let found = match name {
        "me" => staff.who.user,
        name => person(&staff.office, name),
    };
    found.ok_or_else(|| {
        Problem::invalid(
            "assignee",
            "expected the address or the id of one of the desk's people",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_takes_away_and_absence_leaves() {
        for (json, category) in [
            ("{}", None),
            (r#"{"category": null}"#, Some(None)),
            (
                r#"{"category": "billing"}"#,
                Some(Some("billing".to_owned())),
            ),
        ] {
            let changes: Changes = serde_json::from_str(json).unwrap();
            assert_eq!(changes.category, category, "{json}");
        }
    }

    #[test]
    fn a27_only_what_may_be_written_is_taken() {
        for json in [
            r#"{"number": 7}"#,
            r#"{"requester": "x@y.z"}"#,
            r#"{"status": "green"}"#,
            r#"{"tags": "a"}"#,
        ] {
            assert!(serde_json::from_str::<Changes>(json).is_err(), "{json}");
        }
    }
}
