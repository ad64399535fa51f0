//! The rule editor's form: what was posted becomes a tree of groups and questions, buttons change the tree, and the
//! tree becomes a rule. Everything happens on the server, so that the editor works without JavaScript.
//!
//! Names say where a field stands: `when` is the kind of the outermost group, `when.0.field` the field of its first
//! question, `when.1` the kind of a group inside it, `then.0.key` the first action.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use crate::domain::rules::{
    Action, Condition, Definition, Field, FieldType, Operator, Rule, Scalar, Takes, limits,
};
use crate::domain::sla::Problem;

/// A rule in the editor.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RuleForm {
    pub name: String,
    pub active: bool,
    /// The version that the form was made from; 0 for a new rule.
    pub version: i64,
    pub on: Vec<String>,
    pub when: Group,
    pub then: Vec<Does>,
    /// What a try goes over: a number of days, or a ticket's key.
    pub over: String,
}

/// What a try goes over if nobody says anything, in days.
pub(super) const USUAL_DAYS: &str = "30";

/// A group of conditions.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Group {
    /// `all`, `any` or `none`.
    pub kind: String,
    pub members: Vec<Member>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Member {
    Asks(Asks),
    Group(Group),
}

/// One question.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Asks {
    pub field: String,
    /// The header's name, where the field is a header.
    pub header: String,
    pub op: String,
    pub value: String,
}

/// One action.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Does {
    pub key: String,
    pub value: String,
}

/// What a button of the form asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Button {
    Save,
    Test,
    Remove,
    /// The form was changed in place and is shown again.
    Again,
}

/// The form has a field that it should not have.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Strange;

impl RuleForm {
    /// What a new rule begins with.
    pub fn blank() -> Self {
        Self {
            name: String::new(),
            active: true,
            version: 0,
            on: vec!["ticket.created".to_owned()],
            when: Group {
                kind: "all".to_owned(),
                members: vec![Member::Asks(Asks::usual())],
            },
            then: vec![Does {
                key: "assign_team".to_owned(),
                value: String::new(),
            }],
            over: USUAL_DAYS.to_owned(),
        }
    }

    /// A rule as it is.
    pub fn of(rule: &Rule) -> Self {
        let on = rule.definition.on.iter().map(ToString::to_string);
        let then = rule.definition.then.iter().map(|action| Does {
            key: action.key().to_owned(),
            value: action.value().to_string(),
        });
        Self {
            name: rule.name.clone(),
            active: rule.active,
            version: rule.version,
            on: on.collect(),
            when: match Member::of(&rule.definition.when) {
                Member::Group(group) => group,
                asks @ Member::Asks(_) => Group {
                    kind: "all".to_owned(),
                    members: vec![asks],
                },
            },
            then: then.collect(),
            over: USUAL_DAYS.to_owned(),
        }
    }

    /// What was posted, with what the pressed button did to it.
    pub fn read(pairs: Vec<(String, String)>) -> Result<(Self, Button), Strange> {
        let mut on = Vec::new();
        let mut fields = BTreeMap::new();
        for (name, value) in pairs {
            match name.as_str() {
                "on" => on.push(value),
                "name" | "active" | "version" | "over" | "do" => {
                    fields.insert(name, value);
                }
                _ if name.starts_with("when") || name.starts_with("then.") => {
                    fields.insert(name, value);
                }
                _ => return Err(Strange),
            }
        }
        let take = |name: &str| fields.get(name).cloned().unwrap_or_default();
        let mut form = Self {
            name: take("name"),
            active: fields.contains_key("active"),
            version: take("version").parse().unwrap_or(0),
            on,
            when: Group::read(&fields, "when", 0),
            then: (0..=limits::ACTIONS)
                .map_while(|at| {
                    Some(Does {
                        key: fields.get(&format!("then.{at}.key"))?.clone(),
                        value: take(&format!("then.{at}.value")),
                    })
                })
                .collect(),
            over: fields
                .get("over")
                .map_or(USUAL_DAYS, |over| over.trim())
                .to_owned(),
        };
        let button = form.press(&take("do"));
        Ok((form, button))
    }

    /// Does what a button says.
    fn press(&mut self, button: &str) -> Button {
        let (word, place) = button.split_once(':').unwrap_or((button, ""));
        match word {
            "save" => return Button::Save,
            "test" => return Button::Test,
            "remove" => return Button::Remove,
            "add" if place == "then" => self.then.push(Does {
                key: "tag".to_owned(),
                value: String::new(),
            }),
            "drop" | "up" | "down" if place.starts_with("then.") => {
                if let Ok(at) = place["then.".len()..].parse() {
                    self.shift(at, word);
                }
            }
            "add" | "group" => {
                if let Some(group) = self.when.at(place) {
                    group.members.push(if word == "add" {
                        Member::Asks(Asks::usual())
                    } else {
                        Member::Group(Group {
                            kind: "any".to_owned(),
                            members: vec![Member::Asks(Asks::usual())],
                        })
                    });
                }
            }
            "drop" => {
                if let Some((outer, at)) = place.rsplit_once('.')
                    && let (Some(group), Ok(at)) = (self.when.at(outer), at.parse::<usize>())
                    && at < group.members.len()
                {
                    group.members.remove(at);
                }
            }
            _ => {}
        }
        Button::Again
    }

    fn shift(&mut self, at: usize, word: &str) {
        let last = self.then.len().saturating_sub(1);
        match word {
            "drop" if at <= last && !self.then.is_empty() => {
                self.then.remove(at);
            }
            "up" if at > 0 && at <= last => self.then.swap(at, at - 1),
            "down" if at < last => self.then.swap(at, at + 1),
            _ => {}
        }
    }

    /// The rule that it says, or what is wrong, each with the place of its row.
    pub fn definition(&self) -> Result<Definition, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut then = Vec::new();
        for (at, does) in self.then.iter().enumerate() {
            match does.action() {
                Ok(action) => then.push(action),
                Err(message) => problems.push(Problem {
                    path: format!("then.{at}"),
                    message,
                }),
            }
        }
        let when = self.when.condition("when", &mut problems);
        let on = self.on.iter().filter_map(|word| word.parse().ok());
        let definition = Definition {
            on: on.collect(),
            when,
            then,
        };
        // Places of actions are only right while all of them could be read.
        if problems.is_empty() {
            problems = placed(definition.check());
        }
        if problems.is_empty() {
            Ok(definition)
        } else {
            Err(problems)
        }
    }
}

/// Problems by the names of rows: `when.any[1].all[0].value` becomes `when.1.0`.
pub(super) fn placed(problems: Vec<Problem>) -> Vec<Problem> {
    let row = |path: &str| {
        let mut out = path.split('.').next().unwrap_or_default().to_owned();
        if let Some((list, _)) = out.clone().split_once('[') {
            list.clone_into(&mut out);
        }
        for part in path.split('[').skip(1) {
            let number = part.split(']').next().unwrap_or_default();
            out.push('.');
            out.push_str(number);
        }
        out
    };
    problems
        .into_iter()
        .map(|problem| Problem {
            path: row(&problem.path),
            ..problem
        })
        .collect()
}

impl Group {
    fn read(fields: &BTreeMap<String, String>, path: &str, depth: usize) -> Self {
        let kind = fields.get(path).map_or("all", String::as_str);
        let kind = match kind {
            "any" | "none" => kind,
            _ => "all",
        };
        let members = (0..=limits::CONDITIONS).map_while(|at| {
            let path = format!("{path}.{at}");
            if let Some(field) = fields.get(&format!("{path}.field")) {
                let take = |name: &str| {
                    let name = format!("{path}.{name}");
                    fields.get(&name).cloned().unwrap_or_default()
                };
                return Some(Member::Asks(Asks {
                    field: field.clone(),
                    header: take("header"),
                    op: take("op"),
                    value: take("value"),
                }));
            }
            (fields.contains_key(&path) && depth <= limits::NESTING)
                .then(|| Member::Group(Self::read(fields, &path, depth + 1)))
        });
        Self {
            kind: kind.to_owned(),
            members: members.collect(),
        }
    }

    /// The group at a place such as `when.1.0`.
    fn at(&mut self, place: &str) -> Option<&mut Self> {
        let mut parts = place.split('.');
        if parts.next() != Some("when") {
            return None;
        }
        parts.try_fold(self, |group, part| {
            match group.members.get_mut(part.parse::<usize>().ok()?)? {
                Member::Group(inner) => Some(inner),
                Member::Asks(_) => None,
            }
        })
    }

    fn condition(&self, path: &str, problems: &mut Vec<Problem>) -> Condition {
        let members: Vec<Condition> = self
            .members
            .iter()
            .enumerate()
            .filter_map(|(at, member)| {
                let path = format!("{path}.{at}");
                match member {
                    Member::Group(group) => Some(group.condition(&path, problems)),
                    Member::Asks(asks) => match asks.condition() {
                        Ok(condition) => Some(condition),
                        Err(message) => {
                            problems.push(Problem { path, message });
                            None
                        }
                    },
                }
            })
            .collect();
        match self.kind.as_str() {
            "any" => Condition::Any(members),
            "none" => Condition::None(members),
            _ => Condition::All(members),
        }
    }
}

impl Member {
    fn of(condition: &Condition) -> Self {
        match (condition.group(), condition) {
            (Some((kind, members)), _) => Self::Group(Group {
                kind: kind.to_owned(),
                members: members.iter().map(Self::of).collect(),
            }),
            (None, Condition::Test(test)) => {
                let (field, header) = match &test.field {
                    Field::Header(name) => ("header".to_owned(), name.clone()),
                    known => (known.to_string(), String::new()),
                };
                Self::Asks(Asks {
                    field,
                    header,
                    op: test.op.to_string(),
                    value: test.value.to_string(),
                })
            }
            (None, _) => Self::Asks(Asks::usual()),
        }
    }
}

impl Asks {
    fn usual() -> Self {
        Self {
            field: "subject".to_owned(),
            op: "contains".to_owned(),
            ..Self::default()
        }
    }

    /// The field, if it is one.
    pub fn field(&self) -> Option<Field> {
        if self.field == "header" {
            let name = self.header.trim().to_lowercase();
            let named = format!("header.{name}").parse().ok();
            return named.or_else(|| Some(Field::Header("name".to_owned())));
        }
        self.field.parse().ok()
    }

    /// The operator, if it fits the field; else the first that does.
    pub fn op(&self) -> Option<Operator> {
        let field = self.field()?;
        Operator::for_field(&field)
            .find(|op| op.as_str() == self.op)
            .or_else(|| Operator::for_field(&field).next())
    }

    fn condition(&self) -> Result<Condition, String> {
        let field = if self.field == "header" {
            format!("header.{}", self.header.trim())
        } else {
            self.field.clone()
        };
        let field: Field = field
            .parse()
            .map_err(|_| "choose what is asked about; a header needs its name".to_owned())?;
        let op = self.op().ok_or("choose how it is compared")?;
        let text = self.value.trim();
        if text.is_empty() && op.takes() != Takes::Nothing {
            return Err("this is not filled in yet".to_owned());
        }
        let value = match (op.takes(), field.kind()) {
            (Takes::Nothing, _) => Json::Null,
            (Takes::Many, _) => {
                let parts = text.split([',', '\n']).map(str::trim);
                parts.filter(|part| !part.is_empty()).collect()
            }
            // Blanks around a part of a text may mean something.
            (Takes::One, FieldType::Text | FieldType::Texts) => json!(self.value),
            (Takes::One, _) => json!(text),
        };
        let mut written = json!({ "field": field.to_string(), "op": op.as_str() });
        if !value.is_null() {
            written["value"] = value;
        }
        serde_json::from_value(written).map_err(|error| error.to_string())
    }
}

impl Does {
    fn action(&self) -> Result<Action, String> {
        if self.value.trim().is_empty() && self.key != "stop" {
            return Err("this is not filled in yet".to_owned());
        }
        let value = match (self.key.as_str(), self.value.trim()) {
            ("stop", _) => Scalar::Flag(true),
            (_, text) => Scalar::Text(text.to_owned()),
        };
        match (self.key.as_str(), &value) {
            ("spam", Scalar::Text(text)) => Action::read("spam", &Scalar::Flag(text != "false")),
            (key, value) => Action::read(key, value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Vec<(String, String)> {
        url::form_urlencoded::parse(text.as_bytes())
            .into_owned()
            .collect()
    }

    const POSTED: &str = "name=VIP&active=on&version=3&on=ticket.created&on=message.received&when=any\
        &when.0.field=subject&when.0.op=contains&when.0.value=invoice\
        &when.1=all&when.1.0.field=header&when.1.0.header=X-Spam&when.1.0.op=empty\
        &when.1.1.field=priority&when.1.1.op=in&when.1.1.value=high, urgent\
        &then.0.key=tag&then.0.value=vip&then.1.key=stop&then.1.value=";

    #[test]
    fn a_posted_form_is_the_rule_that_it_shows() {
        let (form, button) = RuleForm::read(pairs(&format!("{POSTED}&do=save"))).unwrap();
        assert_eq!(button, Button::Save);
        let definition = form.definition().unwrap();
        let expected = json!({
            "on": ["ticket.created", "message.received"],
            "when": { "any": [
                { "field": "subject", "op": "contains", "value": "invoice" },
                { "all": [
                    { "field": "header.x-spam", "op": "empty" },
                    { "field": "priority", "op": "in", "value": ["high", "urgent"] },
                ] },
            ] },
            "then": [{ "tag": "vip" }, { "stop": true }],
        });
        assert_eq!(serde_json::to_value(&definition).unwrap(), expected);
        let rule = Rule {
            id: crate::domain::ids::RuleId(uuid::Uuid::nil()),
            name: "VIP".into(),
            version: 3,
            position: 1,
            active: true,
            definition: definition.clone(),
        };
        assert_eq!(RuleForm::of(&rule).definition().unwrap(), definition);
    }

    #[test]
    fn buttons_add_and_take_away_rows_wherever_they_stand() {
        let press = |button: &str| RuleForm::read(pairs(&format!("{POSTED}&do={button}"))).unwrap();
        let (added, again) = press("add:when.1");
        assert_eq!(again, Button::Again);
        let Member::Group(inner) = &added.when.members[1] else {
            panic!()
        };
        assert_eq!(inner.members.len(), 3);
        assert_eq!(press("group:when").0.when.members.len(), 3);
        assert_eq!(press("drop:when.1").0.when.members.len(), 1);
        let dropped = press("drop:when.1.0").0;
        let Member::Group(inner) = &dropped.when.members[1] else {
            panic!()
        };
        assert_eq!(inner.members.len(), 1);
        assert_eq!(press("add:then").0.then.len(), 3);
        assert_eq!(press("drop:then.0").0.then[0].key, "stop");
        assert_eq!(press("down:then.0").0.then[1].key, "tag");
        for nonsense in [
            "drop:when.9",
            "drop:then.9",
            "add:when.0",
            "up:then.0",
            "add:what",
        ] {
            assert_eq!(press(nonsense).0, press("again").0, "{nonsense}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_beside_its_row() {
        let broken = POSTED
            .replace("value=invoice", "value=")
            .replace("high, urgent", "huge")
            .replace("then.0.value=vip", "then.0.value=");
        let places = |form: &str| -> Vec<String> {
            let (form, _) = RuleForm::read(pairs(form)).unwrap();
            let problems = form.definition().unwrap_err();
            problems.into_iter().map(|problem| problem.path).collect()
        };
        assert_eq!(places(&broken), ["then.0", "when.0"]);
        let broken = broken
            .replace("then.0.value=", "then.0.value=vip")
            .replace("0.op=contains", "0.op=matches")
            .replace("0.value=&", "0.value=(&");
        assert_eq!(places(&broken), ["when.0", "when.1.1"]);
    }

    #[test]
    fn a27_a_field_that_the_form_does_not_have_is_refused() {
        assert_eq!(RuleForm::read(pairs("role=owner")), Err(Strange));
    }
}
