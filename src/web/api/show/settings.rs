//! Settings of a tenant, as far as programs may read them. No secret has a field here, so none can be shown (A28).

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{PersonView, words};
use crate::desk::directory::Office;
use crate::domain::mailbox::Mailbox;
use crate::domain::person::{MailReply, Membership, Role, Team};
use crate::domain::rules::{Definition, Rule};
use crate::domain::tenant::Tenant;
use crate::store::webhooks::Webhook;

/// One of the tenant's people.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = User)]
pub struct UserView {
    id: Uuid,
    email: String,
    name: String,
    #[schema(schema_with = words::role)]
    role: Role,
    /// False once they have left or were disabled.
    active: bool,
    /// `off`: they answer on the pages only; what comes in their name by mail waits.
    #[schema(schema_with = words::mail_reply)]
    mail_reply: MailReply,
    /// From when they are, were or will be away.
    away_from: Option<DateTime<Utc>>,
    /// Until when; null with `away_from`: until they say that they are back.
    away_until: Option<DateTime<Utc>>,
    /// The most active tickets that are given to them by itself; null: no limit.
    capacity: Option<u32>,
}

impl From<&Membership> for UserView {
    fn from(member: &Membership) -> Self {
        Self {
            id: member.user.id.0,
            email: member.user.email.to_string(),
            name: member.user.name.clone(),
            role: member.role,
            active: member.is_here(),
            mail_reply: member.mail_reply,
            away_from: member.presence.away.as_ref().map(|away| away.from),
            away_until: member.presence.away.as_ref().and_then(|away| away.until),
            capacity: member.presence.capacity,
        }
    }
}

/// A team.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Team)]
pub struct TeamView {
    id: Uuid,
    name: String,
    /// How its new tickets find their person: `manual`, `round_robin`, `least_loaded`.
    assignment: &'static str,
    /// In the order in which they take turns.
    members: Vec<PersonView>,
}

impl TeamView {
    /// A team with its people.
    pub fn new(team: &Team, office: &Office) -> Self {
        let members = team.members.iter().filter_map(|id| office.person(*id));
        Self {
            id: team.id.0,
            name: team.name.clone(),
            assignment: team.assignment.as_str(),
            members: members
                .map(|member| PersonView::from(&member.user))
                .collect(),
        }
    }
}

/// An address under which mail is received.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Mailbox)]
pub struct MailboxView {
    id: Uuid,
    address: String,
    aliases: Vec<String>,
    /// What customers see beside the address.
    name: String,
    /// The team its tickets belong to at first.
    team: Option<String>,
    /// A mail that also goes to another mailbox gets its own ticket here.
    separate: bool,
    /// What happens to answers of strangers: `hold` or `join`.
    strangers: &'static str,
    /// Whether reply tokens travel in `local+token@`: `on` or `off` as it was set; `works`, `fails` or `waiting` as a
    /// test showed or will show; `untested`; `too_long` where the address has no room. If not, they travel in the
    /// Message-ID only.
    plus_address: &'static str,
    /// The same as a sentence, with the reason.
    plus_address_because: String,
}

impl MailboxView {
    /// A mailbox with its team's name.
    pub fn new(mailbox: &Mailbox, office: &Office) -> Self {
        let team = mailbox.team.and_then(|id| office.team(id));
        let plus = mailbox.plus_address();
        Self {
            id: mailbox.id.0,
            address: mailbox.address.to_string(),
            aliases: mailbox.aliases.iter().map(ToString::to_string).collect(),
            name: mailbox.name.clone(),
            team: team.map(|team| team.name.clone()),
            separate: mailbox.separate,
            strangers: mailbox.strangers.as_str(),
            plus_address: plus.word(),
            plus_address_because: plus.sentence(),
        }
    }
}

/// A rule in its current version.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Rule)]
pub struct RuleView {
    id: Uuid,
    name: String,
    /// Rises with every change.
    version: i64,
    /// The lower looks first.
    position: i64,
    active: bool,
    /// `on`, `when` and `then`, as in a seed file.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    definition: Definition,
}

impl From<Rule> for RuleView {
    fn from(rule: Rule) -> Self {
        Self {
            id: rule.id.0,
            name: rule.name,
            version: rule.version,
            position: rule.position,
            active: rule.active,
            definition: rule.definition,
        }
    }
}

/// A text to answer with.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CannedReply)]
pub struct CannedView {
    name: String,
    /// Liquid.
    text: String,
}

impl From<&(String, String)> for CannedView {
    fn from((name, text): &(String, String)) -> Self {
        Self {
            name: name.clone(),
            text: text.clone(),
        }
    }
}

/// A program that is told of events.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Webhook)]
pub struct WebhookView {
    id: Uuid,
    url: String,
    /// None named: every event.
    events: Vec<String>,
    active: bool,
    /// Since when no call was taken.
    failing_since: Option<DateTime<Utc>>,
    /// Why it was switched off by itself.
    given_up: Option<String>,
}

impl From<&Webhook> for WebhookView {
    fn from(webhook: &Webhook) -> Self {
        Self {
            id: webhook.id.0,
            failing_since: webhook.failing_since,
            given_up: webhook.given_up.clone(),
            url: webhook.url.clone(),
            events: webhook.events.clone(),
            active: webhook.active,
        }
    }
}

/// A customer company of the platform.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Tenant)]
pub struct TenantView {
    id: Uuid,
    slug: String,
    name: String,
    ticket_prefix: String,
    timezone: &'static str,
    locale: String,
    /// The plan's slug.
    plan: Option<String>,
    active: bool,
}

impl From<&Tenant> for TenantView {
    fn from(tenant: &Tenant) -> Self {
        Self {
            id: tenant.id.0,
            slug: tenant.slug.clone(),
            name: tenant.name.clone(),
            ticket_prefix: tenant.ticket_prefix.clone(),
            timezone: tenant.timezone.name(),
            locale: tenant.locale.clone(),
            plan: tenant.plan.clone(),
            active: tenant.active,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::office;
    use super::*;
    use crate::store::accounts::StoredPassword;

    #[test]
    fn a_team_and_a_mailbox_name_their_people_and_each_other() {
        let mut office = office();
        office.mailboxes[0].team = Some(office.teams[0].id);
        let team = serde_json::to_value(TeamView::new(&office.teams[0], &office)).unwrap();
        assert_eq!(team["members"][0]["email"], "ada@agents.test");
        let mailbox =
            serde_json::to_value(MailboxView::new(&office.mailboxes[0], &office)).unwrap();
        assert_eq!(mailbox["team"], "First line");
        assert_eq!(mailbox["aliases"][0], "help@acme.test");
    }

    #[test]
    fn a28_a_webhook_is_shown_without_its_secret() {
        let id = crate::domain::ids::WebhookId(Uuid::nil());
        let mut webhook = Webhook::new(id, "https://example.org/hook".into(), true);
        webhook.secret = StoredPassword {
            sealed: Some(b"canary".to_vec()),
            env: Some("CANARY".into()),
        };
        webhook.old_secret = Some((b"canary".to_vec(), DateTime::UNIX_EPOCH));
        let json = serde_json::to_string(&WebhookView::from(&webhook)).unwrap();
        assert!(!json.to_lowercase().contains("canary"), "{json}");
    }

    #[test]
    fn a_rule_reads_as_in_a_seed_file() {
        let rule = Rule {
            id: crate::domain::ids::RuleId(Uuid::nil()),
            name: "Invoices".into(),
            version: 1,
            position: 0,
            active: true,
            definition: serde_json::from_str(
                r#"{"on": ["ticket.created"], "then": [{"priority": "high"}]}"#,
            )
            .unwrap(),
        };
        let json = serde_json::to_value(RuleView::from(rule)).unwrap();
        assert_eq!(json["on"][0], "ticket.created");
        assert_eq!(json["then"][0]["priority"], "high");
    }
}
