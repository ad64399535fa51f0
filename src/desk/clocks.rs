//! What a deed does to a ticket's service level clocks.

use crate::desk::case::{Case, Stood};
use crate::desk::directory::Office;
use crate::desk::hand::Hand;
use crate::desk::react;
use crate::desk::tell::Occasion;
use crate::domain::event::{Actor, EventType};
use crate::domain::ids::PolicyId;
use crate::domain::rules::Trigger;
use crate::domain::sla::{self, Applied, Chosen, Policy, SlaEvent, TicketEvent, What};
use crate::store::clocks::Recorded;

/// Starts the clocks of a ticket that has just come to be.
pub fn opened(hand: &mut Hand<'_>, case: &mut Case) {
    let office = hand.office;
    let chosen = office
        .policy_at(case.ticket.mailbox)
        .filter(|(policy, _)| case.ticket.policy == Some(policy.id));
    let under = match chosen {
        Some((_, Chosen::Mailbox)) => {
            let mailbox = office.mailbox(case.ticket.mailbox);
            let address = mailbox.map(|m| m.address.to_string()).unwrap_or_default();
            format!("under the service level of the mailbox {address}")
        }
        Some((_, Chosen::Plan)) => {
            let plan = office.plan().unwrap_or_default();
            format!("under the service level of the plan {plan}")
        }
        _ => "under the default service level".to_owned(),
    };
    happened(hand, case, What::Opened { under: &under }, 0);
}

/// Lets the clocks of a ticket know what happened. Warnings and breaches that had become due meanwhile are recorded
/// and told like those that the timer finds. `chain` is how many rules stand between a person, or time, and it.
///
/// Nobody waits for an answer to spam: its clocks fall away, and none begins.
pub fn happened(hand: &mut Hand<'_>, case: &mut Case, what: What<'_>, chain: u8) {
    catch_up(hand, case, chain);
    let Some(policy) = policy(hand, case) else {
        return;
    };
    if case.ticket.spam && !matches!(what, What::Withdrawn { .. }) {
        return;
    }
    let applied = sla::apply(
        &case.clocks,
        &event(Stood::of(&case.ticket), what),
        policy,
        hand.now,
    );
    take(hand, case, applied, chain);
}

/// Lets the clocks of a ticket count by its policy as it is now, from the moment on at which it became so. Whoever works on
/// a ticket comes here first; time brings those that nobody works on.
pub fn catch_up(hand: &mut Hand<'_>, case: &mut Case, chain: u8) {
    let office = hand.office;
    let Some(stored) = case.ticket.policy.and_then(|id| office.stored_policy(id)) else {
        return;
    };
    let since = case.ticket.policy_version;
    if since >= stored.version {
        return;
    }
    case.ticket.policy_version = stored.version;
    case.touched = true;
    // The deed may have changed the ticket already; what held before it held for the ticket as it stood.
    let stood = case.stood;
    if stood.spam {
        return;
    }
    let past: Vec<_> = stored.past.iter().filter(|p| p.version >= since).collect();
    for (index, old) in past.iter().enumerate() {
        let new = past.get(index + 1).map_or(&stored.policy, |p| &p.policy);
        let because = edited(&stored.policy);
        let what = What::PolicyChanged {
            from: &old.policy,
            because: &because,
        };
        // Somebody may have worked on it by the old version since: nothing of that is undone.
        let live = case.clocks.iter().filter(|clock| clock.is_live());
        let moved = live.filter_map(|c| c.running_since.max(Some(c.started_at)));
        let at = moved.max().map_or(old.until, |moved| moved.max(old.until));
        let applied = sla::apply(&case.clocks, &event(stood, what), new, at.min(hand.now));
        take(hand, case, applied, chain);
    }
}

/// Why clocks are counted anew when their policy was edited.
pub fn edited(policy: &Policy) -> String {
    format!("the service level {} was edited", policy.name)
}

/// The policy by which a ticket's clocks still count, if it is an older version.
pub fn outdated<'a>(hand: &Hand<'a>, case: &Case) -> Option<&'a Policy> {
    let stored = hand.office.stored_policy(case.ticket.policy?)?;
    let since = case.ticket.policy_version;
    let past = stored.past.iter().find(|p| p.version >= since)?;
    Some(&past.policy)
}

const fn event(stands: Stood, what: What<'_>) -> TicketEvent<'_> {
    TicketEvent {
        what,
        status: stands.status,
        priority: stands.priority,
        answered: stands.answered,
    }
}

fn take(hand: &mut Hand<'_>, case: &mut Case, applied: Applied, chain: u8) {
    if applied.clocks == case.clocks && applied.lines.is_empty() {
        return;
    }
    case.clocks = applied.clocks;
    case.rewound = true;
    note(hand, case, applied.lines);
    for event in applied.events {
        rang(hand, case, event, chain);
    }
}

/// Lets time itself ring a ticket's clocks. True if any did.
pub fn ring(hand: &mut Hand<'_>, case: &mut Case) -> bool {
    catch_up(hand, case, 0);
    let now = hand.now;
    let mut events = Vec::new();
    let mut lines = Vec::new();
    for clock in &mut case.clocks {
        if clock.next_wake().is_some_and(|wake| wake <= now) {
            let step = clock.clone().due(now);
            *clock = step.clock;
            events.extend(step.events);
            lines.extend(step.lines);
            case.rewound = true;
        }
    }
    events.sort_by_key(SlaEvent::at);
    note(hand, case, lines);
    let any = !events.is_empty();
    for event in events {
        rang(hand, case, event, 0);
    }
    any
}

/// Nobody waits for an answer in this ticket any more.
pub fn drop_responses(hand: &mut Hand<'_>, case: &mut Case, policy: &Policy, because: &str) {
    let now = hand.now;
    let mut lines = Vec::new();
    for clock in &mut case.clocks {
        if clock.is_live() && clock.metric != sla::Metric::Resolution {
            let step = clock.clone().drop_it(policy, now, because);
            *clock = step.clock;
            lines.extend(step.lines);
            case.rewound = true;
        }
    }
    note(hand, case, lines);
}

/// The policy that a ticket runs under.
pub fn policy<'a>(hand: &Hand<'a>, case: &Case) -> Option<&'a Policy> {
    case.ticket.policy.and_then(|id| hand.office.policy(id))
}

/// The version of a policy that clocks count by from now on.
pub fn version(office: &Office, policy: PolicyId) -> i64 {
    office.stored_policy(policy).map_or(1, |p| p.version)
}

/// Keeps the lines that clocks leave in a ticket's story.
pub fn note(hand: &mut Hand<'_>, case: &Case, lines: Vec<sla::Line>) {
    for line in lines {
        let row = (hand.office.tenant.id, case.ticket.id, hand.id(), line);
        hand.work.clock_lines.push(row);
    }
}

fn rang(hand: &mut Hand<'_>, case: &mut Case, event: SlaEvent, chain: u8) {
    let recorded = Recorded::of(&event);
    if case.rung.contains(&recorded) {
        return;
    }
    case.rung.push(recorded);
    hand.work
        .sla_events
        .push((hand.office.tenant.id, case.ticket.id, event));
    let (kind, trigger, occasion) = match event {
        SlaEvent::Warning {
            metric, percent, ..
        } => (
            EventType::SlaWarning,
            Trigger::SlaWarning,
            Occasion::SlaWarning { metric, percent },
        ),
        SlaEvent::Breached { metric, .. } => (
            EventType::SlaBreached,
            Trigger::SlaBreached,
            Occasion::SlaBreached { metric },
        ),
    };
    let at = event
        .at()
        .to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    hand.event(
        case,
        kind,
        &Actor::System,
        Some((event.metric().as_str(), None, Some(at))),
    );
    react::tell_owners(hand, case, occasion);
    // Each step of each promise is a cause of its own, also where a rule's own deed made it ring; the chain of rules
    // goes on all the same, so that two rules cannot wake each other for ever.
    let around = std::mem::take(&mut case.fired);
    let cause = react::Cause {
        chain,
        ..react::Cause::event(trigger, &Actor::System)
    };
    react::after(hand, case, &cause, None);
    case.fired = around;
}
