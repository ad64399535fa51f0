//! What stands beside a conversation: properties, service levels, the requester, and why the ticket is here.

use chrono::{DateTime, Utc};

use super::offers;
use crate::domain::contact::Contact;
use crate::domain::sla::{Clock, State};
use crate::domain::snooze;
use crate::domain::ticket::{Priority, Status, Ticket};
use crate::domain::trace::Trace;
use crate::store::participants::{Part, Participant};
use crate::store::tickets::Filter;
use crate::store::{
    StoreError, Tx, clocks, followers, held, inbound, merges, messages, ratings, rules, tellings,
    tickets,
};
use crate::web::Web;
use crate::web::show::{
    Choice, ClockView, Face, Other, Panel, Property, RuleView, TakesPart, When,
};
use crate::web::signed::Signed;

/// Other tickets of the same person that are listed.
const OTHERS: i64 = 5;

/// Deeds of which the panel says who was told.
const TOLD: i64 = 5;

/// Gathers the panel.
pub(super) async fn load(
    tx: &mut Tx,
    web: &Web,
    signed: &Signed,
    ticket: &Ticket,
    (requester, promises, tags, people): (&Contact, &[Clock], &[String], &[Participant]),
) -> Result<Panel, StoreError> {
    let (tenant, now, zone) = (
        signed.tenant(),
        web.desk.clock.now(),
        signed.office.tenant.timezone,
    );
    let passes = rules::passes_of_ticket(tx, tenant, ticket.id).await?;
    let followers = followers::of_tickets(tx, tenant, &[ticket.id]).await?;
    let rating = ratings::get(tx, tenant, ticket.id).await?;
    let tellings = tellings::of_ticket(tx, tenant, ticket.id, TOLD).await?;
    let story = clocks::lines_of_ticket(tx, tenant, ticket.id).await?;
    let address = requester.email.to_string();
    Ok(Panel {
        properties: properties(signed, ticket, now),
        tags: tags.join(", "),
        clocks: promises
            .iter()
            .filter(|clock| clock.state() != State::Dropped)
            .map(|clock| {
                let policy = signed
                    .office
                    .policy(clock.policy)
                    .map_or("", |policy| policy.name.as_str());
                ClockView::new(clock, policy, now, zone)
            })
            .collect(),
        story: story
            .iter()
            .map(|line| (When::new(line.at, now, zone), line.sentence()))
            .collect(),
        requester: Face::new("", &requester.name, &address),
        address,
        people: people
            .iter()
            .filter(|person| person.part != Part::Requester)
            .map(|person| TakesPart {
                name: person.name.clone(),
                address: person.address.to_string(),
                suggested: !person.takes_part(),
            })
            .collect(),
        proposed: held::proposed(tx, tenant, ticket.id)
            .await?
            .map(|(address, _)| address.to_string()),
        others: others(tx, signed, ticket).await?,
        parts: parts(tx, signed, ticket).await?,
        links: links(tx, signed, ticket).await?,
        offers: offers::seen(tx, signed, ticket)
            .await?
            .into_iter()
            .map(|(offer, other)| (offer.id.to_string(), offer.because, shown(other)))
            .collect(),
        asleep: ticket.snoozed_until.is_some(),
        wakes: ticket
            .snoozed_until
            .filter(|until| *until != snooze::until_reply())
            .map(|until| When::new(until, now, zone)),
        facts: facts(signed, ticket),
        created: When::new(ticket.created_at, now, zone),
        why: why(tx, signed, ticket).await?.0,
        followers: followers
            .iter()
            .filter_map(|(_, user)| signed.face_of(*user))
            .collect(),
        following: followers
            .iter()
            .any(|(_, user)| *user == signed.member.user.id),
        rating: rating.and_then(|rating| {
            let score = rating.score?;
            Some((score.face(), score.label(), rating.comment))
        }),
        told: tellings
            .into_iter()
            .flat_map(|telling| telling.people)
            .map(|told| (told.name, told.event.label(), told.sentence))
            .collect(),
        rules: passes
            .iter()
            .flat_map(|pass| &pass.explanation)
            .map(RuleView::new)
            .collect(),
    })
}

/// The decisions about the mail that opened the ticket.
async fn why(tx: &mut Tx, signed: &Signed, ticket: &Ticket) -> Result<Trace, StoreError> {
    let first = messages::of_ticket(tx, signed.tenant(), ticket.id, None, 1)
        .await?
        .pop();
    match first.and_then(|message| message.inbound) {
        Some(id) => {
            let filter = inbound::Filter {
                tenant: Some(signed.tenant()),
                id: Some(id),
                limit: 1,
                ..inbound::Filter::default()
            };
            Ok(inbound::list(tx, &filter)
                .await?
                .pop()
                .map(|mail| mail.trace)
                .unwrap_or_default())
        }
        None => Ok(Trace::default()),
    }
}

async fn others(tx: &mut Tx, signed: &Signed, ticket: &Ticket) -> Result<Vec<Other>, StoreError> {
    let mut filter = Filter::all(signed.visible(), OTHERS + 1);
    filter.requesters = vec![ticket.requester];
    let found = tickets::list(tx, signed.tenant(), &filter).await?;
    Ok(found
        .into_iter()
        .filter(|other| other.id != ticket.id)
        .take(usize::try_from(OTHERS).unwrap_or(0))
        .map(shown)
        .collect())
}

fn shown(other: Ticket) -> Other {
    Other {
        key: other.key,
        subject: other.subject,
        status: other.status,
    }
}

/// Those that are part of this one now.
async fn parts(tx: &mut Tx, signed: &Signed, ticket: &Ticket) -> Result<Vec<Other>, StoreError> {
    let ids = merges::parts_of(tx, signed.tenant(), ticket.id).await?;
    let found = tickets::by_ids(tx, signed.tenant(), &ids).await?;
    Ok(found.into_iter().map(shown).collect())
}

/// Those that it is linked to; what may not be seen is left out.
async fn links(
    tx: &mut Tx,
    signed: &Signed,
    ticket: &Ticket,
) -> Result<Vec<(&'static str, Other)>, StoreError> {
    let links = merges::links_of(tx, signed.tenant(), ticket.id).await?;
    let ids: Vec<_> = links.iter().map(|link| link.other).collect();
    let found = tickets::by_ids(tx, signed.tenant(), &ids).await?;
    let mut seen = Vec::new();
    for link in links {
        let Some(other) = found.iter().find(|other| other.id == link.other) else {
            continue;
        };
        if signed.may_see(tx, other).await? {
            seen.push((link.kind.label(), shown(other.clone())));
        }
    }
    Ok(seen)
}

fn properties(signed: &Signed, ticket: &Ticket, now: DateTime<Utc>) -> Vec<Property> {
    let office = &signed.office;
    let choice = |value: String, label: &str, selected| Choice {
        value,
        label: label.to_owned(),
        selected,
    };
    let status = Status::ALL
        .iter()
        .map(|status| choice(status.to_string(), status.label(), *status == ticket.status));
    let priority = Priority::ALL.iter().map(|priority| {
        choice(
            priority.to_string(),
            priority.label(),
            *priority == ticket.priority,
        )
    });
    let nobody = std::iter::once(choice(String::new(), "Nobody", ticket.assignee.is_none()));
    let people = office
        .people
        .iter()
        .filter(|member| member.works() || ticket.assignee == Some(member.user.id))
        .map(|member| {
            let away = member.presence.away.as_ref().filter(|a| a.covers(now));
            let name = match away {
                Some(away) if away.message.is_empty() => format!("{} (away)", member.user.name),
                Some(away) => format!("{} (away: {})", member.user.name, away.message),
                None => member.user.name.clone(),
            };
            choice(
                member.user.id.to_string(),
                &name,
                ticket.assignee == Some(member.user.id),
            )
        });
    let no_team = std::iter::once(choice(String::new(), "None", ticket.team.is_none()));
    let teams = office.teams.iter().map(|team| {
        choice(
            team.id.to_string(),
            &team.name,
            ticket.team == Some(team.id),
        )
    });
    let mut properties = vec![
        Property {
            name: "status",
            label: "Status",
            choices: status.collect(),
        },
        Property {
            name: "priority",
            label: "Priority",
            choices: priority.collect(),
        },
        Property {
            name: "assignee",
            label: "Assignee",
            choices: nobody.chain(people).collect(),
        },
        Property {
            name: "team",
            label: "Team",
            choices: no_team.chain(teams).collect(),
        },
    ];
    let categories = &office.tenant.settings.categories;
    if !categories.is_empty() || ticket.category.is_some() {
        let present = ticket.category.as_deref();
        let none = std::iter::once(choice(String::new(), "None", present.is_none()));
        let former =
            present.filter(|present| !categories.iter().any(|category| category == present));
        let all = categories.iter().map(String::as_str).chain(former);
        let all = all.map(|category| {
            choice(
                category.to_owned(),
                &category.replace('_', " "),
                present == Some(category),
            )
        });
        properties.push(Property {
            name: "category",
            label: "Category",
            choices: none.chain(all).collect(),
        });
    }
    properties
}

fn facts(signed: &Signed, ticket: &Ticket) -> Vec<(&'static str, String)> {
    let address = |id| {
        signed
            .office
            .mailbox(id)
            .map(|mailbox| mailbox.address.to_string())
    };
    let mut facts = Vec::new();
    facts.extend(address(ticket.mailbox).map(|address| ("Mailbox", address)));
    facts.extend(
        ticket
            .also_addressed
            .iter()
            .filter_map(|id| address(*id))
            .map(|address| ("Also to", address)),
    );
    facts.push(("Messages", ticket.message_count.to_string()));
    facts
}
