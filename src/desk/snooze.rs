//! A ticket sleeps until a time, or until the customer writes, whichever comes first. Its promises do not sleep: the
//! customer was not asked.

use chrono::{DateTime, SecondsFormat, SubsecRound, Utc};

use crate::desk::case::Case;
use crate::desk::change::touch;
use crate::desk::hand::Hand;
use crate::desk::react;
use crate::desk::tell::Occasion;
use crate::desk::{Desk, DeskError, Who};
use crate::domain::event::{Actor, EventType};
use crate::domain::ids::{TenantId, TicketId};
use crate::domain::snooze;
use crate::domain::template::speech;

impl Desk {
    /// Puts a ticket to sleep until a moment, or [`snooze::until_reply`], or wakes it (`None`).
    ///
    /// # Errors
    /// [`DeskError::Invalid`] for a moment that is over, or more than a year away.
    pub async fn snooze(
        &self,
        who: &Who,
        ticket: TicketId,
        until: Option<DateTime<Utc>>,
    ) -> Result<(), DeskError> {
        self.with_case(who.tenant, ticket, |hand, case| {
            snooze(hand, case, until, &who.actor())
        })
        .await
    }

    /// Wakes a ticket whose time has come, and tells whoever answers for it.
    pub(in crate::desk) async fn wake(
        &self,
        tenant: TenantId,
        ticket: TicketId,
    ) -> Result<(), DeskError> {
        self.with_case(tenant, ticket, |hand, case| {
            if wake(hand, case) {
                let text = speech(&hand.office.tenant.locale).woke().to_owned();
                react::tell_owners(hand, case, Occasion::Reminder { text });
            }
            Ok(())
        })
        .await
    }
}

/// As [`Desk::snooze`], with the ticket in hand.
///
/// # Errors
/// As there; a ticket that is resolved, closed or spam is in nobody's way and cannot sleep.
pub fn snooze(
    hand: &mut Hand<'_>,
    case: &mut Case,
    until: Option<DateTime<Utc>>,
    actor: &Actor,
) -> Result<(), DeskError> {
    let until = until.map(|until| until.trunc_subsecs(0));
    if let Some(until) = until {
        let within = until > hand.now && until <= snooze::latest(hand.now);
        if !within && until != snooze::until_reply() {
            return Err(DeskError::invalid(
                "until",
                "expected a time within the coming year",
            ));
        }
        check(case)?;
    }
    set(hand, case, until, actor);
    Ok(())
}

/// Whether a ticket can be put to sleep at all.
///
/// # Errors
/// It asks for no work.
pub fn check(case: &Case) -> Result<(), DeskError> {
    if case.ticket.status.is_active() && !case.ticket.spam {
        return Ok(());
    }
    Err(DeskError::Conflict(
        "only a ticket that asks for work can be put to sleep".to_owned(),
    ))
}

/// Wakes a ticket whose time has come. False if it does not sleep, or not until then.
pub fn wake(hand: &mut Hand<'_>, case: &mut Case) -> bool {
    let over = case
        .ticket
        .snoozed_until
        .is_some_and(|until| until <= hand.now);
    if over {
        set(hand, case, None, &Actor::System);
    }
    over
}

/// The line in the timeline and the row, if anything changes.
pub fn set(hand: &mut Hand<'_>, case: &mut Case, until: Option<DateTime<Utc>>, actor: &Actor) {
    let old = std::mem::replace(&mut case.ticket.snoozed_until, until);
    if old == until {
        return;
    }
    let word = |at: DateTime<Utc>| {
        if at == snooze::until_reply() {
            return "reply".to_owned();
        }
        at.to_rfc3339_opts(SecondsFormat::Secs, true)
    };
    let words = |at: Option<DateTime<Utc>>| at.map(word);
    let values = ("snoozed_until", words(old), words(until));
    hand.event(case, EventType::Changed, actor, Some(values));
    touch(hand, case);
}
