//! `/settings/webhooks`: programs that are told of events: the list, and a page for each with its log.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use chrono::Duration;
use serde::Deserialize;

use super::{Done, Frame, around, refusal, refused};
use crate::desk::DeskError;
use crate::desk::webhooks::{Shown, WebhookChange};
use crate::domain::audit::Via;
use crate::domain::event::EventType;
use crate::domain::ids::{OutboxId, WebhookId};
use crate::domain::webhook::RULE_EVENT;
use crate::store::blobs;
use crate::store::webhooks::{self, LoggedCall, Webhook};
use crate::web::Web;
use crate::web::guard::Fault;
use crate::web::posted::Posted;
use crate::web::show::{Flash, Shell, When, filters};
use crate::web::signed::{Managing, Signed};

const PATH: &str = "/settings/webhooks";
/// Calls that are listed.
const CALLS: i64 = 50;
/// The largest call that is shown.
const LARGEST: i64 = 256 * 1024;

#[derive(Template)]
#[template(path = "settings/webhooks.html")]
struct ListPage {
    shell: Shell,
    frame: Frame,
    hooks: Vec<Hook>,
    events: Vec<(&'static str, bool)>,
    url: String,
}

#[derive(Template)]
#[template(path = "settings/webhook.html")]
struct HookPage {
    shell: Shell,
    frame: Frame,
    hook: Hook,
    secret: Option<String>,
    events: Vec<(&'static str, bool)>,
    calls: Vec<CallLine>,
}

/// A webhook as the pages show it.
struct Hook {
    id: WebhookId,
    url: String,
    events: String,
    state: &'static str,
    tone: &'static str,
    given_up: Option<String>,
    active: bool,
}

struct CallLine {
    item: String,
    at: When,
    took: i64,
    status: String,
    tone: &'static str,
    answer: String,
    body: String,
}

impl From<&Webhook> for Hook {
    fn from(hook: &Webhook) -> Self {
        let (state, tone) = match (hook.active, hook.failing_since) {
            (false, _) if hook.given_up.is_some() => ("given up", "bad"),
            (false, _) => ("off", ""),
            (true, Some(_)) => ("failing", "warn"),
            (true, None) => ("on", "good"),
        };
        Self {
            id: hook.id,
            url: hook.url.clone(),
            events: if hook.events.is_empty() {
                "every event".to_owned()
            } else {
                hook.events.join(", ")
            },
            state,
            tone,
            given_up: hook.given_up.clone(),
            active: hook.active,
        }
    }
}

/// Every event there is, and whether it is among the wishes.
fn choices(wishes: &[String]) -> Vec<(&'static str, bool)> {
    let all = EventType::WORDS.iter().copied().chain([RULE_EVENT]);
    let wanted = |event: &str| !wishes.is_empty() && crate::domain::webhook::wants(wishes, event);
    all.map(|event| (event, wanted(event))).collect()
}

pub(super) async fn show(
    State(web): State<Web>,
    Managing(signed): Managing,
    Query(done): Query<Done>,
) -> Result<Html<String>, Fault> {
    list(&web, &signed, done.flash(), &NewForm::default()).await
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct NewForm {
    url: String,
    events: Vec<String>,
}

async fn list(
    web: &Web,
    signed: &Signed,
    flash: Option<Flash>,
    form: &NewForm,
) -> Result<Html<String>, Fault> {
    let mut tx = web.desk.db.read().await?;
    let (shell, frame) = around(&mut tx, signed, PATH, flash).await?;
    let office = web.desk.office(signed.tenant()).map_err(fault)?;
    let page = ListPage {
        shell,
        frame,
        hooks: office.webhooks.iter().map(Hook::from).collect(),
        events: choices(&form.events),
        url: form.url.clone(),
    };
    Ok(Html(page.render()?))
}

pub(super) async fn create(
    State(web): State<Web>,
    Managing(signed): Managing,
    posted: Posted,
) -> Result<Response, Fault> {
    let form: NewForm = posted.open(&signed.form_token).await?;
    let created = web
        .desk
        .create_webhook(&signed.who(), Via::Page, &form.url, form.events.clone())
        .await;
    match created {
        // The page that follows shows the secret, so it is the answer itself: nothing secret goes into an address.
        Ok((id, secret)) => {
            let page = one(
                &web,
                &signed,
                id,
                Some(Flash::good("Created.")),
                Some(secret),
            )
            .await?;
            Ok(page.into_response())
        }
        Err(error) => Ok(refused(
            list(&web, &signed, Some(refusal(error)?), &form).await?,
        )),
    }
}

fn fault(error: DeskError) -> Fault {
    match error {
        DeskError::Store(error) => error.into(),
        _ => Fault::NotFound,
    }
}

pub(super) async fn open(
    State(web): State<Web>,
    Managing(signed): Managing,
    Path(id): Path<String>,
    Query(done): Query<Done>,
) -> Result<Html<String>, Fault> {
    let id = id.parse().map_err(|_| Fault::NotFound)?;
    one(&web, &signed, id, done.flash(), None).await
}

async fn one(
    web: &Web,
    signed: &Signed,
    id: WebhookId,
    flash: Option<Flash>,
    secret: Option<Shown>,
) -> Result<Html<String>, Fault> {
    // Asked anew: the settings may have changed since this person was recognised.
    let office = web.desk.office(signed.tenant()).map_err(fault)?;
    let hook = office.webhooks.iter().find(|hook| hook.id == id);
    let hook = hook.ok_or(Fault::NotFound)?;
    let mut tx = web.desk.db.read().await?;
    let (shell, frame) = around(&mut tx, signed, PATH, flash).await?;
    let calls = webhooks::calls(&mut tx, signed.tenant(), id, None, CALLS).await?;
    let (now, zone) = (web.desk.clock.now(), office.tenant.timezone);
    let page = HookPage {
        shell,
        frame,
        secret: secret.map(|secret| secret.to_string()),
        events: choices(&hook.events),
        calls: calls
            .into_iter()
            .map(|call| CallLine::new(call, |at| When::new(at, now, zone)))
            .collect(),
        hook: Hook::from(hook),
    };
    Ok(Html(page.render()?))
}

impl CallLine {
    fn new(call: LoggedCall, when: impl Fn(chrono::DateTime<chrono::Utc>) -> When) -> Self {
        let body = call
            .body
            .and_then(|packed| blobs::expand(&packed, LARGEST).ok());
        let body = body.and_then(|body| serde_json::from_slice::<serde_json::Value>(&body).ok());
        Self {
            item: call.outbox_id.to_string(),
            at: when(call.at),
            took: call.took_ms,
            status: call
                .status
                .map_or_else(|| "no answer".to_owned(), |status| status.to_string()),
            tone: match call.status {
                Some(200..=299) => "good",
                _ => "bad",
            },
            answer: call.answer,
            body: body
                .and_then(|body| serde_json::to_string_pretty(&body).ok())
                .unwrap_or_default(),
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct DeedForm {
    deed: String,
    events: Vec<String>,
    item: String,
    days: String,
}

/// `POST /settings/webhooks/{id}`: what `deed` says.
pub(super) async fn act(
    State(web): State<Web>,
    Managing(signed): Managing,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, Fault> {
    let form: DeedForm = posted.open(&signed.form_token).await?;
    let id: WebhookId = id.parse().map_err(|_| Fault::NotFound)?;
    let (desk, who) = (&web.desk, signed.who());
    let switch = |active| WebhookChange {
        active: Some(active),
        ..WebhookChange::default()
    };
    let done = match form.deed.as_str() {
        "on" => desk.change_webhook(&who, Via::Page, id, switch(true)).await,
        "off" => {
            desk.change_webhook(&who, Via::Page, id, switch(false))
                .await
        }
        "events" => {
            let events = WebhookChange {
                events: Some(form.events),
                ..WebhookChange::default()
            };
            desk.change_webhook(&who, Via::Page, id, events).await
        }
        "test" => desk.try_webhook(&who, Via::Page, id).await.map(|_| ()),
        "again" => {
            let item: OutboxId = form.item.parse().map_err(|_| Fault::Unreadable)?;
            desk.replay_webhook_item(&who, Via::Page, id, item).await
        }
        "replay" => {
            let days: i64 = form.days.trim().parse().map_err(|_| Fault::Unreadable)?;
            let now = desk.clock.now();
            let since = now - Duration::days(days.clamp(1, 30));
            desk.replay_webhook(&who, Via::Page, id, (since, now))
                .await
                .map(|_| ())
        }
        "rotate" => match desk.rotate_webhook(&who, Via::Page, id).await {
            Ok(secret) => {
                let text =
                    "A new secret. For one more day calls are signed with the old one as well.";
                let page = one(&web, &signed, id, Some(Flash::good(text)), Some(secret)).await?;
                return Ok(page.into_response());
            }
            Err(error) => Err(error),
        },
        "remove" => match desk.remove_webhook(&who, Via::Page, id).await {
            Ok(()) => return Ok(Redirect::to("/settings/webhooks?done=removed").into_response()),
            Err(error) => Err(error),
        },
        _ => return Err(Fault::Unreadable),
    };
    match done {
        Ok(()) => Ok(Redirect::to(&format!("{PATH}/{id}?done=saved")).into_response()),
        Err(error) => Ok(refused(
            one(&web, &signed, id, Some(refusal(error)?), None).await?,
        )),
    }
}
