//! One connection to one server, message after message, phase by phase.

use std::time::Duration;

use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::Rset;
use lettre::transport::smtp::response::{Response, Severity};
use tokio::time::{Instant, timeout};

use super::body::canonical;
use super::error::{Permanence, Phase, Reply, Scope, SendError};
use super::offers::Offers;
use super::open::{Relay, silent};
use crate::domain::address::EmailAddress;

/// Who sends to whom: one recipient, so that nobody learns of another and each has a fate of their own (O6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// The return path; `None` is the null return path of machine mail.
    pub sender: Option<EmailAddress>,
    /// The recipient.
    pub recipient: EmailAddress,
    /// How many bytes the message has, for servers that want to know beforehand.
    pub size: usize,
}

/// A connection that is logged in.
pub struct Connection {
    smtp: AsyncSmtpConnection,
    offers: Offers,
    relay: Relay,
    opened: Instant,
    used: Instant,
    /// Whether the last exchange came to an end that leaves both sides at the same point.
    settled: bool,
}

impl Connection {
    pub(super) fn new(smtp: AsyncSmtpConnection, offers: Offers, relay: Relay) -> Self {
        let now = Instant::now();
        Self {
            smtp,
            offers,
            relay,
            opened: now,
            used: now,
            settled: true,
        }
    }

    /// The server and login that this connection was made for.
    pub(super) fn relay(&self) -> &Relay {
        &self.relay
    }

    /// Whether another message may be sent over it.
    pub fn is_reusable(&self) -> bool {
        self.settled && !self.smtp.has_broken()
    }

    /// How long ago it was opened, and how long ago it was last used.
    pub(super) fn ages(&self) -> (Duration, Duration) {
        (self.opened.elapsed(), self.used.elapsed())
    }

    /// Everything up to the server's 354: nothing of the message has been sent yet, and dropping the
    /// [`Ready`] sends nothing. After an error the connection may still be good for the next message.
    pub async fn prepare(&mut self, envelope: &Envelope) -> Result<Ready<'_>, SendError> {
        if !self.is_reusable() {
            return Err(SendError::lost(Phase::Sender, "this connection is used up"));
        }
        let (sender, recipient) = self.commands(envelope)?;
        self.settled = false;
        let wait = self.relay.timeouts.command;
        let asked = if self.offers.pipelining {
            timeout(wait, self.ask_at_once(&sender, &recipient)).await
        } else {
            timeout(wait, self.ask_in_turn(&sender, &recipient)).await
        };
        // A timeout says nothing about which of the three was left unanswered.
        let refused = asked.unwrap_or_else(|_| Err((silent(Phase::Sender), false)));
        match refused {
            Ok(()) => Ok(Ready { connection: self }),
            Err((error, in_step)) => {
                if in_step {
                    self.settle_after(&error).await;
                }
                Err(error)
            }
        }
    }

    /// `MAIL` and `RCPT`, if the server can be asked at all.
    fn commands(&self, envelope: &Envelope) -> Result<(String, String), SendError> {
        let sender = envelope.sender.as_ref().map_or("", EmailAddress::as_str);
        let recipient = envelope.recipient.as_str();
        let mut parameters = String::new();
        if let Some(largest) = self.offers.size {
            if envelope.size as u64 > largest {
                let words = format!(
                    "the message has {} bytes, and the server takes {largest} at most",
                    envelope.size
                );
                return Err(refusal(Phase::Sender, Scope::Message, words));
            }
            parameters = format!(" SIZE={}", envelope.size);
        }
        if !(sender.is_ascii() && recipient.is_ascii()) {
            if !self.offers.smtputf8 {
                let words = "the address is not ASCII, and the server does not offer SMTPUTF8";
                return Err(refusal(
                    Phase::Recipient,
                    Scope::Recipient,
                    words.to_owned(),
                ));
            }
            parameters.push_str(" SMTPUTF8");
        }
        Ok((
            format!("MAIL FROM:<{sender}>{parameters}\r\n"),
            format!("RCPT TO:<{recipient}>\r\n"),
        ))
    }

    /// All three commands in one packet (RFC 2920). The error comes with whether both sides are in step.
    async fn ask_at_once(
        &mut self,
        sender: &str,
        recipient: &str,
    ) -> Result<(), (SendError, bool)> {
        let first = self
            .smtp
            .command(format!("{sender}{recipient}DATA\r\n"))
            .await;
        let mut refused = negative(Phase::Sender, first)?;
        for phase in [Phase::Recipient, Phase::Data] {
            let answer = negative(phase, self.smtp.read_response().await)?;
            let agreed = answer.is_none();
            refused = refused.or(answer);
            if phase == Phase::Data && agreed && refused.is_some() {
                // It refused somebody and waits for a message all the same: there is no way back but to hang up.
                return refused.map_or(Ok(()), |error| Err((error, false)));
            }
        }
        refused.map_or(Ok(()), |error| Err((error, true)))
    }

    async fn ask_in_turn(
        &mut self,
        sender: &str,
        recipient: &str,
    ) -> Result<(), (SendError, bool)> {
        let turns = [
            (Phase::Sender, sender),
            (Phase::Recipient, recipient),
            (Phase::Data, "DATA\r\n"),
        ];
        for (phase, command) in turns {
            let answer = self.smtp.command(command).await;
            if let Some(error) = negative(phase, answer)? {
                return Err((error, true));
            }
        }
        Ok(())
    }

    /// After a refusal the transaction is still open (Postfix keeps it open even after the final dot).
    async fn settle_after(&mut self, error: &SendError) {
        let going_away = matches!(error.code, None | Some(421));
        self.settled = !going_away && self.reset(self.relay.timeouts.command).await;
    }

    /// Back to the state after the login; also proves that the line is alive. Whether it worked.
    pub(super) async fn reset(&mut self, wait: Duration) -> bool {
        self.used = Instant::now();
        matches!(timeout(wait, self.smtp.command(Rset)).await, Ok(Ok(_)))
    }

    /// Says goodbye, if the server is there to hear it.
    pub async fn quit(mut self) {
        if self.is_reusable() {
            let _ = timeout(Duration::from_secs(2), self.smtp.quit()).await;
        }
    }
}

/// A connection whose server waits for the message.
#[must_use = "the server waits for the message; dropping this hangs up without sending it"]
pub struct Ready<'a> {
    connection: &'a mut Connection,
}

impl Ready<'_> {
    /// Sends the message and waits for the answer to the final dot. From the first byte on, an error
    /// without an answer is [`Permanence::Uncertain`].
    pub async fn finish(self, message: &[u8]) -> Result<Reply, SendError> {
        let connection = self.connection;
        let message = canonical(message);
        let sending = connection.smtp.message(&message);
        let answer = timeout(connection.relay.timeouts.final_dot, sending)
            .await
            .map_err(|_| silent(Phase::Body))?;
        connection.used = Instant::now();
        match answer {
            Ok(response) if response.code().severity == Severity::PositiveCompletion => {
                connection.settled = true;
                Ok(Reply::of(&response))
            }
            Ok(_) => Err(SendError::lost(Phase::Body, "the server asks for more")),
            Err(error) => {
                let error = SendError::of(Phase::Body, &error);
                connection.settle_after(&error).await;
                Err(error)
            }
        }
    }
}

fn refusal(phase: Phase, scope: Scope, words: String) -> SendError {
    SendError::ours(phase, scope, Permanence::Permanent, words)
}

/// The refusal in an answer, if it is one. No answer at all, or one that fits no question, is the end of the
/// exchange.
fn negative(
    phase: Phase,
    answer: Result<Response, SmtpError>,
) -> Result<Option<SendError>, (SendError, bool)> {
    match answer {
        Ok(response) => {
            let fits = match phase {
                Phase::Data => response.has_code(354),
                _ => response.code().severity == Severity::PositiveCompletion,
            };
            if fits {
                return Ok(None);
            }
            let words = format!("the server answers {} where it should not", response.code());
            Err((SendError::lost(phase, words), false))
        }
        Err(error) => {
            let error = SendError::of(phase, &error);
            match error.code {
                Some(_) => Ok(Some(error)),
                None => Err((error, false)),
            }
        }
    }
}
