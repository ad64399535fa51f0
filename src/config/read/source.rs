//! A file's text, and the ledger of what was found in it.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use toml::Spanned;
use toml::de::DeTable;

use super::Table;
use crate::config::mistake::{Mistake, Mistakes, Place};

/// One file, with the name under which its mistakes are reported.
pub(crate) struct Source {
    pub name: Arc<str>,
    /// What relative paths in the file are relative to.
    pub folder: PathBuf,
    text: String,
}

/// What has been found so far: mistakes, warnings, and which keys exist.
#[derive(Default)]
pub(crate) struct Ledger {
    mistakes: RefCell<Vec<Mistake>>,
    warnings: RefCell<Vec<Mistake>>,
    /// Every key that was asked for, with its tables: the reference is checked against it.
    asked: RefCell<BTreeSet<String>>,
}

impl Source {
    /// Reads the file at `path`.
    pub fn load(path: &Path) -> Result<Self, Mistake> {
        let name = path.display().to_string();
        let text = std::fs::read(path)
            .map_err(|error| Place::file(&name).mistake(why_unreadable(&error)))?;
        let text = String::from_utf8(text).map_err(|error| {
            let line = count_lines(&error.as_bytes()[..error.utf8_error().valid_up_to()]);
            Place {
                line: Some(line),
                ..Place::file(&name)
            }
            .mistake("expected UTF-8 text")
        })?;
        Ok(Self {
            name: name.into(),
            folder: path.parent().unwrap_or(Path::new("")).to_owned(),
            text,
        })
    }

    /// A file that exists only here, with relative paths from the working directory.
    pub fn new(name: &str, text: &str) -> Self {
        Self {
            name: name.into(),
            folder: PathBuf::new(),
            text: text.to_owned(),
        }
    }

    /// The line, counted from 1, in which the byte at `offset` stands.
    pub fn line(&self, offset: usize) -> usize {
        let end = offset.min(self.text.len());
        count_lines(&self.text.as_bytes()[..end])
    }

    /// The place of `span` under `key`.
    pub fn place(&self, span: &Range<usize>, key: &str) -> Place {
        Place {
            file: self.name.clone(),
            line: (!self.text.is_empty()).then(|| self.line(span.start)),
            key: key.to_owned(),
        }
    }

    /// The file's outermost table. What is no TOML is noted; what could be understood is still read.
    pub fn root<'s>(&'s self, ledger: &'s Ledger) -> Table<'s> {
        let (table, errors) = DeTable::parse_recoverable(&self.text);
        for error in errors {
            let span = error.span().unwrap_or_default();
            ledger.mistake(self.place(&span, "").mistake(error.message()));
        }
        Table::new(self, ledger, String::new(), table)
    }

    /// A table without any key, at the top of the file.
    pub fn nothing<'s>(&'s self, ledger: &'s Ledger, key: &str) -> Table<'s> {
        Table::new(
            self,
            ledger,
            key.to_owned(),
            Spanned::new(0..0, DeTable::new()),
        )
    }
}

impl Ledger {
    pub fn mistake(&self, mistake: Mistake) {
        self.mistakes.borrow_mut().push(mistake);
    }

    /// Something that works, but not as well as whoever wrote it will think.
    pub fn warning(&self, warning: Mistake) {
        self.warnings.borrow_mut().push(warning);
    }

    pub(super) fn asked(&self, key: String) {
        self.asked.borrow_mut().insert(key);
    }

    /// Every key that was asked for.
    #[cfg(test)]
    pub fn keys(&self) -> BTreeSet<String> {
        self.asked.borrow().clone()
    }

    /// `value` with the warnings, or all mistakes.
    pub fn close<T>(self, value: T) -> Result<(T, Vec<Mistake>), Mistakes> {
        let mut warnings = self.warnings.into_inner();
        warnings.sort();
        Mistakes::or(self.mistakes.into_inner(), (value, warnings))
    }
}

fn count_lines(before: &[u8]) -> usize {
    before.split(|byte| *byte == b'\n').count()
}

/// Why a file cannot be read, as a sentence about the file that was named before it.
pub(crate) fn why_unreadable(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        std::io::ErrorKind::PermissionDenied => "this user may not read the file".to_owned(),
        _ => format!("cannot be read: {error}"),
    }
}
