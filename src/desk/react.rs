//! What rules do after something happened to a ticket. Rules decide ([`crate::domain::rules`]); this acts, through
//! the same functions as people, and lets what they did wake further rules up to the depth limit.

use crate::desk::actions;
use crate::desk::case::Case;
use crate::desk::clocks;
use crate::desk::facts;
use crate::desk::hand::Hand;
use crate::desk::tell::Occasion;
use crate::domain::event::{Actor, EventType};
use crate::domain::ids::UserId;
use crate::domain::mail::Headers;
use crate::domain::mail::authentication::Verdict;
use crate::domain::message::Message;
use crate::domain::rules::{Changed, Facts, Kept, Outcome, Trigger, limits};
use crate::store::rules::Pass;

/// What happened.
pub struct Cause<'a> {
    /// Which kind of event.
    pub trigger: Trigger,
    /// Who caused it.
    pub actor: &'a Actor,
    /// What it changed.
    pub changes: &'a [Changed<'a>],
    /// How many rules stand between a person, or time, and it.
    pub chain: u8,
}

impl<'a> Cause<'a> {
    /// An event that changed no field and that no rule caused.
    pub const fn event(trigger: Trigger, actor: &'a Actor) -> Self {
        Self {
            trigger,
            actor,
            changes: &[],
            chain: 0,
        }
    }
}

/// The message that an event is about, as far as rules may see it.
pub struct Heard<'a> {
    /// The message.
    pub message: &'a Message,
    /// Its text without quotes and signature.
    pub body: &'a str,
    /// What the trusted hop says about its sender.
    pub verdict: Option<&'a Verdict>,
    /// Its header fields.
    pub headers: Option<&'a Headers>,
}

/// Lets the tenant's rules look at what happened and does what they want.
pub fn after(hand: &mut Hand<'_>, case: &mut Case, cause: &Cause<'_>, heard: Option<&Heard<'_>>) {
    let office = hand.office;
    if office.rules.is_empty() || hand.quiet {
        return;
    }
    let (outcome, kept) = look(hand, case, cause, heard);
    if outcome.chain_too_long {
        return stopped(hand, case, cause);
    }
    if outcome.looked == 0 {
        return;
    }
    case.fired
        .extend(outcome.explanation.iter().map(|run| run.rule));
    let set = office.rules.fingerprint();
    let tenant = office.tenant.id;
    if !hand
        .work
        .rule_sets
        .iter()
        .any(|(t, known, _)| (*t, *known) == (tenant, set))
    {
        let members = office.rules.members();
        hand.work.rule_sets.push((tenant, set, members));
    }
    hand.work.passes.push(Pass {
        tenant,
        id: hand.random.uuid(hand.now),
        ticket: case.ticket.id,
        message: heard.map(|h| h.message.id),
        cause: cause.trigger.to_string(),
        at: hand.now,
        explanation: outcome.explanation,
        looked: i64::try_from(outcome.looked).unwrap_or(i64::MAX),
        set: Some(set),
        facts: Some(kept),
    });
    for planned in outcome.actions {
        let mut doing = actions::Doing {
            hand,
            case,
            chain: cause.chain + 1,
            heard,
        };
        doing.act(planned);
    }
}

/// The decision, and the facts it was made from.
fn look(
    hand: &Hand<'_>,
    case: &Case,
    cause: &Cause<'_>,
    heard: Option<&Heard<'_>>,
) -> (Outcome, Kept) {
    let office = hand.office;
    let headers = |name: &str| {
        let (headers, verdict) = heard.map_or((None, None), |h| (h.headers, h.verdict));
        facts::header_fields(headers, verdict, name)
    };
    let ticket = facts::of_ticket(office, case);
    let seen = Facts {
        now: hand.now,
        zone: office.tenant.timezone,
        ticket: &ticket,
        message: heard.map(|h| facts::of_message(h.message, h.body, h.verdict, &headers)),
        changes: cause.changes,
        actor: cause.actor,
        plan: office.plan(),
        business_hours: clocks::policy(hand, case).is_none_or(|p| p.calendar.is_open(hand.now)),
        chain: cause.chain,
        fired: &case.fired,
    };
    let outcome = office.rules.evaluate(cause.trigger, &seen);
    let kept = Kept {
        now: hand.now,
        changes: cause.changes.iter().map(Changed::to_kept).collect(),
        actor: cause.actor.clone(),
        plan: office.plan().map(str::to_owned),
        business_hours: seen.business_hours,
        chain: cause.chain,
        fired: case.fired.clone(),
        ticket: ticket.to_kept(),
    };
    (outcome, kept)
}

/// Says in the timeline where a chain of rules was cut off.
fn stopped(hand: &mut Hand<'_>, case: &Case, cause: &Cause<'_>) {
    let said = format!(
        "stopped after {} rules in a row had woken one another; the last was {:?}, and what it did woke no further rule",
        limits::CHAIN,
        cause.actor.name()
    );
    hand.event(
        case,
        EventType::Changed,
        &Actor::System,
        Some(("rules", None, Some(said))),
    );
}

/// Tells whoever answers for a ticket, its assignee, or its team while nobody works on it; and whoever wants to know.
pub fn tell_owners(hand: &Hand<'_>, case: &mut Case, occasion: Occasion) {
    for user in owners(hand, case) {
        case.told.push((user, occasion.clone()));
    }
    case.spread.push(occasion.clone());
    if occasion.is_news() {
        case.pushed.push(occasion);
    }
}

/// Who answers for a ticket: its assignee, else its team's members.
pub fn owners(hand: &Hand<'_>, case: &Case) -> Vec<UserId> {
    match (case.ticket.assignee, case.ticket.team) {
        (Some(user), _) => vec![user],
        (None, Some(team)) => hand
            .office
            .team(team)
            .map(|t| t.members.clone())
            .unwrap_or_default(),
        (None, None) => Vec::new(),
    }
}
