//! The files of an agent's mail, and which of them may go along to a customer.

use std::collections::HashSet;

use super::act::Answer;
use crate::desk::speak::Upload;
use crate::domain::agent_mail::files::{File, is_personal, left_behind};
use crate::domain::agent_mail::words::Ours;
use crate::domain::mail::{attachment, pictures};

/// A file of an agent's mail.
pub(super) struct Enclosed {
    /// Which part of the mail it is.
    pub part: usize,
    /// It may go along to a customer.
    pub goes_along: bool,
    /// Itself.
    pub upload: Upload,
}

impl Enclosed {
    /// Itself, if it may go along.
    pub fn along(&self) -> Option<File<'_>> {
        self.goes_along.then(|| file(&self.upload))
    }
}

/// The files of a mail. Its HTML stays behind; what stood inside of it is a file like any other then, so that nothing
/// that somebody sends is lost, but for the pictures of the notice that is quoted and of the signature. Of a mail that is
/// not all here, no file is whole.
pub(super) fn read(answer: &Answer<'_>, ours: &Ours) -> Vec<Enclosed> {
    let Some(raw) = answer.raw.filter(|_| answer.beginning.is_none()) else {
        return Vec::new();
    };
    let mail = answer.received.mail;
    let shown = mail.has_html && mail.attachments.iter().any(|a| a.inline);
    let behind = if shown {
        left_behind(&pictures(raw), ours)
    } else {
        HashSet::new()
    };
    let files = mail.attachments.iter().filter_map(|a| {
        let upload = Upload {
            filename: a.filename.clone(),
            content_type: a.content_type.clone(),
            bytes: attachment(raw, a.part)?,
        };
        let is_behind = a.inline && a.content_id.as_ref().is_some_and(|id| behind.contains(id));
        Some(Enclosed {
            part: a.part,
            goes_along: !(is_behind || is_personal(file(&upload))),
            upload,
        })
    });
    files.collect()
}

fn file(upload: &Upload) -> File<'_> {
    File {
        name: &upload.filename,
        content_type: &upload.content_type,
        bytes: &upload.bytes,
    }
}
