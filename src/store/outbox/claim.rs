//! Taking rows in hand, and when there will be some.
//!
//! What waits is read by lanes, a tenant's rows through one account, and of each lane no more than can be taken: a
//! backlog of a hundred thousand costs each step one walk through an index, and no row of it is sorted.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{Audience, Channel};
use crate::domain::ids::{AccountId, MailboxId, MessageId, OutboxId, TenantId, TicketId};
use crate::store::{StoreError, Tx, dialect, word};

/// Lanes that are read by one statement.
const LANES_AT_ONCE: usize = 100;
/// A row that is due so soon keeps its place before later ones: a reply that can still be taken back for a few seconds
/// goes out before the notice that its ticket was resolved. Whatever waits longer, waits alone.
const MOMENT: TimeDelta = TimeDelta::minutes(2);

/// A row in hand.
#[derive(Debug, Clone)]
pub struct Claimed {
    /// Its id.
    pub id: OutboxId,
    /// Whose.
    pub tenant: Option<TenantId>,
    /// The account that sends it.
    pub account: Option<AccountId>,
    /// The mailbox it speaks for.
    pub mailbox: Option<MailboxId>,
    /// About which ticket.
    pub ticket: Option<TicketId>,
    /// The message it delivers or announces.
    pub message: Option<MessageId>,
    /// Whom it is for.
    pub audience: Audience,
    /// The one address, topic or URL it goes to.
    pub recipient: String,
    /// The return path.
    pub envelope_from: String,
    /// Its final bytes, compressed. Absent if they are many: whoever sends them reads them with [`body`], a few at a
    /// time.
    pub body: Option<Vec<u8>>,
    /// Attempts before this one.
    pub attempts: i64,
    /// It was uncertain before: another loss is final.
    pub was_uncertain: bool,
    /// When it was queued.
    pub created_at: DateTime<Utc>,
}

#[derive(sqlx::FromRow)]
struct ClaimedRow {
    id: Uuid,
    tenant_id: Option<Uuid>,
    account_id: Option<Uuid>,
    mailbox_id: Option<Uuid>,
    ticket_id: Option<Uuid>,
    message_id: Option<Uuid>,
    audience: String,
    recipient: String,
    envelope_from: String,
    body: Option<Vec<u8>>,
    attempts: i64,
    was_uncertain: bool,
    created_at: DateTime<Utc>,
}

impl ClaimedRow {
    fn into_claimed(self) -> Result<Claimed, StoreError> {
        Ok(Claimed {
            audience: word(("outbox", "audience"), self.id, &self.audience)?,
            id: OutboxId(self.id),
            tenant: self.tenant_id.map(TenantId),
            account: self.account_id.map(AccountId),
            mailbox: self.mailbox_id.map(MailboxId),
            ticket: self.ticket_id.map(TicketId),
            message: self.message_id.map(MessageId),
            recipient: self.recipient,
            envelope_from: self.envelope_from,
            body: self.body,
            attempts: self.attempts,
            was_uncertain: self.was_uncertain,
            created_at: self.created_at,
        })
    }
}

/// Through which accounts rows are claimed.
#[derive(Debug, Clone, Copy)]
pub enum Through<'a> {
    /// Through these.
    Only(&'a [AccountId]),
    /// Through all others, and through none.
    AllBut(&'a [AccountId]),
}

/// Takes due rows in hand, in turns over the tenants, so that one tenant's thousand never delays another's one, and
/// at most `share` of each account. Skips accounts, mailboxes and push servers that rest, and rows whose predecessor to
/// the same person about the same ticket is due and has not been tried yet.
pub async fn claim_all_tenants(
    tx: &mut Tx,
    (channel, through): (Channel, Through<'_>),
    node: &str,
    (limit, share): (i64, i64),
    (now, until): (DateTime<Utc>, DateTime<Utc>),
) -> Result<Vec<Claimed>, StoreError> {
    let lanes = lanes(tx, channel, through, now).await?;
    let mut due = Vec::new();
    for lanes in lanes.chunks(LANES_AT_ONCE) {
        due.extend(heads(tx, channel, lanes, limit.min(share), now).await?);
    }
    let ids = in_turn(due, limit, share);
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let lock = tx.pick(dialect::claim::SQLITE, dialect::claim::POSTGRES);
    let rows = build!(tx, "SELECT id, tenant_id, account_id, mailbox_id, ticket_id, message_id, audience, recipient, envelope_from,
        CASE WHEN length(body) <= 65536 THEN body END AS body, attempts, was_uncertain, created_at FROM outbox WHERE state IN ('pending', 'deferred', 'uncertain') AND id IN (", |q| {
        let mut list = q.separated(", ");
        for id in &ids { list.push_bind(*id); }
        q.push(") ORDER BY id").push(lock);
    }, fetch_all ClaimedRow)?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    build!(
        tx,
        "UPDATE outbox SET state = 'sending', attempts = attempts + 1, claimed_by = ",
        |q| {
            q.push_bind(node)
                .push(", claimed_until = ")
                .push_bind(until)
                .push(", updated_at = ")
                .push_bind(now)
                .push(" WHERE id IN (");
            let mut list = q.separated(", ");
            for row in &rows {
                list.push_bind(row.id);
            }
            q.push(")");
        },
        execute
    )?;
    rows.into_iter().map(ClaimedRow::into_claimed).collect()
}

/// A tenant's rows through one account.
type Lane = (Option<Uuid>, Option<Uuid>);

/// The lanes in which something waits and nothing rests.
async fn lanes(
    tx: &mut Tx,
    channel: Channel,
    through: Through<'_>,
    now: DateTime<Utc>,
) -> Result<Vec<Lane>, StoreError> {
    let lanes = build!(
        tx,
        "SELECT l.tenant_id, l.account_id FROM (SELECT DISTINCT o.tenant_id, o.account_id FROM outbox o
           WHERE o.state IN ('pending', 'deferred', 'uncertain') AND o.channel = ",
        |q| {
            q.push_bind(channel.as_str()).push(") AS l LEFT JOIN accounts a ON a.id = l.account_id LEFT JOIN ntfy n ON n.tenant_id = l.tenant_id AND ");
            q.push_bind(channel.as_str()).push(" = 'ntfy' WHERE (a.smtp_paused_until IS NULL OR a.smtp_paused_until <= ").push_bind(now);
            q.push(") AND (n.paused_until IS NULL OR n.paused_until <= ").push_bind(now).push(")");
        },
        fetch_all(Option<Uuid>, Option<Uuid>)
    )?;
    let among = |accounts: &[AccountId], lane: &Lane| {
        lane.1
            .is_some_and(|account| accounts.contains(&AccountId(account)))
    };
    let wanted = |lane: &Lane| match through {
        Through::Only(accounts) => among(accounts, lane),
        Through::AllBut(accounts) => !among(accounts, lane),
    };
    Ok(lanes.into_iter().filter(wanted).collect())
}

/// A row that may be taken.
#[derive(Debug, Clone, sqlx::FromRow)]
struct Due {
    id: Uuid,
    tenant_id: Option<Uuid>,
    account_id: Option<Uuid>,
    next_attempt_at: DateTime<Utc>,
}

/// The first rows of each lane, `limit` at most.
async fn heads(
    tx: &mut Tx,
    channel: Channel,
    lanes: &[Lane],
    limit: i64,
    now: DateTime<Utc>,
) -> Result<Vec<Due>, StoreError> {
    if lanes.is_empty() {
        return Ok(Vec::new());
    }
    build!(
        tx,
        "",
        |q| {
            for (position, (tenant, account)) in lanes.iter().enumerate() {
                q.push(if position == 0 { "" } else { " UNION ALL " });
                q.push("SELECT * FROM (SELECT o.id, o.tenant_id, o.account_id, o.next_attempt_at FROM outbox o
                  LEFT JOIN mailboxes m ON m.tenant_id = o.tenant_id AND m.id = o.mailbox_id
                  WHERE o.state IN ('pending', 'deferred', 'uncertain') AND o.channel = ").push_bind(channel.as_str());
                match tenant {
                    Some(tenant) => q.push(" AND o.tenant_id = ").push_bind(*tenant),
                    None => q.push(" AND o.tenant_id IS NULL"),
                };
                match account {
                    Some(account) => q.push(" AND o.account_id = ").push_bind(*account),
                    None => q.push(" AND o.account_id IS NULL"),
                };
                q.push(" AND o.next_attempt_at <= ").push_bind(now);
                q.push(" AND (m.paused_until IS NULL OR m.paused_until <= ").push_bind(now);
                // The states of `p` are named twice: so, a database sees that its partial index will do, and does not
                // read every older row for each.
                q.push(") AND NOT EXISTS (SELECT 1 FROM outbox p WHERE p.ticket_id = o.ticket_id AND p.recipient = o.recipient AND p.id < o.id
                  AND p.state IN ('pending', 'sending', 'final_dot', 'deferred', 'uncertain')
                  AND ((p.state = 'pending' AND p.attempts = 0 AND p.next_attempt_at <= ").push_bind(now + MOMENT);
                q.push(") OR p.state IN ('sending', 'final_dot'))) ORDER BY o.next_attempt_at, o.id LIMIT ").push_bind(limit);
                q.push(") AS lane");
            }
        },
        fetch_all Due
    )
}

/// Which of these rows are taken: the tenants' first ones, then their second ones; of each account `share`, of all `limit`.
fn in_turn(mut due: Vec<Due>, limit: i64, share: i64) -> Vec<Uuid> {
    due.sort_by_key(|row| (row.next_attempt_at, row.id));
    let mut turns: HashMap<Option<Uuid>, i64> = HashMap::new();
    let mut turned: Vec<(i64, Uuid, Option<Uuid>)> = due
        .into_iter()
        .map(|row| {
            let turn = turns.entry(row.tenant_id).or_default();
            *turn += 1;
            (*turn, row.id, row.account_id)
        })
        .collect();
    turned.sort_unstable();
    let mut places: HashMap<Option<Uuid>, i64> = HashMap::new();
    turned.retain(|(_, _, account)| {
        let place = places.entry(*account).or_default();
        *place += 1;
        *place <= share
    });
    turned.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    turned.into_iter().map(|(_, id, _)| id).collect()
}

/// When the next row of a channel is due; absent when none waits. What rests is due when the rest ends, not before.
pub async fn next_due_all_tenants(
    tx: &mut Tx,
    channel: Channel,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let first = sql!(
        tx, maybe DateTime<Utc>,
        "SELECT o.next_attempt_at FROM outbox o WHERE o.state IN ('pending', 'deferred', 'uncertain') AND o.channel = $1
           AND NOT EXISTS (SELECT 1 FROM accounts a WHERE a.id = o.account_id AND a.smtp_paused_until > $2)
           AND NOT EXISTS (SELECT 1 FROM ntfy n WHERE n.tenant_id = o.tenant_id AND o.channel = 'ntfy' AND n.paused_until > $2)
         ORDER BY o.next_attempt_at, o.id LIMIT 1",
        channel.as_str(), now
    )?;
    let rest = match channel {
        Channel::Email => sql!(
            tx, maybe Option<DateTime<Utc>>,
            "SELECT min(smtp_paused_until) FROM accounts WHERE smtp_paused_until > $1",
            now
        )?,
        Channel::Ntfy => sql!(
            tx, maybe Option<DateTime<Utc>>,
            "SELECT min(paused_until) FROM ntfy WHERE paused_until > $1",
            now
        )?,
        Channel::Webhook => None,
    };
    Ok([first, rest.flatten()].into_iter().flatten().min())
}

/// The final bytes of a row, compressed.
pub async fn body(tx: &mut Tx, id: OutboxId) -> Result<Option<Vec<u8>>, StoreError> {
    sql!(
        tx,
        maybe Vec<u8>,
        "SELECT body FROM outbox WHERE id = $1",
        id.0
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn due(id: u128, tenant: u128, account: u128) -> Due {
        Due {
            id: Uuid::from_u128(id),
            tenant_id: Some(Uuid::from_u128(tenant)),
            account_id: Some(Uuid::from_u128(account)),
            next_attempt_at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn one_tenants_thousand_never_delays_anothers_one() {
        let mut rows: Vec<Due> = (0..1000).map(|n| due(n, 1, 1)).collect();
        rows.push(due(2000, 2, 2));
        let taken = in_turn(rows, 4, 100);
        assert_eq!(taken, [0, 2000, 1, 2].map(Uuid::from_u128));
    }

    #[test]
    fn an_account_gives_no_more_than_its_share() {
        let rows = (0..10).map(|n| due(n, 1, n % 2)).collect();
        assert_eq!(in_turn(rows, 10, 2), [0, 1, 2, 3].map(Uuid::from_u128));
    }
}
