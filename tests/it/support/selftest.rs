//! The support, tested where it could fail silently.

use std::time::Duration;

use axum::response::Html;
use axum::routing::get;
use reqwest::Method;
use serde_json::json;
use sqlx::{Connection, PgConnection, SqliteConnection};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::api::Api;
use super::browser::{Browser, screenshots};
use super::client::Answer;
use super::database::both_databases;
use super::ntfy::{self, Ntfy};
use super::proxy::{self, Damage, Proxy, Side, Trigger};
use super::{MailServers, TestDatabase, smtp};

const MAIL: &[u8] = b"From: Grace <grace@customers.test>\r\nSubject: Printer\r\n\
    Message-ID: <1@customers.test>\r\n\r\nIt burns.\r\n.\r\n";

#[tokio::test]
async fn a_mail_goes_in_by_smtp_and_lies_in_the_maildir_as_it_was() {
    let servers = MailServers::get();
    let desk = format!("support+detail@{}", MailServers::domain());
    servers.deliver("grace@customers.test", &desk, MAIL).await;
    let inbox = servers.maildir(&desk);
    let mail = inbox
        .wait_for("the mail", |mail| mail.says("It burns."))
        .await;
    assert_eq!(mail.header("Delivered-To").unwrap(), desk);
    assert_eq!(mail.header("X-Original-To").unwrap(), desk);
    let verdict = mail.header("Authentication-Results").unwrap();
    assert_eq!(verdict, "mx.test; spf=pass smtp.mailfrom=customers.test");
    assert!(mail.raw.ends_with(b"\n.\n") || mail.raw.ends_with(b"\r\n.\r\n"));
    assert_eq!(mail.flags, "");
}

#[tokio::test]
async fn every_address_of_a_catchall_domain_lands_at_its_desk() {
    let servers = MailServers::get();
    let domain = MailServers::catchall_domain();
    let address = format!("whoever@{domain}");
    servers
        .deliver("grace@customers.test", &address, MAIL)
        .await;
    let inbox = servers.maildir(&format!("desk@{domain}"));
    let mail = &inbox.wait_for_count(1).await[0];
    assert_eq!(mail.header("X-Original-To").unwrap(), address);
}

#[tokio::test]
async fn mail_can_be_appended_dropped_and_flagged_behind_everybodys_back() {
    let servers = MailServers::get();
    let desk = format!("support@{}", MailServers::domain());
    let mut imap = servers.imap(&desk).await;
    imap.append("INBOX", r"\Seen", Some("05-Jan-2026 10:00:00 +0000"), MAIL)
        .await;
    let inbox = servers.maildir(&desk);
    inbox.drop(MAIL);
    assert_eq!(inbox.wait_for_count(2).await.len(), 2);
    assert_eq!(imap.count("INBOX").await, 2);
    assert_eq!(imap.flags("INBOX").await, [r"\Seen \Recent", r"\Recent"]);
}

#[tokio::test]
async fn some_addresses_refuse() {
    let servers = MailServers::get();
    let domain = MailServers::domain();
    for (local, code) in [
        ("reject", "550"),
        ("defer", "450"),
        ("datareject", "554"),
        ("datadefer", "451"),
    ] {
        let address = format!("{local}+detail@{domain}");
        let refused =
            smtp::send(servers.mx_port(), "grace@customers.test", &[&address], MAIL).await;
        let answer = refused.unwrap_err().0;
        assert!(answer.starts_with(code), "{address}: {answer}");
    }
}

#[tokio::test]
async fn nobody_gives_a_real_bounce() {
    let servers = MailServers::get();
    let sender = format!("grace@{}", MailServers::domain());
    let nobody = format!("nobody-here@{}", MailServers::domain());
    servers.deliver(&sender, &nobody, MAIL).await;
    let bounce = &servers.maildir(&sender).wait_for_count(1).await[0];
    assert_eq!(bounce.header("Return-Path").unwrap(), "<>");
    assert!(String::from_utf8_lossy(&bounce.raw).contains("Status: 5.1.1"));
}

#[tokio::test]
async fn a_person_answers_with_mutt_and_with_neomutt() {
    let servers = MailServers::get();
    let (person, desk) = (
        format!("anna@{}", MailServers::domain()),
        format!("desk@{}", MailServers::domain()),
    );
    servers.deliver("grace@customers.test", &person, MAIL).await;
    servers.maildir(&person).wait_for_count(1).await;
    for client in ["mutt", "neomutt"] {
        let mut answer = Answer::new(&person, "~s Printer", "Water helps.");
        (answer.client, answer.to) = (client, Some(desk.as_str()));
        answer.send(servers).await;
    }
    for mail in servers.maildir(&desk).wait_for_count(2).await {
        assert!(mail.says("Water helps.") && mail.says("> It burns."));
        assert_eq!(mail.header("In-Reply-To").unwrap(), "<1@customers.test>");
    }
}

both_databases! {
    async fn a_fresh_database_answers(database: TestDatabase) {
        const QUESTION: &str = "SELECT CAST(1 AS BIGINT)";
        let answer: i64 = if database.is_postgres() {
            let mut connection = PgConnection::connect(database.url()).await.unwrap();
            sqlx::query_scalar(QUESTION).fetch_one(&mut connection).await.unwrap()
        } else {
            let url = format!("{}?mode=rwc", database.url());
            let mut connection = SqliteConnection::connect(&url).await.unwrap();
            sqlx::query_scalar(QUESTION).fetch_one(&mut connection).await.unwrap()
        };
        assert_eq!(answer, 1);
    }
}

#[tokio::test]
async fn the_ntfy_stand_in_is_as_strict_as_the_real_one() {
    let ntfy = Ntfy::start(Some("tk_right")).await;
    let api = |token| {
        Api::new(
            ntfy.url().trim_start_matches("http://").parse().unwrap(),
            token,
        )
    };
    let publish = async |token, message: serde_json::Value| {
        let request = api(token)
            .request(Method::POST, "/")
            .body(message.to_string());
        request.send().await.unwrap().status().as_u16()
    };
    let right = Some("tk_right");
    let good = json!({ "topic": "acme-tickets", "title": "New", "message": "m", "priority": 4, "tags": ["ticket"],
        "click": "http://localhost/", "actions": [{ "action": "view", "label": "Open", "url": "http://localhost/" }] });
    assert_eq!(publish(right, good.clone()).await, 200);
    assert_eq!(publish(None, good.clone()).await, 403);
    assert_eq!(publish(Some("tk_wrong"), good.clone()).await, 401);
    assert_eq!(
        publish(right, json!({ "topic": "a b", "message": "m" })).await,
        400
    );
    assert_eq!(
        publish(right, json!({ "topic": "t", "priority": "high" })).await,
        400
    );
    assert_eq!(
        publish(right, json!({ "topic": "t", "message": "m".repeat(4097) })).await,
        400
    );
    assert_eq!(
        publish(
            right,
            json!({ "topic": "t", "actions": [{ "action": "view", "label": "Open" }] })
        )
        .await,
        400
    );
    ntfy.fail([
        ntfy::Fault::Status(503),
        ntfy::Fault::TooMany { retry_after: 5 },
        ntfy::Fault::TakenButFailed,
    ]);
    assert_eq!(publish(right, good.clone()).await, 503);
    assert_eq!(publish(right, good.clone()).await, 429);
    assert_eq!(publish(right, good.clone()).await, 500);
    assert_eq!(ntfy.published(), [good.clone(), good]);
}

/// Says "hello" and then what it hears.
async fn echo() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    #[expect(clippy::disallowed_methods, reason = "ends with the test's runtime")]
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            stream.write_all(b"hello").await.unwrap();
            let (mut input, mut output) = stream.split();
            let _ = tokio::io::copy(&mut input, &mut output).await;
        }
    });
    port
}

async fn ask(port: u16, question: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    stream.write_all(question).await.unwrap();
    let _ = stream.shutdown().await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    answer
}

#[tokio::test]
async fn the_proxy_passes_cuts_stalls_and_refuses() {
    let proxy = Proxy::start(echo().await).await;
    assert_eq!(ask(proxy.port(), b" world").await, b"hello world");

    let cut = proxy::Fault {
        side: Side::Server,
        trigger: Trigger::Bytes(3),
        damage: Damage::Cut,
    };
    proxy.break_next(1, cut);
    assert_eq!(ask(proxy.port(), b" world").await, b"hel");
    assert_eq!(ask(proxy.port(), b" world").await, b"hello world");

    let stall = proxy::Fault {
        side: Side::Client,
        trigger: Trigger::Text(b"wor"),
        damage: Damage::Stall,
    };
    proxy.break_next(1, stall);
    let asked = ask(proxy.port(), b" world");
    assert!(
        tokio::time::timeout(Duration::from_millis(200), asked)
            .await
            .is_err()
    );

    proxy.refuse(true);
    assert_eq!(ask(proxy.port(), b" world").await, b"");
    assert_eq!(proxy.accepted(), 5);
}

#[tokio::test]
async fn a_real_browser_clicks_looks_and_complains() {
    const PAGE: &str = "<!doctype html><html lang=en><title>Form</title><main><h1>Hello</h1>\
        <form><label>Name <input name=name></label><button>Go</button></form>\
        <img src=x></main><script>document.querySelector('h1').textContent = 'Scripted'</script>";
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!(
        "http://acme.localhost:{}",
        listener.local_addr().unwrap().port()
    );
    let router = axum::Router::new().route("/", get(async || Html(PAGE)));
    #[expect(clippy::disallowed_methods, reason = "ends with the test's runtime")]
    tokio::spawn(async move { axum::serve(listener, router).await });

    let steps = json!([
        { "goto": "/" },
        { "fill": ["input", "Ada"] },
        { "text": "h1", "as": "title" },
        { "axe": "barriers" },
        { "screenshot": "selftest" },
        { "click": "button" },
        { "see": "main" },
    ]);
    let seen = Browser::new(&base).narrow().dark().run(steps).await;
    assert_eq!(seen.values["title"], "Scripted");
    assert_eq!(seen.values["barriers"][0]["id"], "image-alt");
    assert_eq!(seen.url, format!("{base}/?name=Ada"));
    assert!(seen.problems[0].contains("404"), "{:?}", seen.problems);
    assert!(screenshots().join("selftest.png").exists());

    let steps = json!([{ "goto": "/" }, { "text": "h1", "as": "title" }]);
    let seen = Browser::new(&base).without_javascript().run(steps).await;
    assert_eq!(seen.values["title"], "Hello");
}
