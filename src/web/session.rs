//! Who is logged in. The cookie is 32 random bytes; the database knows only its hash.

use axum::http::{HeaderMap, HeaderValue, header};
use chrono::{DateTime, Duration, Utc};
use data_encoding::BASE64URL_NOPAD;

use crate::domain::ids::{TenantId, UserId};
use crate::door::Bearer;
use crate::store::sessions::{self, Session};
use crate::store::{StoreError, Tx};
use crate::web::Web;
use crate::web::guard::Visitor;

/// `__Host-`: only over TLS (or on this machine), for this host alone, for all of its paths.
const COOKIE: &str = "__Host-sid";

/// How long a session lasts.
#[derive(Debug, Clone, Copy)]
pub struct Lifetime {
    /// Without a request.
    pub idle: Duration,
    /// In all.
    pub whole: Duration,
}

impl Lifetime {
    /// At a tenant's desk: a working day, a week.
    pub const DESK: Self = Self {
        idle: Duration::hours(12),
        whole: Duration::days(7),
    };
    /// In the platform area: an hour, half a day.
    pub const PLATFORM: Self = Self {
        idle: Duration::hours(1),
        whole: Duration::hours(12),
    };

    /// At a tenant, or in the platform area.
    pub const fn of(tenant: Option<TenantId>) -> Self {
        match tenant {
            Some(_) => Self::DESK,
            None => Self::PLATFORM,
        }
    }

    /// Whether a session that was last used then still lives.
    fn covers(self, session: &Session, now: DateTime<Utc>) -> bool {
        now < session.expires_at && now - session.last_seen_at < self.idle
    }
}

/// Begins a session and gives the value of its `Set-Cookie`. Any session that the request brought along ends:
/// whoever planted a cookie before the log-in has nothing from it (session fixation).
pub async fn begin(
    tx: &mut Tx,
    web: &Web,
    (tenant, user): (Option<TenantId>, UserId),
    visitor: &Visitor,
    request: &HeaderMap,
) -> Result<HeaderValue, StoreError> {
    end(tx, request).await?;
    let now = web.desk.clock.now();
    let secret = Bearer::new("", &web.desk.random);
    let session = Session {
        id_hash: secret.hash(),
        user_id: user,
        tenant_id: tenant.map(|tenant| tenant.0),
        form_token: BASE64URL_NOPAD.encode(&web.desk.random.bytes::<32>()),
        ip: visitor.ip.to_string(),
        user_agent: visitor.user_agent.clone(),
        created_at: now,
        last_seen_at: now,
        expires_at: now + Lifetime::of(tenant).whole,
    };
    sessions::insert(tx, &session).await?;
    Ok(set_cookie(secret.expose(), None))
}

/// The session of a request, if it lives.
pub async fn find(
    tx: &mut Tx,
    tenant: Option<TenantId>,
    request: &HeaderMap,
    now: DateTime<Utc>,
) -> Result<Option<Session>, StoreError> {
    let Some(secret) = cookie(request) else {
        return Ok(None);
    };
    let session = sessions::find(tx, tenant, &Bearer::hash_of(secret)).await?;
    Ok(session.filter(|session| Lifetime::of(tenant).covers(session, now)))
}

/// Ends the session of a request, if it has one.
pub async fn end(tx: &mut Tx, request: &HeaderMap) -> Result<(), StoreError> {
    match cookie(request) {
        Some(secret) => sessions::remove(tx, &Bearer::hash_of(secret)).await,
        None => Ok(()),
    }
}

/// Notes that a session is in use, at most once a minute. It is the one thing that reading a page may write; a
/// database that is busy just then is no reason not to show the page.
pub async fn touch(web: &Web, session: &Session) {
    let now = web.desk.clock.now();
    if now - session.last_seen_at < Duration::minutes(1) {
        return;
    }
    let noted: Result<(), StoreError> = async {
        let mut tx = web.desk.db.write().await?;
        sessions::touch(&mut tx, &session.id_hash, now).await?;
        tx.commit().await
    }
    .await;
    if let Err(error) = noted {
        tracing::warn!(
            error = &error as &dyn std::error::Error,
            "could not note that a session is in use"
        );
    }
}

/// The `Set-Cookie` that takes the cookie away.
pub fn forget() -> HeaderValue {
    set_cookie("", Some(0))
}

fn set_cookie(value: &str, max_age: Option<u32>) -> HeaderValue {
    let age = max_age.map_or_else(String::new, |age| format!("; Max-Age={age}"));
    HeaderValue::from_str(&format!(
        "{COOKIE}={value}; Path=/; Secure; HttpOnly; SameSite=Lax{age}"
    ))
    .unwrap_or(HeaderValue::from_static(""))
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='))
        .filter(|value| value.len() == 43)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(cookie_line: &str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_str(cookie_line).unwrap());
        cookie(&headers).map(str::to_owned)
    }

    #[test]
    fn the_cookie_is_found_among_others_and_has_its_length() {
        let value = "a".repeat(43);
        assert_eq!(
            found(&format!("x=1; __Host-sid={value}; y=2")),
            Some(value.clone())
        );
        assert_eq!(found(&format!("X__Host-sid={value}")), None);
        assert_eq!(found("__Host-sid=short"), None);
        assert_eq!(found("__Host-sid="), None);
    }

    #[test]
    fn the_cookie_is_for_this_host_alone() {
        assert_eq!(
            set_cookie("v", None),
            "__Host-sid=v; Path=/; Secure; HttpOnly; SameSite=Lax"
        );
    }

    #[test]
    fn a_session_ends_when_it_is_idle_or_old() {
        let now: DateTime<Utc> = "2026-01-02T00:00:00Z".parse().unwrap();
        let session = |idle: Duration, left: Duration| Session {
            id_hash: vec![],
            user_id: UserId(uuid::Uuid::nil()),
            tenant_id: None,
            form_token: String::new(),
            ip: String::new(),
            user_agent: String::new(),
            created_at: now,
            last_seen_at: now - idle,
            expires_at: now + left,
        };
        let lives = |idle, left| Lifetime::DESK.covers(&session(idle, left), now);
        assert!(lives(Duration::hours(11), Duration::hours(1)));
        assert!(!lives(Duration::hours(12), Duration::hours(1)));
        assert!(!lives(Duration::zero(), Duration::zero()));
        assert!(!Lifetime::PLATFORM.covers(&session(Duration::hours(1), Duration::hours(1)), now));
    }
}
