//! Texts that a tenant wrote: canned replies and templates.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::ids::TenantId;
use crate::store::{StoreError, Tx};

/// A template of one tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// Which notice: `ticket.created` …
    pub key: String,
    /// In which language.
    pub locale: String,
    /// Liquid.
    pub subject: String,
    /// Liquid.
    pub text: String,
    /// Liquid; absent: made from the text.
    pub html: Option<String>,
}

/// Every template of every tenant.
pub async fn templates_all_tenants(tx: &mut Tx) -> Result<Vec<(TenantId, Template)>, StoreError> {
    let rows = sql!(
        tx,
        fetch_all(Uuid, String, String, String, String, Option<String>),
        "SELECT tenant_id, key, locale, subject, text, html FROM templates ORDER BY tenant_id, key, locale"
    )?;
    Ok(rows
        .into_iter()
        .map(|(tenant, key, locale, subject, text, html)| {
            (
                TenantId(tenant),
                Template {
                    key,
                    locale,
                    subject,
                    text,
                    html,
                },
            )
        })
        .collect())
}

/// Creates a template or changes it.
pub async fn put_template(
    tx: &mut Tx,
    tenant: TenantId,
    t: &Template,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sql!(
        tx, execute,
        "INSERT INTO templates (tenant_id, key, locale, subject, text, html, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (tenant_id, key, locale) DO UPDATE SET subject = excluded.subject, text = excluded.text, html = excluded.html, updated_at = excluded.updated_at",
        tenant.0, &t.key, &t.locale, &t.subject, &t.text, t.html.as_deref(), now
    )?;
    Ok(())
}

/// Goes back to the shipped text.
pub async fn remove_template(
    tx: &mut Tx,
    tenant: TenantId,
    key: &str,
    locale: &str,
) -> Result<(), StoreError> {
    sql!(
        tx,
        execute,
        "DELETE FROM templates WHERE tenant_id = $1 AND key = $2 AND locale = $3",
        tenant.0,
        key,
        locale
    )?;
    Ok(())
}

/// Every canned reply of every tenant: name and Liquid text.
pub async fn canned_all_tenants(
    tx: &mut Tx,
) -> Result<Vec<(TenantId, String, String)>, StoreError> {
    let rows = sql!(
        tx,
        fetch_all(Uuid, String, String),
        "SELECT tenant_id, name, text FROM canned ORDER BY tenant_id, name"
    )?;
    Ok(rows
        .into_iter()
        .map(|(tenant, name, text)| (TenantId(tenant), name, text))
        .collect())
}

/// Creates a canned reply or changes it.
pub async fn put_canned(
    tx: &mut Tx,
    tenant: TenantId,
    name: &str,
    text: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sql!(
        tx, execute,
        "INSERT INTO canned (tenant_id, name, text, updated_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (tenant_id, name) DO UPDATE SET text = excluded.text, updated_at = excluded.updated_at",
        tenant.0, name, text, now
    )?;
    Ok(())
}

/// Takes a canned reply away.
pub async fn remove_canned(tx: &mut Tx, tenant: TenantId, name: &str) -> Result<(), StoreError> {
    sql!(
        tx,
        execute,
        "DELETE FROM canned WHERE tenant_id = $1 AND name = $2",
        tenant.0,
        name
    )?;
    Ok(())
}
