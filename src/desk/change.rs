//! Changing a ticket's fields: one function, whoever wants it. Each field that really changes is a line of the
//! timeline with its old and its new value.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::desk::actions::{self, Choice};
use crate::desk::case::Case;
use crate::desk::clocks;
use crate::desk::hand::Hand;
use crate::desk::notices;
use crate::desk::react::{self, Cause};
use crate::desk::tell::Occasion;
use crate::desk::{Desk, DeskError, Who};
use crate::domain::event::{Actor, EventType};
use crate::domain::ids::{PolicyId, TeamId, TicketId, UserId};
use crate::domain::person::Assignment;
use crate::domain::rules::{Changed, Field, Trigger};
use crate::domain::sla::What;
use crate::domain::ticket::{Change, Status};

impl Desk {
    /// Changes a ticket in the name of a person or program.
    pub async fn change(
        &self,
        who: &Who,
        ticket: TicketId,
        wanted: Change,
    ) -> Result<(), DeskError> {
        self.with_case(who.tenant, ticket, |hand, case| {
            check(hand, &wanted)?;
            apply(hand, case, &wanted, &who.actor(), 0);
            Ok(())
        })
        .await
    }
}

/// Refuses what makes no sense for this tenant.
pub fn check(hand: &Hand<'_>, wanted: &Change) -> Result<(), DeskError> {
    let office = hand.office;
    if let Some(Some(category)) = &wanted.category
        && !office.tenant.settings.categories.contains(category)
    {
        let known = office.tenant.settings.categories.join(", ");
        return Err(DeskError::invalid(
            "category",
            format!("{category:?} is not one of {known}"),
        ));
    }
    if let Some(Some(team)) = wanted.team
        && office.team(team).is_none()
    {
        return Err(DeskError::invalid("team", "there is no such team"));
    }
    if let Some(Some(user)) = wanted.assignee
        && !office
            .person(user)
            .is_some_and(crate::domain::person::Membership::works)
    {
        return Err(DeskError::invalid(
            "assignee",
            "this person does not work on tickets here",
        ));
    }
    if let Some(subject) = &wanted.subject
        && (subject.trim().is_empty() || subject.chars().count() > 500)
    {
        return Err(DeskError::invalid(
            "subject",
            "expected 1 to 500 characters",
        ));
    }
    if let Some(tags) = &wanted.tags
        && (tags.len() > 50
            || tags
                .iter()
                .any(|t| t.trim().is_empty() || t.chars().count() > 60 || t.contains(',')))
    {
        return Err(DeskError::invalid(
            "tags",
            "expected at most 50 tags of 1 to 60 characters without commas",
        ));
    }
    Ok(())
}

/// Changes a ticket in hand. `chain` is how many rules stand between a person and this change.
pub fn apply(hand: &mut Hand<'_>, case: &mut Case, wanted: &Change, actor: &Actor, chain: u8) {
    let mut changing = Changing {
        hand,
        case,
        actor,
        changes: Vec::new(),
    };
    changing.describe(wanted);
    changing.hand_over(wanted);
    if let Some(status) = wanted.status {
        changing.set_status(status);
    }
    let Changing {
        hand,
        case,
        changes,
        ..
    } = changing;
    if changes.is_empty() {
        return;
    }
    touch(hand, case);
    let what = if wanted.spam == Some(true) {
        What::Withdrawn {
            because: "it is spam",
        }
    } else {
        What::Changed
    };
    clocks::happened(hand, case, what, chain);
    let mut cause = Cause {
        trigger: Trigger::TicketUpdated,
        actor,
        changes: &changes,
        chain,
    };
    react::after(hand, case, &cause, None);
    if changes
        .iter()
        .any(|c| matches!(c.field, Field::Team | Field::Assignee))
    {
        cause.trigger = Trigger::TicketAssigned;
        react::after(hand, case, &cause, None);
    }
}

/// A ticket while its fields change: every one that really does leaves a line and a fact for the rules.
struct Changing<'a, 'h> {
    hand: &'a mut Hand<'h>,
    case: &'a mut Case,
    actor: &'a Actor,
    changes: Vec<Changed<'static>>,
}

impl Changing<'_, '_> {
    /// What it is about and how much it hurries.
    fn describe(&mut self, wanted: &Change) {
        if let Some(subject) = &wanted.subject {
            let old = std::mem::replace(&mut self.case.ticket.subject, subject.clone());
            self.note(
                (Field::Subject, "subject"),
                Some(old),
                Some(subject.clone()),
            );
        }
        if let Some(priority) = wanted.priority {
            let old = std::mem::replace(&mut self.case.ticket.priority, priority);
            let (from, to) = (old.to_string(), priority.to_string());
            self.note((Field::Priority, "priority"), Some(from), Some(to));
        }
        if let Some(category) = &wanted.category {
            let old = std::mem::replace(&mut self.case.ticket.category, category.clone());
            self.note((Field::Category, "category"), old, category.clone());
        }
        if let Some(tags) = &wanted.tags {
            self.retag(tags);
        }
        if let Some(spam) = wanted.spam {
            let old = std::mem::replace(&mut self.case.ticket.spam, spam);
            let (from, to) = (old.to_string(), spam.to_string());
            self.note((Field::Spam, "spam"), Some(from), Some(to));
        }
    }

    /// Whose it is.
    fn hand_over(&mut self, wanted: &Change) {
        if let Some(team) = wanted.team {
            let old = std::mem::replace(&mut self.case.ticket.team, team);
            let office = self.hand.office;
            let name = |id: Option<TeamId>| Some(office.team(id?)?.name.clone());
            self.note((Field::Team, "team"), name(old), name(team));
        }
        let Some(user) = wanted.assignee else { return };
        let old = std::mem::replace(&mut self.case.ticket.assignee, user);
        if old == user {
            return;
        }
        let office = self.hand.office;
        self.hand.turns.note(office.tenant.id, old, user);
        let address = |id: Option<UserId>| Some(office.person(id?)?.user.email.to_string());
        self.note((Field::Assignee, "assignee"), address(old), address(user));
        if let Some(user) = user {
            if !matches!(self.actor, Actor::User { id, .. } if *id == user) {
                self.case.told.push((user, Occasion::Assigned));
            }
            self.case.spread.push(Occasion::Assigned);
            self.case.pushed.push(Occasion::Assigned);
        }
    }

    fn set_status(&mut self, status: Status) {
        let ticket = &mut self.case.ticket;
        let old = std::mem::replace(&mut ticket.status, status);
        if old == status {
            return;
        }
        let now = self.hand.now;
        ticket.waiting_since = (status == Status::OnHold).then_some(now);
        ticket.reminded_at = None;
        match status {
            Status::Resolved => {
                ticket.resolved_at = Some(now);
                ticket.closed_at = None;
            }
            Status::Closed => {
                ticket.resolved_at.get_or_insert(now);
                ticket.closed_at = Some(now);
            }
            Status::Open | Status::InProgress | Status::OnHold => {
                ticket.resolved_at = None;
                ticket.closed_at = None;
            }
        }
        let (from, to) = (old.to_string(), status.to_string());
        self.note((Field::Status, "status"), Some(from), Some(to));
        self.case.spread.push(Occasion::Status {
            from: old,
            to: status,
            by: self.actor.name().to_owned(),
        });
        notices::status_changed(self.hand, self.case, old, self.actor);
    }

    fn retag(&mut self, tags: &[String]) {
        let wanted: BTreeSet<String> = tags.iter().map(|t| t.trim().to_lowercase()).collect();
        if wanted == self.case.tags {
            return;
        }
        let listed = |tags: &BTreeSet<String>| {
            let all: Vec<_> = tags.iter().cloned().collect();
            (!all.is_empty()).then(|| all.join(", "))
        };
        let old = std::mem::replace(&mut self.case.tags, wanted);
        self.case.retagged = true;
        let values = ("tags", listed(&old), listed(&self.case.tags));
        self.hand
            .event(self.case, EventType::Changed, self.actor, Some(values));
        let gone = old
            .difference(&self.case.tags)
            .cloned()
            .map(|t| (Some(t), None));
        let come = self
            .case
            .tags
            .difference(&old)
            .cloned()
            .map(|t| (None, Some(t)));
        for (from, to) in gone.chain(come) {
            self.changes.push(Changed {
                field: Field::Tags,
                from: from.map(Cow::Owned),
                to: to.map(Cow::Owned),
            });
        }
    }

    fn note(&mut self, (field, name): (Field, &str), from: Option<String>, to: Option<String>) {
        if from == to {
            return;
        }
        let kind = match field {
            Field::Assignee | Field::Team => EventType::Assigned,
            _ => EventType::Changed,
        };
        let values = (name, from.clone(), to.clone());
        self.hand.event(self.case, kind, self.actor, Some(values));
        self.changes.push(Changed {
            field,
            from: from.map(Cow::Owned),
            to: to.map(Cow::Owned),
        });
    }
}

/// Puts a ticket under another service level policy. `chain` is how many rules stand between a person and this.
pub fn set_policy(
    hand: &mut Hand<'_>,
    case: &mut Case,
    policy: PolicyId,
    actor: &Actor,
    chain: u8,
) {
    if case.ticket.policy == Some(policy) {
        return;
    }
    let Some(new) = hand.office.policy(policy) else {
        return;
    };
    // Until now the old one counts, as it is by now.
    clocks::catch_up(hand, case, chain);
    let old = clocks::policy(hand, case);
    case.ticket.policy = Some(policy);
    case.ticket.policy_version = clocks::version(hand.office, policy);
    let names = (old.map(|p| p.name.clone()), Some(new.name.clone()));
    hand.event(
        case,
        EventType::Changed,
        actor,
        Some(("sla", names.0, names.1)),
    );
    touch(hand, case);
    let chosen = match actor {
        Actor::Rule { name, .. } => format!("the rule {name} chose {}", new.name),
        _ => format!("{} chose {}", actor.name(), new.name),
    };
    let under = format!("and {chosen}");
    let what = match old {
        Some(from) => What::PolicyChanged {
            from,
            because: &chosen,
        },
        None => What::Opened { under: &under },
    };
    clocks::happened(hand, case, what, chain);
}

/// Gives an unassigned ticket of a team to one of its members, if the team works that way.
pub fn assign_by_team(hand: &mut Hand<'_>, case: &mut Case) {
    if case.ticket.assignee.is_some() {
        return;
    }
    let Some(team) = case.ticket.team else { return };
    let Some(how) = hand.office.team(team).map(|t| t.assignment) else {
        return;
    };
    let how = match how {
        Assignment::Manual => return,
        Assignment::RoundRobin => Choice::Turn,
        Assignment::LeastLoaded => Choice::Load,
    };
    if let Some(user) = actions::pick(hand, team, how) {
        let wanted = Change {
            assignee: Some(Some(user)),
            ..Change::default()
        };
        apply(hand, case, &wanted, &Actor::System, 0);
    } else if let Some(team) = hand.office.team(team).filter(|t| !t.members.is_empty()) {
        let why = format!("nobody in {} is here and has room", team.name);
        let change = ("assignment", None, Some(why));
        hand.event(case, EventType::Changed, &Actor::System, Some(change));
    }
}

/// Notes that the ticket's row changed.
pub fn touch(hand: &Hand<'_>, case: &mut Case) {
    case.ticket.updated_at = hand.now;
    case.ticket.version += 1;
    case.touched = true;
}
