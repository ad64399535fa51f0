//! `GET /settings/intake`: what was received, and above all what became no ticket, with the reason.

mod act;
mod mail;
mod raw;

pub(super) use act::act;
pub(super) use mail::open;
pub(super) use raw::raw;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Html;
use serde::Deserialize;

use super::{Frame, around};
use crate::domain::ids::InboundId;
use crate::store::inbound::{self, Filter, InboundState, Listed};
use crate::web::Web;
use crate::web::guard::Fault;
use crate::web::show::{Shell, When, filters};
use crate::web::signed::Managing;

const PATH: &str = "/settings/intake";
/// Mails on a page.
const PAGE: i64 = 50;

#[derive(Template)]
#[template(path = "settings/intake.html")]
struct IntakePage {
    shell: Shell,
    frame: Frame,
    state: &'static str,
    q: String,
    chips: Vec<(&'static str, &'static str)>,
    mails: Vec<MailLine>,
    older: Option<String>,
}

struct MailLine {
    id: String,
    state: &'static str,
    tone: &'static str,
    reason: String,
    account: String,
    from: String,
    subject: String,
    at: When,
}

/// Which mails are wanted.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Wanted {
    state: Option<InboundState>,
    all: Option<String>,
    q: String,
    before: Option<InboundId>,
}

pub(super) async fn show(
    State(web): State<Web>,
    Managing(signed): Managing,
    Query(wanted): Query<Wanted>,
) -> Result<Html<String>, Fault> {
    let mut tx = web.desk.db.read().await?;
    let (shell, frame) = around(&mut tx, &signed, PATH, None).await?;
    let states = match (wanted.state, &wanted.all) {
        (Some(state), _) => vec![state],
        (None, Some(_)) => Vec::new(),
        (None, None) => vec![InboundState::Quarantined],
    };
    let state = states.first().map_or("all", |state| state.as_str());
    let words = wanted.q.trim();
    let filter = Filter {
        tenant: Some(signed.tenant()),
        states,
        words: (!words.is_empty()).then(|| words.to_owned()),
        before: wanted.before,
        limit: PAGE + 1,
        ..Filter::default()
    };
    let mut found = inbound::list(&mut tx, &filter).await?;
    let full = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let more = found.len() > full;
    found.truncate(full);
    let older = found.last().filter(|_| more).map(|last| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        match state {
            "all" => query.append_pair("all", "1"),
            state => query.append_pair("state", state),
        };
        query.append_pair("q", words);
        query.append_pair("before", &last.id.to_string());
        format!("{PATH}?{}", query.finish())
    });
    let (now, zone) = (web.desk.clock.now(), signed.office.tenant.timezone);
    let page = IntakePage {
        shell,
        frame,
        state,
        q: words.to_owned(),
        chips: vec![
            ("quarantined", "Quarantined"),
            ("ignored", "Ignored"),
            ("duplicate", "Duplicates"),
            ("processed", "Processed"),
            ("all", "All"),
        ],
        mails: found
            .into_iter()
            .map(|mail| MailLine::new(mail, |at| When::new(at, now, zone)))
            .collect(),
        older,
    };
    Ok(Html(page.render()?))
}

impl MailLine {
    fn new(mail: Listed, when: impl Fn(chrono::DateTime<chrono::Utc>) -> When) -> Self {
        let subject = if mail.subject.is_empty() {
            "(no subject)".to_owned()
        } else {
            mail.subject
        };
        Self {
            id: mail.id.to_string(),
            state: mail.state.as_str(),
            tone: tone(mail.state),
            reason: mail.reason.unwrap_or_default(),
            account: mail.account,
            from: mail.sender.email,
            subject,
            at: when(mail.received_at),
        }
    }
}

const fn tone(state: InboundState) -> &'static str {
    match state {
        InboundState::Quarantined => "warn",
        InboundState::Processed => "good",
        _ => "",
    }
}
