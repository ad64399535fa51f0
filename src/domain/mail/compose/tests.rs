use proptest::prelude::*;

use super::*;
use crate::domain::mail;

fn party(email: &str, name: &str) -> Party {
    Party {
        email: email.to_owned(),
        name: name.to_owned(),
    }
}

fn outgoing() -> Outgoing {
    Outgoing {
        from: party("support@acme.test", "Acme Support"),
        to: vec![party("ada@customer.test", "Ada")],
        subject: "Your question".to_owned(),
        message_id: "1.abc@acme.test".to_owned(),
        date: DateTime::from_timestamp(1_793_613_600, 0).unwrap_or_default(),
        text: "Hello\n".to_owned(),
        ..Outgoing::default()
    }
}

fn assert_well_formed(bytes: &[u8]) {
    assert!(bytes.is_ascii(), "7-bit");
    let text = std::str::from_utf8(bytes).unwrap();
    for line in text.split("\r\n") {
        assert!(
            line.len() <= 998 && !line.contains(['\r', '\n', '\0']),
            "{line:?}"
        );
    }
    let header = text.split("\r\n\r\n").next().unwrap();
    for name in [
        "From",
        "Date",
        "Message-ID",
        "Subject",
        "To",
        "MIME-Version",
    ] {
        let count = header
            .split("\r\n")
            .filter(|line| line.starts_with(&format!("{name}:")))
            .count();
        assert_eq!(count, 1, "{name} in {header}");
    }
}

#[test]
fn the_same_mail_is_always_the_same_bytes() {
    let mut mail = outgoing();
    mail.html = Some("<p>Hello</p>".to_owned());
    mail.attachments = vec![OutgoingAttachment {
        filename: "ü.pdf".to_owned(),
        content_type: "application/pdf".to_owned(),
        bytes: vec![0, 1, 2],
    }];
    let bytes = compose(&mail).unwrap();
    assert_eq!(bytes, compose(&mail).unwrap());
    assert_well_formed(&bytes);
    let parsed = mail::parse(&bytes);
    assert_eq!(parsed.text.trim(), "Hello");
    assert!(parsed.has_html);
    assert_eq!(
        parsed
            .attachments
            .first()
            .map(|a| (a.filename.as_str(), a.size)),
        Some(("ü.pdf", 3))
    );
    assert_eq!(parsed.message_id.as_deref(), Some("1.abc@acme.test"));
    assert_eq!(parsed.date, Some(mail.date));
}

#[test]
fn a13_line_ends_in_a_field_add_no_header() {
    let mut mail = outgoing();
    mail.subject = "Hi\r\nBcc: evil@evil.test\r\n\r\nbody\0\u{2028}x".to_owned();
    mail.from.name = "Ada\r\nX-Evil: 1".to_owned();
    mail.to = vec![party("ada@customer.test", "a\", evil@evil.test <")];
    mail.loop_mark = Some("m\r\nX-Evil: 2".to_owned());
    mail.references = vec!["a@b>\r\nX-Evil: <c".to_owned(), "ok@b.test".to_owned()];
    let bytes = compose(&mail).unwrap();
    assert_well_formed(&bytes);
    let parsed = mail::parse(&bytes);
    assert!(
        !parsed.headers.has("Bcc") && !parsed.headers.has("X-Evil"),
        "{}",
        String::from_utf8_lossy(&bytes)
    );
    assert_eq!(
        parsed
            .to
            .iter()
            .map(|p| p.email.as_str())
            .collect::<Vec<_>>(),
        ["ada@customer.test"]
    );
    assert_eq!(parsed.references, ["ok@b.test"]);
}

#[test]
fn automatic_mails_say_so() {
    let mut mail = outgoing();
    mail.automatic = Some(Automatic::Replied);
    mail.loop_mark = Some("abc".to_owned());
    let parsed = mail::parse(&compose(&mail).unwrap());
    assert_eq!(parsed.headers.first("Auto-Submitted"), Some("auto-replied"));
    assert_eq!(
        parsed.headers.first("X-Auto-Response-Suppress"),
        Some("OOF, AutoReply, RN, NRN")
    );
    assert_eq!(mail::loop_marks(&parsed.headers), ["abc"]);
    assert_eq!(parsed.machine, Some(mail::Machine::AutoReply));
}

#[test]
fn references_are_bounded_and_keep_both_ends() {
    let mut mail = outgoing();
    mail.references = (0..100)
        .map(|n| format!("{n}.{}@acme.test", "x".repeat(100)))
        .collect();
    mail.in_reply_to = mail.references.last().cloned();
    let bytes = compose(&mail).unwrap();
    assert_well_formed(&bytes);
    let parsed = mail::parse(&bytes);
    assert_eq!(parsed.references.len(), 20);
    assert_eq!(parsed.references.first(), mail.references.first());
    assert_eq!(parsed.references.last(), mail.references.last());
}

#[test]
fn what_cannot_be_written_is_refused() {
    let with = |change: fn(&mut Outgoing)| {
        let mut mail = outgoing();
        change(&mut mail);
        compose(&mail).is_err()
    };
    assert!(with(|mail| mail.to.clear()));
    assert!(with(|mail| mail.message_id = "no at".to_owned()));
    assert!(with(|mail| mail.from.email = "nobody".to_owned()));
    assert!(with(|mail| mail.to = vec![party("jürgen@acme.test", "")]));
}

#[test]
fn two_blanks_between_words_of_another_script_become_one() {
    let mut mail = outgoing();
    mail.subject = "ਪ  য় \u{3000} 再び".to_owned();
    let parsed = mail::parse(&compose(&mail).unwrap());
    assert_eq!(parsed.subject, "ਪ য় 再び");
}

proptest! {
    #[test]
    fn a_composed_mail_is_read_back_as_it_was(
        subject in "\\PC{0,120}", name in "\\PC{0,60}", to_name in "[\\PC\r\n\0\u{2028}]{0,60}", text in "[\\PC\r\n]{0,400}", file in "\\PC{0,40}",
    ) {
        let mut mail = outgoing();
        mail.subject = subject;
        mail.from.name = name;
        mail.to = vec![party("ada@customer.test", &to_name), party("bob@customer.test", "")];
        mail.text = text;
        mail.attachments = vec![OutgoingAttachment { filename: file, content_type: "a/b\r\nX: y".to_owned(), bytes: b"x\n.\ny".to_vec() }];
        let bytes = compose(&mail).unwrap();
        assert_well_formed(&bytes);
        let parsed = mail::parse(&bytes);
        prop_assert_eq!(parsed.from.len(), 1);
        prop_assert_eq!(&parsed.from.first().unwrap().email, "support@acme.test");
        let to: Vec<_> = parsed.to.iter().map(|party| party.email.as_str()).collect();
        prop_assert_eq!(to, ["ada@customer.test", "bob@customer.test"]);
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        prop_assert_eq!(words(&parsed.subject), words(&fields::one_line(&mail.subject)));
        prop_assert_eq!(words(&parsed.text), words(&mail.text));
        prop_assert_eq!(parsed.attachments.len(), 1);
        prop_assert_eq!(parsed.attachments.first().unwrap().size, 5);
    }

    #[test]
    fn a13_the_header_and_the_recipients_are_exactly_ours_whatever_stands_in_the_fields(
        subject in HOSTILE, from_name in HOSTILE, to_name in HOSTILE, cc_name in HOSTILE, reply_name in HOSTILE, file in HOSTILE, kind in HOSTILE,
        mark in HOSTILE, text in "[\\PC\r\n\0\u{2028}.]{0,200}",
    ) {
        let mut plain = outgoing();
        plain.cc = vec![party("bob@customer.test", "Bob")];
        plain.reply_to = Some(party("support+x@acme.test", "Acme"));
        plain.automatic = Some(Automatic::Generated);
        plain.loop_mark = Some("mark".to_owned());
        plain.attachments = vec![OutgoingAttachment { filename: "a.txt".to_owned(), content_type: "text/plain".to_owned(), bytes: b"x".to_vec() }];
        let mut hostile = plain.clone();
        hostile.subject = subject;
        hostile.from.name = from_name;
        hostile.to = vec![party("ada@customer.test", &to_name)];
        hostile.cc = vec![party("bob@customer.test", &cc_name)];
        hostile.reply_to = Some(party("support+x@acme.test", &reply_name));
        hostile.loop_mark = Some(format!("m{mark}"));
        hostile.attachments = vec![OutgoingAttachment { filename: file, content_type: kind, bytes: b"x".to_vec() }];
        hostile.text = text;
        let bytes = compose(&hostile).unwrap();
        assert_well_formed(&bytes);
        let (plain, hostile) = (mail::parse(&compose(&plain).unwrap()), mail::parse(&bytes));
        let names = |mail: &mail::Mail| {
            let mut names: Vec<_> = mail.headers.iter_raw().map(|(name, _)| name.to_owned()).collect();
            names.sort();
            names
        };
        prop_assert_eq!(names(&plain), names(&hostile));
        let addresses = |parties: &[Party]| parties.iter().map(|p| p.email.clone()).collect::<Vec<_>>();
        for (ours, theirs) in [(&plain.from, &hostile.from), (&plain.to, &hostile.to), (&plain.cc, &hostile.cc), (&plain.reply_to, &hostile.reply_to)] {
            prop_assert_eq!(addresses(ours), addresses(theirs));
        }
        prop_assert_eq!(hostile.attachments.len(), 1);
    }
}

/// Whatever could end a line, a word, an address or a header.
const HOSTILE: &str = "[\\PC\r\n\0\t\u{85}\u{2028}\u{2029}:,;<>@\"\\\\()=?]{0,60}";
