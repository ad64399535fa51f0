//! Tickets that wait are reminded of, and close: the customer is written to, or whoever answers for the ticket is told.

use chrono::{DateTime, TimeDelta, Utc};

use crate::desk::case::Case;
use crate::desk::change;
use crate::desk::due::AT_ONCE;
use crate::desk::hand::Hand;
use crate::desk::notices::{self, Delivery};
use crate::desk::tell::Occasion;
use crate::desk::{Desk, DeskError, react, speak};
use crate::domain::event::{Actor, EventType};
use crate::domain::ids::{TenantId, TicketId};
use crate::domain::message::{Kind, Message};
use crate::domain::patience::{self, Step, Taken};
use crate::domain::template::speech;
use crate::domain::tenant::Settings;
use crate::domain::ticket::{Change, Status};
use crate::store::{self, StoreError, Tx};

/// The newest messages that are looked through for what is answered.
const LOOKED_THROUGH: i64 = 50;

impl Desk {
    /// About which waiting tickets something is to be done now.
    pub(in crate::desk) async fn waiting_due(
        &self,
        tx: &mut Tx,
        now: DateTime<Utc>,
    ) -> Result<Vec<(TenantId, TicketId)>, StoreError> {
        let directory = self.directory();
        let mut all = Vec::new();
        for office in directory.offices() {
            let (tenant, settings) = (office.tenant.id, &office.tenant.settings);
            for (step, wait) in patience::wanted(settings) {
                let until = (now - wait, now);
                let found = waiting(tx, tenant, settings, step, until, AT_ONCE).await?;
                let due = found.into_iter().filter(|(_, at)| *at <= now);
                all.extend(due.map(|(ticket, _)| (tenant, ticket)));
            }
        }
        all.sort();
        all.dedup();
        all.truncate(usize::try_from(AT_ONCE).unwrap_or(usize::MAX));
        Ok(all)
    }

    /// When something is to be done about the next one.
    pub(in crate::desk) async fn next_waiting(
        &self,
        tx: &mut Tx,
        now: DateTime<Utc>,
    ) -> Result<Option<DateTime<Utc>>, StoreError> {
        let directory = self.directory();
        let mut next: Option<DateTime<Utc>> = None;
        for office in directory.offices() {
            let (tenant, settings) = (office.tenant.id, &office.tenant.settings);
            for (step, _) in patience::wanted(settings) {
                // The first of all that wait, however short.
                let limit = if step == Step::Close { AT_ONCE } else { 1 };
                let found = waiting(tx, tenant, settings, step, (now, now), limit).await?;
                let at = found.into_iter().map(|(_, at)| at).min();
                next = [next, at].into_iter().flatten().min();
            }
        }
        Ok(next)
    }

    /// Does what is due about one ticket that waits.
    pub(in crate::desk) async fn wait_on(
        &self,
        tenant: TenantId,
        ticket: TicketId,
    ) -> Result<(), DeskError> {
        let mut tx = self.db.write().await?;
        let taken = store::patience::taken(&mut tx, tenant, ticket).await?;
        let newest = store::messages::newest(&mut tx, tenant, ticket, LOOKED_THROUGH).await?;
        self.with_case_in(tx, tenant, ticket, |hand, case| {
            act(hand, case, &taken, &newest);
            Ok(())
        })
        .await
    }
}

/// Tickets that wait and for which a step is not taken, each with the moment at which it is due.
async fn waiting(
    tx: &mut Tx,
    tenant: TenantId,
    settings: &Settings,
    step: Step,
    until: (DateTime<Utc>, DateTime<Utc>),
    limit: i64,
) -> Result<Vec<(TicketId, DateTime<Utc>)>, StoreError> {
    let wait = patience::wanted(settings)
        .into_iter()
        .find(|(s, _)| *s == step)
        .map_or(TimeDelta::zero(), |(_, wait)| wait);
    let found = match step {
        Step::RemindAgent => store::patience::for_us(tx, tenant, until, limit).await?,
        Step::Close if patience::notice(settings).is_some() => {
            let found = store::patience::announced(tx, tenant, until.1, limit).await?;
            let closes = found.into_iter().filter_map(|(ticket, since, at)| {
                patience::closes(settings, since, Some(at)).map(|at| (ticket, at))
            });
            return Ok(closes.collect());
        }
        step => store::patience::for_customer(tx, tenant, step, until, limit).await?,
    };
    let due = found.into_iter().map(|(id, since)| (id, since + wait));
    Ok(due.collect())
}

fn act(hand: &mut Hand<'_>, case: &mut Case, taken: &[Taken], newest: &[Message]) {
    let settings = &hand.office.tenant.settings;
    let Some(due) = patience::due(&case.ticket, settings, taken, hand.now) else {
        return;
    };
    if due.step == Step::Close {
        let wanted = Change {
            status: Some(Status::Closed),
            ..Change::default()
        };
        return change::apply(hand, case, &wanted, &Actor::System, 0);
    }
    let row = (hand.office.tenant.id, case.ticket.id, due.step, due.since);
    hand.work.waiting_steps.push(row);
    let said = match (due.step, due.closes) {
        (Step::RemindAgent, _) => {
            let zone = hand.office.tenant.timezone;
            let spoken = speech(&hand.office.tenant.locale);
            let text = spoken.unanswered(&spoken.day(due.since, zone));
            react::tell_owners(hand, case, Occasion::Reminder { text });
            "its people"
        }
        // Never to machines: they do not answer, or answer for ever.
        _ if by_a_machine(newest) => return,
        (Step::Announce, Some(closes)) => {
            let delivery = delivery(hand, case, due, newest);
            notices::closing(hand, case, closes, delivery);
            "the customer, that it closes"
        }
        _ => {
            let delivery = delivery(hand, case, due, newest);
            notices::remind(hand, case, delivery);
            case.ticket.reminded_at = Some(hand.now);
            case.touched = true;
            "the customer"
        }
    };
    let change = ("reminder", None, Some(said.to_owned()));
    hand.event(case, EventType::Changed, &Actor::System, Some(change));
}

/// In the thread of what was said last, and the same however often it is made.
fn delivery(hand: &Hand<'_>, case: &Case, due: patience::Due, newest: &[Message]) -> Delivery {
    let cause = format!(
        "{}:{}:{}",
        due.step,
        case.ticket.id,
        due.since.timestamp_micros()
    );
    let mut delivery = Delivery::telling(hand, cause);
    let said = |m: &&Message| {
        matches!(m.kind, Kind::Inbound | Kind::Reply) && !m.held && m.message_id.is_some()
    };
    let answered = newest.iter().find(said);
    (delivery.in_reply_to, delivery.references) = speak::lineage(answered);
    delivery
}

fn by_a_machine(newest: &[Message]) -> bool {
    let last = newest.iter().find(|m| m.kind == Kind::Inbound && !m.held);
    last.is_some_and(|m| m.machine.is_some())
}
