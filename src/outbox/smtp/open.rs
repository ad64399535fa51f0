//! From settings to a connection that is logged in: TCP, TLS, greeting, EHLO, AUTH.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::Ehlo;
use lettre::transport::smtp::extension::ClientId;
use secrecy::{ExposeSecret, SecretString};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use super::connection::Connection;
use super::error::{Permanence, Phase, Scope, SendError};
use super::offers::Offers;
use super::transport::Transport;
use crate::domain::account::{ServerSettings, TlsMode};
use crate::domain::veil::veiled;
use crate::door::network::{Network, Stream};

/// The most bytes of a reply that is read before TLS.
const LARGEST_REPLY: usize = 16 * 1024;

/// How long to wait for answers.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    /// For the greeting and for each command. RFC 5321 section 4.5.3.2 asks for 5 minutes, of programs
    /// that have nothing else to do.
    pub command: Duration,
    /// For the answer to the final dot: 10 minutes by the RFC, since giving up early sends mail twice.
    pub final_dot: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            command: Duration::from_mins(1),
            final_dot: Duration::from_mins(10),
        }
    }
}

/// A server to send through, and how to present ourselves to it.
#[derive(Debug, Clone)]
pub struct Relay {
    /// Where to connect.
    pub server: ServerSettings,
    /// The password; not used if the settings name no user.
    pub password: SecretString,
    /// The name for EHLO: this host's, or an address literal.
    pub hello: String,
    /// How long to wait.
    pub timeouts: Timeouts,
}

impl Relay {
    /// Whether a connection made for `other` would serve this one too.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.server == other.server
            && self.password.expose_secret() == other.password.expose_secret()
    }
}

impl Connection {
    /// Connects and logs in. STARTTLS is never skipped, and no password goes before TLS stands.
    pub async fn open(network: &Network, relay: &Relay) -> Result<Self, SendError> {
        relay.server.check().map_err(|unusable| {
            let words = unusable.to_string();
            SendError::ours(Phase::Connect, Scope::Server, Permanence::Permanent, words)
        })?;
        let (stream, greeting) = reached(network, relay).await?;
        let hello = ClientId::Domain(relay.hello.clone());
        let transport = Box::new(Transport::new(stream, greeting));
        let opening = async {
            let mut smtp = AsyncSmtpConnection::connect_with_transport(transport, &hello).await?;
            // Asked a second time, because lettre keeps only part of the answer to itself.
            let offered = smtp.command(Ehlo::new(hello.clone())).await?;
            Ok((smtp, Offers::read(offered.message())))
        };
        let (mut smtp, offers) = timeout(relay.timeouts.command, opening)
            .await
            .map_err(|_| silent(Phase::Connect))?
            .map_err(|error| SendError::of(Phase::Connect, &error))?;
        log_in(&mut smtp, relay).await?;
        Ok(Self::new(smtp, offers, relay.clone()))
    }
}

pub(super) fn silent(phase: Phase) -> SendError {
    SendError::lost(phase, "the server does not answer")
}

async fn log_in(smtp: &mut AsyncSmtpConnection, relay: &Relay) -> Result<(), SendError> {
    if relay.server.username.is_empty() {
        return Ok(());
    }
    if smtp
        .server_info()
        .get_auth_mechanism(DEFAULT_MECHANISMS)
        .is_none()
    {
        let words = "the server offers neither AUTH PLAIN nor AUTH LOGIN on this connection";
        return Err(SendError::ours(
            Phase::Auth,
            Scope::Server,
            Permanence::Permanent,
            words,
        ));
    }
    let credentials = Credentials::new(
        relay.server.username.clone(),
        relay.password.expose_secret().to_owned(),
    );
    timeout(
        relay.timeouts.command,
        smtp.auth(DEFAULT_MECHANISMS, &credentials),
    )
    .await
    .map_err(|_| silent(Phase::Auth))?
    .map_err(|error| {
        let mut error = SendError::of(Phase::Auth, &error);
        // Some servers repeat what they were sent (A28).
        let password = relay.password.expose_secret();
        error.words = veiled(&error.words, &relay.server.username, password);
        error
    })?;
    Ok(())
}

/// A protected connection, if it is to be protected, and the greeting that came first.
async fn reached(network: &Network, relay: &Relay) -> Result<(Stream, Bytes), SendError> {
    let ServerSettings {
        host,
        port,
        tls,
        ca_pem,
        ..
    } = &relay.server;
    let protect = |stream| async move {
        network
            .protect(stream, host, ca_pem.as_deref())
            .await
            .map_err(|error| {
                let cause = std::error::Error::source(&error);
                let cause = cause.map(|cause| format!(": {cause}")).unwrap_or_default();
                SendError::lost(Phase::Tls, format!("{error}{cause}"))
            })
    };
    let dialled = network.dial(host, *port).await.map_err(|error| {
        SendError::lost(
            Phase::Connect,
            format!("could not connect to {host}:{port}: {error}"),
        )
    })?;
    let wait = relay.timeouts.command;
    match tls {
        TlsMode::Implicit => {
            let mut stream = protect(dialled).await?;
            let greeting = greeted(&mut stream, wait).await?;
            Ok((stream, greeting))
        }
        TlsMode::None => {
            let mut stream = Stream::Plain(dialled);
            let greeting = greeted(&mut stream, wait).await?;
            Ok((stream, greeting))
        }
        TlsMode::StartTls => {
            let mut stream = Stream::Plain(dialled);
            let greeting = greeted(&mut stream, wait).await?;
            start_tls(&mut stream, &relay.hello, wait).await?;
            let Stream::Plain(plain) = stream else {
                return Err(SendError::lost(Phase::Tls, "TLS stands already"));
            };
            Ok((protect(plain).await?, greeting))
        }
    }
}

async fn greeted(stream: &mut Stream, wait: Duration) -> Result<Bytes, SendError> {
    let greeting = reply(stream, Phase::Connect, wait).await?;
    accepted(&greeting, Phase::Connect)?;
    Ok(greeting)
}

/// RFC 3207, without any way back to plain text.
async fn start_tls(stream: &mut Stream, hello: &str, wait: Duration) -> Result<(), SendError> {
    say(stream, &format!("EHLO {hello}\r\n")).await?;
    let offered = reply(stream, Phase::Connect, wait).await?;
    accepted(&offered, Phase::Connect)?;
    let text = String::from_utf8_lossy(&offered);
    let lines = text.lines().map(|line| line.get(4..).unwrap_or(""));
    if !Offers::read(lines).starttls {
        let words = "the server does not offer STARTTLS, and nothing is sent without it";
        return Err(SendError::ours(
            Phase::Tls,
            Scope::Server,
            Permanence::Permanent,
            words,
        ));
    }
    say(stream, "STARTTLS\r\n").await?;
    let agreed = reply(stream, Phase::Tls, wait).await?;
    accepted(&agreed, Phase::Tls)
}

async fn say(stream: &mut Stream, command: &str) -> Result<(), SendError> {
    stream
        .write_all(command.as_bytes())
        .await
        .map_err(|error| SendError::lost(Phase::Connect, error.to_string()))
}

/// One whole reply and not a byte more: what follows it in plain text would later be read as if it had
/// come under TLS (CVE-2011-0411).
async fn reply(stream: &mut Stream, phase: Phase, wait: Duration) -> Result<Bytes, SendError> {
    let mut buffer = BytesMut::new();
    let reading = async {
        loop {
            match stream.read_buf(&mut buffer).await {
                Ok(0) => return Err("the server closed the connection".to_owned()),
                Ok(_) => {}
                Err(error) => return Err(error.to_string()),
            }
            match end_of_reply(&buffer) {
                Some(end) if end == buffer.len() => return Ok(()),
                Some(_) => return Err("the server talks out of turn".to_owned()),
                None if buffer.len() > LARGEST_REPLY => {
                    return Err("the server's reply has no end".to_owned());
                }
                None => {}
            }
        }
    };
    timeout(wait, reading)
        .await
        .map_err(|_| silent(phase))?
        .map_err(|words| SendError::lost(phase, words))?;
    Ok(buffer.freeze())
}

/// Where a reply ends: after the first line without a hyphen behind its code.
fn end_of_reply(buffer: &[u8]) -> Option<usize> {
    let mut start = 0;
    while let Some(length) = buffer.get(start..)?.iter().position(|byte| *byte == b'\n') {
        let end = start + length + 1;
        if buffer.get(start + 3) != Some(&b'-') {
            return Some(end);
        }
        start = end;
    }
    None
}

fn accepted(reply: &[u8], phase: Phase) -> Result<(), SendError> {
    let text = String::from_utf8_lossy(reply);
    let code: Option<u16> = text.get(..3).and_then(|code| code.parse().ok());
    let words = text.get(4..).unwrap_or("");
    match code {
        Some(200..400) => Ok(()),
        Some(code @ 400..600) => Err(SendError::replied(phase, code, words)),
        _ => Err(SendError::lost(phase, "the server does not speak SMTP")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_ends_with_its_last_line() {
        assert_eq!(end_of_reply(b"220 hello\r\n"), Some(11));
        assert_eq!(end_of_reply(b"250-a\r\n250 b\r\n"), Some(14));
        assert_eq!(end_of_reply(b"250-a\r\n250 b"), None);
        assert_eq!(end_of_reply(b"220 go\r\n250 early\r\n"), Some(8));
        assert_eq!(end_of_reply(b"\n"), Some(1));
        assert_eq!(end_of_reply(b""), None);
    }

    #[test]
    fn what_is_no_reply_is_not_accepted() {
        assert!(accepted(b"220 hello\r\n", Phase::Connect).is_ok());
        let refused = accepted(b"554 5.7.1 go away\r\n", Phase::Connect).unwrap_err();
        assert_eq!(refused.code, Some(554));
        assert_eq!(refused.permanence, Permanence::Permanent);
        for line in ["* OK IMAP4rev1\r\n", "", "é20 x\r\n", "999 x\r\n"] {
            let error = accepted(line.as_bytes(), Phase::Connect).unwrap_err();
            assert_eq!(error.code, None, "{line}");
        }
    }
}
