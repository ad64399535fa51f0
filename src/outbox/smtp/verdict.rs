//! Server or message? What a refusal means, as a table (O5).

use super::error::{Permanence, Phase, Scope};
use Permanence::{Permanent, Temporary};

/// Whom a negative reply concerns and whether it may pass. `enhanced` is more precise than `code` where it
/// is given (RFC 3463); `words` decide only where neither can.
pub(super) fn judge(
    phase: Phase,
    code: u16,
    enhanced: Option<&str>,
    words: &str,
) -> (Scope, Permanence) {
    let permanence = if code >= 500 { Permanent } else { Temporary };
    // The server is going away, whatever it was asked.
    if code == 421 {
        return (Scope::Server, Temporary);
    }
    match phase {
        // A server that does not let us in has said nothing about any message.
        Phase::Connect | Phase::Tls | Phase::Auth => return (Scope::Server, permanence),
        Phase::Sender | Phase::Recipient | Phase::Data | Phase::Body => {}
    }
    // 530 and 538: log in first, or under TLS; 503: out of step.
    if matches!(code, 503 | 530 | 534 | 535 | 538)
        || enhanced == Some("5.7.0") && phase == Phase::Sender
    {
        return (Scope::Server, permanence);
    }
    // x.3.4: this message is too big for the system.
    if code == 552 || subject(enhanced) == Some("3.4") {
        return (too_big(phase), permanence);
    }
    // x.3.1: the mail system is full; x.3.2: it takes no mail now. x.3.0 says nothing: content filters say it.
    if matches!(subject(enhanced), Some("3.1" | "3.2")) {
        return (Scope::Server, permanence);
    }
    // Many servers judge the sender only when a recipient is named, or at the end.
    if is_about_the_sender(enhanced, words) {
        return (Scope::Sender, permanence);
    }
    let scope = match phase {
        Phase::Sender if permanence == Temporary => Scope::Server,
        Phase::Sender => Scope::Sender,
        Phase::Recipient => Scope::Recipient,
        _ => Scope::Message,
    };
    (scope, permanence)
}

/// 552 at RCPT is a full mailbox (RFC 5321 section 4.2.3); elsewhere the message is too big.
fn too_big(phase: Phase) -> Scope {
    match phase {
        Phase::Recipient => Scope::Recipient,
        _ => Scope::Message,
    }
}

/// 5.1.7 and 5.1.8: the sender's address or its domain; 5.7.60: not allowed to send as this sender (as
/// Exchange says it). Postfix says 553 5.7.1 and puts it in words.
fn is_about_the_sender(enhanced: Option<&str>, words: &str) -> bool {
    matches!(subject(enhanced), Some("1.7" | "1.8" | "7.60"))
        || words
            .to_ascii_lowercase()
            .contains("sender address rejected")
}

/// What follows the class in an enhanced code.
fn subject(enhanced: Option<&str>) -> Option<&str> {
    enhanced?.split_once('.').map(|(_, subject)| subject)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Phase::{Auth, Body, Connect, Data, Recipient, Sender};

    fn of(phase: Phase, line: &str) -> (Scope, Permanence) {
        let (code, words) = line.split_once(' ').unwrap();
        let enhanced = words
            .split(' ')
            .next()
            .filter(|word| word.matches('.').count() == 2);
        judge(phase, code.parse().unwrap(), enhanced, words)
    }

    #[test]
    fn a_server_that_does_not_let_us_in_fails_no_message() {
        for (phase, line, permanence) in [
            (Connect, "554 no service here", Permanent),
            (Connect, "421 4.3.2 too many connections", Temporary),
            (Auth, "535 5.7.8 wrong password", Permanent),
            (Auth, "454 4.7.0 try later", Temporary),
            (Sender, "530 5.7.0 must issue STARTTLS first", Permanent),
            (Sender, "451 4.3.0 internal error", Temporary),
            (Sender, "452 4.3.1 disk full", Temporary),
            (Sender, "503 5.5.1 EHLO first", Permanent),
            (Recipient, "530 5.7.0 authentication required", Permanent),
            (Recipient, "421 4.7.0 closing", Temporary),
            (Body, "421 4.3.0 shutting down", Temporary),
            (Body, "452 4.3.1 disk full", Temporary),
        ] {
            assert_eq!(of(phase, line), (Scope::Server, permanence), "{line}");
        }
    }

    #[test]
    fn a_refused_sender_pauses_the_mailbox_wherever_it_is_said() {
        for (phase, line) in [
            (Sender, "550 you again"),
            (Sender, "553 5.1.8 domain does not exist"),
            (
                Recipient,
                "553 5.7.1 <a@b>: Sender address rejected: not owned by user x",
            ),
            (Recipient, "550 5.1.7 bad sender"),
            (Body, "550 5.7.60 cannot send as this sender"),
        ] {
            assert_eq!(of(phase, line), (Scope::Sender, Permanent), "{line}");
        }
    }

    #[test]
    fn the_rest_is_about_the_recipient_or_the_message() {
        for (phase, line, verdict) in [
            (
                Recipient,
                "550 5.1.1 no such user",
                (Scope::Recipient, Permanent),
            ),
            (
                Recipient,
                "450 4.2.0 greylisted",
                (Scope::Recipient, Temporary),
            ),
            (
                Recipient,
                "552 5.2.2 mailbox full",
                (Scope::Recipient, Permanent),
            ),
            (
                Recipient,
                "554 5.7.1 relay access denied",
                (Scope::Recipient, Permanent),
            ),
            (Sender, "552 5.3.4 too big", (Scope::Message, Permanent)),
            (Data, "554 no valid recipients", (Scope::Message, Permanent)),
            (Data, "451 not now", (Scope::Message, Temporary)),
            (Body, "554 5.6.0 malformed", (Scope::Message, Permanent)),
            (Body, "550 5.7.1 spam", (Scope::Message, Permanent)),
            (Body, "552 too big", (Scope::Message, Permanent)),
            (Body, "451 4.7.1 try later", (Scope::Message, Temporary)),
            (
                Body,
                "451 4.3.0 filter timed out",
                (Scope::Message, Temporary),
            ),
        ] {
            assert_eq!(of(phase, line), verdict, "{line}");
        }
    }
}
