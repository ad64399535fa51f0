use super::*;
use crate::domain::mail;

/// What a bounce says, a line per recipient: address, status, action, permanent.
fn said(raw: &str) -> (Option<Machine>, Vec<String>, Option<String>) {
    let mail = mail::parse(raw.as_bytes());
    let bounce = mail.bounce.unwrap_or_default();
    let line =
        |r: &BounceRecipient| format!("{} {} {} {}", r.address, r.status, r.action, r.permanent);
    (
        mail.machine,
        bounce.recipients.iter().map(line).collect(),
        bounce.original_message_id,
    )
}

fn report(groups: &str) -> String {
    format!(
        "From: MAILER-DAEMON@mx.test\nSubject: Undelivered\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n\
         --b\n\nSorry.\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.test\n\n{groups}\n\
         --b\nContent-Type: message/rfc822\n\nMessage-ID: <1@desk.test>\nSubject: Re: x\nTo: ada@a.test\n\nHello\n--b--\n"
    )
}

#[test]
fn a_report_tells_of_each_recipient() {
    let raw = report(
        "Final-Recipient: rfc822; ada@a.test\nAction: failed\nStatus: 5.1.1 (bad mailbox)\n\n\
         Original-Recipient: rfc822;bob@b.test\nFinal-Recipient: rfc822;<bob@b.test>\nAction: delayed\nStatus: 4.4.1\n\n\
         Final-Recipient: rfc822; eve@c.test\nAction: delivered\nStatus: 2.0.0\n",
    );
    let (machine, recipients, original) = said(&raw);
    assert_eq!(machine, Some(Machine::Bounce));
    assert_eq!(
        recipients,
        [
            "ada@a.test 5.1.1 failed true",
            "bob@b.test 4.4.1 delayed false",
            "eve@c.test 2.0.0 delivered false"
        ]
    );
    assert_eq!(original.as_deref(), Some("1@desk.test"));
}

#[test]
fn a_report_may_come_from_the_empty_path() {
    let groups = "Original-Recipient: <ada@a.test>\nAction: failed\nDiagnostic-Code: smtp; 550 No such user\n";
    let raw = report(groups).replace(
        "multipart/report; report-type=delivery-status",
        "multipart/mixed",
    );
    for (from, machine) in [("<>", Some(Machine::Bounce)), ("Ada <ada@a.test>", None)] {
        let raw = raw.replace("MAILER-DAEMON@mx.test", from);
        assert_eq!(said(&raw).0, machine, "{from}");
    }
    let raw = raw.replace("MAILER-DAEMON@mx.test", "<>");
    assert_eq!(said(&raw).1, ["ada@a.test  failed true"]);
}

#[test]
fn notices_in_free_text_are_read_too() {
    let head = "Return-Path: <>\nFrom: MAILER-DAEMON@mx.test\nTo: desk@desk.test\nSubject: failure notice\n\n";
    let below = "\n--- Below this line is a copy of the message.\n\nMessage-ID: <1@desk.test>\nFrom: desk@desk.test\nTo: ada@a.test\n\nHello\n";
    for (notice, want) in [
        (
            "Sorry, I wasn't able to deliver your message.\n\n<ada@a.test>:\nRemote host said: 550 5.1.1 unknown user\n",
            vec!["ada@a.test 5.1.1 failed true"],
        ),
        (
            "Delivery failed:\n\n  ada@a.test\n    host mx.a.test: 550 no such user\n  bob@b.test\n    host mx.b.test: 452 4.2.2 over quota\n",
            vec![
                "ada@a.test 5.1.1 failed true",
                "bob@b.test 4.2.2 failed false",
            ],
        ),
        (
            "Your message could not be delivered for 4 hours. It will be retried.\n\n<ada@a.test>: connection timed out\n",
            vec!["ada@a.test  delayed false"],
        ),
        (
            "There was an error delivering your mail to <ada@a.test>.\n\n550 5.7.1 Access denied\n",
            vec!["ada@a.test 5.7.1 failed true"],
        ),
        (
            "Delivery failed: the mailbox is unknown. Please contact help@mx.test\n",
            vec!["ada@a.test 5.1.1 failed true"],
        ),
        (
            "Delivery failed.\n\n<ada@a.test>: mailbox is full\n",
            vec!["ada@a.test  failed false"],
        ),
    ] {
        let (machine, recipients, original) = said(&format!("{head}{notice}{below}"));
        assert_eq!(machine, Some(Machine::Bounce), "{notice}");
        assert_eq!(recipients, want, "{notice}");
        assert_eq!(original.as_deref(), Some("1@desk.test"), "{notice}");
    }
}

#[test]
fn amazon_tells_in_json() {
    let json = r#"{"notificationType":"Bounce","bounce":{"bounceType":"Transient","bouncedRecipients":[{"emailAddress":"ada@a.test","status":"4.4.7"}]},"mail":{"messageId":"1"}}"#;
    let (machine, recipients, _) = said(&format!(
        "From: no-reply@sns.amazonaws.com\nSubject: Notification\n\n{json}\n\n--\nadvice\n"
    ));
    assert_eq!(
        (machine, recipients),
        (
            Some(Machine::Bounce),
            vec!["ada@a.test 4.4.7 failed false".to_owned()]
        )
    );
}

#[test]
fn people_who_write_about_bounces_are_people() {
    for raw in [
        "From: ada@a.test\nSubject: Undelivered mail\n\nI get 550 5.1.1 when I write to bob@b.test. Why?\n",
        "From: ada@a.test\nSubject: Fwd: failure notice\n\n> <bob@b.test>:\n> 550 5.1.1\n\nPlease help.\n",
        "Return-Path: <>\nFrom: ada@a.test\nSubject: Hello\n\nJust a question.\n",
    ] {
        assert_eq!(said(raw).0, None, "{raw}");
    }
}

#[test]
fn only_what_says_something_about_the_address_ends_it() {
    for (status, permanent, dead) in [
        ("5.1.1", true, true),
        ("5.2.1", true, true),
        ("", true, true),
        ("5.2.2", true, false),
        ("5.7.1", true, false),
        ("5.3.4", true, false),
        ("4.4.1", false, false),
    ] {
        let recipient = BounceRecipient {
            status: status.to_owned(),
            permanent,
            ..BounceRecipient::default()
        };
        assert_eq!(recipient.is_dead(), dead, "{status}");
    }
}

#[test]
fn receipts_and_calendars_are_machines_in_every_form() {
    for (raw, want) in [
        (
            "Subject: Read: Order\n\nYour message\n\nTo: Ada\nSubject: Order\n\nwas read on 02.11.2026 10:00.\n",
            Some(Machine::Receipt),
        ),
        (
            "Subject: Gelesen: Bestellung\n\nIhre Nachricht wurde am 02.11.2026 gelesen.\n",
            Some(Machine::Receipt),
        ),
        ("Subject: Read: this book\n\nIt is good.\n", None),
        (
            "Subject: Accepted: Meeting\nContent-Type: text/calendar; method=REPLY\n\nBEGIN:VCALENDAR\n",
            Some(Machine::AutoReply),
        ),
        (
            "Subject: Meeting\nContent-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\n",
            None,
        ),
    ] {
        assert_eq!(said(&format!("From: a@b.test\n{raw}")).0, want, "{raw}");
    }
}

#[test]
fn the_parts_of_a_report_that_a_person_attaches_are_no_report() {
    let attached = |header: &str, kind: &str| {
        format!(
            "{header}Subject: I got this back\nContent-Type: multipart/mixed; boundary=b\n\n\
             --b\n\nWhat does this mean?\n--b\nContent-Type: {kind}\nContent-Disposition: attachment\n\n\
             Reporting-MTA: dns; mx.test\n\nFinal-Recipient: rfc822; ada@a.test\nAction: failed\nStatus: 5.1.1\n--b--\n"
        )
    };
    for kind in [
        "message/delivery-status",
        "message/feedback-report",
        "message/disposition-notification",
    ] {
        let raw = attached("From: Grace <grace@customers.test>\n", kind);
        assert_eq!(said(&raw).0, None, "{kind}");
    }
    let of_a_system = attached(
        "Return-Path: <>\nFrom: Gateway <gw@mx.test>\n",
        "message/delivery-status",
    );
    assert_eq!(said(&of_a_system).0, Some(Machine::Bounce));
}

#[test]
fn a_report_says_code_and_words() {
    let raw = report(
        "Final-Recipient: rfc822; ada@a.test\nAction: failed\nStatus: 5.1.1\n\
         Diagnostic-Code: smtp; 550 5.1.1 <ada@a.test>: Recipient address\n    rejected: User unknown\n",
    );
    let bounce = mail::parse(raw.as_bytes()).bounce.unwrap();
    assert_eq!(
        bounce.recipients[0].in_words(),
        "failed 5.1.1: 550 5.1.1 <ada@a.test>: Recipient address rejected: User unknown"
    );
    let raw = "From: MAILER-DAEMON@mx.test\nSubject: failure notice\n\n\
               I wasn't able to deliver your message to the following addresses.\n\n\
               <ada@a.test>:\n192.0.2.1 does not like recipient.\nRemote host said: 550 5.1.1 User unknown\n";
    let bounce = mail::parse(raw.as_bytes()).bounce.unwrap();
    assert_eq!(
        bounce.recipients[0].in_words(),
        "failed 5.1.1: Remote host said: 550 5.1.1 User unknown"
    );
}

#[test]
fn of_several_recipients_the_one_in_question_counts_and_else_the_one_that_failed() {
    let raw = report(
        "Final-Recipient: rfc822; eve@c.test\nAction: delivered\nStatus: 2.0.0\n\n\
         Final-Recipient: rfc822; bob@b.test\nAction: delayed\nStatus: 4.4.1\n\n\
         Final-Recipient: rfc822; Ada@a.test\nAction: failed\nStatus: 5.1.1\n",
    );
    let bounce = mail::parse(raw.as_bytes()).bounce.unwrap();
    let about = |who: &str| bounce.about(who).map(|r| r.address.clone());
    assert_eq!(about("ada@a.test").as_deref(), Some("Ada@a.test"));
    assert_eq!(about("eve@c.test").as_deref(), Some("eve@c.test"));
    assert_eq!(about("forwarded@d.test").as_deref(), Some("Ada@a.test"));
}

#[test]
fn a_returned_header_shows_where_our_marks_may_stand() {
    let raw = "From: MAILER-DAEMON@mx.test\nSubject: Undelivered\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n\
               --b\n\nSorry.\n--b\nContent-Type: text/rfc822-headers\n\nReturn-Path: <desk+b-1@d.test>\nMessage-ID: <other@relay.test>\n\
               Reply-To: \"Desk\" <desk+2@d.test>\nReferences: <3@d.test>\n <4@d.test>\nTo: ada@a.test\nSubject: x\n--b--\n";
    let traces = mail::parse(raw.as_bytes()).bounce.unwrap().traces;
    assert_eq!(
        traces.own,
        ["desk+b-1@d.test", "other@relay.test", "desk+2@d.test"]
    );
    assert_eq!(traces.before, ["3@d.test", "4@d.test", "ada@a.test"]);
}
