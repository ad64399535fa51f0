//! A ticket and a message as rules see them.

use std::borrow::Cow;

use crate::desk::case::Case;
use crate::desk::directory::Office;
use crate::domain::mail::{self, authentication::Verdict};
use crate::domain::message::Message;
use crate::domain::rules::{Headers, MessageFacts, TicketFacts};

/// What rules can see of a ticket in hand.
pub fn of_ticket<'a>(office: &'a Office, case: &'a Case) -> TicketFacts<'a> {
    let ticket = &case.ticket;
    let team = ticket.team.and_then(|t| office.team(t));
    let assignee = ticket.assignee.and_then(|u| office.person(u));
    let also = ticket.also_addressed.iter();
    let address = |id| office.mailbox(id).map_or("", |m| m.address.as_str());
    let people = case.participants.iter().filter(|p| p.takes_part()).count();
    let running = case.clocks.iter().filter(|c| c.running_since.is_some());
    let policy = ticket.policy.and_then(|id| office.policy(id));
    TicketFacts {
        key: Cow::Borrowed(&ticket.key),
        subject: Cow::Borrowed(&ticket.subject),
        status: ticket.status,
        priority: ticket.priority,
        category: ticket.category.as_deref().map(Cow::Borrowed),
        tags: case.tags.iter().map(|t| Cow::Borrowed(&**t)).collect(),
        team: team.map(|t| Cow::Borrowed(&*t.name)),
        assignee: assignee.map(|m| Cow::Borrowed(m.user.email.as_str())),
        requester: Cow::Borrowed(case.requester.email.as_str()),
        requester_name: Cow::Borrowed(&case.requester.name),
        requester_blocked: case.requester.blocked,
        mailbox: Cow::Borrowed(address(ticket.mailbox)),
        also_addressed: also.map(|id| Cow::Borrowed(address(*id))).collect(),
        sla: policy.map(|p| Cow::Borrowed(&*p.name)),
        due_at: running.filter_map(|c| c.due_at).min(),
        breached: case.clocks.iter().any(|c| c.breached_at.is_some()),
        spam: ticket.spam,
        snoozed: ticket.snoozed_until.is_some(),
        message_count: ticket.message_count,
        participants: i64::try_from(people).unwrap_or(i64::MAX),
        created_at: ticket.created_at,
        updated_at: ticket.updated_at,
        first_response_at: ticket.first_response_at,
        resolved_at: ticket.resolved_at,
        closed_at: ticket.closed_at,
        last_message_from: ticket.last_message_from,
        last_customer_message_at: ticket.last_customer_message_at,
        last_agent_message_at: ticket.last_agent_message_at,
    }
}

/// The header fields of a mail as rules see them. Of Authentication-Results only those of the trusted server are there:
/// anybody can write the others (A14).
pub fn header_fields(
    headers: Option<&mail::Headers>,
    verdict: Option<&Verdict>,
    name: &str,
) -> Vec<String> {
    if name.eq_ignore_ascii_case("Authentication-Results") {
        return verdict.map_or_else(Vec::new, |verdict| verdict.trusted.clone());
    }
    let all = headers.map(|headers| headers.all(name).map(str::to_owned));
    all.map_or_else(Vec::new, Iterator::collect)
}

/// What rules can see of a message.
pub fn of_message<'a>(
    message: &'a Message,
    body: &'a str,
    verdict: Option<&'a Verdict>,
    headers: &'a Headers<'a>,
) -> MessageFacts<'a> {
    MessageFacts {
        subject: &message.subject,
        body,
        from: &message.from,
        to: &message.to,
        cc: &message.cc,
        reply_to: &message.reply_to,
        attachments: &message.attachments,
        kind: message.kind,
        matched_by: message.matched_by,
        identity: message.identity,
        held: message.held,
        machine: message.machine,
        authentication: message.authentication,
        dmarc: verdict.and_then(|v| v.dmarc.as_deref()),
        spf: verdict.and_then(|v| v.spf.as_deref()),
        dkim: verdict.and_then(|v| v.dkim.as_deref()),
        headers,
    }
}
