//! Users, their memberships, and the one-time links they get.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::address::EmailAddress;
use crate::domain::ids::{TenantId, TicketId, UserId};
use crate::domain::person::{Away, MailReply, Membership, Presence, Role, User};
use crate::store::{StoreError, Tx, word};

#[derive(sqlx::FromRow)]
struct UserRow {
    id: Uuid,
    email: String,
    name: String,
    disabled: bool,
    created_at: DateTime<Utc>,
}

impl UserRow {
    fn into_user(self) -> Result<User, StoreError> {
        Ok(User {
            email: word(("users", "email"), self.id, &self.email)?,
            id: UserId(self.id),
            name: self.name,
            disabled: self.disabled,
            created_at: self.created_at,
        })
    }
}

#[derive(sqlx::FromRow)]
struct MemberRow {
    tenant_id: Uuid,
    role: String,
    active: bool,
    signature: String,
    mail_reply: String,
    away_from: Option<DateTime<Utc>>,
    away_until: Option<DateTime<Utc>>,
    away_message: String,
    away_hand_back: bool,
    capacity: Option<i64>,
    #[sqlx(flatten)]
    user: UserRow,
}

impl MemberRow {
    fn into_membership(self) -> Result<Membership, StoreError> {
        Ok(Membership {
            tenant: TenantId(self.tenant_id),
            role: word(("memberships", "role"), self.user.id, &self.role)?,
            active: self.active,
            signature: self.signature,
            mail_reply: word(
                ("memberships", "mail_reply"),
                self.user.id,
                &self.mail_reply,
            )?,
            presence: Presence {
                away: self.away_from.map(|from| Away {
                    from,
                    until: self.away_until,
                    message: self.away_message,
                    hand_back: self.away_hand_back,
                }),
                capacity: self
                    .capacity
                    .map(|most| {
                        u32::try_from(most).map_err(|_| {
                            StoreError::corrupt("memberships", "capacity", self.user.id, most)
                        })
                    })
                    .transpose()?,
            },
            user: self.user.into_user()?,
        })
    }
}

/// What a log-in needs to know of a person.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Credentials {
    /// Who.
    #[sqlx(try_from = "Uuid")]
    pub id: UserId,
    /// PHC string; absent until a password is set.
    pub password_hash: Option<String>,
    /// May use the platform area.
    pub platform_admin: bool,
    /// May not log in.
    pub disabled: bool,
}

/// Every membership of every tenant, with its person.
pub async fn memberships_all_tenants(tx: &mut Tx) -> Result<Vec<Membership>, StoreError> {
    sql!(
        tx, fetch_all MemberRow,
        "SELECT m.tenant_id, m.role, m.active, m.signature, m.mail_reply, m.away_from, m.away_until, m.away_message, m.away_hand_back, m.capacity, u.id, u.email, u.name, u.disabled, u.created_at
         FROM memberships m JOIN users u ON u.id = m.user_id ORDER BY m.tenant_id, u.name, u.id"
    )?
    .into_iter()
    .map(MemberRow::into_membership)
    .collect()
}

/// Every user, whether a member anywhere or not.
pub async fn users_all_tenants(tx: &mut Tx) -> Result<Vec<User>, StoreError> {
    sql!(tx, fetch_all UserRow, "SELECT id, email, name, disabled, created_at FROM users ORDER BY email")?
        .into_iter()
        .map(UserRow::into_user)
        .collect()
}

/// The user with this address.
pub async fn by_email(tx: &mut Tx, email: &EmailAddress) -> Result<Option<User>, StoreError> {
    sql!(tx, fetch_optional UserRow, "SELECT id, email, name, disabled, created_at FROM users WHERE email = $1", email.as_str())?
        .map(UserRow::into_user)
        .transpose()
}

/// The user with this id.
pub async fn by_id(tx: &mut Tx, id: UserId) -> Result<Option<User>, StoreError> {
    sql!(tx, fetch_optional UserRow, "SELECT id, email, name, disabled, created_at FROM users WHERE id = $1", id.0)?
        .map(UserRow::into_user)
        .transpose()
}

/// What a log-in with this address needs.
pub async fn credentials(
    tx: &mut Tx,
    email: &EmailAddress,
) -> Result<Option<Credentials>, StoreError> {
    sql!(tx, fetch_optional Credentials, "SELECT id, password_hash, platform_admin, disabled FROM users WHERE email = $1", email.as_str())
}

/// Creates a user.
pub async fn insert(
    tx: &mut Tx,
    user: &User,
    password_hash: Option<&str>,
    platform_admin: bool,
) -> Result<(), StoreError> {
    sql!(
        tx,
        execute,
        "INSERT INTO users (id, email, name, password_hash, platform_admin, disabled, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $7)",
        user.id.0,
        user.email.as_str(),
        &user.name,
        password_hash,
        platform_admin,
        user.disabled,
        user.created_at
    )?;
    Ok(())
}

/// Gives a user another name.
pub async fn rename(
    tx: &mut Tx,
    user: UserId,
    name: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sql!(
        tx,
        execute,
        "UPDATE users SET name = $2, updated_at = $3 WHERE id = $1",
        user.0,
        name,
        now
    )?;
    Ok(())
}

/// Makes a user a platform admin, or no longer one.
pub async fn set_platform_admin(
    tx: &mut Tx,
    user: UserId,
    is_admin: bool,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sql!(
        tx,
        execute,
        "UPDATE users SET platform_admin = $2, updated_at = $3 WHERE id = $1",
        user.0,
        is_admin,
        now
    )?;
    Ok(())
}

/// Sets a new password and ends all sessions.
pub async fn set_password(
    tx: &mut Tx,
    user: UserId,
    password_hash: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sql!(
        tx,
        execute,
        "UPDATE users SET password_hash = $2, updated_at = $3 WHERE id = $1",
        user.0,
        password_hash,
        now
    )?;
    sql!(
        tx,
        execute,
        "DELETE FROM sessions WHERE user_id = $1",
        user.0
    )?;
    Ok(())
}

/// Disables a user everywhere: no log-in, no session, no token.
pub async fn disable(tx: &mut Tx, user: UserId, now: DateTime<Utc>) -> Result<(), StoreError> {
    sql!(
        tx,
        execute,
        "UPDATE users SET disabled = TRUE, updated_at = $2 WHERE id = $1",
        user.0,
        now
    )?;
    sql!(
        tx,
        execute,
        "DELETE FROM sessions WHERE user_id = $1",
        user.0
    )?;
    sql!(
        tx,
        execute,
        "UPDATE api_tokens SET revoked_at = $2 WHERE user_id = $1 AND revoked_at IS NULL",
        user.0,
        now
    )?;
    Ok(())
}

/// Takes a [`disable`] back. Sessions and tokens stay gone.
pub async fn enable(tx: &mut Tx, user: UserId, now: DateTime<Utc>) -> Result<(), StoreError> {
    sql!(
        tx,
        execute,
        "UPDATE users SET disabled = FALSE, updated_at = $2 WHERE id = $1",
        user.0,
        now
    )?;
    Ok(())
}

/// Says whether a member answers from their mail client.
pub async fn set_mail_reply(
    tx: &mut Tx,
    tenant: TenantId,
    user: UserId,
    mail_reply: MailReply,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sql!(
        tx,
        execute,
        "UPDATE memberships SET mail_reply = $3, updated_at = $4 WHERE tenant_id = $1 AND user_id = $2",
        tenant.0,
        user.0,
        mail_reply.as_str(),
        now
    )?;
    Ok(())
}

/// Says when a member is away, and how much they take on.
pub async fn set_presence(
    tx: &mut Tx,
    tenant: TenantId,
    user: UserId,
    presence: &Presence,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let away = presence.away.as_ref();
    sql!(
        tx,
        execute,
        "UPDATE memberships SET away_from = $3, away_until = $4, away_message = $5, away_hand_back = $6, capacity = $7, updated_at = $8 WHERE tenant_id = $1 AND user_id = $2",
        tenant.0,
        user.0,
        away.map(|a| a.from),
        away.and_then(|a| a.until),
        away.map(|a| a.message.as_str()).unwrap_or_default(),
        away.is_some_and(|a| a.hand_back),
        presence.capacity.map(i64::from),
        now
    )?;
    Ok(())
}

/// Members whose absence has begun and whose urgent tickets are still to be handed back.
pub async fn to_settle_all_tenants(
    tx: &mut Tx,
    now: DateTime<Utc>,
    limit: i64,
) -> Result<Vec<(TenantId, UserId)>, StoreError> {
    let rows = sql!(
        tx,
        fetch_all(Uuid, Uuid),
        "SELECT m.tenant_id, m.user_id FROM memberships m
         WHERE m.away_hand_back = TRUE AND m.away_from <= $1 AND (m.away_until IS NULL OR m.away_until > $1)
           AND m.active = TRUE AND (m.away_settled IS NULL OR m.away_settled <> m.away_from)
           AND NOT EXISTS (SELECT 1 FROM put_off p WHERE p.job = 'absences' AND p.tenant_id = m.tenant_id AND p.about = m.user_id AND p.until > $1)
         ORDER BY m.away_from LIMIT $2",
        now,
        limit
    )?;
    Ok(rows
        .into_iter()
        .map(|(tenant, user)| (TenantId(tenant), UserId(user)))
        .collect())
}

/// When the next such absence begins.
pub async fn next_to_settle_all_tenants(
    tx: &mut Tx,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let next = sql!(
        tx,
        maybe Option<DateTime<Utc>>,
        "SELECT min(away_from) FROM memberships WHERE away_hand_back = TRUE AND away_from > $1 AND active = TRUE",
        now
    )?;
    Ok(next.flatten())
}

/// The urgent tickets of an absence were handed back.
pub async fn settled(
    tx: &mut Tx,
    tenant: TenantId,
    user: UserId,
    from: DateTime<Utc>,
) -> Result<(), StoreError> {
    sql!(
        tx,
        execute,
        "UPDATE memberships SET away_settled = $3 WHERE tenant_id = $1 AND user_id = $2",
        tenant.0,
        user.0,
        from
    )?;
    Ok(())
}

/// The urgent tickets that somebody works on, oldest first.
pub async fn urgent_tickets(
    tx: &mut Tx,
    tenant: TenantId,
    user: UserId,
) -> Result<Vec<TicketId>, StoreError> {
    let found = sql!(
        tx, scalars Uuid,
        "SELECT id FROM tickets WHERE tenant_id = $1 AND status IN ('open', 'in_progress', 'on_hold') AND assignee_id = $2
         AND priority = 'urgent' AND spam = FALSE AND merged_into IS NULL ORDER BY id",
        tenant.0, user.0
    )?;
    Ok(found.into_iter().map(TicketId).collect())
}

/// Makes somebody a member of a tenant, or changes what they are there.
pub async fn put_membership(
    tx: &mut Tx,
    tenant: TenantId,
    user: UserId,
    (role, active, signature): (Role, bool, &str),
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    sql!(
        tx, execute,
        "INSERT INTO memberships (tenant_id, user_id, role, active, signature, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $6)
         ON CONFLICT (tenant_id, user_id) DO UPDATE SET role = excluded.role, active = excluded.active, signature = excluded.signature, updated_at = excluded.updated_at",
        tenant.0, user.0, role.as_str(), active, signature, now
    )?;
    if !active {
        sql!(
            tx,
            execute,
            "DELETE FROM sessions WHERE user_id = $1 AND tenant_id = $2",
            user.0,
            tenant.0
        )?;
    }
    Ok(())
}

/// A one-time link, as it is kept: only the hash of its token.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Link {
    /// SHA-256 of the token.
    pub token_hash: Vec<u8>,
    /// For whom.
    pub user_id: Uuid,
    /// The tenant that invited them.
    pub tenant_id: Option<Uuid>,
    /// `invite` or `reset`.
    pub purpose: String,
    /// No use after this.
    pub expires_at: DateTime<Utc>,
}

/// Keeps a new one-time link.
pub async fn insert_link(tx: &mut Tx, link: &Link, now: DateTime<Utc>) -> Result<(), StoreError> {
    sql!(
        tx,
        execute,
        "INSERT INTO user_links (token_hash, user_id, tenant_id, purpose, created_at, expires_at, used_at) VALUES ($1, $2, $3, $4, $5, $6, NULL)",
        &link.token_hash,
        link.user_id,
        link.tenant_id,
        &link.purpose,
        now,
        link.expires_at
    )?;
    Ok(())
}

/// The unused, unexpired link with this hash.
pub async fn find_link(
    tx: &mut Tx,
    token_hash: &[u8],
    now: DateTime<Utc>,
) -> Result<Option<Link>, StoreError> {
    sql!(
        tx, fetch_optional Link,
        "SELECT token_hash, user_id, tenant_id, purpose, expires_at FROM user_links WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2",
        token_hash, now
    )
}

/// Uses a link up. False if somebody else was faster.
pub async fn use_link(
    tx: &mut Tx,
    token_hash: &[u8],
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    Ok(sql!(
        tx,
        execute,
        "UPDATE user_links SET used_at = $2 WHERE token_hash = $1 AND used_at IS NULL",
        token_hash,
        now
    )? == 1)
}
