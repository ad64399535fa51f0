//! The life of a ticket's clocks, as stories.

use chrono::{DateTime, Utc};

use crate::domain::sla::{
    Applied, Calendar, Clock, Happened, Line, Metric, Policy, SlaEvent, State, TicketEvent, What,
    apply,
};
use crate::domain::ticket::{Priority, Status};

fn at(time: &str) -> DateTime<Utc> {
    format!("2026-11-23T{time}:00Z").parse().unwrap()
}

pub(super) fn policy() -> Policy {
    serde_json::from_value(serde_json::json!({
        "id": uuid::Uuid::nil(),
        "name": "Standard",
        "calendar": Calendar::always_open(),
        "targets": {
            "first_response": { "normal": "2h", "urgent": "30m" },
            "next_response": { "normal": "4h" },
            "resolution": { "normal": "8h", "urgent": "4h" },
        },
        "pause_on": ["on_hold"],
        "warn": [80, 50],
    }))
    .unwrap()
}

/// A ticket that things happen to.
struct Story {
    policy: Policy,
    event: TicketEvent<'static>,
    now: Applied,
}

impl Story {
    fn opened(time: &str, priority: Priority) -> Self {
        let event = TicketEvent {
            what: What::Opened {
                under: "under the default service level",
            },
            status: Status::Open,
            priority,
            answered: false,
        };
        let mut story = Self {
            policy: policy(),
            event,
            now: Applied::default(),
        };
        story.happens(
            time,
            What::Opened {
                under: "under the default service level",
            },
        );
        story
    }

    fn happens(&mut self, time: &str, what: What<'static>) {
        self.event.what = what;
        self.event.answered |= matches!(what, What::AgentReply);
        self.now = apply(&self.now.clocks, &self.event, &self.policy, at(time));
    }

    fn becomes(&mut self, time: &str, status: Status) {
        self.event.status = status;
        self.happens(time, What::Changed);
    }

    fn clock(&self, metric: Metric) -> &Clock {
        let all = self
            .now
            .clocks
            .iter()
            .filter(|clock| clock.metric == metric);
        all.max_by_key(|clock| clock.cycle).unwrap()
    }

    fn said(&self) -> Vec<(Metric, Happened)> {
        self.now
            .lines
            .iter()
            .map(|line: &Line| (line.metric, line.what))
            .collect()
    }
}

#[test]
fn a_new_ticket_has_a_first_response_and_a_resolution_clock() {
    let story = Story::opened("09:00", Priority::Normal);
    let first = story.clock(Metric::FirstResponse);
    assert_eq!(
        (first.state(), first.due_at),
        (State::Running, Some(at("11:00")))
    );
    assert_eq!(first.next_wake(), Some(at("10:00")), "the warning at 50 %");
    assert_eq!(story.clock(Metric::Resolution).due_at, Some(at("17:00")));
    assert_eq!(story.now.clocks.len(), 2);
    assert!(
        story.now.lines[0]
            .because
            .contains("Standard gives 8h for priority normal")
    );
}

#[test]
fn a_priority_without_a_target_has_no_clock() {
    assert!(Story::opened("09:00", Priority::Low).now.clocks.is_empty());
}

#[test]
fn the_first_answer_meets_the_first_response_and_a_question_starts_the_next() {
    let mut story = Story::opened("09:00", Priority::Normal);
    story.happens("10:00", What::AgentReply);
    assert_eq!(story.clock(Metric::FirstResponse).state(), State::Met);
    story.happens("12:00", What::CustomerMessage);
    story.happens("13:00", What::CustomerMessage);
    let next = story.clock(Metric::NextResponse);
    assert_eq!(
        (next.cycle, next.due_at),
        (1, Some(at("16:00"))),
        "the first question counts"
    );
    story.happens("14:00", What::AgentReply);
    assert_eq!(story.clock(Metric::NextResponse).elapsed_seconds, 2 * 3600);
    story.happens("15:00", What::CustomerMessage);
    assert_eq!(story.clock(Metric::NextResponse).cycle, 2);
    assert_eq!(story.clock(Metric::FirstResponse).cycle, 1);
}

#[test]
fn clocks_stand_still_on_hold_and_run_on_from_where_they_stood() {
    let mut story = Story::opened("09:00", Priority::Normal);
    story.becomes("09:30", Status::OnHold);
    let first = story.clock(Metric::FirstResponse);
    assert_eq!(
        (first.state(), first.due_at, first.next_wake()),
        (State::Paused, None, None)
    );
    story.becomes("12:00", Status::Open);
    assert_eq!(story.clock(Metric::FirstResponse).due_at, Some(at("13:30")));
    assert!(story.now.events.is_empty());
}

#[test]
fn a_late_answer_is_late_even_if_no_timer_noticed() {
    let mut story = Story::opened("09:00", Priority::Normal);
    story.happens("12:00", What::AgentReply);
    let first = story.clock(Metric::FirstResponse);
    assert_eq!(first.state(), State::Breached);
    assert_eq!(
        (first.breached_at, first.met_at),
        (Some(at("11:00")), Some(at("12:00")))
    );
    let told: Vec<_> = story.now.events.iter().map(SlaEvent::at).collect();
    assert_eq!(
        told,
        [at("10:00"), at("10:36"), at("11:00")],
        "both warnings and the breach, in order"
    );
    assert!(
        story
            .said()
            .contains(&(Metric::FirstResponse, Happened::MetLate))
    );
}

#[test]
fn a_jump_over_several_steps_gives_each_once() {
    let story = Story::opened("09:00", Priority::Normal);
    let clock = story.clock(Metric::FirstResponse).clone();
    let step = clock.due(at("23:00"));
    assert_eq!(step.events.len(), 3);
    assert_eq!(step.clock.next_wake(), None);
    assert!(step.clock.due(at("23:30")).events.is_empty());
}

#[test]
fn a_higher_priority_shortens_what_is_left() {
    let mut story = Story::opened("09:00", Priority::Normal);
    story.event.priority = Priority::Urgent;
    story.happens("09:20", What::Changed);
    assert_eq!(story.clock(Metric::FirstResponse).due_at, Some(at("09:30")));
    // The step at 50 % has passed already by the new target: it is told at once.
    assert_eq!(story.now.events.len(), 1);
    let mut late = Story::opened("09:00", Priority::Normal);
    late.event.priority = Priority::Urgent;
    late.happens("09:40", What::Changed);
    assert_eq!(
        late.clock(Metric::FirstResponse).breached_at,
        Some(at("09:40"))
    );
}

#[test]
fn a_warning_is_not_given_again_when_the_target_grows() {
    let mut story = Story::opened("09:00", Priority::Urgent);
    story.happens("09:20", What::CustomerMessage);
    assert_eq!(story.now.events.len(), 1, "50 % of 30 minutes");
    story.event.priority = Priority::Normal;
    story.happens("09:21", What::Changed);
    assert_eq!(
        story.clock(Metric::FirstResponse).next_wake(),
        Some(at("10:36")),
        "80 % of 2 hours"
    );
}

#[test]
fn a_priority_without_a_target_drops_the_clock() {
    let mut story = Story::opened("09:00", Priority::Normal);
    story.event.priority = Priority::Low;
    story.happens("09:20", What::Changed);
    assert!(
        story
            .now
            .clocks
            .iter()
            .all(|clock| clock.state() == State::Dropped)
    );
}

#[test]
fn a_breach_survives_every_change() {
    let mut story = Story::opened("09:00", Priority::Urgent);
    story.event.priority = Priority::Normal;
    story.happens("09:45", What::Changed);
    let first = story.clock(Metric::FirstResponse);
    assert_eq!(
        (first.state(), first.due_at),
        (State::Breached, Some(at("09:30")))
    );
    story.becomes("10:00", Status::OnHold);
    story.becomes("11:00", Status::Open);
    assert_eq!(story.clock(Metric::FirstResponse).due_at, Some(at("09:30")));
}

#[test]
fn resolving_meets_the_resolution_and_reopening_begins_a_new_one() {
    let mut story = Story::opened("09:00", Priority::Normal);
    story.happens("09:30", What::AgentReply);
    story.becomes("10:00", Status::Resolved);
    assert_eq!(story.clock(Metric::Resolution).state(), State::Met);
    story.event.status = Status::Open;
    story.happens("20:00", What::CustomerMessage);
    let again = story.clock(Metric::Resolution);
    assert_eq!(
        (again.cycle, again.started_at, again.state()),
        (2, at("20:00"), State::Running)
    );
    assert_eq!(story.clock(Metric::NextResponse).state(), State::Running);
    assert!(
        story
            .now
            .lines
            .iter()
            .any(|line| line.because.starts_with("the ticket was reopened"))
    );
}

#[test]
fn resolving_without_an_answer_drops_the_response_clock() {
    let mut story = Story::opened("09:00", Priority::Normal);
    story.becomes("10:00", Status::Resolved);
    assert_eq!(story.clock(Metric::FirstResponse).state(), State::Dropped);
    story.becomes("11:00", Status::Open);
    assert_eq!(
        story.clock(Metric::FirstResponse).cycle,
        2,
        "nobody has answered yet"
    );
}

#[test]
fn spam_has_no_clocks() {
    let mut story = Story::opened("09:00", Priority::Normal);
    story.happens(
        "09:10",
        What::Withdrawn {
            because: "it is spam",
        },
    );
    assert!(
        story
            .now
            .clocks
            .iter()
            .all(|clock| clock.next_wake().is_none())
    );
    assert!(
        story
            .now
            .lines
            .iter()
            .all(|line| line.because == "it is spam")
    );
}

#[test]
fn another_policy_counts_the_rest_and_keeps_what_has_passed() {
    let mut story = Story::opened("09:00", Priority::Normal);
    let old: &'static Policy = Box::leak(Box::new(policy()));
    story.policy.targets = serde_json::from_value(serde_json::json!({
        "first_response": { "normal": "3h" }, "resolution": { "normal": "8h" },
    }))
    .unwrap();
    story.happens(
        "10:00",
        What::PolicyChanged {
            from: old,
            because: "the policy is Gold now",
        },
    );
    assert_eq!(story.clock(Metric::FirstResponse).due_at, Some(at("12:00")));
    assert_eq!(story.clock(Metric::FirstResponse).elapsed_seconds, 3600);
}

#[test]
fn clocks_are_stored_and_read_back_unchanged() {
    let story = Story::opened("09:00", Priority::Normal);
    let stored = serde_json::to_string(&story.now.clocks).unwrap();
    assert_eq!(
        serde_json::from_str::<Vec<Clock>>(&stored).unwrap(),
        story.now.clocks
    );
}

#[test]
fn a_policy_says_what_is_wrong_with_it() {
    let mut policy = policy();
    policy.warn = vec![80, 100, 0];
    policy.pause_on = vec![Status::OnHold, Status::Closed];
    policy.calendar.hours = crate::domain::sla::Hours::default();
    let paths: Vec<_> = policy
        .check()
        .into_iter()
        .map(|problem| problem.path)
        .collect();
    assert_eq!(paths, ["warn[1]", "warn[2]", "pause_on[1]", "calendar"]);
}
