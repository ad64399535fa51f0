//! What rules do after something happened to a ticket. Rules decide ([`crate::domain::rules`]); this acts, through
//! the same functions as people, and lets what they did wake further rules up to the depth limit.

use crate::desk::case::Case;
use crate::desk::change;
use crate::desk::clocks;
use crate::desk::hand::Hand;
use crate::desk::tell::Occasion;
use crate::domain::event::{Actor, EventType};
use crate::domain::ids::UserId;
use crate::domain::mail::Headers;
use crate::domain::mail::authentication::Verdict;
use crate::domain::message::Message;
use crate::domain::person::{Assignment, Role};
use crate::domain::rules::{
    Action, Assignee, Changed, Facts, MessageFacts, Planned, Recipient, TicketFacts, Trigger,
};
use crate::domain::ticket::{Change, Side};
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
    let outcome = {
        let tags: Vec<String> = case.tags.iter().cloned().collect();
        let attachments: Vec<&str> = heard
            .map(|h| {
                h.message
                    .attachments
                    .iter()
                    .map(|a| a.filename.as_str())
                    .collect()
            })
            .unwrap_or_default();
        let headers = |name: &str| -> Vec<String> {
            heard
                .and_then(|h| h.headers)
                .map(|h| h.all(name).map(str::to_owned).collect())
                .unwrap_or_default()
        };
        let facts = Facts {
            now: hand.now,
            ticket: ticket_facts(hand, case, &tags),
            message: heard.map(|h| message_facts(h, &attachments, &headers)),
            changes: cause.changes,
            actor: cause.actor,
            plan: office.plan(),
            business_hours: clocks::policy(hand, case).is_none_or(|p| p.calendar.is_open(hand.now)),
            chain: cause.chain,
        };
        office.rules.evaluate(cause.trigger, &facts)
    };
    if outcome.chain_too_long {
        hand.event(
            case,
            EventType::Changed,
            &Actor::System,
            Some((
                "rules",
                None,
                Some("stopped: too many rules woke one another".to_owned()),
            )),
        );
        return;
    }
    if !outcome.explanation.is_empty() {
        let pass = Pass {
            tenant: office.tenant.id,
            id: hand.random.uuid(hand.now),
            ticket: case.ticket.id,
            message: heard.map(|h| h.message.id),
            cause: cause.trigger.to_string(),
            at: hand.now,
            explanation: outcome.explanation,
        };
        hand.work.passes.push(pass);
    }
    for planned in outcome.actions {
        act(hand, case, planned, cause.chain + 1);
    }
}

/// Tells whoever answers for a ticket: its assignee, or its team while nobody works on it.
pub fn tell_owners(hand: &Hand<'_>, case: &mut Case, occasion: Occasion) {
    for user in owners(hand, case) {
        case.told.push((user, occasion.clone()));
    }
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

fn act(hand: &mut Hand<'_>, case: &mut Case, planned: Planned, chain: u8) {
    let actor = Actor::Rule {
        id: planned.rule,
        name: planned.rule_name.to_string(),
        version: planned.version,
    };
    let office = hand.office;
    let mut wanted = Change::default();
    match planned.action {
        Action::Assign(whom) => match assignee(hand, &whom) {
            Ok(user) => wanted.assignee = Some(user),
            Err(why) => return skipped(hand, case, &actor, &why),
        },
        Action::AssignTeam(None) => wanted.team = Some(None),
        Action::AssignTeam(Some(name)) => match office.team_named(&name) {
            Some(team) => wanted.team = Some(Some(team.id)),
            None => return skipped(hand, case, &actor, &format!("there is no team {name}")),
        },
        Action::Priority(priority) => wanted.priority = Some(priority),
        Action::Status(status) => wanted.status = Some(status),
        Action::Category(category) => wanted.category = Some(category),
        Action::Tag(tag) => wanted.tags = Some(case.tags.iter().cloned().chain([tag]).collect()),
        Action::Untag(tag) => {
            wanted.tags = Some(
                case.tags
                    .iter()
                    .filter(|t| **t != tag.to_lowercase())
                    .cloned()
                    .collect(),
            );
        }
        Action::Spam(spam) => wanted.spam = Some(spam),
        Action::Sla(name) => {
            return match office.policy_named(&name) {
                Some(policy) => change::set_policy(hand, case, policy.id, &actor),
                None => skipped(hand, case, &actor, &format!("there is no policy {name}")),
            };
        }
        Action::Notify(whom) => {
            for user in recipients(hand, case, &whom) {
                case.told.push((
                    user,
                    Occasion::RuleSaysSo {
                        rule: planned.rule_name.to_string(),
                    },
                ));
            }
            return;
        }
        Action::Stop => return,
        // Known to the language, not yet to the desk: said in the timeline rather than passed over.
        other => {
            return skipped(
                hand,
                case,
                &actor,
                &format!("{} is not available yet", other.key()),
            );
        }
    }
    change::apply(hand, case, &wanted, &actor, chain);
}

fn skipped(hand: &mut Hand<'_>, case: &Case, actor: &Actor, why: &str) {
    hand.event(
        case,
        EventType::Changed,
        actor,
        Some(("rule", None, Some(format!("skipped: {why}")))),
    );
}

fn assignee(hand: &mut Hand<'_>, whom: &Assignee) -> Result<Option<UserId>, String> {
    let (name, how) = match whom {
        Assignee::Nobody => return Ok(None),
        Assignee::Person(address) => {
            let person = hand.office.person_at(address).filter(|m| m.works());
            return person
                .map(|m| Some(m.user.id))
                .ok_or_else(|| format!("{address} does not work on tickets here"));
        }
        Assignee::RoundRobin(team) => (team, Assignment::RoundRobin),
        Assignee::LeastLoaded(team) => (team, Assignment::LeastLoaded),
    };
    let team = hand
        .office
        .team_named(name)
        .ok_or_else(|| format!("there is no team {name}"))?;
    change::pick_member(hand, team.id, how)
        .map(Some)
        .ok_or_else(|| format!("nobody in {name} works on tickets"))
}

fn recipients(hand: &Hand<'_>, case: &Case, whom: &Recipient) -> Vec<UserId> {
    let office = hand.office;
    let with_role = |least: Role| {
        office
            .people
            .iter()
            .filter(move |m| m.is_here() && m.role >= least)
            .map(|m| m.user.id)
            .collect()
    };
    match whom {
        Recipient::Assignee => owners(hand, case),
        Recipient::Team => case
            .ticket
            .team
            .and_then(|t| office.team(t))
            .map(|t| t.members.clone())
            .unwrap_or_default(),
        Recipient::TeamNamed(name) => office
            .team_named(name)
            .map(|t| t.members.clone())
            .unwrap_or_default(),
        Recipient::Admins => with_role(Role::Admin),
        Recipient::Owners => with_role(Role::Owner),
        Recipient::Person(address) => office
            .person_at(address)
            .map(|m| m.user.id)
            .into_iter()
            .collect(),
        Recipient::Followers => Vec::new(),
    }
}

fn ticket_facts<'a>(hand: &Hand<'a>, case: &'a Case, tags: &'a [String]) -> TicketFacts<'a> {
    let (office, ticket) = (hand.office, &case.ticket);
    let spoke = |side| (ticket.last_message_from == side).then_some(ticket.last_message_at);
    TicketFacts {
        subject: &ticket.subject,
        status: ticket.status,
        priority: ticket.priority,
        category: ticket.category.as_deref(),
        tags,
        team: ticket
            .team
            .and_then(|t| office.team(t))
            .map(|t| t.name.as_str()),
        assignee: ticket
            .assignee
            .and_then(|u| office.person(u))
            .map(|m| m.user.email.as_str()),
        requester: case.requester.email.as_str(),
        requester_name: &case.requester.name,
        mailbox: office
            .mailbox(ticket.mailbox)
            .map_or("", |m| m.address.as_str()),
        sla: clocks::policy(hand, case).map(|p| p.name.as_str()),
        spam: ticket.spam,
        message_count: ticket.message_count,
        created_at: ticket.created_at,
        updated_at: ticket.updated_at,
        last_customer_message_at: spoke(Side::Customer),
        last_agent_message_at: spoke(Side::Agent),
    }
}

fn message_facts<'a>(
    heard: &'a Heard<'_>,
    attachments: &'a [&'a str],
    headers: &'a crate::domain::rules::Headers<'a>,
) -> MessageFacts<'a> {
    let message = heard.message;
    MessageFacts {
        subject: &message.subject,
        body: heard.body,
        from: &message.from,
        to: &message.to,
        cc: &message.cc,
        attachments,
        kind: message.kind,
        machine: message.machine,
        authentication: message.authentication,
        dmarc: heard.verdict.and_then(|v| v.dmarc.as_deref()),
        spf: heard.verdict.and_then(|v| v.spf.as_deref()),
        dkim: heard.verdict.and_then(|v| v.dkim.as_deref()),
        headers,
    }
}
