//! The reference: the whole configuration with its defaults, as a file that can be used as it is.

use super::section::{Reference, Section};
use super::{Api, Database, Log, Mail, Network, Platform, Secrets, Server, Storage};

/// Every section, in the order of the file.
pub(super) const SECTIONS: [Reference; 9] = [
    Server::REFERENCE,
    Database::REFERENCE,
    Storage::REFERENCE,
    Secrets::REFERENCE,
    Platform::REFERENCE,
    Mail::REFERENCE,
    Log::REFERENCE,
    Network::REFERENCE,
    Api::REFERENCE,
];

/// A `postroom.toml` with every key, its default, and what it is for. `config/postroom.example.toml` is
/// this text; `postroom init` writes it.
pub fn reference() -> String {
    let mut lines = vec![
        "# The configuration of Postroom, with every key and its default.".to_owned(),
        "# A key can also be set by the environment: POSTROOM__SECTION__KEY, lists with commas."
            .to_owned(),
    ];
    let comment = |line: &&str| format!("#{line}");
    for section in &SECTIONS {
        lines.push(String::new());
        lines.extend(section.doc.iter().map(comment));
        lines.push(format!("[{}]", section.name));
        for key in section.keys {
            lines.extend(key.doc.iter().map(comment));
            lines.push(format!("{} = {}", key.name, key.default));
        }
    }
    lines.join("\n") + "\n"
}
