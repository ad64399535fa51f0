//! Tickets and their tags.

mod due;

pub use due::{next_to_wake_all_tenants, oldest_resolved, resolved_before, to_wake_all_tenants};

use chrono::{DateTime, Utc};
use sqlx::types::Json;
use uuid::Uuid;

use crate::domain::ids::{ContactId, MailboxId, PolicyId, TeamId, TenantId, TicketId, UserId};
use crate::domain::ticket::{Priority, Status, Ticket};
use crate::store::{StoreError, Tx, dialect, word};

#[derive(sqlx::FromRow)]
struct Row {
    tenant_id: Uuid,
    id: Uuid,
    number: i64,
    ticket_prefix: String,
    subject: String,
    status: String,
    priority: String,
    category: Option<String>,
    team_id: Option<Uuid>,
    assignee_id: Option<Uuid>,
    requester_id: Uuid,
    mailbox_id: Uuid,
    #[sqlx(json)]
    also_addressed: Vec<MailboxId>,
    policy_id: Option<Uuid>,
    policy_version: i64,
    spam: bool,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    first_response_at: Option<DateTime<Utc>>,
    resolved_at: Option<DateTime<Utc>>,
    closed_at: Option<DateTime<Utc>>,
    snoozed_until: Option<DateTime<Utc>>,
    waiting_since: Option<DateTime<Utc>>,
    reminded_at: Option<DateTime<Utc>>,
    last_message_at: DateTime<Utc>,
    last_message_from: String,
    last_customer_message_at: Option<DateTime<Utc>>,
    last_agent_message_at: Option<DateTime<Utc>>,
    message_count: i64,
    merged_into: Option<Uuid>,
    version: i64,
}

impl Row {
    fn into_ticket(self) -> Result<Ticket, StoreError> {
        Ok(Ticket {
            status: word(("tickets", "status"), self.id, &self.status)?,
            priority: word(("tickets", "priority"), self.id, &self.priority)?,
            last_message_from: word(
                ("tickets", "last_message_from"),
                self.id,
                &self.last_message_from,
            )?,
            id: TicketId(self.id),
            tenant: TenantId(self.tenant_id),
            number: self.number,
            key: format!("{}-{}", self.ticket_prefix, self.number),
            subject: self.subject,
            category: self.category,
            team: self.team_id.map(TeamId),
            assignee: self.assignee_id.map(UserId),
            requester: ContactId(self.requester_id),
            mailbox: MailboxId(self.mailbox_id),
            also_addressed: self.also_addressed,
            policy: self.policy_id.map(PolicyId),
            policy_version: self.policy_version,
            spam: self.spam,
            created_at: self.created_at,
            updated_at: self.updated_at,
            first_response_at: self.first_response_at,
            resolved_at: self.resolved_at,
            closed_at: self.closed_at,
            snoozed_until: self.snoozed_until,
            waiting_since: self.waiting_since,
            reminded_at: self.reminded_at,
            last_message_at: self.last_message_at,
            last_customer_message_at: self.last_customer_message_at,
            last_agent_message_at: self.last_agent_message_at,
            message_count: self.message_count,
            merged_into: self.merged_into.map(TicketId),
            version: self.version,
        })
    }
}

const SELECT: &str = "SELECT t.tenant_id, t.id, t.number, n.ticket_prefix, t.subject, t.status, t.priority, t.category, t.team_id, t.assignee_id, t.requester_id, t.mailbox_id,
    t.also_addressed, t.policy_id, t.policy_version, t.spam, t.created_at, t.updated_at, t.first_response_at, t.resolved_at, t.closed_at, t.snoozed_until, t.waiting_since, t.reminded_at, t.last_message_at, t.last_message_from,
    t.last_customer_message_at, t.last_agent_message_at, t.message_count, t.merged_into, t.version FROM tickets t JOIN tenants n ON n.id = t.tenant_id WHERE t.tenant_id = ";

/// One ticket; a foreign id is not found. Inside a write transaction its row is locked on PostgreSQL.
pub async fn get(
    tx: &mut Tx,
    tenant: TenantId,
    id: TicketId,
) -> Result<Option<Ticket>, StoreError> {
    Ok(by_ids(tx, tenant, &[id]).await?.pop())
}

/// As [`get`], and nobody else may change it until this transaction ends.
pub async fn get_for_update(
    tx: &mut Tx,
    tenant: TenantId,
    id: TicketId,
) -> Result<Option<Ticket>, StoreError> {
    lock_all(tx, tenant, &[id]).await?;
    get(tx, tenant, id).await
}

/// The ticket that a ticket is part of, however often it was merged; itself if it was not.
pub async fn standing(tx: &mut Tx, tenant: TenantId, id: TicketId) -> Result<TicketId, StoreError> {
    let mut at = id;
    // A ticket is never merged into one that is part of it, so this ends; the bound is for a damaged database.
    for _ in 0..1000 {
        let into = sql!(
            tx,
            maybe Option<Uuid>,
            "SELECT merged_into FROM tickets WHERE tenant_id = $1 AND id = $2",
            tenant.0,
            at.0
        )?;
        match into.flatten() {
            Some(into) => at = TicketId(into),
            None => break,
        }
    }
    Ok(at)
}

/// Locks tickets on PostgreSQL, in the order of their ids, so that two writers never wait for each other in a
/// circle. On SQLite the transaction itself is the lock.
pub async fn lock_all(tx: &mut Tx, tenant: TenantId, ids: &[TicketId]) -> Result<(), StoreError> {
    if ids.is_empty() || tx.pick("", "x").is_empty() {
        return Ok(());
    }
    build!(tx, "SELECT id FROM tickets WHERE tenant_id = ", |q| {
        q.push_bind(tenant.0).push(" AND id IN (");
        let mut list = q.separated(", ");
        for id in ids { list.push_bind(id.0); }
        q.push(") ORDER BY id FOR UPDATE");
    }, scalars Uuid)?;
    Ok(())
}

/// Tickets by id, in no particular order.
pub async fn by_ids(
    tx: &mut Tx,
    tenant: TenantId,
    ids: &[TicketId],
) -> Result<Vec<Ticket>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    build!(tx, SELECT, |q| {
        q.push_bind(tenant.0).push(" AND t.id IN (");
        let mut list = q.separated(", ");
        for id in ids { list.push_bind(id.0); }
        q.push(")");
    }, fetch_all Row)?
    .into_iter()
    .map(Row::into_ticket)
    .collect()
}

/// Tickets by number, in no particular order.
pub async fn by_numbers(
    tx: &mut Tx,
    tenant: TenantId,
    numbers: &[i64],
) -> Result<Vec<Ticket>, StoreError> {
    if numbers.is_empty() {
        return Ok(Vec::new());
    }
    build!(tx, SELECT, |q| {
        q.push_bind(tenant.0).push(" AND t.number IN (");
        let mut list = q.separated(", ");
        for number in numbers { list.push_bind(*number); }
        q.push(")");
    }, fetch_all Row)?
    .into_iter()
    .map(Row::into_ticket)
    .collect()
}

/// Resolves what people call a ticket: its key (`ACME-12`, in any case) or its id.
pub async fn find(tx: &mut Tx, tenant: TenantId, key: &str) -> Result<Option<Ticket>, StoreError> {
    if let Ok(id) = key.parse::<TicketId>() {
        return get(tx, tenant, id).await;
    }
    let Some((prefix, number)) = key.rsplit_once('-') else {
        return Ok(None);
    };
    let Ok(number) = number.parse::<i64>() else {
        return Ok(None);
    };
    let found = by_numbers(tx, tenant, &[number]).await?.pop();
    Ok(found.filter(|t| {
        t.key
            .rsplit_once('-')
            .is_some_and(|(own, _)| own.eq_ignore_ascii_case(prefix))
    }))
}

/// Which column a list is sorted by; always with the id as the tie-breaker.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Sort {
    /// Newest change first.
    #[default]
    Updated,
    /// Newest ticket first.
    Created,
}

impl Sort {
    const fn column(self) -> &'static str {
        match self {
            Self::Updated => "t.updated_at",
            Self::Created => "t.created_at",
        }
    }
}

/// Which assignees a list wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AssigneeFilter {
    /// Nobody's tickets.
    Nobody,
    /// Those of any of these people.
    AnyOf(Vec<UserId>),
}

/// What somebody may see of a tenant's tickets, added to whatever they asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Visible {
    /// Everything.
    All,
    /// Their own, what they follow, and what belongs to these teams: everything there, or only what nobody has taken yet.
    Member {
        /// Who.
        user: UserId,
        /// Their teams.
        teams: Vec<TeamId>,
        /// Also their teammates' tickets.
        whole_team: bool,
    },
}

/// Which tickets to list. Empty lists mean no restriction.
#[derive(Debug, Clone)]
pub struct Filter {
    /// What the asker may see.
    pub visible: Visible,
    /// In any of these states.
    pub statuses: Vec<Status>,
    /// With any of these priorities.
    pub priorities: Vec<Priority>,
    /// With any of these categories.
    pub categories: Vec<String>,
    /// Of these assignees.
    pub assignee: Option<AssigneeFilter>,
    /// Of any of these teams.
    pub teams: Vec<TeamId>,
    /// In any of these mailboxes.
    pub mailboxes: Vec<MailboxId>,
    /// From any of these contacts.
    pub requesters: Vec<ContactId>,
    /// With any of these tags.
    pub tags: Vec<String>,
    /// Words that all stand in the subject.
    pub words: Vec<String>,
    /// Created at or after.
    pub created_after: Option<DateTime<Utc>>,
    /// Created before.
    pub created_before: Option<DateTime<Utc>>,
    /// A service level clock is past its time, or running out.
    pub late: bool,
    /// Whether it sleeps; absent: either way.
    pub asleep: Option<bool>,
    /// Spam instead of everything else.
    pub spam: bool,
    /// The order.
    pub sort: Sort,
    /// The other way round: the oldest first.
    pub ascending: bool,
    /// The last row of the page before: its sort value and id.
    pub before: Option<(DateTime<Utc>, TicketId)>,
    /// How many.
    pub limit: i64,
}

impl Filter {
    /// Everything that may be seen, the newest change first.
    pub const fn all(visible: Visible, limit: i64) -> Self {
        Self {
            visible,
            statuses: Vec::new(),
            priorities: Vec::new(),
            categories: Vec::new(),
            assignee: None,
            teams: Vec::new(),
            mailboxes: Vec::new(),
            requesters: Vec::new(),
            tags: Vec::new(),
            words: Vec::new(),
            created_after: None,
            created_before: None,
            late: false,
            asleep: None,
            spam: false,
            sort: Sort::Updated,
            ascending: false,
            before: None,
            limit,
        }
    }
}

/// `AND column IN (…)` for a list that is not empty.
macro_rules! any_of {
    ($q:ident, $column:literal, $items:expr, |$item:ident| $value:expr) => {
        if !$items.is_empty() {
            $q.push(concat!(" AND ", $column, " IN ("));
            let mut list = $q.separated(", ");
            for $item in $items {
                list.push_bind($value);
            }
            $q.push(")");
        }
    };
}

/// The conditions of a filter, after `WHERE t.tenant_id = …`.
macro_rules! conditions {
    ($q:ident, $tenant:expr, $f:expr) => {{
        $q.push(" AND t.merged_into IS NULL AND t.spam = ").push_bind($f.spam);
        if let Visible::Member { user, teams, whole_team } = &$f.visible {
            // The same as `domain::access::may_see`: a list shows nothing that cannot be opened.
            $q.push(" AND (t.assignee_id = ").push_bind(user.0);
            $q.push(" OR t.id IN (SELECT f.ticket_id FROM followers f WHERE f.tenant_id = t.tenant_id AND f.user_id = ")
                .push_bind(user.0)
                .push(")");
            if !teams.is_empty() {
                $q.push(" OR (t.team_id IN (");
                let mut list = $q.separated(", ");
                for team in teams { list.push_bind(team.0); }
                $q.push(if *whole_team { "))" } else { ") AND t.assignee_id IS NULL)" });
            }
            $q.push(")");
        }
        any_of!($q, "t.status", &$f.statuses, |x| x.as_str());
        any_of!($q, "t.priority", &$f.priorities, |x| x.as_str());
        any_of!($q, "t.category", &$f.categories, |x| x.as_str());
        any_of!($q, "t.team_id", &$f.teams, |x| x.0);
        any_of!($q, "t.mailbox_id", &$f.mailboxes, |x| x.0);
        any_of!($q, "t.requester_id", &$f.requesters, |x| x.0);
        match &$f.assignee {
            Some(AssigneeFilter::Nobody) => { $q.push(" AND t.assignee_id IS NULL"); }
            Some(AssigneeFilter::AnyOf(users)) => {
                $q.push(" AND t.assignee_id IN (");
                let mut list = $q.separated(", ");
                for user in users { list.push_bind(user.0); }
                $q.push(")");
            }
            None => {}
        }
        if !$f.tags.is_empty() {
            $q.push(" AND EXISTS (SELECT 1 FROM ticket_tags g WHERE g.tenant_id = t.tenant_id AND g.ticket_id = t.id AND g.tag IN (");
            let mut list = $q.separated(", ");
            for tag in &$f.tags { list.push_bind(tag.as_str()); }
            $q.push("))");
        }
        for word in &$f.words {
            let pattern = format!("%{}%", word.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
            $q.push(" AND lower(t.subject) LIKE ").push_bind(pattern).push(" ESCAPE '\\'");
        }
        if let Some(at) = $f.created_after { $q.push(" AND t.created_at >= ").push_bind(at); }
        if let Some(at) = $f.created_before { $q.push(" AND t.created_at < ").push_bind(at); }
        match $f.asleep {
            // Whoever is to wake by now is awake: a moment passes until their row says so.
            Some(true) => { $q.push(" AND t.snoozed_until IS NOT NULL"); }
            Some(false) => { $q.push(" AND t.snoozed_until IS NULL"); }
            None => {}
        }
        if $f.late {
            $q.push(" AND EXISTS (SELECT 1 FROM clocks c WHERE c.tenant_id = t.tenant_id AND c.ticket_id = t.id AND c.state = 'breached') AND t.status IN ('open', 'in_progress', 'on_hold')");
        }
    }};
}

/// A page of tickets.
pub async fn list(
    tx: &mut Tx,
    tenant: TenantId,
    filter: &Filter,
) -> Result<Vec<Ticket>, StoreError> {
    build!(tx, SELECT, |q| {
        q.push_bind(tenant.0);
        conditions!(q, tenant, filter);
        let column = filter.sort.column();
        if let Some((at, id)) = filter.before {
            let beyond = if filter.ascending { ", t.id) > (" } else { ", t.id) < (" };
            q.push(" AND (").push(column).push(beyond).push_bind(at).push(", ").push_bind(id.0).push(")");
        }
        q.push(" ORDER BY ").push(column);
        q.push(if filter.ascending { ", t.id LIMIT " } else { " DESC, t.id DESC LIMIT " }).push_bind(filter.limit);
    }, fetch_all Row)?
    .into_iter()
    .map(Row::into_ticket)
    .collect()
}

/// How many tickets a filter finds, counted up to `cap`.
pub async fn count(
    tx: &mut Tx,
    tenant: TenantId,
    filter: &Filter,
    cap: i64,
) -> Result<i64, StoreError> {
    let found = build!(tx, "SELECT count(*) FROM (SELECT 1 AS one FROM tickets t WHERE t.tenant_id = ", |q| {
        q.push_bind(tenant.0);
        conditions!(q, tenant, filter);
        q.push(" LIMIT ").push_bind(cap).push(") AS capped");
    }, scalars i64)?;
    Ok(found.first().copied().unwrap_or(0))
}

/// Creates tickets.
pub async fn insert_all(tx: &mut Tx, tickets: &[Ticket]) -> Result<(), StoreError> {
    rows!(tx, "INSERT INTO tickets (tenant_id, id, number, subject, status, priority, category, team_id, assignee_id, requester_id, mailbox_id, also_addressed, policy_id, spam,
        created_at, updated_at, first_response_at, resolved_at, closed_at, snoozed_until, last_message_at, last_message_from, message_count, merged_into, follow_up_of, version,
        last_customer_message_at, last_agent_message_at, waiting_since, reminded_at, policy_version)",
        tickets, |row, t| {
        row.push_bind(t.tenant.0).push_bind(t.id.0).push_bind(t.number).push_bind(&t.subject).push_bind(t.status.as_str()).push_bind(t.priority.as_str())
            .push_bind(t.category.as_deref()).push_bind(t.team.map(|x| x.0)).push_bind(t.assignee.map(|x| x.0)).push_bind(t.requester.0).push_bind(t.mailbox.0)
            .push_bind(Json(&t.also_addressed)).push_bind(t.policy.map(|x| x.0)).push_bind(t.spam).push_bind(t.created_at).push_bind(t.updated_at)
            .push_bind(t.first_response_at).push_bind(t.resolved_at).push_bind(t.closed_at).push_bind(t.snoozed_until).push_bind(t.last_message_at)
            .push_bind(t.last_message_from.as_str()).push_bind(t.message_count).push_bind(t.merged_into.map(|x| x.0)).push("NULL").push_bind(t.version)
            .push_bind(t.last_customer_message_at).push_bind(t.last_agent_message_at).push_bind(t.waiting_since).push_bind(t.reminded_at)
            .push_bind(t.policy_version);
    }, "")?;
    Ok(())
}

/// Writes a changed ticket over what was there. The row was read in this transaction.
pub async fn update(tx: &mut Tx, tenant: TenantId, t: &Ticket) -> Result<(), StoreError> {
    sql!(
        tx, execute,
        "UPDATE tickets SET subject = $3, status = $4, priority = $5, category = $6, team_id = $7, assignee_id = $8, also_addressed = $9, policy_id = $10, spam = $11, updated_at = $12,
           first_response_at = $13, resolved_at = $14, closed_at = $15, snoozed_until = $16, last_message_at = $17, last_message_from = $18, message_count = $19, merged_into = $20,
           version = $21, requester_id = $22, last_customer_message_at = $23, last_agent_message_at = $24,
           waiting_since = $25, reminded_at = $26, policy_version = $27 WHERE tenant_id = $1 AND id = $2",
        tenant.0, t.id.0, &t.subject, t.status.as_str(), t.priority.as_str(), t.category.as_deref(), t.team.map(|x| x.0), t.assignee.map(|x| x.0), Json(&t.also_addressed),
        t.policy.map(|x| x.0), t.spam, t.updated_at, t.first_response_at, t.resolved_at, t.closed_at, t.snoozed_until, t.last_message_at, t.last_message_from.as_str(),
        t.message_count, t.merged_into.map(|x| x.0), t.version, t.requester.0, t.last_customer_message_at, t.last_agent_message_at,
        t.waiting_since, t.reminded_at, t.policy_version
    )?;
    Ok(())
}

/// Links a follow-up to the ticket it follows.
pub async fn set_follow_up(
    tx: &mut Tx,
    tenant: TenantId,
    ticket: TicketId,
    of: TicketId,
) -> Result<(), StoreError> {
    sql!(
        tx,
        execute,
        "UPDATE tickets SET follow_up_of = $3 WHERE tenant_id = $1 AND id = $2",
        tenant.0,
        ticket.0,
        of.0
    )?;
    Ok(())
}

/// The tags of tickets: pairs, sorted.
pub async fn tags_of(
    tx: &mut Tx,
    tenant: TenantId,
    ids: &[TicketId],
) -> Result<Vec<(TicketId, String)>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let found = build!(
        tx,
        "SELECT ticket_id, tag FROM ticket_tags WHERE tenant_id = ",
        |q| {
            q.push_bind(tenant.0).push(" AND ticket_id IN (");
            let mut list = q.separated(", ");
            for id in ids {
                list.push_bind(id.0);
            }
            q.push(") ORDER BY ticket_id, tag");
        },
        fetch_all(Uuid, String)
    )?;
    Ok(found
        .into_iter()
        .map(|(id, tag)| (TicketId(id), tag))
        .collect())
}

/// Puts tags on tickets; those already there stay.
pub async fn add_tags(
    tx: &mut Tx,
    tags: &[(TenantId, TicketId, String)],
) -> Result<(), StoreError> {
    rows!(
        tx,
        "INSERT INTO ticket_tags (tenant_id, ticket_id, tag)",
        tags,
        |row, t| {
            row.push_bind(t.0.0).push_bind(t.1.0).push_bind(&t.2);
        },
        "ON CONFLICT DO NOTHING"
    )?;
    Ok(())
}

/// Takes all tags off a ticket.
pub async fn clear_tags(tx: &mut Tx, tenant: TenantId, ticket: TicketId) -> Result<(), StoreError> {
    sql!(
        tx,
        execute,
        "DELETE FROM ticket_tags WHERE tenant_id = $1 AND ticket_id = $2",
        tenant.0,
        ticket.0
    )?;
    Ok(())
}

/// Tickets that changed since a moment, the newest first.
pub async fn touched_since(
    tx: &mut Tx,
    tenant: TenantId,
    since: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<TicketId>, StoreError> {
    let found = sql!(
        tx, scalars Uuid,
        "SELECT id FROM tickets WHERE tenant_id = $1 AND updated_at >= $2 AND merged_into IS NULL ORDER BY updated_at DESC, id DESC LIMIT $3",
        tenant.0, since, limit
    )?;
    Ok(found.into_iter().map(TicketId).collect())
}

/// The tags that a tenant uses, for suggestions.
pub async fn known_tags(tx: &mut Tx, tenant: TenantId) -> Result<Vec<String>, StoreError> {
    sql!(
        tx, scalars String,
        "SELECT DISTINCT tag FROM ticket_tags WHERE tenant_id = $1 ORDER BY tag LIMIT CAST(200 AS BIGINT)",
        tenant.0
    )
}

/// Active tickets of a tenant by status and assignee, from an index that holds only those.
pub async fn active_counts(
    tx: &mut Tx,
    tenant: TenantId,
) -> Result<Vec<(Status, Option<UserId>, i64)>, StoreError> {
    let rows = sql!(
        tx,
        fetch_all(String, Option<Uuid>, i64),
        "SELECT status, assignee_id, count(*) FROM tickets WHERE tenant_id = $1 AND status IN ('open', 'in_progress', 'on_hold') AND spam = FALSE AND merged_into IS NULL GROUP BY status, assignee_id",
        tenant.0
    )?;
    rows.into_iter()
        .map(|(status, user, count)| {
            Ok((
                word(("tickets", "status"), tenant, &status)?,
                user.map(UserId),
                count,
            ))
        })
        .collect()
}

/// How many tickets one statement carries, for callers that cut their work to size.
pub const BATCH: usize = dialect::ROWS_PER_STATEMENT;
