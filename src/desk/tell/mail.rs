//! One notice by mail, to one person, with a token of their own.

use liquid::Object;

use crate::desk::case::Case;
use crate::desk::hand::Hand;
use crate::desk::letters;
use crate::desk::notice::{Around, Notice};
use crate::desk::tell::weigh::Decision;
use crate::desk::texts::{self, object};
use crate::domain::address::Party;
use crate::domain::ids::OutboxId;
use crate::domain::mail::{Automatic, Outgoing, abridged, compose};
use crate::domain::message::{Kind, Message};
use crate::domain::person::{Membership, Role};
use crate::domain::template::speech;
use crate::domain::token::Purpose;
use crate::store::blobs;
use crate::store::outbox::{Audience, Channel, NewOutbox};

/// Queues it.
pub(super) fn queue(
    hand: &mut Hand<'_>,
    case: &Case,
    decision: &Decision,
    about: Option<&Message>,
    cause: &str,
) {
    let office = hand.office;
    let Some(person) = office.person(decision.user) else {
        return;
    };
    let Some(mailbox) = office.mailbox(case.ticket.mailbox) else {
        return;
    };
    let (id, message) = (hand.id::<OutboxId>(), about.map(|m| m.id));
    let note = about.is_some_and(|m| m.kind == Kind::Note);
    let purpose = if note {
        Purpose::AgentNote
    } else {
        Purpose::Agent
    };
    // A viewer is told, but cannot answer: no token.
    let token = (person.role >= Role::Member).then(|| {
        hand.token(
            case,
            &person.user.id.to_string(),
            purpose,
            message,
            Some(id),
        )
    });
    let variables = variables(hand, case, person, decision, about);
    let words = texts::notice(hand, case, decision.by_mail.template(), &variables);
    let answerable = token.is_some();
    let local = token.clone().unwrap_or_else(|| format!("n.{id}"));
    let mail_id = format!("{local}@{}", mailbox.address.domain());
    let reply_to = token
        .filter(|_| mailbox.carries_tokens())
        .map(|t| mailbox.address.with_detail(&t));
    let notice = Notice {
        user: decision.user,
        occasion: &decision.by_mail,
        about,
        sendable: about.is_some_and(|m| {
            m.held && m.kind == Kind::Reply && m.author.email == person.user.email.as_str()
        }),
        answerable,
        answer_to: reply_to.as_ref(),
    };
    let around = Around::of(hand, case, &notice);
    let outgoing = Outgoing {
        from: Party {
            email: mailbox.address.to_string(),
            name: format!("{} · {}", office.tenant.name, case.ticket.key),
        },
        to: vec![Party {
            email: person.user.email.to_string(),
            name: person.user.name.clone(),
        }],
        reply_to: reply_to.map(|address| Party {
            email: address.to_string(),
            name: String::new(),
        }),
        subject: words.subject,
        message_id: mail_id.clone(),
        date: hand.now,
        // All notices about a ticket hang below one id, so that they are one thread in the agent's client.
        references: vec![letters::thread_root(case, mailbox)],
        text: around.text(&words.text),
        html: Some(around.html(&words.html)),
        automatic: Some(Automatic::Generated),
        loop_mark: Some(hand.loop_mark.to_owned()),
        ..Outgoing::default()
    };
    let Ok(bytes) = compose(&outgoing) else {
        return;
    };
    hand.work.outbox.push(NewOutbox {
        id,
        tenant: Some(office.tenant.id),
        channel: Channel::Email,
        audience: Audience::Agent,
        account: mailbox.account,
        mailbox: Some(mailbox.id),
        ticket: Some(case.ticket.id),
        message,
        cause: format!("tell:{cause}"),
        recipient: person.user.email.to_string(),
        envelope_from: mailbox.address.to_string(),
        mail_id: Some(mail_id),
        body: blobs::compress(&bytes),
        send_at: hand.now,
    });
}

fn variables(
    hand: &Hand<'_>,
    case: &Case,
    person: &Membership,
    decision: &Decision,
    about: Option<&Message>,
) -> Object {
    let (office, spoken) = (hand.office, speech(&hand.office.tenant.locale));
    let mut all = texts::variables(hand, case);
    let text = about
        .map(|m| abridged(&m.text, &m.folds))
        .unwrap_or_default();
    let author = about.map_or_else(|| case.requester.display(), |m| m.author.display());
    all.insert(
        "message".into(),
        object([
            ("text", text.trim().to_owned()),
            ("author", author.to_owned()),
        ]),
    );
    all.insert(
        "person".into(),
        object([
            ("name", person.user.name.clone()),
            (
                "first_name",
                texts::first_word(&person.user.name).to_owned(),
            ),
            ("why", spoken.why(decision.relation).to_owned()),
            (
                "settings",
                hand.links
                    .tenant(&office.tenant.slug, "/account/notifications"),
            ),
        ]),
    );
    // Filled only where there is something to say, and known to the notices that name it.
    let reason = about
        .and_then(|m| m.held_reason.clone())
        .unwrap_or_default();
    all.insert("held".into(), object([("reason", reason)]));
    let due = |metric| {
        case.clocks
            .iter()
            .filter(|clock| clock.metric == metric)
            .max_by_key(|clock| clock.cycle)
            .and_then(|clock| clock.due_at)
    };
    decision
        .by_mail
        .variables(spoken, due, |at| texts::local(office, at), &mut all);
    all
}
