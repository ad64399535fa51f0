//! Telling people and programs, and putting a ticket aside.

use serde_json::json;

use super::{Doing, possible};
use crate::desk::follow;
use crate::desk::react;
use crate::desk::snooze;
use crate::desk::tell::Occasion;
use crate::domain::address::EmailAddress;
use crate::domain::event::{Actor, EventType};
use crate::domain::ids::{OutboxId, UserId};
use crate::domain::person::Role;
use crate::domain::rules::{Recipient, Snooze};
use crate::domain::snooze::until_reply;

impl Doing<'_, '_> {
    /// Tells somebody by the channels they chose.
    pub(super) fn notify(&mut self, whom: &Recipient, actor: &Actor) -> Result<(), String> {
        let occasion = Occasion::RuleSaysSo {
            rule: actor.name().to_owned(),
        };
        if *whom == Recipient::Channel {
            self.case.pushed.push(occasion);
            self.line(actor, "notify", &whom.to_string());
            return Ok(());
        }
        let people = self.recipients(whom);
        if people.is_empty() {
            return Err(possible::nobody_to_tell(whom));
        }
        for user in people {
            self.case.told.push((user, occasion.clone()));
        }
        self.line(actor, "notify", &whom.to_string());
        Ok(())
    }

    fn recipients(&self, whom: &Recipient) -> Vec<UserId> {
        let office = self.hand.office;
        let with_role = |least: Role| {
            office
                .people
                .iter()
                .filter(move |m| m.is_here() && m.role >= least)
                .map(|m| m.user.id)
                .collect()
        };
        let members = |team: Option<&crate::domain::person::Team>| {
            team.map(|t| t.members.clone()).unwrap_or_default()
        };
        match whom {
            Recipient::Assignee => react::owners(self.hand, self.case),
            Recipient::Team => members(self.case.ticket.team.and_then(|t| office.team(t))),
            Recipient::TeamNamed(name) => members(office.team_named(name)),
            Recipient::Admins => with_role(Role::Admin),
            Recipient::Owners => with_role(Role::Owner),
            Recipient::Person(address) => office
                .person_at(address)
                .map(|m| m.user.id)
                .into_iter()
                .collect(),
            Recipient::Followers => self.case.followers.clone(),
            Recipient::Channel => Vec::new(),
        }
    }

    /// Queues a call of one of the tenant's webhooks.
    pub(super) fn webhook(&mut self, url: &str, actor: &Actor) -> Result<(), String> {
        let office = self.hand.office;
        possible::webhook(office, url)?;
        let (id, ticket) = (self.hand.id::<OutboxId>(), &self.case.ticket);
        let body = json!({
            "type": "rule.fired",
            "timestamp": self.hand.now,
            "data": {
                "rule": actor,
                "ticket": {
                    "id": ticket.id,
                    "key": ticket.key,
                    "url": self.hand.links.ticket(&office.tenant.slug, &ticket.key),
                    "subject": ticket.subject,
                    "status": ticket.status,
                    "priority": ticket.priority,
                    "category": ticket.category,
                    "tags": self.case.tags,
                    "requester": self.case.requester.email.as_str(),
                },
            },
        });
        let cause = format!("rule:{id}");
        self.hand.call(url, self.case.ticket.id, cause, &body);
        self.line(actor, "webhook", url);
        Ok(())
    }

    /// Puts the ticket to sleep.
    pub(super) fn snooze(&mut self, how: Snooze, actor: &Actor) -> Result<(), String> {
        let until = match how {
            Snooze::UntilReply => Some(until_reply()),
            Snooze::For(span) => self.hand.now.checked_add_signed(span.wall()),
        };
        let until = until.ok_or_else(|| "that is too far away".to_owned())?;
        snooze::snooze(self.hand, self.case, Some(until), actor).map_err(|error| error.to_string())
    }

    /// Makes a person follow the ticket.
    pub(super) fn follow(&mut self, address: &EmailAddress, actor: &Actor) -> Result<(), String> {
        let user = possible::follower(self.hand.office, address)?;
        follow::follow(self.hand, self.case, user, actor);
        Ok(())
    }

    pub(super) fn line(&mut self, actor: &Actor, field: &str, to: &str) {
        self.hand.event(
            self.case,
            EventType::Changed,
            actor,
            Some((field, None, Some(to.to_owned()))),
        );
    }
}
