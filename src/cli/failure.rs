//! Why a command did not do what it should: one sentence, and the exit code.

use std::error::Error;
use std::io;

use crate::config::Mistakes;
use crate::door::KeyError;
use crate::store::StoreError;

/// What a command comes to.
pub(super) type Outcome<T = ()> = Result<T, Failure>;

/// A command that failed.
#[derive(Debug)]
pub(super) struct Failure {
    /// What the process ends with.
    pub code: u8,
    /// What is said on standard error; empty if everything has been said.
    pub sentence: String,
}

impl Failure {
    /// It did not work.
    pub const FAILED: u8 = 1;
    /// It was asked for in a way that means nothing.
    pub const USAGE: u8 = 2;
    /// It may work later (`EX_TEMPFAIL` of sysexits.h): an MTA keeps the mail and tries again.
    pub const LATER: u8 = 75;

    /// Failed, and that is why.
    pub fn new(sentence: impl Into<String>) -> Self {
        Self {
            code: Self::FAILED,
            sentence: sentence.into(),
        }
    }

    /// Failed, and that is why: the error and what caused it, in one sentence.
    pub fn because(error: &dyn Error) -> Self {
        let mut sentence = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            let inner = error.to_string();
            if !sentence.contains(&inner) {
                sentence.push_str(": ");
                sentence.push_str(&inner);
            }
            cause = error.source();
        }
        Self::new(sentence)
    }
}

impl From<Mistakes> for Failure {
    fn from(mistakes: Mistakes) -> Self {
        Self::new(mistakes.to_string())
    }
}

impl From<KeyError> for Failure {
    fn from(error: KeyError) -> Self {
        Self::because(&error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::because(&error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            // `postroom user list | head`: whoever read has read enough.
            io::ErrorKind::BrokenPipe => Self {
                code: Self::FAILED,
                sentence: String::new(),
            },
            _ => Self::new(format!("cannot write the answer: {error}")),
        }
    }
}
