//! `/settings` and `/ntfy`: what the tenant settles for itself as a whole, for admins.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::caller::{Manager, Staff};
use super::given::Given;
use super::problem::{Kind, Problem};
use super::state::ApiState;
use crate::desk::ntfy::{NtfyChange, rests};
use crate::desk::tenant::TenantChange;
use crate::domain::audit::Via;
use crate::domain::tenant::Tenant;
use crate::store::telling::{self, Ntfy};

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(settings, change_settings))
        .routes(routes!(ntfy, change_ntfy))
}

/// The tenant's own settings, under the names that seed files use: `name`, `timezone`, `locale`, `member_visibility`,
/// `auto_close_days`, `categories` and whatever else there is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(transparent)]
#[schema(as = Settings, value_type = Object)]
pub struct SettingsView(Map<String, Value>);

impl From<&Tenant> for SettingsView {
    fn from(tenant: &Tenant) -> Self {
        let mut all = match serde_json::to_value(&tenant.settings) {
            Ok(Value::Object(all)) => all,
            _ => Map::new(),
        };
        all.insert("name".to_owned(), tenant.name.clone().into());
        all.insert("timezone".to_owned(), tenant.timezone.name().into());
        all.insert("locale".to_owned(), tenant.locale.clone().into());
        Self(all)
    }
}

/// What of the settings is to change, by their names; what is absent stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(as = SettingsChange, value_type = Object)]
pub struct Wanted(Map<String, Value>);

impl Wanted {
    /// The settings as they are with what is wanted in them. A name that there is not, and a value that is none for its
    /// name, are refused.
    fn checked(self, tenant: &Tenant) -> Result<TenantChange, Problem> {
        let unreadable = |_| Problem::new(Kind::Invalid);
        let mut change = TenantChange::of(tenant);
        let kept = serde_json::to_value(&tenant.settings).map_err(unreadable)?;
        for (name, value) in self.0 {
            match name.as_str() {
                "name" => change.name = text("name", &value)?,
                "locale" => change.locale = text("locale", &value)?,
                "timezone" => {
                    let problem = "expected a time zone such as Europe/Berlin";
                    let zone = text("timezone", &value)?.parse();
                    change.timezone = zone.map_err(|_| Problem::invalid("timezone", problem))?;
                }
                other if kept.get(other).is_some() => {
                    let mut all = serde_json::to_value(&change.settings).map_err(unreadable)?;
                    if let Some(fields) = all.as_object_mut() {
                        fields.insert(other.to_owned(), value);
                    }
                    let read = serde_json::from_value(all);
                    let refused =
                        |error: serde_json::Error| Problem::invalid(other, error.to_string());
                    change.settings = read.map_err(refused)?;
                }
                unknown => {
                    return Err(Problem::invalid(unknown, "there is no such setting"));
                }
            }
        }
        Ok(change)
    }
}

fn text(field: &str, value: &Value) -> Result<String, Problem> {
    let text = value.as_str().map(str::to_owned);
    text.ok_or_else(|| Problem::invalid(field, "expected a text"))
}

/// The tenant's settings
#[utoipa::path(get, path = "/settings", tag = "settings",
    responses((status = 200, description = "As they are", body = SettingsView)))]
async fn settings(Manager(staff): Manager) -> Json<SettingsView> {
    Json(SettingsView::from(&staff.office.tenant))
}

/// Change the tenant's settings
#[utoipa::path(patch, path = "/settings", tag = "settings", request_body = Wanted,
    responses((status = 200, description = "As they are now", body = SettingsView)))]
async fn change_settings(
    State(api): State<ApiState>,
    Manager(staff): Manager,
    Given(wanted): Given<Wanted>,
) -> Result<Json<SettingsView>, Problem> {
    let change = wanted.checked(&staff.office.tenant)?;
    api.desk.change_tenant(&staff.who, Via::Api, change).await?;
    let office = api.desk.office(staff.tenant())?;
    Ok(Json(SettingsView::from(&office.tenant)))
}

/// How pushes reach the tenant's ntfy server. The secret is never shown.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = Ntfy)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of its own in the answer"
)]
pub struct NtfyView {
    server: String,
    /// The name to log in with; null: the secret is an access token, or there is none.
    username: Option<String>,
    has_secret: bool,
    topic_prefix: String,
    tickets: bool,
    sla: bool,
    security: bool,
    users: bool,
    /// Whether pushes may carry customers' words.
    customer_text: bool,
    active: bool,
    /// Why pushes rest, as a sentence; null if they go out.
    rests: Option<String>,
    /// What the server says while they rest.
    error: Option<String>,
    /// When they are tried again.
    paused_until: Option<DateTime<Utc>>,
}

impl From<Ntfy> for NtfyView {
    fn from(ntfy: Ntfy) -> Self {
        Self {
            has_secret: ntfy.token.sealed.is_some() || ntfy.token.env.is_some(),
            server: ntfy.server,
            username: ntfy.username,
            topic_prefix: ntfy.topic_prefix,
            tickets: ntfy.tickets,
            sla: ntfy.sla,
            security: ntfy.security,
            users: ntfy.users,
            customer_text: ntfy.customer_text,
            active: ntfy.active,
            ..Self::default()
        }
    }
}

/// What of it is to change; what is absent stays as it is. Another server needs the secret anew.
#[derive(Default, Deserialize, ToSchema)]
#[serde(
    deny_unknown_fields,
    default,
    expecting = "an object with the fields to change"
)]
#[schema(as = NtfyChange)]
pub struct NtfyWanted {
    server: Option<String>,
    username: Option<String>,
    /// An access token, or the password of the user.
    secret: Option<String>,
    topic_prefix: Option<String>,
    tickets: Option<bool>,
    sla: Option<bool>,
    security: Option<bool>,
    users: Option<bool>,
    customer_text: Option<bool>,
    active: Option<bool>,
}

async fn kept(api: &ApiState, staff: &Staff) -> Result<NtfyView, Problem> {
    let mut tx = api.desk.db.read().await?;
    let mut all = telling::ntfy_all_tenants(&mut tx).await?.into_iter();
    let own = all.find(|(tenant, _)| *tenant == staff.tenant());
    let rest = telling::ntfy_rest(&mut tx, staff.tenant()).await?;
    let view = own.map(|(_, ntfy)| NtfyView::from(ntfy));
    Ok(NtfyView {
        rests: rest.as_ref().map(|rest| rests(&staff.office, rest)),
        paused_until: rest.as_ref().and_then(|rest| rest.until),
        error: rest.map(|rest| rest.error),
        ..view.unwrap_or_default()
    })
}

/// Where pushes go
#[utoipa::path(get, path = "/ntfy", tag = "settings",
    responses((status = 200, description = "As it is; without a server nothing is pushed", body = NtfyView)))]
async fn ntfy(
    State(api): State<ApiState>,
    Manager(staff): Manager,
) -> Result<Json<NtfyView>, Problem> {
    kept(&api, &staff).await.map(Json)
}

/// Change where pushes go
#[utoipa::path(patch, path = "/ntfy", tag = "settings", request_body = NtfyWanted,
    responses((status = 200, description = "As it is now", body = NtfyView)))]
async fn change_ntfy(
    State(api): State<ApiState>,
    Manager(staff): Manager,
    Given(wanted): Given<NtfyWanted>,
) -> Result<Json<NtfyView>, Problem> {
    let was = kept(&api, &staff).await?;
    let first = was.server.is_empty();
    let change = NtfyChange {
        server: wanted.server.unwrap_or(was.server),
        username: wanted.username.or(was.username).unwrap_or_default(),
        secret: wanted.secret.unwrap_or_default(),
        topic_prefix: wanted.topic_prefix.unwrap_or(was.topic_prefix),
        tickets: wanted.tickets.unwrap_or(was.tickets),
        sla: wanted.sla.unwrap_or(was.sla),
        security: wanted.security.unwrap_or(was.security),
        users: wanted.users.unwrap_or(was.users),
        customer_text: wanted.customer_text.unwrap_or(was.customer_text),
        active: wanted.active.unwrap_or(was.active || first),
    };
    api.desk.change_ntfy(&staff.who, Via::Api, change).await?;
    kept(&api, &staff).await.map(Json)
}
