//! A transaction on either database, and the two macros that run one SQL text on both.

/// Runs the body with the connection bound to a name, once for each database.
macro_rules! on {
    ($tx:expr, |$c:ident| $body:expr) => {
        match &mut $tx.inner {
            $crate::store::tx::Inner::Sqlite(t) => {
                let $c = &mut **t;
                $body
            }
            $crate::store::tx::Inner::Postgres(t) => {
                let $c = &mut **t;
                $body
            }
        }
    };
}

/// One SQL text on both databases: `sql!(tx, execute, "…", binds…)` gives the rows changed,
/// `sql!(tx, fetch_all Row, "…", binds…)` (also `fetch_one`, `fetch_optional`) gives rows, and
/// `sql!(tx, scalar Type, "…", binds…)` (also `maybe Type`, `scalars Type`) gives first columns.
macro_rules! sql {
    ($tx:expr, execute, $q:expr $(, $a:expr)* $(,)?) => {{
        let q: &'static str = $q;
        on!($tx, |c| sqlx::query(q)$(.bind($a))*.execute(c).await.map(|r| r.rows_affected()))
            .map_err($crate::store::StoreError::from)
    }};
    ($tx:expr, scalar $t:ty, $q:expr $(, $a:expr)* $(,)?) => {{
        let q: &'static str = $q;
        on!($tx, |c| sqlx::query_scalar::<_, $t>(q)$(.bind($a))*.fetch_one(c).await)
            .map_err($crate::store::StoreError::from)
    }};
    ($tx:expr, maybe $t:ty, $q:expr $(, $a:expr)* $(,)?) => {{
        let q: &'static str = $q;
        on!($tx, |c| sqlx::query_scalar::<_, $t>(q)$(.bind($a))*.fetch_optional(c).await)
            .map_err($crate::store::StoreError::from)
    }};
    ($tx:expr, scalars $t:ty, $q:expr $(, $a:expr)* $(,)?) => {{
        let q: &'static str = $q;
        on!($tx, |c| sqlx::query_scalar::<_, $t>(q)$(.bind($a))*.fetch_all(c).await)
            .map_err($crate::store::StoreError::from)
    }};
    ($tx:expr, $f:ident $t:ty, $q:expr $(, $a:expr)* $(,)?) => {{
        let q: &'static str = $q;
        on!($tx, |c| sqlx::query_as::<_, $t>(q)$(.bind($a))*.$f(c).await)
            .map_err($crate::store::StoreError::from)
    }};
}

/// A statement built in pieces, on both databases: the body gets a `QueryBuilder` named by the caller.
/// `build!(tx, "SELECT …", |q| { q.push_bind(x); }, fetch_all Row)`.
macro_rules! build {
    ($tx:expr, $start:expr, |$q:ident| $fill:block, execute) => {
        on!($tx, |c| {
            let mut $q = sqlx::QueryBuilder::new($start);
            $fill
            $q.build().persistent(false).execute(c).await.map(|r| r.rows_affected())
        })
        .map_err($crate::store::StoreError::from)
    };
    ($tx:expr, $start:expr, |$q:ident| $fill:block, scalars $t:ty) => {
        on!($tx, |c| {
            let mut $q = sqlx::QueryBuilder::new($start);
            $fill
            $q.build_query_scalar::<$t>().persistent(false).fetch_all(c).await
        })
        .map_err($crate::store::StoreError::from)
    };
    ($tx:expr, $start:expr, |$q:ident| $fill:block, $f:ident $t:ty) => {
        on!($tx, |c| {
            let mut $q = sqlx::QueryBuilder::new($start);
            $fill
            $q.build_query_as::<$t>().persistent(false).$f(c).await
        })
        .map_err($crate::store::StoreError::from)
    };
}

/// Many rows by one statement per `$chunk` rows: `rows!(tx, "INSERT INTO t (a, b)", items, |row, item| {
/// row.push_bind(..) }, "ON CONFLICT DO NOTHING")`. Does nothing for no items.
macro_rules! rows {
    ($tx:expr, $start:expr, $items:expr, |$row:ident, $item:ident| $fill:block, $end:expr) => {{
        let mut changed = 0u64;
        for chunk in $items.chunks($crate::store::dialect::ROWS_PER_STATEMENT) {
            changed += on!($tx, |c| {
                let mut q = sqlx::QueryBuilder::new($start);
                q.push(" ");
                q.push_values(chunk, |mut $row, $item| $fill);
                q.push(" ");
                q.push($end);
                q.build()
                    .persistent(false)
                    .execute(c)
                    .await
                    .map(|r| r.rows_affected())
            })
            .map_err($crate::store::StoreError::from)?;
        }
        Ok::<u64, $crate::store::StoreError>(changed)
    }};
}

use sqlx::{Postgres, Sqlite, Transaction};

use crate::store::{Bus, StoreError, Topic};

/// An open transaction. Rolls back when dropped. Wake-ups noted with [`Tx::wake`] go out after the commit.
#[must_use]
pub struct Tx {
    pub(in crate::store) inner: Inner,
    bus: Bus,
    topics: Vec<Topic>,
}

pub(in crate::store) enum Inner {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl Tx {
    pub(in crate::store) fn new(inner: Inner, bus: Bus) -> Self {
        Self {
            inner,
            bus,
            topics: Vec::new(),
        }
    }

    /// Wakes those who wait for `topic`, once this transaction is committed.
    pub fn wake(&mut self, topic: Topic) {
        if !self.topics.contains(&topic) {
            self.topics.push(topic);
        }
    }

    /// Makes everything durable, then wakes whoever should look.
    ///
    /// # Errors
    /// Nothing was written, or (PostgreSQL, connection lost during the commit) nobody knows: the unique
    /// keys make a second run harmless.
    pub async fn commit(mut self) -> Result<(), StoreError> {
        if let Inner::Postgres(_) = self.inner {
            // Other nodes hear of it by LISTEN; the notice goes out with the commit itself.
            for topic in self.topics.clone() {
                sql!(
                    &mut self,
                    execute,
                    "SELECT pg_notify('postroom', $1)",
                    topic.as_str()
                )?;
            }
        }
        match self.inner {
            Inner::Sqlite(tx) => tx.commit().await?,
            Inner::Postgres(tx) => tx.commit().await?,
        }
        for topic in self.topics {
            self.bus.wake(topic);
        }
        Ok(())
    }

    /// Forgets everything.
    pub async fn rollback(self) -> Result<(), StoreError> {
        match self.inner {
            Inner::Sqlite(tx) => tx.rollback().await?,
            Inner::Postgres(tx) => tx.rollback().await?,
        }
        Ok(())
    }

    /// Chooses between two texts where the databases differ; see [`crate::store::dialect`].
    pub(in crate::store) const fn pick(
        &self,
        sqlite: &'static str,
        postgres: &'static str,
    ) -> &'static str {
        match self.inner {
            Inner::Sqlite(_) => sqlite,
            Inner::Postgres(_) => postgres,
        }
    }
}
