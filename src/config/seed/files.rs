//! Files that a seed file names: found beside it, and taken in by content.

use std::path::PathBuf;

use crate::config::read::{At, Table, why_unreadable};

/// The text of the file that `key` names, relative to the seed file.
pub(super) fn content_of(table: &mut Table<'_>, key: &'static str) -> Option<String> {
    let path: At<PathBuf> = table.optional(key)?;
    let full = table.source.folder.join(&*path);
    match std::fs::read_to_string(&full) {
        Ok(text) => Some(text),
        Err(error) => {
            let sentence = format!("{}: {}", full.display(), why_unreadable(&error));
            table.ledger.mistake(path.place.mistake(sentence));
            None
        }
    }
}

/// Certificates in PEM, from the file that `key` names.
pub(super) fn certificates(table: &mut Table<'_>, key: &'static str) -> Option<String> {
    let pem = content_of(table, key)?;
    if !pem.contains("-----BEGIN CERTIFICATE-----") {
        table.mistake(format!(
            "{key}: expected a file with certificates in PEM, found none in it"
        ));
        return None;
    }
    Some(pem)
}
