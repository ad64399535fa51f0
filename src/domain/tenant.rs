//! A tenant and what it has settled for itself.

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::domain::ids::TenantId;

words! {
    /// Which tickets a member sees, besides those without an assignee in their own teams.
    pub enum MemberVisibility {
        /// Their own.
        Assigned = "assigned",
        /// Those of their teams too.
        Team = "team",
        /// All.
        All = "all",
    }
}

words! {
    /// How much proof an agent's mail needs before it speaks for the tenant (guarantees, section 2).
    pub enum AgentMail {
        /// Token, own address and aligned authentication.
        Strict = "strict",
        /// Token and own address.
        Token = "token",
        /// Agents answer in the dashboard only.
        Off = "off",
    }
}

words! {
    /// To whom a new ticket is acknowledged.
    pub enum Acknowledge {
        /// To senders whose authentication aligns.
        Aligned = "aligned",
        /// To every person.
        Always = "always",
        /// To nobody.
        Off = "off",
    }
}

words! {
    /// What customers are told by itself, besides acknowledgements.
    pub enum CustomerNotice {
        /// That their ticket has another state.
        Status = "status",
        /// That their ticket is closed.
        Closed = "closed",
    }
}

/// What a tenant has settled. Stored as JSON; a missing key means its default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Which tickets members see.
    pub member_visibility: MemberVisibility,
    /// Days after which a resolved ticket closes; 0 is never.
    pub auto_close_days: u32,
    /// Days without an answer of the customer after which they are reminded; 0 is never.
    pub remind_customer_days: u32,
    /// Days without an answer of ours after which whoever answers for the ticket is reminded; 0 is never.
    pub remind_agent_days: u32,
    /// Days without an answer of the customer after which a ticket closes; 0 is never.
    pub close_waiting_days: u32,
    /// How many days before that they are told; 0 is not at all.
    pub closing_notice_days: u32,
    /// An answer later than this many days after closing opens a linked ticket.
    pub follow_up_days: u32,
    /// The categories a ticket may have.
    pub categories: Vec<String>,
    /// How agents' mail is judged.
    pub agent_mail: AgentMail,
    /// Who gets an acknowledgement.
    pub acknowledge: Acknowledge,
    /// What else customers are told by itself.
    pub customer_notices: Vec<CustomerNotice>,
    /// Whether customers are asked, once, how satisfied they are.
    pub csat: bool,
    /// How many minutes after a ticket was resolved they are asked.
    pub csat_after_minutes: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            member_visibility: MemberVisibility::Assigned,
            auto_close_days: 7,
            remind_customer_days: 0,
            remind_agent_days: 0,
            close_waiting_days: 0,
            closing_notice_days: 2,
            follow_up_days: 30,
            categories: Vec::new(),
            agent_mail: AgentMail::Strict,
            acknowledge: Acknowledge::Aligned,
            customer_notices: Vec::new(),
            csat: false,
            csat_after_minutes: 60,
        }
    }
}

/// A customer company of the platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    /// Its id.
    pub id: TenantId,
    /// Its name in addresses: `SLUG.desk.example.org`.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// What its ticket numbers begin with.
    pub ticket_prefix: String,
    /// In which zone its days begin.
    pub timezone: Tz,
    /// The language of its notices.
    pub locale: String,
    /// What it has settled.
    pub settings: Settings,
    /// False: its mail is kept, but nobody works on it.
    pub active: bool,
    /// The slug of its plan, if it has one.
    pub plan: Option<String>,
}

impl Tenant {
    /// What people call ticket `number`: `ACME-12`.
    pub fn key(&self, number: i64) -> String {
        format!("{}-{number}", self.ticket_prefix)
    }
}
