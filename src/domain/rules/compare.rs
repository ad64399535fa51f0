//! Whether one condition holds.

use std::borrow::Cow;

use super::explain::Shown;
use super::facts::{Changed, Facts};
use super::field::{Field, FieldType};
use super::operator::Operator;
use super::seen::{Content, Seen};
use super::wanted::{Wanted, rank};

/// Whether a condition holds for what is there now.
pub(super) fn holds(
    op: Operator,
    wanted: &Wanted,
    seen: &Seen<'_>,
    field: &Field,
    facts: &Facts<'_>,
) -> bool {
    match op {
        Operator::Empty => matches!(seen.content, Content::Nothing),
        Operator::NotEmpty => !matches!(seen.content, Content::Nothing),
        // What is negated holds where there is no value at all, too.
        Operator::IsNot => !positive(Operator::Is, wanted, seen, field, facts),
        Operator::NotIn => !positive(Operator::In, wanted, seen, field, facts),
        Operator::NotContains => !positive(Operator::Contains, wanted, seen, field, facts),
        _ => positive(op, wanted, seen, field, facts),
    }
}

/// An operator that asks for something to be there.
fn positive(
    op: Operator,
    wanted: &Wanted,
    seen: &Seen<'_>,
    field: &Field,
    facts: &Facts<'_>,
) -> bool {
    match (&seen.content, wanted) {
        (Content::Texts(texts), Wanted::Texts(wanted)) => texts.folded().iter().any(|text| {
            wanted
                .iter()
                .any(|wanted| text_holds(op, text, wanted, field.kind()))
        }),
        (Content::Texts(texts), Wanted::Pattern(pattern)) => {
            texts.plain.iter().any(|text| pattern.is_match(text))
        }
        (Content::Texts(texts), Wanted::Numbers(wanted)) => {
            let FieldType::Rank(words) = field.kind() else {
                return false;
            };
            let ranks = texts.plain.iter().filter_map(|word| rank(words, word));
            ranks.into_iter().any(|rank| number_holds(op, rank, wanted))
        }
        (Content::Number(number), Wanted::Numbers(wanted)) => number_holds(op, *number, wanted),
        (Content::Number(hours), Wanted::Age(age)) => *hours >= age.as_seconds_f64() / 3600.0,
        (Content::Time(at), Wanted::Age(age)) => facts.now - *at >= *age,
        (Content::Flag(flag), Wanted::Flag(wanted)) => flag == wanted,
        _ => false,
    }
}

fn text_holds(op: Operator, text: &str, wanted: &str, kind: FieldType) -> bool {
    match op {
        Operator::Is | Operator::In => text == wanted,
        Operator::Contains if kind == FieldType::Tags => text == wanted,
        Operator::Contains => text.contains(wanted),
        Operator::StartsWith => text.starts_with(wanted),
        Operator::EndsWith => text.ends_with(wanted),
        _ => false,
    }
}

fn number_holds(op: Operator, number: f64, wanted: &[f64]) -> bool {
    wanted.iter().any(|wanted| match op {
        Operator::Greater => number > *wanted,
        Operator::Less => number < *wanted,
        _ => (number - wanted).abs() < 1e-9,
    })
}

/// Whether the event made the change that a condition asks for.
pub(super) fn changed(op: Operator, wanted: &Wanted, field: &Field, facts: &Facts<'_>) -> bool {
    let is = |side: &Option<Cow<'_, str>>| {
        let Some(text) = side.as_deref() else {
            return false;
        };
        match wanted {
            Wanted::Texts(wanted) => wanted
                .iter()
                .any(|wanted| text.trim().to_lowercase() == wanted.trim()),
            Wanted::Flag(flag) => text.parse() == Ok(*flag),
            _ => false,
        }
    };
    let mut mine = changes_of(field, facts);
    match op {
        Operator::ChangedFrom => mine.any(|change| is(&change.from)),
        Operator::ChangedTo => mine.any(|change| is(&change.to)),
        _ => mine.next().is_some(),
    }
}

fn changes_of<'f>(
    field: &'f Field,
    facts: &Facts<'f>,
) -> impl Iterator<Item = &'f Changed<'f>> + use<'f> {
    facts
        .changes
        .iter()
        .filter(move |change| change.field == *field)
}

/// How an explanation shows what the event changed.
pub(super) fn shown_changes(field: &Field, facts: &Facts<'_>) -> Shown {
    let side = |side: &Option<Cow<'_, str>>| side.as_deref().unwrap_or("nothing").to_owned();
    let shown: Vec<String> = changes_of(field, facts)
        .map(|change| format!("{} → {}", side(&change.from), side(&change.to)))
        .collect();
    if shown.is_empty() {
        return Shown::from("unchanged");
    }
    Shown::bounded(&shown.join(", "))
}
