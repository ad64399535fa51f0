//! Any value of Authentication-Results, above and below the trusted server's own line.
#![no_main]

use postroom_fuzz::domain::mail::authentication::{Anchor, evaluate};
use postroom_fuzz::domain::mail::parse;
use postroom_fuzz::domain::message::Authentication;

const RECEIVED: &str = "Received: from x by mx.acme.test; Mon, 2 Nov 2026 10:00:00 +0000\r\n";
const FROM: &str = "From: ada@agents.test\r\n\r\n";
const FAILED: &str = "Authentication-Results: mx.acme.test; dmarc=fail header.from=agents.test\r\n";

fn judge(head: &str, anchor: &Anchor) -> Authentication {
    let mail = parse(head.as_bytes());
    let at = chrono::DateTime::UNIX_EPOCH;
    let (host, from) = (Some("mx.acme.test"), Some("agents.test"));
    let judged = || evaluate(&mail.headers, Some(anchor), host, from, at);
    assert_eq!(judged(), judged(), "judging is a function");
    judged().authentication
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let value = String::from_utf8_lossy(bytes).replace(['\r', '\n', '\0'], " ");
    let header = format!("Authentication-Results: {value}\r\n");
    let ours = Anchor::Id("mx.acme.test".to_owned());
    for anchor in [&ours, &Anchor::TopmostWithoutId] {
        let passes = judge(&format!("{header}{RECEIVED}{FROM}"), anchor) == Authentication::Pass;
        let words = value.to_ascii_lowercase();
        assert!(!passes || words.contains("pass"), "out of nothing");
        assert!(!passes || *anchor != ours || words.contains("mx.acme.test"), "somebody else's word");
        let below = judge(&format!("{RECEIVED}{header}{FROM}"), anchor);
        assert_eq!(below, Authentication::Unknown, "the sender's own word");
    }
    // Whatever the sender puts before the last @ of an address, it is the address of another domain (RFC 5321).
    let escaped: String = value
        .chars()
        .flat_map(|c| matches!(c, '"' | '\\').then_some('\\').into_iter().chain([c]))
        .collect();
    for property in ["spf=pass smtp.mailfrom", "dkim=pass header.i", "dmarc=pass header.from"] {
        let line = format!("Authentication-Results: mx.acme.test; {property}=\"{escaped}\"@evil.test\r\n");
        let judged = judge(&format!("{line}{RECEIVED}{FROM}"), &ours);
        assert_ne!(judged, Authentication::Pass, "the domain of a quoted local part");
    }
    for both in [format!("{header}{FAILED}"), format!("{FAILED}{header}")] {
        let judged = judge(&format!("{both}{RECEIVED}{FROM}"), &ours);
        assert_eq!(judged, Authentication::Fail, "the fail wins");
    }
});
