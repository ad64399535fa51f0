//! Telling the tenant's people: whoever wants to know, by the way they chose, once for each deed, and never of their own
//! doings. All of it rows in the deed's own transaction; who was told, and why, is one of them.

mod mail;
mod occasion;
mod push;
mod weigh;

pub use occasion::Occasion;

use crate::desk::case::Case;
use crate::desk::hand::Hand;
use crate::desk::hooks;
use crate::domain::ids::UserId;
use crate::domain::message::Message;
use crate::domain::telling::Verdict;
use crate::store::digests::DigestItem;
use crate::store::tellings::{PersonTold, Telling};

/// Queues everything that a deed wants people and channels to know. `about` is the message the deed is about; `cause`
/// names the deed, so that running it again queues nothing twice.
pub fn settle(hand: &mut Hand<'_>, case: &mut Case, about: Option<&Message>, cause: &str) {
    hooks::settle(hand, case, about);
    let doers = doers(hand, case);
    let told = std::mem::take(&mut case.told);
    let spread = std::mem::take(&mut case.spread);
    let pushed = std::mem::take(&mut case.pushed);
    if hand.quiet || case.ticket.spam || case.brake.silences_notices() {
        return;
    }
    if !told.is_empty() || !spread.is_empty() {
        let mut people = Vec::new();
        for decision in weigh::all(hand, case, &told, &spread, &doers) {
            carry_out(hand, case, &decision, about, cause);
            people.push(PersonTold {
                user: decision.user,
                name: decision.name,
                event: decision.first.event(),
                sentence: decision.told.sentence(),
            });
        }
        if !people.is_empty() {
            let telling = Telling {
                id: hand.random.uuid(hand.now),
                at: hand.now,
                people,
            };
            let row = (hand.office.tenant.id, case.ticket.id, telling);
            hand.work.tellings.push(row);
        }
    }
    for (position, occasion) in pushed.iter().enumerate() {
        let cause = format!("{cause}:{position}");
        push::to_tenant(hand, case, (occasion, about), &cause);
    }
}

fn carry_out(
    hand: &mut Hand<'_>,
    case: &Case,
    decision: &weigh::Decision,
    about: Option<&Message>,
    cause: &str,
) {
    match decision.told.mail {
        Verdict::No | Verdict::At(_) => {}
        Verdict::Now => mail::queue(hand, case, decision, about, cause),
        Verdict::Digest(due_at) => {
            let who = about.map(|m| m.author.display().to_owned());
            let item = DigestItem {
                id: hand.random.uuid(hand.now),
                tenant: hand.office.tenant.id,
                user: decision.user,
                ticket: case.ticket.id,
                event: decision.by_mail.event(),
                who: who.unwrap_or_default(),
                at: hand.now,
                due_at,
            };
            hand.work.digest_items.push(item);
        }
    }
    let at = match decision.told.ntfy {
        Verdict::No | Verdict::Digest(_) => return,
        Verdict::Now => hand.now,
        Verdict::At(at) => at,
    };
    let what = (&decision.by_ntfy, about);
    push::to_person(hand, case, decision.user, what, at, cause);
}

/// Who has done something to this ticket since people were last told: the timeline knows.
fn doers(hand: &Hand<'_>, case: &mut Case) -> Vec<UserId> {
    let events = &hand.work.events;
    let since = events.get(case.told_until..).unwrap_or_default();
    let doers = since
        .iter()
        .filter(|(_, event)| event.ticket == case.ticket.id)
        .filter_map(|(_, event)| event.actor.user())
        .collect();
    case.told_until = events.len();
    doers
}
