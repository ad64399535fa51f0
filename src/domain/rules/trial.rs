//! A draft of a rule tried on what was: what it would have done, next to what became of the tickets.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::action::{Action, Assignee};
use super::compile::RuleSet;
use super::explain::RuleRun;
use super::facts::{Facts, TicketFacts};
use super::field::Field;
use super::trigger::Trigger;

/// What a draft would have done.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Trial {
    /// How many events it would have looked at.
    pub looked: usize,
    /// On how many tickets those were.
    pub tickets: usize,
    /// On which it would have acted, the newest first.
    pub acts: Vec<Act>,
    /// What cannot be known about the past, as sentences.
    pub unknown: Vec<String>,
}

/// One act that a draft would have done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Act {
    /// The ticket, by its key.
    pub ticket: String,
    /// Its subject.
    pub subject: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Because of which event.
    pub on: Trigger,
    /// What it saw, and what it would have done.
    pub run: RuleRun,
    /// Each of its actions, next to how that stands today.
    pub effects: Vec<Effect>,
}

/// An action of a draft next to what is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Effect {
    /// What it would have done, as part of a sentence; or that it would have been skipped, and why.
    pub would: String,
    /// Whether it would have been skipped.
    pub skipped: bool,
    /// What is there today; absent where the ticket does not tell.
    pub today: Option<String>,
    /// Whether it is so today without the rule.
    pub agrees: bool,
}

impl Effect {
    /// An action next to the ticket as it is today.
    pub fn of(action: &Action, today: &TicketFacts<'_>) -> Self {
        let word = |known: Option<&str>| known.unwrap_or("none").to_owned();
        let (is, agrees) = match action {
            Action::Assign(Assignee::Nobody) => {
                let is = today.assignee.as_deref();
                (Some(word(is)), is.is_none())
            }
            Action::Assign(Assignee::Person(address)) => {
                let is = today.assignee.as_deref();
                (Some(word(is)), is == Some(address.as_str()))
            }
            Action::Assign(_) => (Some(word(today.assignee.as_deref())), false),
            Action::AssignTeam(team) => same(team.as_deref(), today.team.as_deref()),
            Action::Category(category) => same(category.as_deref(), today.category.as_deref()),
            Action::Sla(policy) => same(Some(policy), today.sla.as_deref()),
            Action::Priority(priority) => (
                Some(today.priority.to_string()),
                *priority == today.priority,
            ),
            Action::Status(status) => (Some(today.status.to_string()), *status == today.status),
            Action::Spam(spam) => {
                let is = if today.spam { "spam" } else { "no spam" };
                (Some(is.to_owned()), *spam == today.spam)
            }
            Action::Tag(tag) | Action::Untag(tag) => {
                let tag = tag.to_lowercase();
                let there = today.tags.iter().any(|known| **known == *tag);
                let wanted = matches!(action, Action::Tag(_));
                let is = if there { "tagged" } else { "not tagged" };
                (Some(is.to_owned()), there == wanted)
            }
            _ => (None, false),
        };
        Self {
            would: action.sentence(),
            skipped: false,
            today: is,
            agrees,
        }
    }

    /// An action that would have been skipped.
    fn skipped(action: &Action, why: &str) -> Self {
        Self {
            would: format!("{} (would have been skipped: {why})", action.sentence()),
            skipped: true,
            today: None,
            agrees: false,
        }
    }
}

fn same(wanted: Option<&str>, is: Option<&str>) -> (Option<String>, bool) {
    let lower = |text: Option<&str>| text.map(str::to_lowercase);
    let agrees = lower(wanted) == lower(is);
    (Some(is.unwrap_or("none").to_owned()), agrees)
}

impl Trial {
    /// Lets the draft look at one moment of a ticket's past. True if it would have acted. `skips` says why an action could
    /// not have been done then.
    pub fn look(
        &mut self,
        draft: &RuleSet,
        on: Trigger,
        facts: &Facts<'_>,
        today: &TicketFacts<'_>,
        skips: &mut dyn FnMut(&Action) -> Option<String>,
    ) -> bool {
        let outcome = draft.evaluate(on, facts);
        self.looked += outcome.looked;
        let Some(run) = outcome.explanation.into_iter().next() else {
            return false;
        };
        let effects = run.actions.iter().map(|action| match skips(action) {
            Some(why) => Effect::skipped(action, &why),
            None => Effect::of(action, today),
        });
        let effects = effects.collect();
        self.acts.push(Act {
            ticket: facts.ticket.key.to_string(),
            subject: facts.ticket.subject.to_string(),
            at: facts.now,
            on,
            run,
            effects,
        });
        true
    }

    /// Each thing that it would have done, on how many tickets, and on how many of them it is so today.
    pub fn sums(&self) -> Vec<(String, usize, usize)> {
        let mut sums: BTreeMap<&str, BTreeMap<&str, bool>> = BTreeMap::new();
        for act in &self.acts {
            for effect in &act.effects {
                let tickets = sums.entry(&effect.would).or_default();
                *tickets.entry(&act.ticket).or_default() |= effect.agrees;
            }
        }
        let mut sums: Vec<_> = sums
            .into_iter()
            .map(|(would, tickets)| {
                let agree = tickets.values().filter(|agrees| **agrees).count();
                (would.to_owned(), tickets.len(), agree)
            })
            .collect();
        sums.sort_by_key(|(_, tickets, _)| std::cmp::Reverse(*tickets));
        sums
    }

    /// The whole in sentences: on how many tickets it would have acted, then each thing that it would have done. `span` is
    /// what was looked at: `the last 30 days`.
    pub fn sentences(&self, span: &str) -> Vec<String> {
        let tickets = counted(self.tickets, "ticket", "tickets");
        let mut acted: Vec<&str> = self.acts.iter().map(|act| &*act.ticket).collect();
        acted.sort_unstable();
        acted.dedup();
        let first = match (self.looked, acted.len()) {
            (0, _) => format!(
                "In {span} nothing happened at which this rule looks; {tickets} were gone through."
            ),
            (looked, 0) => {
                let looks = counted(looked, "time", "times");
                format!(
                    "In {span} this rule would have acted on no ticket. It would have looked {looks} at {tickets}."
                )
            }
            (_, acted) => {
                format!("In {span} this rule would have acted on {acted} of {tickets}.")
            }
        };
        let sums = self.sums().into_iter().map(|(would, tickets, agree)| {
            let anyway = match (tickets, agree) {
                (_, 0) => String::new(),
                (1, _) => "; it is so today anyway".to_owned(),
                _ if agree == tickets => "; all of them are so today anyway".to_owned(),
                (_, 1) => "; 1 of them is so today anyway".to_owned(),
                _ => format!("; {agree} of them are so today anyway"),
            };
            let tickets = counted(tickets, "ticket", "tickets");
            format!("On {tickets} it would {would}{anyway}.")
        });
        std::iter::once(first).chain(sums).collect()
    }

    /// The same in one line.
    pub fn sentence(&self, span: &str) -> String {
        self.sentences(span).join(" ")
    }

    /// Notes what a draft asks for and the past does not tell.
    pub fn say_what_is_unknown(&mut self, draft: &RuleSet) {
        let told: &[(&[Field], &str)] = &[
            (
                &[Field::HoursUntilDue],
                "When a service level was due at that time is not kept: “hours until it is due” is taken as empty.",
            ),
            (
                &[Field::BusinessHours],
                "Business hours are those of the calendar as it is today.",
            ),
            (
                &[Field::Plan, Field::Mailbox, Field::AlsoAddressed],
                "Plan and mailboxes are taken as they are today.",
            ),
            (
                &[
                    Field::RequesterName,
                    Field::RequesterBlocked,
                    Field::Requester,
                    Field::RequesterDomain,
                ],
                "The customer's name, address and whether they are blocked are taken as they are today.",
            ),
            (
                &[Field::ParticipantCount],
                "Who took part is taken as it is today.",
            ),
            (
                &[Field::Snoozed],
                "Whether a ticket slept at that time is not kept: it is taken as awake.",
            ),
        ];
        for (fields, sentence) in told {
            if fields.iter().any(|field| draft.asks(field)) {
                self.unknown.push((*sentence).to_owned());
            }
        }
    }
}

fn counted(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
