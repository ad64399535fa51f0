//! A tenant with one mailbox, one person, one team and one ticket, for the tests of this folder.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::desk::directory::Office;
use crate::domain::address::Party;
use crate::domain::contact::Contact;
use crate::domain::ids::{ContactId, MailboxId, MessageId, TeamId, TenantId, TicketId, UserId};
use crate::domain::mailbox::{Mailbox, Strangers};
use crate::domain::message::{
    Authentication, Author, AuthorType, Identity, Kind, MatchedBy, Message,
};
use crate::domain::person::{Assignment, Membership, Role, Team, User};
use crate::domain::rules::RuleSet;
use crate::domain::tenant::{Settings, Tenant};
use crate::domain::ticket::{Priority, Side, Status, Ticket};

pub const TENANT: TenantId = TenantId(Uuid::from_u128(1));

pub fn moment() -> DateTime<Utc> {
    "2026-11-23T09:00:00Z".parse().unwrap()
}

pub fn office() -> Office {
    let user = UserId(Uuid::from_u128(2));
    Office {
        preferences: std::collections::HashMap::new(),
        assigns: crate::desk::directory::Assigns::default(),
        tenant: Tenant {
            id: TENANT,
            slug: "acme".into(),
            name: "Acme".into(),
            ticket_prefix: "ACME".into(),
            timezone: chrono_tz::Europe::Berlin,
            locale: "en".into(),
            settings: Settings::default(),
            active: true,
            plan: None,
        },
        calendars: Vec::new(),
        mailboxes: vec![Mailbox {
            id: MailboxId(Uuid::from_u128(3)),
            tenant: TENANT,
            address: "support@acme.test".parse().unwrap(),
            aliases: vec!["help@acme.test".parse().unwrap()],
            name: "Acme Support".into(),
            account: None,
            team: None,
            auth_results: None,
            dkim: None,
            separate: false,
            strangers: Strangers::Hold,
            plus: Some(true),
            tried: None,
        }],
        people: vec![Membership {
            tenant: TENANT,
            user: User {
                id: user,
                email: "ada@agents.test".parse().unwrap(),
                name: "Ada".into(),
                disabled: false,
                created_at: moment(),
            },
            role: Role::Member,
            active: true,
            signature: String::new(),
            mail_reply: crate::domain::person::MailReply::On,
            presence: crate::domain::person::Presence::default(),
        }],
        teams: vec![Team {
            id: TeamId(Uuid::from_u128(4)),
            tenant: TENANT,
            name: "First line".into(),
            assignment: Assignment::Manual,
            members: vec![user],
        }],
        rules: RuleSet::default(),
        policies: Vec::new(),
        templates: Vec::new(),
        canned: Vec::new(),
        ntfy: None,
        webhooks: Vec::new(),
        token_keys: Vec::new(),
    }
}

pub fn contact() -> Contact {
    Contact {
        id: ContactId(Uuid::from_u128(5)),
        email: "carol@example.org".parse().unwrap(),
        name: "Carol".into(),
        blocked: false,
    }
}

pub fn ticket() -> Ticket {
    Ticket {
        id: TicketId(Uuid::from_u128(6)),
        tenant: TENANT,
        number: 12,
        key: "ACME-12".into(),
        subject: "Printer on fire".into(),
        status: Status::Open,
        priority: Priority::Normal,
        category: None,
        team: None,
        assignee: None,
        requester: ContactId(Uuid::from_u128(5)),
        mailbox: MailboxId(Uuid::from_u128(3)),
        also_addressed: Vec::new(),
        policy: None,
        policy_version: 1,
        spam: false,
        created_at: moment(),
        updated_at: moment(),
        first_response_at: None,
        resolved_at: None,
        closed_at: None,
        snoozed_until: None,
        waiting_since: None,
        reminded_at: None,
        last_message_at: moment(),
        last_message_from: Side::Customer,
        last_customer_message_at: Some(moment()),
        last_agent_message_at: None,
        message_count: 1,
        merged_into: None,
        version: 1,
    }
}

pub fn message() -> Message {
    Message {
        id: MessageId(Uuid::from_u128(7)),
        ticket: TicketId(Uuid::from_u128(6)),
        kind: Kind::Inbound,
        author: Author {
            kind: AuthorType::Contact,
            email: "carol@example.org".into(),
            name: "Carol".into(),
        },
        from: Party {
            email: "Carol@Example.org".into(),
            name: "Carol".into(),
        },
        to: vec![Party {
            email: "support@acme.test".into(),
            name: String::new(),
        }],
        cc: Vec::new(),
        reply_to: Vec::new(),
        subject: "Printer on fire".into(),
        text: "Hot!\n> cold?".into(),
        folds: Vec::new(),
        has_html: false,
        attachments: Vec::new(),
        message_id: Some("a@example.org".into()),
        in_reply_to: None,
        references: Vec::new(),
        created_at: moment(),
        held: false,
        held_reason: None,
        identity: Identity::Verified,
        machine: None,
        bounce: None,
        authentication: Authentication::Unknown,
        matched_by: MatchedBy::New,
        inbound: None,
    }
}
