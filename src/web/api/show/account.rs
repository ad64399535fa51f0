//! How a mail account is doing.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::store::accounts::Health;
use crate::store::cursors::Cursor;

/// A mail account's health. Its settings and passwords are no business of the API's.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Account)]
pub struct AccountView {
    id: Uuid,
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
    /// For each folder, what the last comparison with the server found.
    completeness: Vec<CompletenessView>,
}

/// What lies in a folder on the server, compared with what is here.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Completeness)]
pub struct CompletenessView {
    folder: String,
    /// When they were compared; null if never yet.
    audited_at: Option<DateTime<Utc>>,
    /// Mails that lay in the folder.
    on_server: i64,
    /// Of those, how many are here.
    ours: i64,
    /// Of those, how many should be here and are not.
    missing: i64,
    /// Of those here, how many had been missing and were fetched then.
    fetched_again: i64,
    /// Of those on the server, how many lay there before the first connection and are not taken.
    before_first_connection: i64,
}

impl AccountView {
    /// An account as programs see it.
    pub fn new(health: Health, tenant: Option<String>, folders: &[Cursor]) -> Self {
        Self {
            id: health.id.0,
            completeness: folders.iter().map(CompletenessView::from).collect(),
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

impl From<&Cursor> for CompletenessView {
    fn from(cursor: &Cursor) -> Self {
        Self {
            folder: cursor.folder.clone(),
            audited_at: cursor.audited_at,
            on_server: cursor.on_server,
            ours: cursor.ours,
            missing: cursor.missing,
            fetched_again: cursor.fetched_again,
            before_first_connection: cursor.before_us,
        }
    }
}
