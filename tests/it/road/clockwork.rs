//! Random stories of a ticket against a model that lives through every minute: however time jumps and however often the
//! program starts anew, every step of a service level is told exactly once, at its minute.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use postroom::desk::levels::PolicyChange;
use postroom::desk::speak::Reply;
use postroom::domain::audit::Via;
use postroom::domain::sla::{Metric, Policy, Span};
use postroom::domain::ticket::{Change, Priority, Status};
use postroom::intake::process::Process;
use postroom::store;

use super::{Road, mail};
use crate::support::TestDatabase;
use crate::support::database::both_databases;

const GRACE: &str = "Grace Hopper <grace@customers.test>";

/// What is told at most once: metric, round, and the step.
type Told = (Metric, u32, String, DateTime<Utc>);

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[usize::try_from(self.roll(all.len() as u64)).unwrap()]
    }
}

/// One promise, counted minute by minute.
struct Counter {
    metric: Metric,
    cycle: u32,
    target: i64,
    minutes: i64,
    told: Vec<i64>,
    over: bool,
}

/// The simplest thing that could say what must be told and when.
struct Model {
    policy: Policy,
    counters: Vec<Counter>,
    told: Vec<Told>,
    status: Status,
    priority: Priority,
    answered: bool,
}

impl Model {
    fn stands_still(&self) -> bool {
        self.policy.pauses_on(self.status)
    }

    fn tell(&mut self, at: DateTime<Utc>) {
        if self.stands_still() {
            return;
        }
        let steps: Vec<i64> = self
            .policy
            .warn
            .iter()
            .map(|w| i64::from(*w))
            .chain([100])
            .collect();
        for counter in self.counters.iter_mut().filter(|counter| !counter.over) {
            for step in &steps {
                let reached = counter.minutes * 60 >= counter.target * step / 100;
                if reached && !counter.told.contains(step) && !counter.told.contains(&100) {
                    counter.told.push(*step);
                    let word = if *step == 100 {
                        "breached".into()
                    } else {
                        format!("warning:{step}")
                    };
                    self.told.push((counter.metric, counter.cycle, word, at));
                }
            }
        }
    }

    fn minute_passes(&mut self, at: DateTime<Utc>) {
        if self.policy.calendar.is_open(at) && !self.stands_still() {
            let live = self.counters.iter_mut().filter(|counter| !counter.over);
            live.for_each(|counter| counter.minutes += 1);
        }
    }

    fn end(&mut self, which: impl Fn(Metric) -> bool) {
        let ends = self
            .counters
            .iter_mut()
            .filter(|counter| which(counter.metric));
        ends.for_each(|counter| counter.over = true);
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

    /// Something happened; the ticket stands as it says now.
    fn happened(&mut self, customer: bool, agent: bool) {
        if agent {
            self.answered = true;
            self.end(|metric| metric != Metric::Resolution);
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
        } else if customer {
            self.begin(Metric::NextResponse);
        }
    }
}

impl Road {
    /// The program stops and starts anew; nothing of it stays in memory.
    async fn restart(&mut self) {
        self.desk = self.second_desk().await;
        self.process = Process::new(self.desk.clone(), "again");
    }

    fn standard(&self) -> Policy {
        let directory = self.desk.directory();
        let office = directory.by_slug("acme").unwrap();
        office.policy_named("Standard").unwrap().clone()
    }

    /// What was recorded of all clocks.
    async fn recorded(&self) -> Vec<Told> {
        const SQL: &str = "SELECT metric, cycle, step, at FROM sla_events";
        type Row = (String, i64, String, DateTime<Utc>);
        let rows: Vec<Row> = if self.database.is_postgres() {
            let pool = sqlx::PgPool::connect(self.database.url()).await.unwrap();
            sqlx::query_as(SQL).fetch_all(&pool).await.unwrap()
        } else {
            let pool = sqlx::SqlitePool::connect(self.database.url())
                .await
                .unwrap();
            sqlx::query_as(SQL).fetch_all(&pool).await.unwrap()
        };
        let told = |(metric, cycle, step, at): Row| {
            (
                metric.parse().unwrap(),
                u32::try_from(cycle).unwrap(),
                step,
                at,
            )
        };
        let mut told: Vec<Told> = rows.into_iter().map(told).collect();
        told.sort();
        told
    }
}

/// Other targets and pauses than before.
fn edit(dice: &mut Dice) -> PolicyChange {
    let mut targets = BTreeMap::new();
    for metric in Metric::ALL {
        let mut spans = BTreeMap::new();
        for priority in [Priority::Normal, Priority::Urgent] {
            // Now and then there is no target at all.
            if dice.roll(5) > 0 {
                spans.insert(
                    priority,
                    Span::minutes(u32::try_from(dice.roll(40) + 1).unwrap() * 15),
                );
            }
        }
        targets.insert(*metric, spans);
    }
    targets
        .entry(Metric::Resolution)
        .or_default()
        .insert(Priority::Low, Span::hours(30));
    let pause = if dice.roll(2) == 0 {
        vec![Status::OnHold]
    } else {
        vec![]
    };
    PolicyChange {
        targets,
        pause_on: Some(pause),
        ..PolicyChange::default()
    }
}

#[expect(
    clippy::too_many_lines,
    reason = "a deed for each throw of the dice, and the model beside it"
)]
async fn story(road: &mut Road, seed: u64) {
    let mut dice = Dice(seed);
    let start: DateTime<Utc> = "2026-11-23T07:00:00Z".parse().unwrap();
    let mut at = start + TimeDelta::minutes(i64::try_from(dice.roll(3000)).unwrap());
    let (ada, bob) = (
        road.who("acme", "ada@agents.test"),
        road.who("acme", "bob@agents.test"),
    );
    let id = road.standard().id;
    let wide = PolicyChange {
        warn: Some(vec![50, 80]),
        ..edit(&mut dice)
    };
    road.desk.clock.set(at);
    road.desk
        .put_policy(&ada, Via::Api, Some(id), wide)
        .await
        .unwrap();
    road.receive(&mail(
        GRACE,
        "support@acme.test",
        "m0@customers.test",
        "Printer",
        "",
        "one",
    ))
    .await;
    let ticket = road.id("ACME-1").await;
    let mut model = Model {
        policy: road.standard(),
        counters: Vec::new(),
        told: Vec::new(),
        status: Status::Open,
        priority: Priority::Normal,
        answered: false,
    };
    model.happened(false, false);
    model.tell(at);
    let set = |status| Change {
        status: Some(status),
        ..Change::default()
    };
    for step in 0..16 {
        for _ in 0..dice.roll(400) {
            model.minute_passes(at);
            at += TimeDelta::minutes(1);
            model.tell(at);
        }
        road.desk.clock.set(at);
        let (mut customer, mut agent) = (false, false);
        match dice.roll(10) {
            0 | 1 => {
                customer = true;
                let answers = "In-Reply-To: <m0@customers.test>\r\n";
                let name = format!("m{}@customers.test", step + 1);
                road.receive(&mail(
                    GRACE,
                    "support@acme.test",
                    &name,
                    "Re: Printer",
                    answers,
                    "more",
                ))
                .await;
            }
            2 | 3 if model.status.is_active() => {
                agent = true;
                road.desk
                    .reply(
                        &bob,
                        ticket,
                        Reply {
                            text: "Hm.".into(),
                            ..Reply::default()
                        },
                    )
                    .await
                    .unwrap();
            }
            4 => road
                .desk
                .change(
                    &bob,
                    ticket,
                    set(dice.one_of(&[Status::OnHold, Status::Open, Status::Resolved])),
                )
                .await
                .unwrap(),
            5 => {
                let priority = dice.one_of(&[Priority::Normal, Priority::Urgent, Priority::Low]);
                let wanted = Change {
                    priority: Some(priority),
                    ..Change::default()
                };
                road.desk.change(&bob, ticket, wanted).await.unwrap();
            }
            6 | 7 => {
                road.desk
                    .put_policy(&ada, Via::Api, Some(id), edit(&mut dice))
                    .await
                    .unwrap();
            }
            8 => road.restart().await,
            _ => {
                // The clock of the machine goes wrong for a while; deadlines are looked at all the same.
                let wrong = at - TimeDelta::minutes(i64::try_from(dice.roll(900)).unwrap());
                road.desk.clock.set(wrong);
                road.desk.ring_clocks().await.unwrap();
                road.desk.clock.set(at);
                road.desk.ring_clocks().await.unwrap();
            }
        }
        if dice.roll(2) == 0 {
            road.desk.renew_promises().await.unwrap();
            road.desk.ring_clocks().await.unwrap();
        }
        let now = road.ticket("ACME-1").await;
        (model.status, model.priority) = (now.status, now.priority);
        model.policy = road.standard();
        model.happened(customer, agent);
        model.tell(at);
    }
    for _ in 0..4000 {
        model.minute_passes(at);
        at += TimeDelta::minutes(1);
        model.tell(at);
    }
    road.desk.clock.set(at);
    road.restart().await;
    road.desk.renew_promises().await.unwrap();
    road.desk.ring_clocks().await.unwrap();
    road.desk.ring_clocks().await.unwrap();
    model.told.sort();
    let story = road.story("ACME-1").await;
    let mut recorded = road.recorded().await;
    // The model looks once a minute; half of seventy-five is between two looks.
    for (.., at) in &mut recorded {
        *at += TimeDelta::seconds((60 - at.timestamp() % 60) % 60);
    }
    recorded.sort();
    assert_eq!(recorded, model.told, "seed {seed}\n{}", story.join("\n"));
    let timeline = road.timeline("ACME-1").await;
    let told = timeline
        .iter()
        .filter(|line| line.starts_with("sla."))
        .count();
    assert_eq!(told, recorded.len(), "each is a line of the timeline, once");
    let mut tx = road.desk.db.read().await.unwrap();
    let clocks = store::clocks::of_tickets(&mut tx, now_tenant(road), &[ticket])
        .await
        .unwrap();
    let mut elapsed: Vec<_> = clocks
        .iter()
        .map(|(_, c)| (c.metric, c.cycle, c.elapsed(&model.policy, at)))
        .collect();
    let mut counted: Vec<_> = model
        .counters
        .iter()
        .map(|c| (c.metric, c.cycle, c.minutes * 60))
        .collect();
    elapsed.sort_unstable();
    counted.sort_unstable();
    assert_eq!(elapsed, counted, "seed {seed}\n{}", story.join("\n"));
}

fn now_tenant(road: &Road) -> postroom::domain::ids::TenantId {
    road.desk.directory().by_slug("acme").unwrap().tenant.id
}

both_databases! {
    async fn random_stories_tell_every_step_exactly_once_as_the_model_does(database: TestDatabase) {
        let mut road = Road::new(database).await;
        story(&mut road, 0x5eed_0001).await;
    }

    async fn another_random_story_tells_every_step_exactly_once(database: TestDatabase) {
        let mut road = Road::new(database).await;
        story(&mut road, 0x00c0_ffee).await;
    }

    async fn a_third_random_story_tells_every_step_exactly_once(database: TestDatabase) {
        let mut road = Road::new(database).await;
        story(&mut road, 0x00ab_cdef_0123).await;
    }

    async fn a_fourth_random_story_tells_every_step_exactly_once(database: TestDatabase) {
        let mut road = Road::new(database).await;
        story(&mut road, 77_777_777).await;
    }
}
