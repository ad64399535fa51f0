//! `GET /tickets/{key}/rules`: every rule that looked at a ticket, and why it acted or did not, condition by condition.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Html;

use super::{panes, ticket};
use crate::desk::DeskError;
use crate::domain::rules::Trigger;
use crate::web::Web;
use crate::web::guard::Fault;
use crate::web::show::{RuleView, Shell, When, filters};
use crate::web::signed::Signed;

#[derive(Template)]
#[template(path = "ticket_rules.html")]
struct RulesPage {
    shell: Shell,
    key: String,
    subject: String,
    passes: Vec<Pass>,
}

struct Pass {
    at: When,
    on: String,
    actor: String,
    rules: Vec<RuleView>,
}

pub(super) async fn show(
    State(web): State<Web>,
    signed: Signed,
    Path(key): Path<String>,
) -> Result<Html<String>, Fault> {
    let mut tx = web.desk.db.read().await?;
    let ticket = ticket::find(&mut tx, &signed, &key).await?;
    let explained = web
        .desk
        .explain_rules(&mut tx, signed.tenant(), ticket.id)
        .await
        .map_err(|error| match error {
            DeskError::Store(error) => Fault::from(error),
            _ => Fault::NotFound,
        })?;
    let (now, zone) = (web.desk.clock.now(), signed.office.tenant.timezone);
    let passes = explained
        .into_iter()
        .map(|explained| Pass {
            at: When::new(explained.pass.at, now, zone),
            on: explained
                .pass
                .cause
                .parse::<Trigger>()
                .map_or(explained.pass.cause, |on| on.label().to_owned()),
            actor: explained
                .pass
                .facts
                .map(|facts| facts.actor.name().to_owned())
                .unwrap_or_default(),
            rules: explained.runs.iter().map(RuleView::new).collect(),
        })
        .collect();
    let page = RulesPage {
        shell: panes::shell(&mut tx, &signed, None).await?,
        key: ticket.key,
        subject: ticket.subject,
        passes,
    };
    Ok(Html(page.render()?))
}
