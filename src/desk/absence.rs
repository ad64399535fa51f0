//! Members say themselves when they are away and how much they take on. Whoever is away is given nothing and told nothing,
//! and may have what is urgent handed back to the team when the absence begins.

use chrono::{DateTime, SecondsFormat, Utc};

use crate::desk::change;
use crate::desk::due::Job;
use crate::desk::hand::Hand;
use crate::desk::react;
use crate::desk::tell::Occasion;
use crate::desk::{Desk, DeskError, Who};
use crate::domain::audit::{Differences, Via};
use crate::domain::event::Actor;
use crate::domain::ids::{TenantId, UserId};
use crate::domain::person::Presence;
use crate::domain::template::speech;
use crate::domain::ticket::{Change, Priority};
use crate::store::people;

/// Nobody works on more tickets.
const MOST: u32 = 1000;
/// The longest that a message to colleagues may be, in characters.
const LONGEST_MESSAGE: usize = 200;

impl Desk {
    /// Says when the person is away and how much they take on.
    ///
    /// # Errors
    /// A token that belongs to nobody; a time or a number that makes no sense, named by its field.
    pub async fn set_presence(
        &self,
        who: &Who,
        via: Via,
        presence: Presence,
    ) -> Result<(), DeskError> {
        let user = who.user.ok_or_else(|| {
            DeskError::Forbidden("This token belongs to nobody who could be away.".to_owned())
        })?;
        check(&presence, self.clock.now())?;
        let mut change = self.change_own(who, via).await?;
        let was = change.office.person(user).map(|m| m.presence.clone());
        let was = was.ok_or(DeskError::NotFound("person"))?;
        let differences = differences(&was, &presence);
        if !differences.is_empty() {
            let now = change.now();
            people::set_presence(&mut change.tx, who.tenant, user, &presence, now).await?;
            change.record(
                "availability.changed",
                who.name.clone(),
                differences.to_string(),
            );
        }
        change.commit().await
    }

    /// Hands back what is urgent of those whose absence has begun. Returns when the next one begins.
    pub async fn settle_absences(&self) -> Result<Option<DateTime<Utc>>, DeskError> {
        self.work_off(Job::Absences).await
    }

    /// Hands back somebody's urgent tickets, and notes that it was done for this absence. Those handed back before a crash are
    /// nobody's already.
    pub(in crate::desk) async fn hand_back(
        &self,
        tenant: TenantId,
        user: UserId,
    ) -> Result<(), DeskError> {
        let office = self.office(tenant)?;
        let person = office.person(user).ok_or(DeskError::NotFound("person"))?;
        let away = person.presence.away.clone();
        let away = away.filter(|away| away.hand_back && away.covers(self.clock.now()));
        // The settings in memory lag behind; they are read again soon.
        let away = away.ok_or(DeskError::NotFound("absence"))?;
        let mut tx = self.db.read().await?;
        let tickets = people::urgent_tickets(&mut tx, tenant, user).await?;
        drop(tx);
        for ticket in tickets {
            self.with_case(tenant, ticket, |hand, case| {
                let theirs = case.ticket.assignee == Some(user) && case.ticket.status.is_active();
                if theirs && case.ticket.priority == Priority::Urgent {
                    give_back(hand, case, &person.user.name);
                }
                Ok(())
            })
            .await?;
        }
        let mut tx = self.db.write().await?;
        people::settled(&mut tx, tenant, user, away.from).await?;
        tx.commit().await?;
        Ok(())
    }
}

fn give_back(hand: &mut Hand<'_>, case: &mut crate::desk::case::Case, name: &str) {
    let wanted = Change {
        assignee: Some(None),
        ..Change::default()
    };
    change::apply(hand, case, &wanted, &Actor::System, 0);
    change::assign_by_team(hand, case);
    if case.ticket.assignee.is_none() {
        let text = speech(&hand.office.tenant.locale).handed_back(name);
        react::tell_owners(hand, case, Occasion::Reminder { text });
    }
}

fn check(presence: &Presence, now: DateTime<Utc>) -> Result<(), DeskError> {
    if presence.capacity.is_some_and(|most| most > MOST) {
        return Err(DeskError::invalid(
            "capacity",
            "expected a number of tickets from 0 to 1000",
        ));
    }
    let Some(away) = &presence.away else {
        return Ok(());
    };
    if away
        .until
        .is_some_and(|until| until <= away.from || until <= now)
    {
        return Err(DeskError::invalid(
            "away_until",
            "expected a time to come, after the absence begins",
        ));
    }
    let message = &away.message;
    if message.chars().count() > LONGEST_MESSAGE || message.chars().any(char::is_control) {
        return Err(DeskError::invalid(
            "message",
            "expected at most 200 characters in one line",
        ));
    }
    Ok(())
}

fn differences(was: &Presence, is: &Presence) -> Differences {
    let moment = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let from = |p: &Presence| p.away.as_ref().map(|a| moment(a.from)).unwrap_or_default();
    let until = |p: &Presence| {
        let until = p.away.as_ref().and_then(|a| a.until);
        until.map(moment).unwrap_or_default()
    };
    let message = |p: &Presence| p.away.as_ref().map(|a| a.message.clone());
    let hands_back = |p: &Presence| p.away.as_ref().is_some_and(|a| a.hand_back);
    let capacity = |p: &Presence| p.capacity.map(|c| c.to_string()).unwrap_or_default();
    Differences::default()
        .field("away_from", &from(was), &from(is))
        .field("away_until", &until(was), &until(is))
        .field("hand_back", &hands_back(was), &hands_back(is))
        .hidden("message", &message(was), &message(is))
        .field("capacity", &capacity(was), &capacity(is))
}
