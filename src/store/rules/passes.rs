//! What rules saw and did.

use chrono::{DateTime, Utc};
use sqlx::types::Json;
use uuid::Uuid;

use crate::domain::ids::{ContactId, MessageId, RuleId, TenantId, TicketId};
use crate::domain::rules::{Fingerprint, Kept, RuleRun};
use crate::store::{StoreError, Tx};

/// One pass of the rules over a ticket, as it is kept: the rules that acted are explained; how the others looked
/// can be worked out again from the facts and the set.
#[derive(Debug, Clone)]
pub struct Pass {
    /// Whose.
    pub tenant: TenantId,
    /// Its id, by time.
    pub id: Uuid,
    /// Which ticket.
    pub ticket: TicketId,
    /// The message that woke them, if one did.
    pub message: Option<MessageId>,
    /// The event that woke them.
    pub cause: String,
    /// When.
    pub at: DateTime<Utc>,
    /// What each rule that acted saw and did.
    pub explanation: Vec<RuleRun>,
    /// How many rules looked.
    pub looked: i64,
    /// Which rules they were. Absent on passes from before this was kept: their explanation has all rules.
    pub set: Option<Fingerprint>,
    /// What they saw.
    pub facts: Option<Kept>,
}

/// Keeps passes.
pub async fn insert_passes(tx: &mut Tx, passes: &[Pass]) -> Result<(), StoreError> {
    rows!(
        tx,
        "INSERT INTO rule_runs (tenant_id, id, ticket_id, message_id, cause, at, explanation, looked, set_id, facts)",
        passes,
        |row, p| {
            row.push_bind(p.tenant.0)
                .push_bind(p.id)
                .push_bind(p.ticket.0)
                .push_bind(p.message.map(|m| m.0))
                .push_bind(&p.cause)
                .push_bind(p.at)
                .push_bind(Json(&p.explanation))
                .push_bind(p.looked)
                .push_bind(p.set.map(|set| set.0.to_vec()))
                .push_bind(p.facts.as_ref().map(Json));
        },
        ""
    )?;
    Ok(())
}

/// Which rules in which versions stand behind a fingerprint, in their order.
pub type Looking = (TenantId, Fingerprint, Vec<(RuleId, i64)>);

/// Remembers which rules stand behind a fingerprint; those known already stay.
pub async fn insert_sets(tx: &mut Tx, sets: &[Looking]) -> Result<(), StoreError> {
    rows!(
        tx,
        "INSERT INTO rule_sets (tenant_id, id, members)",
        sets,
        |row, set| {
            row.push_bind(set.0.0)
                .push_bind(set.1.0.to_vec())
                .push_bind(Json(&set.2));
        },
        "ON CONFLICT DO NOTHING"
    )?;
    Ok(())
}

/// The rules behind a fingerprint, in the order in which they looked.
pub async fn set_members(
    tx: &mut Tx,
    tenant: TenantId,
    set: Fingerprint,
) -> Result<Vec<(RuleId, i64)>, StoreError> {
    let members = sql!(
        tx, maybe Json<Vec<(RuleId, i64)>>,
        "SELECT members FROM rule_sets WHERE tenant_id = $1 AND id = $2",
        tenant.0, set.0.to_vec()
    )?;
    Ok(members.map(|members| members.0).unwrap_or_default())
}

#[derive(sqlx::FromRow)]
struct PassRow {
    id: Uuid,
    ticket_id: Uuid,
    message_id: Option<Uuid>,
    cause: String,
    at: DateTime<Utc>,
    #[sqlx(json)]
    explanation: Vec<RuleRun>,
    looked: i64,
    set_id: Option<Vec<u8>>,
    #[sqlx(json(nullable))]
    facts: Option<Kept>,
}

impl PassRow {
    fn into_pass(self, tenant: TenantId) -> Pass {
        Pass {
            tenant,
            id: self.id,
            ticket: TicketId(self.ticket_id),
            message: self.message_id.map(MessageId),
            cause: self.cause,
            at: self.at,
            looked: if self.set_id.is_some() {
                self.looked
            } else {
                i64::try_from(self.explanation.len()).unwrap_or(i64::MAX)
            },
            explanation: self.explanation,
            set: self
                .set_id
                .and_then(|id| id.try_into().ok())
                .map(Fingerprint),
            facts: self.facts,
        }
    }
}

/// The newest passes over a ticket, oldest first.
pub async fn passes_of_ticket(
    tx: &mut Tx,
    tenant: TenantId,
    ticket: TicketId,
) -> Result<Vec<Pass>, StoreError> {
    let rows = sql!(
        tx, fetch_all PassRow,
        "SELECT id, ticket_id, message_id, cause, at, explanation, looked, set_id, facts FROM
           (SELECT id, ticket_id, message_id, cause, at, explanation, looked, set_id, facts FROM rule_runs WHERE tenant_id = $1 AND ticket_id = $2 ORDER BY id DESC LIMIT CAST(200 AS BIGINT)) newest
         ORDER BY id",
        tenant.0, ticket.0
    )?;
    Ok(rows.into_iter().map(|row| row.into_pass(tenant)).collect())
}

/// One pass; a foreign one is not found.
pub async fn pass(tx: &mut Tx, tenant: TenantId, id: Uuid) -> Result<Option<Pass>, StoreError> {
    let row = sql!(
        tx, fetch_optional PassRow,
        "SELECT id, ticket_id, message_id, cause, at, explanation, looked, set_id, facts FROM rule_runs WHERE tenant_id = $1 AND id = $2",
        tenant.0, id
    )?;
    Ok(row.map(|row| row.into_pass(tenant)))
}

/// How many letters rules have sent on each of these tickets since a moment; tickets without any are left out.
pub async fn automatic_letters(
    tx: &mut Tx,
    tenant: TenantId,
    tickets: &[TicketId],
    since: DateTime<Utc>,
) -> Result<Vec<(TicketId, i64)>, StoreError> {
    if tickets.is_empty() {
        return Ok(Vec::new());
    }
    let found = build!(
        tx,
        "SELECT ticket_id, count(*) FROM events WHERE tenant_id = ",
        |q| {
            q.push_bind(tenant.0).push(" AND ticket_id IN (");
            let mut list = q.separated(", ");
            for id in tickets {
                list.push_bind(id.0);
            }
            q.push(") AND kind = 'message.created' AND actor ->> 'type' = 'rule' AND at >= ")
                .push_bind(since)
                .push(" GROUP BY ticket_id");
        },
        fetch_all(Uuid, i64)
    )?;
    Ok(found
        .into_iter()
        .map(|(id, count)| (TicketId(id), count))
        .collect())
}

/// The letters that rules have sent to these contacts since a moment: to whom, on which ticket, and when.
pub async fn letters_to(
    tx: &mut Tx,
    tenant: TenantId,
    contacts: &[ContactId],
    since: DateTime<Utc>,
) -> Result<Vec<(ContactId, TicketId, DateTime<Utc>)>, StoreError> {
    if contacts.is_empty() {
        return Ok(Vec::new());
    }
    let found = build!(
        tx,
        "SELECT t.requester_id, t.id, e.at FROM tickets t JOIN events e ON e.tenant_id = t.tenant_id AND e.ticket_id = t.id WHERE t.tenant_id = ",
        |q| {
            q.push_bind(tenant.0).push(" AND t.requester_id IN (");
            let mut list = q.separated(", ");
            for id in contacts {
                list.push_bind(id.0);
            }
            q.push(") AND t.updated_at >= ").push_bind(since);
            q.push(" AND e.kind = 'message.created' AND e.actor ->> 'type' = 'rule' AND e.at >= ")
                .push_bind(since);
        },
        fetch_all(Uuid, Uuid, DateTime<Utc>)
    )?;
    Ok(found
        .into_iter()
        .map(|(contact, ticket, at)| (ContactId(contact), TicketId(ticket), at))
        .collect())
}
