//! The database as an auditor sees it: bare SQL, past all of the program's own code.

use sqlx::{Connection, PgConnection, SqliteConnection};

use crate::support::TestDatabase;

/// All rows of a question whose answer is one column of text.
pub async fn texts(database: &TestDatabase, question: &'static str) -> Vec<String> {
    if database.is_postgres() {
        let mut connection = PgConnection::connect(database.url()).await.unwrap();
        let rows = sqlx::query_scalar(question).fetch_all(&mut connection);
        rows.await.unwrap()
    } else {
        let mut connection = SqliteConnection::connect(database.url()).await.unwrap();
        let rows = sqlx::query_scalar(question).fetch_all(&mut connection);
        rows.await.unwrap()
    }
}

/// The answer to a question for one number.
pub async fn count(database: &TestDatabase, question: &'static str) -> usize {
    texts(database, question).await[0].parse().unwrap()
}

/// V6 and V9: ticket numbers are 1 to n, and the file is whole.
pub async fn is_sound(database: &TestDatabase) {
    let numbers = texts(
        database,
        "SELECT CAST(number AS TEXT) FROM tickets ORDER BY tickets.number",
    )
    .await;
    let expected: Vec<_> = (1..=numbers.len()).map(|n| n.to_string()).collect();
    assert_eq!(numbers, expected, "ticket numbers have gaps");
    if !database.is_postgres() {
        assert_eq!(texts(database, "PRAGMA integrity_check").await, ["ok"]);
        let mut connection = SqliteConnection::connect(database.url()).await.unwrap();
        let broken = sqlx::query("PRAGMA foreign_key_check").fetch_all(&mut connection);
        assert!(broken.await.unwrap().is_empty());
    }
}
