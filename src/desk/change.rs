//! Changing a ticket's fields: one function, whoever wants it. Each field that really changes is a line of the
//! timeline with its old and its new value.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::desk::case::Case;
use crate::desk::clocks;
use crate::desk::hand::Hand;
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
    let mut changes: Vec<Changed<'static>> = Vec::new();
    let mut assigned = false;
    if let Some(subject) = &wanted.subject
        && *subject != case.ticket.subject
    {
        let old = std::mem::replace(&mut case.ticket.subject, subject.clone());
        note(
            hand,
            case,
            actor,
            (Field::Subject, "subject"),
            (Some(old), Some(subject.clone())),
            &mut changes,
        );
    }
    if let Some(priority) = wanted.priority
        && priority != case.ticket.priority
    {
        let old = std::mem::replace(&mut case.ticket.priority, priority);
        note(
            hand,
            case,
            actor,
            (Field::Priority, "priority"),
            (Some(old.to_string()), Some(priority.to_string())),
            &mut changes,
        );
    }
    if let Some(category) = &wanted.category
        && *category != case.ticket.category
    {
        let old = std::mem::replace(&mut case.ticket.category, category.clone());
        note(
            hand,
            case,
            actor,
            (Field::Category, "category"),
            (old, category.clone()),
            &mut changes,
        );
    }
    if let Some(team) = wanted.team
        && team != case.ticket.team
    {
        let old = std::mem::replace(&mut case.ticket.team, team);
        let names = (team_name(hand, old), team_name(hand, team));
        note(
            hand,
            case,
            actor,
            (Field::Team, "team"),
            names,
            &mut changes,
        );
        assigned = true;
    }
    if let Some(user) = wanted.assignee
        && user != case.ticket.assignee
    {
        let old = std::mem::replace(&mut case.ticket.assignee, user);
        hand.turns.note(hand.office.tenant.id, old, user);
        let names = (address(hand, old), address(hand, user));
        note(
            hand,
            case,
            actor,
            (Field::Assignee, "assignee"),
            names,
            &mut changes,
        );
        assigned = true;
        if let Some(user) = user {
            let myself = matches!(actor, Actor::User { id, .. } if *id == user);
            if !myself {
                case.told.push((user, Occasion::Assigned));
            }
            case.pushed.push(Occasion::Assigned);
        }
    }
    if let Some(tags) = &wanted.tags {
        retag(hand, case, tags, actor, &mut changes);
    }
    if let Some(spam) = wanted.spam
        && spam != case.ticket.spam
    {
        case.ticket.spam = spam;
        note(
            hand,
            case,
            actor,
            (Field::Spam, "spam"),
            (Some((!spam).to_string()), Some(spam.to_string())),
            &mut changes,
        );
    }
    if let Some(status) = wanted.status {
        set_status(hand, case, status, actor, &mut changes);
    }
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
    clocks::happened(hand, case, what);
    let updated = Cause {
        trigger: Trigger::TicketUpdated,
        actor,
        changes: &changes,
        chain,
    };
    react::after(hand, case, &updated, None);
    if assigned {
        let cause = Cause {
            trigger: Trigger::TicketAssigned,
            actor,
            changes: &changes,
            chain,
        };
        react::after(hand, case, &cause, None);
    }
}

/// Puts a ticket under another service level policy.
pub fn set_policy(hand: &mut Hand<'_>, case: &mut Case, policy: PolicyId, actor: &Actor) {
    let (old, new) = (clocks::policy(hand, case), hand.office.policy(policy));
    let Some(new) = new else { return };
    if case.ticket.policy == Some(policy) {
        return;
    }
    case.ticket.policy = Some(policy);
    let names = (old.map(|p| p.name.clone()), Some(new.name.clone()));
    hand.event(
        case,
        EventType::Changed,
        actor,
        Some(("sla", names.0, names.1)),
    );
    touch(hand, case);
    clocks::happened(
        hand,
        case,
        old.map_or(What::Opened, |from| What::PolicyChanged { from }),
    );
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
    if let Some(user) = pick_member(hand, team, how) {
        let wanted = Change {
            assignee: Some(Some(user)),
            ..Change::default()
        };
        apply(hand, case, &wanted, &Actor::System, 0);
    }
}

/// The member of a team who gets the next ticket.
pub fn pick_member(hand: &mut Hand<'_>, team: TeamId, how: Assignment) -> Option<UserId> {
    let office = hand.office;
    let works = |user: &UserId| {
        office
            .person(*user)
            .is_some_and(crate::domain::person::Membership::works)
    };
    let members: Vec<UserId> = office
        .team(team)?
        .members
        .iter()
        .copied()
        .filter(works)
        .collect();
    let tenant = office.tenant.id;
    match how {
        Assignment::Manual => None,
        Assignment::RoundRobin => hand.turns.next(tenant, team, &members),
        Assignment::LeastLoaded => hand.turns.least_loaded(tenant, &members),
    }
}

/// Notes that the ticket's row changed.
pub fn touch(hand: &Hand<'_>, case: &mut Case) {
    case.ticket.updated_at = hand.now;
    case.ticket.version += 1;
    case.touched = true;
}

fn set_status(
    hand: &mut Hand<'_>,
    case: &mut Case,
    status: Status,
    actor: &Actor,
    changes: &mut Vec<Changed<'static>>,
) {
    let old = case.ticket.status;
    if old == status {
        return;
    }
    let ticket = &mut case.ticket;
    ticket.status = status;
    match status {
        Status::Resolved => {
            ticket.resolved_at = Some(hand.now);
            ticket.closed_at = None;
        }
        Status::Closed => {
            ticket.resolved_at.get_or_insert(hand.now);
            ticket.closed_at = Some(hand.now);
        }
        _ => {
            ticket.resolved_at = None;
            ticket.closed_at = None;
        }
    }
    note(
        hand,
        case,
        actor,
        (Field::Status, "status"),
        (Some(old.to_string()), Some(status.to_string())),
        changes,
    );
}

fn retag(
    hand: &mut Hand<'_>,
    case: &mut Case,
    tags: &[String],
    actor: &Actor,
    changes: &mut Vec<Changed<'static>>,
) {
    let wanted: BTreeSet<String> = tags.iter().map(|t| t.trim().to_lowercase()).collect();
    if wanted == case.tags {
        return;
    }
    let listed = |tags: &BTreeSet<String>| {
        (!tags.is_empty()).then(|| tags.iter().cloned().collect::<Vec<_>>().join(", "))
    };
    let old = std::mem::replace(&mut case.tags, wanted);
    case.retagged = true;
    let values = (listed(&old), listed(&case.tags));
    hand.event(
        case,
        EventType::Changed,
        actor,
        Some(("tags", values.0, values.1)),
    );
    for gone in old.difference(&case.tags) {
        changes.push(Changed {
            field: Field::Tags,
            from: Some(Cow::Owned(gone.clone())),
            to: None,
        });
    }
    for come in case.tags.difference(&old) {
        changes.push(Changed {
            field: Field::Tags,
            from: None,
            to: Some(Cow::Owned(come.clone())),
        });
    }
}

fn note(
    hand: &mut Hand<'_>,
    case: &Case,
    actor: &Actor,
    (field, name): (Field, &str),
    (from, to): (Option<String>, Option<String>),
    changes: &mut Vec<Changed<'static>>,
) {
    let kind = match field {
        Field::Assignee | Field::Team => EventType::Assigned,
        _ => EventType::Changed,
    };
    hand.event(case, kind, actor, Some((name, from.clone(), to.clone())));
    changes.push(Changed {
        field,
        from: from.map(Cow::Owned),
        to: to.map(Cow::Owned),
    });
}

fn team_name(hand: &Hand<'_>, team: Option<TeamId>) -> Option<String> {
    team.and_then(|id| hand.office.team(id))
        .map(|t| t.name.clone())
}

fn address(hand: &Hand<'_>, user: Option<UserId>) -> Option<String> {
    user.and_then(|id| hand.office.person(id))
        .map(|m| m.user.email.to_string())
}
