//! What could not be proven, what waits, and what its author is told of it.

use super::act::Acting;
use crate::desk::receive;
use crate::desk::tell::{self, Occasion};
use crate::desk::waiting::{self, Waits};
use crate::domain::agent_mail::caution::Because;
use crate::domain::agent_mail::policy::Doubt;
use crate::domain::commands::{Understood, Voice};
use crate::domain::message::{Authentication, Identity, Kind, Message};
use crate::domain::person::Role;
use crate::intake::process::walk::Fate;

/// Of longer lines the beginning is shown, in characters.
const LONGEST_LINE: usize = 120;

/// What the author of something that waits is told.
pub(super) fn waits(because: Because, reason: &str, more: &str) -> Occasion {
    Occasion::Waits {
        because,
        reason: reason.to_owned(),
        more: more.to_owned(),
    }
}

/// What becomes of lines on top that were not understood, for whoever may send what stands below them.
fn left_out(lines: &[String]) -> String {
    let shown = lines.iter().map(|line| {
        let beginning: String = line.chars().take(LONGEST_LINE).collect();
        let ellipsis = if beginning.len() < line.len() {
            "…"
        } else {
            ""
        };
        format!("{beginning}{ellipsis}")
    });
    let shown: Vec<String> = shown.collect();
    format!(
        " If it is sent as it stands, these lines are neither sent nor carried out: {}",
        shown.join(" · ")
    )
}

const fn because(doubt: Doubt) -> Because {
    match doubt {
        Doubt::Unproven => Because::Unproven,
        Doubt::Forged => Because::Forged,
        Doubt::Off => Because::Off,
        Doubt::Marked => Because::Marked,
    }
}

impl Acting<'_, '_, '_> {
    /// It could not be proven: it waits, commands and all. For whom it is, is decided first: what was for the team alone
    /// never waits as an answer to the customer (A35).
    pub(super) fn doubted(&mut self, read: &Understood, doubt: Doubt) -> Fate {
        let inside = self.answer.as_note || read.orders.voice == Voice::Note;
        let says_nothing = self.words.text.trim().is_empty() && self.files(inside).is_empty();
        if says_nothing {
            return Fate::Ignored("an answer without any words, and not proven".to_owned());
        }
        if read.orders.send && read.text.trim().is_empty() {
            let reason = format!("#send has sent nothing. {}", doubt.sentence());
            self.say_back(&reason, "");
            return Fate::Ignored("#send, and not proven".to_owned());
        }
        if inside {
            return self.doubted_note(read, doubt);
        }
        self.wait(read, because(doubt), doubt.sentence(), String::new())
    }

    /// A note stays inside either way, and shows that it is doubtful. A forged one is kept away from colleagues, too.
    fn doubted_note(&mut self, read: &Understood, doubt: Doubt) -> Fate {
        if doubt == Doubt::Forged {
            let reason = format!(
                "A mail in the name of {} was meant as an internal note. The trusted server says that its sender is \
                 forged; it is in quarantine.",
                self.answer.who.name
            );
            self.tell_admins(&reason);
            return Fate::Quarantined("a forged internal note".to_owned());
        }
        // Commands stay words: they count as much as sending does. The word that makes it a note has been obeyed.
        let obeyed =
            read.orders.is_empty() && read.unclear.is_empty() && read.orders.voice != Voice::Public;
        let text = if obeyed { &read.text } else { &self.words.text };
        let mut note = self.noted(text.clone());
        note.doubtful = true;
        let own = self.answer.person.user.email.as_str();
        // Told once, or once a day: a program would answer that, too (A9).
        let recent = |n: &Message| {
            doubt == Doubt::Marked || self.hand.now - n.created_at < chrono::Duration::days(1)
        };
        let knows = self
            .thread
            .notes_by(own)
            .any(|n| n.identity == Identity::Unverified && recent(n));
        if !knows {
            let reason = "It stands in the ticket as an internal note, marked as unverified: nothing proves for certain \
                          that you wrote it. Nobody else was told of it, and commands in it were not carried out.";
            note.to_author = Some(waits(because(doubt), reason, ""));
        }
        self.note(&note)
    }

    /// Keeps the reply in the ticket and tells its author why.
    pub(super) fn wait(
        &mut self,
        read: &Understood,
        because: Because,
        reason: &str,
        more: String,
    ) -> Fate {
        // What was meant for us is never sent to a customer, understood or not: what waits is what stands below it.
        let mut reason = reason.to_owned();
        let mut commands = read.written.as_slice();
        if !read.unclear.is_empty() {
            reason.push_str(&left_out(commands));
            commands = &[];
        }
        let received = &self.answer.received;
        let mut attachments = Vec::new();
        if self.answer.beginning.is_some() {
            reason.push_str(" Only its beginning is here, without its files.");
        } else {
            attachments = receive::attachment_rows(self.hand, received.mail);
            let along = |part: i64| {
                let mut files = self.files.iter().filter(|file| file.goes_along);
                files.any(|file| i64::try_from(file.part) == Ok(part))
            };
            attachments.retain(|row| along(row.part));
        }
        let doubted = |m: &Message| m.identity == Identity::Unverified || because == Because::Off;
        let forged = |m: &Message| m.authentication == Authentication::Fail;
        let waits = Waits {
            text: &read.text,
            commands,
            because,
            reason: &reason,
            more,
            seen: Some(self.answer.seen),
            attachments,
            blob: received.blob,
            inbound: received.inbound,
            authentication: received.verdict.authentication,
            silently: because.is_doubt() && self.one_waits(because, doubted),
            alarming: because == Because::Forged && !self.one_waits(because, forged),
        };
        let id = waiting::hold(self.hand, self.case, &self.answer.who, waits);
        Fate::Message(self.case.ticket.id, id, "held")
    }

    /// Whether a reply in the same name waits in the ticket already for this reason, or is like this (A9).
    fn one_waits(&self, because: Because, like: impl Fn(&Message) -> bool) -> bool {
        let own = self.answer.person.user.email.as_str();
        let ticket = self.case.ticket.id;
        let batch = self.hand.work.messages.iter().map(|new| &new.message);
        let batch = batch.filter(|m| m.ticket == ticket);
        let mut held = batch.chain(self.thread.all_held());
        self.thread.holds(own, because)
            || held.any(|m| m.held && m.kind == Kind::Reply && m.author.email == own && like(m))
    }

    /// Tells the author something that stands in no message. An answer to that is for whom this mail was: what it is about
    /// goes along.
    pub(super) fn say_back(&mut self, reason: &str, more: &str) {
        let occasion = waits(Because::Commands, reason, more);
        self.case.told.push((self.answer.person.user.id, occasion));
        let about = self.answer.about.and_then(|id| self.thread.get(id));
        let about = about.filter(|m| m.held || m.kind == Kind::Note).cloned();
        let cause = format!("inbound:{}:back", self.answer.received.inbound);
        tell::settle(self.hand, self.case, about.as_ref(), &cause);
    }

    fn tell_admins(&mut self, reason: &str) {
        let office = self.hand.office;
        for admin in office
            .people
            .iter()
            .filter(|m| m.is_here() && m.role >= Role::Admin)
        {
            let occasion = waits(Because::Forged, reason, "");
            self.case.told.push((admin.user.id, occasion));
        }
        self.case.pushed.push(Occasion::Forged);
        // Once a day for each ticket: whoever has such a token could send as many as they like.
        let (ticket, day) = (self.case.ticket.id, self.hand.now.date_naive());
        let cause = format!("forged:{ticket}:{day}");
        tell::settle(self.hand, self.case, None, &cause);
    }
}
