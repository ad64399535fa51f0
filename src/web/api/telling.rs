//! Who is told of what: a person's own preferences, followers, why somebody was told, and what the customer said.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::caller::{Staff, Worker};
use super::given::{Asked, Given};
use super::page::{List, Page, PageQuery};
use super::problem::{Kind, Problem};
use super::show::PersonView;
use super::state::ApiState;
use crate::desk::directory::Office;
use crate::domain::address::EmailAddress;
use crate::domain::audit::Via;
use crate::domain::ids::UserId;
use crate::domain::telling::{Pace, Preferences, Quiet, TellEvent, Wish};
use crate::store::{self, Tx};

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(mine, choose))
        .routes(routes!(followers, follow))
        .routes(routes!(unfollow))
        .routes(routes!(told))
        .routes(routes!(rating))
}

/// What a person is told, whole.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Notifications)]
pub struct NotificationsView {
    /// By event, of whose tickets: `none`, `mine`, `teams` or `all`, by mail and by ntfy.
    #[schema(value_type = Object)]
    events: std::collections::BTreeMap<TellEvent, Wish>,
    /// `at_once`, `hourly` or `daily`.
    #[schema(value_type = String)]
    pace: Pace,
    /// When a daily mail goes out: `08:00`.
    digest_at: String,
    /// When the telephone is left alone: `22:00-07:00`, or null.
    quiet: Option<String>,
    /// Whether urgent tickets pass quiet hours and digests.
    urgent_passes: bool,
    /// Null: the tenant's.
    timezone: Option<String>,
    /// The person's own topic on the tenant's ntfy server; empty: none. It is nobody else's, and does not begin with
    /// what the tenant's own topics begin with.
    topic: String,
}

impl From<&Preferences> for NotificationsView {
    fn from(wishes: &Preferences) -> Self {
        let time = |at: chrono::NaiveTime| at.format("%H:%M").to_string();
        Self {
            events: TellEvent::ALL
                .iter()
                .map(|event| (*event, wishes.wish(*event)))
                .collect(),
            pace: wishes.pace,
            digest_at: time(wishes.digest_at),
            quiet: wishes
                .quiet
                .map(|quiet| format!("{}-{}", time(quiet.from), time(quiet.to))),
            urgent_passes: wishes.urgent_passes,
            timezone: wishes.timezone.map(|zone| zone.name().to_owned()),
            topic: wishes.topic.clone(),
        }
    }
}

impl NotificationsView {
    fn checked(self) -> Result<Preferences, Problem> {
        let mut wishes = Preferences {
            pace: self.pace,
            digest_at: time("digest_at", &self.digest_at)?,
            quiet: self.quiet.as_deref().map(quiet).transpose()?,
            urgent_passes: self.urgent_passes,
            timezone: self
                .timezone
                .map(|zone| {
                    let problem = "expected a time zone such as Europe/Berlin";
                    zone.parse()
                        .map_err(|_| Problem::invalid("timezone", problem))
                })
                .transpose()?,
            topic: self.topic,
            ..Preferences::default()
        };
        for (event, wish) in self.events {
            wishes.set(event, wish);
        }
        Ok(wishes)
    }
}

fn time(field: &str, text: &str) -> Result<chrono::NaiveTime, Problem> {
    let read = chrono::NaiveTime::parse_from_str(text.trim(), "%H:%M");
    read.map_err(|_| Problem::invalid(field, "expected a time of day such as 08:00"))
}

fn quiet(text: &str) -> Result<Quiet, Problem> {
    let problem = "expected two times of day such as 22:00-07:00";
    let (from, to) = text
        .split_once('-')
        .ok_or_else(|| Problem::invalid("quiet", problem))?;
    Ok(Quiet {
        from: time("quiet", from)?,
        to: time("quiet", to)?,
    })
}

/// What you are told
#[utoipa::path(get, path = "/me/notifications", tag = "people",
    responses((status = 200, description = "Whole, with what is usual", body = NotificationsView)))]
async fn mine(staff: Staff) -> Result<Json<NotificationsView>, Problem> {
    let user = personal(&staff)?;
    let usual = Preferences::default();
    let wishes = staff.office.preferences.get(&user).unwrap_or(&usual);
    Ok(Json(NotificationsView::from(wishes)))
}

/// Choose what you are told
#[utoipa::path(put, path = "/me/notifications", tag = "people", request_body = NotificationsView,
    responses((status = 200, description = "It holds from now on", body = NotificationsView)))]
async fn choose(
    State(api): State<ApiState>,
    staff: Staff,
    Given(given): Given<NotificationsView>,
) -> Result<Json<NotificationsView>, Problem> {
    personal(&staff)?;
    let wishes = given.checked()?;
    api.desk
        .choose(&staff.who, Via::Api, wishes.clone())
        .await?;
    Ok(Json(NotificationsView::from(&wishes)))
}

fn personal(staff: &Staff) -> Result<UserId, Problem> {
    staff.who.user.ok_or_else(|| {
        Problem::new(Kind::Forbidden).because("This token belongs to nobody who could be told.")
    })
}

/// Who follows a ticket
#[utoipa::path(get, path = "/tickets/{key}/followers", tag = "tickets",
    params(("key" = String, Path, description = "Such as ACME-1, or the id"), PageQuery),
    responses((status = 200, description = "The longest first", body = List<PersonView>)))]
async fn followers(
    State(api): State<ApiState>,
    staff: Staff,
    Path(key): Path<String>,
    Asked(query): Asked<PageQuery>,
) -> Result<Json<List<PersonView>>, Problem> {
    let page = Page::read(&query.limit, &query.cursor)?;
    let mut tx = api.desk.db.read().await?;
    let ticket = staff.ticket(&mut tx, &key).await?;
    let found = store::followers::of_tickets(&mut tx, staff.tenant(), &[ticket.id]).await?;
    let people: Vec<_> = found
        .iter()
        .filter_map(|(_, user)| staff.office.person(*user))
        .map(|member| &member.user)
        .collect();
    Ok(Json(page.of(people, PersonView::from)))
}

/// Who shall follow.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Following {
    /// An address or an id; left out: you.
    #[serde(default)]
    user: Option<String>,
}

/// Let somebody follow a ticket
///
/// They see it and are told of it as if it were theirs.
#[utoipa::path(post, path = "/tickets/{key}/followers", tag = "tickets", request_body = Following,
    params(("key" = String, Path, description = "Such as ACME-1, or the id")),
    responses((status = 204, description = "They follow")))]
async fn follow(
    State(api): State<ApiState>,
    Worker(staff): Worker,
    Path(key): Path<String>,
    Given(following): Given<Following>,
) -> Result<StatusCode, Problem> {
    let mut tx = api.desk.db.read().await?;
    let ticket = staff.ticket(&mut tx, &key).await?;
    drop(tx);
    let user = match following.user {
        Some(given) => person(&staff.office, &given)
            .ok_or_else(|| Problem::invalid("user", "there is no such person here"))?,
        None => personal(&staff)?,
    };
    api.desk.follow(&staff.who, ticket.id, user, true).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Let somebody follow a ticket no longer
#[utoipa::path(delete, path = "/tickets/{key}/followers/{user}", tag = "tickets",
    params(("key" = String, Path, description = "Such as ACME-1, or the id"),
        ("user" = String, Path, description = "An address or an id")),
    responses((status = 204, description = "They follow no longer")))]
async fn unfollow(
    State(api): State<ApiState>,
    Worker(staff): Worker,
    Path((key, user)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let mut tx = api.desk.db.read().await?;
    let ticket = staff.ticket(&mut tx, &key).await?;
    drop(tx);
    let user = person(&staff.office, &user).ok_or_else(Problem::not_found)?;
    api.desk.follow(&staff.who, ticket.id, user, false).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn person(office: &Office, given: &str) -> Option<UserId> {
    if let Ok(id) = given.parse::<UserId>() {
        return office.person(id).map(|member| member.user.id);
    }
    let address: EmailAddress = given.parse().ok()?;
    office.person_at(&address).map(|member| member.user.id)
}

/// Who was told of one deed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Telling)]
pub struct TellingView {
    id: Uuid,
    at: DateTime<Utc>,
    people: Vec<ToldView>,
}

/// What was decided for one person.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Told)]
pub struct ToldView {
    user: Uuid,
    name: String,
    /// Of what.
    event: &'static str,
    /// How, or why not.
    sentence: String,
}

/// Who was told of what happened to a ticket, and why
#[utoipa::path(get, path = "/tickets/{key}/told", tag = "tickets",
    params(("key" = String, Path, description = "Such as ACME-1, or the id"), PageQuery),
    responses((status = 200, description = "Oldest first, of the newest thousand", body = List<TellingView>)))]
async fn told(
    State(api): State<ApiState>,
    staff: Staff,
    Path(key): Path<String>,
    Asked(query): Asked<PageQuery>,
) -> Result<Json<List<TellingView>>, Problem> {
    const MOST: i64 = 1000;
    let page = Page::read(&query.limit, &query.cursor)?;
    let mut tx = api.desk.db.read().await?;
    let ticket = staff.ticket(&mut tx, &key).await?;
    let found = store::tellings::of_ticket(&mut tx, staff.tenant(), ticket.id, MOST).await?;
    Ok(Json(page.of(found, |telling| {
        TellingView {
            id: telling.id,
            at: telling.at,
            people: telling
                .people
                .into_iter()
                .map(|told| ToldView {
                    user: told.user.0,
                    name: told.name,
                    event: told.event.as_str(),
                    sentence: told.sentence,
                })
                .collect(),
        }
    })))
}

/// What a customer said about a ticket.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = Rating)]
pub struct RatingView {
    /// When they were asked, if they were.
    asked_at: Option<DateTime<Utc>>,
    /// From 1, very bad, to 5, very good.
    score: Option<u8>,
    comment: String,
    rated_at: Option<DateTime<Utc>>,
}

/// How satisfied the customer was
#[utoipa::path(get, path = "/tickets/{key}/rating", tag = "tickets",
    params(("key" = String, Path, description = "Such as ACME-1, or the id")),
    responses((status = 200, description = "Without a score until they say something", body = RatingView)))]
async fn rating(
    State(api): State<ApiState>,
    staff: Staff,
    Path(key): Path<String>,
) -> Result<Json<RatingView>, Problem> {
    let mut tx: Tx = api.desk.db.read().await?;
    let ticket = staff.ticket(&mut tx, &key).await?;
    let rating = store::ratings::get(&mut tx, staff.tenant(), ticket.id).await?;
    Ok(Json(rating.map_or_else(RatingView::default, |rating| {
        RatingView {
            asked_at: rating.asked_at,
            score: rating.score.map(crate::domain::rating::Score::number),
            comment: rating.comment,
            rated_at: rating.rated_at,
        }
    })))
}
