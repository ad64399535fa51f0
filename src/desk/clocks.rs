//! What a deed does to a ticket's service level clocks.

use crate::desk::case::Case;
use crate::desk::hand::Hand;
use crate::desk::react;
use crate::desk::tell::Occasion;
use crate::domain::event::{Actor, EventType};
use crate::domain::rules::Trigger;
use crate::domain::sla::{self, Policy, SlaEvent, TicketEvent, What};

/// Lets the clocks of a ticket know what happened. Warnings and breaches that had become due meanwhile are recorded
/// and told like those that the timer finds.
pub fn happened(hand: &mut Hand<'_>, case: &mut Case, what: What<'_>) {
    let Some(policy) = policy(hand, case) else {
        return;
    };
    let event = TicketEvent {
        what,
        status: case.ticket.status,
        priority: case.ticket.priority,
        answered: case.ticket.first_response_at.is_some(),
    };
    let applied = sla::apply(&case.clocks, &event, policy, hand.now);
    if applied.clocks == case.clocks && applied.lines.is_empty() {
        return;
    }
    case.clocks = applied.clocks;
    case.rewound = true;
    note(hand, case, applied.lines);
    for event in applied.events {
        rang(hand, case, event);
    }
}

/// Lets time itself ring a ticket's clocks. True if any did.
pub fn ring(hand: &mut Hand<'_>, case: &mut Case) -> bool {
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
        rang(hand, case, event);
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

/// Keeps the lines that clocks leave in a ticket's story.
pub fn note(hand: &mut Hand<'_>, case: &Case, lines: Vec<sla::Line>) {
    for line in lines {
        let row = (hand.office.tenant.id, case.ticket.id, hand.id(), line);
        hand.work.clock_lines.push(row);
    }
}

fn rang(hand: &mut Hand<'_>, case: &mut Case, event: SlaEvent) {
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
    // Each step of each promise is a cause of its own, also where a rule's own deed made it ring.
    let around = std::mem::take(&mut case.fired);
    react::after(
        hand,
        case,
        &react::Cause::event(trigger, &Actor::System),
        None,
    );
    case.fired = around;
}
