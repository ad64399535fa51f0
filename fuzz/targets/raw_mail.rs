//! Any bytes at all, read and shown as a mail.
#![no_main]

libfuzzer_sys::fuzz_target!(|raw: &[u8]| postroom_fuzz::show(raw));
