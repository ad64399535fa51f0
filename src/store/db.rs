//! Opening either database and beginning transactions: one door for writing, one for reading.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};

use crate::store::tx::{Inner, Tx};
use crate::store::{Bus, StoreError, migrate};

/// The database. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    pools: Pools,
    /// Wake-ups; every transaction gets a clone and wakes others after its commit.
    pub bus: Bus,
    /// Held by `serve` for as long as it runs, so that a second daemon on the same file refuses to start.
    _lock: Option<Arc<File>>,
}

#[derive(Clone)]
enum Pools {
    /// One writer and several readers beside it.
    Sqlite {
        write: SqlitePool,
        read: SqlitePool,
    },
    Postgres(PgPool),
}

impl Db {
    /// Opens `url` (`sqlite:PATH` or `postgres://…`), creates what is missing and brings the schema up to date.
    ///
    /// # Errors
    /// The file or server cannot be reached, was made by a newer program, or does not promise durability.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            Self::open_sqlite(Path::new(path.trim_start_matches("//")), None).await
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Self::open_postgres(url).await
        } else {
            Err(StoreError::Unusable(
                "database.url must begin with sqlite: or postgres://".to_owned(),
            ))
        }
    }

    /// As [`Db::open`], for the daemon: on SQLite it also takes a lock beside the file.
    ///
    /// # Errors
    /// Also when another daemon has the file.
    pub async fn open_exclusively(url: &str) -> Result<Self, StoreError> {
        let Some(path) = url.strip_prefix("sqlite:") else {
            return Self::open(url).await;
        };
        let path = PathBuf::from(path.trim_start_matches("//"));
        create_parent(&path)?;
        let mut lock_path = path.clone().into_os_string();
        lock_path.push(".lock");
        let lock = File::create(&lock_path)
            .map_err(|e| StoreError::Unusable(format!("cannot write {}: {e}", path.display())))?;
        if lock.try_lock().is_err() {
            return Err(StoreError::InUse(path.display().to_string()));
        }
        Self::open_sqlite(&path, Some(Arc::new(lock))).await
    }

    async fn open_sqlite(path: &Path, lock: Option<Arc<File>>) -> Result<Self, StoreError> {
        create_parent(path)?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(10))
            .pragma("cache_size", "-32768")
            .pragma("temp_store", "memory")
            .pragma("wal_autocheckpoint", "4000");
        let write = SqlitePoolOptions::new()
            .max_connections(1)
            .test_before_acquire(false)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(options.clone())
            .await
            .map_err(|e| cannot_open(&path.display().to_string(), e))?;
        assert_durable(&write).await?;
        migrate::sqlite(&write).await?;
        let read = SqlitePoolOptions::new()
            .max_connections(4)
            .test_before_acquire(false)
            .max_lifetime(None)
            .connect_with(options.read_only(true).pragma("cache_size", "-8192"))
            .await?;
        Ok(Self {
            pools: Pools::Sqlite { write, read },
            bus: Bus::default(),
            _lock: lock,
        })
    }

    async fn open_postgres(url: &str) -> Result<Self, StoreError> {
        let options: PgConnectOptions = url
            .parse()
            .map_err(|_| StoreError::Unusable("database.url is not a PostgreSQL address; expected postgres://USER:PASSWORD@HOST/NAME".to_owned()))?;
        let pool = PgPoolOptions::new()
            .max_connections(12)
            .acquire_timeout(Duration::from_secs(10))
            .connect_with(options.application_name("postroom"))
            .await
            .map_err(|e| cannot_open("the PostgreSQL server of database.url", e))?;
        migrate::postgres(&pool).await?;
        Ok(Self {
            pools: Pools::Postgres(pool),
            bus: Bus::default(),
            _lock: None,
        })
    }

    /// Begins a transaction that may write. On SQLite it takes the write lock at once, so that it cannot
    /// fail half-way because somebody else wrote in between.
    pub async fn write(&self) -> Result<Tx, StoreError> {
        let inner = match &self.pools {
            Pools::Sqlite { write, .. } => {
                Inner::Sqlite(write.begin_with("BEGIN IMMEDIATE").await?)
            }
            Pools::Postgres(pool) => Inner::Postgres(pool.begin_with("BEGIN").await?),
        };
        Ok(Tx::new(inner, self.bus.clone()))
    }

    /// Begins a transaction that only reads, beside the writer. Keep it short: an open reader stops SQLite
    /// from clearing its log.
    pub async fn read(&self) -> Result<Tx, StoreError> {
        let inner = match &self.pools {
            Pools::Sqlite { read, .. } => Inner::Sqlite(read.begin_with("BEGIN").await?),
            Pools::Postgres(pool) => Inner::Postgres(
                pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                    .await?,
            ),
        };
        Ok(Tx::new(inner, self.bus.clone()))
    }

    /// Wakes this process for what other processes wrote: the command line beside a daemon on SQLite (it
    /// asks for `PRAGMA data_version` once a second), other nodes on PostgreSQL (LISTEN). Runs until dropped.
    pub async fn watch_others(&self) {
        loop {
            let failed = match &self.pools {
                Pools::Sqlite { write, .. } => watch_sqlite(write, &self.bus).await,
                Pools::Postgres(pool) => watch_postgres(pool, &self.bus).await,
            };
            if let Err(error) = failed {
                tracing::warn!(error = %StoreError::from(error), "lost sight of other writers; looking again");
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
            self.bus.wake_all();
        }
    }

    /// Closes all connections; SQLite folds its log into the file.
    pub async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { write, read } => {
                read.close().await;
                write.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }

    /// `sqlite` or `postgres`, for logs and reports.
    pub const fn kind(&self) -> &'static str {
        match self.pools {
            Pools::Sqlite { .. } => "sqlite",
            Pools::Postgres(_) => "postgres",
        }
    }
}

impl std::fmt::Debug for Db {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Db({})", self.kind())
    }
}

fn create_parent(path: &Path) -> Result<(), StoreError> {
    match path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
    {
        Some(parent) => std::fs::create_dir_all(parent).map_err(|e| {
            StoreError::Unusable(format!(
                "cannot create the folder {}: {e}",
                parent.display()
            ))
        }),
        None => Ok(()),
    }
}

fn cannot_open(what: &str, error: sqlx::Error) -> StoreError {
    match StoreError::from(error) {
        StoreError::Failed(e) | StoreError::Busy(e) => {
            StoreError::Unusable(format!("cannot open {what}: {e}"))
        }
        other => other,
    }
}

/// A PRAGMA that was asked for is not a PRAGMA that was granted: the answers are read back.
async fn assert_durable(pool: &SqlitePool) -> Result<(), StoreError> {
    let journal: String = sqlx::query_scalar("PRAGMA journal_mode")
        .fetch_one(pool)
        .await?;
    let synchronous: i64 = sqlx::query_scalar("PRAGMA synchronous")
        .fetch_one(pool)
        .await?;
    let foreign_keys: i64 = sqlx::query_scalar("PRAGMA foreign_keys")
        .fetch_one(pool)
        .await?;
    if journal.eq_ignore_ascii_case("wal") && synchronous == 2 && foreign_keys == 1 {
        return Ok(());
    }
    Err(StoreError::Unusable(format!(
        "SQLite does not promise durability here (journal_mode {journal}, synchronous {synchronous}, \
         foreign_keys {foreign_keys}); put the database on a local disk"
    )))
}

/// `PRAGMA data_version` changes on a connection when another one has committed. All of ours write through the one
/// connection of this pool, so that what it tells of is somebody else's.
async fn watch_sqlite(writer: &SqlitePool, bus: &Bus) -> Result<(), sqlx::Error> {
    let mut seen = None;
    loop {
        let version: i64 = sqlx::query_scalar("PRAGMA data_version")
            .fetch_one(writer)
            .await?;
        if seen.replace(version).is_some_and(|seen| seen != version) {
            bus.wake_all();
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

async fn watch_postgres(pool: &PgPool, bus: &Bus) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen("postroom").await?;
    loop {
        match listener.recv().await?.payload().parse() {
            Ok(topic) => bus.wake(topic),
            Err(_) => bus.wake_all(),
        }
    }
}
