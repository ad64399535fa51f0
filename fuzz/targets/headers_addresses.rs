//! Any bytes as the value of the fields that are taken apart: addresses, ids, dates, types, encoded words.
#![no_main]

use postroom_fuzz::read;

const FIELDS: [&str; 12] = [
    "From",
    "To",
    "Cc",
    "Reply-To",
    "Subject",
    "Date",
    "Message-ID",
    "References",
    "In-Reply-To",
    "Content-Type",
    "Content-Disposition",
    "Authentication-Results",
];

libfuzzer_sys::fuzz_target!(|value: &[u8]| {
    let value: Vec<u8> = value
        .iter()
        .map(|&byte| {
            if matches!(byte, b'\r' | b'\n') {
                b' '
            } else {
                byte
            }
        })
        .collect();
    for field in FIELDS {
        let raw = [field.as_bytes(), b": ", &value, b"\r\n\r\ntext\r\n"].concat();
        let mail = read(&raw);
        for party in mail
            .from
            .iter()
            .chain(&mail.to)
            .chain(&mail.cc)
            .chain(&mail.reply_to)
        {
            assert!(
                !party
                    .email
                    .chars()
                    .any(|c| c.is_control() || c.is_whitespace())
            );
            assert!(
                !party.name.chars().any(char::is_control),
                "{:?}",
                party.name
            );
        }
        assert!(
            !mail
                .subject
                .chars()
                .any(|c| matches!(c, '\r' | '\n' | '\0'))
        );
        let ids = mail
            .message_id
            .iter()
            .chain(&mail.in_reply_to)
            .chain(&mail.references);
        for id in ids {
            assert!(
                id.len() <= 998 && !id.contains(['<', '>', '\r', '\n', ' ']),
                "{id:?}"
            );
        }
    }
});
