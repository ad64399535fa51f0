//! `[storage]`: where raw mail and uploads are kept.

use std::borrow::Cow;
use std::path::PathBuf;

use super::read::{Text, Wrong};
use super::section::section;

section! {
    /// Where raw mail and uploads are kept.
    pub struct Storage in "storage" {
        /// `database`: in the database itself, and in its backups with it.
        blobs: Blobs = "database",
    }
}

/// A place for large things.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Blobs {
    /// In the database.
    Database,
    /// In files below a folder.
    Folder(PathBuf),
    /// In a bucket: the whole address.
    Bucket(String),
}

impl Text for Blobs {
    fn expected() -> Cow<'static, str> {
        "database".into()
    }

    fn parse(text: &str) -> Result<Self, Wrong> {
        match text {
            "database" => Ok(Self::Database),
            _ if text.starts_with("file:") || text.starts_with("s3://") => Err(Wrong::Because(
                format!("{text:?} is not yet possible in this version; expected \"database\""),
            )),
            _ => Err(Wrong::Expected(Self::expected())),
        }
    }
}
