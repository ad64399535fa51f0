//! Reports of failed, delayed or successful delivery: RFC 3464, and the forms that programs invented before
//! and beside it.

mod causes;
mod notice;
mod phrases;
mod receipt;
mod report;
mod returned;
mod sns;

use serde::{Deserialize, Serialize};

use super::headers::Headers;
use super::parts::{Part, Tree};
use super::{Machine, address_list, machine, message_ids};
use crate::domain::address::Party;

pub use returned::Traces;

/// A report about deliveries, RFC 3464 or one of the common other forms.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounce {
    /// What happened to whom.
    pub recipients: Vec<BounceRecipient>,
    /// The Message-ID of the mail that was not delivered, without brackets.
    pub original_message_id: Option<String>,
    /// Where our tokens may stand in the mail that came back: relays give a mail another Message-ID.
    #[serde(skip)]
    pub traces: Traces,
}

/// What happened to one recipient.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BounceRecipient {
    /// Whom it was for.
    pub address: String,
    /// The enhanced status code, `5.1.1`; empty if none was given.
    pub status: String,
    /// `failed`, `delayed`, `relayed`, `delivered`, `expanded`; in a read receipt `displayed`, `deleted`, `processed`.
    pub action: String,
    /// Whether trying again is pointless.
    pub permanent: bool,
    /// What the server said; empty if nothing is known but the code.
    #[serde(default)]
    pub words: String,
}

impl BounceRecipient {
    /// Whether the mail did not arrive and will not: servers give up for temporary causes too.
    pub fn has_failed(&self) -> bool {
        self.action == "failed"
    }

    /// Whether no further mail should be tried at this address. A mailbox that is full, a mail that is too large or
    /// unwanted, a server that is away say nothing about the address itself (RFC 3463 section 3).
    pub fn is_dead(&self) -> bool {
        let passing = ["5.2.2", "5.2.3", "5.2.4"].contains(&self.status.as_str())
            || ["5.3.", "5.4.", "5.6.", "5.7."]
                .iter()
                .any(|class| self.status.starts_with(class));
        self.permanent && !passing
    }

    /// What became of it in one line, code and words: `failed 5.1.1: 550 5.1.1 user unknown`.
    pub fn in_words(&self) -> String {
        let what = format!("{} {}", self.action, self.status);
        let what = what.trim();
        if self.words.is_empty() {
            what.to_owned()
        } else {
            format!("{what}: {}", self.words)
        }
    }
}

impl Bounce {
    /// What the report says about `participant`, the one that the mail in question went to. A report that does not
    /// name them (their mail is forwarded) is about whoever failed in their stead.
    pub fn about(&self, participant: &str) -> Option<&BounceRecipient> {
        let rank = |recipient: &&BounceRecipient| match recipient.action.as_str() {
            "failed" => 0,
            "delayed" => 1,
            _ => 2,
        };
        let named = self
            .recipients
            .iter()
            .filter(|recipient| recipient.address.eq_ignore_ascii_case(participant))
            .min_by_key(rank);
        named.or_else(|| self.recipients.iter().min_by_key(rank))
    }
}

/// What the structure of a mail says about its kind.
pub(super) struct Report {
    pub machine: Machine,
    pub because: String,
    pub bounce: Option<Bounce>,
}

/// Reads a mail as a report; None if it is none. `text` is its text.
pub(super) fn read(
    tree: &Tree<'_>,
    headers: &Headers,
    from: &[Party],
    text: &str,
) -> Option<Report> {
    let top = tree.parts.first()?;
    let declared = top
        .content_type
        .get("report-type")
        .unwrap_or_default()
        .to_ascii_lowercase();
    // People attach the parts of a report that they pass on; only a report, or a mail system, reports.
    let reports = top.is("multipart/report") || is_of_a_system(headers, from);
    let has = |content_type: &str| reports && tree.parts.iter().any(|part| part.is(content_type));
    if declared == "feedback-report" || has("message/feedback-report") {
        return Some(plain(
            Machine::FeedbackReport,
            "It is an abuse report (RFC 5965).",
        ));
    }
    if declared == "disposition-notification" || has("message/disposition-notification") {
        return Some(Report {
            bounce: receipt::read(tree),
            ..plain(Machine::Receipt, "It is a read receipt (RFC 8098).")
        });
    }
    if receipt::is_in_words(headers, text) {
        return Some(plain(
            Machine::Receipt,
            "Its subject and its text are those of a read receipt.",
        ));
    }
    if tree.parts.iter().any(receipt::answers_an_invitation) {
        return Some(plain(
            Machine::AutoReply,
            "It is a calendar's answer to an invitation (RFC 5546).",
        ));
    }
    let status: Vec<&Part> = tree
        .parts
        .iter()
        .filter(|part| {
            part.is("message/delivery-status") || part.is("message/global-delivery-status")
        })
        .filter(|_| reports)
        .collect();
    if declared == "delivery-status" || !status.is_empty() {
        let recipients = status
            .iter()
            .flat_map(|part| report::recipients(&tree.text(part)))
            .collect();
        return Some(bounced(
            tree,
            headers,
            text,
            recipients,
            "It is a delivery report (RFC 3464).",
        ));
    }
    if let Some(report) = sns::read(text) {
        return Some(report);
    }
    let because = notice_because(top, headers, from, text)?;
    Some(bounced(tree, headers, text, Vec::new(), because))
}

/// Why a mail is a bounce although it is no report by RFC 3464: who sends it, what its subject is, what it
/// says first. Two of the three, or a header that names the failed recipients.
fn notice_because(
    top: &Part,
    headers: &Headers,
    from: &[Party],
    text: &str,
) -> Option<&'static str> {
    if headers.has("X-Failed-Recipients") {
        return Some("Its header X-Failed-Recipients names who could not be reached.");
    }
    let daemon = is_of_a_system(headers, from);
    let subject = headers.first("Subject").unwrap_or_default();
    let opening = || phrases::OPENING.found_in(beginning(text));
    if !daemon && !top.is("multipart/report") {
        // Relays that hide who sent it; what people forward or answer begins with another word.
        let answers = headers.has("In-Reply-To")
            || subject
                .trim_start()
                .get(..3)
                .is_some_and(|start| start.ends_with(':'));
        let complete = || {
            !answers
                && phrases::SUBJECT.found_in(subject)
                && opening()
                && returned::split(text).1.is_some()
        };
        return complete().then_some(
            "Its subject and its text are those of a bounce, and a returned mail follows.",
        );
    }
    if phrases::SUBJECT.found_in(subject) && (is_daemon(headers, from) || opening()) {
        return Some("A mail system sent it, and its subject is that of a bounce.");
    }
    let answer = headers
        .first("Auto-Submitted")
        .is_some_and(|value| value.contains("auto-replied"))
        && !is_daemon(headers, from);
    (!answer && opening())
        .then_some("A mail system sent it, and it says that a mail could not be delivered.")
}

/// Whether a mail system sent it: by its address, or because nothing may be sent back (RFC 5321 section 4.5.5).
fn is_of_a_system(headers: &Headers, from: &[Party]) -> bool {
    is_daemon(headers, from) || machine::has_null_return_path(headers)
}

/// Whether the sender is a mail system. One that writes From as the empty path `<>` is one too.
fn is_daemon(headers: &Headers, from: &[Party]) -> bool {
    match from.first() {
        None => headers
            .first_raw("From")
            .is_some_and(|from| from.trim() == "<>"),
        Some(party) => {
            party.email.is_empty() && party.name.is_empty()
                || phrases::SENDER.found_in(&party.email)
                || phrases::SENDER.found_in(&party.name)
        }
    }
}

/// The part of a text in which a bounce says what it is.
fn beginning(text: &str) -> &str {
    let mut end = text.len().min(3000);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or(text)
}

fn bounced(
    tree: &Tree<'_>,
    headers: &Headers,
    text: &str,
    reported: Vec<BounceRecipient>,
    because: &str,
) -> Report {
    let (notice, below) = returned::split(text);
    let header = returned::header(tree, below);
    let mut recipients = reported;
    if !recipients
        .iter()
        .any(|recipient| recipient.address.contains('@'))
    {
        let ours = own_addresses(headers);
        let returned = header
            .as_ref()
            .map(returned::recipients)
            .unwrap_or_default();
        let declared: Vec<String> = headers
            .all_raw("X-Failed-Recipients")
            .flat_map(|value| address_list::read(value).parties)
            .map(|party| party.email)
            .filter(|email| email.contains('@'))
            .collect();
        let context = notice::Context {
            ours: &ours,
            returned: &returned,
            declared: &declared,
            subject: headers.first("Subject").unwrap_or_default(),
        };
        let mut found = notice::recipients(notice, &context);
        // The report knows the status, the words know the address.
        if let ([reported], [found]) = (recipients.as_slice(), found.as_mut_slice()) {
            *found = BounceRecipient {
                address: std::mem::take(&mut found.address),
                ..reported.clone()
            };
        }
        recipients = found;
    }
    let original_message_id = header.as_ref().and_then(returned::message_id);
    Report {
        machine: Machine::Bounce,
        because: because.to_owned(),
        bounce: Some(Bounce {
            recipients,
            original_message_id,
            traces: header.as_ref().map(returned::traces).unwrap_or_default(),
        }),
    }
}

/// To and From of the bounce itself.
fn own_addresses(headers: &Headers) -> Vec<String> {
    let lists = headers
        .all_raw("To")
        .chain(headers.all_raw("From"))
        .map(address_list::read);
    lists
        .flat_map(|list| list.parties)
        .map(|party| party.email)
        .collect()
}

fn plain(machine: Machine, because: &str) -> Report {
    Report {
        machine,
        because: because.to_owned(),
        bounce: None,
    }
}

#[cfg(test)]
mod tests;
