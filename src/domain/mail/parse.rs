//! The road from bytes to a [`Mail`].

use chrono::{DateTime, Utc};

use super::body::Layout;
use super::headers::Headers;
use super::parts::Tree;
use super::{
    Attachment, Bounce, Fold, FoldKind, Machine, address_list, attachments, bounce, date, limits,
    machine, message_ids, quotes, unfolded,
};
use crate::domain::address::Party;
use crate::domain::message::Identity;

/// What a mail says.
#[derive(Debug, Clone, PartialEq)]
pub struct Mail {
    /// All addresses of all From fields.
    pub from: Vec<Party>,
    /// Whether there is exactly one sender, written so that every program reads the same (A5). Says nothing
    /// about whether it is true: that is [`super::authentication`].
    pub identity: Identity,
    /// Sender.
    pub sender: Vec<Party>,
    /// Reply-To.
    pub reply_to: Vec<Party>,
    /// To.
    pub to: Vec<Party>,
    /// Cc.
    pub cc: Vec<Party>,
    /// The subject, decoded.
    pub subject: String,
    /// The Date field.
    pub date: Option<DateTime<Utc>>,
    /// Message-ID without brackets.
    pub message_id: Option<String>,
    /// The first id of In-Reply-To, without brackets.
    pub in_reply_to: Option<String>,
    /// References without brackets, oldest first, each once, at most 50.
    pub references: Vec<String>,
    /// The whole text: of the text parts, or read from the HTML.
    pub text: String,
    /// Which ranges of `text`, in characters, are quotes or signatures; sorted and disjoint.
    pub folds: Vec<Fold>,
    /// Whether there is an HTML body ([`html_body`]).
    pub has_html: bool,
    /// Its attachments.
    pub attachments: Vec<Attachment>,
    /// If a machine wrote it, which kind.
    pub machine: Option<Machine>,
    /// Why it is thought to be of that kind, as a sentence.
    pub machine_because: Option<String>,
    /// Why it gets no automatic answer although a person may have written it, as a sentence.
    pub quiet_because: Option<String>,
    /// If it reports deliveries, which.
    pub bounce: Option<Bounce>,
    /// Limits that were met, as sentences.
    pub limits: Vec<String>,
    /// All header fields.
    pub headers: Headers,
}

impl Mail {
    /// The text without its folds: what this person wrote for this mail.
    pub fn reply_text(&self) -> String {
        unfolded(&self.text, &self.folds)
    }

    /// The only sender; None if there is none or more than one.
    pub fn single_from(&self) -> Option<&Party> {
        match self.from.as_slice() {
            [party] if !party.email.is_empty() => Some(party),
            _ => None,
        }
    }
}

/// Reads a mail. Never fails and never panics; time and memory are linear in the size of `raw`.
pub fn parse(raw: &[u8]) -> Mail {
    let mut met = Vec::new();
    let tree = Tree::read(raw, &mut met);
    let layout = Layout::of(&tree);
    let text = layout.text(&tree, &mut met);
    let headers = tree
        .parts
        .first()
        .map(|part| part.headers.clone())
        .unwrap_or_default();
    let (from, identity) = senders(&headers);
    let subject = shown_subject(&headers, &mut met);
    let (kind, quiet, report) = kind(&tree, &headers, &subject, &from, &text.text);
    if headers
        .first("Date")
        .is_some_and(|date| date.len() > limits::DATE_BYTES)
    {
        limits::note(
            &mut met,
            "The Date field is longer than 128 bytes and was not read.",
        );
    }
    let (machine, machine_because) = kind.unzip();
    let mut folds = quotes::folds_of(&text.text, &text.marks, &subject);
    if text.marks.is_empty() && !folds.iter().any(|fold| fold.kind == FoldKind::Quote) {
        // The text shows no quote by itself; the HTML beside it may mark one.
        let marks = layout.counterparts(&tree, &text.text);
        if !marks.is_empty() {
            folds = quotes::folds_of(&text.text, &marks, &subject);
        }
    }
    Mail {
        identity,
        from,
        sender: parties(&headers, "Sender"),
        reply_to: parties(&headers, "Reply-To"),
        to: parties(&headers, "To"),
        cc: parties(&headers, "Cc"),
        subject,
        date: headers.first("Date").and_then(date::read),
        message_id: headers
            .first_raw("Message-ID")
            .and_then(message_ids::message_id),
        in_reply_to: headers
            .first_raw("In-Reply-To")
            .and_then(|value| message_ids::bracketed(value).into_iter().next()),
        references: message_ids::references(
            &headers.all_raw("References").collect::<Vec<_>>().join(" "),
        ),
        folds,
        text: text.text,
        has_html: layout.has_html(),
        attachments: attachments::list(&tree, &layout),
        machine,
        machine_because,
        quiet_because: quiet,
        bounce: report,
        limits: met,
        headers,
    }
}

/// The HTML of a mail as it was sent, in Unicode and not yet safe: pass it through
/// [`super::html::sanitise`].
pub fn html_body(raw: &[u8]) -> Option<String> {
    let tree = Tree::read(raw, &mut Vec::new());
    Layout::of(&tree).html(&tree)
}

/// The subject of a mail, decoded.
pub fn subject(raw: &[u8]) -> String {
    let (headers, _) = Headers::read(raw, &mut Vec::new());
    shown_subject(&headers, &mut Vec::new())
}

type Kind = (Option<(Machine, String)>, Option<String>, Option<Bounce>);

/// The subject, or as much of it as anybody reads.
fn shown_subject(headers: &Headers, met: &mut Vec<String>) -> String {
    let subject = headers.first("Subject").unwrap_or_default();
    if subject.len() > limits::SUBJECT_BYTES {
        limits::note(
            met,
            "The subject is longer than 4 KiB; the rest is in the original mail.",
        );
    }
    limits::beginning(subject, limits::SUBJECT_BYTES).to_owned()
}

fn kind(tree: &Tree<'_>, headers: &Headers, subject: &str, from: &[Party], text: &str) -> Kind {
    if let Some(report) = bounce::read(tree, headers, from, text) {
        return (Some((report.machine, report.because)), None, report.bounce);
    }
    let from = from
        .first()
        .map(|party| party.email.as_str())
        .unwrap_or_default();
    let verdict = machine::classify(headers, subject, from);
    (verdict.machine, verdict.quiet, None)
}

/// All addresses of all From fields, and whether they name one sender beyond doubt (A5).
fn senders(headers: &Headers) -> (Vec<Party>, Identity) {
    let lists: Vec<_> = headers.all_raw("From").map(address_list::read).collect();
    let single = match lists.as_slice() {
        [list] => {
            list.plain && matches!(list.parties.as_slice(), [party] if party.address().is_some())
        }
        _ => false,
    };
    let identity = if single {
        Identity::Verified
    } else {
        Identity::Unverified
    };
    (
        lists.into_iter().flat_map(|list| list.parties).collect(),
        identity,
    )
}

fn parties(headers: &Headers, name: &str) -> Vec<Party> {
    let lists = headers.all_raw(name).map(address_list::read);
    lists
        .flat_map(|list| list.parties)
        .take(limits::ADDRESSES)
        .filter(|party| !party.email.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_mail_is_read() {
        let raw = "From: Ada <ada@acme.test>\r\nTo: help@desk.test\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nMessage-ID: <1@acme.test>\r\n\
                   References: <0@acme.test> <0@acme.test>\r\nDate: Mon, 2 Nov 2026 10:00:00 +0100\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\nGr\u{fc}\r\n";
        let raw: Vec<u8> = raw
            .chars()
            .map(|c| u8::try_from(u32::from(c)).unwrap())
            .collect();
        let mail = parse(&raw);
        assert_eq!(mail.subject, "Grüße");
        assert_eq!(mail.text, "Grü\n");
        assert_eq!(mail.identity, Identity::Verified);
        assert_eq!(mail.references, ["0@acme.test"]);
        assert_eq!((mail.machine, mail.bounce), (None, None));
    }

    #[test]
    fn a5_zero_or_several_senders_are_unverified() {
        for from in [
            "",
            "From: a@b.test, c@d.test\n",
            "From: a@b.test\nFrom: c@d.test\n",
            "From: Team: a@b.test;\n",
            "From: nobody\n",
        ] {
            assert_eq!(
                parse(format!("{from}Subject: x\n\ny").as_bytes()).identity,
                Identity::Unverified,
                "{from}"
            );
        }
    }

    proptest::proptest! {
        #[test]
        fn whatever_the_bytes_are_the_folds_lie_within_the_text(
            pieces in proptest::collection::vec(
                proptest::prop_oneof![
                    proptest::strategy::Just(b"From: =?utf-8?q?=C3?= <a@b>\n".to_vec()),
                    proptest::strategy::Just(b"Content-Type: multipart/mixed; boundary=b\n".to_vec()),
                    proptest::strategy::Just(b"Content-Type: text/html; charset=big5\n\n<div class=gmail_quote>a<br>".to_vec()),
                    proptest::strategy::Just(b"Content-Type: text/plain; format=flowed; delsp=yes\n\n".to_vec()),
                    proptest::strategy::Just(b"Content-Transfer-Encoding: base64\n".to_vec()),
                    proptest::strategy::Just(b"Content-Disposition: attachment; filename*0*=utf-16''%00a; filename*9=b\n".to_vec()),
                    proptest::strategy::Just(b"\n--b\n".to_vec()), proptest::strategy::Just(b"\n\n> q\n".to_vec()),
                    proptest::collection::vec(proptest::prelude::any::<u8>(), 0..40),
                ], 0..25)
        ) {
            let raw = pieces.concat();
            let mail = parse(&raw);
            let length = mail.text.chars().count();
            let mut at = 0;
            for fold in &mail.folds {
                proptest::prop_assert!(fold.start >= at && fold.start < fold.end && fold.end <= length);
                at = fold.end;
            }
            for file in &mail.attachments {
                proptest::prop_assert_eq!(super::super::attachment(&raw, file.part).map(|bytes| bytes.len()), Some(file.size));
            }
        }
    }

    #[test]
    fn anything_at_all_is_a_mail() {
        for raw in [
            &b""[..],
            b"\0\xff\xfe",
            b"\r\n\r\n",
            b"no header at all",
            b"Subject",
            b":",
            b"Content-Type: multipart/mixed; boundary=\"\"\n\n--\n--\n",
        ] {
            let mail = parse(raw);
            assert!(mail.folds.len() <= 1);
        }
        assert_eq!(parse(b"no header at all").text, "no header at all");
    }
}
