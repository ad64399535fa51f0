//! What a mail carries beside its text and files, for cards above the message: an invitation, a signature, other
//! mails. Read from the raw mail when it is shown, as the HTML is.

use serde::Serialize;

use super::body::Layout;
use super::calendar::{self, Calendar};
use super::nested::{self, NestedMail};
use super::parts::{Part, Tree};
use super::protection::{self, Protection};

/// Bytes of a calendar that are looked at.
const MAX_CALENDAR: usize = 1024 * 1024;

/// What a mail carries beside its text and files.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Enclosed {
    /// The event that it is about.
    pub calendar: Option<Calendar>,
    /// Whether it is signed or encrypted. Recognised, never verified.
    pub protection: Option<Protection>,
    /// Previews of attached mails, at most 20.
    pub mails: Vec<NestedMail>,
}

/// Reads what a mail carries beside its text and files.
pub fn enclosed(raw: &[u8]) -> Enclosed {
    let tree = Tree::read(raw, &mut Vec::new());
    let layout = Layout::of(&tree);
    let text = layout.text(&tree, &mut Vec::new()).text;
    Enclosed {
        calendar: tree.parts.iter().find_map(|part| event(&tree, part)),
        protection: protection::read(&tree, &text),
        mails: nested::read(&tree, &layout),
    }
}

/// Whether a mail with such an attachment may carry more than [`enclosed`] gives for every mail, so that the raw
/// mail is read only where there is something to find.
pub fn may_enclose(content_type: &str, filename: &str) -> bool {
    is_calendar(content_type, filename)
        || content_type.starts_with("message/")
        || content_type.contains("pkcs7")
        || content_type.contains("pgp")
}

fn event(tree: &Tree<'_>, part: &Part) -> Option<Calendar> {
    let name = part.filename().unwrap_or_default();
    if part.is_multipart || !is_calendar(&part.content_type.value, name) {
        return None;
    }
    let text = tree.text(part);
    let mut end = text.len().min(MAX_CALENDAR);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    calendar::read(text.get(..end)?, part.content_type.get("method"))
}

fn is_calendar(content_type: &str, filename: &str) -> bool {
    let ending = filename.rsplit('.').next().unwrap_or_default();
    matches!(
        content_type,
        "text/calendar" | "application/ics" | "application/calendar" | "text/x-vcalendar"
    ) || ending.eq_ignore_ascii_case("ics") && content_type != "message/rfc822"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invitation_in_a_mail_is_found_by_type_or_by_name() {
        for head in [
            "Content-Type: text/calendar; method=REQUEST; charset=utf-8",
            "Content-Type: application/octet-stream; name=invite.ICS",
        ] {
            let raw = format!(
                "Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nCome!\n--b\n{head}\n\n\
                 BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Grü\r\n ße\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n--b--\n"
            );
            let found = enclosed(raw.as_bytes());
            assert_eq!(found.calendar.unwrap().summary, "Grüße", "{head}");
            assert_eq!(found.protection, None);
        }
    }

    #[test]
    fn a_forwarded_mail_has_a_preview() {
        let raw = "Subject: fw\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nsee\n--b\nContent-Type: message/rfc822\n\n\
            From: Ada <ada@acme.test>\nDate: Mon, 2 Nov 2026 10:00:00 +0000\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\n\nHello there\n--b--\n";
        let found = enclosed(raw.as_bytes());
        let [mail] = found.mails.as_slice() else {
            panic!("{found:?}");
        };
        assert_eq!(mail.from.as_ref().unwrap().email, "ada@acme.test");
        assert_eq!(
            (mail.subject.as_str(), mail.text.as_str()),
            ("Grüße", "Hello there")
        );
        assert_eq!(mail.date.unwrap().timestamp(), 1_793_613_600);
        assert_eq!(mail.part, 2);
    }

    #[test]
    fn mails_inside_mails_inside_mails_cost_one_look_each() {
        let mut raw = "Content-Type: message/rfc822\n\n".repeat(3000);
        raw.push_str("Subject: innermost\n\ntext");
        assert_eq!(enclosed(raw.as_bytes()).mails.len(), 1);
    }
}
