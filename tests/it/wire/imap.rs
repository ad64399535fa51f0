//! The IMAP client and a real Dovecot.

use std::time::Duration;

use bytes::Bytes;
use postroom::domain::account::TlsMode;
use postroom::door::network::Network;
use postroom::intake::imap::{Fault, Fetched, Session, Verdict, Woken, plan};
use tokio_util::sync::CancellationToken;

use super::{password, settings};
use crate::support::MailServers;
use crate::support::proxy::{Damage, Fault as Break, Proxy, Side, Trigger};

const MAX: usize = 10_000_000;

fn address() -> String {
    format!("support@{}", MailServers::domain())
}

async fn session(address: &str) -> Session {
    let server = settings(MailServers::get().imap_port(), TlsMode::None, address);
    let mut session = Session::open(&Network::default(), &server, &password())
        .await
        .unwrap();
    session.select("INBOX").await.unwrap();
    session
}

/// Mails of different sizes with what could confuse a reader in them.
fn mails(count: usize) -> Vec<Vec<u8>> {
    (0..count)
        .map(|n| {
            let odd = ")\r\n{12}\r\nA0004 OK done\r\n* BYE\r\n\"\\".repeat(n % 50);
            format!("Subject: {n}\r\n\r\n{odd}end").into_bytes()
        })
        .collect()
}

async fn filled(address: &str, mails: &[Vec<u8>]) {
    let mut imap = MailServers::get().imap(address).await;
    for mail in mails {
        imap.append("INBOX", "", Some("05-Jan-2026 10:00:00 +0100"), mail)
            .await;
    }
}

async fn all(session: &mut Session) -> Vec<Fetched> {
    let uids = session.uids_from(1).await.unwrap();
    let sizes = session.sizes(&uids).await.unwrap();
    assert_eq!(sizes.len(), uids.len());
    let mut bodies = session.bodies(plan(&sizes, MAX as u64), MAX);
    let mut all = Vec::new();
    while let Some(harvest) = bodies.next().await.unwrap() {
        assert!(harvest.gone.is_empty() && harvest.refused.is_none());
        all.extend(harvest.mails);
    }
    all
}

#[tokio::test]
async fn mail_comes_byte_for_byte_over_every_kind_of_connection() {
    let address = address();
    let mails = mails(250);
    filled(&address, &mails).await;
    let servers = MailServers::get();
    for (port, tls) in [
        (servers.imap_port(), TlsMode::None),
        (servers.imap_port(), TlsMode::StartTls),
        (servers.imaps_port(), TlsMode::Implicit),
    ] {
        let server = settings(port, tls, &address);
        let mut session = Session::open(&Network::default(), &server, &password())
            .await
            .unwrap();
        let folder = session.select("INBOX").await.unwrap();
        assert_eq!((folder.exists, folder.uid_next), (250, 251));
        let came = all(&mut session).await;
        let bodies: Vec<&Bytes> = came.iter().map(|mail| &mail.body).collect();
        assert_eq!(bodies, mails.iter().collect::<Vec<_>>(), "{tls}");
        assert_eq!(
            came[0].internal_date.unwrap().to_rfc3339(),
            "2026-01-05T09:00:00+00:00"
        );
        session.noop().await.unwrap();
        session.logout().await;
    }
}

#[tokio::test]
async fn looking_at_mail_leaves_no_trace() {
    let address = address();
    filled(&address, &mails(2)).await;
    all(&mut session(&address).await).await;
    let flags = MailServers::get().imap(&address).await.flags("INBOX").await;
    assert!(
        flags.iter().all(|flags| !flags.contains("Seen")),
        "{flags:?}"
    );
}

#[tokio::test]
async fn a_large_mail_may_be_taken_in_part() {
    let address = address();
    filled(&address, &[b"x".repeat(300_000)]).await;
    let mut session = session(&address).await;
    let head = session.head_of(1, 1000).await.unwrap().unwrap();
    assert_eq!((head.size, head.body.len()), (300_000, 1000));
    assert_eq!(session.head_of(9, 1000).await.unwrap(), None);
    let error = {
        let sizes = session.sizes(&[1]).await.unwrap();
        session
            .bodies(plan(&sizes, 400_000), 1000)
            .next()
            .await
            .unwrap_err()
    };
    assert!(matches!(error.fault, Fault::TooLarge { .. }));
}

#[tokio::test]
async fn f9_cut_anywhere_in_a_fetch_no_mail_is_short() {
    let address = address();
    let mails = mails(20);
    filled(&address, &mails).await;
    let proxy = Proxy::start(MailServers::get().imap_port()).await;
    let server = settings(proxy.port(), TlsMode::None, &address);
    let mut whole = 0;
    for cut in (1800..14_000).step_by(311) {
        let fault = Break {
            side: Side::Server,
            trigger: Trigger::Bytes(cut),
            damage: Damage::Cut,
        };
        proxy.break_next(1, fault);
        let Ok(mut session) = Session::open(&Network::default(), &server, &password()).await else {
            continue;
        };
        if session.select("INBOX").await.is_err() {
            continue;
        }
        let Ok(sizes) = session.sizes(&(1..=20).collect::<Vec<_>>()).await else {
            continue;
        };
        let mut bodies = session.bodies(plan(&sizes, MAX as u64), MAX);
        while let Ok(Some(harvest)) = bodies.next().await {
            assert!(harvest.gone.is_empty());
            for mail in harvest.mails {
                whole += 1;
                assert_eq!(mail.body, mails[mail.uid as usize - 1], "cut at {cut}");
            }
        }
    }
    assert!(whole > 0, "some cuts came after the mail");
}

#[tokio::test]
async fn waiting_ends_with_news_with_time_and_with_the_end_of_the_program() {
    let address = address();
    let mut session = session(&address).await;
    session.uids_from(1).await.unwrap();
    let stop = CancellationToken::new();
    let quiet = session
        .idle(Duration::from_millis(10), &stop)
        .await
        .unwrap();
    assert_eq!(quiet, Woken::Quiet);

    let arrival = async {
        filled(&address, &mails(1)).await;
    };
    let minute = Duration::from_mins(1);
    let (woken, ()) = tokio::join!(session.idle(minute, &stop), arrival);
    assert_eq!(woken.unwrap(), Woken::News);
    assert_eq!(session.uids_from(1).await.unwrap(), [1]);

    let ending = async { stop.cancel() };
    let (woken, ()) = tokio::join!(session.idle(minute, &stop), ending);
    assert_eq!(woken.unwrap(), Woken::Stopping);
    session.noop().await.unwrap();
}

#[tokio::test]
async fn mail_is_filed_where_the_settings_say() {
    let address = address();
    filled(&address, &mails(4)).await;
    let mut session = session(&address).await;
    session.store_seen(&[1, 2]).await.unwrap();
    session
        .move_to(&[2, 3], "Erledigt & verräumt")
        .await
        .unwrap();
    session.move_to(&[1], "Erledigt & verräumt").await.unwrap();
    session.delete(&[4]).await.unwrap();
    assert!(session.uids_from(1).await.unwrap().is_empty());
    let done = session.examine("Erledigt & verräumt").await.unwrap();
    assert_eq!(done.exists, 3);
    let mut imap = MailServers::get().imap(&address).await;
    let flags = imap.flags("\"Erledigt &- verr&AOQ-umt\"").await;
    let seen = flags.iter().filter(|flags| flags.contains("Seen")).count();
    assert_eq!(seen, 2);
}

#[tokio::test]
async fn a_missing_folder_is_refused_and_the_session_goes_on() {
    let mut session = session(&address()).await;
    let error = session.select("Nirgends").await.unwrap_err();
    assert!(matches!(error.fault, Fault::No(_)), "{error}");
    assert_eq!(error.verdict(), Verdict::GoOn);
    session.select("INBOX").await.unwrap();
}

#[tokio::test]
async fn what_is_wrong_with_an_account_is_a_sentence() {
    let servers = MailServers::get();
    let address = address();
    let network = Network::default();
    let good = settings(servers.imaps_port(), TlsMode::Implicit, &address);

    let wrong = Session::open(&network, &good, &"wrong".to_owned().into())
        .await
        .unwrap_err();
    assert_eq!(wrong.verdict(), Verdict::NeedsPerson);
    assert!(
        wrong
            .to_string()
            .starts_with("logging in: the server does not accept"),
        "{wrong}"
    );

    let mut untrusted = good.clone();
    untrusted.ca_pem = None;
    let error = Session::open(&network, &untrusted, &password())
        .await
        .unwrap_err();
    assert!(matches!(error.fault, Fault::Tls(_)), "{error}");

    let mut down = good.clone();
    down.port = 1;
    let error = Session::open(&network, &down, &password())
        .await
        .unwrap_err();
    assert!(matches!(error.fault, Fault::Refused { .. }), "{error}");

    let mut open = good;
    open.host = "imap.example.org".to_owned();
    open.tls = TlsMode::None;
    let error = Session::open(&network, &open, &password())
        .await
        .unwrap_err();
    assert!(matches!(error.fault, Fault::Settings(_)), "{error}");
}
