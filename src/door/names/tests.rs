use tokio::net::TcpListener;

use super::*;

const NAME: &str = "key._domainkey.agents.test";

/// An answer to a question: its records as kind and data.
fn answer(question: &[u8], flags: [u8; 2], records: &[(u16, &[u8])]) -> Vec<u8> {
    let end = question.len() - 11;
    let mut reply = question[..end].to_vec();
    reply[2..4].copy_from_slice(&flags);
    reply[6..8].copy_from_slice(&u16::try_from(records.len()).unwrap().to_be_bytes());
    reply[10..12].copy_from_slice(&[0, 0]);
    for (kind, data) in records {
        // The name is a pointer to the question's.
        reply.extend([0xc0, 12]);
        reply.extend(kind.to_be_bytes());
        reply.extend([0, 1, 0, 0, 0, 60]);
        reply.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
        reply.extend(*data);
    }
    reply
}

const TXT: u16 = 16;
const FINE: [u8; 2] = [0x81, 0x80];

/// What a server answers to a question.
type Answers = Box<dyn Fn(&[u8]) -> Vec<Vec<u8>> + Send>;

/// A server that gives these answers to one question after another, and the names that ask it.
#[expect(clippy::disallowed_methods, reason = "the server of a test")]
async fn server(answers: Vec<Answers>) -> (Names, tokio::task::JoinHandle<()>) {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let names = Names::of_servers(vec![socket.local_addr().unwrap()], Random::seeded(1));
    let serving = tokio::spawn(async move {
        let mut buffer = [0; 600];
        for answers in answers {
            let (length, whom) = socket.recv_from(&mut buffer).await.unwrap();
            for reply in answers(&buffer[..length]) {
                socket.send_to(&reply, whom).await.unwrap();
            }
        }
    });
    (names, serving)
}

#[tokio::test]
async fn the_strings_of_a_record_are_joined_and_the_answer_is_remembered() {
    let (names, serving) = server(vec![Box::new(|question| {
        let alias: &[u8] = &[0xc0, 12];
        vec![answer(
            question,
            FINE,
            &[
                (5, alias),
                (TXT, b"\x07v=DKIM1\x08; p=abcd"),
                (TXT, b"\x05other"),
            ],
        )]
    })])
    .await;
    let want = ["v=DKIM1; p=abcd", "other"];
    assert_eq!(names.texts(NAME).await.unwrap(), want);
    serving.await.unwrap();
    // The server is gone.
    assert_eq!(
        names.clone().texts(&NAME.to_uppercase()).await.unwrap(),
        want
    );
}

#[tokio::test]
async fn no_such_name_is_an_answer_and_a_failure_is_none() {
    let (names, _serving) = server(vec![
        Box::new(|question| vec![answer(question, [0x81, 0x82], &[])]),
        Box::new(|question| vec![answer(question, [0x81, 0x82], &[])]),
        Box::new(|question| vec![answer(question, [0x81, 0x83], &[])]),
    ])
    .await;
    assert_eq!(names.texts(NAME).await, Err(Unanswered::Silence));
    assert_eq!(names.texts(NAME).await, Ok(Vec::new()));
    assert_eq!(Names::nobody().texts(NAME).await, Err(Unanswered::Nobody));
    let label = "x".repeat(64);
    assert_eq!(names.texts(&label).await, Err(Unanswered::Unaskable));
    assert_eq!(names.texts("a..b").await, Err(Unanswered::Unaskable));
}

#[tokio::test]
async fn answers_to_other_questions_are_passed_over() {
    let (names, _serving) = server(vec![Box::new(|question| {
        let right = answer(question, FINE, &[(TXT, b"\x04true")]);
        let mut other_id = answer(question, FINE, &[(TXT, b"\x05false")]);
        other_id[0] ^= 1;
        let mut other_name = answer(question, FINE, &[(TXT, b"\x05false")]);
        other_name[13] ^= 1;
        let mut no_answer = answer(question, FINE, &[(TXT, b"\x05false")]);
        no_answer[2] = 1;
        vec![other_id, other_name, no_answer, vec![0; 5], right]
    })])
    .await;
    assert_eq!(names.texts(NAME).await.unwrap(), ["true"]);
}

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "the server of a test")]
async fn an_answer_that_does_not_fit_is_had_by_a_stream() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let socket = UdpSocket::bind(address).await.unwrap();
    let names = Names::of_servers(vec![address], Random::seeded(1));
    tokio::spawn(async move {
        let mut buffer = [0; 600];
        let (length, whom) = socket.recv_from(&mut buffer).await.unwrap();
        let cut = answer(&buffer[..length], [0x83, 0x80], &[]);
        socket.send_to(&cut, whom).await.unwrap();
        let (mut stream, _) = listener.accept().await.unwrap();
        let length = stream.read_u16().await.unwrap();
        let mut question = vec![0; usize::from(length)];
        stream.read_exact(&mut question).await.unwrap();
        let reply = answer(&question, FINE, &[(TXT, b"\x04long")]);
        stream
            .write_u16(u16::try_from(reply.len()).unwrap())
            .await
            .unwrap();
        stream.write_all(&reply).await.unwrap();
    });
    assert_eq!(names.texts(NAME).await.unwrap(), ["long"]);
}

#[test]
fn broken_answers_are_none_and_never_a_panic() {
    let question = Question::texts(7, NAME).unwrap();
    let whole = answer(&question.bytes, FINE, &[(TXT, b"\x04true"), (TXT, b"\x00")]);
    assert_eq!(Answer::read(&whole).unwrap().texts, ["true", ""]);
    for length in 0..whole.len() {
        assert_eq!(Answer::read(&whole[..length]), None, "{length}");
    }
    for at in 0..whole.len() {
        for value in [0, 1, 0x3f, 0x40, 0xc0, 0xff] {
            let mut broken = whole.clone();
            broken[at] = value;
            let _ = Answer::read(&broken);
        }
    }
}

#[test]
fn the_machines_servers_are_read_from_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("resolv.conf");
    std::fs::write(&file, "# comment\nsearch acme.test\nnameserver 192.0.2.1\nnameserver ::1\nnameserver fe80::1%eth0\n").unwrap();
    let servers = servers_of_this_machine(&file);
    assert_eq!(
        servers,
        ["192.0.2.1:53".parse().unwrap(), "[::1]:53".parse().unwrap()]
    );
    let missing = servers_of_this_machine(&folder.path().join("none"));
    assert_eq!(missing, ["127.0.0.1:53".parse().unwrap()]);
}
