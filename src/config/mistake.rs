//! What is wrong with a file: where, and what was expected.

use std::fmt;
use std::sync::Arc;

/// Where a value stands: file, line and key. Kept beside values that are checked later, against others.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file as it was named, or `environment`.
    pub file: Arc<str>,
    /// The line, counted from 1; none for a variable of the environment.
    pub line: Option<usize>,
    /// The key with its tables, as in `server.listen`; empty where the file itself is meant.
    pub key: String,
}

/// One mistake, as one sentence.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mistake {
    /// Where it is.
    pub place: Place,
    /// What is wrong, and what was expected instead.
    pub sentence: String,
}

/// Everything that is wrong; displays as one line each, in the order of the files' lines.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Mistakes(pub Vec<Mistake>);

impl Place {
    /// A file as a whole.
    pub fn file(name: &str) -> Self {
        Self {
            file: name.into(),
            line: None,
            key: String::new(),
        }
    }

    /// A mistake at this place.
    pub fn mistake(&self, sentence: impl Into<String>) -> Mistake {
        Mistake {
            place: self.clone(),
            sentence: sentence.into(),
        }
    }
}

impl Mistakes {
    /// `value`, if there are no mistakes.
    pub fn or<T>(mut mistakes: Vec<Mistake>, value: T) -> Result<T, Self> {
        if mistakes.is_empty() {
            return Ok(value);
        }
        mistakes.sort();
        mistakes.dedup();
        Err(Self(mistakes))
    }
}

impl From<Mistake> for Mistakes {
    fn from(mistake: Mistake) -> Self {
        Self(vec![mistake])
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if !self.key.is_empty() {
            write!(f, ": {}", self.key)?;
        }
        Ok(())
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.sentence)
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, mistake) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            mistake.fmt(f)?;
        }
        Ok(())
    }
}
