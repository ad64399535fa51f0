//! Clocks against a model that lives through every minute.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;

use super::apply::policy;
use super::calendar::calendar;
use crate::domain::sla::{Applied, Clock, Metric, Policy, SlaEvent, TicketEvent, What, apply};
use crate::domain::ticket::{Priority, Status};

/// One thing that happens in a random story.
#[derive(Debug, Clone, Copy)]
enum Act {
    Customer,
    Agent,
    Status(Status),
    Priority(Priority),
    /// The timer wakes; it must make no difference when it does.
    Timer,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        Just(Act::Customer),
        Just(Act::Agent),
        prop::sample::select(Status::ALL).prop_map(Act::Status),
        prop::sample::select(Priority::ALL).prop_map(Act::Priority),
        Just(Act::Timer),
    ]
}

/// What is told at most once: metric, cycle and the percent reached, 100 for the breach.
type Told = (Metric, u32, u8, DateTime<Utc>);

/// One promise, counted minute by minute.
struct Counter {
    metric: Metric,
    cycle: u32,
    target: i64,
    minutes: i64,
    told: Vec<u8>,
    over: bool,
}

/// The simplest thing that could say what must be told and when.
struct Model<'a> {
    policy: &'a Policy,
    counters: Vec<Counter>,
    told: Vec<Told>,
    status: Status,
    priority: Priority,
    answered: bool,
}

impl Model<'_> {
    fn tell(&mut self, at: DateTime<Utc>) {
        if self.policy.pauses_on(self.status) {
            return;
        }
        for counter in self.counters.iter_mut().filter(|counter| !counter.over) {
            for percent in [50, 80, 100] {
                let reached = counter.minutes * 60 >= counter.target * i64::from(percent) / 100;
                // A missed target is the end of a counter's news.
                if reached && !counter.told.contains(&percent) && !counter.told.contains(&100) {
                    counter.told.push(percent);
                    self.told.push((counter.metric, counter.cycle, percent, at));
                }
            }
        }
    }

    fn minute_passes(&mut self, open: bool) {
        if open && !self.policy.pauses_on(self.status) {
            self.counters
                .iter_mut()
                .filter(|counter| !counter.over)
                .for_each(|counter| counter.minutes += 1);
        }
    }

    fn end(&mut self, which: impl Fn(Metric) -> bool) {
        self.counters
            .iter_mut()
            .filter(|counter| which(counter.metric))
            .for_each(|counter| counter.over = true);
    }

    fn begin(&mut self, metric: Metric) {
        let same = || {
            self.counters
                .iter()
                .filter(|counter| counter.metric == metric)
        };
        if same().any(|counter| !counter.over) {
            return;
        }
        let cycle = u32::try_from(same().count()).unwrap() + 1;
        if let Some(target) = self.policy.target(metric, self.priority) {
            self.counters.push(Counter {
                metric,
                cycle,
                target,
                minutes: 0,
                told: Vec::new(),
                over: false,
            });
        }
    }

    fn happens(&mut self, act: Option<Act>) {
        match act {
            Some(Act::Status(status)) => self.status = status,
            Some(Act::Priority(priority)) => self.priority = priority,
            Some(Act::Agent) => {
                self.answered = true;
                self.end(|metric| metric != Metric::Resolution);
            }
            Some(Act::Timer) => return,
            Some(Act::Customer) | None => {}
        }
        if !self.status.is_active() {
            return self.end(|_| true);
        }
        for counter in self.counters.iter_mut().filter(|counter| !counter.over) {
            match self.policy.target(counter.metric, self.priority) {
                None => counter.over = true,
                Some(_) if counter.told.contains(&100) => {}
                Some(target) => counter.target = target,
            }
        }
        self.begin(Metric::Resolution);
        if !self.answered {
            self.begin(Metric::FirstResponse);
        } else if matches!(act, Some(Act::Customer)) {
            self.begin(Metric::NextResponse);
        }
    }
}

fn told(events: &[SlaEvent]) -> impl Iterator<Item = Told> {
    events.iter().map(|event| match *event {
        SlaEvent::Warning {
            metric,
            cycle,
            percent,
            at,
        } => (metric, cycle, percent, at),
        SlaEvent::Breached { metric, cycle, at } => (metric, cycle, 100, at),
    })
}

fn take(now: &mut Applied, all: &mut Vec<Told>, step: Applied) {
    all.extend(told(&step.events));
    *now = step;
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_step_is_told_exactly_once_at_its_minute(
        calendar in calendar(),
        acts in prop::collection::vec((0_i64..400, act()), 0..14),
        first in 0_i64..200_000,
    ) {
        let policy = Policy { calendar, ..policy() };
        let start: DateTime<Utc> = "2026-01-05T00:00:00Z".parse().unwrap();
        let start = start + TimeDelta::minutes(first);
        let (mut now, mut all) = (Applied::default(), Vec::new());
        let mut model = Model {
            policy: &policy, counters: Vec::new(), told: Vec::new(),
            status: Status::Open, priority: Priority::Normal, answered: false,
        };
        let mut event = TicketEvent {
            what: What::Opened { under: "" }, status: Status::Open, priority: Priority::Normal, answered: false,
        };
        take(&mut now, &mut all, apply(&[], &event, &policy, start));
        model.happens(None);
        model.tell(start);
        let mut at = start;
        // A last wake-up long after settles what is still due.
        for (wait, act) in acts.into_iter().chain([(3000, Act::Timer)]) {
            for _ in 0..wait {
                model.minute_passes(policy.calendar.is_open(at));
                at += TimeDelta::minutes(1);
                model.tell(at);
            }
            model.happens(Some(act));
            model.tell(at);
            event.what = match act {
                Act::Customer => What::CustomerMessage,
                Act::Agent => What::AgentReply,
                Act::Status(_) | Act::Priority(_) | Act::Timer => What::Changed,
            };
            (event.status, event.priority, event.answered) = (model.status, model.priority, model.answered);
            if matches!(act, Act::Timer) {
                let steps: Vec<_> = now.clocks.into_iter().map(|clock| clock.due(at)).collect();
                now.clocks = Vec::new();
                for step in steps {
                    all.extend(told(&step.events));
                    now.clocks.push(step.clock);
                }
            } else {
                let step = apply(&now.clocks, &event, &policy, at);
                take(&mut now, &mut all, step);
            }
            for clock in &now.clocks {
                prop_assert!(clock.next_wake().is_none_or(|wake| wake > at), "{:?}", clock);
            }
            let counted: Vec<i64> = model.counters.iter().map(|counter| counter.minutes * 60).collect();
            let elapsed: Vec<i64> = now.clocks.iter().map(|clock: &Clock| clock.elapsed(&policy, at)).collect();
            prop_assert_eq!(elapsed, counted);
        }
        all.sort_unstable();
        model.told.sort_unstable();
        prop_assert_eq!(all, model.told);
    }
}
