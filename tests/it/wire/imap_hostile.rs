//! IMAP servers that lie, babble and hang up (F9, F13).

use std::time::Duration;

use postroom::door::network::Network;
use postroom::intake::imap::{Batch, Fault, Harvest, ImapError, Session, Verdict, Woken};
use tokio_util::sync::CancellationToken;

use super::fake::{Does, says, serve};
use super::{password, plain};

const GREETING: &[u8] = b"* OK [CAPABILITY IMAP4rev1  AUTH=PLAIN IDLE] hello\r\n";
const MAX: usize = 1_000_000;

/// A session with a server that behaves until it is asked for mail, and then does what `script` says. In its
/// text, `TAG` stands for the command's tag.
async fn session(script: impl Fn(&str) -> Does + Clone + Send + 'static) -> Session {
    let port = serve(GREETING, move || {
        let script = script.clone();
        move |line: &str| behave(line, &script)
    });
    let mut session = open(port).await.unwrap();
    session.select("INBOX").await.unwrap();
    session
}

async fn open(port: u16) -> Result<Session, ImapError> {
    Session::open(&Network::default(), &plain(port), &password()).await
}

fn behave(line: &str, script: &impl Fn(&str) -> Does) -> Does {
    let (tag, command) = line.split_once(' ').unwrap_or(("", line));
    let ok = |data: &str| says(format!("{data}{tag} OK done\r\n"));
    match command.split(' ').next().unwrap() {
        "AUTHENTICATE" => says("+ \r\n"),
        "CAPABILITY" => ok("* CAPABILITY IMAP4rev1  IDLE\r\n"),
        "SELECT" => ok(
            "* ID (\"odd\" NIL)\r\n* XFOO\r\n* FLAGS (a]b)\r\n* 3 EXISTS\r\n\
             * OK [UIDVALIDITY 7] x\r\n* OK [ALERT]\u{e9}\r\n* OK [UIDNEXT 4] x\r\n",
        ),
        // The base64 of a name and a password.
        _ if !line.contains(' ') && line != "DONE" => says("A0001 OK [CAPABILITY X  Y] in\r\n"),
        _ => match script(command) {
            Does::Says(text) => Does::Says(tagged(&text, tag)),
            Does::SaysAndLeaves(text) => Does::SaysAndLeaves(tagged(&text, tag)),
            other => other,
        },
    }
}

fn tagged(text: &[u8], tag: &str) -> Vec<u8> {
    String::from_utf8_lossy(text)
        .replace("TAG", tag)
        .into_bytes()
}

/// What comes of asking for the mail with UID 1.
async fn fetched(answer: &'static str) -> Result<Harvest, ImapError> {
    let mut session = session(move |_| says(answer)).await;
    first(&mut session).await
}

async fn first(session: &mut Session) -> Result<Harvest, ImapError> {
    let mut bodies = session.bodies(vec![Batch::one(1)], MAX);
    bodies.next().await.map(Option::unwrap)
}

#[tokio::test]
async fn odd_data_on_the_way_disturbs_nobody() {
    let mut session = session(|_| says("* XFOO\r\n* ID (\"a\" NIL)\r\nTAG OK\r\n")).await;
    session.noop().await.unwrap();
}

#[tokio::test]
async fn f13_four_gigabytes_are_refused_when_they_are_announced() {
    let error = fetched("* 1 FETCH (UID 1 BODY[] {4294967296}\r\n")
        .await
        .unwrap_err();
    assert!(matches!(
        error.fault,
        Fault::TooLarge {
            announced: 4_294_967_296,
            limit: MAX
        }
    ));
    assert_eq!(error.verdict(), Verdict::Retry);
}

#[tokio::test]
async fn f13_a_line_without_end_is_refused() {
    let mut session = session(|_| Does::Floods(vec![b'x'; 4096])).await;
    let error = session.noop().await.unwrap_err();
    assert!(matches!(error.fault, Fault::TooLarge { .. }), "{error}");
    let again = session.noop().await.unwrap_err();
    assert!(matches!(again.fault, Fault::Abandoned), "{again}");
}

#[tokio::test]
async fn f13_a_tag_that_is_not_ours_ends_the_session() {
    let error = fetched("X99 OK done\r\n").await.unwrap_err();
    assert!(matches!(error.fault, Fault::Protocol(_)), "{error}");
}

#[tokio::test]
async fn f13_a_mail_without_uid_belongs_to_nobody() {
    let error = fetched("* 1 FETCH (BODY[] {1}\r\nx)\r\nTAG OK\r\n")
        .await
        .unwrap_err();
    assert!(matches!(error.fault, Fault::Protocol(_)), "{error}");
}

#[tokio::test]
async fn f13_a_search_never_goes_back() {
    let mut session = session(|_| says("* SEARCH 9\r\nTAG OK\r\n")).await;
    assert!(session.uids_from(10).await.unwrap().is_empty());
    assert_eq!(session.uids_from(9).await.unwrap(), [9]);
}

#[tokio::test]
async fn f13_a_bye_is_told_in_the_servers_words() {
    let error = fetched("* BYE [UNAVAILABLE] maintenance\r\n")
        .await
        .unwrap_err();
    let expected = "fetching mail: the connection was closed: [UNAVAILABLE] maintenance";
    assert_eq!(error.to_string(), expected);
}

#[tokio::test]
async fn f13_a_refused_fetch_is_not_an_empty_folder() {
    for answer in ["TAG NO [OVERQUOTA] full\r\n", "TAG BAD what\r\n"] {
        let mut session = session(move |_| says(answer)).await;
        let harvest = first(&mut session).await.unwrap();
        assert_eq!(harvest.refused.unwrap().0, [1]);
        assert!(harvest.mails.is_empty() && harvest.gone.is_empty());
    }
}

#[tokio::test]
async fn an_unreadable_mail_is_refused_and_the_session_goes_on() {
    let answer = "* 1 FETCH (UID 1 BODY[] {1}\r\nx\r\nTAG OK\r\n";
    let mut session = session(move |command| match command {
        "NOOP" => says("TAG OK\r\n"),
        _ => says(answer),
    })
    .await;
    assert!(first(&mut session).await.unwrap().refused.is_some());
}

#[tokio::test]
async fn a_mail_that_is_gone_is_told_apart_from_one_that_came() {
    let harvest = fetched("* 2 FETCH (FLAGS (\\Seen))\r\nTAG OK\r\n")
        .await
        .unwrap();
    assert_eq!(harvest.gone, [1]);
}

#[tokio::test]
async fn a_size_that_is_only_an_estimate_is_believed_the_second_time() {
    let mut session =
        session(|_| says("* 1 FETCH (UID 1 RFC822.SIZE 10 BODY[] {4}\r\nmail)\r\nTAG OK\r\n"))
            .await;
    let mut bodies = session.bodies(vec![Batch::one(1)], MAX);
    let doubtful = bodies.next().await.unwrap().unwrap();
    assert!(doubtful.mails.is_empty() && doubtful.gone.is_empty());
    let sure = bodies.next().await.unwrap().unwrap();
    assert_eq!(sure.mails[0].body, "mail");
    assert!(bodies.next().await.unwrap().is_none());
}

#[tokio::test]
async fn f9_cut_at_any_byte_a_mail_is_never_short() {
    const WHOLE: &str = "* 1 FETCH (UID 1 RFC822.SIZE 26 BODY[] {26}\r\nSubject: x\r\n\r\n{5}\r\nhello\r\n)\r\nTAG OK\r\n";
    let length = WHOLE.replace("TAG", "A0004").len();
    for cut in 0..length {
        let mut session = session(move |_| {
            let mut text = WHOLE.replace("TAG", "A0004").into_bytes();
            text.truncate(cut);
            Does::SaysAndLeaves(text)
        })
        .await;
        let error = first(&mut session).await.unwrap_err();
        assert!(matches!(error.fault, Fault::Closed(_)), "at {cut}: {error}");
    }
    assert_eq!(fetched(WHOLE).await.unwrap().mails[0].body.len(), 26);
}

#[tokio::test]
async fn dropping_a_fetch_in_the_middle_closes_the_session_to_everything_else() {
    let mut session = session(|_| says("* 1 FETCH (UID 1 BODY[] {1}\r\nx)\r\nTAG OK\r\n")).await;
    let mut bodies = session.bodies(vec![Batch::one(1), Batch::one(2), Batch::one(3)], MAX);
    bodies.next().await.unwrap();
    drop(bodies);
    let error = session.noop().await.unwrap_err();
    assert!(matches!(error.fault, Fault::Abandoned));
}

#[tokio::test]
async fn f11_news_before_the_waiting_begins_end_it_at_once() {
    let mut session = session(|command| match command {
        "IDLE" => says("* 4 EXISTS\r\n+ idling\r\n"),
        _ => says("A0004 OK\r\n"),
    })
    .await;
    let hour = Duration::from_hours(1);
    let woken = session.idle(hour, &CancellationToken::new()).await.unwrap();
    assert_eq!(woken, Woken::News);
}

#[tokio::test]
async fn an_idle_that_is_refused_is_an_error_and_does_not_hang() {
    let mut session = session(|command| match command {
        "IDLE" => says("TAG NO not now\r\n"),
        _ => says("TAG OK\r\n"),
    })
    .await;
    session.uids_from(1).await.unwrap();
    let hour = Duration::from_hours(1);
    assert!(session.idle(hour, &CancellationToken::new()).await.is_err());
}

#[tokio::test]
async fn a_server_that_is_busy_has_not_judged_the_password() {
    for (answer, verdict) in [
        ("NO [AUTHENTICATIONFAILED] no", Verdict::NeedsPerson),
        ("NO [UNAVAILABLE] later", Verdict::Retry),
        ("BAD what", Verdict::NeedsPerson),
    ] {
        let port = serve(GREETING, move || {
            move |line: &str| match line.split_once(' ') {
                Some(_) => says("+ \r\n"),
                None => says(format!("A0001 {answer}\r\n")),
            }
        });
        assert_eq!(open(port).await.unwrap_err().verdict(), verdict, "{answer}");
    }
}

#[tokio::test]
async fn f28_nothing_is_sent_in_plain_text_where_tls_was_asked_for() {
    let heard = std::sync::Arc::new(std::sync::Mutex::new(String::new()));
    for (greeting, agreed) in [
        // Does not offer it; offers and refuses it; is "logged in already"; talks on after agreeing.
        (
            &b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] x\r\n"[..],
            "s OK\r\n",
        ),
        (b"* OK [CAPABILITY IMAP4rev1 STARTTLS] x\r\n", "s NO\r\n"),
        (
            b"* PREAUTH [CAPABILITY IMAP4rev1 STARTTLS] x\r\n",
            "s OK\r\n",
        ),
        (
            b"* OK [CAPABILITY IMAP4rev1 STARTTLS] x\r\n",
            "s OK\r\n* CAPABILITY IMAP4rev1\r\n",
        ),
    ] {
        let listener = heard.clone();
        let port = serve(greeting, move || {
            let heard = listener.clone();
            move |line: &str| {
                heard.lock().unwrap().push_str(line);
                says(agreed)
            }
        });
        let mut server = plain(port);
        server.tls = postroom::domain::account::TlsMode::StartTls;
        let error = Session::open(&Network::default(), &server, &password())
            .await
            .unwrap_err();
        assert_ne!(error.verdict(), Verdict::GoOn, "{error}");
    }
    let heard = heard.lock().unwrap();
    assert!(
        !heard.contains("LOGIN") && !heard.contains("AUTHENTICATE"),
        "{heard}"
    );
}
