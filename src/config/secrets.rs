//! `[secrets]`: the key under which passwords and tokens stand in the database.

use std::path::PathBuf;

use super::section::section;

section! {
    /// The key under which passwords and tokens stand in the database.
    pub struct Secrets in "secrets" {
        /// The file with the secret key; only its owner may read it. Keep a copy apart from the backups:
        /// without it nobody can read the passwords of the accounts again.
        key_file: PathBuf = "data/postroom.key",
    }
}
