//! Any text as the HTML of a mail: what comes out is harmless, and cleaning it again changes nothing.
#![no_main]

use postroom_fuzz::domain::mail::html::{Look, Options, folded, sanitise};
use postroom_fuzz::safe::{harms, is_harmless};
use postroom_fuzz::work;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let html = String::from_utf8_lossy(bytes);
    let image = |id: &str| (id.len() % 2 == 0).then(|| "data:image/png;base64,iVBORw0KGgo=".to_owned());
    for allow_remote in [false, true] {
        let options = Options {
            cid: &image,
            allow_remote,
        };
        let once = work::bounded(html.len(), || sanitise(&html, &options));
        let found = harms(&once.html, allow_remote);
        assert!(found.is_empty(), "{found:?} in {}", once.html);
        let again = sanitise(&once.html, &options);
        assert_eq!(again.html, once.html, "cleaning twice changes something");
        let view = folded(&once.html, "");
        let found = harms(&view, allow_remote);
        assert!(found.is_empty(), "{found:?} in {view}");
        assert!(is_harmless(&once.css), "{}", once.css);
        let body = format!("<div{}></div>", once.body);
        let found = harms(&body, false);
        assert!(found.is_empty(), "{found:?} in {body}");
    }
    work::bounded(html.len(), || Look::of(&html));
});
