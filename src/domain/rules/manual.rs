//! The reference of rules, written from the code's own lists. `docs/RULES.md` has it between two marks; a test says
//! when the two differ, and writes it anew where `POSTROOM_WRITE_DOCS` is set.

use std::fmt::Write as _;

use super::action::Action;
use super::field::{Field, FieldType};
use super::limits;
use super::operator::{Operator, Takes};
use super::trigger::Trigger;

/// The reference as Markdown.
pub fn reference() -> String {
    let mut out = String::new();
    triggers(&mut out);
    fields(&mut out);
    operators(&mut out);
    actions(&mut out);
    bounds(&mut out);
    out
}

fn triggers(out: &mut String) {
    out.push_str("### What makes a rule look\n\n| `on` | when |\n|---|---|\n");
    for on in Trigger::ALL {
        let _ = writeln!(out, "| `{on}` | {} |", on.label());
    }
}

fn fields(out: &mut String) {
    out.push_str("\n### Fields\n");
    let header = Field::Header("NAME".to_owned());
    for group in Field::GROUPS {
        let _ = writeln!(
            out,
            "\n**{group}**\n\n| `field` | what it is | kind | operators |\n|---|---|---|---|"
        );
        let all = Field::ALL.iter().chain([&header]);
        for field in all.filter(|field| field.place().0 == *group) {
            let ops: Vec<String> = Operator::for_field(field)
                .map(|op| format!("`{op}`"))
                .collect();
            let _ = writeln!(
                out,
                "| `{field}` | {} | {} | {} |",
                field.doc(),
                kind(field.kind()),
                ops.join(", ")
            );
        }
    }
}

fn kind(kind: FieldType) -> String {
    let words = |words: &[&str]| {
        let all: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
        all.join(", ")
    };
    match kind {
        FieldType::Text => "text".to_owned(),
        FieldType::Texts => "several texts".to_owned(),
        FieldType::Tags => "tags".to_owned(),
        FieldType::Word(list) => format!("one of {}", words(list)),
        FieldType::Rank(list) => format!("from less to more: {}", words(list)),
        FieldType::Number => "number".to_owned(),
        FieldType::Hours => "hours".to_owned(),
        FieldType::Time => "moment".to_owned(),
        FieldType::Flag => "`true` or `false`".to_owned(),
    }
}

fn operators(out: &mut String) {
    out.push_str("\n### Operators\n\n| `op` | reads | takes |\n|---|---|---|\n");
    for op in Operator::ALL {
        let takes = match op.takes() {
            Takes::Nothing => "nothing",
            Takes::One => "one value",
            Takes::Many => "a list",
        };
        let _ = writeln!(out, "| `{op}` | {} | {takes} |", op.label());
    }
}

fn actions(out: &mut String) {
    out.push_str("\n### Actions\n\n| key | value | does |\n|---|---|---|\n");
    for (key, shape, doc) in Action::DOCS {
        let _ = writeln!(out, "| `{key}` | {shape} | {doc} |");
    }
}

fn bounds(out: &mut String) {
    out.push_str("\n### Limits\n\n| what | at most |\n|---|---|\n");
    for (what, most) in [
        ("conditions of a rule", limits::CONDITIONS.to_string()),
        ("groups in one another", limits::NESTING.to_string()),
        ("actions of a rule", limits::ACTIONS.to_string()),
        ("values of a list", limits::VALUES.to_string()),
        ("a text or value, bytes", limits::TEXT_BYTES.to_string()),
        ("a pattern, bytes", limits::PATTERN_BYTES.to_string()),
        (
            "what a condition looks at of a text, bytes",
            limits::HAYSTACK_BYTES.to_string(),
        ),
        (
            "rules that wake one another in a row",
            limits::CHAIN.to_string(),
        ),
    ] {
        let _ = writeln!(out, "| {what} | {most} |");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEGIN: &str =
        "<!-- reference: written from the code; see src/domain/rules/manual.rs -->\n";
    const END: &str = "<!-- end of the reference -->\n";

    #[test]
    fn the_manual_says_what_the_code_says() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/RULES.md");
        let manual = std::fs::read_to_string(path).unwrap();
        let (before, rest) = manual.split_once(BEGIN).unwrap();
        let (written, after) = rest.split_once(END).unwrap();
        let is = format!("\n{}\n", reference());
        if written == is {
            return;
        }
        assert!(
            option_env!("POSTROOM_WRITE_DOCS").is_some(),
            "docs/RULES.md differs from the code; POSTROOM_WRITE_DOCS=1 cargo test manual writes it anew"
        );
        std::fs::write(path, format!("{before}{BEGIN}{is}{END}{after}")).unwrap();
    }
}
