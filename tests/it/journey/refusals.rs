//! The end of the daemon, and the ways in which it does not even begin: each one sentence, exit code 1.

use std::fs;
use std::net::TcpListener;

use sqlx::{Connection, PgConnection, SqliteConnection};

use super::ledger::{count, is_sound};
use super::{House, letter};
use crate::support::TestDatabase;
use crate::support::daemon::Daemon;
use crate::support::database::both_databases;
use crate::support::wait_for;

/// Tries to start a daemon that must not start; what it says.
async fn refused(daemon: &Daemon) -> String {
    let output = daemon.try_run(&["serve"]).await;
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(output.stdout.is_empty(), "it said that it listens");
    let sentences: Vec<_> = said
        .lines()
        .filter(|line| line.starts_with("postroom: "))
        .collect();
    assert_eq!(sentences.len(), 1, "{said}");
    assert!(!said.contains("panicked"), "{said}");
    sentences[0].to_owned()
}

both_databases! {
    async fn a_daemon_that_is_asked_to_stop_in_the_middle_of_its_work_loses_nothing(database: TestDatabase) {
        let mut house = House::start(database, "acknowledge = \"off\"").await;
        let (desk, from) = (house.desk(), house.customer("grace"));
        let inbox = house.servers.maildir(&desk);
        for n in 0..200 {
            inbox.drop(letter(&from, &desk, &format!("m{n}@customers.test"), &format!("Mail {n}"), "", "Hello.").as_bytes());
        }
        let processed = "SELECT CAST(count(*) AS TEXT) FROM inbound WHERE state = 'processed'";
        wait_for("the first mail", async || (count(&house.database, processed).await > 0).then_some(())).await;
        assert!(house.daemon.stop().await.success());
        house.daemon.start().await;
        wait_for("the last mail", async || (count(&house.database, processed).await == 200).then_some(())).await;
        assert!(house.daemon.stop().await.success());
        is_sound(&house.database).await;
    }

    async fn a_port_that_is_taken_is_named(database: TestDatabase) {
        let daemon = Daemon::install(&database).await;
        let _taken = TcpListener::bind(daemon.address()).unwrap();
        let said = refused(&daemon).await;
        assert!(said.contains(&format!("cannot listen on {}", daemon.address())), "{said}");
    }

    async fn another_key_is_refused(database: TestDatabase) {
        let daemon = Daemon::install(&database).await;
        let other = Daemon::install(&TestDatabase::sqlite()).await;
        let key = daemon.path("postroom.key");
        fs::rename(other.path("postroom.key"), &key).unwrap();
        let said = refused(&daemon).await;
        assert!(said.contains("not the key that this database was sealed with"), "{said}");
        fs::remove_file(&key).unwrap();
        let said = refused(&daemon).await;
        assert!(said.contains("postroom.key"), "{said}");
        assert!(!key.exists(), "a new key would hide the loss of the old");
    }

    async fn a_newer_database_is_refused(database: TestDatabase) {
        let daemon = Daemon::install(&database).await;
        let newer = "INSERT INTO _sqlx_migrations SELECT 9999, description, installed_on, success, checksum, execution_time \
                     FROM _sqlx_migrations WHERE version = 1";
        if database.is_postgres() {
            let mut connection = PgConnection::connect(database.url()).await.unwrap();
            sqlx::query(newer).execute(&mut connection).await.unwrap();
        } else {
            let mut connection = SqliteConnection::connect(database.url()).await.unwrap();
            sqlx::query(newer).execute(&mut connection).await.unwrap();
        }
        let said = refused(&daemon).await;
        assert!(said.contains("newer than this program"), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_daemon_on_one_file_is_refused() {
    let database = TestDatabase::sqlite();
    let mut daemon = Daemon::install(&database).await;
    daemon.start().await;
    let said = refused(&daemon).await;
    assert!(said.contains("postroom.db"), "{said}");
    assert!(daemon.stop().await.success());
}
