//! Any bytes as the parameters that name an attachment, in every form that names come in.
#![no_main]

use postroom_fuzz::read;

libfuzzer_sys::fuzz_target!(|name: &[u8]| {
    let name: Vec<u8> = name
        .iter()
        .map(|&byte| {
            if matches!(byte, b'\r' | b'\n') {
                b' '
            } else {
                byte
            }
        })
        .collect();
    for (before, after) in [
        ("Content-Disposition: attachment; filename=\"", "\""),
        ("Content-Disposition: attachment; filename*=", ""),
        (
            "Content-Disposition: attachment; filename*0*=utf-8''",
            "; filename*1=.pdf",
        ),
        ("Content-Disposition: attachment; ", ""),
        ("Content-Type: application/x-thing; name=", ""),
        ("Content-Disposition: attachment; filename==?utf-8?q?", "?="),
    ] {
        let raw = [
            before.as_bytes(),
            &name,
            after.as_bytes(),
            b"\r\n\r\nbytes\r\n",
        ]
        .concat();
        read(&raw);
    }
});
