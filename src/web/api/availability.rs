//! When a person is away, and how many tickets they take on: their own.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, SubsecRound as _, Utc};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::caller::Staff;
use super::given::Given;
use super::problem::{Kind, Problem};
use super::state::ApiState;
use crate::domain::audit::Via;
use crate::domain::person::{Away, Membership, Presence};

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(mine, change))
}

/// When a person is away, and how many tickets they take on.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Availability)]
pub struct AvailabilityView {
    /// From when; null: no absence is announced.
    away_from: Option<DateTime<Utc>>,
    /// Until when; null with `away_from`: until they say that they are back.
    away_until: Option<DateTime<Utc>>,
    /// What colleagues read.
    message: String,
    /// Their urgent tickets go back to their teams when it begins.
    hand_back: bool,
    /// The most active tickets that are given to them by itself; null: no limit.
    capacity: Option<u32>,
}

impl From<&Presence> for AvailabilityView {
    fn from(presence: &Presence) -> Self {
        let away = presence.away.as_ref();
        Self {
            away_from: away.map(|a| a.from),
            away_until: away.and_then(|a| a.until),
            message: away.map(|a| a.message.clone()).unwrap_or_default(),
            hand_back: away.is_some_and(|a| a.hand_back),
            capacity: presence.capacity,
        }
    }
}

/// What is to change; fields that are absent stay as they are.
#[expect(
    clippy::option_option,
    reason = "absent leaves a field as it is, null takes its value away"
)]
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(
    deny_unknown_fields,
    default,
    expecting = "an object with the fields to change"
)]
pub struct AvailabilityChange {
    /// Null: back, and no absence announced.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<String>, example = "2026-12-24T12:00:00Z")]
    away_from: Option<Option<DateTime<Utc>>>,
    /// Null: until further notice.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<String>, example = "2027-01-04T08:00:00Z")]
    away_until: Option<Option<DateTime<Utc>>>,
    message: Option<String>,
    hand_back: Option<bool>,
    /// Null: no limit.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<u32>)]
    capacity: Option<Option<u32>>,
}

/// A field that stands there, be it null.
#[expect(clippy::option_option, reason = "as the fields it reads")]
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    field: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(field).map(Some)
}

impl AvailabilityChange {
    fn onto(self, was: &Presence) -> Result<Presence, Problem> {
        let whole = |at: DateTime<Utc>| at.trunc_subsecs(6);
        let old = was.away.clone();
        let from = match self.away_from {
            Some(from) => from.map(whole),
            None => old.as_ref().map(|away| away.from),
        };
        let of_absence = self.message.is_some()
            || self.hand_back.is_some()
            || self.away_until.flatten().is_some();
        if from.is_none() && of_absence {
            let problem = "expected a time: without one there is no absence";
            return Err(Problem::invalid("away_from", problem));
        }
        let until = match self.away_until {
            Some(until) => until.map(whole),
            None => old.as_ref().and_then(|away| away.until),
        };
        let message = self
            .message
            .or_else(|| old.as_ref().map(|away| away.message.clone()));
        let hand_back = self
            .hand_back
            .or_else(|| old.as_ref().map(|away| away.hand_back));
        Ok(Presence {
            away: from.map(|from| Away {
                from,
                until,
                message: message.unwrap_or_default(),
                hand_back: hand_back.unwrap_or_default(),
            }),
            capacity: self.capacity.unwrap_or(was.capacity),
        })
    }
}

/// When you are away, and how many tickets you take on
#[utoipa::path(get, path = "/me/availability", tag = "people",
    responses((status = 200, description = "As you said it last", body = AvailabilityView)))]
async fn mine(staff: Staff) -> Result<Json<AvailabilityView>, Problem> {
    Ok(Json(AvailabilityView::from(&member(&staff)?.presence)))
}

/// Say when you are away, and how many tickets you take on
///
/// Whoever is away is given nothing and told nothing.
#[utoipa::path(patch, path = "/me/availability", tag = "people", request_body = AvailabilityChange,
    responses((status = 200, description = "It holds from now on", body = AvailabilityView)))]
async fn change(
    State(api): State<ApiState>,
    staff: Staff,
    Given(change): Given<AvailabilityChange>,
) -> Result<Json<AvailabilityView>, Problem> {
    let presence = change.onto(&member(&staff)?.presence)?;
    api.desk
        .set_presence(&staff.who, Via::Api, presence.clone())
        .await?;
    Ok(Json(AvailabilityView::from(&presence)))
}

fn member(staff: &Staff) -> Result<&Membership, Problem> {
    let member = staff.who.user.and_then(|user| staff.office.person(user));
    member.ok_or_else(|| {
        Problem::new(Kind::Forbidden).because("This token belongs to nobody who could be away.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_absent_stays_and_null_takes_away() {
        let change = |json: &str, was: &Presence| {
            let change: AvailabilityChange = serde_json::from_str(json).unwrap();
            change.onto(was)
        };
        let away = change(
            r#"{"away_from": "2026-12-24T12:00:00Z", "hand_back": true, "capacity": 12}"#,
            &Presence::default(),
        )
        .unwrap();
        let until = change(r#"{"away_until": "2027-01-04T08:00:00Z"}"#, &away).unwrap();
        assert_eq!(until.capacity, Some(12));
        assert!(until.away.as_ref().is_some_and(|away| away.hand_back));
        let back = change(r#"{"away_from": null, "capacity": null}"#, &until).unwrap();
        assert_eq!(back, Presence::default());
        assert!(change(r#"{"hand_back": true}"#, &Presence::default()).is_err());
    }
}
