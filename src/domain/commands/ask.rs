//! Questions back: what was not understood, and what could have been meant.

/// A line that was not understood.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Unclear {
    /// The line as it was written.
    pub line: String,
    /// What is wrong with it, as a sentence.
    pub problem: String,
    /// What may have been meant.
    pub choices: Vec<String>,
}

impl Unclear {
    pub(super) fn new(line: &str, problem: impl Into<String>, choices: Vec<String>) -> Self {
        Self {
            line: line.to_owned(),
            problem: problem.into(),
            choices,
        }
    }
}

/// All questions as one text for a person.
pub fn sentences(unclear: &[Unclear]) -> String {
    let mut text = String::new();
    for question in unclear {
        text.push_str(&question.line);
        text.push_str("\n    ");
        text.push_str(&question.problem);
        text.push('\n');
        for choice in &question.choices {
            text.push_str("    - ");
            text.push_str(choice);
            text.push('\n');
        }
    }
    text
}
