//! A small SMTP client (RFC 5321) that hides nothing: bytes go out as they are, answers come back as they are.

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufStream};
use tokio::net::TcpStream;

/// The server's refusal: the whole line, such as `550 5.1.1 no such mailbox`.
#[derive(Debug)]
pub struct Refused(pub String);

/// Sends `raw` from one envelope sender to some recipients over plain SMTP on 127.0.0.1.
///
/// Bare LF in `raw` stays bare only inside lines that end in CRLF elsewhere: Postfix decides.
pub async fn send(port: u16, from: &str, to: &[&str], raw: &[u8]) -> Result<(), Refused> {
    let mut line = connect(port).await?;
    line.say("EHLO customer.test").await?;
    line.say(&format!("MAIL FROM:<{from}>")).await?;
    for recipient in to {
        line.say(&format!("RCPT TO:<{recipient}>")).await?;
    }
    line.say("DATA").await?;
    line.say_bytes(&dot_stuffed(raw)).await?;
    line.say("QUIT").await
}

/// A connection after its greeting.
pub async fn connect(port: u16) -> Result<SmtpLine, Refused> {
    let stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let mut line = SmtpLine(BufStream::new(stream));
    line.answer().await?;
    Ok(line)
}

/// One SMTP conversation.
pub struct SmtpLine(BufStream<TcpStream>);

impl SmtpLine {
    /// Sends one command and waits for its answer.
    pub async fn say(&mut self, command: &str) -> Result<(), Refused> {
        self.say_bytes(format!("{command}\r\n").as_bytes()).await
    }

    async fn say_bytes(&mut self, bytes: &[u8]) -> Result<(), Refused> {
        self.0.write_all(bytes).await.unwrap();
        self.0.flush().await.unwrap();
        self.answer().await
    }

    /// The last line of an answer has a space after its code (RFC 5321 section 4.2.1).
    async fn answer(&mut self) -> Result<(), Refused> {
        loop {
            let mut line = String::new();
            self.0.read_line(&mut line).await.unwrap();
            match (line.as_bytes().first(), line.as_bytes().get(3)) {
                (Some(b'2' | b'3'), Some(b'-')) => {}
                (Some(b'2' | b'3'), _) => return Ok(()),
                _ => return Err(Refused(line.trim_end().to_owned())),
            }
        }
    }
}

/// The body as DATA wants it: dots doubled at line starts, the final dot on a line of its own
/// (RFC 5321 section 4.5.2).
fn dot_stuffed(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len() + 16);
    for line in raw.split_inclusive(|byte| *byte == b'\n') {
        if line.starts_with(b".") {
            out.push(b'.');
        }
        out.extend_from_slice(line);
    }
    if !out.ends_with(b"\r\n") {
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b".\r\n");
    out
}

#[test]
fn dots_at_line_starts_are_doubled() {
    assert_eq!(
        dot_stuffed(b".a\r\nb.\r\n..c"),
        b"..a\r\nb.\r\n...c\r\n.\r\n"
    );
}
