//! What can go wrong when keeping things, by what the caller should do about it.

use thiserror::Error;

/// A failed attempt to read or write the database. The library's own words hang below as the source.
#[derive(Debug, Error)]
pub enum StoreError {
    /// Try again: another writer was in the way, or the connection was lost.
    #[error("the database was busy or out of reach; the work will be tried again")]
    Busy(#[source] sqlx::Error),
    /// A unique key or a foreign key refused the write: somebody else was first, or the row it refers to is gone.
    #[error("the database refused a row that contradicts what it has")]
    Conflict(#[source] sqlx::Error),
    /// A stored value does not fit the program; somebody should look.
    #[error("the stored {table}.{column} of {row} cannot be read: {found:?}")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// Which row.
        row: String,
        /// What stood there, shortened.
        found: String,
    },
    /// The disk is full. Nothing was written; make room.
    #[error("the disk that holds the database is full; free some space, nothing was lost")]
    DiskFull(#[source] sqlx::Error),
    /// The database was made by a newer Postroom.
    #[error("the database is newer than this program (migration {0}); install the newer postroom")]
    Newer(i64),
    /// Another daemon has the database file open.
    #[error(
        "{0} is in use by another postroom serve; stop it first, or give this one a database of its own"
    )]
    InUse(String),
    /// The database cannot be used as it is configured.
    #[error("{0}")]
    Unusable(String),
    /// Anything else; the statement failed.
    #[error("the database failed")]
    Failed(#[source] sqlx::Error),
}

impl StoreError {
    /// Whether the same work may succeed a little later.
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Busy(_) | Self::DiskFull(_))
    }

    /// A stored value that does not fit the program.
    pub fn corrupt(
        table: &'static str,
        column: &'static str,
        row: impl std::fmt::Display,
        found: impl std::fmt::Debug,
    ) -> Self {
        let found = format!("{found:?}").chars().take(100).collect();
        Self::Corrupt {
            table,
            column,
            row: row.to_string(),
            found,
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Io(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::Tls(_)
            | sqlx::Error::Protocol(_) => Self::Busy(error),
            sqlx::Error::Database(db) => {
                let code = db.code().unwrap_or_default();
                match code.as_ref() {
                    // SQLite: BUSY and LOCKED in all their forms. PostgreSQL: serialisation, deadlock,
                    // lock timeout, shutting down, too many connections.
                    "5" | "6" | "261" | "262" | "517" | "518" | "40001" | "40P01" | "55P03"
                    | "57P01" | "57P02" | "57P03" | "53300" | "08006" | "08003" => {
                        Self::Busy(error)
                    }
                    "13" | "53100" => Self::DiskFull(error),
                    _ if db.is_unique_violation() || db.is_foreign_key_violation() => {
                        Self::Conflict(error)
                    }
                    _ => Self::Failed(error),
                }
            }
            _ => Self::Failed(error),
        }
    }
}
