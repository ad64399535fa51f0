//! `[[tenant]]`: a customer company, and everything that is its own.

use chrono_tz::Tz;

use super::account::Account;
use super::mailbox::Mailbox;
use super::names::{Locale, Prefix, Slug, State};
use super::outward::{Ntfy, Webhook};
use super::person::{Team, User};
use super::rule::Rule;
use super::service::{Calendar, Sla};
use super::text::{Canned, Template};
use crate::config::read::{Record, Table, texts};
use crate::config::{At, Place};
use crate::domain::tenant::{Acknowledge, AgentMail, CustomerNotice, MemberVisibility};
use crate::domain::words;

/// A tenant. What is not said keeps its value, or gets its default when the tenant is new.
#[derive(Debug, Clone)]
pub struct Tenant {
    /// Where it stands.
    pub place: Place,
    /// Its name in addresses.
    pub slug: At<Slug>,
    /// Whether it is to be active; `absent` stops work on its mail, and deletes nothing. If nothing is said,
    /// a tenant that somebody switched off stays off.
    pub state: Option<State>,
    /// Its name for people.
    pub name: Option<String>,
    /// What its ticket numbers begin with.
    pub ticket_prefix: Option<Prefix>,
    /// In which zone its days begin.
    pub timezone: Option<Tz>,
    /// The language of its notices.
    pub locale: Option<Locale>,
    /// The slug of its plan.
    pub plan: Option<At<String>>,
    /// How the subscription to the plan stands; `active` if nothing is said.
    pub subscription: Option<Subscription>,
    /// Which tickets members see.
    pub member_visibility: Option<MemberVisibility>,
    /// Days after which a resolved ticket closes; 0 is never.
    pub auto_close_days: Option<Days>,
    /// Days without an answer of the customer after which they are reminded; 0 is never.
    pub remind_customer_days: Option<Days>,
    /// Days without an answer of ours after which whoever answers for the ticket is reminded; 0 is never.
    pub remind_agent_days: Option<Days>,
    /// Days without an answer of the customer after which a ticket closes; 0 is never.
    pub close_waiting_days: Option<Days>,
    /// How many days before that they are told; 0 is not at all.
    pub closing_notice_days: Option<Days>,
    /// An answer later than this many days after closing opens a linked ticket.
    pub follow_up_days: Option<Days>,
    /// The categories a ticket may have.
    pub categories: Option<Vec<String>>,
    /// How agents' mail is judged.
    pub agent_mail: Option<AgentMail>,
    /// Who gets an acknowledgement.
    pub acknowledge: Option<Acknowledge>,
    /// What else customers are told by itself.
    pub customer_notices: Option<Vec<CustomerNotice>>,
    /// Whether customers are asked, once, how satisfied they are.
    pub csat: Option<bool>,
    /// How many minutes after a ticket was resolved they are asked.
    pub csat_after_minutes: Option<Minutes>,
    /// People.
    pub users: Vec<User>,
    /// Teams.
    pub teams: Vec<Team>,
    /// Accounts of its own.
    pub accounts: Vec<Account>,
    /// Mailboxes.
    pub mailboxes: Vec<Mailbox>,
    /// Calendars.
    pub calendars: Vec<Calendar>,
    /// Service levels.
    pub slas: Vec<Sla>,
    /// Canned replies.
    pub canned: Vec<Canned>,
    /// Notices in its own words.
    pub templates: Vec<Template>,
    /// Webhooks.
    pub webhooks: Vec<Webhook>,
    /// Telephones.
    pub ntfy: Option<Ntfy>,
    /// Rules, in the order in which they look at a ticket.
    pub rules: Vec<Rule>,
}

words! {
    /// How a subscription stands.
    pub enum Subscription {
        /// Tried for nothing.
        Trialing = "trialing",
        /// Paid.
        Active = "active",
        /// Payment is late.
        PastDue = "past_due",
        /// Ended by the tenant.
        Canceled = "canceled",
        /// Ended by time.
        Expired = "expired",
    }
}

/// A number of days, up to ten years.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days(pub u32);

/// A number of minutes, up to thirty days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Minutes(pub u32);

texts! { words Subscription, MemberVisibility, AgentMail, Acknowledge, CustomerNotice }

impl crate::config::read::Value for Minutes {
    fn expected() -> std::borrow::Cow<'static, str> {
        "a number of minutes from 0 to 43200".into()
    }

    fn read(entry: crate::config::read::Entry<'_>) -> Option<Self> {
        let minutes = entry.number().and_then(|n| u32::try_from(n).ok());
        let minutes = minutes.filter(|n| *n <= 43_200).map(Self);
        minutes.or_else(|| entry.refuse("a number of minutes from 0 to 43200"))
    }
}

impl crate::config::read::Value for Days {
    fn expected() -> std::borrow::Cow<'static, str> {
        "a number of days from 0 to 3650".into()
    }

    fn read(entry: crate::config::read::Entry<'_>) -> Option<Self> {
        let days = entry.number().and_then(|n| u32::try_from(n).ok());
        let days = days.filter(|n| *n <= 3650).map(Self);
        days.or_else(|| entry.refuse("a number of days from 0 to 3650"))
    }
}

impl Record for Tenant {
    fn read(table: &mut Table<'_>) -> Option<Self> {
        let slug = table.required("slug");
        Some(Self {
            place: table.place(),
            state: table.optional("state"),
            name: table.optional("name"),
            ticket_prefix: table.optional("ticket_prefix"),
            timezone: table.optional("timezone"),
            locale: table.optional("locale"),
            plan: table.optional("plan"),
            subscription: table.optional("subscription"),
            member_visibility: table.optional("member_visibility"),
            auto_close_days: table.optional("auto_close_days"),
            remind_customer_days: table.optional("remind_customer_days"),
            remind_agent_days: table.optional("remind_agent_days"),
            close_waiting_days: table.optional("close_waiting_days"),
            closing_notice_days: table.optional("closing_notice_days"),
            follow_up_days: table.optional("follow_up_days"),
            categories: table.optional("categories"),
            agent_mail: table.optional("agent_mail"),
            acknowledge: table.optional("acknowledge"),
            customer_notices: table.optional("customer_notices"),
            csat: table.optional("csat"),
            csat_after_minutes: table.optional("csat_after_minutes"),
            users: table.records("user"),
            teams: table.records("team"),
            accounts: table.records("account"),
            mailboxes: table.records("mailbox"),
            calendars: table.records("calendar"),
            slas: table.records("sla"),
            canned: table.records("canned"),
            templates: table.records("template"),
            webhooks: table.records("webhook"),
            ntfy: table.record("ntfy"),
            rules: table.records("rule"),
            slug: slug?,
        })
    }
}
