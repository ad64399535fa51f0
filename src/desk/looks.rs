//! Rules that time pulls. Each ticket knows when time next makes some rule see it differently; that moment is a row with
//! an index, written with the ticket itself. The timers sleep until the earliest, and only those tickets are looked at.
//!
//! A rule acts once per cause: once for what a person or a customer last did to the ticket. What rules and time
//! do in between gives it no second chance, so a reminder does not remind of itself.

use chrono::{DateTime, TimeDelta, Utc};

use crate::desk::case::Case;
use crate::desk::directory::Office;
use crate::desk::due::AT_ONCE;
use crate::desk::facts;
use crate::desk::hand::Hand;
use crate::desk::react::{self, Cause};
use crate::desk::{Desk, DeskError};
use crate::domain::event::Actor;
use crate::domain::ids::{RuleId, TenantId, TicketId};
use crate::domain::rules::{Facts, Field, Trigger};
use crate::domain::sla::Calendar;
use crate::domain::ticket::{Side, Status};
use crate::store::{self, StoreError, Tx};

/// How often a day's worth of hours is halved to find the minute at which business hours end.
const HALVINGS: u32 = 17;

impl Desk {
    /// Tickets at which rules are to look now. Where there are more than fit, every tenant gets its share: nobody waits
    /// until another one's have all had their turn.
    pub(in crate::desk) async fn looks_due(
        &self,
        tx: &mut Tx,
        now: DateTime<Utc>,
    ) -> Result<Vec<(TenantId, TicketId)>, StoreError> {
        let found = store::rules::looks_due_all_tenants(tx, now, AT_ONCE).await?;
        if i64::try_from(found.len()).unwrap_or(AT_ONCE) < AT_ONCE {
            return Ok(found);
        }
        let directory = self.directory();
        let timed = directory.offices().filter(|o| o.rules.has_time());
        let mut tenants: Vec<TenantId> = timed.map(|office| office.tenant.id).collect();
        tenants.extend(found.iter().map(|(tenant, _)| *tenant));
        tenants.sort();
        tenants.dedup();
        let share = (AT_ONCE / i64::try_from(tenants.len()).unwrap_or(AT_ONCE)).max(1);
        let mut shared = Vec::new();
        for tenant in tenants {
            let theirs = store::rules::looks_due(tx, tenant, now, share).await?;
            shared.extend(theirs.into_iter().map(|ticket| (tenant, ticket)));
        }
        Ok(shared)
    }

    /// Tenants whose rules on time changed have all their tickets looked at once.
    pub(in crate::desk) async fn replan_looks(&self) -> Result<(), DeskError> {
        let directory = self.directory();
        if self.planned.is(&directory) {
            return Ok(());
        }
        let mut tx = self.db.read().await?;
        let planned = store::rules::planned_all_tenants(&mut tx).await?;
        drop(tx);
        for office in directory.offices() {
            let (tenant, rules) = (office.tenant.id, office.rules.time_fingerprint());
            let known = planned.iter().find(|(id, _)| *id == tenant);
            let is_new = known.is_none() && office.rules.has_time();
            if is_new || known.is_some_and(|(_, print)| *print != rules) {
                let mut tx = self.db.write().await?;
                store::rules::replan(&mut tx, tenant, rules, self.clock.now()).await?;
                tx.commit().await?;
            }
        }
        self.planned.set(directory);
        Ok(())
    }

    pub(in crate::desk) async fn look_at(
        &self,
        tenant: TenantId,
        ticket: TicketId,
    ) -> Result<(), DeskError> {
        match self.try_look(tenant, ticket).await {
            Err(DeskError::NotFound(_)) => {
                let mut tx = self.db.write().await?;
                store::rules::put_looks(&mut tx, &[(tenant, ticket, None)]).await?;
                tx.commit().await?;
                Ok(())
            }
            other => other,
        }
    }

    async fn try_look(&self, tenant: TenantId, ticket: TicketId) -> Result<(), DeskError> {
        let mut tx = self.db.write().await?;
        let person = store::rules::last_person(&mut tx, tenant, ticket).await?;
        let cause = person.map_or_else(|| "opened".to_owned(), |event| event.to_string());
        let fired = store::rules::fired(&mut tx, tenant, ticket, &cause).await?;
        self.with_case_in(tx, tenant, ticket, |hand, case| {
            look(hand, case, &cause, fired);
            Ok(())
        })
        .await
    }
}

/// Lets the rules on time look at a ticket, and notes which of them acted.
fn look(hand: &mut Hand<'_>, case: &mut Case, cause: &str, fired: Vec<RuleId>) {
    hand.work.looked = true;
    if !open(case) {
        return;
    }
    case.fired = fired;
    for trigger in triggers(case) {
        let before = case.fired.len();
        react::after(hand, case, &Cause::event(trigger, &Actor::System), None);
        let (tenant, ticket) = (hand.office.tenant.id, case.ticket.id);
        let new = case.fired[before..]
            .iter()
            .filter(|rule| hand.office.rules.is_timed(**rule))
            .map(|rule| (tenant, ticket, *rule, cause.to_owned()));
        hand.work.fired.extend(new);
    }
}

/// Whether time still makes rules look at a ticket: it is neither over nor somewhere else.
const fn open(case: &Case) -> bool {
    let ticket = &case.ticket;
    !matches!(ticket.status, Status::Closed) && ticket.merged_into.is_none() && !ticket.spam
}

/// Which kinds of rules time pulls on a ticket: it waits for the customer while an agent spoke last.
fn triggers(case: &Case) -> impl Iterator<Item = Trigger> + use<> {
    let waits =
        case.ticket.last_message_from == Side::Agent || case.ticket.status == Status::OnHold;
    [Trigger::TimeIdle, Trigger::TimeWaiting]
        .into_iter()
        .take(if waits { 2 } else { 1 })
}

/// When time next makes a rule look at a ticket: now, if one would act, else when an answer changes.
pub fn next(office: &Office, case: &Case, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    if !open(case) {
        return None;
    }
    let policy = case.ticket.policy.and_then(|id| office.policy(id));
    let ticket = facts::of_ticket(office, case);
    let seen = Facts {
        now,
        zone: office.tenant.timezone,
        ticket: &ticket,
        message: None,
        changes: &[],
        actor: &Actor::System,
        plan: office.plan(),
        business_hours: policy.is_none_or(|p| p.calendar.is_open(now)),
        chain: 0,
        fired: &case.fired,
    };
    let acts = |trigger| !office.rules.evaluate(trigger, &seen).explanation.is_empty();
    if triggers(case).any(acts) {
        return Some(now);
    }
    let turn = policy
        .filter(|_| office.rules.time_asks(&Field::BusinessHours))
        .and_then(|p| next_turn(&p.calendar, now));
    office.rules.next_look(&seen, turn)
}

/// When business hours next begin or, while they run, end; at most a day later in the second case.
pub fn next_turn(calendar: &Calendar, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    if !calendar.is_open(now) {
        let second = TimeDelta::seconds(1);
        return Some(calendar.add(now, second)? - second);
    }
    // The last moment up to which every second counts.
    let (mut open, mut step) = (TimeDelta::zero(), TimeDelta::hours(12));
    for _ in 0..HALVINGS {
        if calendar.between(now, now + open + step) == open + step {
            open += step;
        }
        step = step / 2;
    }
    Some(now + open + TimeDelta::seconds(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn business_hours_turn_when_they_begin_and_when_they_end() {
        let calendar: Calendar = serde_json::from_str(
            r#"{"hours": {"mon": ["09:00-17:00"], "tue": ["09:00-17:00"]}, "timezone": "Europe/Berlin"}"#,
        )
        .unwrap();
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        // A Monday in winter: Berlin is an hour ahead.
        let next = |now: &str| next_turn(&calendar, at(now)).unwrap();
        assert_eq!(next("2026-11-23T06:00:00Z"), at("2026-11-23T08:00:00Z"));
        let end = next("2026-11-23T10:00:00Z");
        let off = end - at("2026-11-23T16:00:00Z");
        assert!(off.abs() <= TimeDelta::seconds(2), "{end}");
        assert!(!calendar.is_open(end) || off < TimeDelta::zero());
    }
}
