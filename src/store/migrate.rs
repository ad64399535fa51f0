//! The migrations, embedded. Both databases have the same numbers; a test compares the folders.

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::{PgPool, SqlitePool};

use crate::store::StoreError;

static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

pub(in crate::store) async fn sqlite(pool: &SqlitePool) -> Result<(), StoreError> {
    SQLITE.run(pool).await.map_err(explain)
}

pub(in crate::store) async fn postgres(pool: &PgPool) -> Result<(), StoreError> {
    POSTGRES.run(pool).await.map_err(explain)
}

fn explain(error: MigrateError) -> StoreError {
    match error {
        MigrateError::VersionMissing(version) => StoreError::Newer(version),
        MigrateError::Execute(error) => StoreError::from(error),
        other => StoreError::Unusable(format!(
            "the database could not be brought up to date: {other}; restore a backup or ask for help"
        )),
    }
}
