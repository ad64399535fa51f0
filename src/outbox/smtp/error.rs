//! What a server answered, and what it means for whom.

use std::fmt;

use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::response::Response;

use super::verdict::judge;

/// How far sending had come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Reaching the server, its greeting, EHLO.
    Connect,
    /// Protecting the connection.
    Tls,
    /// Logging in.
    Auth,
    /// `MAIL FROM`.
    Sender,
    /// `RCPT TO`.
    Recipient,
    /// `DATA`, up to the server's 354.
    Data,
    /// From the first byte of the body to the answer after the final dot.
    Body,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "connecting to the mail server",
            Self::Tls => "protecting the connection",
            Self::Auth => "logging in",
            Self::Sender => "naming the sender",
            Self::Recipient => "naming the recipient",
            Self::Data => "announcing the message",
            Self::Body => "sending the message",
        })
    }
}

/// Whom a failure concerns, and thus what has to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// This message, whoever it goes to.
    Message,
    /// This recipient.
    Recipient,
    /// Everything from this sender: pause its mailbox.
    Sender,
    /// Everything that goes through this server: pause it, fail no message.
    Server,
}

/// Whether trying again makes sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permanence {
    /// It may pass by itself: try again after a while.
    Temporary,
    /// It stays until something is changed: for a message or a recipient it is the end, a sender or a
    /// server waits for a person.
    Permanent,
    /// The server may have taken the message: try again at most once, and say so (O3).
    Uncertain,
}

/// The server's consent to have taken a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The reply code, 2xx.
    pub code: u16,
    /// The enhanced status code (RFC 2034), if there is one.
    pub enhanced: Option<String>,
    /// The text, its lines joined; often the server's queue id.
    pub words: String,
}

/// A message was not sent, or nobody knows whether it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{phase}: {}{words}", code_and_space(*.code))]
pub struct SendError {
    /// What was tried.
    pub phase: Phase,
    /// Whom it concerns.
    pub scope: Scope,
    /// Whether trying again makes sense.
    pub permanence: Permanence,
    /// The reply code, if the server answered.
    pub code: Option<u16>,
    /// The enhanced status code (RFC 3463), if there is one.
    pub enhanced: Option<String>,
    /// The server's words, or ours.
    pub words: String,
}

impl SendError {
    /// The server said no.
    pub(super) fn replied(phase: Phase, code: u16, words: &str) -> Self {
        let words = shown(words);
        let enhanced = enhanced(&words).map(str::to_owned);
        let (scope, permanence) = judge(phase, code, enhanced.as_deref(), &words);
        Self {
            phase,
            scope,
            permanence,
            code: Some(code),
            enhanced,
            words,
        }
    }

    /// The server did not answer, or nothing that is an answer.
    pub(super) fn lost(phase: Phase, words: impl Into<String>) -> Self {
        let (scope, permanence) = match phase {
            Phase::Body => (Scope::Message, Permanence::Uncertain),
            _ => (Scope::Server, Permanence::Temporary),
        };
        Self::ours(phase, scope, permanence, words)
    }

    /// We refuse by ourselves.
    pub(super) fn ours(
        phase: Phase,
        scope: Scope,
        permanence: Permanence,
        words: impl Into<String>,
    ) -> Self {
        Self {
            phase,
            scope,
            permanence,
            code: None,
            enhanced: None,
            words: words.into(),
        }
    }

    pub(super) fn of(phase: Phase, error: &SmtpError) -> Self {
        let words =
            std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string);
        match error.status() {
            Some(code) => Self::replied(phase, code.into(), &words),
            None => Self::lost(phase, shown(&words)),
        }
    }
}

impl Reply {
    pub(super) fn of(response: &Response) -> Self {
        let words = shown(&response.message().collect::<Vec<_>>().join(" "));
        Self {
            code: response.code().into(),
            enhanced: enhanced(&words).map(str::to_owned),
            words,
        }
    }
}

/// The enhanced status code at the beginning of a reply's text (RFC 2034 section 4).
fn enhanced(words: &str) -> Option<&str> {
    let first = words.split(' ').next()?;
    let mut parts = first.split('.');
    let class = parts.next()?;
    let digits = |part: &str| {
        (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    let shaped = matches!(class, "2" | "4" | "5")
        && parts.next().is_some_and(digits)
        && parts.next().is_some_and(digits)
        && parts.next().is_none();
    shaped.then_some(first)
}

/// Text of a server, fit to be shown: one line, not too long.
fn shown(words: &str) -> String {
    words
        .chars()
        .filter(|c| !c.is_control())
        .take(500)
        .collect()
}

fn code_and_space(code: Option<u16>) -> String {
    code.map(|code| format!("{code} ")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_enhanced_code_is_found_only_where_it_stands() {
        for (words, code) in [
            ("5.1.1 no such user", Some("5.1.1")),
            ("4.7.500 slow down", Some("4.7.500")),
            ("no 5.1.1 here", None),
            ("5.1 x", None),
            ("5.1.1.1 x", None),
            ("3.1.1 x", None),
            ("5.1.1234 x", None),
            ("", None),
        ] {
            assert_eq!(enhanced(words), code, "{words}");
        }
    }

    #[test]
    fn an_error_is_a_sentence() {
        let error = SendError::replied(Phase::Recipient, 550, "5.1.1 no such\r\n user");
        assert_eq!(
            error.to_string(),
            "naming the recipient: 550 5.1.1 no such user"
        );
    }

    #[test]
    fn silence_is_uncertain_only_once_the_body_is_on_its_way() {
        assert_eq!(
            SendError::lost(Phase::Data, "x").permanence,
            Permanence::Temporary
        );
        assert_eq!(
            SendError::lost(Phase::Body, "x").permanence,
            Permanence::Uncertain
        );
    }
}
