//! `GET /tickets/{key}`: one ticket, with the list it was opened from beside it.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::{panel, panes, stream};
use crate::domain::ticket::Ticket;
use crate::store::{Tx, clocks, contacts, messages, participants, tickets};
use crate::web::Web;
use crate::web::guard::Fault;
use crate::web::show::{
    ClockChip, Composer, Entry, Flash, ListQuery, ListView, Panel, Piece, Shell, TicketView,
    filters,
};
use crate::web::signed::Signed;

#[derive(Template)]
#[template(path = "ticket.html")]
pub(super) struct TicketPage {
    pub(super) shell: Shell,
    pub(super) list: ListView,
    pub(super) ticket: TicketView,
    pub(super) composer: Composer,
    pub(super) panel: Panel,
}

/// Beside the list's own query: what was just done.
#[derive(Deserialize)]
pub(super) struct Done {
    #[serde(default)]
    done: String,
}

pub(super) async fn show(
    State(web): State<Web>,
    signed: Signed,
    Path(key): Path<String>,
    Query(query): Query<ListQuery>,
    Query(done): Query<Done>,
) -> Result<Response, Fault> {
    let mut tx = web.desk.db.read().await?;
    let ticket = find(&mut tx, &signed, &key).await?;
    if let Some(into) = ticket.merged_into {
        let into = tickets::get(&mut tx, signed.tenant(), into)
            .await?
            .ok_or(Fault::NotFound)?;
        return Ok(Redirect::to(&address(&into.key, &query.to_query(), "")).into_response());
    }
    let page = page(
        &mut tx,
        &web,
        &signed,
        &ticket,
        Shown {
            query,
            flash: flash(&done.done),
            typed: Composer::default(),
        },
    )
    .await?;
    Ok(Html(page.render()?).into_response())
}

/// The ticket with this key, if it exists for this person.
pub(super) async fn find(tx: &mut Tx, signed: &Signed, key: &str) -> Result<Ticket, Fault> {
    let ticket = tickets::find(tx, signed.tenant(), key).await?;
    let ticket = ticket.ok_or(Fault::NotFound)?;
    if signed.may_see(tx, &ticket).await? {
        Ok(ticket)
    } else {
        Err(Fault::NotFound)
    }
}

/// What the address and a form that was refused add to a ticket's page.
pub(super) struct Shown {
    /// The list beside it.
    pub(super) query: ListQuery,
    /// What was just done.
    pub(super) flash: Option<Flash>,
    /// What was typed and why it was not taken; everything else is filled in.
    pub(super) typed: Composer,
}

/// Gathers a ticket's page.
pub(super) async fn page(
    tx: &mut Tx,
    web: &Web,
    signed: &Signed,
    ticket: &Ticket,
    shown: Shown,
) -> Result<TicketPage, Fault> {
    let (tenant, now, query) = (signed.tenant(), web.desk.clock.now(), shown.query);
    let requester = contacts::by_ids(tx, tenant, &[ticket.requester])
        .await?
        .pop()
        .ok_or(Fault::NotFound)?;
    let said = messages::of_ticket(tx, tenant, ticket.id, None, stream::MOST).await?;
    let clocks: Vec<_> = clocks::of_tickets(tx, tenant, &[ticket.id])
        .await?
        .into_iter()
        .map(|(_, clock)| clock)
        .collect();
    let tags: Vec<String> = tickets::tags_of(tx, tenant, &[ticket.id])
        .await?
        .into_iter()
        .map(|(_, tag)| tag)
        .collect();
    let people = participants::of_tickets(tx, tenant, &[ticket.id]).await?;
    let may_work = signed.may_work();
    let mailbox = signed.office.mailbox(ticket.mailbox);
    let newest = said.iter().rev().find(|message| stream::is_public(message));
    let others: Vec<String> = people
        .iter()
        .filter(|person| person.takes_part() && person.address != requester.email)
        .map(|person| person.address.to_string())
        .collect();
    let keeps = shown.typed.reply_error.is_some() || shown.typed.keep_people;
    let kept = |typed: &str, usual: String| if keeps { typed.to_owned() } else { usual };
    let composer = Composer {
        to: kept(&shown.typed.to, requester.email.to_string()),
        first_name: requester.first_name().to_owned(),
        from: mailbox
            .map(|mailbox| mailbox.address.to_string())
            .unwrap_or_default(),
        cc: kept(&shown.typed.cc, others.join(", ")),
        in_response_to: newest
            .map(|message| message.id.to_string())
            .unwrap_or_default(),
        canned: signed
            .office
            .canned
            .iter()
            .map(|(name, _)| name.clone())
            .collect(),
        draft: format!("{}:{}", signed.office.tenant.slug, ticket.key),
        ..shown.typed
    };
    let view = TicketView {
        key: ticket.key.clone(),
        subject: ticket.subject.clone(),
        status: ticket.status,
        priority: ticket.priority,
        assignee: ticket.assignee.and_then(|user| signed.face_of(user)),
        clock: ClockChip::of(&clocks, now),
        tags: tags.clone(),
        back: format!("/tickets?{}", query.to_query()),
        context: query.to_query(),
        may_write: may_work,
        offer_me: ticket.assignee != Some(signed.member.user.id),
        flash: shown.flash,
        stream: stream::load(tx, web, signed, ticket, &said).await?,
    };
    Ok(TicketPage {
        shell: panes::shell(tx, signed, query.view).await?,
        list: panes::list(tx, web, signed, &query, Some(ticket.id)).await?,
        panel: panel::load(
            tx,
            web,
            signed,
            ticket,
            (&requester, &clocks, &tags, &people),
        )
        .await?,
        ticket: view,
        composer,
    })
}

/// The address of a ticket's page with the list's query, and what was just done.
pub(super) fn address(key: &str, query: &str, done: &str) -> String {
    let done = if done.is_empty() {
        String::new()
    } else {
        format!("&done={done}")
    };
    format!("/tickets/{key}?{query}{done}")
}

/// The sentence for what was just done; for words that no page of ours made, none.
fn flash(done: &str) -> Option<Flash> {
    let (tone, icon, text) = match done {
        "reply" => ("", "check", "Your reply is on its way."),
        "resolved" => (
            "",
            "check",
            "Your reply is on its way, and the ticket is resolved.",
        ),
        "held" => (
            "warn",
            "lock",
            "Your reply is held: read what arrived meanwhile, then send it or discard it.",
        ),
        "note" => ("", "check", "Your note is written. Only your team sees it."),
        "change" => ("", "check", "Saved."),
        "commands" => ("", "check", "Done. Nothing was sent."),
        "follow" => ("", "check", "You follow this ticket from now on."),
        "unfollow" => ("", "check", "You follow this ticket no longer."),
        "merge" => (
            "",
            "swap",
            "They are one ticket now. It can be undone under Belongs together.",
        ),
        "unmerge" => ("", "swap", "They are two tickets again."),
        "link" => ("", "link", "Linked."),
        "snooze" => (
            "",
            "clock",
            "It sleeps until then, or until the customer writes.",
        ),
        "awake" => ("", "check", "It is awake."),
        "accept" => (
            "",
            "check",
            "They take part in this conversation from now on.",
        ),
        "split" => ("", "check", "Opened as a ticket of its own."),
        "release" => ("", "check", "The held reply is on its way."),
        "discard" => ("", "check", "The held message is discarded."),
        _ => return None,
    };
    Some(Flash {
        tone,
        icon,
        text: text.to_owned(),
    })
}
