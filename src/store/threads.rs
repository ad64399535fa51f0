//! The reference graph: which Message-IDs, received or only referred to, belong to which ticket. Inside one
//! tenant and mailbox only, so that nobody else's mail can be guessed at.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::domain::ids::{MailboxId, TenantId, TicketId};
use crate::store::once::once;
use crate::store::{StoreError, Tx, merges};

/// A Message-ID in the form in which it is kept: 128 bits of SHA-256, whatever its length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Node(pub [u8; 16]);

impl Node {
    /// The node of a Message-ID without brackets.
    pub fn of(message_id: &str) -> Self {
        let digest = Sha256::digest(message_id.trim().as_bytes());
        let mut node = [0; 16];
        node.copy_from_slice(&digest[..16]);
        Self(node)
    }
}

/// A Message-ID that belongs to a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// Whose.
    pub tenant: TenantId,
    /// In which mailbox.
    pub mailbox: MailboxId,
    /// Which.
    pub node: Node,
    /// To which ticket.
    pub ticket: TicketId,
    /// Whether that mail itself is here; false if others only referred to it.
    pub received: bool,
}

/// What is known of these Message-IDs.
pub async fn find(
    tx: &mut Tx,
    wanted: &[(TenantId, MailboxId, Node)],
) -> Result<Vec<Known>, StoreError> {
    let mut found = Vec::new();
    for chunk in wanted.chunks(5_000) {
        let rows = build!(
            tx,
            "SELECT tenant_id, mailbox_id, node, ticket_id, received FROM nodes WHERE (tenant_id, mailbox_id, node) IN (VALUES ",
            |q| {
                let mut first = true;
                for (tenant, mailbox, node) in chunk {
                    q.push(if first { "(" } else { ", (" })
                        .push_bind(tenant.0)
                        .push(", ")
                        .push_bind(mailbox.0)
                        .push(", ")
                        .push_bind(&node.0[..])
                        .push(")");
                    first = false;
                }
                q.push(")");
            },
            fetch_all(Uuid, Uuid, Vec<u8>, Uuid, bool)
        )?;
        for (tenant, mailbox, node, ticket, received) in rows {
            let node = node
                .try_into()
                .map_err(|bytes| StoreError::corrupt("nodes", "node", ticket, bytes))?;
            found.push(Known {
                tenant: TenantId(tenant),
                mailbox: MailboxId(mailbox),
                node: Node(node),
                ticket: TicketId(ticket),
                received,
            });
        }
    }
    Ok(found)
}

/// Remembers Message-IDs. The first ticket to know one keeps it; a referred-to one becomes received.
pub async fn put_all(tx: &mut Tx, known: &[Known]) -> Result<(), StoreError> {
    let known = once(
        known,
        |k| (k.tenant, k.mailbox, k.node),
        |first, again| first.received |= again.received,
    );
    rows!(
        tx,
        "INSERT INTO nodes (tenant_id, mailbox_id, node, ticket_id, received)",
        known,
        |row, k| {
            row.push_bind(k.tenant.0)
                .push_bind(k.mailbox.0)
                .push_bind(&k.node.0[..])
                .push_bind(k.ticket.0)
                .push_bind(k.received);
        },
        "ON CONFLICT (tenant_id, mailbox_id, node) DO UPDATE SET received = TRUE WHERE excluded.received = TRUE AND nodes.received = FALSE"
    )?;
    Ok(())
}

/// Mails that lead to one ticket, or to one that is part of it, lead to another from now on.
pub async fn move_all(
    tx: &mut Tx,
    tenant: TenantId,
    nodes: &[Node],
    (from, to): (TicketId, TicketId),
) -> Result<(), StoreError> {
    let mut ways = vec![from];
    let mut at = 0;
    while let Some(&ticket) = ways.get(at) {
        let parts = merges::parts_of(tx, tenant, ticket).await?;
        ways.extend(parts.into_iter().filter(|part| *part != to));
        at += 1;
    }
    for chunk in nodes.chunks(5_000) {
        build!(
            tx,
            "UPDATE nodes SET ticket_id = ",
            |q| {
                q.push_bind(to.0)
                    .push(" WHERE tenant_id = ")
                    .push_bind(tenant.0)
                    .push(" AND ticket_id IN (");
                let mut list = q.separated(", ");
                for way in &ways {
                    list.push_bind(way.0);
                }
                q.push(") AND node IN (");
                let mut list = q.separated(", ");
                for node in chunk {
                    list.push_bind(&node.0[..]);
                }
                q.push(")");
            },
            execute
        )?;
    }
    Ok(())
}
