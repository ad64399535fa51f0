//! What earlier rules of the same pass have planned, laid over the facts so that later rules see it.

use std::borrow::Cow;

use super::action::{Action, Assignee};
use super::facts::TicketFacts;
use super::field::Field;
use crate::domain::ticket::{Priority, Status};

/// A name that a rule may have set or taken away.
#[derive(Debug, Default)]
pub(super) enum Name {
    /// No rule of this pass has touched it.
    #[default]
    AsItIs,
    /// A rule set it.
    Set(String),
    /// A rule took it away.
    Taken,
}

impl Name {
    /// What a rule planned, or else what is known from the facts.
    pub(super) fn or<'f>(&self, known: Option<&'f str>) -> Option<Cow<'f, str>> {
        match self {
            Self::AsItIs => known.map(Cow::Borrowed),
            Self::Set(name) => Some(Cow::Owned(name.clone())),
            Self::Taken => None,
        }
    }
}

impl From<Option<String>> for Name {
    fn from(name: Option<String>) -> Self {
        name.map_or(Self::Taken, Self::Set)
    }
}

/// The planned values; absent means as in the facts.
#[derive(Debug, Default)]
pub(super) struct Overlay {
    pub status: Option<Status>,
    pub priority: Option<Priority>,
    pub category: Name,
    pub tags: Option<Vec<String>>,
    pub team: Name,
    /// Where a team's member is still to be chosen, the choice as it was written: `round_robin:Billing`.
    pub assignee: Name,
    pub sla: Name,
    pub spam: Option<bool>,
}

impl Overlay {
    /// Takes in a planned action; returns the fields that later rules see differently.
    pub(super) fn plan(&mut self, action: &Action, ticket: &TicketFacts<'_>) -> &'static [Field] {
        match action {
            Action::Status(status) => self.status = Some(*status),
            Action::Priority(priority) => self.priority = Some(*priority),
            Action::Category(category) => self.category = category.clone().into(),
            Action::AssignTeam(team) => self.team = team.clone().into(),
            Action::Assign(Assignee::Nobody) => self.assignee = Name::Taken,
            Action::Assign(assignee) => self.assignee = Name::Set(assignee.to_string()),
            Action::Sla(policy) => self.sla = Name::Set(policy.clone()),
            Action::Spam(spam) => self.spam = Some(*spam),
            Action::Tag(tag) => {
                let tags = self.tags.get_or_insert_with(|| planned_tags(ticket));
                if !tags.iter().any(|known| same(known, tag)) {
                    tags.push(tag.clone());
                }
            }
            Action::Untag(tag) => {
                let tags = self.tags.get_or_insert_with(|| planned_tags(ticket));
                tags.retain(|known| !same(known, tag));
            }
            Action::Canned(_)
            | Action::Note(_)
            | Action::Notify(_)
            | Action::Webhook(_)
            | Action::Snooze(_)
            | Action::Follow(_)
            | Action::Stop => {}
        }
        touched(action)
    }
}

fn planned_tags(ticket: &TicketFacts<'_>) -> Vec<String> {
    ticket.tags.iter().map(ToString::to_string).collect()
}

fn same(a: &str, b: &str) -> bool {
    a.to_lowercase() == b.to_lowercase()
}

const fn touched(action: &Action) -> &'static [Field] {
    match action {
        Action::Status(_) => &[Field::Status],
        Action::Priority(_) => &[Field::Priority],
        Action::Category(_) => &[Field::Category],
        Action::AssignTeam(_) => &[Field::Team],
        Action::Assign(_) => &[Field::Assignee],
        Action::Sla(_) => &[Field::Sla],
        Action::Spam(_) => &[Field::Spam],
        Action::Tag(_) | Action::Untag(_) => &[Field::Tags, Field::TagCount],
        _ => &[],
    }
}
