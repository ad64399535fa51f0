//! The editor's rows as the template writes them: the tree of groups from top to bottom, with choices and suggestions.

use super::form::{Asks, Does, Group, Member, RuleForm};
use crate::desk::directory::Office;
use crate::domain::rules::{Action, Field, FieldType, Operator, Takes, Trigger};
use crate::domain::sla::{Problem, Span};

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

/// Words that the editor suggests where others may be written too, by the ids of their lists.
pub(super) fn suggestions(office: &Office, tags: Vec<String>) -> Vec<(&'static str, Vec<String>)> {
    let mailboxes = office.mailboxes.iter();
    vec![
        ("tags", tags),
        (
            "mailboxes",
            mailboxes.map(|m| m.address.to_string()).collect(),
        ),
        (
            "spans",
            ["30m", "4h", "1d", "2d", "7d"].map(str::to_owned).to_vec(),
        ),
    ]
}

/// A value and its label.
type Named = (String, String);

fn same(names: impl IntoIterator<Item = String>) -> Vec<Named> {
    names.into_iter().map(|name| (name.clone(), name)).collect()
}

fn words(words: &[&str]) -> Vec<Named> {
    let all = words.iter();
    all.map(|word| ((*word).to_owned(), word.replace('_', " ")))
        .collect()
}

fn named<const N: usize>(words: [(&str, &str); N]) -> Vec<Named> {
    words
        .map(|(word, label)| (word.to_owned(), label.to_owned()))
        .into()
}

fn teams(office: &Office) -> impl Iterator<Item = &str> {
    office.teams.iter().map(|team| team.name.as_str())
}

fn people(office: &Office) -> Vec<Named> {
    let here = office.people.iter().filter(|member| member.is_here());
    here.map(|member| (member.user.email.to_string(), member.user.name.clone()))
        .collect()
}

/// Names of the tenant's own that a field can have, where there is a list of them.
fn known(office: &Office, field: &Field) -> Option<Vec<Named>> {
    Some(match field {
        Field::Team => same(teams(office).map(str::to_owned)),
        Field::Assignee => people(office),
        Field::Category => same(office.tenant.settings.categories.clone()),
        Field::Mailbox => same(office.mailboxes.iter().map(|m| m.address.to_string())),
        Field::Sla => same(office.policies.iter().map(|p| p.policy.name.clone())),
        _ => return None,
    })
}

/// A choice with this one taken; what is not among them stands there to be replaced.
fn choose(named: Vec<Named>, value: &str) -> Input {
    let mut choices: Vec<Choice> = named
        .into_iter()
        .map(|(word, label)| (word.clone(), label, word == value))
        .collect();
    if !choices.iter().any(|(.., taken)| *taken) {
        let label = if value.is_empty() {
            "choose …".to_owned()
        } else {
            format!("{value}: choose another")
        };
        choices.insert(0, (value.to_owned(), label, true));
    }
    Input::Choose(choices)
}

/// What makes a rule look, as boxes to tick, by groups.
pub(super) fn triggers(form: &RuleForm) -> Vec<(&'static str, Vec<Choice>)> {
    let mut groups: Vec<(&'static str, Vec<Choice>)> = Vec::new();
    for on in Trigger::ALL {
        let group = match on {
            Trigger::TicketCreated | Trigger::TicketUpdated | Trigger::TicketAssigned => "Tickets",
            Trigger::TimeIdle | Trigger::TimeWaiting => "Time",
            Trigger::SlaWarning | Trigger::SlaBreached => "Service levels",
            _ => "Messages",
        };
        let word = on.to_string();
        let ticked = form.on.contains(&word);
        let choice = (word, on.label().to_owned(), ticked);
        match groups.iter_mut().find(|(known, _)| *known == group) {
            Some((_, choices)) => choices.push(choice),
            None => groups.push((group, vec![choice])),
        }
    }
    groups
}

/// The conditions from top to bottom.
pub(super) fn pieces(office: &Office, form: &RuleForm, problems: &[Problem]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    walk(office, (&form.when, "when"), problems, &mut pieces);
    pieces
}

fn walk(
    office: &Office,
    (group, place): (&Group, &str),
    problems: &[Problem],
    pieces: &mut Vec<Piece>,
) {
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
            Member::Group(inner) => walk(office, (inner, &place), problems, pieces),
            Member::Asks(asks) => {
                let row = question(office, asks, place, problems);
                pieces.push(Piece::Asks(Box::new(row)));
            }
        }
    }
    pieces.push(Piece::Close {
        place: place.to_owned(),
    });
}

fn question(office: &Office, asks: &Asks, place: String, problems: &[Problem]) -> Question {
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
    // "It has an attachment: yes" needs no word between.
    let plain = field.kind() == FieldType::Flag && op == Some(Operator::Is) && !field.is_tracked();
    let ops = Operator::for_field(&field)
        .filter(|each| !plain || Some(*each) == op)
        .map(|each| (each.to_string(), each.label().to_owned(), Some(each) == op))
        .collect();
    Question {
        fields,
        header: is_header.then(|| asks.header.clone()),
        ops,
        value: value(office, &field, op, &asks.value),
        problem: said(problems, &place),
        place,
    }
}

fn value(office: &Office, field: &Field, op: Option<Operator>, value: &str) -> Input {
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
        (_, FieldType::Flag) => {
            let value = if value == "false" { value } else { "true" };
            choose(named([("true", "yes"), ("false", "no")]), value)
        }
        (Takes::One, FieldType::Word(all) | FieldType::Rank(all)) => {
            // What was written for another field is no word of this one.
            let value = all.iter().find(|word| **word == value);
            choose(words(all), value.map_or("", |word| word))
        }
        (Takes::Many, _) => line("Several, with commas between them", list_for(field)),
        _ if op == Operator::OlderThan => line("A span such as 4h or 2d", "spans"),
        _ if op == Operator::Matches => line("A regular expression", ""),
        (_, FieldType::Number | FieldType::Hours) => line("A number", ""),
        _ if matches!(op, Operator::Contains | Operator::NotContains) => {
            line("A word, or a part of the text", list_for(field))
        }
        _ => match known(office, field) {
            Some(known) if exact(op) => choose(known, value),
            _ => line("A text", list_for(field)),
        },
    }
}

const fn exact(op: Operator) -> bool {
    use Operator::{ChangedFrom, ChangedTo, Is, IsNot};
    matches!(op, Is | IsNot | ChangedFrom | ChangedTo)
}

const fn list_for(field: &Field) -> &'static str {
    match field {
        Field::Tags => "tags",
        Field::Mailbox | Field::AlsoAddressed | Field::To | Field::Cc => "mailboxes",
        _ => "",
    }
}

/// The actions from top to bottom.
pub(super) fn actions(office: &Office, form: &RuleForm, problems: &[Problem]) -> Vec<Doing> {
    let last = form.then.len().saturating_sub(1);
    form.then
        .iter()
        .enumerate()
        .map(|(at, does)| {
            let place = format!("then.{at}");
            Doing {
                keys: Action::PHRASES
                    .iter()
                    .map(|(key, phrase)| chosen(key, phrase, &does.key))
                    .collect(),
                value: given(office, does),
                problem: said(problems, &place),
                first: at == 0,
                last: at == last,
                place,
            }
        })
        .collect()
}

fn given(office: &Office, does: &Does) -> Input {
    let choose = |all| choose(all, &does.value);
    let none = |label| named([("none", label)]);
    let line = |hint, list| Input::Line {
        value: does.value.clone(),
        hint,
        list,
    };
    match does.key.as_str() {
        "stop" => Input::Nothing,
        "priority" => choose(words(crate::domain::ticket::Priority::WORDS)),
        "status" => choose(words(crate::domain::ticket::Status::WORDS)),
        "spam" => choose(named([("true", "spam"), ("false", "no spam")])),
        "assign" => choose([people(office), by_team(office), none("nobody")].concat()),
        "assign_team" => choose([same(teams(office).map(str::to_owned)), none("no team")].concat()),
        "category" => {
            let categories = same(office.tenant.settings.categories.clone());
            choose([categories, none("no category")].concat())
        }
        "sla" => choose(same(office.policies.iter().map(|p| p.policy.name.clone()))),
        "canned" => choose(same(office.canned.iter().map(|(name, _)| name.clone()))),
        "webhook" => choose(same(office.webhooks.iter().map(|hook| hook.url.clone()))),
        "follow" => choose(people(office)),
        "notify" => choose([to_tell(office), people(office)].concat()),
        "snooze" => choose(spans(&does.value)),
        "note" => Input::Text(does.value.clone()),
        _ => line("A tag", "tags"),
    }
}

/// The ways to choose one of a team.
fn by_team(office: &Office) -> Vec<Named> {
    let ways = |team: &str| {
        [
            (
                format!("round_robin:{team}"),
                format!("the next in turn of {team}"),
            ),
            (
                format!("least_loaded:{team}"),
                format!("whoever of {team} has the fewest tickets"),
            ),
            (
                format!("available:{team}"),
                format!("whoever of {team} has the most room"),
            ),
        ]
    };
    teams(office).flat_map(ways).collect()
}

/// Those that a rule can tell, besides people by name.
fn to_tell(office: &Office) -> Vec<Named> {
    let usual = named([
        ("assignee", "its assignee"),
        ("team", "its team"),
        ("followers", "its followers"),
        ("admins", "the admins"),
        ("owners", "the owners"),
        ("channel", "the desk's push channel"),
    ]);
    let teams = teams(office).map(|team| (format!("team:{team}"), format!("the team {team}")));
    usual.into_iter().chain(teams).collect()
}

/// How long a ticket can sleep; a span that is written elsewhere stays.
fn spans(value: &str) -> Vec<Named> {
    let mut spans = named([
        ("reply", "until the customer answers"),
        ("1h", "for an hour"),
        ("4h", "for 4 hours"),
        ("1d", "for a day"),
        ("3d", "for 3 days"),
        ("7d", "for a week"),
    ]);
    let known = value.is_empty() || spans.iter().any(|(span, _)| span == value);
    if !known && value.parse::<Span>().is_ok() {
        spans.push((value.to_owned(), format!("for {value}")));
    }
    spans
}

fn chosen(word: &str, label: &str, is: &str) -> Choice {
    (word.to_owned(), label.to_owned(), word == is)
}

fn said(problems: &[Problem], place: &str) -> Option<String> {
    let own = problems.iter().find(|problem| problem.path == place);
    own.map(|problem| problem.message.clone())
}
