//! The mails of `tests/fixtures/mail`, and how each of them is read: the answer without quotes, the kind of machine, what a
//! bounce says, the types of the files.

use super::{Mail, parse};

const PLACE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/mail");

/// File, what is left of the text, machine, bounce, files.
type Read = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

const READ: &[Read] = &[
    (
        "absence-note-rfc3834",
        "I am away until Monday.",
        "out_of_office",
        "",
        "",
    ),
    ("answer-finnish-outlook", "Kiitos.", "", "", ""),
    ("answers-between-quotes", "Yes, today.\n\n\nNo.", "", "", ""),
    (
        "bounce-qmail",
        "*",
        "bounce",
        "grace@customers.test failed 5.1.1: Remote host said: 550 5.1.1 User unknown",
        "",
    ),
    (
        "bounce-rfc3464",
        "*",
        "bounce",
        "kay@customers.test delivered 2.0.0, \
         grace@customers.test failed 5.1.1: 550 5.1.1 <grace@customers.test>: Recipient address rejected: User unknown",
        "*",
    ),
    ("charset-encoded-twice-without-label", "Grüße", "", "", ""),
    ("charset-hz-rfc1843", "中文 ok", "", "", ""),
    ("charset-iso-2022-jp-1-rfc2237", "こん丂 ok", "", "", ""),
    ("charset-iso-2022-kr-rfc1557", "안녕 ok", "", "", ""),
    ("charset-utf-8-under-gb2312", "中文", "", "", ""),
    ("complaint-rfc5965", "*", "feedback_report", "", "*"),
    (
        "format-flowed-delsp-rfc3676",
        "It is one long line, and a blank.",
        "",
        "",
        "",
    ),
    ("gmail-answer-html-only", "It came today.", "", "", ""),
    (
        "outlook-answer-marked-in-html-only",
        "It came today.",
        "",
        "",
        "",
    ),
    ("passed-on-danish-outlook", "*Hvor er den?", "", "", ""),
    (
        "picture-that-is-none",
        "See the picture.",
        "",
        "",
        "application/octet-stream",
    ),
    (
        "receipt-rfc8098",
        "*",
        "receipt",
        "grace@customers.test displayed",
        "*",
    ),
    (
        "report-attached-by-a-person",
        "I got this back from you.",
        "",
        "",
        "message/delivery-status",
    ),
];

fn said(mail: &Mail) -> String {
    let recipients = mail.bounce.iter().flat_map(|bounce| &bounce.recipients);
    let lines = recipients.map(|r| format!("{} {}", r.address, r.in_words()));
    lines.collect::<Vec<_>>().join(", ")
}

/// `*` is anything; `*words` is anything with these words in it.
fn fits(wanted: &str, found: &str) -> bool {
    match wanted.strip_prefix('*') {
        Some(words) => found.contains(words),
        None => found == wanted,
    }
}

#[test]
fn each_mail_is_read_as_its_line_says() {
    let mut wrong = String::new();
    for (name, text, machine, bounce, files) in READ {
        let raw = std::fs::read(format!("{PLACE}/{name}.eml")).expect(name);
        let mail = parse(&raw);
        let types: Vec<&str> = mail
            .attachments
            .iter()
            .map(|a| a.content_type.as_str())
            .collect();
        let kind = mail.machine.map(super::Machine::as_str).unwrap_or_default();
        for (what, wanted, found) in [
            ("text", text, mail.reply_text().trim()),
            ("machine", machine, kind),
            ("bounce", bounce, said(&mail).as_str()),
            ("files", files, types.join(", ").as_str()),
        ] {
            if !fits(wanted, found) {
                let found = format!("{found:?}");
                wrong.extend([name, ", ", what, ": ", found.as_str(), "\n"]);
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn each_mail_has_its_line() {
    for entry in std::fs::read_dir(PLACE).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let known = name
            .strip_suffix(".eml")
            .is_none_or(|name| READ.iter().any(|line| line.0 == name));
        assert!(known, "{name} has no line");
    }
}
