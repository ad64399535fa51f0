//! A ticket and the words for its state.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::ids::{ContactId, MailboxId, PolicyId, TeamId, TenantId, TicketId, UserId};

words! {
    /// Where a ticket stands.
    pub enum Status {
        /// Nobody has answered the last thing the customer said.
        Open = "open",
        /// Somebody is working on it.
        InProgress = "in_progress",
        /// It waits for the customer or a third party.
        OnHold = "on_hold",
        /// Answered for good, as far as we know; an answer reopens it.
        Resolved = "resolved",
        /// Over. A late answer opens a linked follow-up.
        Closed = "closed",
    }
}

impl Status {
    /// Whether the ticket still asks for work: neither resolved nor closed.
    pub const fn is_active(self) -> bool {
        matches!(self, Self::Open | Self::InProgress | Self::OnHold)
    }

    /// The word as people read it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Open => "Open",
            Self::InProgress => "In progress",
            Self::OnHold => "On hold",
            Self::Resolved => "Resolved",
            Self::Closed => "Closed",
        }
    }
}

words! {
    /// How much a ticket hurries.
    pub enum Priority {
        /// When there is time.
        Low = "low",
        /// The usual.
        Normal = "normal",
        /// Before the others.
        High = "high",
        /// Now.
        Urgent = "urgent",
    }
}

impl Priority {
    /// The word as people read it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Low => "Low",
            Self::Normal => "Normal",
            Self::High => "High",
            Self::Urgent => "Urgent",
        }
    }
}

words! {
    /// Which side spoke last.
    pub enum Side {
        /// The requester or another participant.
        Customer = "customer",
        /// One of the tenant's people.
        Agent = "agent",
    }
}

/// A ticket as it is stored. Messages, events, tags and clocks are read beside it.
#[derive(Debug, Clone, PartialEq)]
pub struct Ticket {
    /// Its id.
    pub id: TicketId,
    /// Whose it is.
    pub tenant: TenantId,
    /// Its number within the tenant, from 1 upwards.
    pub number: i64,
    /// What people call it: the tenant's prefix and the number, `ACME-12`.
    pub key: String,
    /// The subject of the mail that opened it, without `Re:` and our marks.
    pub subject: String,
    /// Where it stands.
    pub status: Status,
    /// How much it hurries.
    pub priority: Priority,
    /// One of the tenant's categories.
    pub category: Option<String>,
    /// The team it belongs to.
    pub team: Option<TeamId>,
    /// The person who works on it.
    pub assignee: Option<UserId>,
    /// Who asked.
    pub requester: ContactId,
    /// The address under which it came in and from which it is answered.
    pub mailbox: MailboxId,
    /// Other mailboxes of the tenant that the same mail was addressed to.
    pub also_addressed: Vec<MailboxId>,
    /// The service levels it runs under.
    pub policy: Option<PolicyId>,
    /// Which version of them its clocks count by.
    pub policy_version: i64,
    /// Judged unwanted: kept, but outside all views.
    pub spam: bool,
    /// When the first message came.
    pub created_at: DateTime<Utc>,
    /// When anything last changed.
    pub updated_at: DateTime<Utc>,
    /// When an agent's first public reply was queued.
    pub first_response_at: Option<DateTime<Utc>>,
    /// When it last became resolved; absent while it is not.
    pub resolved_at: Option<DateTime<Utc>>,
    /// When it was closed; absent while it is not.
    pub closed_at: Option<DateTime<Utc>>,
    /// Asleep until then.
    pub snoozed_until: Option<DateTime<Utc>>,
    /// Since when it is on hold; absent while it is not.
    pub waiting_since: Option<DateTime<Utc>>,
    /// When the customer was reminded that it waits for them.
    pub reminded_at: Option<DateTime<Utc>>,
    /// When the newest public message came or went.
    pub last_message_at: DateTime<Utc>,
    /// Which side it was from.
    pub last_message_from: Side,
    /// When the customer last wrote.
    pub last_customer_message_at: Option<DateTime<Utc>>,
    /// When an agent last answered publicly.
    pub last_agent_message_at: Option<DateTime<Utc>>,
    /// How many messages it has, notes included.
    pub message_count: i64,
    /// The ticket this one was merged into.
    pub merged_into: Option<TicketId>,
    /// Rises by one with every write; a write based on an older one can be noticed.
    pub version: i64,
}

impl Ticket {
    /// Notes that a side has spoken.
    pub const fn spoke(&mut self, side: Side, at: DateTime<Utc>) {
        self.last_message_at = at;
        self.last_message_from = side;
        match side {
            Side::Customer => self.last_customer_message_at = Some(at),
            Side::Agent => self.last_agent_message_at = Some(at),
        }
    }
}

/// What a change to a ticket may set. Absent fields stay as they are.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Change {
    /// A new subject.
    pub subject: Option<String>,
    /// A new status.
    pub status: Option<Status>,
    /// A new priority.
    pub priority: Option<Priority>,
    /// `Some(None)` takes the category away.
    pub category: Option<Option<String>>,
    /// `Some(None)` takes the team away.
    pub team: Option<Option<TeamId>>,
    /// `Some(None)` takes the assignee away.
    pub assignee: Option<Option<UserId>>,
    /// All tags it shall have from now on.
    pub tags: Option<Vec<String>>,
    /// Whether it is spam.
    pub spam: Option<bool>,
}

/// The subject without reply and forward prefixes and without our own `[ACME-12]` marks: what stays the
/// same through a conversation. Only for display and for the first subject of a ticket, never for threading.
pub fn base_subject(subject: &str, key_prefix: &str) -> String {
    let mut rest = subject.trim();
    loop {
        let before = rest;
        if let Some(inner) = rest.strip_prefix('[')
            && let Some((mark, after)) = inner.split_once(']')
            && is_key(mark, key_prefix)
        {
            rest = after.trim_start();
        }
        if let Some((prefix, after)) = rest.split_once(':')
            && is_reply_prefix(prefix)
        {
            rest = after.trim_start();
        }
        if rest == before {
            return rest.to_owned();
        }
    }
}

fn is_key(mark: &str, prefix: &str) -> bool {
    mark.strip_prefix(prefix)
        .and_then(|rest| rest.strip_prefix('-'))
        .is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
}

fn is_reply_prefix(prefix: &str) -> bool {
    const WORDS: &[&str] = &[
        "re", "aw", "antw", "sv", "vs", "r", "rif", "res", "odp", "ynt", "atb", "回复", "答复",
        "回覆", "返信", "отв", "ha", "απ",
    ];
    let word = prefix.trim().to_lowercase();
    // `Re[2]:` and `Re(2):` count replies.
    let word = word.split(['[', '(']).next().unwrap_or("").trim_end();
    WORDS.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_loses_what_replies_put_before_it() {
        for (given, base) in [
            ("Printer on fire", "Printer on fire"),
            ("Re: Printer on fire", "Printer on fire"),
            ("RE: AW: Re[2]: Printer", "Printer"),
            ("[ACME-12] Printer", "Printer"),
            ("Re: [ACME-12] Re: Printer", "Printer"),
            ("[OTHER-12] Printer", "[OTHER-12] Printer"),
            ("[ACME-x] Printer", "[ACME-x] Printer"),
            ("Order: two chairs", "Order: two chairs"),
            ("Re:", ""),
            ("", ""),
        ] {
            assert_eq!(base_subject(given, "ACME"), base, "{given}");
        }
    }
}
