//! Digests: what somebody wants to know, but not each thing at once.

use std::collections::HashMap;

use chrono::TimeDelta;
use liquid::Object;
use liquid::model::Value;

use crate::desk::directory::Office;
use crate::desk::texts::{self, object};
use crate::desk::{Desk, DeskError};
use crate::domain::access::{self, Viewer};
use crate::domain::address::Party;
use crate::domain::ids::{OutboxId, TeamId, TenantId, TicketId, UserId};
use crate::domain::mail::{Automatic, Outgoing, compose};
use crate::domain::person::Membership;
use crate::domain::template::speech;
use crate::domain::ticket::Ticket;
use crate::store::digests::DigestItem;
use crate::store::outbox::{Audience, Channel, NewOutbox};
use crate::store::{self, StoreError, Topic, Tx, blobs};

/// How soon to look again at somebody who has not said when they are back.
const STILL_AWAY: TimeDelta = TimeDelta::hours(1);
/// Things that one mail lists; of more, the newest.
const MOST: usize = 100;

impl Desk {
    /// Sends somebody's digest.
    pub(in crate::desk) async fn send_digest(
        &self,
        tenant: TenantId,
        user: UserId,
    ) -> Result<(), DeskError> {
        let directory = self.directory();
        let now = self.clock.now();
        let mut tx = self.db.write().await?;
        let office = directory.office(tenant);
        let person = office.and_then(|office| {
            let person = office.person(user)?;
            person.is_here().then_some((office, person))
        });
        // Whoever is away reads it when they are back.
        if let Some((_, person)) = person.filter(|(_, person)| person.is_away(now)) {
            let away = person.presence.away.as_ref();
            let back = away.and_then(|away| away.until);
            let later = back.unwrap_or(now + STILL_AWAY);
            store::digests::postpone(&mut tx, tenant, user, (now, later)).await?;
            tx.commit().await?;
            return Ok(());
        }
        let items = store::digests::take(&mut tx, tenant, user, now).await?;
        if let Some((office, person)) = person {
            let tickets = visible(&mut tx, office, person, &items).await?;
            let items = items.iter().rev().take(MOST).rev();
            let lines: Vec<_> = items
                .filter_map(|item| tickets.get(&item.ticket).map(|ticket| (item, ticket)))
                .collect();
            let row = self.digest(office, person, &lines, &directory.loop_mark);
            if let Some(row) = row {
                store::outbox::insert_all(&mut tx, &[row], now).await?;
                tx.wake(Topic::Outbox);
            }
        }
        tx.commit().await?;
        Ok(())
    }

    /// The mail; none if there is nothing to tell, or no mailbox to tell it from.
    fn digest(
        &self,
        office: &Office,
        person: &Membership,
        lines: &[(&DigestItem, &Ticket)],
        loop_mark: &str,
    ) -> Option<NewOutbox> {
        let (first, _) = lines.first()?;
        let sends = office.mailboxes.iter().find(|m| m.account.is_some());
        let mailbox = sends.or(office.mailboxes.first())?;
        let words = texts::render(
            office,
            "agent.digest",
            &self.variables(office, person, lines),
        );
        let now = self.clock.now();
        let id = OutboxId(self.random.uuid(now));
        let mail_id = format!("digest.{id}@{}", mailbox.address.domain());
        let outgoing = Outgoing {
            from: Party {
                email: mailbox.address.to_string(),
                name: office.tenant.name.clone(),
            },
            to: vec![Party {
                email: person.user.email.to_string(),
                name: person.user.name.clone(),
            }],
            subject: words.subject,
            message_id: mail_id.clone(),
            date: now,
            text: words.text,
            html: Some(words.html),
            automatic: Some(Automatic::Generated),
            loop_mark: Some(loop_mark.to_owned()),
            ..Outgoing::default()
        };
        Some(NewOutbox {
            id,
            tenant: Some(office.tenant.id),
            channel: Channel::Email,
            audience: Audience::Agent,
            account: mailbox.account,
            mailbox: Some(mailbox.id),
            ticket: None,
            message: None,
            cause: format!("digest:{}", first.id),
            recipient: person.user.email.to_string(),
            envelope_from: mailbox.address.to_string(),
            mail_id: Some(mail_id),
            body: blobs::compress(&compose(&outgoing).ok()?),
            send_at: now,
        })
    }

    fn variables(
        &self,
        office: &Office,
        person: &Membership,
        lines: &[(&DigestItem, &Ticket)],
    ) -> Object {
        let (slug, spoken) = (&office.tenant.slug, speech(&office.tenant.locale));
        let wishes = office.preferences.get(&person.user.id);
        let zone = wishes
            .and_then(|wishes| wishes.timezone)
            .unwrap_or(office.tenant.timezone);
        let items = lines.iter().map(|(item, ticket)| {
            object([
                ("key", ticket.key.clone()),
                ("subject", ticket.subject.clone()),
                ("url", self.links.ticket(slug, &ticket.key)),
                ("at", spoken.moment(item.at, zone)),
                ("what", spoken.event(item.event).to_owned()),
                ("who", item.who.clone()),
            ])
        });
        let since = lines.first().map(|(item, _)| item.at);
        let mut digest = Object::new();
        digest.insert("count".into(), Value::scalar(lines.len().to_string()));
        let since = since.map(|at| spoken.moment(at, zone)).unwrap_or_default();
        digest.insert("since".into(), Value::scalar(since));
        digest.insert("items".into(), Value::Array(items.collect()));
        let name = &person.user.name;
        let mut all = Object::new();
        all.insert("digest".into(), Value::Object(digest));
        all.insert(
            "tenant".into(),
            object([("name", office.tenant.name.clone())]),
        );
        all.insert(
            "person".into(),
            object([
                ("name", name.clone()),
                ("first_name", texts::first_word(name).to_owned()),
                ("why", spoken.why_digest().to_owned()),
                (
                    "settings",
                    self.links.tenant(slug, "/account/notifications"),
                ),
            ]),
        );
        all
    }
}

/// The tickets of these things that the person may still see.
async fn visible(
    tx: &mut Tx,
    office: &Office,
    person: &Membership,
    items: &[DigestItem],
) -> Result<HashMap<TicketId, Ticket>, StoreError> {
    let (tenant, user) = (office.tenant.id, person.user.id);
    let mut ids: Vec<TicketId> = items.iter().map(|item| item.ticket).collect();
    ids.sort();
    ids.dedup();
    let followed = store::followers::of_tickets(tx, tenant, &ids).await?;
    let teams: Vec<TeamId> = office.teams_of(user).collect();
    let tickets = store::tickets::by_ids(tx, tenant, &ids).await?;
    let viewer = Viewer {
        user,
        role: person.role,
        teams: &teams,
    };
    let sees = |ticket: &Ticket| {
        let relation = access::Relation {
            assignee: ticket.assignee,
            team: ticket.team,
            follows: followed.contains(&(ticket.id, user)),
        };
        access::may_see(&viewer, &relation, office.tenant.settings.member_visibility)
    };
    Ok(tickets
        .into_iter()
        .filter(sees)
        .map(|ticket| (ticket.id, ticket))
        .collect())
}
