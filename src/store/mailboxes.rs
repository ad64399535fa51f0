//! Mailboxes and the addresses that lead to them.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::address::EmailAddress;
use crate::domain::ids::{AccountId, MailboxId, TeamId, TenantId};
use crate::domain::mailbox::{Dkim, Mailbox, PlusTried};
use crate::store::{StoreError, Tx, word};

#[derive(sqlx::FromRow)]
struct Row {
    tenant_id: Uuid,
    id: Uuid,
    address: String,
    name: String,
    account_id: Option<Uuid>,
    team_id: Option<Uuid>,
    auth_results: Option<String>,
    dkim: Option<String>,
    separate: bool,
    strangers: String,
    plus: bool,
    plus_chosen: bool,
    tried: Option<String>,
    tried_because: Option<String>,
    tried_at: Option<DateTime<Utc>>,
}

/// Every active mailbox of every tenant, oldest first.
pub async fn all_tenants(tx: &mut Tx) -> Result<Vec<Mailbox>, StoreError> {
    let rows = sql!(
        tx, fetch_all Row,
        "SELECT m.tenant_id, m.id, m.address, m.name, m.account_id, m.team_id, m.auth_results, m.dkim, m.separate, m.strangers, m.plus, m.plus_chosen,
           p.state AS tried, p.because AS tried_because, p.updated_at AS tried_at
         FROM mailboxes m LEFT JOIN plus_tests p ON p.tenant_id = m.tenant_id AND p.mailbox_id = m.id WHERE m.active = TRUE ORDER BY m.created_at, m.id"
    )?;
    let addresses = sql!(
        tx,
        fetch_all(Uuid, String),
        "SELECT mailbox_id, address FROM mailbox_addresses ORDER BY address"
    )?;
    rows.into_iter()
        .map(|row| {
            let aliases = addresses
                .iter()
                .filter(|(mailbox, address)| *mailbox == row.id && *address != row.address)
                .map(|(_, address)| word(("mailbox_addresses", "address"), row.id, address))
                .collect::<Result<_, _>>()?;
            let tried = match (row.tried, row.tried_at) {
                (Some(state), Some(at)) => Some(PlusTried {
                    state: word(("plus_tests", "state"), row.id, &state)?,
                    because: row.tried_because.unwrap_or_default(),
                    at,
                }),
                _ => None,
            };
            Ok(Mailbox {
                aliases,
                address: word(("mailboxes", "address"), row.id, &row.address)?,
                strangers: word(("mailboxes", "strangers"), row.id, &row.strangers)?,
                id: MailboxId(row.id),
                tenant: TenantId(row.tenant_id),
                name: row.name,
                account: row.account_id.map(AccountId),
                team: row.team_id.map(TeamId),
                auth_results: row.auth_results,
                dkim: row
                    .dkim
                    .map(|text| word(("mailboxes", "dkim"), row.id, &text))
                    .transpose()?,
                separate: row.separate,
                plus: row.plus_chosen.then_some(row.plus),
                tried,
            })
        })
        .collect()
}

/// Every mailbox that receives nothing any more: whose it is, its id and its address.
pub async fn retired_all_tenants(
    tx: &mut Tx,
) -> Result<Vec<(TenantId, MailboxId, EmailAddress)>, StoreError> {
    let rows = sql!(
        tx,
        fetch_all(Uuid, Uuid, String),
        "SELECT tenant_id, id, address FROM mailboxes WHERE active = FALSE ORDER BY id"
    )?;
    rows.into_iter()
        .map(|(tenant, id, address)| {
            Ok((
                TenantId(tenant),
                MailboxId(id),
                word(("mailboxes", "address"), id, &address)?,
            ))
        })
        .collect()
}

/// Creates a mailbox or changes it, aliases included.
///
/// # Errors
/// [`StoreError::Conflict`] when an address already leads to another mailbox.
pub async fn put(
    tx: &mut Tx,
    tenant: TenantId,
    mailbox: &Mailbox,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sql!(
        tx, execute,
        "INSERT INTO mailboxes (tenant_id, id, address, name, account_id, team_id, auth_results, dkim, separate, strangers, plus, plus_chosen, active, paused_until, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, TRUE, NULL, $13, $13)
         ON CONFLICT (tenant_id, id) DO UPDATE SET address = excluded.address, name = excluded.name, account_id = excluded.account_id, team_id = excluded.team_id,
           auth_results = excluded.auth_results, dkim = excluded.dkim, separate = excluded.separate, strangers = excluded.strangers, plus = excluded.plus, plus_chosen = excluded.plus_chosen, active = TRUE, updated_at = excluded.updated_at",
        tenant.0, mailbox.id.0, mailbox.address.as_str(), &mailbox.name, mailbox.account.map(|a| a.0), mailbox.team.map(|t| t.0),
        mailbox.auth_results.as_deref(), mailbox.dkim.map(Dkim::as_str), mailbox.separate, mailbox.strangers.as_str(), mailbox.plus.unwrap_or(true), mailbox.plus.is_some(), now
    )?;
    sql!(
        tx,
        execute,
        "DELETE FROM mailbox_addresses WHERE tenant_id = $1 AND mailbox_id = $2",
        tenant.0,
        mailbox.id.0
    )?;
    let addresses: Vec<_> = mailbox.aliases.iter().chain([&mailbox.address]).collect();
    rows!(
        tx,
        "INSERT INTO mailbox_addresses (address, tenant_id, mailbox_id)",
        addresses,
        |row, address| {
            row.push_bind(address.as_str())
                .push_bind(tenant.0)
                .push_bind(mailbox.id.0);
        },
        ""
    )?;
    Ok(())
}

/// Stops a mailbox from receiving; its tickets stay.
pub async fn deactivate(
    tx: &mut Tx,
    tenant: TenantId,
    mailbox: MailboxId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sql!(
        tx,
        execute,
        "UPDATE mailboxes SET active = FALSE, team_id = NULL, updated_at = $3 WHERE tenant_id = $1 AND id = $2",
        tenant.0,
        mailbox.0,
        now
    )?;
    sql!(
        tx,
        execute,
        "DELETE FROM mailbox_addresses WHERE tenant_id = $1 AND mailbox_id = $2",
        tenant.0,
        mailbox.0
    )?;
    Ok(())
}
