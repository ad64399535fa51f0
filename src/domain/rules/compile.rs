//! From rules as they are written to rules that can be evaluated quickly: patterns compiled, texts folded,
//! fields numbered so that each is read once however many rules ask for it.

use sha2::{Digest, Sha256};

use super::condition::{Condition, Test};
use super::definition::{Definition, Rule};
use super::explain::{Group, Shown};
use super::field::{Field, FieldType};
use super::limits;
use super::operator::Operator;
use super::sieve::{Sieve, Words, words_of_pattern, words_of_text};
use super::wanted::Wanted;
use crate::domain::ids::RuleId;
use crate::domain::sla::Problem;

/// The active rules of a tenant, in their order, ready to be evaluated.
#[derive(Debug, Default)]
pub struct RuleSet {
    pub(super) rules: Vec<CompiledRule>,
    /// Every field that some rule asks about, once. A test names its field by the place in here.
    pub(super) fields: Vec<Field>,
    /// For each field what tells patterns about it that cannot match from those that can.
    pub(super) sieves: Vec<Option<Sieve>>,
    /// Names which rules in which versions these are, in their order.
    fingerprint: Fingerprint,
}

/// Names a set of rules: two sets with the same one hold the same versions in the same order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Fingerprint(pub [u8; 16]);

impl Fingerprint {
    fn of<'r>(rules: impl Iterator<Item = &'r CompiledRule>) -> Self {
        let mut hash = Sha256::new();
        for rule in rules {
            hash.update(rule.id.0.as_bytes());
            hash.update(rule.version.to_be_bytes());
        }
        let mut short = [0; 16];
        short.copy_from_slice(&hash.finalize()[..16]);
        Self(short)
    }
}

/// A rule that cannot be used, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unusable {
    /// Which rule.
    pub rule: RuleId,
    /// Its name.
    pub name: String,
    /// What to mend.
    pub problems: Vec<Problem>,
}

/// A rule with its conditions compiled.
#[derive(Debug)]
pub(super) struct CompiledRule {
    pub id: RuleId,
    pub name: Shown,
    pub version: i64,
    pub definition: Definition,
    pub when: Compiled,
}

/// A compiled condition.
#[derive(Debug)]
pub(super) enum Compiled {
    Group(Group, Vec<Self>),
    Test(CompiledTest),
}

/// A compiled question.
#[derive(Debug)]
pub(super) struct CompiledTest {
    /// The field's place in [`RuleSet::fields`].
    pub slot: usize,
    pub op: Operator,
    pub wanted: Wanted,
    /// Words, by their places in the field's sieve, one of which must be there. None: it is always tried.
    pub words: Option<Box<[usize]>>,
    /// The field as an explanation shows it.
    pub shown_field: Shown,
    /// The value as an explanation shows it.
    pub shown_value: Shown,
}

impl RuleSet {
    /// Compiles the active rules. One that has problems is left out and returned with them; the others work.
    pub fn compile(mut rules: Vec<Rule>) -> (Self, Vec<Unusable>) {
        rules.sort_by_key(|rule| (rule.position, rule.id));
        let mut compiler = Compiler::default();
        let (mut compiled, mut unusable) = (Vec::new(), Vec::new());
        for rule in rules.into_iter().filter(|rule| rule.active) {
            let when = compiler.read(&rule.definition);
            let problems = std::mem::take(&mut compiler.problems);
            let Rule {
                id,
                name,
                version,
                definition,
                ..
            } = rule;
            match when {
                Some(when) if problems.is_empty() => {
                    let name = Shown::bounded(&name);
                    compiled.push(CompiledRule {
                        id,
                        name,
                        version,
                        definition,
                        when,
                    });
                }
                _ => unusable.push(Unusable {
                    rule: id,
                    name,
                    problems,
                }),
            }
        }
        let fingerprint = Fingerprint::of(compiled.iter());
        (
            Self {
                rules: compiled,
                fields: compiler.fields,
                sieves: compiler.words.into_iter().map(Words::sieve).collect(),
                fingerprint,
            },
            unusable,
        )
    }

    /// Which rules in which versions these are.
    pub const fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    /// As [`RuleSet::fingerprint`], of the rules on time alone: while it stays, what is due stays planned.
    pub fn time_fingerprint(&self) -> Fingerprint {
        Fingerprint::of(self.timed())
    }

    /// Each rule's id and version, in the order in which they look.
    pub fn members(&self) -> Vec<(RuleId, i64)> {
        self.rules
            .iter()
            .map(|rule| (rule.id, rule.version))
            .collect()
    }

    /// How many rules it holds.
    pub const fn len(&self) -> usize {
        self.rules.len()
    }

    /// Whether it holds none.
    pub const fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }
}

/// The compiler's state: what is wrong with the rule in hand, and the fields met so far.
#[derive(Debug, Default)]
pub(super) struct Compiler {
    pub problems: Vec<Problem>,
    fields: Vec<Field>,
    /// By the fields' places.
    words: Vec<Words>,
}

impl Compiler {
    /// Checks a definition and compiles its conditions.
    pub(super) fn read(&mut self, definition: &Definition) -> Option<Compiled> {
        self.problems = definition.check_frame();
        let (questions, depth) = (definition.when.questions(), definition.when.depth());
        if questions > limits::CONDITIONS {
            let most = limits::CONDITIONS;
            self.refuse(
                "when".to_owned(),
                format!("{questions} conditions are too many; at most {most}"),
            );
            return None;
        }
        if depth > limits::NESTING {
            let most = limits::NESTING;
            self.refuse(
                "when".to_owned(),
                format!("groups stand {depth} deep in one another; at most {most}"),
            );
            return None;
        }
        self.condition(&definition.when, "when")
    }

    fn refuse(&mut self, path: String, message: String) {
        self.problems.push(Problem { path, message });
    }

    /// None only where a problem was noted; the rest is still looked at, for its problems.
    fn condition(&mut self, condition: &Condition, path: &str) -> Option<Compiled> {
        let (group, members) = match condition {
            Condition::All(members) => (Group::All, members),
            Condition::Any(members) => (Group::Any, members),
            Condition::None(members) => (Group::None, members),
            Condition::Test(test) => return self.test(test, path).map(Compiled::Test),
        };
        if members.is_empty() && group != Group::All {
            self.refuse(
                format!("{path}.{group}"),
                "the list is empty; expected conditions".to_owned(),
            );
        }
        let compiled: Vec<_> = members
            .iter()
            .enumerate()
            .filter_map(|(index, member)| {
                self.condition(member, &format!("{path}.{group}[{index}]"))
            })
            .collect();
        Some(Compiled::Group(group, compiled))
    }

    fn test(&mut self, test: &Test, path: &str) -> Option<CompiledTest> {
        match Wanted::read(test) {
            Err((key, message)) => {
                self.refuse(format!("{path}.{key}"), message);
                None
            }
            Ok(wanted) => {
                let slot = self.slot(&test.field);
                let words = words(test, &wanted).map(|words| self.words[slot].add(words));
                Some(CompiledTest {
                    slot,
                    op: test.op,
                    wanted,
                    words,
                    shown_field: Shown::bounded(&test.field.to_string()),
                    shown_value: Shown::bounded(&test.value.to_string()),
                })
            }
        }
    }

    fn slot(&mut self, field: &Field) -> usize {
        self.fields
            .iter()
            .position(|known| known == field)
            .unwrap_or_else(|| {
                self.fields.push(field.clone());
                self.words.push(Words::default());
                self.fields.len() - 1
            })
    }
}

/// Words one of which must be there for the test to hold (or, for its negation, to fail).
fn words(test: &Test, wanted: &Wanted) -> Option<Vec<String>> {
    if !matches!(test.field.kind(), FieldType::Text | FieldType::Texts) {
        return None;
    }
    match (test.op, wanted) {
        (Operator::Matches, Wanted::Pattern(pattern)) => words_of_pattern(pattern.as_str()),
        (Operator::Contains | Operator::NotContains, Wanted::Texts(texts)) => {
            let [text] = texts.as_slice() else {
                return None;
            };
            words_of_text(text)
        }
        _ => None,
    }
}
