//! A fresh database for one test, on SQLite or on the private PostgreSQL of `script/test`.

use sqlx::{Connection, PgConnection, SqliteConnection};
use tempfile::TempDir;

use super::servers::{setting, unique};

/// An empty database that goes away with this value.
#[derive(Debug)]
pub struct TestDatabase {
    url: String,
    place: Place,
}

#[derive(Debug)]
enum Place {
    File { _folder: TempDir },
    Server { name: String },
}

impl TestDatabase {
    /// A SQLite file in a folder of its own. The file does not exist yet.
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("postroom.db").display());
        Self {
            url,
            place: Place::File { _folder: folder },
        }
    }

    /// A database of its own on the private PostgreSQL.
    pub async fn postgres() -> Self {
        let name = format!("test_{}", unique());
        on_server(format!("CREATE DATABASE {name}")).await;
        Self {
            url: format!("{}/{name}", server()),
            place: Place::Server { name },
        }
    }

    /// What `[database] url` takes.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Changes it by hand, past the program.
    pub async fn execute(&self, statement: &str) {
        let statement = sqlx::AssertSqlSafe(statement.to_owned());
        if self.is_postgres() {
            let mut connection = PgConnection::connect(&self.url).await.unwrap();
            let done = sqlx::raw_sql(statement).execute(&mut connection).await;
            done.unwrap();
            connection.close().await.unwrap();
        } else {
            let mut connection = SqliteConnection::connect(&self.url).await.unwrap();
            let done = sqlx::raw_sql(statement).execute(&mut connection).await;
            done.unwrap();
            connection.close().await.unwrap();
        }
    }

    /// Whether this is PostgreSQL.
    pub fn is_postgres(&self) -> bool {
        matches!(self.place, Place::Server { .. })
    }
}

impl Drop for TestDatabase {
    /// Drop cannot wait for a future, and the test's runtime may be ending: a thread of its own does it.
    fn drop(&mut self) {
        let Place::Server { name } = &self.place else {
            return;
        };
        let statement = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        let dropping = std::thread::spawn(move || {
            tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap()
                .block_on(on_server(statement));
        });
        if dropping.join().is_err() {
            eprintln!("could not drop the database {name}");
        }
    }
}

/// The server's URL without a database, such as `postgres://postgres@127.0.0.1:5433`.
fn server() -> String {
    setting("POSTROOM_TEST_POSTGRES")
}

async fn on_server(statement: String) {
    let mut connection = PgConnection::connect(&format!("{}/postgres", server()))
        .await
        .unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(statement))
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
}

/// Makes two tests of one body, `name::sqlite` and `name::postgres`:
///
/// ```ignore
/// both_databases! {
///     async fn a_reply_reopens_the_ticket(database: TestDatabase) { … }
/// }
/// ```
macro_rules! both_databases {
    ($($(#[$meta:meta])* async fn $name:ident($database:ident: TestDatabase) $body:block)+) => { $(
        $(#[$meta])*
        mod $name {
            use super::*;

            async fn road($database: TestDatabase) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                road(TestDatabase::sqlite()).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                road(TestDatabase::postgres().await).await;
            }
        }
    )+ };
}
pub(crate) use both_databases;
