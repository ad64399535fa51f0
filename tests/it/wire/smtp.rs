//! The SMTP client and a real Postfix.

use postroom::domain::account::TlsMode;
use postroom::domain::ids::AccountId;
use postroom::door::network::Network;
use postroom::outbox::smtp::{
    Connection, Envelope, Permanence, Phase, Pool, Relay, Reply, Scope, SendError, Timeouts,
};
use uuid::Uuid;

use super::{password, settings};
use crate::support::MailServers;

fn relay(port: u16, tls: TlsMode, username: &str) -> Relay {
    Relay {
        server: settings(port, tls, username),
        password: password(),
        hello: "desk.test".to_owned(),
        timeouts: Timeouts::default(),
    }
}

fn submission(domain: &str) -> Relay {
    let port = MailServers::get().submission_port();
    relay(port, TlsMode::StartTls, &format!("support@{domain}"))
}

async fn send(
    connection: &mut Connection,
    from: &str,
    to: &str,
    message: &[u8],
) -> Result<Reply, SendError> {
    let envelope = Envelope {
        sender: Some(from.parse().unwrap()),
        recipient: to.parse().unwrap(),
        size: message.len(),
    };
    connection.prepare(&envelope).await?.finish(message).await
}

#[tokio::test]
async fn a12_dots_and_line_ends_arrive_as_one_message() {
    let servers = MailServers::get();
    let domain = MailServers::domain();
    let support = format!("support@{domain}");
    let message = b"From: a@b.test\r\nSubject: dots\r\n\r\n.\r\n..\n.\n\r.\r\n\n.\r\nMAIL FROM:<evil@evil.test>\rend";
    for (port, tls) in [
        (servers.submission_port(), TlsMode::StartTls),
        (servers.smtps_port(), TlsMode::Implicit),
        (servers.mx_port(), TlsMode::None),
    ] {
        let username = if tls == TlsMode::None { "" } else { &support };
        let relay = relay(port, tls, username);
        let mut connection = Connection::open(&Network::default(), &relay).await.unwrap();
        let to = format!("{tls}@{domain}");
        let reply = send(&mut connection, &support, &to, message).await.unwrap();
        assert_eq!(reply.code, 250);
        let inbox = servers.maildir(&to);
        let mail = inbox
            .wait_for("the message", |mail| mail.says("MAIL FROM"))
            .await;
        let text = String::from_utf8(mail.raw).unwrap().replace("\r\n", "\n");
        let body = text.split_once("\n\n").unwrap().1;
        assert_eq!(
            body, ".\n..\n.\n\n.\n\n.\nMAIL FROM:<evil@evil.test>\nend\n",
            "{tls}"
        );
        assert_eq!(inbox.mails().len(), 1);
    }
}

#[tokio::test]
async fn f17_a_refusal_says_whom_it_concerns_and_the_connection_goes_on() {
    let domain = MailServers::domain();
    let support = format!("support@{domain}");
    let mut connection = Connection::open(&Network::default(), &submission(&domain))
        .await
        .unwrap();
    for (local, phase, scope, permanence) in [
        (
            "reject",
            Phase::Recipient,
            Scope::Recipient,
            Permanence::Permanent,
        ),
        (
            "defer",
            Phase::Recipient,
            Scope::Recipient,
            Permanence::Temporary,
        ),
        (
            "datareject",
            Phase::Body,
            Scope::Message,
            Permanence::Permanent,
        ),
        (
            "datadefer",
            Phase::Body,
            Scope::Message,
            Permanence::Temporary,
        ),
    ] {
        let to = format!("{local}@{domain}");
        let error = send(&mut connection, &support, &to, b"Subject: x\r\n\r\n")
            .await
            .unwrap_err();
        assert_eq!(
            (error.phase, error.scope, error.permanence),
            (phase, scope, permanence),
            "{error}"
        );
        assert!(error.code.is_some() && error.enhanced.is_some());
        let to = format!("grace@{domain}");
        send(&mut connection, &support, &to, b"Subject: x\r\n\r\n")
            .await
            .unwrap();
    }
    connection.quit().await;
}

#[tokio::test]
async fn f18_a_wrong_password_is_the_servers_matter() {
    let mut relay = submission(&MailServers::domain());
    relay.password = "wrong".to_owned().into();
    let error = Connection::open(&Network::default(), &relay)
        .await
        .err()
        .unwrap();
    assert_eq!((error.phase, error.scope), (Phase::Auth, Scope::Server));
    assert_eq!(
        (error.permanence, error.code),
        (Permanence::Permanent, Some(535))
    );
}

#[tokio::test]
async fn f28_an_untrusted_certificate_sends_nothing() {
    let mut relay = submission(&MailServers::domain());
    relay.server.ca_pem = None;
    let error = Connection::open(&Network::default(), &relay)
        .await
        .err()
        .unwrap();
    assert_eq!((error.phase, error.scope), (Phase::Tls, Scope::Server));
}

#[tokio::test]
async fn an_address_beyond_ascii_needs_a_server_that_takes_it() {
    let domain = MailServers::domain();
    let mut connection = Connection::open(&Network::default(), &submission(&domain))
        .await
        .unwrap();
    let to = format!("grüße@{domain}");
    // Either Postfix takes it and its Dovecot bounces it later, or it is refused in a sentence.
    if let Err(error) = send(&mut connection, &format!("support@{domain}"), &to, b"x\r\n").await {
        assert_eq!(error.scope, Scope::Recipient, "{error}");
        assert_eq!(error.permanence, Permanence::Permanent);
    }
    assert!(connection.is_reusable());
}

#[tokio::test]
async fn a_pool_keeps_connections_for_the_same_login_only() {
    let domain = MailServers::domain();
    let account = AccountId(Uuid::nil());
    let pool = Pool::new(Network::default());
    let relay = submission(&domain);
    let mut lease = pool.checkout(account, &relay).await.unwrap();
    let (from, to) = (format!("support@{domain}"), format!("grace@{domain}"));
    send(&mut lease.connection, &from, &to, b"x\r\n")
        .await
        .unwrap();
    lease.give_back();

    let mut wrong = relay.clone();
    wrong.password = "wrong".to_owned().into();
    assert!(
        pool.checkout(account, &wrong).await.is_err(),
        "the old login is not borrowed"
    );

    let mut lease = pool.checkout(account, &relay).await.unwrap();
    send(&mut lease.connection, &from, &to, b"x\r\n")
        .await
        .unwrap();
    lease.give_back();
    pool.sweep().await;
}
