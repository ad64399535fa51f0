//! Tickets that wait: for their customer, who is reminded, told that the ticket closes, and loses it; or for us, who are
//! reminded too. What is to be done now is decided from the ticket, the tenant's settings, and what was done before.

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::tenant::Settings;
use crate::domain::ticket::{Side, Status, Ticket};

words! {
    /// Something that is done about a ticket that waits, once for each time that it waits.
    pub enum Step {
        /// Whoever answers for it is reminded.
        RemindAgent = "remind_agent",
        /// The customer is reminded of a question that they have not answered.
        RemindCustomer = "remind_customer",
        /// The customer is told that it closes unless they answer.
        Announce = "announce",
        /// It closes.
        Close = "close",
    }
}

/// A step that was taken: since when the ticket was waiting then, and when that was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// Which.
    pub step: Step,
    /// Since when the ticket had been waiting.
    pub since: DateTime<Utc>,
    /// When it was taken.
    pub at: DateTime<Utc>,
}

/// A step that is due, for a ticket that has been waiting since then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// Which.
    pub step: Step,
    /// Since when the ticket has been waiting.
    pub since: DateTime<Utc>,
    /// When the ticket closes, for an announcement.
    pub closes: Option<DateTime<Utc>>,
}

/// Since when a ticket has been waiting for its customer: somebody of ours spoke last, or put it on hold. One that nobody of
/// ours has ever answered waits for us, whatever its state says; one that sleeps waits for nobody.
pub fn for_customer(ticket: &Ticket) -> Option<DateTime<Utc>> {
    let answered = ticket.last_agent_message_at?;
    let held = ticket.status == Status::OnHold;
    let waits = held || ticket.last_message_from == Side::Agent;
    let since = ticket.waiting_since.map_or(answered, |at| at.max(answered));
    (waits && asks_for_work(ticket)).then_some(since)
}

/// Since when a ticket has been waiting for an answer of ours.
pub fn for_us(ticket: &Ticket) -> Option<DateTime<Utc>> {
    let waits = ticket.status != Status::OnHold && ticket.last_message_from == Side::Customer;
    (waits && asks_for_work(ticket)).then_some(ticket.last_message_at)
}

const fn asks_for_work(ticket: &Ticket) -> bool {
    ticket.status.is_active()
        && !ticket.spam
        && ticket.merged_into.is_none()
        && ticket.snoozed_until.is_none()
}

/// The steps that a tenant wants for tickets that wait for customers or for us, each with how long they have waited then.
pub fn wanted(settings: &Settings) -> Vec<(Step, TimeDelta)> {
    let mut steps = Vec::new();
    let mut add = |step, days: u32| {
        if days > 0 {
            steps.push((step, TimeDelta::days(i64::from(days))));
        }
    };
    add(Step::RemindAgent, settings.remind_agent_days);
    add(Step::RemindCustomer, settings.remind_customer_days);
    add(Step::Close, settings.close_waiting_days);
    if let (Some(notice), true) = (notice(settings), settings.close_waiting_days > 0) {
        let close = TimeDelta::days(i64::from(settings.close_waiting_days));
        steps.push((Step::Announce, (close - notice).max(TimeDelta::zero())));
    }
    steps
}

/// How long before closing customers are told, if they are.
pub fn notice(settings: &Settings) -> Option<TimeDelta> {
    let days = settings.closing_notice_days;
    (days > 0).then(|| TimeDelta::days(i64::from(days)))
}

/// When a ticket closes that has been waiting since `since`: never before the announced time is over, however late the
/// announcement came. None while it is still to be announced.
pub fn closes(
    settings: &Settings,
    since: DateTime<Utc>,
    announced: Option<DateTime<Utc>>,
) -> Option<DateTime<Utc>> {
    if settings.close_waiting_days == 0 {
        return None;
    }
    let close = since + TimeDelta::days(i64::from(settings.close_waiting_days));
    match notice(settings) {
        None => Some(close),
        Some(notice) => announced.map(|at| close.max(at + notice)),
    }
}

/// What is to be done about a ticket now; of several things that were missed, only what says the most.
pub fn due(
    ticket: &Ticket,
    settings: &Settings,
    taken: &[Taken],
    now: DateTime<Utc>,
) -> Option<Due> {
    let after = |step| {
        let all = wanted(settings);
        all.into_iter().find(|(s, _)| *s == step).map(|(_, d)| d)
    };
    let was = |step, since| {
        let mut all = taken.iter();
        all.find(|t| t.step == step && t.since == since)
            .map(|t| t.at)
    };
    if let Some(since) = for_us(ticket) {
        let step = Step::RemindAgent;
        let over = after(step).is_some_and(|wait| since + wait <= now);
        let due = over && was(step, since).is_none();
        return due.then_some(Due {
            step,
            since,
            closes: None,
        });
    }
    let since = for_customer(ticket)?;
    let announced = was(Step::Announce, since);
    let due = |step| Due {
        step,
        since,
        closes: closes(settings, since, announced.or(Some(now))),
    };
    if closes(settings, since, announced).is_some_and(|at| at <= now) {
        return Some(due(Step::Close));
    }
    if announced.is_some() {
        return None;
    }
    let over = |step| after(step).is_some_and(|wait| since + wait <= now);
    if over(Step::Announce) {
        return Some(due(Step::Announce));
    }
    let reminded = was(Step::RemindCustomer, since).is_some();
    (over(Step::RemindCustomer) && !reminded).then(|| due(Step::RemindCustomer))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{ContactId, MailboxId, TenantId, TicketId};
    use crate::domain::ticket::Priority;

    fn at(day: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(day)
    }

    /// An agent answered on day 0.
    fn ticket() -> Ticket {
        let id = uuid::Uuid::nil();
        Ticket {
            id: TicketId(id),
            tenant: TenantId(id),
            number: 1,
            key: "ACME-1".into(),
            subject: String::new(),
            status: Status::InProgress,
            priority: Priority::Normal,
            category: None,
            team: None,
            assignee: None,
            requester: ContactId(id),
            mailbox: MailboxId(id),
            also_addressed: Vec::new(),
            policy: None,
            policy_version: 0,
            spam: false,
            created_at: at(-1),
            updated_at: at(0),
            first_response_at: Some(at(0)),
            resolved_at: None,
            closed_at: None,
            snoozed_until: None,
            waiting_since: None,
            reminded_at: None,
            last_message_at: at(0),
            last_message_from: Side::Agent,
            last_customer_message_at: Some(at(-1)),
            last_agent_message_at: Some(at(0)),
            message_count: 2,
            merged_into: None,
            version: 1,
        }
    }

    fn settings() -> Settings {
        Settings {
            remind_customer_days: 3,
            remind_agent_days: 2,
            close_waiting_days: 10,
            closing_notice_days: 2,
            ..Settings::default()
        }
    }

    #[test]
    fn a_customer_is_reminded_then_told_then_it_closes_once_each() {
        let (ticket, settings) = (ticket(), settings());
        let mut taken = Vec::new();
        let mut story = Vec::new();
        for day in 0..14 {
            while let Some(found) = due(&ticket, &settings, &taken, at(day)) {
                story.push((day, found.step));
                if found.step == Step::Close {
                    break;
                }
                let (step, since) = (found.step, found.since);
                let at = at(day);
                taken.push(Taken { step, since, at });
            }
            if story.last().is_some_and(|(_, step)| *step == Step::Close) {
                break;
            }
        }
        let told = [
            (3, Step::RemindCustomer),
            (8, Step::Announce),
            (10, Step::Close),
        ];
        assert_eq!(story, told);
    }

    #[test]
    fn an_announcement_that_comes_late_gives_its_whole_time_all_the_same() {
        let (ticket, settings) = (ticket(), settings());
        let late = due(&ticket, &settings, &[], at(30)).unwrap();
        assert_eq!((late.step, late.closes), (Step::Announce, Some(at(32))));
        let taken = [Taken {
            step: Step::Announce,
            since: at(0),
            at: at(30),
        }];
        assert_eq!(due(&ticket, &settings, &taken, at(31)), None);
        let closed = due(&ticket, &settings, &taken, at(32)).unwrap();
        assert_eq!(closed.step, Step::Close);
    }

    #[test]
    fn who_waits_for_whom() {
        let edited = |edit: fn(&mut Ticket)| {
            let mut ticket = ticket();
            edit(&mut ticket);
            (for_customer(&ticket), for_us(&ticket))
        };
        let customer_spoke = |t: &mut Ticket| {
            t.last_message_from = Side::Customer;
            t.last_message_at = at(1);
        };
        assert_eq!(edited(|_| ()), (Some(at(0)), None));
        assert_eq!(edited(customer_spoke), (None, Some(at(1))));
        // On hold since day 2, whoever spoke last.
        let held = |t: &mut Ticket| {
            t.status = Status::OnHold;
            t.waiting_since = Some(at(2));
            t.last_message_from = Side::Customer;
        };
        assert_eq!(edited(held), (Some(at(2)), None));
        // Nobody of ours has ever said anything.
        let never = |t: &mut Ticket| {
            t.status = Status::OnHold;
            t.last_agent_message_at = None;
        };
        assert_eq!(edited(never), (None, None));
        for out in [
            |t: &mut Ticket| t.status = Status::Resolved,
            |t: &mut Ticket| t.spam = true,
            |t: &mut Ticket| t.snoozed_until = Some(at(5)),
            |t: &mut Ticket| t.merged_into = Some(TicketId(uuid::Uuid::nil())),
        ] {
            assert_eq!(edited(out), (None, None));
        }
    }
}
