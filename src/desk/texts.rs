//! The words of notices and canned replies: the tenant's own, or the shipped ones. Mail content reaches them only as the
//! value of a variable, and is never evaluated (A31).

use chrono::{DateTime, Utc};
use liquid::Object;
use liquid::model::Value;

use crate::desk::Links;
use crate::desk::case::Case;
use crate::desk::directory::Office;
use crate::desk::hand::Hand;
use crate::domain::contact::Contact;
use crate::domain::event::{Actor, EventType};
use crate::domain::person::Membership;
use crate::domain::sla::Clock;
pub use crate::domain::template::object;
use crate::domain::template::{self, Failure, Form, Framed, speech};
use crate::domain::ticket::Ticket;

/// A notice in words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rendered {
    /// Its subject, on one line.
    pub subject: String,
    /// Its text.
    pub text: String,
    /// The same as HTML, in its frame.
    pub html: String,
    /// Why the tenant's own words could not be used, where the shipped ones stand in.
    pub failed: Option<String>,
}

/// Words of a notice that somebody wrote, or that are shipped.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// Liquid.
    pub subject: &'a str,
    /// Liquid.
    pub text: &'a str,
    /// Liquid, inside of the frame; absent: made from the text.
    pub html: Option<&'a str>,
    /// In which language.
    pub locale: &'a str,
}

/// A notice in the tenant's own words if it wrote any: in its language, in that language's family, or in English. A template
/// that fails gives way to the shipped one: a customer must not wait for an answer because of a typing mistake.
pub fn render(office: &Office, key: &str, variables: &Object) -> Rendered {
    let mut failed = None;
    if let Some(own) = own(office, key) {
        match fill(office, own, variables) {
            Ok(rendered) => return rendered,
            Err(failure) => failed = Some(format!("{key} ({}): {failure}", own.locale)),
        }
    }
    let rendered = shipped(office, key)
        .and_then(|source| fill(office, source, variables).ok())
        .unwrap_or_default();
    Rendered { failed, ..rendered }
}

/// As [`render`], for a ticket: what failed stands in its timeline.
pub fn notice(hand: &mut Hand<'_>, case: &Case, key: &str, variables: &Object) -> Rendered {
    let rendered = render(hand.office, key, variables);
    if let Some(failed) = &rendered.failed {
        let said = format!("{failed}; the shipped words were sent");
        let change = ("template", None, Some(said));
        hand.event(case, EventType::Changed, &Actor::System, Some(change));
    }
    rendered
}

/// The tenant's own words of a notice, in the nearest language that it wrote.
pub fn own<'a>(office: &'a Office, key: &str) -> Option<Source<'a>> {
    let languages = template::languages(&office.tenant.locale);
    languages.into_iter().find_map(|wanted| {
        let own = office.template(key, wanted)?;
        Some(Source {
            subject: &own.subject,
            text: &own.text,
            html: own.html.as_deref(),
            locale: &own.locale,
        })
    })
}

/// The shipped words of a notice in the language nearest to the tenant's.
pub fn shipped(office: &Office, key: &str) -> Option<Source<'static>> {
    template::shipped(key, &office.tenant.locale).map(|(locale, words)| Source {
        subject: &words.subject,
        text: &words.text,
        html: Some(&words.html),
        locale,
    })
}

/// Fills the words of a notice.
///
/// # Errors
/// One of its parts cannot be filled.
pub fn fill(office: &Office, source: Source<'_>, variables: &Object) -> Result<Rendered, Failure> {
    let subject = one_line(&template::render(source.subject, variables, Form::Text)?);
    let text = template::render(source.text, variables, Form::Text)?;
    let made;
    let html = if let Some(html) = source.html {
        html
    } else {
        made = template::from_text(source.text);
        &made
    };
    let body = template::render(html, variables, Form::Html)?;
    Ok(Rendered {
        html: template::framed(&Framed {
            brand: &office.tenant.name,
            title: &subject,
            language: source.locale,
            body: &body,
        }),
        subject,
        text,
        failed: None,
    })
}

/// Fills a template; None if it cannot be read, names an unknown variable, or is too large.
pub fn liquid(template: &str, variables: &Object) -> Option<String> {
    template::render(template, variables, Form::Text).ok()
}

/// A canned reply about a ticket, as `author` would write it.
///
/// # Errors
/// There is none of this name, or it cannot be filled, as a sentence.
pub fn canned(
    hand: &Hand<'_>,
    case: &Case,
    name: &str,
    author: Option<&Membership>,
) -> Result<String, String> {
    fill_canned(hand.office, name, variables(hand, case), author)
}

/// As [`canned`], with the variables of a ticket that is not in hand.
pub fn fill_canned(
    office: &Office,
    name: &str,
    mut variables: Object,
    author: Option<&Membership>,
) -> Result<String, String> {
    let found = office.canned.iter().find(|(known, _)| known == name);
    let (_, text) = found.ok_or_else(|| format!("there is no canned reply {name}"))?;
    variables.insert("agent".into(), agent(office, author));
    template::render(text, &variables, Form::Text)
        .map_err(|failure| format!("the canned reply {name} cannot be filled: {failure}"))
}

/// Who answers: a person, or the tenant itself.
pub fn agent(office: &Office, author: Option<&Membership>) -> Value {
    let name = author.map_or(office.tenant.name.as_str(), |m| m.user.name.as_str());
    object([
        ("name", name.to_owned()),
        ("first_name", first_word(name).to_owned()),
    ])
}

/// What templates may name: the ticket, who asked, the tenant, the mailbox.
pub fn variables(hand: &Hand<'_>, case: &Case) -> Object {
    about(
        hand.office,
        hand.links,
        &case.ticket,
        &case.requester,
        &case.clocks,
    )
}

/// As [`variables`], of a ticket that is not in hand.
pub fn about(
    office: &Office,
    links: &Links,
    ticket: &Ticket,
    requester: &Contact,
    clocks: &[Clock],
) -> Object {
    let mailbox = office.mailbox(ticket.mailbox);
    let assignee = ticket.assignee.and_then(|id| office.person(id));
    let team = ticket.team.and_then(|id| office.team(id));
    let spoken = speech(&office.tenant.locale);
    let mut all = Object::new();
    all.insert(
        "ticket".into(),
        object([
            ("key", ticket.key.clone()),
            ("number", ticket.number.to_string()),
            ("subject", ticket.subject.clone()),
            ("status", spoken.status(ticket.status).to_owned()),
            ("priority", spoken.priority(ticket.priority).to_owned()),
            ("category", ticket.category.clone().unwrap_or_default()),
            ("team", team.map(|t| t.name.clone()).unwrap_or_default()),
            (
                "assignee",
                assignee.map(|m| m.user.name.clone()).unwrap_or_default(),
            ),
            ("url", links.ticket(&office.tenant.slug, &ticket.key)),
            (
                "due",
                due(clocks).map(|at| local(office, at)).unwrap_or_default(),
            ),
        ]),
    );
    all.insert(
        "requester".into(),
        object([
            ("name", requester.display().to_owned()),
            ("first_name", requester.first_name().to_owned()),
            ("email", requester.email.to_string()),
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
    speech(&office.tenant.locale).moment(at, office.tenant.timezone)
}

/// The first word of a name.
pub fn first_word(name: &str) -> &str {
    name.split_whitespace().next().unwrap_or(name)
}

/// When the most urgent running promise ends.
fn due(clocks: &[Clock]) -> Option<DateTime<Utc>> {
    clocks
        .iter()
        .filter(|c| c.next_wake().is_some())
        .filter_map(|c| c.due_at)
        .min()
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
