//! The editor's rows as the template writes them: the tree of groups from top to bottom, with choices and suggestions.

use super::form::{Asks, Does, Group, Member, RuleForm};
use crate::desk::directory::Office;
use crate::domain::rules::{Action, Field, FieldType, Operator, Takes, Trigger};
use crate::domain::sla::Problem;

/// A value, its label, and whether it is chosen.
pub(super) type Choice = (String, String, bool);

/// One piece of the conditions, from top to bottom.
pub(super) enum Piece {
    /// A group begins.
    Open(Opened),
    /// A question.
    Asks(Box<Question>),
    /// A group ends; its place, for the buttons that add to it.
    Close { place: String },
}

/// The beginning of a group.
pub(super) struct Opened {
    pub place: String,
    pub kinds: Vec<Choice>,
    pub outermost: bool,
    pub problem: Option<String>,
}

/// A question as it is shown.
pub(super) struct Question {
    pub place: String,
    /// The fields by groups.
    pub fields: Vec<(&'static str, Vec<Choice>)>,
    /// The header's name, where the field is a header.
    pub header: Option<String>,
    pub ops: Vec<Choice>,
    pub value: Input,
    pub problem: Option<String>,
}

/// An action as it is shown.
pub(super) struct Doing {
    pub place: String,
    pub keys: Vec<Choice>,
    pub value: Input,
    pub problem: Option<String>,
    pub first: bool,
    pub last: bool,
}

/// Where a value is given.
pub(super) enum Input {
    /// None is needed.
    Nothing,
    /// One of a few.
    Choose(Vec<Choice>),
    /// A line, with a hint and the name of a list of suggestions.
    Line {
        value: String,
        hint: &'static str,
        list: &'static str,
    },
    /// Several lines.
    Text(String),
}

/// Names that the editor suggests, by the ids of their lists.
pub(super) fn suggestions(office: &Office, tags: Vec<String>) -> Vec<(&'static str, Vec<String>)> {
    let teams = || office.teams.iter().map(|team| team.name.clone());
    let people = || {
        let here = office.people.iter().filter(|member| member.is_here());
        here.map(|member| member.user.email.to_string())
    };
    let ways = ["round_robin", "least_loaded", "available"];
    let by_team = |way: &'static str| teams().map(move |team| format!("{way}:{team}"));
    let to_tell = [
        "assignee",
        "team",
        "followers",
        "admins",
        "owners",
        "channel",
    ];
    let policies = office.policies.iter().map(|p| p.policy.name.clone());
    vec![
        ("teams", teams().chain(["none".to_owned()]).collect()),
        ("people", people().collect()),
        (
            "assignees",
            people()
                .chain(ways.into_iter().flat_map(by_team))
                .chain(["none".to_owned()])
                .collect(),
        ),
        (
            "recipients",
            to_tell
                .into_iter()
                .map(str::to_owned)
                .chain(teams().map(|team| format!("team:{team}")))
                .chain(people())
                .collect(),
        ),
        ("tags", tags),
        ("categories", office.tenant.settings.categories.clone()),
        ("policies", policies.collect()),
        (
            "canned",
            office.canned.iter().map(|(name, _)| name.clone()).collect(),
        ),
        (
            "webhooks",
            office
                .webhooks
                .iter()
                .map(|hook| hook.url.clone())
                .collect(),
        ),
        (
            "mailboxes",
            office
                .mailboxes
                .iter()
                .map(|m| m.address.to_string())
                .collect(),
        ),
        (
            "spans",
            ["30m", "4h", "1d", "2d", "7d"].map(str::to_owned).to_vec(),
        ),
    ]
}

/// What makes a rule look, as boxes to tick.
pub(super) fn triggers(form: &RuleForm) -> Vec<Choice> {
    Trigger::ALL
        .iter()
        .map(|on| {
            let word = on.to_string();
            let ticked = form.on.contains(&word);
            (word, on.label().to_owned(), ticked)
        })
        .collect()
}

/// The conditions from top to bottom.
pub(super) fn pieces(form: &RuleForm, problems: &[Problem]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    walk(&form.when, "when", problems, &mut pieces);
    pieces
}

fn walk(group: &Group, place: &str, problems: &[Problem], pieces: &mut Vec<Piece>) {
    let kinds = [
        ("all", "all of these hold"),
        ("any", "at least one of these holds"),
        ("none", "none of these holds"),
    ];
    pieces.push(Piece::Open(Opened {
        place: place.to_owned(),
        kinds: kinds
            .map(|(kind, label)| chosen(kind, label, &group.kind))
            .to_vec(),
        outermost: place == "when",
        problem: said(problems, place),
    }));
    for (at, member) in group.members.iter().enumerate() {
        let place = format!("{place}.{at}");
        match member {
            Member::Group(inner) => walk(inner, &place, problems, pieces),
            Member::Asks(asks) => {
                pieces.push(Piece::Asks(Box::new(question(asks, place, problems))));
            }
        }
    }
    pieces.push(Piece::Close {
        place: place.to_owned(),
    });
}

fn question(asks: &Asks, place: String, problems: &[Problem]) -> Question {
    let field = asks.field().unwrap_or(Field::Subject);
    let op = asks.op();
    let is_header = matches!(field, Field::Header(_));
    let fields = Field::GROUPS
        .iter()
        .map(|group| {
            let own = Field::ALL.iter().filter(|f| f.place().0 == *group);
            let mut choices: Vec<Choice> = own
                .map(|f| {
                    let phrase = f.phrase();
                    let label = phrase.strip_prefix("the ").unwrap_or(&phrase);
                    (f.to_string(), label.to_owned(), *f == field)
                })
                .collect();
            if *group == "Message" {
                choices.push(("header".to_owned(), "a header …".to_owned(), is_header));
            }
            (*group, choices)
        })
        .collect();
    let ops = Operator::for_field(&field)
        .map(|each| (each.to_string(), each.label().to_owned(), Some(each) == op))
        .collect();
    Question {
        fields,
        header: is_header.then(|| asks.header.clone()),
        ops,
        value: value(&field, op, &asks.value),
        problem: said(problems, &place),
        place,
    }
}

fn value(field: &Field, op: Option<Operator>, value: &str) -> Input {
    let line = |hint, list| Input::Line {
        value: value.to_owned(),
        hint,
        list,
    };
    let Some(op) = op else {
        return line("", "");
    };
    match (op.takes(), field.kind()) {
        (Takes::Nothing, _) => Input::Nothing,
        (_, FieldType::Flag) => Input::Choose(
            [("true", "yes"), ("false", "no")]
                .map(|(word, label)| chosen(word, label, value))
                .to_vec(),
        ),
        (Takes::One, FieldType::Word(words) | FieldType::Rank(words)) => {
            let all = words.iter();
            Input::Choose(
                all.map(|word| chosen(word, &word.replace('_', " "), value))
                    .collect(),
            )
        }
        (Takes::Many, _) => line("Several, with commas between them", list_for(field)),
        _ if op == Operator::OlderThan => line("A span such as 4h or 2d", "spans"),
        _ if op == Operator::Matches => line("A regular expression", ""),
        (_, FieldType::Number | FieldType::Hours) => line("A number", ""),
        _ => line("", list_for(field)),
    }
}

const fn list_for(field: &Field) -> &'static str {
    match field {
        Field::Team => "teams",
        Field::Assignee => "people",
        Field::Tags => "tags",
        Field::Category => "categories",
        Field::Mailbox | Field::AlsoAddressed | Field::To | Field::Cc => "mailboxes",
        Field::Sla => "policies",
        _ => "",
    }
}

/// The actions from top to bottom.
pub(super) fn actions(form: &RuleForm, problems: &[Problem]) -> Vec<Doing> {
    let last = form.then.len().saturating_sub(1);
    form.then
        .iter()
        .enumerate()
        .map(|(at, does)| {
            let place = format!("then.{at}");
            Doing {
                keys: Action::DOCS
                    .iter()
                    .map(|(key, _, doc)| chosen(key, doc.trim_end_matches('.'), &does.key))
                    .collect(),
                value: given(does),
                problem: said(problems, &place),
                first: at == 0,
                last: at == last,
                place,
            }
        })
        .collect()
}

fn given(does: &Does) -> Input {
    let choose = |words: &[&str]| {
        let all = words.iter();
        Input::Choose(
            all.map(|word| chosen(word, &word.replace('_', " "), &does.value))
                .collect(),
        )
    };
    let line = |hint, list| Input::Line {
        value: does.value.clone(),
        hint,
        list,
    };
    match does.key.as_str() {
        "stop" => Input::Nothing,
        "priority" => choose(crate::domain::ticket::Priority::WORDS),
        "status" => choose(crate::domain::ticket::Status::WORDS),
        "spam" => Input::Choose(
            [("true", "it is spam"), ("false", "it is no spam")]
                .map(|(word, label)| chosen(word, label, &does.value))
                .to_vec(),
        ),
        "assign" => line("A person, or a way to choose one of a team", "assignees"),
        "assign_team" => line("A team, or none", "teams"),
        "category" => line("A category, or none", "categories"),
        "tag" | "untag" => line("A tag", "tags"),
        "sla" => line("A policy", "policies"),
        "canned" => line("A canned reply", "canned"),
        "note" => Input::Text(does.value.clone()),
        "notify" => line("Somebody, or several", "recipients"),
        "webhook" => line("Its address", "webhooks"),
        "snooze" => line("A span such as 4h, or reply", "spans"),
        "follow" => line("A person", "people"),
        _ => line("", ""),
    }
}

fn chosen(word: &str, label: &str, is: &str) -> Choice {
    (word.to_owned(), label.to_owned(), word == is)
}

fn said(problems: &[Problem], place: &str) -> Option<String> {
    let own = problems.iter().find(|problem| problem.path == place);
    own.map(|problem| problem.message.clone())
}
