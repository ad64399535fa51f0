//! Reports of failed, delayed or successful delivery: RFC 3464, and the forms that programs invented before
//! and beside it.

mod report;

use serde::{Deserialize, Serialize};

use super::parts::{Part, Tree};
use super::{Machine, message_ids};

/// A report about deliveries, RFC 3464 or one of the common other forms.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounce {
    /// What happened to whom.
    pub recipients: Vec<BounceRecipient>,
    /// The Message-ID of the mail that was not delivered, without brackets.
    pub original_message_id: Option<String>,
}

/// What happened to one recipient.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BounceRecipient {
    /// Whom it was for.
    pub address: String,
    /// The enhanced status code, `5.1.1`; empty if none was given.
    pub status: String,
    /// `failed`, `delayed`, `relayed`, `delivered`, `expanded`.
    pub action: String,
    /// Whether trying again is pointless.
    pub permanent: bool,
}

/// What the structure of a mail says about its kind.
pub(super) struct Report {
    pub machine: Machine,
    pub because: String,
    pub bounce: Option<Bounce>,
}

/// Reads a mail as a report; None if it is none.
pub(super) fn read(tree: &Tree<'_>) -> Option<Report> {
    let top = tree.parts.first()?;
    let declared = top
        .content_type
        .get("report-type")
        .unwrap_or_default()
        .to_ascii_lowercase();
    let has = |content_type: &str| tree.parts.iter().any(|part| part.is(content_type));
    if declared == "feedback-report" || has("message/feedback-report") {
        return Some(plain(
            Machine::FeedbackReport,
            "It is an abuse report (RFC 5965).",
        ));
    }
    if declared == "disposition-notification" || has("message/disposition-notification") {
        return Some(plain(Machine::Receipt, "It is a read receipt (RFC 8098)."));
    }
    let status: Vec<&Part> = tree
        .parts
        .iter()
        .filter(|part| {
            part.is("message/delivery-status") || part.is("message/global-delivery-status")
        })
        .collect();
    if declared == "delivery-status" || !status.is_empty() {
        let recipients = status
            .iter()
            .flat_map(|part| report::recipients(&tree.text(part)))
            .collect();
        let bounce = Bounce {
            recipients,
            original_message_id: original_message_id(tree),
        };
        return Some(Report {
            machine: Machine::Bounce,
            because: "It is a delivery report (RFC 3464).".to_owned(),
            bounce: Some(bounce),
        });
    }
    None
}

fn plain(machine: Machine, because: &str) -> Report {
    Report {
        machine,
        because: because.to_owned(),
        bounce: None,
    }
}

/// The Message-ID in the returned mail or its returned header.
fn original_message_id(tree: &Tree<'_>) -> Option<String> {
    let returned = tree.parts.iter().skip(1).filter(|part| {
        matches!(
            part.content_type.value.as_str(),
            "message/rfc822"
                | "text/rfc822-headers"
                | "message/rfc822-headers"
                | "message/global"
                | "message/global-headers"
        )
    });
    returned.into_iter().find_map(|part| {
        let bytes = tree.bytes(part);
        let (headers, _) = super::Headers::read(&bytes, &mut Vec::new());
        message_ids::message_id(headers.first_raw("Message-ID")?)
    })
}
