//! Why a command did not do what it should: what is said, and the exit code.

use std::error::Error;
use std::io;

use crate::app::StartError;
use crate::config::Mistakes;
use crate::desk::DeskError;
use crate::store::StoreError;
use crate::store::key::NoKey;

/// What a command comes to.
pub(super) type Outcome<T = ()> = Result<T, Failure>;

/// A command that failed.
#[derive(Debug)]
pub(super) struct Failure {
    /// What the process ends with.
    pub code: u8,
    /// What is said on standard error.
    pub words: Words,
}

/// What is said about a failure.
#[derive(Debug)]
pub(super) enum Words {
    /// One sentence that says what to do.
    Sentence(String),
    /// Mistakes in files, a line for each.
    Mistakes(Mistakes),
    /// Nothing: it has been said, or nobody listens.
    Said,
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
            words: Words::Sentence(sentence.into()),
        }
    }

    /// Failed, and why has been said.
    pub fn said() -> Self {
        Self {
            code: Self::FAILED,
            words: Words::Said,
        }
    }

    /// Failed, and that is why: the error and what caused it.
    pub fn because(error: &dyn Error) -> Self {
        Self::new(with_causes(error))
    }

    /// The same failure, of which time may be the cure.
    pub fn try_later(self) -> Self {
        Self {
            code: Self::LATER,
            ..self
        }
    }
}

/// An error and its causes in one sentence; none of them twice.
pub(super) fn with_causes(error: &dyn Error) -> String {
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
    sentence
}

impl From<Mistakes> for Failure {
    fn from(mistakes: Mistakes) -> Self {
        Self {
            code: Self::FAILED,
            words: Words::Mistakes(mistakes),
        }
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        Self::because(&error)
    }
}

impl From<NoKey> for Failure {
    fn from(error: NoKey) -> Self {
        Self::because(&error)
    }
}

impl From<DeskError> for Failure {
    fn from(error: DeskError) -> Self {
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
            io::ErrorKind::BrokenPipe => Self::said(),
            _ => Self::new(format!("cannot write the answer: {error}")),
        }
    }
}
