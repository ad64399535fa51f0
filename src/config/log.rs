//! `[log]`: what the daemon says about its work.

use super::read::texts;
use super::section::section;
use crate::domain::words;

section! {
    /// What the daemon says about its work, on standard error. Never addresses, subjects or texts of mails.
    pub struct Log in "log" {
        /// The least that is said: error, warn, info, debug or trace.
        level: Level = "info",
        /// `text` for people, `json` for programs.
        format: Format = "text",
    }
}

words! {
    /// How much is said.
    pub enum Level {
        /// What somebody should look at.
        Error = "error",
        /// What may become an error.
        Warn = "warn",
        /// What happens.
        Info = "info",
        /// How it happens.
        Debug = "debug",
        /// Everything.
        Trace = "trace",
    }
}

words! {
    /// How it is written.
    pub enum Format {
        /// Lines for people.
        Text = "text",
        /// One JSON object per line.
        Json = "json",
    }
}

texts! { words Level, Format }
