//! Teams and who is in them.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::ids::{TeamId, TenantId, UserId};
use crate::domain::person::Team;
use crate::store::{StoreError, Tx, word};

#[derive(sqlx::FromRow)]
struct Row {
    tenant_id: Uuid,
    id: Uuid,
    name: String,
    assignment: String,
}

/// Every team of every tenant, with its members in their order.
pub async fn all_tenants(tx: &mut Tx) -> Result<Vec<Team>, StoreError> {
    let rows = sql!(tx, fetch_all Row, "SELECT tenant_id, id, name, assignment FROM teams ORDER BY tenant_id, name")?;
    let members = sql!(
        tx,
        fetch_all(Uuid, Uuid),
        "SELECT team_id, user_id FROM team_members ORDER BY team_id, position, user_id"
    )?;
    rows.into_iter()
        .map(|row| {
            Ok(Team {
                assignment: word(("teams", "assignment"), row.id, &row.assignment)?,
                members: members
                    .iter()
                    .filter(|(team, _)| *team == row.id)
                    .map(|(_, user)| UserId(*user))
                    .collect(),
                id: TeamId(row.id),
                tenant: TenantId(row.tenant_id),
                name: row.name,
            })
        })
        .collect()
}

/// Creates a team or changes it, members and their order included.
pub async fn put(
    tx: &mut Tx,
    tenant: TenantId,
    team: &Team,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sql!(
        tx, execute,
        "INSERT INTO teams (tenant_id, id, name, assignment, last_assigned, created_at, updated_at) VALUES ($1, $2, $3, $4, NULL, $5, $5)
         ON CONFLICT (tenant_id, id) DO UPDATE SET name = excluded.name, assignment = excluded.assignment, updated_at = excluded.updated_at",
        tenant.0, team.id.0, &team.name, team.assignment.as_str(), now
    )?;
    sql!(
        tx,
        execute,
        "DELETE FROM team_members WHERE tenant_id = $1 AND team_id = $2",
        tenant.0,
        team.id.0
    )?;
    let members: Vec<(i64, UserId)> = (0..).zip(team.members.iter().copied()).collect();
    rows!(
        tx,
        "INSERT INTO team_members (tenant_id, team_id, user_id, position)",
        members,
        |row, member| {
            row.push_bind(tenant.0)
                .push_bind(team.id.0)
                .push_bind(member.1.0)
                .push_bind(member.0);
        },
        ""
    )?;
    Ok(())
}

/// Takes an empty, unused team away.
pub async fn remove(tx: &mut Tx, tenant: TenantId, team: TeamId) -> Result<(), StoreError> {
    sql!(
        tx,
        execute,
        "DELETE FROM team_members WHERE tenant_id = $1 AND team_id = $2",
        tenant.0,
        team.0
    )?;
    sql!(
        tx,
        execute,
        "DELETE FROM teams WHERE tenant_id = $1 AND id = $2",
        tenant.0,
        team.0
    )?;
    Ok(())
}

/// Whose turn it was last in each of a tenant's teams. Locks the rows on PostgreSQL, so that two nodes take
/// turns too.
pub async fn turns(tx: &mut Tx, tenant: TenantId) -> Result<Vec<(TeamId, UserId)>, StoreError> {
    let q = tx.pick(
        "SELECT id, last_assigned FROM teams WHERE tenant_id = $1 ORDER BY id",
        "SELECT id, last_assigned FROM teams WHERE tenant_id = $1 ORDER BY id FOR UPDATE",
    );
    let rows = sql!(tx, fetch_all(Uuid, Option<Uuid>), q, tenant.0)?;
    let taken = rows
        .into_iter()
        .filter_map(|(team, user)| Some((TeamId(team), UserId(user?))));
    Ok(taken.collect())
}

/// Remembers whose turn it was.
pub async fn set_last_assigned(
    tx: &mut Tx,
    tenant: TenantId,
    team: TeamId,
    user: UserId,
) -> Result<(), StoreError> {
    sql!(
        tx,
        execute,
        "UPDATE teams SET last_assigned = $3 WHERE tenant_id = $1 AND id = $2",
        tenant.0,
        team.0,
        user.0
    )?;
    Ok(())
}

/// How many active tickets each of a tenant's people has. Spam, and what is part of another ticket, is no work.
pub async fn loads(tx: &mut Tx, tenant: TenantId) -> Result<Vec<(UserId, i64)>, StoreError> {
    let rows = sql!(
        tx,
        fetch_all(Uuid, i64),
        "SELECT assignee_id, count(*) FROM tickets WHERE tenant_id = $1 AND status IN ('open', 'in_progress', 'on_hold') AND assignee_id IS NOT NULL AND spam = FALSE AND merged_into IS NULL GROUP BY assignee_id",
        tenant.0
    )?;
    Ok(rows
        .into_iter()
        .map(|(user, count)| (UserId(user), count))
        .collect())
}
