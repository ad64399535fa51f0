//! Doing what an agent's mail says, as far as it may.

use std::collections::HashMap;

use uuid::Uuid;

use super::After;
use crate::desk::case::Case;
use crate::desk::hand::Hand;
use crate::desk::receive::{self, Arrival, Received};
use crate::desk::speak::{self, Note, Reply, Thread, Upload};
use crate::desk::tell::{self, Occasion};
use crate::desk::waiting::{self, Waits};
use crate::desk::{DeskError, Who, notice, orders};
use crate::domain::address::EmailAddress;
use crate::domain::agent_mail::caution::{self, Because};
use crate::domain::agent_mail::policy::{Doubt, Verdict};
use crate::domain::agent_mail::words::{self, Words};
use crate::domain::commands::{Orders, Unclear, Understood, Voice, sentences, understand};
use crate::domain::ids::{MessageId, TicketId};
use crate::domain::mail::attachment;
use crate::domain::message::{Identity, Kind, MatchedBy, Message};
use crate::domain::person::{Membership, Role};
use crate::intake::process::walk::Fate;

/// An answer to a notice.
pub(super) struct Answer<'a> {
    /// Who it is from, if it is from them.
    pub who: Who,
    /// The same as a member.
    pub person: &'a Membership,
    /// The mail.
    pub received: Received<'a>,
    /// Its bytes, if it has files.
    pub raw: Option<&'a [u8]>,
    /// The newest thing that the notice knew of.
    pub seen: Uuid,
    /// The message that the notice was about.
    pub about: Option<MessageId>,
    /// It answers a note, so it is one.
    pub as_note: bool,
    /// Whom else it went to, of those who take no part.
    pub outsiders: Vec<EmailAddress>,
    /// Tickets that commands may name, by number.
    pub tickets: HashMap<i64, TicketId>,
}

/// What was done.
pub(super) struct Done {
    /// What became of the mail.
    pub fate: Fate,
    /// What is left to do.
    pub after: Vec<After>,
}

impl From<Fate> for Done {
    fn from(fate: Fate) -> Self {
        Self {
            fate,
            after: Vec::new(),
        }
    }
}

/// Does what an answer says, as far as it may.
pub(super) fn act(
    hand: &mut Hand<'_>,
    case: &mut Case,
    answer: &Answer<'_>,
    thread: &mut Thread,
    decided: Verdict,
) -> Done {
    let mail = answer.received.mail;
    let doubt = match decided {
        Verdict::Automatic => return Fate::Ignored(decided.sentence().1.to_owned()).into(),
        Verdict::Refuse => return Fate::Quarantined(decided.sentence().1.to_owned()).into(),
        Verdict::NotTheAgent => return impostor(hand, case, answer, decided).into(),
        Verdict::Hold(doubt) => Some(doubt),
        Verdict::Post => None,
    };
    let words = words::own(&mail.text, &mail.folds);
    let known = orders::known(hand.office, &answer.who, &case.participants, hand.now);
    let mut read = understand(&words.text, &known);
    check_tickets(&mut read, case, answer);
    let mut acting = Acting {
        hand,
        case,
        answer,
        thread,
        words,
    };
    match doubt {
        Some(doubt) => acting.doubted(&read, doubt),
        None => acting.proven(&read),
    }
}

/// Somebody else holds the agent's token: a customer's message at most, and one that waits (A36).
fn impostor(hand: &mut Hand<'_>, case: &mut Case, answer: &Answer<'_>, decided: Verdict) -> Fate {
    let arrival = Arrival {
        by: Some(MatchedBy::Token),
        held: Some(decided.sentence().1.to_owned()),
        ..Arrival::default()
    };
    let message = receive::append(hand, case, &answer.received, &arrival);
    let reason = format!(
        "{} answered a notice that was sent to you, and to you alone. The link in it is worth nothing any more; \
         their mail waits in the ticket. If you passed the notice on: customers should not get to see it.",
        answer.received.from().email
    );
    let occasion = Occasion::Waits {
        because: Because::Forged,
        reason,
        more: String::new(),
    };
    case.told.push((answer.person.user.id, occasion));
    receive::tell(hand, case, &message);
    Fate::Message(case.ticket.id, message.id, "held")
}

/// A merge needs a ticket that is there, and another one.
fn check_tickets(read: &mut Understood, case: &Case, answer: &Answer<'_>) {
    let Some(number) = read.orders.merge else {
        return;
    };
    let into = answer.tickets.get(&number);
    let problem = match into {
        None => "There is no such ticket.",
        Some(into) if *into == case.ticket.id => "That is this very ticket.",
        Some(_) if case.ticket.spam => "Spam is not merged.",
        Some(_) => return,
    };
    read.unclear.push(Unclear {
        line: format!("#merge {number}"),
        problem: problem.to_owned(),
        choices: Vec::new(),
    });
}

struct Acting<'a, 'h, 'o> {
    hand: &'a mut Hand<'h>,
    case: &'a mut Case,
    answer: &'a Answer<'o>,
    thread: &'a mut Thread,
    words: Words,
}

impl Acting<'_, '_, '_> {
    /// It could not be proven: it waits, commands and all.
    fn doubted(&mut self, read: &Understood, doubt: Doubt) -> Done {
        let says_nothing = self.words.text.trim().is_empty() && self.files().is_empty();
        if says_nothing || read.orders.send && read.text.trim().is_empty() {
            return Fate::Ignored("an answer without any words, and not proven".to_owned()).into();
        }
        if self.answer.as_note {
            return self.doubted_note(doubt);
        }
        let because = match doubt {
            Doubt::Unproven => Because::Unproven,
            Doubt::Forged => Because::Forged,
            Doubt::Off => Because::Off,
        };
        self.wait(read, because, doubt.sentence(), String::new())
    }

    /// An answer to a note stays inside either way. A forged one is kept away from colleagues, too.
    fn doubted_note(&mut self, doubt: Doubt) -> Done {
        if doubt == Doubt::Forged {
            let reason = format!(
                "A mail in the name of {} answered an internal note. The trusted server says that its sender is \
                 forged; it is in quarantine.",
                self.answer.who.name
            );
            self.tell_admins(&reason);
            return Fate::Quarantined("a forged answer to an internal note".to_owned()).into();
        }
        // Commands stay words: they count as much as sending does.
        let text = self.words.text.clone();
        self.note(text)
    }

    fn proven(&mut self, read: &Understood) -> Done {
        let silent = read.text.trim().is_empty() && self.files().is_empty();
        if let Some(done) = self.confirm(read, silent) {
            return done;
        }
        if !read.unclear.is_empty() {
            let questions = sentences(&read.unclear);
            if silent {
                let reason = "Nothing was changed: some lines were not understood.";
                self.say_back(reason, &questions);
                return Fate::Ignored(
                    "commands that were not understood; their author was told".to_owned(),
                )
                .into();
            }
            let reason = "Some lines on top of it were not understood; nothing was changed.";
            return self.wait(read, Because::Commands, reason, questions);
        }
        if silent && read.orders.is_empty() {
            return Fate::Ignored("an answer without any words".to_owned()).into();
        }
        if silent {
            return self.carry_out(read);
        }
        match (read.orders.voice, self.answer.as_note) {
            (Voice::Note, _) | (Voice::AsAddressed, true) => {
                let done = self.note(read.text.clone());
                return self.then(done, &read.orders);
            }
            (Voice::Public, true) => {
                let reason = "It answers an internal note, and shall be public.";
                return self.wait(read, Because::Public, reason, String::new());
            }
            _ => {}
        }
        if let Some((because, reason)) = self.caution(read) {
            return self.wait(read, because, &reason, String::new());
        }
        self.send(read)
    }

    /// `#send`, or nothing at all in answer to what arrived meanwhile, sends what waits. Any other answer takes the
    /// place of what waits.
    fn confirm(&mut self, read: &Understood, silent: bool) -> Option<Done> {
        let own = self.answer.person.user.email.as_str();
        let held = self.answer.about.and_then(|id| self.thread.held(id));
        let held = held.filter(|held| held.message.author.email == own);
        let stale = held
            .as_ref()
            .and_then(|held| held.waiting)
            .is_some_and(|waiting| waiting.because == Because::Stale);
        let asks = read.orders.send || stale && silent && read.written.is_empty();
        if !asks {
            let message = held.filter(|_| !silent).map(|held| held.message.clone());
            if let Some(message) = message {
                waiting::supersede(self.hand, self.case, &self.answer.who, &message);
            }
            return None;
        }
        let Some(held) = held.filter(|_| silent && read.unclear.is_empty()) else {
            self.say_back("There is nothing here that #send could send; it stands alone in answer to a notice about a held reply.", "");
            return Some(Fate::Ignored("#send, and nothing waits".to_owned()).into());
        };
        let newer = self.newer();
        if !newer.is_empty() {
            let more = notice::newer(self.hand, newer.iter());
            self.say_back(
                "Something newer arrived since. Your reply still waits.",
                &more,
            );
            return Some(Fate::Ignored("#send, and something newer arrived".to_owned()).into());
        }
        let who = &self.answer.who;
        let sent = waiting::send(self.hand, self.case, (who, who), held, self.thread);
        Some(match sent {
            Ok((id, wanted)) => {
                self.remember(id);
                let fate = Fate::Message(self.case.ticket.id, id, "appended");
                Done {
                    fate,
                    after: self.after(&wanted),
                }
            }
            Err(error) => Fate::Quarantined(error.to_string()).into(),
        })
    }

    /// Public messages that the agent had not seen, other than their own.
    fn newer(&self) -> Vec<Message> {
        let own = self.answer.person.user.email.as_str();
        let newer = self.thread.newer_than(self.answer.seen).into_iter();
        newer.filter(|m| m.author.email != own).cloned().collect()
    }

    fn caution(&self, read: &Understood) -> Option<(Because, String)> {
        let mail = self.answer.received.mail;
        let office = self.hand.office;
        let notes = self.thread.notes();
        let mut private: Vec<&str> = office
            .people
            .iter()
            .map(|m| m.user.email.as_str())
            .filter(|address| {
                office
                    .mailboxes
                    .iter()
                    .all(|m| m.address.as_str() != *address)
            })
            .collect();
        let token = mail
            .to
            .iter()
            .find_map(|p| p.address()?.detail().map(str::to_owned));
        private.extend(token.as_deref().filter(|detail| detail.len() >= 38));
        let words = Words {
            text: read.text.clone(),
            marker_left: self.words.marker_left,
        };
        caution::why(&caution::Answer {
            words: &words,
            subject: &mail.subject,
            carries_mail: mail
                .attachments
                .iter()
                .any(|a| a.content_type == "message/rfc822"),
            outsiders: &self.answer.outsiders,
            notes: &notes,
            private: &private,
        })
    }

    fn send(&mut self, read: &Understood) -> Done {
        let newer = self.newer();
        if !newer.is_empty() {
            let more = notice::newer(self.hand, newer.iter());
            let reason = "Something newer arrived while you were writing. Read it; then answer this mail with #send, \
                          or with nothing at all, to send your reply as it is, or with other words.";
            return self.wait(read, Because::Stale, reason, more);
        }
        let who = &self.answer.who;
        let reply = Reply {
            text: read.text.clone(),
            attachments: self.files(),
            by: Some(MatchedBy::Token),
            ..Reply::default()
        };
        orders::before_speaking(self.hand, self.case, who, &read.orders);
        match speak::say(self.hand, self.case, who, &reply, self.thread) {
            Ok(id) => {
                self.remember(id);
                let done = Fate::Message(self.case.ticket.id, id, "appended").into();
                self.then(done, &read.orders)
            }
            Err(error) => Fate::Quarantined(error.to_string()).into(),
        }
    }

    fn note(&mut self, text: String) -> Done {
        let by = Some(MatchedBy::Token);
        let id = speak::jot(self.hand, self.case, &self.answer.who, &Note { text, by });
        self.remember(id);
        Fate::Message(self.case.ticket.id, id, "appended").into()
    }

    /// Commands alone: nothing is sent.
    fn carry_out(&mut self, read: &Understood) -> Done {
        orders::before_speaking(self.hand, self.case, &self.answer.who, &read.orders);
        let done = Fate::Done(self.case.ticket.id).into();
        let done = self.then(done, &read.orders);
        let cause = format!("inbound:{}", self.answer.received.inbound);
        tell::settle(self.hand, self.case, None, &cause);
        done
    }

    /// The rest of what commands want, once everything is said.
    fn then(&mut self, mut done: Done, wanted: &Orders) -> Done {
        let changed = orders::after_speaking(self.hand, self.case, &self.answer.who, wanted);
        if let Err(error @ (DeskError::Invalid { .. } | DeskError::Conflict(_))) = changed {
            self.say_back("Not everything could be done.", &error.to_string());
        }
        let cause = format!("inbound:{}:then", self.answer.received.inbound);
        tell::settle(self.hand, self.case, None, &cause);
        done.after = self.after(wanted);
        done
    }

    fn after(&self, wanted: &Orders) -> Vec<After> {
        let (who, ticket) = (&self.answer.who, self.case.ticket.id);
        let customer = wanted.customer.clone();
        let customer = customer.map(|address| After::Customer(who.clone(), ticket, address));
        let merge = wanted.merge;
        let merge = merge.map(|number| After::Merge(who.clone(), ticket, number));
        customer.into_iter().chain(merge).collect()
    }

    /// Keeps the reply in the ticket and tells its author why.
    fn wait(&mut self, read: &Understood, because: Because, reason: &str, more: String) -> Done {
        // What was not understood stays where it was written: it is sent only as it stands there.
        let unclear = !read.unclear.is_empty();
        let (text, commands) = if unclear {
            (self.words.text.as_str(), &[][..])
        } else {
            (read.text.as_str(), read.written.as_slice())
        };
        let mail = self.answer.received.mail;
        let waits = Waits {
            text,
            commands,
            because,
            reason,
            more,
            seen: Some(self.answer.seen),
            attachments: receive::attachment_rows(self.hand, mail),
            blob: self.answer.received.blob,
            inbound: self.answer.received.inbound,
            authentication: self.answer.received.verdict.authentication,
            told_before: because.is_doubt() && self.one_waits(because),
        };
        let id = waiting::hold(self.hand, self.case, &self.answer.who, waits);
        Fate::Message(self.case.ticket.id, id, "held").into()
    }

    /// Whether an unproven reply in the same name waits in the ticket already.
    fn one_waits(&self, because: Because) -> bool {
        let own = self.answer.person.user.email.as_str();
        let ticket = self.case.ticket.id;
        let batch = self.hand.work.messages.iter().map(|new| &new.message);
        let batch = batch.filter(|m| m.ticket == ticket);
        let mut held = batch.chain(self.thread.all_held());
        let doubted = |m: &Message| m.identity == Identity::Unverified || because == Because::Off;
        held.any(|m| m.held && m.kind == Kind::Reply && m.author.email == own && doubted(m))
    }

    /// Tells the author something that stands in no message.
    fn say_back(&mut self, reason: &str, more: &str) {
        let occasion = Occasion::Waits {
            because: Because::Commands,
            reason: reason.to_owned(),
            more: more.to_owned(),
        };
        self.case.told.push((self.answer.person.user.id, occasion));
        let held = self.answer.about.and_then(|id| self.thread.get(id));
        let held = held.filter(|m| m.held).cloned();
        let cause = format!("inbound:{}:back", self.answer.received.inbound);
        tell::settle(self.hand, self.case, held.as_ref(), &cause);
    }

    fn tell_admins(&mut self, reason: &str) {
        let office = self.hand.office;
        for admin in office
            .people
            .iter()
            .filter(|m| m.is_here() && m.role >= Role::Admin)
        {
            let occasion = Occasion::Waits {
                because: Because::Forged,
                reason: reason.to_owned(),
                more: String::new(),
            };
            self.case.told.push((admin.user.id, occasion));
        }
        self.case.pushed.push(Occasion::Forged);
        // Once a day for each ticket: whoever has such a token could send as many as they like.
        let (ticket, day) = (self.case.ticket.id, self.hand.now.date_naive());
        let cause = format!("forged:{ticket}:{day}");
        tell::settle(self.hand, self.case, None, &cause);
    }

    /// The files of the mail; pictures that belong into its HTML stay behind with it.
    fn files(&self) -> Vec<Upload> {
        let Some(raw) = self.answer.raw else {
            return Vec::new();
        };
        let mail = self.answer.received.mail;
        let own = mail.attachments.iter().filter(|a| !a.inline);
        own.filter_map(|a| {
            Some(Upload {
                filename: a.filename.clone(),
                content_type: a.content_type.clone(),
                bytes: attachment(raw, a.part)?,
            })
        })
        .collect()
    }

    /// Later mails of the same batch see what was said.
    fn remember(&mut self, id: MessageId) {
        let said = self.hand.work.messages.iter().rev();
        let said = said.map(|new| &new.message).find(|m| m.id == id);
        if let Some(message) = said.cloned() {
            self.thread.add(message);
        }
    }
}
