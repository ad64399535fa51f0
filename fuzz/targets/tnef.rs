//! Any bytes as a winmail.dat.
#![no_main]

libfuzzer_sys::fuzz_target!(|stream: &[u8]| {
    let head = b"Subject: x\r\nContent-Type: application/ms-tnef; name=winmail.dat\r\n\r\n";
    postroom_fuzz::show(&[&head[..], stream].concat());
});
