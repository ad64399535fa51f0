//! SMTP servers that hang up, fall silent and answer what nobody asked (F16, F17, F28).

use std::sync::{Arc, Mutex};
use std::time::Duration;

use postroom::domain::account::TlsMode;
use postroom::domain::ids::AccountId;
use postroom::door::network::Network;
use postroom::outbox::smtp::{
    Connection, Envelope, Permanence, Phase, Pool, Relay, Reply, Scope, SendError, Timeouts,
};
use uuid::Uuid;

use super::fake::{Does, says, serve};
use super::{password, plain};

const OFFERS: &str = "250-fake\r\n250-PIPELINING\r\n250-SIZE 1000\r\n250 AUTH PLAIN LOGIN\r\n";

/// A relay whose server behaves, except for what `script` has an answer to.
fn relay(script: impl Fn(&str) -> Option<Does> + Clone + Send + 'static) -> Relay {
    relay_with(OFFERS, script)
}

fn relay_with(
    offers: &'static str,
    script: impl Fn(&str) -> Option<Does> + Clone + Send + 'static,
) -> Relay {
    let port = serve(b"220 fake\r\n", move || {
        let script = script.clone();
        let mut in_body = false;
        move |line: &str| {
            if in_body && line != "." {
                return says("");
            }
            in_body = line == "DATA";
            script(line).unwrap_or_else(|| match line.split([' ', ':']).next().unwrap() {
                "EHLO" => says(offers),
                "AUTH" => says("235 in\r\n"),
                "DATA" => says("354 go\r\n"),
                _ => says("250 2.0.0 fine\r\n"),
            })
        }
    });
    Relay {
        server: plain(port),
        password: password(),
        hello: "desk.test".to_owned(),
        timeouts: Timeouts {
            command: Duration::from_secs(20),
            final_dot: Duration::from_millis(300),
        },
    }
}

async fn open(relay: &Relay) -> Result<Connection, SendError> {
    Connection::open(&Network::default(), relay).await
}

fn envelope(size: usize) -> Envelope {
    Envelope {
        sender: None,
        recipient: "grace@customers.test".parse().unwrap(),
        size,
    }
}

async fn send(connection: &mut Connection) -> Result<Reply, SendError> {
    connection
        .prepare(&envelope(10))
        .await?
        .finish(b"hello\r\n")
        .await
}

/// What comes of one message when the server answers `line` with `answer`.
async fn outcome(line: &'static str, answer: fn() -> Does) -> (Result<Reply, SendError>, bool) {
    let relay = relay(move |heard| heard.starts_with(line).then(answer));
    let mut connection = open(&relay).await.unwrap();
    let outcome = send(&mut connection).await;
    (outcome, connection.is_reusable())
}

#[tokio::test]
async fn a_server_that_behaves_gets_one_message_after_the_other() {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let listener = heard.clone();
    let relay = relay(move |line| {
        listener.lock().unwrap().push(line.to_owned());
        None
    });
    let mut connection = open(&relay).await.unwrap();
    for _ in 0..2 {
        let reply = send(&mut connection).await.unwrap();
        assert_eq!(reply.enhanced.as_deref(), Some("2.0.0"));
    }
    let heard = heard.lock().unwrap();
    let mail = [
        "MAIL FROM:<> SIZE=10",
        "RCPT TO:<grace@customers.test>",
        "DATA",
        ".",
    ];
    assert_eq!(heard[heard.len() - 8..], [mail, mail].concat());
}

#[tokio::test]
async fn f16_a_lost_answer_after_the_dot_is_uncertain() {
    for answer in [
        (|| Does::SaysAndLeaves(Vec::new())) as fn() -> Does,
        || Does::Sulks,
        || Does::SaysAndLeaves(b"250".to_vec()),
        || says("354 what\r\n"),
    ] {
        let (outcome, reusable) = outcome(".", answer).await;
        let error = outcome.unwrap_err();
        assert_eq!(error.permanence, Permanence::Uncertain, "{error}");
        assert_eq!(error.phase, Phase::Body);
        assert!(!reusable);
    }
}

#[tokio::test]
async fn a_connection_lost_before_the_body_is_tried_again() {
    for line in ["MAIL", "RCPT", "DATA"] {
        let (outcome, reusable) = outcome(line, || Does::SaysAndLeaves(Vec::new())).await;
        let error = outcome.unwrap_err();
        assert_eq!(
            (error.scope, error.permanence),
            (Scope::Server, Permanence::Temporary)
        );
        assert!(!reusable);
    }
}

#[tokio::test]
async fn f17_a_server_that_goes_away_is_paused_and_no_message_fails() {
    for line in ["MAIL", "RCPT", "DATA", "."] {
        let (outcome, reusable) = outcome(line, || says("421 4.3.2 closing\r\n")).await;
        let error = outcome.unwrap_err();
        assert_eq!(
            (error.scope, error.permanence),
            (Scope::Server, Permanence::Temporary),
            "{line}"
        );
        assert!(!reusable, "{line}");
    }
}

#[tokio::test]
async fn a_server_that_wants_the_message_of_a_refused_recipient_does_not_get_it() {
    let (outcome, reusable) = outcome("RCPT", || says("550 5.1.1 nobody\r\n")).await;
    let error = outcome.unwrap_err();
    assert_eq!((error.scope, error.code), (Scope::Recipient, Some(550)));
    assert!(!reusable, "it waits for a message that must not come");
}

#[tokio::test]
async fn without_pipelining_the_commands_go_one_by_one() {
    let relay = relay_with("250 fake\r\n", |line| {
        line.starts_with("RCPT")
            .then(|| says("550 5.1.1 nobody\r\n"))
    });
    let mut relay = relay;
    relay.server.username.clear();
    let mut connection = open(&relay).await.unwrap();
    let error = send(&mut connection).await.unwrap_err();
    assert_eq!(error.scope, Scope::Recipient);
    assert!(connection.is_reusable());
}

#[tokio::test]
async fn a_message_above_the_servers_limit_is_not_even_tried() {
    let mut connection = open(&relay(|_| None)).await.unwrap();
    let refused = connection.prepare(&envelope(1001)).await.err().unwrap();
    assert_eq!(
        (refused.scope, refused.permanence),
        (Scope::Message, Permanence::Permanent)
    );
    assert!(send(&mut connection).await.is_ok());
}

#[tokio::test]
async fn nothing_of_the_message_is_sent_before_it_may_be() {
    let mut connection = open(&relay(|_| None)).await.unwrap();
    let ready = connection.prepare(&envelope(10)).await.unwrap();
    drop(ready);
    assert!(!connection.is_reusable());
    assert!(send(&mut connection).await.is_err());
}

#[tokio::test]
async fn replies_without_end_or_sense_are_survived() {
    let endless = || Does::Floods(vec![b'x'; 4096]);
    let (sent, _) = outcome("MAIL", endless).await;
    assert_eq!(sent.unwrap_err().scope, Scope::Server);
    let (sent, _) = outcome(".", || says(&b"250 angenommen f\xfcr Gr\xfc\xdfe\r\n"[..])).await;
    assert_eq!(sent.unwrap().words, "angenommen f?r Gr??e");
}

#[tokio::test]
async fn f28_nothing_is_sent_in_plain_text_where_tls_was_asked_for() {
    let heard = Arc::new(Mutex::new(String::new()));
    for (offers, agreed) in [
        (OFFERS, "220 go\r\n"),
        ("250-fake\r\n250 STARTTLS\r\n", "454 not now\r\n"),
        (
            "250-fake\r\n250 STARTTLS\r\n",
            "220 go\r\n250-fake\r\n250 AUTH PLAIN\r\n",
        ),
    ] {
        let listener = heard.clone();
        let mut relay = relay_with(offers, move |line| {
            listener.lock().unwrap().push_str(line);
            (line == "STARTTLS").then(|| says(agreed))
        });
        relay.server.tls = TlsMode::StartTls;
        let error = open(&relay).await.err().unwrap();
        assert_eq!(
            (error.phase, error.scope),
            (Phase::Tls, Scope::Server),
            "{error}"
        );
    }
    let heard = heard.lock().unwrap();
    assert!(
        !heard.contains("AUTH") && !heard.contains("MAIL"),
        "{heard}"
    );
}

#[tokio::test]
async fn a_pooled_connection_that_died_is_replaced() {
    // Hangs up after each message, as some servers do.
    let relay =
        relay(|line| (line == ".").then(|| Does::SaysAndLeaves(b"250 2.0.0 fine\r\n".to_vec())));
    let pool = Pool::new(Network::default());
    let account = AccountId(Uuid::nil());
    let mut lease = pool.checkout(account, &relay).await.unwrap();
    send(&mut lease.connection).await.unwrap();
    lease.give_back();
    // Within the first second it is taken to be alive; then the error says that nothing was sent.
    let mut lease = pool.checkout(account, &relay).await.unwrap();
    match send(&mut lease.connection).await {
        Ok(_) => {}
        Err(error) => assert_eq!(error.permanence, Permanence::Temporary),
    }
}
