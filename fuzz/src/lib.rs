//! What the fuzz targets share: the pure room of Postroom, and what must hold for every mail.

#[expect(
    unused_imports,
    reason = "what the room hands to the other rooms has no taker here"
)]
#[path = "../../src/domain/mod.rs"]
pub mod domain;

pub mod safe;
pub mod work;

use domain::mail::{Mail, attachment, enclosed, html_body, inline_images, parse};

/// Reads a mail and asserts what must hold for every mail there is.
pub fn read(raw: &[u8]) -> Mail {
    let mail = work::bounded(raw.len(), || parse(raw));
    folds_partition_the_text(&mail);
    attachments_are_found_again(&mail, raw);
    assert!(mail.references.len() <= 50, "at most 50 references");
    assert!(mail.text.len() <= 4 * 1024 * 1024, "at most 4 MiB of text");
    assert_eq!(parse(raw), mail, "reading is a function");
    mail
}

/// Reads a mail and all that is read from it when it is shown. The sanitiser has a target of its own.
pub fn show(raw: &[u8]) {
    read(raw);
    let html = work::bounded(raw.len(), || html_body(raw)).map_or(0, |html| html.len());
    bounded("HTML", html, raw);
    let enclosed = work::bounded(raw.len(), || enclosed(raw));
    let enclosed = serde_json::to_string(&enclosed).map_or(0, |json| json.len());
    bounded("cards", enclosed, raw);
    let images = inline_images(raw, 5 << 20);
    bounded("images", images.iter().map(|(_, _, bytes)| bytes.len()).sum(), raw);
}

fn bounded(what: &str, given: usize, raw: &[u8]) {
    assert!(
        given <= 20 * raw.len() + 64 * 1024,
        "{what} out of nothing: {given} bytes of {}",
        raw.len()
    );
}

fn folds_partition_the_text(mail: &Mail) {
    let length = mail.text.chars().count();
    let mut at = 0;
    for fold in &mail.folds {
        assert!(fold.start >= at && fold.start < fold.end && fold.end <= length);
        at = fold.end;
    }
    let folded: usize = mail.folds.iter().map(|fold| fold.end - fold.start).sum();
    assert!(mail.reply_text().chars().count() <= length - folded);
}

fn attachments_are_found_again(mail: &Mail, raw: &[u8]) {
    assert!(mail.attachments.len() <= 2000, "attachments are counted");
    for file in mail.attachments.iter().take(20) {
        let found = attachment(raw, file.part).map(|bytes| bytes.len());
        assert_eq!(found, Some(file.size), "{file:?}");
        is_safe_name(&file.filename);
    }
}

/// A17: nothing that leaves a folder, hides its ending or breaks a header line.
pub fn is_safe_name(name: &str) {
    assert!(!name.is_empty() && name.len() <= 160, "{name:?}");
    assert!(
        !name.contains(['/', '\\']) && !name.starts_with('.'),
        "{name:?}"
    );
    assert!(!name.chars().any(char::is_control), "{name:?}");
    assert!(
        !name.contains(['\u{202a}', '\u{202e}', '\u{200b}', '\u{feff}']),
        "{name:?}"
    );
}
