//! The panes that several pages share: the sidebar with its counts, and the list of tickets.

use std::collections::HashMap;

use crate::domain::ids::TicketId;
use crate::domain::ticket::{Side, Status, Ticket};
use crate::store::tickets::{self, AssigneeFilter, Filter};
use crate::store::{StoreError, Tx, clocks, contacts, messages};
use crate::web::Web;
use crate::web::show::{
    COUNTED, Chip, ClockChip, Empty, ListQuery, ListView, Row, Shell, View, ViewLink, When,
};
use crate::web::signed::Signed;

/// Rows on a page of the list.
const PAGE: i64 = 50;
const ACTIVE: [Status; 3] = [Status::Open, Status::InProgress, Status::OnHold];

/// The sidebar.
pub(super) async fn shell(
    tx: &mut Tx,
    signed: &Signed,
    current: impl Into<Option<View>>,
) -> Result<Shell, StoreError> {
    let mut counts = HashMap::new();
    for view in View::ALL.iter().filter(|view| **view != View::All) {
        let filter = filter(
            signed,
            &ListQuery {
                view: *view,
                ..ListQuery::default()
            },
        );
        counts.insert(
            view.as_str(),
            tickets::count(tx, signed.tenant(), &filter, COUNTED).await?,
        );
    }
    Ok(Shell {
        tenant: signed.office.tenant.name.clone(),
        mark: signed
            .office
            .tenant
            .name
            .chars()
            .next()
            .unwrap_or('·')
            .to_uppercase()
            .to_string(),
        person: signed.face(),
        views: ViewLink::all(current.into(), |view| {
            counts.get(view.as_str()).copied().unwrap_or(0)
        }),
        form_token: signed.form_token.clone(),
    })
}

/// The list, with `open` marked if it is in it.
pub(super) async fn list(
    tx: &mut Tx,
    web: &Web,
    signed: &Signed,
    query: &ListQuery,
    open: Option<TicketId>,
) -> Result<ListView, StoreError> {
    let tenant = signed.tenant();
    let mut filter = filter(signed, query);
    let total = tickets::count(tx, tenant, &filter, COUNTED).await?;
    filter.before = query.before();
    filter.limit = PAGE + 1;
    let mut found = tickets::list(tx, tenant, &filter).await?;
    let more = found.len() > usize::try_from(PAGE).unwrap_or(usize::MAX);
    found.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
    let older = found.last().filter(|_| more).map(|last| {
        format!(
            "/tickets?{}",
            query.after(last.updated_at, last.id).to_query()
        )
    });
    let rows = rows(tx, web, signed, query, &found, open).await?;
    Ok(ListView {
        role: if open.is_some() { "region" } else { "main" },
        heading: if open.is_some() { "h2" } else { "h1" },
        title: title(query),
        view: query.view.as_str(),
        total,
        q: query.q.clone(),
        chips: chips(query),
        rows,
        older,
        empty: empty(query),
    })
}

async fn rows(
    tx: &mut Tx,
    web: &Web,
    signed: &Signed,
    query: &ListQuery,
    found: &[Ticket],
    open: Option<TicketId>,
) -> Result<Vec<Row>, StoreError> {
    let (tenant, now) = (signed.tenant(), web.desk.clock.now());
    let ids: Vec<TicketId> = found.iter().map(|ticket| ticket.id).collect();
    let requesters: Vec<_> = found.iter().map(|ticket| ticket.requester).collect();
    let contacts = contacts::by_ids(tx, tenant, &requesters).await?;
    let clocks = clocks::of_tickets(tx, tenant, &ids).await?;
    let tags = tickets::tags_of(tx, tenant, &ids).await?;
    let snippets = messages::snippets(tx, tenant, &ids).await?;
    let query = query.to_query();
    Ok(found
        .iter()
        .map(|ticket| Row {
            href: format!("/tickets/{}?{query}", ticket.key),
            key: ticket.key.clone(),
            subject: ticket.subject.clone(),
            status: ticket.status,
            priority: ticket.priority,
            requester: contacts
                .iter()
                .find(|contact| contact.id == ticket.requester)
                .map_or_else(String::new, |contact| contact.display().to_owned()),
            snippet: snippets
                .iter()
                .find(|(id, ..)| *id == ticket.id)
                .map_or_else(String::new, |(_, _, text)| snippet(text)),
            at: When::new(ticket.last_message_at, now, signed.office.tenant.timezone),
            clock: ClockChip::of(
                clocks
                    .iter()
                    .filter(|(id, _)| *id == ticket.id)
                    .map(|(_, clock)| clock),
                now,
            ),
            assignee: ticket.assignee.and_then(|user| signed.face_of(user)),
            tags: tags
                .iter()
                .filter(|(id, _)| *id == ticket.id)
                .map(|(_, tag)| tag.clone())
                .take(3)
                .collect(),
            waiting: ticket.status.is_active() && ticket.last_message_from == Side::Customer,
            current: Some(ticket.id) == open,
        })
        .collect())
}

/// What a view and its filters mean for the store.
fn filter(signed: &Signed, query: &ListQuery) -> Filter {
    let mut filter = Filter::all(signed.visible(), COUNTED);
    match query.view {
        View::Inbox | View::Late | View::Snoozed => filter.statuses = ACTIVE.to_vec(),
        View::Mine => {
            filter.statuses = ACTIVE.to_vec();
            filter.assignee = Some(AssigneeFilter::AnyOf(vec![signed.member.user.id]));
        }
        View::Unassigned => {
            filter.statuses = ACTIVE.to_vec();
            filter.assignee = Some(AssigneeFilter::Nobody);
        }
        View::Waiting => filter.statuses = vec![Status::OnHold],
        View::All => {}
    }
    filter.late = query.view == View::Late;
    // What sleeps is in nobody's way; it comes back by itself.
    filter.asleep = match query.view {
        View::All => None,
        view => Some(view == View::Snoozed),
    };
    if let Some(status) = query.status {
        filter.statuses = vec![status];
    }
    if !query.tag.is_empty() {
        filter.tags = vec![query.tag.clone()];
    }
    filter.words = query
        .q
        .split_whitespace()
        .take(8)
        .map(str::to_owned)
        .collect();
    filter
}

fn title(query: &ListQuery) -> String {
    match (query.tag.is_empty(), query.q.is_empty()) {
        (false, _) => format!("Tag {}", query.tag),
        (true, false) => format!("“{}”", query.q),
        (true, true) => query.view.label().to_owned(),
    }
}

fn chips(query: &ListQuery) -> Vec<Chip> {
    let first = if query.view == View::All {
        "Any"
    } else {
        "Active"
    };
    std::iter::once((first, None))
        .chain(
            Status::ALL
                .iter()
                .map(|status| (status.label(), Some(*status))),
        )
        .map(|(label, status)| Chip {
            label,
            href: format!("/tickets?{}", query.with_status(status).to_query()),
            count: None,
            current: query.status == status,
        })
        .collect()
}

fn empty(query: &ListQuery) -> Empty {
    if !query.q.is_empty() || !query.tag.is_empty() || query.status.is_some() {
        return Empty {
            icon: "search",
            title: "Nothing found",
            text: "No ticket fits. Try another view, another status, or fewer words.".to_owned(),
        };
    }
    let (icon, title, text) = match query.view {
        View::Inbox => (
            "inbox",
            "All done",
            "Nothing asks for work. New mail appears here by itself.",
        ),
        View::Mine => (
            "person",
            "Nothing on your desk",
            "Tickets that are assigned to you appear here.",
        ),
        View::Unassigned => (
            "checks",
            "Everything has found its person",
            "New mail without an assignee appears here.",
        ),
        View::Waiting => (
            "hourglass",
            "Nobody is waited for",
            "Tickets on hold appear here.",
        ),
        View::Snoozed => (
            "moon",
            "Nothing sleeps",
            "Tickets that were put to sleep wait here until their time comes or the customer writes.",
        ),
        View::Late => (
            "alarm",
            "Nothing is late",
            "Tickets that miss a service level appear here.",
        ),
        View::All => (
            "stack",
            "No tickets yet",
            "Send a mail to one of your mailboxes: it becomes the first.",
        ),
    };
    Empty {
        icon,
        title,
        text: text.to_owned(),
    }
}

/// One line of a text: its beginning, without quotes and blank space.
fn snippet(text: &str) -> String {
    let lines = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('>'));
    lines
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .take(140)
        .collect()
}
