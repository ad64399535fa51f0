//! Contacts and their addresses.

use chrono::{DateTime, Utc};
use sqlx::types::Json;
use uuid::Uuid;

use crate::domain::address::EmailAddress;
use crate::domain::contact::Contact;
use crate::domain::ids::{ContactId, TenantId};
use crate::store::{StoreError, Tx, word};

#[derive(sqlx::FromRow)]
struct Row {
    tenant_id: Uuid,
    id: Uuid,
    name: String,
    blocked: bool,
    address: String,
}

impl Row {
    fn into_contact(self) -> Result<Contact, StoreError> {
        Ok(Contact {
            email: word(("contact_addresses", "address"), self.id, &self.address)?,
            id: ContactId(self.id),
            name: self.name,
            blocked: self.blocked,
        })
    }
}

/// The contacts behind these addresses. The contact's own address is its first, which need not be the one asked for;
/// so each comes with the address that found it.
pub async fn by_addresses(
    tx: &mut Tx,
    wanted: &[(TenantId, &EmailAddress)],
) -> Result<Vec<(TenantId, EmailAddress, Contact)>, StoreError> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let rows = build!(tx, "SELECT a.tenant_id, c.id, c.name, c.blocked, a.address FROM contact_addresses a
        JOIN contacts c ON c.tenant_id = a.tenant_id AND c.id = a.contact_id WHERE (a.tenant_id, a.address) IN (VALUES ", |q| {
        let mut first = true;
        for (tenant, address) in wanted {
            q.push(if first { "(" } else { ", (" }).push_bind(tenant.0).push(", ").push_bind(address.as_str()).push(")");
            first = false;
        }
        q.push(")");
    }, fetch_all Row)?;
    rows.into_iter()
        .map(|row| {
            let tenant = TenantId(row.tenant_id);
            let contact = row.into_contact()?;
            Ok((tenant, contact.email.clone(), contact))
        })
        .collect()
}

/// Contacts by id, each with its first address.
pub async fn by_ids(
    tx: &mut Tx,
    tenant: TenantId,
    ids: &[ContactId],
) -> Result<Vec<Contact>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = build!(tx, "SELECT c.tenant_id, c.id, c.name, c.blocked, a.address FROM contacts c
        JOIN contact_addresses a ON a.tenant_id = c.tenant_id AND a.contact_id = c.id AND a.position = 0 WHERE c.tenant_id = ", |q| {
        q.push_bind(tenant.0).push(" AND c.id IN (");
        let mut list = q.separated(", ");
        for id in ids { list.push_bind(id.0); }
        q.push(")");
    }, fetch_all Row)?;
    rows.into_iter().map(Row::into_contact).collect()
}

/// A page of a tenant's contacts by name, each with its first address.
pub async fn list(
    tx: &mut Tx,
    tenant: TenantId,
    after: Option<ContactId>,
    limit: i64,
) -> Result<Vec<Contact>, StoreError> {
    let rows = sql!(
        tx, fetch_all Row,
        "SELECT c.tenant_id, c.id, c.name, c.blocked, a.address FROM contacts c
         JOIN contact_addresses a ON a.tenant_id = c.tenant_id AND a.contact_id = c.id AND a.position = 0
         WHERE c.tenant_id = $1 AND c.id > $2 ORDER BY c.id LIMIT $3",
        tenant.0, after.map_or(Uuid::nil(), |id| id.0), limit
    )?;
    rows.into_iter().map(Row::into_contact).collect()
}

/// Keeps new contacts, each with its one address.
pub async fn insert_all(
    tx: &mut Tx,
    contacts: &[(TenantId, Contact)],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    rows!(
        tx,
        "INSERT INTO contacts (tenant_id, id, name, blocked, details, created_at, updated_at)",
        contacts,
        |row, c| {
            row.push_bind(c.0.0)
                .push_bind(c.1.id.0)
                .push_bind(&c.1.name)
                .push_bind(c.1.blocked)
                .push_bind(Json(serde_json::json!({})))
                .push_bind(now)
                .push_bind(now);
        },
        ""
    )?;
    rows!(
        tx,
        "INSERT INTO contact_addresses (tenant_id, address, contact_id, position)",
        contacts,
        |row, c| {
            row.push_bind(c.0.0)
                .push_bind(c.1.email.as_str())
                .push_bind(c.1.id.0)
                .push_bind(0i64);
        },
        ""
    )?;
    Ok(())
}
