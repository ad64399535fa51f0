//! A condition's value in the form in which it is compared: checked, folded, compiled.

use chrono::TimeDelta;
use regex::{Regex, RegexBuilder};

use super::condition::Test;
use super::field::FieldType;
use super::limits;
use super::operator::{Operator, Takes};
use super::value::{Scalar, Value};
use crate::domain::sla::Span;

/// What a condition compares with. Texts are in lower case.
#[derive(Debug, Clone)]
pub(super) enum Wanted {
    /// Nothing: the operator asks only about the field.
    Nothing,
    /// One or several texts.
    Texts(Vec<String>),
    /// One or several numbers; for ranks, their places.
    Numbers(Vec<f64>),
    /// True or false.
    Flag(bool),
    /// An age.
    Age(TimeDelta),
    /// A compiled pattern.
    Pattern(Regex),
}

/// Which key of the condition is wrong, and why.
type Wrong = (&'static str, String);

impl Wanted {
    /// Checks that operator and value fit the field.
    pub(super) fn read(test: &Test) -> Result<Self, Wrong> {
        let Test { field, op, value } = test;
        if !op.fits(field) {
            let fitting: Vec<&str> = Operator::for_field(field).map(Operator::as_str).collect();
            return Err((
                "op",
                format!(
                    "`{op}` does not fit `{field}`; expected one of {}",
                    fitting.join(", ")
                ),
            ));
        }
        match (op.takes(), value) {
            (Takes::Nothing, Value::Nothing) => return Ok(Self::Nothing),
            (Takes::Nothing, _) => return Err(("value", format!("`{op}` takes no value"))),
            // A single value is a list of one.
            (Takes::Many, Value::Many(list)) if list.is_empty() => {
                return Err((
                    "value",
                    format!("`{op}` needs at least one value in its list"),
                ));
            }
            (Takes::Many, Value::Many(list)) if list.len() > limits::VALUES => {
                return Err((
                    "value",
                    format!(
                        "{} values are too many; at most {}",
                        list.len(),
                        limits::VALUES
                    ),
                ));
            }
            (Takes::One, Value::Many(_)) => {
                return Err((
                    "value",
                    format!(
                        "`{op}` takes one value, not a list; for a list there are `in` and `not_in`"
                    ),
                ));
            }
            (_, Value::Nothing) => return Err(("value", format!("`{op}` needs a value"))),
            _ => {}
        }
        Self::typed(test, value.each()).map_err(|message| ("value", message))
    }

    fn typed(test: &Test, values: &[Scalar]) -> Result<Self, String> {
        let Test { field, op, .. } = test;
        match (op, field.kind()) {
            (Operator::Matches, _) => pattern(values).map(Self::Pattern),
            (Operator::OlderThan, kind) => age(values, kind).map(Self::Age),
            (_, FieldType::Number | FieldType::Hours) => {
                let number = |value: &Scalar| {
                    value.number().ok_or_else(|| {
                        format!("`{field}` is a number, which {} is not", value.quoted())
                    })
                };
                values
                    .iter()
                    .map(number)
                    .collect::<Result<_, _>>()
                    .map(Self::Numbers)
            }
            (_, FieldType::Flag) => match values.first().and_then(Scalar::flag) {
                Some(flag) => Ok(Self::Flag(flag)),
                None => Err(format!(
                    "`{field}` is true or false, not {}",
                    quoted(values)
                )),
            },
            (Operator::Greater | Operator::Less, FieldType::Rank(words)) => {
                let rank = |value: &Scalar| {
                    rank(words, &value.to_string()).ok_or_else(|| unknown(test, words, value))
                };
                values
                    .iter()
                    .map(rank)
                    .collect::<Result<_, _>>()
                    .map(Self::Numbers)
            }
            (_, FieldType::Word(words) | FieldType::Rank(words)) => {
                let word = |value: &Scalar| {
                    let word = value.to_string().to_lowercase();
                    words
                        .contains(&word.as_str())
                        .then_some(word)
                        .ok_or_else(|| unknown(test, words, value))
                };
                values
                    .iter()
                    .map(word)
                    .collect::<Result<_, _>>()
                    .map(Self::Texts)
            }
            _ => values
                .iter()
                .map(|value| text(test, value))
                .collect::<Result<_, _>>()
                .map(Self::Texts),
        }
    }
}

/// The place of a word in a list that goes from less to more.
#[expect(
    clippy::cast_precision_loss,
    reason = "the lists have a handful of words"
)]
pub(super) fn rank(words: &[&str], word: &str) -> Option<f64> {
    let word = word.trim();
    words
        .iter()
        .position(|known| known.eq_ignore_ascii_case(word))
        .map(|place| place as f64)
}

fn unknown(test: &Test, words: &[&str], value: &Scalar) -> String {
    format!(
        "`{}` is never {}; expected one of {}",
        test.field,
        value.quoted(),
        words.join(", ")
    )
}

fn text(test: &Test, value: &Scalar) -> Result<String, String> {
    let text = value.to_string();
    if text.len() > limits::TEXT_BYTES {
        return Err(format!(
            "a text of {} bytes is too long; at most {}",
            text.len(),
            limits::TEXT_BYTES
        ));
    }
    if text.trim().is_empty() {
        return Err(format!(
            "`{}` needs a text; to ask whether there is none, use `empty`",
            test.op
        ));
    }
    let folded = text.to_lowercase();
    // Blanks around a whole value mean nothing; around a part of one they may.
    let whole = matches!(
        test.op,
        Operator::Is | Operator::IsNot | Operator::In | Operator::NotIn
    );
    Ok(if whole {
        folded.trim().to_owned()
    } else {
        folded
    })
}

fn pattern(values: &[Scalar]) -> Result<Regex, String> {
    let [Scalar::Text(pattern)] = values else {
        return Err(format!(
            "`matches` takes a regular expression as a text, not {}",
            quoted(values)
        ));
    };
    if pattern.len() > limits::PATTERN_BYTES {
        return Err(format!(
            "a pattern of {} bytes is too long; at most {}",
            pattern.len(),
            limits::PATTERN_BYTES
        ));
    }
    let built = RegexBuilder::new(pattern)
        .case_insensitive(true)
        .size_limit(limits::COMPILED_BYTES)
        .dfa_size_limit(limits::COMPILED_BYTES)
        .nest_limit(50)
        .build();
    built.map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => {
            "the pattern becomes too large; repeat less, or say \\w or . instead of long lists"
                .to_owned()
        }
        // The library draws an arrow under the pattern over several lines; its last line says what is wrong.
        error => {
            let text = error.to_string();
            let last = text.lines().last().unwrap_or_default();
            format!(
                "the pattern is not a regular expression: {}",
                last.trim_start_matches("error: ")
            )
        }
    })
}

fn age(values: &[Scalar], kind: FieldType) -> Result<TimeDelta, String> {
    let span = match values {
        [Scalar::Text(text)] => text
            .parse::<Span>()
            .map(Span::wall)
            .map_err(|error| error.to_string()),
        _ => Err(format!(
            "`older_than` takes a span such as \"2d\" or \"4h\", not {}",
            quoted(values)
        )),
    };
    let hours = || match (values, kind) {
        ([value], FieldType::Hours) => hours(value.number()?),
        _ => None,
    };
    span.or_else(|error| hours().ok_or(error))
}

/// So many hours as a length of time, if they are not absurdly many.
#[expect(
    clippy::cast_possible_truncation,
    reason = "bounded to a hundred years before"
)]
fn hours(hours: f64) -> Option<TimeDelta> {
    (0.0..876_000.0)
        .contains(&hours)
        .then(|| TimeDelta::seconds((hours * 3600.0) as i64))
}

fn quoted(values: &[Scalar]) -> String {
    let shown: Vec<String> = values.iter().take(5).map(Scalar::quoted).collect();
    shown.join(", ")
}
