//! Short notices by ntfy: for the tenant's channels, and for a person's own telephone. They carry a customer's words only
//! where the tenant wants that: whoever runs the server can read them.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::desk::case::Case;
use crate::desk::hand::Hand;
use crate::desk::tell::Occasion;
use crate::domain::access;
use crate::domain::button::Deed;
use crate::domain::ids::UserId;
use crate::domain::mail::unfolded;
use crate::domain::message::{Kind, Message};
use crate::domain::ticket::Priority;
use crate::store::outbox::Channel;

/// Of longer texts the beginning is pushed, in characters.
const LONGEST_WORDS: usize = 300;

/// Tells one of the tenant's channels, if it is switched on.
pub(super) fn to_tenant(
    hand: &mut Hand<'_>,
    case: &Case,
    (occasion, about): (&Occasion, Option<&Message>),
    cause: &str,
) {
    let Some(ntfy) = &hand.office.ntfy else {
        return;
    };
    let (wanted, channel) = match occasion {
        Occasion::SlaWarning { .. } | Occasion::SlaBreached { .. } => (ntfy.sla, "sla"),
        Occasion::Forged => (ntfy.security, "security"),
        _ => (ntfy.tickets, "tickets"),
    };
    if !wanted {
        return;
    }
    let topic = format!("{}-{channel}", ntfy.topic_prefix);
    let buttons = [Deed::Assign, Deed::Resolve].map(|deed| asking(hand, case, deed));
    let buttons = buttons.to_vec();
    let what = (occasion, about);
    queue(hand, case, what, (topic, hand.now, buttons), cause);
}

/// Tells a person's telephone, not before `at`.
pub(super) fn to_person(
    hand: &mut Hand<'_>,
    case: &Case,
    user: UserId,
    (occasion, about): (&Occasion, Option<&Message>),
    at: DateTime<Utc>,
    cause: &str,
) {
    let topic = hand.office.preferences.get(&user).map(|w| w.topic.clone());
    let Some(topic) = topic.filter(|topic| !topic.is_empty()) else {
        return;
    };
    let acknowledge = match occasion {
        Occasion::SlaWarning { .. } | Occasion::SlaBreached { .. } => Some(Deed::Acknowledge),
        _ => None,
    };
    let assign = (case.ticket.assignee != Some(user)).then_some(Deed::Assign);
    let may_work = hand
        .office
        .person(user)
        .is_some_and(|m| access::may_work(m.role));
    let deeds = [assign, Some(Deed::Resolve), acknowledge];
    let deeds = deeds.into_iter().flatten().filter(|_| may_work);
    // The tenant's prefix may have changed since the topic was chosen.
    let own = hand.office.shared_topic(user, &topic).is_none();
    let buttons = deeds.map(|deed| {
        if !own {
            return asking(hand, case, deed);
        }
        let url = hand.button(case, user, deed);
        json!({ "action": "http", "label": deed.label(), "url": url, "method": "POST", "clear": true })
    });
    let buttons = buttons.collect();
    queue(
        hand,
        case,
        (occasion, about),
        (topic, at, buttons),
        &format!("{cause}:{user}"),
    );
}

/// A button for a topic that others read as well: nobody knows who presses it, so it leads to a question for whoever is
/// logged in.
fn asking(hand: &Hand<'_>, case: &Case, deed: Deed) -> Value {
    let page = format!("/tickets/{}/do/{deed}", case.ticket.key);
    let url = hand.links.tenant(&hand.office.tenant.slug, &page);
    json!({ "action": "view", "label": deed.label(), "url": url, "clear": true })
}

fn queue(
    hand: &mut Hand<'_>,
    case: &Case,
    (occasion, about): (&Occasion, Option<&Message>),
    (topic, send_at, actions): (String, DateTime<Utc>, Vec<Value>),
    cause: &str,
) {
    let office = hand.office;
    let priority = match (occasion, case.ticket.priority) {
        (Occasion::SlaBreached { .. }, _) | (_, Priority::Urgent) => 5,
        (Occasion::SlaWarning { .. }, _) | (_, Priority::High) => 4,
        (_, Priority::Normal) => 3,
        (_, Priority::Low) => 2,
    };
    let tag = match occasion {
        Occasion::SlaBreached { .. } => "rotating_light",
        Occasion::SlaWarning { .. } => "hourglass_flowing_sand",
        Occasion::Assigned => "bust_in_silhouette",
        _ => "ticket",
    };
    let assignee = case
        .ticket
        .assignee
        .and_then(|id| office.person(id))
        .map(|m| m.user.name.as_str());
    let who = assignee.unwrap_or("nobody yet");
    let state = format!(
        "{} · {} · {who}",
        case.ticket.status.label(),
        case.ticket.priority.label()
    );
    let text = match words(hand, case, about) {
        Some(words) => format!("{state}\n{words}"),
        None => state,
    };
    let body = json!({
        "topic": topic,
        "title": format!("{} · {}", case.ticket.key, occasion.headline()),
        "message": text,
        "priority": priority,
        "tags": [tag],
        "actions": actions,
        "click": hand.links.ticket(&office.tenant.slug, &case.ticket.key),
    });
    let to = (Channel::Ntfy, topic);
    hand.post(
        to,
        Some(case.ticket.id),
        format!("push:{cause}"),
        &body,
        send_at,
    );
}

/// The subject and the beginning of what the customer wrote, where the tenant wants that in pushes; never of a mail that
/// waits.
fn words(hand: &Hand<'_>, case: &Case, about: Option<&Message>) -> Option<String> {
    hand.office.ntfy.as_ref().filter(|n| n.customer_text)?;
    let message = about.filter(|m| m.kind == Kind::Inbound && !m.held);
    let text = message.map(|m| unfolded(&m.text, &m.folds));
    let text = text.as_deref().unwrap_or_default().trim();
    let beginning: String = text.chars().take(LONGEST_WORDS).collect();
    let ellipsis = if beginning.len() < text.len() {
        "…"
    } else {
        ""
    };
    Some(
        format!(
            "{}
{beginning}{ellipsis}",
            case.ticket.subject
        )
        .trim_end()
        .to_owned(),
    )
}
