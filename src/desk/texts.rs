//! The words of notices: Liquid templates, a tenant's own or the shipped ones. Mail content reaches them only as
//! the value of a variable, and is never evaluated (A31).

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use liquid::{Object, Parser, ParserBuilder, model::Value};

use crate::desk::case::Case;
use crate::desk::directory::Office;
use crate::desk::hand::Hand;

/// The shipped notices: key, and a file whose first line is the subject.
const SHIPPED: &[(&str, &str)] = &[
    (
        "ticket.created",
        include_str!("../../templates/mail/ticket.created.liquid"),
    ),
    (
        "agent.new",
        include_str!("../../templates/mail/agent.new.liquid"),
    ),
    (
        "agent.message",
        include_str!("../../templates/mail/agent.message.liquid"),
    ),
    (
        "agent.assigned",
        include_str!("../../templates/mail/agent.assigned.liquid"),
    ),
    (
        "agent.sla",
        include_str!("../../templates/mail/agent.sla.liquid"),
    ),
    (
        "agent.note",
        include_str!("../../templates/mail/agent.note.liquid"),
    ),
    (
        "user.invited",
        include_str!("../../templates/mail/user.invited.liquid"),
    ),
];

/// Larger templates are not used; the shipped one is.
const LARGEST_TEMPLATE: usize = 64 * 1024;
/// Longer results are cut.
const LONGEST_TEXT: usize = 256 * 1024;

static PARSER: LazyLock<Option<Parser>> =
    LazyLock::new(|| ParserBuilder::with_stdlib().build().ok());

/// A notice in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// Its subject, on one line.
    pub subject: String,
    /// Its text.
    pub text: String,
}

/// A notice, in the tenant's language if it wrote one. A template that fails gives way to the shipped one: a customer
/// must not wait for an answer because of a typing mistake.
pub fn render(office: &Office, key: &str, variables: &Object) -> Rendered {
    let locale = office.tenant.locale.as_str();
    let own = office.templates.iter().filter(|t| t.key == key);
    let chosen = own
        .clone()
        .find(|t| t.locale == locale)
        .or_else(|| own.clone().next());
    if let Some(template) = chosen
        && let (Some(subject), Some(text)) = (
            liquid(&template.subject, variables),
            liquid(&template.text, variables),
        )
    {
        return Rendered {
            subject: one_line(&subject),
            text,
        };
    }
    let shipped = SHIPPED
        .iter()
        .find(|(name, _)| *name == key)
        .map_or("", |(_, text)| text);
    let (subject, text) = shipped.split_once('\n').unwrap_or((shipped, ""));
    Rendered {
        subject: one_line(&liquid(subject, variables).unwrap_or_default()),
        text: liquid(text.trim_start(), variables).unwrap_or_default(),
    }
}

/// Fills a template; None if it cannot be read, names an unknown variable, or is too large.
pub fn liquid(template: &str, variables: &Object) -> Option<String> {
    if template.len() > LARGEST_TEMPLATE {
        return None;
    }
    let mut text = PARSER
        .as_ref()?
        .parse(template)
        .ok()?
        .render(variables)
        .ok()?;
    if text.len() > LONGEST_TEXT {
        text.truncate(text.floor_char_boundary(LONGEST_TEXT));
    }
    Some(text)
}

/// What templates may name: the ticket, who asked, the tenant, the mailbox.
pub fn variables(hand: &Hand<'_>, case: &Case) -> Object {
    let (office, ticket) = (hand.office, &case.ticket);
    let mailbox = office.mailbox(ticket.mailbox);
    let assignee = ticket.assignee.and_then(|id| office.person(id));
    let mut all = Object::new();
    all.insert(
        "ticket".into(),
        object([
            ("key", ticket.key.clone()),
            ("number", ticket.number.to_string()),
            ("subject", ticket.subject.clone()),
            ("status", ticket.status.label().to_owned()),
            ("priority", ticket.priority.label().to_owned()),
            ("category", ticket.category.clone().unwrap_or_default()),
            (
                "team",
                ticket
                    .team
                    .and_then(|t| office.team(t))
                    .map(|t| t.name.clone())
                    .unwrap_or_default(),
            ),
            (
                "assignee",
                assignee.map(|m| m.user.name.clone()).unwrap_or_default(),
            ),
            ("url", hand.links.ticket(&office.tenant.slug, &ticket.key)),
            (
                "due",
                due(case).map(|at| local(office, at)).unwrap_or_default(),
            ),
        ]),
    );
    all.insert(
        "requester".into(),
        object([
            ("name", case.requester.display().to_owned()),
            ("first_name", case.requester.first_name().to_owned()),
            ("email", case.requester.email.to_string()),
        ]),
    );
    all.insert(
        "tenant".into(),
        object([("name", office.tenant.name.clone())]),
    );
    all.insert(
        "mailbox".into(),
        object([
            ("name", mailbox.map(|m| m.name.clone()).unwrap_or_default()),
            (
                "address",
                mailbox.map(|m| m.address.to_string()).unwrap_or_default(),
            ),
        ]),
    );
    all
}

/// A moment as the tenant's people read it.
pub fn local(office: &Office, at: DateTime<Utc>) -> String {
    at.with_timezone(&office.tenant.timezone)
        .format("%a %-d %b %Y %H:%M")
        .to_string()
}

/// An object of strings.
pub fn object<const N: usize>(fields: [(&'static str, String); N]) -> Value {
    let fields = fields
        .into_iter()
        .map(|(name, value)| (name.into(), Value::scalar(value)));
    Value::Object(fields.collect())
}

/// When the most urgent running promise ends.
fn due(case: &Case) -> Option<DateTime<Utc>> {
    case.clocks
        .iter()
        .filter(|c| c.next_wake().is_some())
        .filter_map(|c| c.due_at)
        .min()
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a31_what_a_mail_says_is_never_evaluated() {
        let mut variables = Object::new();
        variables.insert(
            "ticket".into(),
            object([(
                "subject",
                "{{ requester.email }} {% for i in (1..9) %}".into(),
            )]),
        );
        let text = liquid("About {{ ticket.subject }}", &variables).unwrap();
        assert_eq!(text, "About {{ requester.email }} {% for i in (1..9) %}");
    }

    #[test]
    fn a_broken_template_gives_nothing_rather_than_half_a_text() {
        assert_eq!(liquid("{% if %}", &Object::new()), None);
        assert_eq!(liquid("{{ nobody.knows }}", &Object::new()), None);
        assert_eq!(
            liquid(&"x".repeat(LARGEST_TEMPLATE + 1), &Object::new()),
            None
        );
        assert_eq!(liquid("{% include 'secret' %}", &Object::new()), None);
    }

    #[test]
    fn every_shipped_notice_can_be_read() {
        for (key, text) in SHIPPED {
            let (subject, body) = text.split_once('\n').unwrap();
            for part in [subject, body] {
                assert!(PARSER.as_ref().unwrap().parse(part).is_ok(), "{key}");
            }
        }
    }
}
