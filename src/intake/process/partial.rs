//! A mail of which not all is here says so in its own text, so that nobody takes the beginning for the whole (IN11).

use crate::domain::mail::Mail;
use crate::store::inbound::Claimed;

/// What is in hand of a mail that is not all here, without the sentence that says so. `None`: it is all here.
pub fn beginning<'m>(mail: &'m Mail, claimed: &Claimed) -> Option<&'m str> {
    let bare = |sentence: &str| mail.text.strip_suffix(&format!("[{sentence}]\n"));
    if !claimed.complete {
        let text = mail.limits.last().and_then(|sentence| bare(sentence));
        return Some(text.unwrap_or(&mail.text).trim_end());
    }
    let sentence = format!("{} The whole is in the raw mail.", mail.limits.join(" "));
    (!mail.limits.is_empty() && bare(&sentence) == Some("")).then_some("")
}

/// The mail with a sentence at its end where its text is not the whole story. Folds stay where they are.
pub fn named(mut mail: Mail, claimed: &Claimed) -> Mail {
    let sentence = if !claimed.complete {
        let sentence = format!(
            "This mail is too large: of its {}, only the beginning was taken. The whole lies on the mail server.",
            size(claimed.size)
        );
        mail.limits.push(sentence.clone());
        sentence
    } else if mail.text.trim().is_empty() && !mail.limits.is_empty() {
        format!("{} The whole is in the raw mail.", mail.limits.join(" "))
    } else {
        return mail;
    };
    if !mail.text.trim().is_empty() {
        mail.text.push_str("\n\n");
    }
    mail.text.push('[');
    mail.text.push_str(&sentence);
    mail.text.push_str("]\n");
    mail
}

/// A size as people read it.
#[expect(
    clippy::cast_precision_loss,
    reason = "one decimal is shown, and 2^52 bytes are no mail"
)]
fn size(bytes: i64) -> String {
    const STEPS: [(&str, i64); 2] = [("MB", 1 << 20), ("kB", 1 << 10)];
    for (unit, step) in STEPS {
        if bytes >= step {
            return format!("{:.1} {unit}", bytes as f64 / step as f64);
        }
    }
    format!("{bytes} bytes")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{BlobId, InboundId};
    use crate::domain::mail::parse;

    fn claimed(size: i64, complete: bool) -> Claimed {
        Claimed {
            id: InboundId(uuid::Uuid::nil()),
            account: None,
            blob: BlobId(uuid::Uuid::nil()),
            content_key: Vec::new(),
            size,
            complete,
            received_at: chrono::DateTime::UNIX_EPOCH,
            internal_date: None,
            quiet: false,
            only_tenant: None,
            addressed_to: None,
            attempts: 0,
            alone: false,
        }
    }

    #[test]
    fn a_beginning_says_that_it_is_one() {
        let mail = named(
            parse(b"From: a@b.test\r\n\r\nHello"),
            &claimed(60 << 20, false),
        );
        assert!(mail.text.starts_with("Hello"), "{}", mail.text);
        assert!(mail.text.contains("of its 60.0 MB"), "{}", mail.text);
        assert_eq!(mail.limits.len(), 1);
        assert_eq!(beginning(&mail, &claimed(60 << 20, false)), Some("Hello"));
    }

    #[test]
    fn a_whole_mail_says_nothing_of_the_kind() {
        let raw = b"From: a@b.test\r\n\r\nHello";
        assert_eq!(named(parse(raw), &claimed(25, true)), parse(raw));
        assert_eq!(beginning(&parse(raw), &claimed(25, true)), None);
    }
}
