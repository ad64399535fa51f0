//! Rules in words: how people read fields, operators, triggers and actions, and a whole rule as one sentence.

use super::action::{Action, Assignee, Recipient, Snooze};
use super::condition::{Condition, Test};
use super::definition::Definition;
use super::explain::Looked;
use super::field::{Field, FieldType};
use super::operator::Operator;
use super::trigger::Trigger;

impl Field {
    /// The groups in which pages and documents list fields, in their order.
    pub const GROUPS: &'static [&'static str] = &[
        "Message",
        "Ticket",
        "Customer",
        "Sender's proof",
        "Time",
        "Who and where",
    ];

    /// The group that it stands in, one of [`Field::GROUPS`], and its name there.
    pub const fn place(&self) -> (&'static str, &'static str) {
        const MESSAGE: &str = "Message";
        const TICKET: &str = "Ticket";
        const CUSTOMER: &str = "Customer";
        const PROOF: &str = "Sender's proof";
        const TIME: &str = "Time";
        const WHO: &str = "Who and where";
        match self {
            Self::Subject => (MESSAGE, "subject"),
            Self::Body => (MESSAGE, "text"),
            Self::From => (MESSAGE, "sender's address"),
            Self::FromDomain => (MESSAGE, "sender's domain"),
            Self::FromName => (MESSAGE, "sender's name"),
            Self::To => (MESSAGE, "addresses in To"),
            Self::Cc => (MESSAGE, "addresses in Cc"),
            Self::ReplyTo => (MESSAGE, "addresses in Reply-To"),
            Self::RecipientCount => (MESSAGE, "number of recipients"),
            Self::AttachmentNames => (MESSAGE, "attachments' names"),
            Self::AttachmentTypes => (MESSAGE, "attachments' types"),
            Self::AttachmentBytes => (MESSAGE, "attachments' size in bytes"),
            Self::AttachmentCount => (MESSAGE, "number of attachments"),
            Self::HasAttachment => (MESSAGE, "has an attachment"),
            Self::Kind => (MESSAGE, "kind of message"),
            Self::Machine => (MESSAGE, "kind of machine that wrote it"),
            Self::MatchedBy => (MESSAGE, "what brought it to its ticket"),
            Self::Held => (MESSAGE, "waits for a person"),
            Self::Header(_) => (MESSAGE, "header"),
            Self::Identity => (PROOF, "sender's identity"),
            Self::Auth => (PROOF, "authentication"),
            Self::AuthDmarc => (PROOF, "DMARC"),
            Self::AuthSpf => (PROOF, "SPF"),
            Self::AuthDkim => (PROOF, "DKIM"),
            Self::Key => (TICKET, "key"),
            Self::Status => (TICKET, "status"),
            Self::Priority => (TICKET, "priority"),
            Self::Category => (TICKET, "category"),
            Self::Tags => (TICKET, "tags"),
            Self::TagCount => (TICKET, "number of tags"),
            Self::Team => (TICKET, "team"),
            Self::Assignee => (TICKET, "assignee"),
            Self::Spam => (TICKET, "is spam"),
            Self::Snoozed => (TICKET, "sleeps"),
            Self::MessageCount => (TICKET, "number of messages"),
            Self::ParticipantCount => (TICKET, "number of participants"),
            Self::Sla => (TICKET, "service levels"),
            Self::SlaBreached => (TICKET, "service level was missed"),
            Self::LastMessageFrom => (TICKET, "side that spoke last"),
            Self::Requester => (CUSTOMER, "address"),
            Self::RequesterDomain => (CUSTOMER, "domain"),
            Self::RequesterName => (CUSTOMER, "name"),
            Self::RequesterBlocked => (CUSTOMER, "is blocked"),
            Self::HoursUntilDue => (TIME, "hours until it is due"),
            Self::BusinessHours => (TIME, "business hours now"),
            Self::Hour => (TIME, "hour of the day"),
            Self::Weekday => (TIME, "day of the week"),
            Self::CreatedAt => (TIME, "moment of creation"),
            Self::UpdatedAt => (TIME, "moment of the last change"),
            Self::LastCustomerMessageAt => (TIME, "moment of the customer's last message"),
            Self::LastAgentMessageAt => (TIME, "moment of the last answer"),
            Self::FirstResponseAt => (TIME, "moment of the first answer"),
            Self::ResolvedAt => (TIME, "moment of resolution"),
            Self::ClosedAt => (TIME, "moment of closing"),
            Self::HoursSinceCreated => (TIME, "hours since creation"),
            Self::HoursSinceUpdated => (TIME, "hours since the last change"),
            Self::HoursSinceCustomer => (TIME, "hours since the customer's last message"),
            Self::HoursSinceAgent => (TIME, "hours since the last answer"),
            Self::HoursSinceResolved => (TIME, "hours since resolution"),
            Self::Mailbox => (WHO, "mailbox"),
            Self::AlsoAddressed => (WHO, "other mailboxes addressed"),
            Self::Plan => (WHO, "plan"),
            Self::Actor => (WHO, "kind of person or program that acted"),
            Self::ActorName => (WHO, "name of who acted"),
        }
    }

    /// How a sentence names it.
    pub fn phrase(&self) -> String {
        let (group, name) = self.place();
        match (self, self.flag(true), group) {
            (Self::Header(name), ..) => format!("the header {name}"),
            (_, Some(said), _) => said.to_owned(),
            (.., "Customer") => format!("the customer's {name}"),
            _ => format!("the {name}"),
        }
    }

    /// What a sentence says where it is true, or false; none for what is more than that.
    pub(super) const fn flag(&self, yes: bool) -> Option<&'static str> {
        Some(match (self, yes) {
            (Self::HasAttachment, true) => "it has an attachment",
            (Self::HasAttachment, false) => "it has no attachment",
            (Self::Held, true) => "it waits for a person",
            (Self::Held, false) => "it does not wait for a person",
            (Self::Spam, true) => "it is spam",
            (Self::Spam, false) => "it is not spam",
            (Self::Snoozed, true) => "it sleeps",
            (Self::Snoozed, false) => "it does not sleep",
            (Self::SlaBreached, true) => "a service level was missed",
            (Self::SlaBreached, false) => "no service level was missed",
            (Self::RequesterBlocked, true) => "the customer is blocked",
            (Self::RequesterBlocked, false) => "the customer is not blocked",
            (Self::BusinessHours, true) => "it is within business hours",
            (Self::BusinessHours, false) => "it is outside business hours",
            _ => return None,
        })
    }

    /// Whether its name is a plural.
    const fn is_plural(&self) -> bool {
        matches!(
            self,
            Self::To
                | Self::Cc
                | Self::ReplyTo
                | Self::AttachmentNames
                | Self::AttachmentTypes
                | Self::Tags
                | Self::Sla
                | Self::AlsoAddressed
        )
    }
}

impl Operator {
    /// How people read it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Is => "is",
            Self::IsNot => "is not",
            Self::In => "is one of",
            Self::NotIn => "is none of",
            Self::Contains => "contains",
            Self::NotContains => "does not contain",
            Self::StartsWith => "starts with",
            Self::EndsWith => "ends with",
            Self::Matches => "matches the pattern",
            Self::Greater => "is more than",
            Self::Less => "is less than",
            Self::Empty => "is empty",
            Self::NotEmpty => "is not empty",
            Self::Changed => "has just changed",
            Self::ChangedFrom => "has just changed from",
            Self::ChangedTo => "has just changed to",
            Self::OlderThan => "is longer ago than",
        }
    }
}

impl Trigger {
    /// How people read it, after "when".
    pub const fn label(self) -> &'static str {
        match self {
            Self::TicketCreated => "a ticket is created",
            Self::TicketUpdated => "a ticket is changed",
            Self::TicketAssigned => "a ticket gets another team or assignee",
            Self::MessageReceived => "a customer writes",
            Self::MessageCreated => "an agent answers",
            Self::NoteAdded => "a note is written",
            Self::MessageHeld => "a message is held",
            Self::TimeIdle => "time passes on a ticket",
            Self::TimeWaiting => "time passes while a ticket waits for its customer",
            Self::SlaWarning => "a service level is close to its limit",
            Self::SlaBreached => "a service level is missed",
        }
    }
}

impl Operator {
    /// How people read it after a plural.
    fn plural(self) -> String {
        let (verb, rest) = self.label().split_once(' ').unwrap_or((self.label(), ""));
        let verb = match verb {
            "is" => "are",
            "does" => "do",
            "has" => "have",
            "matches" => "match",
            other => other.strip_suffix('s').unwrap_or(other),
        };
        format!("{verb} {rest}").trim_end().to_owned()
    }
}

/// A question as part of a sentence.
fn asked(field: &Field, op: Operator, values: &[String]) -> String {
    let said = |yes: bool| field.flag(yes == (op == Operator::Is));
    if let (Operator::Is | Operator::IsNot, [value]) = (op, values)
        && let Some(said) = said(value == "true")
    {
        return said.to_owned();
    }
    let kind = field.kind();
    let values: Vec<String> = match kind {
        FieldType::Text | FieldType::Texts | FieldType::Tags => {
            values.iter().map(|value| format!("“{value}”")).collect()
        }
        _ => values.iter().map(|value| value.replace('_', " ")).collect(),
    };
    let (_, name) = field.place();
    let since = name.strip_prefix("hours ");
    let verb = if field.is_plural() {
        op.plural()
    } else {
        op.label().to_owned()
    };
    match (kind, op, values.as_slice(), since) {
        (_, _, [], _) => format!("{} {verb}", field.phrase()),
        (FieldType::Hours, Operator::Greater | Operator::Less, [value], _) => {
            format!("it {verb} {value} {name}")
        }
        (FieldType::Hours, Operator::OlderThan, [value], Some(since)) => {
            format!("it is more than {value} {since}")
        }
        _ => format!("{} {verb} {}", field.phrase(), listed(&values, "or")),
    }
}

impl Test {
    /// The question as part of a sentence.
    pub fn sentence(&self) -> String {
        self.with(self.op)
    }

    fn with(&self, op: Operator) -> String {
        let values = self.value.each().iter();
        let values: Vec<String> = match self.field.kind() {
            FieldType::Flag => values
                .filter_map(|v| v.flag().map(|f| f.to_string()))
                .collect(),
            _ => values.map(ToString::to_string).collect(),
        };
        asked(&self.field, op, &values)
    }

    /// The opposite as part of a sentence.
    fn denied(&self) -> String {
        match (self.field.kind(), self.op) {
            (FieldType::Flag, Operator::Is) => self.with(Operator::IsNot),
            (FieldType::Flag, Operator::IsNot) => self.with(Operator::Is),
            _ => format!("not: {}", self.sentence()),
        }
    }
}

impl Looked {
    /// What was asked and what was there, for people.
    pub fn sentence(&self) -> String {
        let Self::Test {
            field,
            op,
            wanted,
            seen,
            ..
        } = self
        else {
            return self.to_string();
        };
        let Ok(field) = field.parse::<Field>() else {
            return self.to_string();
        };
        let wanted = Some(wanted.to_string()).filter(|wanted| !wanted.is_empty());
        let asked = asked(&field, *op, wanted.as_slice());
        match (field.kind(), seen.is_empty()) {
            (FieldType::Flag, _) => asked,
            (_, true) => format!("{asked}; there was nothing"),
            (FieldType::Word(_) | FieldType::Rank(_), _) => {
                format!("{asked}; it was {}", seen.replace('_', " "))
            }
            (FieldType::Number | FieldType::Hours, _) => format!("{asked}; it was {seen}"),
            _ => format!("{asked}; it was “{seen}”"),
        }
    }
}

impl Condition {
    /// The condition as part of a sentence; empty if it always holds.
    pub fn sentence(&self) -> String {
        let (members, joint) = match self {
            Self::Test(test) => return test.sentence(),
            Self::All(members) => (members, "and"),
            Self::Any(members) | Self::None(members) => (members, "or"),
        };
        if let (Self::None(_), [Self::Test(test)]) = (self, members.as_slice()) {
            return test.denied();
        }
        let parts: Vec<String> = members
            .iter()
            .map(|member| match member.group() {
                Some((_, [_, _, ..])) => format!("({})", member.sentence()),
                _ => member.sentence(),
            })
            .collect();
        match self {
            Self::None(_) => format!("none of these: {}", parts.join("; ")),
            _ => parts.join(&format!(" {joint} ")),
        }
    }
}

impl Action {
    /// How the editor names each, by its key: what it is given stands behind it, and both read as a sentence.
    pub const PHRASES: &'static [(&'static str, &'static str)] = &[
        ("assign", "assign it to"),
        ("assign_team", "move it to the team"),
        ("priority", "set the priority to"),
        ("status", "set the status to"),
        ("category", "set the category to"),
        ("tag", "add the tag"),
        ("untag", "remove the tag"),
        ("sla", "put it under the service levels"),
        ("canned", "answer with the canned reply"),
        ("note", "write the note"),
        ("notify", "tell"),
        ("webhook", "call the webhook"),
        ("snooze", "let it sleep"),
        ("follow", "let it be followed by"),
        ("spam", "mark it as"),
        ("stop", "look at no later rule"),
    ];

    /// What it does, as part of a sentence.
    pub fn sentence(&self) -> String {
        match self {
            Self::Assign(Assignee::Nobody) => "take it from its assignee".to_owned(),
            Self::Assign(Assignee::Person(address)) => format!("assign it to {address}"),
            Self::Assign(Assignee::RoundRobin(team)) => {
                format!("assign it to the next in turn of {team}")
            }
            Self::Assign(Assignee::LeastLoaded(team)) => {
                format!("assign it to whoever of {team} has the fewest tickets")
            }
            Self::Assign(Assignee::Available(team)) => {
                format!("assign it to whoever of {team} has the most room")
            }
            Self::AssignTeam(None) => "take it from its team".to_owned(),
            Self::AssignTeam(Some(team)) => format!("move it to {team}"),
            Self::Priority(priority) => format!("set the priority to {priority}"),
            Self::Status(status) => format!("set the status to {}", status.label().to_lowercase()),
            Self::Category(None) => "take its category away".to_owned(),
            Self::Category(Some(category)) => format!("set the category to {category}"),
            Self::Tag(tag) => format!("add the tag {tag}"),
            Self::Untag(tag) => format!("remove the tag {tag}"),
            Self::Sla(policy) => format!("put it under the service levels {policy}"),
            Self::Canned(name) => format!("answer with “{name}”"),
            Self::Note(_) => "write a note".to_owned(),
            Self::Notify(whom) => format!("tell {}", told(whom)),
            Self::Webhook(url) => format!("call {url}"),
            Self::Snooze(Snooze::UntilReply) => "let it sleep until an answer".to_owned(),
            Self::Snooze(Snooze::For(span)) => format!("let it sleep for {span}"),
            Self::Follow(address) => format!("make {address} follow it"),
            Self::Spam(true) => "mark it as spam".to_owned(),
            Self::Spam(false) => "mark it as no spam".to_owned(),
            Self::Stop => "look at no later rule".to_owned(),
        }
    }
}

fn told(whom: &Recipient) -> String {
    match whom {
        Recipient::Assignee => "its assignee".to_owned(),
        Recipient::Team => "its team".to_owned(),
        Recipient::Followers => "its followers".to_owned(),
        Recipient::Admins => "the admins".to_owned(),
        Recipient::Owners => "the owners".to_owned(),
        Recipient::Channel => "the push channel".to_owned(),
        Recipient::TeamNamed(team) => format!("the team {team}"),
        Recipient::Person(address) => address.to_string(),
    }
}

/// What a version of a rule says.
#[derive(Debug, Clone, Copy)]
pub struct Said<'a> {
    /// What it is called.
    pub name: &'a str,
    /// Whether it looks at all.
    pub active: bool,
    /// When it looks, what it asks, what it does.
    pub definition: &'a Definition,
}

impl Said<'_> {
    /// What differs from an earlier version, a line for each part.
    pub fn differences(&self, was: &Self) -> Vec<String> {
        let mut lines = Vec::new();
        if was.name != self.name {
            lines.push(format!("name: {} → {}", was.name, self.name));
        }
        if was.active != self.active {
            let said = if self.active {
                "switched on"
            } else {
                "switched off"
            };
            lines.push(said.to_owned());
        }
        lines.extend(self.definition.differences(was.definition));
        lines
    }
}

impl Definition {
    /// The whole rule as one sentence.
    pub fn sentence(&self) -> String {
        let on: Vec<String> = self.on.iter().map(|on| on.label().to_owned()).collect();
        let then: Vec<String> = self.then.iter().map(Action::sentence).collect();
        let when = self.when.sentence();
        let condition = match &self.when {
            _ if when.is_empty() => String::new(),
            Condition::Any(members) if members.len() > 1 => format!(", and either {when}"),
            _ => format!(", and {when}"),
        };
        format!(
            "When {}{condition}: {}.",
            listed(&on, "or"),
            listed(&then, "and")
        )
    }

    /// What differs from an earlier version, a line for each part.
    pub fn differences(&self, was: &Self) -> Vec<String> {
        let mut lines = Vec::new();
        let triggers = |definition: &Self| -> Vec<String> {
            let labels = definition.on.iter().map(|on| on.label().to_owned());
            labels.collect()
        };
        compare(&mut lines, "looks when", &triggers(was), &triggers(self));
        let conditions = |definition: &Self| -> Vec<String> {
            match &definition.when {
                Condition::All(members) => members.iter().map(Condition::sentence).collect(),
                other => vec![other.sentence()],
            }
        };
        compare(&mut lines, "asks", &conditions(was), &conditions(self));
        let actions = |definition: &Self| -> Vec<String> {
            definition.then.iter().map(Action::sentence).collect()
        };
        compare(&mut lines, "does", &actions(was), &actions(self));
        lines
    }
}

fn compare(lines: &mut Vec<String>, what: &str, was: &[String], is: &[String]) {
    let before = lines.len();
    lines.extend(
        is.iter()
            .filter(|part| !was.contains(part))
            .map(|part| format!("{what}, new: {part}")),
    );
    lines.extend(
        was.iter()
            .filter(|part| !is.contains(part))
            .map(|part| format!("{what} no longer: {part}")),
    );
    if was != is && lines.len() == before {
        lines.push(format!("{what}: in another order"));
    }
}

/// "a", "a or b", "a, b or c".
fn listed(parts: &[String], joint: &str) -> String {
    match parts {
        [] => "nothing".to_owned(),
        [only] => only.clone(),
        [rest @ .., last] => format!("{} {joint} {last}", rest.join(", ")),
    }
}
