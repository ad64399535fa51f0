//! `GET /settings/changes`: who changed which setting, the newest first.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Html;
use serde::Deserialize;

use super::{Frame, around};
use crate::domain::audit::{Line, Via};
use crate::domain::ids::AuditId;
use crate::store::audit;
use crate::web::Web;
use crate::web::guard::Fault;
use crate::web::show::{Shell, When, filters};
use crate::web::signed::Managing;

/// Lines on a page.
const PAGE: i64 = 100;

#[derive(Template)]
#[template(path = "settings/changes.html")]
struct ChangesPage {
    shell: Shell,
    frame: Frame,
    lines: Vec<ChangeLine>,
    older: Option<String>,
}

struct ChangeLine {
    who: String,
    via: &'static str,
    what: String,
    subject: String,
    summary: String,
    at: When,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Wanted {
    before: Option<AuditId>,
}

pub(super) async fn show(
    State(web): State<Web>,
    Managing(signed): Managing,
    Query(wanted): Query<Wanted>,
) -> Result<Html<String>, Fault> {
    let mut tx = web.desk.db.read().await?;
    let (shell, frame) = around(&mut tx, &signed, "/settings/changes", None).await?;
    let mut found = audit::of_tenant(&mut tx, signed.tenant(), wanted.before, PAGE + 1).await?;
    let full = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let more = found.len() > full;
    found.truncate(full);
    let older = found
        .last()
        .filter(|_| more)
        .map(|line| format!("/settings/changes?before={}", line.id));
    let (now, zone) = (web.desk.clock.now(), signed.office.tenant.timezone);
    let lines = found
        .into_iter()
        .map(|line| ChangeLine::new(line, |at| When::new(at, now, zone)));
    let page = ChangesPage {
        shell,
        frame,
        lines: lines.collect(),
        older,
    };
    Ok(Html(page.render()?))
}

impl ChangeLine {
    fn new(line: Line, when: impl Fn(chrono::DateTime<chrono::Utc>) -> When) -> Self {
        Self {
            who: line.actor.name().to_owned(),
            via: match line.via {
                Via::Page => "on a page",
                Via::Api => "by the API",
                Via::Apply => "by a seed file",
                Via::Command => "by a command",
                Via::Time => "by itself",
                Via::Mail => "by mail",
            },
            what: line.kind.replace(['.', '_'], " "),
            subject: line.subject,
            summary: line.summary,
            at: when(line.at),
        }
    }
}
