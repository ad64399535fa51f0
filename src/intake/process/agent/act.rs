//! Doing what an agent's mail says, as far as it may.

use std::collections::HashMap;

use uuid::Uuid;

use super::company;
use super::doubted::waits;
use super::enclosed::{self, Enclosed};
use crate::desk::case::Case;
use crate::desk::directory::Office;
use crate::desk::hand::Hand;
use crate::desk::receive::{self, Arrival, Received};
use crate::desk::speak::{self, Note, Reply, Thread, Upload};
use crate::desk::tell::{self, Occasion};
use crate::desk::{DeskError, Who, notice, orders, requester, waiting};
use crate::domain::address::EmailAddress;
use crate::domain::agent_mail::caution::{self, Because};
use crate::domain::agent_mail::files::{is_sealed, is_unreadable};
use crate::domain::agent_mail::policy::Verdict;
use crate::domain::agent_mail::words::{self, Ours, Words};
use crate::domain::commands::{Orders, Unclear, Understood, Voice, sentences, understand};
use crate::domain::contact::Contact;
use crate::domain::ids::{MessageId, TicketId};
use crate::domain::message::{MatchedBy, Message};
use crate::domain::person::Membership;
use crate::intake::process::after::After;
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
    /// The notice was about a ticket that has become part of this one since.
    pub merged: bool,
    /// The message that the notice was about.
    pub about: Option<MessageId>,
    /// It answers a note, so it is one.
    pub as_note: bool,
    /// Whom else it went to, of those who take no part.
    pub outsiders: Vec<EmailAddress>,
    /// Tickets that commands may name, by number: those that this person sees.
    pub tickets: HashMap<i64, TicketId>,
    /// Whom commands may name as customers, with what is known of them.
    pub customers: HashMap<EmailAddress, Option<Contact>>,
    /// Who is proposed as the requester: address and name.
    pub proposed: Option<(EmailAddress, String)>,
    /// What is here of a mail that is not all here.
    pub beginning: Option<String>,
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
    let text = answer.beginning.as_ref().unwrap_or(&mail.text);
    let office = hand.office;
    let desks = office.mailboxes.iter();
    let desks = desks.flat_map(|m| m.aliases.iter().chain([&m.address]));
    let said = thread.texts();
    let ours = Ours::new(desks.map(EmailAddress::as_str), said.iter().copied());
    let words = words::own(text, &mail.folds, &ours);
    let files = enclosed::read(answer, &ours);
    let known = orders::known(hand.office, &answer.who, &case.participants, hand.now);
    let mut read = understand(&words.text, &known);
    check_named(&mut read, hand.office, case, answer);
    let mut acting = Acting {
        hand,
        case,
        answer,
        thread,
        words,
        files,
        after: Vec::new(),
    };
    let fate = match doubt {
        Some(doubt) => acting.doubted(&read, doubt),
        None => acting.proven(&read),
    };
    Done {
        fate,
        after: acting.after,
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

/// A merge needs a ticket that is there and another one; a customer is nobody of ours. What this person does not see is
/// not there.
fn check_named(read: &mut Understood, office: &Office, case: &Case, answer: &Answer<'_>) {
    let mut ask = |line: String, problem: &str| {
        read.unclear.push(Unclear {
            line,
            problem: problem.to_owned(),
            choices: Vec::new(),
        });
    };
    if let Some(number) = read.orders.merge {
        let line = format!("#merge {number}");
        match answer.tickets.get(&number) {
            None => ask(line, "There is no such ticket."),
            Some(into) if *into == case.ticket.id => ask(line, "That is this very ticket."),
            Some(_) if case.ticket.spam => ask(line, "Spam is not merged."),
            Some(_) => {}
        }
    }
    for address in &read.orders.cc {
        if let Some(problem) = orders::no_copy(office, case, address) {
            ask(format!("#cc {address}"), problem);
        }
    }
    if let Some(customer) = &read.orders.customer {
        let line = format!("#customer {customer}");
        let stays = case.requester.email == *customer;
        if let Some(problem) = orders::ours(office, customer).filter(|_| !stays) {
            ask(line, problem);
        } else if !answer.customers.contains_key(customer) {
            ask(line, "It could not be looked up; write it again.");
        }
    }
}

/// Makes the ticket somebody else's, if a command says so; the answer goes to them.
pub(super) fn give(
    hand: &mut Hand<'_>,
    case: &mut Case,
    answer: &Answer<'_>,
    wanted: &Orders,
) -> Option<After> {
    let address = wanted.customer.as_ref()?;
    let known = answer.customers.get(address).cloned().flatten();
    let contact = known.unwrap_or_else(|| {
        let proposed = answer.proposed.as_ref().filter(|(who, _)| who == address);
        let contact = Contact {
            id: hand.id(),
            email: address.clone(),
            name: proposed.map(|(_, name)| name.clone()).unwrap_or_default(),
            blocked: false,
        };
        let row = (hand.office.tenant.id, contact.clone());
        hand.work.contacts.push(row);
        contact
    });
    let was = requester::hand_over(hand, case, &answer.who, contact);
    Some(After::Given(answer.who.clone(), case.ticket.id, was))
}

/// An answer in hand, with everything around it.
pub(super) struct Acting<'a, 'h, 'o> {
    pub hand: &'a mut Hand<'h>,
    pub case: &'a mut Case,
    pub answer: &'a Answer<'o>,
    pub thread: &'a mut Thread,
    pub words: Words,
    /// Its files.
    pub files: Vec<Enclosed>,
    /// What is left to do when all is written.
    pub after: Vec<After>,
}

impl Acting<'_, '_, '_> {
    fn proven(&mut self, read: &Understood) -> Fate {
        let inside = match read.orders.voice {
            Voice::Note => true,
            Voice::Public => false,
            Voice::AsAddressed => self.answer.as_note,
        };
        let silent = read.text.trim().is_empty() && self.files(inside).is_empty();
        if let Some(fate) = self.confirm(read, silent, inside) {
            return fate;
        }
        if !read.unclear.is_empty() {
            return self.unclear(read, silent, inside);
        }
        if self.answer.beginning.is_some() && !inside {
            return self.wait(read, Because::Partial, "It is too large.", String::new());
        }
        if silent && read.orders.is_empty() {
            return Fate::Ignored("an answer without any words".to_owned());
        }
        if silent {
            return self.carry_out(read);
        }
        if inside {
            let note = self.noted(read.text.clone());
            let fate = self.note(&note);
            self.before(&read.orders);
            return self.then(fate, &read.orders);
        }
        if self.answer.as_note {
            let reason = "It answers an internal note, and shall be public.";
            return self.wait(read, Because::Public, reason, String::new());
        }
        if let Some((because, reason)) = self.caution(read) {
            return self.wait(read, because, &reason, String::new());
        }
        self.send(read)
    }

    /// Lines on top that were not understood: nothing is done and nothing is sent. What was for the team alone stays so
    /// (A35): it becomes a note as it stands, and never a draft for the customer.
    fn unclear(&mut self, read: &Understood, silent: bool, inside: bool) -> Fate {
        let questions = sentences(&read.unclear);
        // `@Karl she lies`, in answer to a note, names somebody who is not here: words all the same.
        let names = |unclear: &Unclear| unclear.line.starts_with('@');
        let says_something = !silent || inside && read.unclear.iter().any(names);
        if !says_something {
            let reason = "Nothing was changed: some lines were not understood.";
            self.say_back(reason, &questions);
            let told = "commands that were not understood; their author was told";
            return Fate::Ignored(told.to_owned());
        }
        if inside {
            let reason = "It stands in the ticket as an internal note, as you wrote it. Some lines on top of it were \
                          not understood; nothing else was changed.";
            let mut note = self.noted(self.words.text.clone());
            note.to_author = Some(waits(Because::Commands, reason, &questions));
            return self.note(&note);
        }
        let reason = "Some lines on top of it were not understood; nothing was changed.";
        self.wait(read, Because::Commands, reason, questions)
    }

    /// `#send`, or nothing at all in answer to what arrived meanwhile, sends what waits. Any other answer takes the
    /// place of what waits, unless it is for the team alone.
    fn confirm(&mut self, read: &Understood, silent: bool, inside: bool) -> Option<Fate> {
        let own = self.answer.person.user.email.as_str();
        let held = self.answer.about.and_then(|id| self.thread.held(id));
        let held = held.filter(|held| held.message.author.email == own);
        let stale = held
            .as_ref()
            .and_then(|held| held.waiting)
            .is_some_and(|waiting| waiting.because == Because::Stale);
        let asks = read.orders.send || stale && silent && read.written.is_empty();
        if !asks {
            let message = held
                .filter(|_| !silent && !inside)
                .map(|held| held.message.clone());
            if let Some(message) = message {
                waiting::supersede(self.hand, self.case, &self.answer.who, &message);
            }
            return None;
        }
        let Some(held) = held.filter(|_| silent && read.unclear.is_empty()) else {
            self.say_back("There is nothing here that #send could send; it stands alone in answer to a notice about a held reply.", "");
            return Some(Fate::Ignored("#send, and nothing waits".to_owned()));
        };
        let newer = self.newer();
        if !newer.is_empty() {
            let more = notice::newer(self.hand, newer.iter());
            self.say_back(
                "Something newer arrived since. Your reply still waits.",
                &more,
            );
            return Some(Fate::Ignored(
                "#send, and something newer arrived".to_owned(),
            ));
        }
        let (who, people, now) = (&self.answer.who, &self.case.participants, self.hand.now);
        let wanted = match waiting::wanted(self.hand.office, who, people, &held, now) {
            Ok(wanted) => wanted,
            Err(error) => {
                self.say_back("Nothing was sent.", &error.to_string());
                return Some(Fate::Ignored(
                    "#send, and its commands mean nothing".to_owned(),
                ));
            }
        };
        self.after
            .extend(give(self.hand, self.case, self.answer, &wanted));
        let sent = waiting::send(self.hand, self.case, (who, who), held, &wanted, self.thread);
        Some(match sent {
            Ok(Some(id)) => {
                self.remember(id);
                let fate = Fate::Message(self.case.ticket.id, id, "appended");
                self.then(fate, &wanted)
            }
            Ok(None) => self.then(Fate::Done(self.case.ticket.id), &wanted),
            Err(error) => Fate::Quarantined(error.to_string()),
        })
    }

    /// Public messages that the agent had not seen, other than their own.
    fn newer(&self) -> Vec<Message> {
        let own = self.answer.person.user.email.as_str();
        let newer = self.thread.newer_than(self.answer.seen).into_iter();
        newer.filter(|m| m.author.email != own).cloned().collect()
    }

    /// Why it would not reach whom it was meant for.
    fn elsewhere(&self) -> Option<(Because, String)> {
        let requester = &self.case.requester.email;
        if let Some(reason) = speak::comes_back(self.hand.office, requester) {
            return Some((Because::Ours, format!("{reason}.")));
        }
        let (seen, merged) = (self.answer.seen, self.answer.merged);
        let strangers = company::unknown_to(seen, merged, &self.case.participants);
        (!strangers.is_empty()).then(|| (Because::Stale, company::sentence(&strangers)))
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
            ..self.words.clone()
        };
        let files: Vec<_> = self.files.iter().filter_map(Enclosed::along).collect();
        caution::why(&caution::Answer {
            words: &words,
            subject: &mail.subject,
            carries_mail: mail
                .attachments
                .iter()
                .any(|a| a.content_type == "message/rfc822"),
            sealed: is_unreadable(&read.text)
                || files
                    .iter()
                    .any(|file| is_sealed(file.content_type, file.name)),
            files: &files,
            outsiders: &self.answer.outsiders,
            notes: &notes,
            private: &private,
        })
    }

    fn send(&mut self, read: &Understood) -> Fate {
        let newer = self.newer();
        if !newer.is_empty() {
            let more = notice::newer(self.hand, newer.iter());
            let reason = "Something newer arrived while you were writing. Read it; then answer this mail with #send, \
                          or with nothing at all, to send your reply as it is, or with other words.";
            return self.wait(read, Because::Stale, reason, more);
        }
        if read.orders.customer.is_none()
            && let Some((because, reason)) = self.elsewhere()
        {
            return self.wait(read, because, &reason, String::new());
        }
        let who = &self.answer.who;
        let reply = Reply {
            text: read.text.clone(),
            attachments: self.files(false),
            by: Some(MatchedBy::Token),
            authentication: Some(self.answer.received.verdict.authentication),
            ..Reply::default()
        };
        self.before(&read.orders);
        match speak::say(self.hand, self.case, who, &reply, self.thread) {
            Ok(id) => {
                self.remember(id);
                let fate = Fate::Message(self.case.ticket.id, id, "appended");
                self.then(fate, &read.orders)
            }
            Err(error) => Fate::Quarantined(error.to_string()),
        }
    }

    /// A note of these words, with the mail's files.
    pub fn noted(&self, mut text: String) -> Note {
        if self.answer.beginning.is_some() {
            let limits = self.answer.received.mail.limits.join(" ");
            text = format!("{}\n\n[{limits}]", text.trim_end());
        }
        Note {
            text,
            by: Some(MatchedBy::Token),
            attachments: self.files(true),
            authentication: Some(self.answer.received.verdict.authentication),
            ..Note::default()
        }
    }

    pub fn note(&mut self, note: &Note) -> Fate {
        let id = speak::jot(self.hand, self.case, &self.answer.who, note);
        self.remember(id);
        Fate::Message(self.case.ticket.id, id, "appended")
    }

    /// Commands alone: nothing is sent.
    fn carry_out(&mut self, read: &Understood) -> Fate {
        self.before(&read.orders);
        let fate = self.then(Fate::Done(self.case.ticket.id), &read.orders);
        let cause = format!("inbound:{}", self.answer.received.inbound);
        tell::settle(self.hand, self.case, None, &cause);
        fate
    }

    /// What must be so before anything is said: whose ticket it is, and who takes part.
    fn before(&mut self, wanted: &Orders) {
        self.after
            .extend(give(self.hand, self.case, self.answer, wanted));
        orders::before_speaking(self.hand, self.case, &self.answer.who, wanted);
    }

    /// The rest of what commands want, once everything is said.
    fn then(&mut self, fate: Fate, wanted: &Orders) -> Fate {
        let (who, ticket) = (&self.answer.who, self.case.ticket.id);
        let changed = orders::after_speaking(self.hand, self.case, who, wanted);
        if let Err(error @ (DeskError::Invalid { .. } | DeskError::Conflict(_))) = changed {
            self.say_back("Not everything could be done.", &error.to_string());
        }
        let cause = format!("inbound:{}:then", self.answer.received.inbound);
        tell::settle(self.hand, self.case, None, &cause);
        let merge = wanted.merge;
        self.after
            .extend(merge.map(|number| After::Merge(who.clone(), ticket, number)));
        fate
    }

    /// The files of the mail: all of them for the team, those that may go along for a customer.
    pub fn files(&self, inside: bool) -> Vec<Upload> {
        let files = self.files.iter();
        let files = files.filter(|file| inside || file.goes_along);
        files.map(|file| file.upload.clone()).collect()
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
