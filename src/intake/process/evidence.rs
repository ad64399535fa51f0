//! What a mail offers as evidence of where it belongs: the tokens it carries, the mails it refers to, the number in
//! its subject. Gathered before anything is looked up, so that one query answers for many mails.

use crate::domain::address::{EmailAddress, Party};
use crate::domain::mail::Mail;
use crate::domain::mailbox::Mailbox;
use crate::domain::threading::number_in_subject;
use crate::domain::token::{self, Parts};
use crate::intake::process::world::Routed;
use crate::store::threads::Node;

/// More ancestors than these are not looked up.
const ANCESTORS: usize = 52;
/// More tokens than these are not looked up.
const TOKENS: usize = 16;

/// The tokens in a mail: in the addresses it was sent or delivered to, and in the ids it answers.
pub fn tokens(mail: &Mail, delivered: &[(String, EmailAddress)]) -> Vec<Parts> {
    let addressed = mail.to.iter().chain(&mail.cc).filter_map(Party::address);
    let noted = delivered.iter().map(|(_, address)| address.clone());
    let in_addresses = addressed
        .chain(noted)
        .filter_map(|a| token::find_in(a.detail()?));
    let answered = mail.in_reply_to.iter().chain(mail.references.iter().rev());
    let in_ids = answered.filter_map(|id| token::find_in(id));
    // A token proves itself, also where a program has lost the brackets around it.
    let bare = mail.headers.all_raw("In-Reply-To");
    let bare = bare.flat_map(str::split_whitespace).take(TOKENS);
    let in_words = bare.filter_map(token::find_in);
    let mut found: Vec<Parts> = Vec::new();
    for parts in in_addresses.chain(in_ids).chain(in_words) {
        if !found.contains(&parts) && found.len() < TOKENS {
            found.push(parts);
        }
    }
    found
}

/// The words of tests of plus-addresses that a mail was sent or delivered to.
pub fn probes(mail: &Routed<'_>) -> Vec<String> {
    let addressed = mail.parsed.mail.to.iter().filter_map(Party::address);
    let noted = mail.delivered.iter().map(|(_, address)| address.clone());
    addressed
        .take(TOKENS)
        .chain(noted)
        .filter_map(|address| Mailbox::probe_word(&address).map(str::to_owned))
        .collect()
}

/// The tokens in the mail that a report returns: those that name that very mail, and those of the mails before it.
pub fn returned(mail: &Mail) -> (Vec<Parts>, Vec<Parts>) {
    let of = |words: &[String]| -> Vec<Parts> {
        let mut found: Vec<Parts> = Vec::new();
        for parts in words.iter().filter_map(|word| in_word(word)) {
            if !found.contains(&parts) && found.len() < TOKENS {
                found.push(parts);
            }
        }
        found
    };
    mail.bounce
        .as_ref()
        .map_or_else(Default::default, |bounce| {
            (of(&bounce.traces.own), of(&bounce.traces.before))
        })
}

/// The token in an id, or in the detail of an address.
fn in_word(word: &str) -> Option<Parts> {
    let detail = word
        .split('@')
        .next()
        .and_then(|local| local.split_once('+'))
        .map(|(_, detail)| detail);
    token::find_in(detail.unwrap_or(word))
}

/// The tokens in the ids that a mail answers.
pub fn answered(mail: &Mail) -> impl Iterator<Item = Parts> {
    let ids = mail.in_reply_to.iter().chain(mail.references.iter().rev());
    ids.filter_map(|id| token::find_in(id)).take(TOKENS)
}

/// Whether a mail may answer one of ours: some field of its header holds what looks like a token.
pub fn may_answer(mail: &Mail) -> bool {
    mail.headers
        .iter_raw()
        .flat_map(|(_, value)| value.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-')))
        .any(|word| token::find_in(word).is_some())
}

/// The mails that a mail refers to, the nearest first.
pub fn ancestors(mail: &Mail) -> Vec<Node> {
    let mut found: Vec<Node> = Vec::new();
    for id in mail
        .in_reply_to
        .iter()
        .chain(mail.references.iter().rev())
        .take(ANCESTORS)
    {
        let node = Node::of(id);
        if !found.contains(&node) {
            found.push(node);
        }
    }
    found
}

/// The mail's own id.
pub fn own(mail: &Mail) -> Option<Node> {
    mail.message_id.as_deref().map(Node::of)
}

/// The ticket number in its subject.
pub fn number(mail: &Mail, prefix: &str) -> Option<i64> {
    number_in_subject(&mail.subject, prefix)
}
