//! Any bytes as the fields of a delivery report, and as the words of a bounce.
#![no_main]

const REPORT: &[u8] = b"From: MAILER-DAEMON@mx.test\r\nSubject: Undelivered\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\nSorry.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n";
const NOTICE: &[u8] = b"Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.test\r\nTo: desk@desk.test\r\nSubject: failure notice\r\n\r\n";

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    for head in [REPORT, NOTICE] {
        let mail = postroom_fuzz::read(&[head, bytes].concat());
        let bounce = mail.bounce.unwrap_or_default();
        assert!(bounce.recipients.len() <= 500, "recipients are counted");
        for recipient in &bounce.recipients {
            let class = recipient.status.chars().next();
            assert!(class.is_none_or(|class| matches!(class, '2' | '4' | '5')), "{recipient:?}");
            assert!(!recipient.is_dead() || recipient.permanent, "{recipient:?}");
        }
    }
});
