//! Who changed which setting. Lines are added and read, never altered: a trigger refuses it.

use chrono::{DateTime, Utc};
use sqlx::types::Json;
use uuid::Uuid;

use crate::domain::audit::{Line, Via};
use crate::domain::event::Actor;
use crate::domain::ids::{AuditId, TenantId};
use crate::store::{StoreError, Tx, word};

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    at: DateTime<Utc>,
    #[sqlx(json)]
    actor: Actor,
    via: String,
    kind: String,
    subject: String,
    summary: String,
}

/// Adds lines; `None` is the platform.
pub async fn insert_all(
    tx: &mut Tx,
    tenant: Option<TenantId>,
    lines: &[Line],
) -> Result<(), StoreError> {
    rows!(
        tx,
        "INSERT INTO audit (id, tenant_id, at, actor, via, kind, subject, summary)",
        lines,
        |row, line| {
            row.push_bind(line.id.0)
                .push_bind(tenant.map(|t| t.0))
                .push_bind(line.at)
                .push_bind(Json(&line.actor))
                .push_bind(line.via.as_str())
                .push_bind(&line.kind)
                .push_bind(&line.subject)
                .push_bind(&line.summary);
        },
        ""
    )?;
    Ok(())
}

/// A tenant's lines, newest first, from before `before`.
pub async fn of_tenant(
    tx: &mut Tx,
    tenant: TenantId,
    before: Option<AuditId>,
    limit: i64,
) -> Result<Vec<Line>, StoreError> {
    let rows = sql!(
        tx, fetch_all Row,
        "SELECT id, at, actor, via, kind, subject, summary FROM audit WHERE tenant_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3",
        tenant.0, before.map_or(Uuid::max(), |line| line.0), limit
    )?;
    rows.into_iter()
        .map(|row| {
            Ok(Line {
                via: word::<Via>(("audit", "via"), row.id, &row.via)?,
                id: AuditId(row.id),
                at: row.at,
                actor: row.actor,
                kind: row.kind,
                subject: row.subject,
                summary: row.summary,
            })
        })
        .collect()
}
