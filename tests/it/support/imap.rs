//! A small IMAP client (RFC 3501) for what tests do behind the daemon's back: append, flag, move, look.

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufStream};
use tokio::net::TcpStream;

/// A connection, logged in.
pub struct ImapClient {
    stream: BufStream<TcpStream>,
    commands: u32,
}

impl ImapClient {
    /// Connects to 127.0.0.1 without TLS and logs in.
    pub async fn log_in(port: u16, address: &str, password: &str) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        let mut client = Self {
            stream: BufStream::new(stream),
            commands: 0,
        };
        client.line().await;
        client.run(&format!("LOGIN {address} {password}")).await;
        client
    }

    /// Runs one command and gives its untagged lines. Fails the test unless the server says OK.
    pub async fn run(&mut self, command: &str) -> Vec<String> {
        let tag = self.begin(command).await;
        self.finish(&tag, command).await
    }

    /// Puts `raw` into a folder with the flags given, such as `\Seen`, and an INTERNALDATE such as
    /// `05-Jan-2026 10:00:00 +0000` if there is one. LITERAL+ (RFC 7888) saves a round trip.
    pub async fn append(&mut self, folder: &str, flags: &str, date: Option<&str>, raw: &[u8]) {
        let date = date.map(|date| format!("\"{date}\" ")).unwrap_or_default();
        let command = format!("APPEND {folder} ({flags}) {date}{{{}+}}", raw.len());
        let tag = self.begin(&command).await;
        self.stream.write_all(raw).await.unwrap();
        self.stream.write_all(b"\r\n").await.unwrap();
        self.finish(&tag, &command).await;
    }

    /// How many messages a folder holds.
    pub async fn count(&mut self, folder: &str) -> usize {
        let lines = self.run(&format!("STATUS {folder} (MESSAGES)")).await;
        let digits = lines[0].rsplit(' ').next().unwrap();
        digits.trim_end_matches(')').parse().unwrap()
    }

    /// The flags of each message of a folder, oldest first: one line of words per message.
    pub async fn flags(&mut self, folder: &str) -> Vec<String> {
        self.run(&format!("EXAMINE {folder}")).await;
        let lines = self.run("UID FETCH 1:* (FLAGS)").await;
        let flags =
            |line: &String| Some(line.split_once("FLAGS (")?.1.split_once(')')?.0.to_owned());
        lines.iter().filter_map(flags).collect()
    }

    async fn begin(&mut self, command: &str) -> String {
        self.commands += 1;
        let tag = format!("t{}", self.commands);
        let line = format!("{tag} {command}\r\n");
        self.stream.write_all(line.as_bytes()).await.unwrap();
        tag
    }

    async fn finish(&mut self, tag: &str, command: &str) -> Vec<String> {
        self.stream.flush().await.unwrap();
        let mut untagged = Vec::new();
        loop {
            let line = self.line().await;
            if let Some(answer) = line.strip_prefix(&format!("{tag} ")) {
                assert!(answer.starts_with("OK"), "{command}: {answer}");
                return untagged;
            }
            untagged.push(line);
        }
    }

    /// One line; a literal in it is read with it.
    async fn line(&mut self) -> String {
        let mut line = Vec::new();
        loop {
            let read = self.stream.read_until(b'\n', &mut line).await.unwrap();
            assert!(read > 0, "the IMAP server hung up");
            let Some(length) = announced_literal(&line) else {
                let end = line.trim_ascii_end().len();
                return String::from_utf8_lossy(&line[..end]).into_owned();
            };
            let start = line.len();
            line.resize(start + length, 0);
            self.stream.read_exact(&mut line[start..]).await.unwrap();
        }
    }
}

/// The length in `…{123}` at the end of a line.
fn announced_literal(line: &[u8]) -> Option<usize> {
    let inner = line.trim_ascii_end().strip_suffix(b"}")?;
    let open = inner.iter().rposition(|byte| *byte == b'{')?;
    std::str::from_utf8(&inner[open + 1..]).ok()?.parse().ok()
}
