//! What can go wrong between us and an IMAP server, in sentences.

use std::io;

use crate::door::tls::TlsError;

/// A command, or the connection as a whole, failed. After any of these except [`Fault::No`] the session is
/// of no use any more: drop it and connect again.
#[derive(Debug, thiserror::Error)]
#[error("{doing}: {fault}")]
pub struct ImapError {
    /// What was tried.
    pub doing: &'static str,
    /// What came of it.
    pub fault: Fault,
}

/// The reasons.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The settings themselves forbid it.
    #[error("{0}")]
    Settings(#[from] crate::domain::account::UnusableServer),
    /// Nobody answers at that host and port.
    #[error("could not connect to {host}:{port}: {error}")]
    Refused {
        /// The host as it stands in the settings.
        host: String,
        /// The port as it stands in the settings.
        port: u16,
        /// What the network said.
        error: io::Error,
    },
    /// No byte came for as long as we wait.
    #[error("no answer within {0} seconds")]
    Timeout(u64),
    /// The connection could not be protected.
    #[error("{}", in_full(.0))]
    Tls(TlsError),
    /// The server does not offer STARTTLS, and we do not go on without it (RFC 8314).
    #[error("the server does not offer STARTTLS, and nothing is sent without it")]
    NoStartTls,
    /// The server does not know this name and password.
    #[error("the server does not accept the user name and password: {0}")]
    Password(String),
    /// The server cannot log anybody in at the moment.
    #[error("the server cannot log us in now: {0}")]
    Busy(String),
    /// The server offers no way to log in that we may use here.
    #[error("the server offers neither LOGIN nor AUTHENTICATE PLAIN on this connection")]
    NoLogin,
    /// The server answered NO or BAD. The session is still good.
    #[error("the server says {0}")]
    No(String),
    /// The server lacks something that this cannot be done without.
    #[error("the server does not offer {0}")]
    Lacking(&'static str),
    /// The server said something that no IMAP server says.
    #[error("the server's answer makes no sense: {0}")]
    Protocol(String),
    /// The server announced or sent more than we take.
    #[error("the server sends {announced} bytes at once, and {limit} is the limit")]
    TooLarge {
        /// How much it announced, or had sent when we gave up.
        announced: u64,
        /// The most we take.
        limit: usize,
    },
    /// The connection ended; the words are those of the server's BYE, if it said any.
    #[error("the connection was closed{}", because(.0.as_deref()))]
    Closed(Option<String>),
    /// An earlier command was left in the middle of its answer.
    #[error("an earlier command was left unfinished on this connection")]
    Abandoned,
}

/// What to do about a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Connect again after the backoff: it may pass by itself.
    Retry,
    /// A person has to change the settings or the server first; try seldom.
    NeedsPerson,
    /// The session goes on; only this command was refused.
    GoOn,
}

impl ImapError {
    /// What to do about it.
    pub fn verdict(&self) -> Verdict {
        match &self.fault {
            Fault::Refused { .. }
            | Fault::Timeout(_)
            | Fault::Tls(_)
            | Fault::Busy(_)
            | Fault::Protocol(_)
            | Fault::TooLarge { .. }
            | Fault::Closed(_)
            | Fault::Abandoned => Verdict::Retry,
            Fault::Settings(_) | Fault::NoStartTls | Fault::Password(_) | Fault::NoLogin => {
                Verdict::NeedsPerson
            }
            Fault::No(_) | Fault::Lacking(_) => Verdict::GoOn,
        }
    }
}

impl Fault {
    /// This fault, met while `doing` something.
    pub(super) fn while_(self, doing: &'static str) -> ImapError {
        ImapError { doing, fault: self }
    }
}

impl From<io::Error> for Fault {
    /// What our own reader put into an I/O error comes out again as it went in.
    fn from(error: io::Error) -> Self {
        match error.downcast::<Fault>() {
            Ok(fault) => fault,
            // The parser's own complaints.
            Err(error) if error.kind() == io::ErrorKind::Other => Self::Protocol(error.to_string()),
            Err(error) => Self::Closed(Some(error.to_string())),
        }
    }
}

impl From<Fault> for io::Error {
    fn from(fault: Fault) -> Self {
        Self::other(fault)
    }
}

/// An error and its causes in one line, for where nothing else prints the chain.
fn in_full(error: &dyn std::error::Error) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        line.push_str(": ");
        line.push_str(&error.to_string());
        cause = error.source();
    }
    line
}

fn because(words: Option<&str>) -> String {
    words.map(|words| format!(": {words}")).unwrap_or_default()
}
