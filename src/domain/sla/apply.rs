//! From what happens to a ticket to what its clocks do.

use chrono::{DateTime, SubsecRound, Utc};

use super::clock::{Clock, Step};
use super::policy::{Metric, Policy};
use super::timeline::{Line, SlaEvent};
use crate::domain::ticket::{Priority, Status};

/// Something that happened to a ticket, with how the ticket stands afterwards.
#[derive(Debug, Clone, Copy)]
pub struct TicketEvent<'a> {
    /// What happened.
    pub what: What<'a>,
    /// The ticket's status afterwards.
    pub status: Status,
    /// The ticket's priority afterwards.
    pub priority: Priority,
    /// Whether an agent has ever answered publicly, this event included.
    pub answered: bool,
}

/// What happened to a ticket, as far as its clocks care.
#[derive(Debug, Clone, Copy)]
pub enum What<'a> {
    /// It came to be.
    Opened {
        /// Why it runs under its policy, as a sentence's end: `under the default service level`.
        under: &'a str,
    },
    /// The customer wrote.
    CustomerMessage,
    /// An agent answered publicly.
    AgentReply,
    /// Its status or priority changed.
    Changed,
    /// It runs under another policy now, or its policy was edited.
    PolicyChanged {
        /// The policy as it was until now.
        from: &'a Policy,
        /// Why, as a sentence's beginning: `the rule VIP chose Gold`.
        because: &'a str,
    },
    /// Nobody waits for it any more without its being resolved: it is spam, was merged away, or has no
    /// policy now.
    Withdrawn {
        /// Why, as a sentence's beginning: `it is spam`.
        because: &'a str,
    },
}

/// The clocks after an event, with what there is to tell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Applied {
    /// All clocks that were given, changed or not, and those that began.
    pub clocks: Vec<Clock>,
    /// Warnings and breaches that had become due by then and nobody had recorded.
    pub events: Vec<SlaEvent>,
    /// The lines to add to the ticket's service level timeline.
    pub lines: Vec<Line>,
}

/// The clocks of a ticket after an event.
///
/// - *First response* begins with the ticket and ends with the first public answer.
/// - *Next response* begins with a customer's message on an answered ticket and ends with the next public
///   answer; further messages meanwhile do not begin it anew.
/// - *Resolution* begins with the ticket and ends when it is resolved or closed. Reopening begins a new
///   cycle from nothing: the first one was kept or missed and stays judged, and a "thank you" that reopens
///   a ticket must not breach it at once. Resolving an unanswered ticket drops the response clocks, since
///   nobody waits any more.
/// - All stand still while the policy pauses on the ticket's status.
///
/// What time has done is settled before the event: an answer that comes after a deadline which no timer
/// has noticed yet is late.
pub fn apply(
    clocks: &[Clock],
    event: &TicketEvent<'_>,
    policy: &Policy,
    at: DateTime<Utc>,
) -> Applied {
    let old = match event.what {
        What::PolicyChanged { from, .. } => from,
        _ => policy,
    };
    let mut ticket = Running {
        old,
        policy,
        at: at.trunc_subsecs(0),
        out: Applied::default(),
    };
    ticket.out.clocks = clocks.to_vec();
    ticket.settle();
    ticket.take(event);
    ticket.settle();
    ticket.out
}

/// The clocks of one ticket while an event is applied.
struct Running<'a> {
    /// The policy until the event.
    old: &'a Policy,
    /// The policy from the event on.
    policy: &'a Policy,
    at: DateTime<Utc>,
    out: Applied,
}

impl Running<'_> {
    fn take(&mut self, event: &TicketEvent<'_>) {
        let (old, policy, at) = (self.old, self.policy, self.at);
        if let What::Withdrawn { because } = event.what {
            return self.each(|_| true, |clock| clock.drop_it(old, at, because));
        }
        if matches!(event.what, What::AgentReply) {
            self.each(is_response, |clock| {
                clock.meet(old, at, "an agent answered")
            });
        }
        if !event.status.is_active() {
            let because = format!("the ticket became {}", event.status);
            self.each(
                |clock| clock.metric == Metric::Resolution,
                |clock| clock.meet(old, at, &because),
            );
            return self.each(is_response, |clock| clock.drop_it(old, at, &because));
        }
        let because = match event.what {
            What::PolicyChanged { because, .. } => because.to_owned(),
            _ => format!("the priority became {}", event.priority),
        };
        self.each(
            |_| true,
            |clock| clock.retarget(old, policy, event.priority, at, &because),
        );
        self.begin(Metric::Resolution, event);
        if !event.answered {
            self.begin(Metric::FirstResponse, event);
        } else if matches!(event.what, What::CustomerMessage) {
            self.begin(Metric::NextResponse, event);
        }
        let because = format!("the ticket is {}", event.status.label().to_lowercase());
        if policy.pauses_on(event.status) {
            self.each(|_| true, |clock| clock.pause(policy, at, &because));
        } else {
            self.each(|_| true, |clock| clock.resume(policy, at, &because));
        }
    }

    /// Begins a metric's next cycle, unless one is alive or the policy has no target for it.
    fn begin(&mut self, metric: Metric, event: &TicketEvent<'_>) {
        let last = self
            .out
            .clocks
            .iter()
            .filter(|clock| clock.metric == metric)
            .max_by_key(|clock| clock.cycle);
        if last.is_some_and(Clock::is_live) {
            return;
        }
        let because = match (event.what, last) {
            (What::Opened { under }, _) => &*format!("the ticket was opened {under}"),
            (_, Some(last)) if metric == Metric::Resolution && last.met_at.is_some() => {
                "the ticket was reopened"
            }
            (What::CustomerMessage, _) => "the customer wrote",
            _ => "there is a target now",
        };
        let cycle = last.map_or(0, |last| last.cycle) + 1;
        if let Some(step) =
            Clock::start(metric, cycle, event.priority, self.policy, self.at, because)
        {
            let clock = self.note(step);
            self.out.clocks.push(clock);
        }
    }

    /// Records what time has done so far.
    fn settle(&mut self) {
        let at = self.at;
        self.each(|_| true, |clock| clock.due(at));
        self.out.events.sort_by_key(SlaEvent::at);
    }

    /// Changes every live clock that `which` names.
    fn each(&mut self, which: impl Fn(&Clock) -> bool, change: impl Fn(Clock) -> Step) {
        for index in 0..self.out.clocks.len() {
            let clock = &self.out.clocks[index];
            if clock.is_live() && which(clock) {
                let step = change(clock.clone());
                self.out.clocks[index] = self.note(step);
            }
        }
    }

    fn note(&mut self, step: Step) -> Clock {
        self.out.events.extend(step.events);
        self.out.lines.extend(step.lines);
        step.clock
    }
}

fn is_response(clock: &Clock) -> bool {
    matches!(clock.metric, Metric::FirstResponse | Metric::NextResponse)
}
