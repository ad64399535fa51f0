//! A ticket's past, rebuilt from its timeline: how it stood at each moment at which a rule would have looked. Plain
//! functions from what is stored to values, in one walk over lines and messages.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::said::Said;
use crate::desk::directory::Office;
use crate::desk::looks;
use crate::domain::event::{Actor, Event, EventType};
use crate::domain::message::{Kind, Message};
use crate::domain::rules::{Changed, Field, Kept, RuleSet, TicketFacts, Trigger};
use crate::domain::sla::Calendar;
use crate::domain::ticket::{Side, Status};

/// How often time is moved on between two lines of a timeline.
const STEPS: usize = 50;

/// What is known about a ticket's past.
pub(super) struct Past {
    /// The tenant's settings of today.
    pub office: Arc<Office>,
    /// The calendar of its service levels.
    pub calendar: Option<Calendar>,
    /// What templates may name of it today.
    pub variables: liquid::Object,
    /// The ticket as it is today.
    pub today: TicketFacts<'static>,
    /// Its timeline, oldest first.
    pub events: Vec<Event>,
    /// Its messages, oldest first.
    pub messages: Vec<Message>,
    /// Up to when.
    pub until: DateTime<Utc>,
}

/// A moment at which a rule would have looked.
pub(super) struct Moment {
    pub on: Trigger,
    pub kept: Kept,
    /// The message that it was about: its place among the ticket's.
    pub message: Option<usize>,
}

impl Past {
    /// Every moment at which the draft would have looked, oldest first.
    pub fn moments(&self, draft: &RuleSet) -> Vec<Moment> {
        let mut state = self.beginning();
        let mut said = Said::default();
        let mut moments = Vec::new();
        let mut acted = false;
        for (index, event) in self.events.iter().enumerate() {
            apply(&mut state, event);
            state.updated_at = event.at;
            said.until(event.id, &self.messages);
            said.count_into(&mut state);
            if let Actor::User { .. } | Actor::Contact { .. } = event.actor {
                acted = false;
            }
            self.at_event(index, &state, &said, &mut moments);
            let end = self.events.get(index + 1).map_or(self.until, |e| e.at);
            if draft.has_time() && !acted {
                acted = self.in_between(draft, &state, (event.at, end), &mut moments);
            }
        }
        moments.retain(|moment| draft.looks_on(moment.on));
        moments
    }

    /// The ticket before its first line: today's, with every change undone.
    fn beginning(&self) -> TicketFacts<'static> {
        let mut state = self.today.clone();
        for event in self.events.iter().rev() {
            undo(&mut state, event);
        }
        state.due_at = None;
        state.snoozed = false;
        state.breached = false;
        state.first_response_at = None;
        state.resolved_at = None;
        state.closed_at = None;
        state
    }

    /// The moments that one line of the timeline makes.
    fn at_event(
        &self,
        index: usize,
        state: &TicketFacts<'static>,
        said: &Said,
        moments: &mut Vec<Moment>,
    ) {
        let event = &self.events[index];
        let message = |kind| said.last(kind);
        let mut add = |on, message, kept| moments.push(Moment { on, kept, message });
        let plain = || self.kept(state.clone(), event, Vec::new());
        match event.kind {
            EventType::Created => {
                // The first message may have been written a moment after the line.
                let first = self.messages.first();
                let place = first.map(|_| 0);
                add(Trigger::TicketCreated, place, plain());
                if first.is_some_and(|m| m.inbound.is_some()) {
                    add(Trigger::MessageReceived, place, plain());
                }
            }
            EventType::MessageReceived => {
                let kept = self.kept(self.reopened(index, state), event, Vec::new());
                add(Trigger::MessageReceived, message(Kind::Inbound), kept);
            }
            EventType::MessageCreated if matches!(event.actor, Actor::User { .. }) => {
                add(Trigger::MessageCreated, message(Kind::Reply), plain());
            }
            EventType::NoteAdded if matches!(event.actor, Actor::User { .. }) => {
                add(Trigger::NoteAdded, message(Kind::Note), plain());
            }
            EventType::MessageHeld => {
                add(Trigger::MessageHeld, message(Kind::Inbound), plain());
            }
            EventType::SlaWarning => add(Trigger::SlaWarning, None, plain()),
            EventType::SlaBreached => add(Trigger::SlaBreached, None, plain()),
            EventType::Changed | EventType::Assigned => {
                let changes = changes(event);
                if !changes.is_empty() {
                    let kept = self.kept(state.clone(), event, changes);
                    if event.kind == EventType::Assigned {
                        add(Trigger::TicketAssigned, None, kept.clone());
                    }
                    add(Trigger::TicketUpdated, None, kept);
                }
            }
            _ => {}
        }
    }

    /// A customer's message reopens before rules look.
    fn reopened(&self, index: usize, state: &TicketFacts<'static>) -> TicketFacts<'static> {
        let mut state = state.clone();
        let event = &self.events[index];
        let same_deed = self.events[index + 1..]
            .iter()
            .take_while(|next| next.at == event.at && matches!(next.actor, Actor::Contact { .. }));
        for next in same_deed.filter(|next| next.kind == EventType::Changed) {
            apply(&mut state, next);
        }
        state
    }

    /// Moves time on from one line to the next. True if the draft would have acted.
    fn in_between(
        &self,
        draft: &RuleSet,
        state: &TicketFacts<'static>,
        (begin, end): (DateTime<Utc>, DateTime<Utc>),
        moments: &mut Vec<Moment>,
    ) -> bool {
        if state.status == Status::Closed || state.spam {
            return false;
        }
        let zone = self.office.tenant.timezone;
        let waits = state.last_message_from == Side::Agent || state.status == Status::OnHold;
        let triggers = [Trigger::TimeIdle, Trigger::TimeWaiting];
        let mut now = begin;
        for _ in 0..STEPS {
            let kept = Kept {
                now,
                ticket: state.clone(),
                changes: Vec::new(),
                actor: Actor::System,
                plan: self.office.plan().map(str::to_owned),
                business_hours: self.calendar.as_ref().is_none_or(|c| c.is_open(now)),
                chain: 0,
                fired: Vec::new(),
            };
            let facts = kept.facts(None, zone);
            for on in triggers.into_iter().take(if waits { 2 } else { 1 }) {
                if !draft.evaluate(on, &facts).explanation.is_empty() {
                    let message = None;
                    moments.push(Moment { on, kept, message });
                    return true;
                }
            }
            let turn = self
                .calendar
                .as_ref()
                .and_then(|c| looks::next_turn(c, now));
            match draft.next_look(&facts, turn) {
                Some(next) if next < end => now = next,
                _ => break,
            }
        }
        false
    }

    fn kept(
        &self,
        ticket: TicketFacts<'static>,
        event: &Event,
        changes: Vec<Changed<'static>>,
    ) -> Kept {
        Kept {
            now: event.at,
            ticket,
            changes,
            actor: event.actor.clone(),
            plan: self.office.plan().map(str::to_owned),
            business_hours: self.calendar.as_ref().is_none_or(|c| c.is_open(event.at)),
            chain: 0,
            fired: Vec::new(),
        }
    }
}

/// Sets what a line says, in one direction or the other.
fn set(state: &mut TicketFacts<'static>, event: &Event, value: Option<&String>) {
    let name = || value.map(|text| text.clone().into());
    match event.field.as_deref() {
        Some("subject") => state.subject = name().unwrap_or_default(),
        Some("status") => {
            if let Some(status) = value.and_then(|text| text.parse().ok()) {
                state.status = status;
            }
        }
        Some("priority") => {
            if let Some(priority) = value.and_then(|text| text.parse().ok()) {
                state.priority = priority;
            }
        }
        Some("category") => state.category = name(),
        Some("team") => state.team = name(),
        Some("assignee") => state.assignee = name(),
        Some("sla") => state.sla = name(),
        Some("spam") => state.spam = value.is_some_and(|text| text == "true"),
        Some("tags") => state.tags = tags(value).into_iter().map(Into::into).collect(),
        _ => {}
    }
}

fn tags(value: Option<&String>) -> Vec<String> {
    let all = value.into_iter().flat_map(|text| text.split(", "));
    all.filter(|tag| !tag.is_empty())
        .map(str::to_owned)
        .collect()
}

fn is_change(event: &Event) -> bool {
    matches!(event.kind, EventType::Changed | EventType::Assigned)
}

fn undo(state: &mut TicketFacts<'static>, event: &Event) {
    if is_change(event) {
        set(state, event, event.from.as_ref());
    }
}

fn apply(state: &mut TicketFacts<'static>, event: &Event) {
    match event.kind {
        EventType::SlaBreached => state.breached = true,
        _ if is_change(event) => set(state, event, event.to.as_ref()),
        _ => {}
    }
    if event.field.as_deref() == Some("status") && is_change(event) {
        match state.status {
            Status::Resolved => {
                state.resolved_at = Some(event.at);
                state.closed_at = None;
            }
            Status::Closed => {
                state.resolved_at.get_or_insert(event.at);
                state.closed_at = Some(event.at);
            }
            _ => (state.resolved_at, state.closed_at) = (None, None),
        }
    }
}

/// What a line changed, as rules see it: a tag that came or went is a change of its own.
fn changes(event: &Event) -> Vec<Changed<'static>> {
    let Some(field) = event.field.as_deref().and_then(|f| f.parse::<Field>().ok()) else {
        return Vec::new();
    };
    if !field.is_tracked() {
        return Vec::new();
    }
    if field != Field::Tags {
        return vec![Changed {
            field,
            from: event.from.clone().map(Into::into),
            to: event.to.clone().map(Into::into),
        }];
    }
    let (was, is) = (tags(event.from.as_ref()), tags(event.to.as_ref()));
    let gone = was.iter().filter(|tag| !is.contains(tag));
    let come = is.iter().filter(|tag| !was.contains(tag));
    gone.map(|tag| (Some(tag), None))
        .chain(come.map(|tag| (None, Some(tag))))
        .map(|(from, to)| Changed {
            field: Field::Tags,
            from: from.map(|tag| tag.clone().into()),
            to: to.map(|tag| tag.clone().into()),
        })
        .collect()
}
