//! From settings to a session: TCP, TLS, greeting, STARTTLS, capabilities, login (RFC 3501 section 6.2).

use std::time::Duration;

use async_imap::{Authenticator, Client};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::timeout;

use super::answer::{self, Done, Kind};
use super::error::{Fault, ImapError};
use super::session::{Capabilities, Session, fault_of};
use super::wire::Wire;
use crate::domain::account::{ServerSettings, TlsMode};
use crate::domain::veil::veiled;
use crate::door::network::{Network, Stream};

/// How long logging in may take in all: servers answer a wrong password slowly on purpose.
const LOGIN: Duration = Duration::from_mins(1);

impl Session {
    /// Connects and logs in. Nothing is sent in plain text that the settings do not allow: STARTTLS is
    /// never skipped, and no name or password goes before TLS stands.
    pub async fn open(
        network: &Network,
        server: &ServerSettings,
        password: &SecretString,
    ) -> Result<Self, ImapError> {
        server
            .check()
            .map_err(|unusable| Fault::Settings(unusable).while_("connecting"))?;
        let wire = connected(network, server).await?;
        let (mut wire, mut offers) = greeted(wire)
            .await
            .map_err(|fault| fault.while_("waiting for the server's greeting"))?;
        if server.tls == TlsMode::StartTls {
            wire = protected(network, server, wire, &offers)
                .await
                .map_err(|fault| fault.while_("starting TLS"))?;
            offers = offered(&mut wire)
                .await
                .map_err(|fault| fault.while_("asking what the server offers"))?;
        }
        let mut session = log_in(wire, &offers, &server.username, password)
            .await
            .map_err(|fault| fault.while_("logging in"))?;
        // What a server offers may change with the login (RFC 3501 section 6.1.1).
        session.ask_capabilities().await?;
        Ok(session)
    }
}

async fn connected(network: &Network, server: &ServerSettings) -> Result<Wire, ImapError> {
    let (host, port) = (server.host.as_str(), server.port);
    let stream = network.dial(host, port).await.map_err(|error| {
        let host = host.to_owned();
        Fault::Refused { host, port, error }.while_("connecting")
    })?;
    let stream = match server.tls {
        TlsMode::Implicit => network
            .protect(stream, host, server.ca_pem.as_deref())
            .await
            .map_err(|error| Fault::Tls(error).while_("connecting"))?,
        TlsMode::StartTls | TlsMode::None => Stream::Plain(stream),
    };
    Ok(Wire::new(stream))
}

/// Hears the greeting; it, or a question, tells what the server offers.
async fn greeted(mut wire: Wire) -> Result<(Wire, Vec<String>), Fault> {
    let greeting = wire.answer().await?;
    let Kind::Data(data) = answer::kind(&greeting) else {
        return Err(Fault::Protocol(answer::words(&greeting)));
    };
    // PREAUTH would have us skip STARTTLS and the login: nobody we know sends it, an attacker might.
    if !answer::word(data).0.eq_ignore_ascii_case(b"OK") {
        return Err(Fault::Protocol(answer::words(data)));
    }
    let offers = match answer::capabilities(data) {
        Some(offers) => offers,
        None => offered(&mut wire).await?,
    };
    Ok((wire, offers))
}

async fn offered(wire: &mut Wire) -> Result<Vec<String>, Fault> {
    let mut offers = Vec::new();
    wire.say("c CAPABILITY").await?;
    let done = wire
        .until("c", |answer| {
            if let Kind::Data(data) = answer::kind(answer) {
                offers.extend(answer::capabilities(data).unwrap_or_default());
            }
            Ok(())
        })
        .await?;
    match done {
        Done::Ok => Ok(offers),
        Done::Refused(words) => Err(Fault::Protocol(words)),
    }
}

async fn protected(
    network: &Network,
    server: &ServerSettings,
    mut wire: Wire,
    offers: &[String],
) -> Result<Wire, Fault> {
    if !offers.iter().any(|offer| offer == "STARTTLS") {
        return Err(Fault::NoStartTls);
    }
    wire.say("s STARTTLS").await?;
    if wire.until("s", |_| Ok(())).await? != Done::Ok {
        return Err(Fault::NoStartTls);
    }
    let Stream::Plain(stream) = wire.into_stream()? else {
        return Err(Fault::NoStartTls);
    };
    network
        .protect(stream, &server.host, server.ca_pem.as_deref())
        .await
        .map(Wire::new)
        .map_err(Fault::Tls)
}

/// SASL PLAIN (RFC 4616), which takes any characters; async-imap adds the base64.
struct Plain<'a> {
    username: &'a str,
    password: &'a SecretString,
}

impl Authenticator for Plain<'_> {
    type Response = String;

    fn process(&mut self, _challenge: &[u8]) -> String {
        format!("\0{}\0{}", self.username, self.password.expose_secret())
    }
}

async fn log_in(
    wire: Wire,
    offers: &[String],
    username: &str,
    password: &SecretString,
) -> Result<Session, Fault> {
    let offers = |name: &str| offers.iter().any(|offer| offer == name);
    let secret = password.expose_secret();
    let plain = offers("AUTH=PLAIN");
    // LOGIN takes ASCII only (RFC 3501 section 6.2.3).
    if !plain && (offers("LOGINDISABLED") || !secret.is_ascii() || !username.is_ascii()) {
        return Err(Fault::NoLogin);
    }
    // Some servers repeat what they were sent (A28).
    let veil = |words: &str| veiled(words, username, secret);
    let client = Client::new(wire);
    let attempt = async {
        if plain {
            client
                .authenticate("PLAIN", Plain { username, password })
                .await
        } else {
            client.login(username, secret).await
        }
    };
    match timeout(LOGIN, attempt).await {
        Err(_) => Err(Fault::Timeout(LOGIN.as_secs())),
        Ok(Ok(session)) => Ok(Session::new(session, Capabilities::default())),
        Ok(Err((error, client))) => match fault_of(error, client.get_ref()) {
            Fault::No(words) if is_passing(&words) => Err(Fault::Busy(veil(&words))),
            Fault::No(words) => Err(Fault::Password(veil(&words))),
            Fault::Protocol(words) => Err(Fault::Protocol(veil(&words))),
            Fault::Closed(words) => Err(Fault::Closed(words.as_deref().map(veil))),
            fault => Err(fault),
        },
    }
}

/// Whether a refused login says of itself that the password is not the reason (RFC 5530).
fn is_passing(words: &str) -> bool {
    [
        "[UNAVAILABLE]",
        "[INUSE]",
        "[LIMIT]",
        "[SERVERBUG]",
        "[CONTACTADMIN]",
    ]
    .iter()
    .any(|code| words.to_ascii_uppercase().contains(code))
}
