//! **ticket** of the HTTP API.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{PersonView, words};
use crate::desk::directory::Office;
use crate::domain::contact::Contact;
use crate::domain::ids::MailboxId;
use crate::domain::sla::{Clock, Metric, State};
use crate::domain::snooze::until_reply;
use crate::domain::ticket::{Priority, Side, Status, Ticket};

/// A ticket.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Ticket)]
pub struct TicketView {
    id: Uuid,
    /// Counts up within the tenant.
    number: i64,
    /// What people call it: `ACME-12`.
    #[schema(example = "ACME-12")]
    key: String,
    subject: String,
    #[schema(schema_with = words::status)]
    status: Status,
    #[schema(schema_with = words::priority)]
    priority: Priority,
    /// One of the tenant's categories.
    category: Option<String>,
    /// Sorted.
    tags: Vec<String>,
    /// The address it was written to.
    mailbox: String,
    requester: Option<PersonView>,
    assignee: Option<PersonView>,
    /// A team's name.
    team: Option<String>,
    /// Other mailboxes of the tenant that the same mail was addressed to.
    also_addressed: Vec<String>,
    spam: bool,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    first_response_at: Option<DateTime<Utc>>,
    resolved_at: Option<DateTime<Utc>>,
    closed_at: Option<DateTime<Utc>>,
    /// Null also while it sleeps until its customer writes.
    snoozed_until: Option<DateTime<Utc>>,
    /// Whether it sleeps until its customer writes, however long that takes.
    snoozed_until_reply: bool,
    last_message_at: DateTime<Utc>,
    #[schema(schema_with = words::side)]
    last_message_from: Side,
    /// Notes included.
    message_count: i64,
    sla: Vec<SlaView>,
    /// The key of the ticket it was merged into.
    merged_into: Option<String>,
}

/// A service level of a ticket: of each metric the newest round.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Sla)]
pub struct SlaView {
    #[schema(schema_with = words::metric)]
    metric: Metric,
    #[schema(schema_with = words::sla_state)]
    state: State,
    /// Null while it is paused.
    due_at: Option<DateTime<Utc>>,
}

/// What stands beside a ticket in the store.
pub struct Beside<'a> {
    /// The tenant's people, teams and mailboxes.
    pub office: &'a Office,
    /// Who asked.
    pub requester: Option<&'a Contact>,
    /// Its tags.
    pub tags: Vec<String>,
    /// All its clocks.
    pub clocks: Vec<&'a Clock>,
    /// The key of the ticket it was merged into.
    pub merged_into: Option<String>,
}

impl TicketView {
    /// The ticket as programs see it.
    pub fn new(ticket: Ticket, beside: Beside<'_>) -> Self {
        let office = beside.office;
        let address = |id: MailboxId| {
            office
                .mailbox(id)
                .map(|mailbox| mailbox.address.to_string())
        };
        let person = |id| {
            office
                .person(id)
                .map(|member| PersonView::from(&member.user))
        };
        let team = ticket.team.and_then(|id| office.team(id));
        Self {
            id: ticket.id.0,
            number: ticket.number,
            key: ticket.key,
            subject: ticket.subject,
            status: ticket.status,
            priority: ticket.priority,
            category: ticket.category,
            tags: beside.tags,
            // A mailbox that was taken away is no longer in the office; its tickets stay.
            mailbox: address(ticket.mailbox).unwrap_or_default(),
            requester: beside.requester.map(PersonView::from),
            assignee: ticket.assignee.and_then(person),
            team: team.map(|team| team.name.clone()),
            also_addressed: ticket
                .also_addressed
                .into_iter()
                .filter_map(address)
                .collect(),
            spam: ticket.spam,
            created_at: ticket.created_at,
            updated_at: ticket.updated_at,
            first_response_at: ticket.first_response_at,
            resolved_at: ticket.resolved_at,
            closed_at: ticket.closed_at,
            snoozed_until: ticket.snoozed_until.filter(|at| *at != until_reply()),
            snoozed_until_reply: ticket.snoozed_until == Some(until_reply()),
            last_message_at: ticket.last_message_at,
            last_message_from: ticket.last_message_from,
            message_count: ticket.message_count,
            sla: newest_rounds(&beside.clocks),
            merged_into: beside.merged_into,
        }
    }
}

/// Of each metric the newest clock that did not fall away.
fn newest_rounds(clocks: &[&Clock]) -> Vec<SlaView> {
    let newest = |metric: &Metric| {
        let of_metric = clocks.iter().filter(|clock| clock.metric == *metric);
        of_metric
            .filter(|clock| clock.state() != State::Dropped)
            .max_by_key(|clock| clock.cycle)
    };
    Metric::ALL
        .iter()
        .filter_map(newest)
        .map(|clock| SlaView {
            metric: clock.metric,
            state: clock.state(),
            due_at: clock.due_at,
        })
        .collect()
}

/// The columns of a table of tickets, in their order.
pub const COLUMNS: &[&str] = &[
    "key",
    "subject",
    "status",
    "priority",
    "category",
    "tags",
    "mailbox",
    "requester_email",
    "requester_name",
    "assignee",
    "team",
    "created_at",
    "updated_at",
    "first_response_at",
    "resolved_at",
    "closed_at",
    "last_message_at",
    "last_message_from",
    "message_count",
    "id",
];

impl TicketView {
    /// The ticket as a line of a table.
    pub fn line(&self) -> Vec<String> {
        let time = |at: &DateTime<Utc>| at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
        let maybe = |at: &Option<DateTime<Utc>>| at.as_ref().map(time).unwrap_or_default();
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let (email, name) = self
            .requester
            .as_ref()
            .map(PersonView::pair)
            .unwrap_or_default();
        vec![
            self.key.clone(),
            self.subject.clone(),
            self.status.to_string(),
            self.priority.to_string(),
            text(&self.category),
            self.tags.join(" "),
            self.mailbox.clone(),
            email,
            name,
            self.assignee
                .as_ref()
                .map(|person| person.pair().0)
                .unwrap_or_default(),
            text(&self.team),
            time(&self.created_at),
            time(&self.updated_at),
            maybe(&self.first_response_at),
            maybe(&self.resolved_at),
            maybe(&self.closed_at),
            time(&self.last_message_at),
            self.last_message_from.to_string(),
            self.message_count.to_string(),
            self.id.to_string(),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{contact, office, ticket};
    use super::*;

    fn view(change: impl FnOnce(&mut Ticket), clocks: &[Clock]) -> serde_json::Value {
        let (office, contact, mut ticket) = (office(), contact(), ticket());
        change(&mut ticket);
        let beside = Beside {
            office: &office,
            requester: Some(&contact),
            tags: vec!["invoice".into()],
            clocks: clocks.iter().collect(),
            merged_into: None,
        };
        serde_json::to_value(TicketView::new(ticket, beside)).unwrap()
    }

    fn clock(metric: &str, cycle: u32, ended: &str) -> Clock {
        let mut json = serde_json::json!({
            "metric": metric, "cycle": cycle, "policy": Uuid::nil(), "priority": "normal",
            "started_at": "2026-11-23T09:00:00Z", "target_seconds": 60, "elapsed_seconds": 0,
            "running_since": "2026-11-23T09:00:00Z", "due_at": "2026-11-23T09:01:00Z", "warnings": [],
            "breached_at": null, "met_at": null, "dropped_at": null,
        });
        if !ended.is_empty() {
            json[ended] = "2026-11-23T09:02:00Z".into();
        }
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn a_ticket_has_every_field_that_was_promised() {
        let json = view(|_| {}, &[]);
        for field in [
            "id",
            "number",
            "key",
            "subject",
            "status",
            "priority",
            "category",
            "tags",
            "mailbox",
            "requester",
            "assignee",
            "team",
            "also_addressed",
            "spam",
            "created_at",
            "updated_at",
            "first_response_at",
            "resolved_at",
            "closed_at",
            "snoozed_until",
            "snoozed_until_reply",
            "last_message_at",
            "last_message_from",
            "message_count",
            "sla",
            "merged_into",
        ] {
            assert!(json.get(field).is_some(), "{field}");
        }
        assert_eq!(json["mailbox"], "support@acme.test");
        assert_eq!(json["requester"]["email"], "carol@example.org");
        assert_eq!(json["created_at"], "2026-11-23T09:00:00Z");
        assert_eq!(json["assignee"], serde_json::Value::Null);
    }

    #[test]
    fn names_stand_for_ids() {
        let office = office();
        let (user, team) = (office.people[0].user.id, office.teams[0].id);
        let json = view(
            |ticket| (ticket.assignee, ticket.team) = (Some(user), Some(team)),
            &[],
        );
        assert_eq!(json["assignee"]["email"], "ada@agents.test");
        assert_eq!(json["team"], "First line");
    }

    #[test]
    fn of_each_metric_the_newest_round_is_shown_and_dropped_ones_are_not() {
        for (clocks, shown) in [
            (
                vec![clock("first_response", 1, "")],
                vec!["first_response running"],
            ),
            (
                vec![clock("first_response", 1, "met_at")],
                vec!["first_response met"],
            ),
            (vec![clock("resolution", 1, "dropped_at")], vec![]),
            (
                vec![
                    clock("resolution", 1, "met_at"),
                    clock("resolution", 2, "breached_at"),
                ],
                vec!["resolution breached"],
            ),
            (
                vec![
                    clock("next_response", 1, "met_at"),
                    clock("next_response", 2, "dropped_at"),
                ],
                vec!["next_response met"],
            ),
        ] {
            let json = view(|_| {}, &clocks);
            let sla = json["sla"].as_array().unwrap();
            let word =
                |sla: &serde_json::Value, field: &str| sla[field].as_str().unwrap().to_owned();
            let seen: Vec<_> = sla
                .iter()
                .map(|s| format!("{} {}", word(s, "metric"), word(s, "state")))
                .collect();
            assert_eq!(seen, shown);
        }
    }

    #[test]
    fn a_line_of_the_table_has_one_cell_for_each_column() {
        let (office, contact) = (office(), contact());
        let beside = Beside {
            office: &office,
            requester: Some(&contact),
            tags: Vec::new(),
            clocks: Vec::new(),
            merged_into: None,
        };
        let line = TicketView::new(ticket(), beside).line();
        assert_eq!(line.len(), COLUMNS.len());
        let at = |column: &str| line[COLUMNS.iter().position(|c| *c == column).unwrap()].as_str();
        assert_eq!(at("requester_email"), "carol@example.org");
        assert_eq!(at("status"), "open");
        assert_eq!(at("resolved_at"), "");
    }
}
