//! A short piece, again and again, as text, as HTML, as the words of a bounce, as a header, as parts: what is read of
//! eight times as many costs about eight times as much. Small inputs find what grows with the square.
#![no_main]

use postroom_fuzz::domain::mail::{html::Look, html_body, parse};
use postroom_fuzz::work;

const HEADS: [&[u8]; 6] = [
    b"Subject: x\n\n",
    b"Content-Type: text/html\n\n",
    b"From: MAILER-DAEMON@mx.test\nSubject: failure notice\n\nThe following address failed:\n",
    b"Content-Type: multipart/mixed; boundary=b\n\n",
    b"Content-Type: text/plain; format=flowed\n\n",
    b"Subject: ",
];

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((&first, piece)) = bytes.split_first() else {
        return;
    };
    let (Some(head), 1..=64) = (HEADS.get(usize::from(first) % HEADS.len()), piece.len()) else {
        return;
    };
    work::grows_with_size(8 * 1024, |bytes| {
        let raw = [head.to_vec(), piece.repeat(bytes / piece.len())].concat();
        parse(&raw);
        if let Some(html) = html_body(&raw) {
            Look::of(&html);
        }
    });
});
