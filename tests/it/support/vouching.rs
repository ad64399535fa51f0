//! An MX that knows who writes (RFC 8601): it puts its Authentication-Results on top of every mail, and its own Received
//! line below them, and hands the mail on to the private MX.

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufStream};
use tokio::net::{TcpListener, TcpStream};

use super::smtp;

/// Starts one by the name of `host` in front of the MX at `mx`; returns its port.
#[expect(clippy::disallowed_methods, reason = "ends with the test's runtime")]
pub async fn start(mx: u16, host: &'static str) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(converse(stream, mx, host));
        }
    });
    port
}

async fn converse(stream: TcpStream, mx: u16, host: &'static str) {
    let mut line = BufStream::new(stream);
    let (mut from, mut to) = (String::new(), Vec::new());
    say(&mut line, "220 ready").await;
    loop {
        let command = next(&mut line).await;
        let address = || {
            let inside = command.split(['<', '>']).nth(1);
            inside.unwrap_or_default().to_owned()
        };
        match command
            .get(..4)
            .unwrap_or_default()
            .to_ascii_uppercase()
            .as_str()
        {
            "" | "QUIT" => return say(&mut line, "221 bye").await,
            "EHLO" | "HELO" => say(&mut line, &format!("250 {host}")).await,
            "MAIL" => {
                from = address();
                say(&mut line, "250 ok").await;
            }
            "RCPT" => {
                to.push(address());
                say(&mut line, "250 ok").await;
            }
            "DATA" => {
                say(&mut line, "354 go on").await;
                let mail = vouched(host, &from, &data(&mut line).await);
                let to: Vec<&str> = to.iter().map(String::as_str).collect();
                smtp::send(mx, &from, &to, mail.as_bytes()).await.unwrap();
                say(&mut line, "250 taken").await;
            }
            _ => say(&mut line, "250 ok").await,
        }
    }
}

fn vouched(host: &str, from: &str, mail: &str) -> String {
    let domain = from.rsplit_once('@').map_or("", |(_, domain)| domain);
    format!(
        "Authentication-Results: {host}; dmarc=pass header.from={domain}\r\n\
         Received: from client by {host}; Mon, 23 Nov 2026 09:00:00 +0000\r\n{mail}"
    )
}

/// The mail, without the dots that were added for the way (RFC 5321 section 4.5.2).
async fn data(line: &mut BufStream<TcpStream>) -> String {
    let mut mail = String::new();
    loop {
        let next = next(line).await;
        if next == "." || next.is_empty() && mail.len() > 1 << 20 {
            return mail;
        }
        mail.push_str(next.strip_prefix('.').unwrap_or(&next));
        mail.push_str("\r\n");
    }
}

async fn next(line: &mut BufStream<TcpStream>) -> String {
    let mut bytes = Vec::new();
    line.read_until(b'\n', &mut bytes).await.unwrap();
    String::from_utf8_lossy(&bytes)
        .trim_end_matches(['\r', '\n'])
        .to_owned()
}

async fn say(line: &mut BufStream<TcpStream>, answer: &str) {
    let answer = format!("{answer}\r\n");
    let _ = line.write_all(answer.as_bytes()).await;
    let _ = line.flush().await;
}
