//! How a mail account is doing.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::store::accounts::Health;

/// A mail account's health. Its settings and passwords are no business of the API's.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Account)]
pub struct AccountView {
    name: String,
    /// How fetching goes, such as `connected` or `failing`.
    state: &'static str,
    /// Why it is failing, as a sentence.
    last_error: Option<String>,
    /// When its server last answered.
    last_seen_at: Option<DateTime<Utc>>,
    /// Mails known to be behind: fetched and not processed yet, or on the server and not here.
    lag: i64,
    /// Why sending rests.
    smtp_error: Option<String>,
    /// Until when sending rests.
    smtp_paused_until: Option<DateTime<Utc>>,
    /// The tenant's slug; null for an account of the platform.
    tenant: Option<String>,
}

impl AccountView {
    /// An account as programs see it.
    pub fn new(health: Health, tenant: Option<String>) -> Self {
        Self {
            name: health.name,
            state: health.state.as_str(),
            last_error: health.last_error,
            last_seen_at: health.last_seen_at,
            lag: health.waiting + health.missing,
            smtp_error: health.smtp_error,
            smtp_paused_until: health.smtp_paused_until,
            tenant,
        }
    }
}
