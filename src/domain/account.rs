//! An account: where mail is fetched from and sent through, and what becomes of it on the server.
//!
//! Passwords are not part of these values: they are sealed and stored beside them.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

words! {
    /// How the connection to a server is protected (RFC 8314). None of these ever falls back to another.
    pub enum TlsMode {
        /// TLS from the first byte: port 993 or 465.
        Implicit = "implicit",
        /// Plain text first, then STARTTLS, before any name or password is sent.
        StartTls = "starttls",
        /// No protection at all.
        None = "none",
    }
}

words! {
    /// What the first connection to a folder takes in.
    pub enum FirstConnection {
        /// Only what arrives from now on.
        New = "new",
        /// Everything that is there, without telling anybody.
        Import = "import",
    }
}

words! {
    /// How an account is doing, as people see it.
    pub enum AccountState {
        /// Connected and up to date, or waiting for mail.
        Ok = "ok",
        /// Not connected yet, or again.
        Connecting = "connecting",
        /// The last attempt failed; the reason stands beside this word.
        Failing = "failing",
        /// Stopped by a person, or until a person changes its settings.
        Paused = "paused",
    }
}

/// How to reach one server. Stored as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ServerSettings {
    /// Host name or IP address; also the name that the certificate must bear.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// How the connection is protected.
    pub tls: TlsMode,
    /// The name to log in with; empty means that nobody logs in (an SMTP relay on the same machine).
    #[serde(default)]
    pub username: String,
    /// Certificates to trust instead of the system's, in PEM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca_pem: Option<String>,
    /// Whether a password may travel in plain text to a host other than this one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub allow_insecure: bool,
}

/// Why a server's settings cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnusableServer {
    /// There is no host, or it has characters that no host name has.
    #[error("{0:?} is not a host name or an IP address")]
    Host(String),
    /// Port 0.
    #[error("port 0 cannot be connected to; the usual ports are 993 for IMAP and 465 for SMTP")]
    Port,
    /// A control character in the name to log in with.
    #[error("the user name contains a line break or another control character")]
    Username,
    /// `tls = "none"` to a foreign host.
    #[error(
        "tls = \"none\" would send the mail and the password to {0} in plain text; \
         use \"implicit\" or \"starttls\", or set allow_insecure = true"
    )]
    PlainText(String),
}

impl ServerSettings {
    /// Says in one sentence what is wrong with these settings, if anything is.
    pub fn check(&self) -> Result<(), UnusableServer> {
        let odd = |c: char| c.is_control() || c.is_whitespace() || matches!(c, '/' | '@' | '"');
        if self.host.is_empty() || self.host.len() > 253 || self.host.contains(odd) {
            return Err(UnusableServer::Host(self.host.clone()));
        }
        if self.port == 0 {
            return Err(UnusableServer::Port);
        }
        if self.username.contains(char::is_control) {
            return Err(UnusableServer::Username);
        }
        if self.tls == TlsMode::None && !self.allow_insecure && !self.is_loopback() {
            return Err(UnusableServer::PlainText(self.host.clone()));
        }
        Ok(())
    }

    /// Whether the host is this machine by its very name, without asking any resolver.
    pub fn is_loopback(&self) -> bool {
        self.host.eq_ignore_ascii_case("localhost")
            || self
                .host
                .parse::<IpAddr>()
                .is_ok_and(|ip| ip.to_canonical().is_loopback())
    }
}

/// What becomes of a mail on the server once it is safely stored here. Written `seen`, `move:FOLDER`
/// or `delete:DAYS`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum AfterIntake {
    /// It is marked as seen and stays.
    #[default]
    Seen,
    /// It is moved to this folder, which is created if it is missing.
    Move(String),
    /// It is marked as seen, and deleted this many days after it was taken in.
    Delete(u32),
}

/// What was given says nothing about what to do with a mail.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not one of seen, move:FOLDER, delete:DAYS")]
pub struct UnknownAfter(pub String);

impl FromStr for AfterIntake {
    type Err = UnknownAfter;

    fn from_str(given: &str) -> Result<Self, UnknownAfter> {
        let unknown = || UnknownAfter(given.to_owned());
        match given.split_once(':') {
            None if given == "seen" => Ok(Self::Seen),
            Some(("move", folder))
                if !folder.trim().is_empty() && !folder.contains(char::is_control) =>
            {
                Ok(Self::Move(folder.trim().to_owned()))
            }
            Some(("delete", days)) => days.trim().parse().map(Self::Delete).map_err(|_| unknown()),
            _ => Err(unknown()),
        }
    }
}

impl fmt::Display for AfterIntake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Seen => f.write_str("seen"),
            Self::Move(folder) => write!(f, "move:{folder}"),
            Self::Delete(days) => write!(f, "delete:{days}"),
        }
    }
}

impl TryFrom<String> for AfterIntake {
    type Error = UnknownAfter;
    fn try_from(given: String) -> Result<Self, UnknownAfter> {
        given.parse()
    }
}

impl From<AfterIntake> for String {
    fn from(after: AfterIntake) -> Self {
        after.to_string()
    }
}

/// The IMAP half of an account. Stored as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImapSettings {
    /// Where to connect.
    pub server: ServerSettings,
    /// The folders to take mail from, by their names as people write them.
    #[serde(default = "inbox")]
    pub folders: Vec<String>,
    /// What becomes of a mail on the server once it is stored here.
    #[serde(default)]
    pub after: AfterIntake,
    /// What the first connection to a folder takes in.
    #[serde(default = "only_new")]
    pub first: FirstConnection,
}

fn inbox() -> Vec<String> {
    vec!["INBOX".to_owned()]
}

fn only_new() -> FirstConnection {
    FirstConnection::New
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(host: &str, tls: TlsMode) -> ServerSettings {
        ServerSettings {
            host: host.to_owned(),
            port: 993,
            tls,
            username: "desk".to_owned(),
            ca_pem: None,
            allow_insecure: false,
        }
    }

    #[test]
    fn plain_text_is_for_this_machine_only() {
        for host in [
            "localhost",
            "LOCALHOST",
            "127.0.0.1",
            "127.8.8.8",
            "::1",
            "::ffff:127.0.0.1",
        ] {
            assert_eq!(server(host, TlsMode::None).check(), Ok(()), "{host}");
        }
        for host in [
            "imap.example.org",
            "10.0.0.1",
            "localhost.example.org",
            "0.0.0.0",
        ] {
            assert_eq!(
                server(host, TlsMode::None).check(),
                Err(UnusableServer::PlainText(host.to_owned()))
            );
            assert_eq!(server(host, TlsMode::StartTls).check(), Ok(()));
        }
    }

    #[test]
    fn the_operator_may_allow_plain_text() {
        let mut far = server("imap.example.org", TlsMode::None);
        far.allow_insecure = true;
        assert_eq!(far.check(), Ok(()));
    }

    #[test]
    fn nonsense_is_refused_with_a_sentence() {
        assert!(server("", TlsMode::Implicit).check().is_err());
        assert!(server("a b", TlsMode::Implicit).check().is_err());
        let mut bad = server("a.example", TlsMode::Implicit);
        bad.username = "a\r\nb".to_owned();
        assert_eq!(bad.check(), Err(UnusableServer::Username));
        bad.port = 0;
        assert_eq!(bad.check(), Err(UnusableServer::Port));
    }

    #[test]
    fn what_happens_afterwards_reads_as_it_is_written() {
        for (text, value) in [
            ("seen", AfterIntake::Seen),
            ("move:Done/2026", AfterIntake::Move("Done/2026".to_owned())),
            ("move:a:b", AfterIntake::Move("a:b".to_owned())),
            ("delete:30", AfterIntake::Delete(30)),
        ] {
            assert_eq!(text.parse(), Ok(value.clone()));
            assert_eq!(value.to_string(), text);
            assert_eq!(serde_json::to_value(value).unwrap(), text);
        }
        for text in [
            "",
            "Seen",
            "move",
            "move:",
            "delete:",
            "delete:soon",
            "delete:-1",
            "move:a\nb",
        ] {
            assert!(text.parse::<AfterIntake>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn settings_have_sensible_defaults() {
        let read: ImapSettings = serde_json::from_str(
            r#"{"server": {"host": "imap.example.org", "port": 993, "tls": "implicit"}}"#,
        )
        .unwrap();
        assert_eq!(read.folders, ["INBOX"]);
        assert_eq!(read.after, AfterIntake::Seen);
        assert_eq!(read.first, FirstConnection::New);
        assert_eq!(read.server.username, "");
    }
}
