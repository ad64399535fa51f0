//! `/account/notifications`: what a person is told, by which way and when. Everybody's own.

use askama::Template as _;
use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use chrono::NaiveTime;
use serde::Deserialize;

use super::{Done, Frame, around, refusal, refused};
use crate::domain::audit::Via;
use crate::domain::telling::{Channel, Pace, Preferences, Quiet, Scope, TellEvent, Wish};
use crate::web::Web;
use crate::web::guard::Fault;
use crate::web::posted::Posted;
use crate::web::show::{Flash, Shell, filters};
use crate::web::signed::Signed;

pub(super) const PATH: &str = "/account/notifications";

#[derive(askama::Template)]
#[template(path = "settings/notifications.html")]
struct NotificationsPage {
    shell: Shell,
    frame: Frame,
    rows: Vec<Row>,
    pace: Pace,
    digest_at: String,
    quiet_from: String,
    quiet_to: String,
    urgent_passes: bool,
    timezone: String,
    tenant_zone: &'static str,
    topic: String,
    /// The tenant has an ntfy server.
    ntfy: bool,
    zones: Vec<&'static str>,
}

/// A line of the matrix.
struct Row {
    event: TellEvent,
    wish: Wish,
}

impl Row {
    fn ways(&self) -> [(Channel, Scope); 2] {
        [
            (Channel::Mail, self.wish.mail),
            (Channel::Ntfy, self.wish.ntfy),
        ]
    }
}

/// The form: `mail.new=mine` and its like, and the rest by name.
#[derive(Deserialize)]
struct NotificationsForm {
    pace: Pace,
    digest_at: String,
    #[serde(default)]
    quiet_from: String,
    #[serde(default)]
    quiet_to: String,
    #[serde(default)]
    urgent_passes: String,
    #[serde(default)]
    timezone: String,
    #[serde(default)]
    topic: String,
    #[serde(flatten)]
    cells: std::collections::BTreeMap<String, String>,
}

impl NotificationsForm {
    fn preferences(&self) -> Result<Preferences, String> {
        let mut wishes =
            Preferences {
                pace: self.pace,
                digest_at: time(&self.digest_at)?,
                quiet: match (self.quiet_from.trim(), self.quiet_to.trim()) {
                    ("", "") => None,
                    (from, to) => Some(Quiet {
                        from: time(from)?,
                        to: time(to)?,
                    }),
                },
                urgent_passes: self.urgent_passes == "yes",
                timezone: match self.timezone.trim() {
                    "" => None,
                    zone => Some(zone.parse().map_err(|_| {
                        format!("{zone:?} is not a time zone such as Europe/Berlin")
                    })?),
                },
                topic: self.topic.trim().to_owned(),
                ..Preferences::default()
            };
        for event in TellEvent::ALL {
            let usual = Preferences::usual(*event);
            let cell = |way: &str, usual: Scope| match self.cells.get(&format!("{way}.{event}")) {
                None => Ok(usual),
                Some(word) => word
                    .parse()
                    .map_err(|_| format!("{word:?} is not one of the choices")),
            };
            let wish = Wish {
                mail: cell("mail", usual.mail)?,
                ntfy: cell("ntfy", usual.ntfy)?,
            };
            wishes.set(*event, wish);
        }
        Ok(wishes)
    }
}

fn time(text: &str) -> Result<NaiveTime, String> {
    // Browsers send seconds where somebody typed them.
    let short = text.trim().get(..5).unwrap_or(text.trim());
    NaiveTime::parse_from_str(short, "%H:%M")
        .map_err(|_| format!("{text:?} is not a time of day such as 22:00"))
}

pub(super) async fn show(
    State(web): State<Web>,
    signed: Signed,
    Query(done): Query<Done>,
) -> Result<Html<String>, Fault> {
    let wishes = signed
        .office
        .preferences
        .get(&signed.member.user.id)
        .cloned();
    page(&web, &signed, &wishes.unwrap_or_default(), done.flash()).await
}

async fn page(
    web: &Web,
    signed: &Signed,
    wishes: &Preferences,
    flash: Option<Flash>,
) -> Result<Html<String>, Fault> {
    let mut tx = web.desk.db.read().await?;
    let (shell, frame) = around(&mut tx, signed, PATH, flash).await?;
    let shown = |at: NaiveTime| at.format("%H:%M").to_string();
    let page = NotificationsPage {
        shell,
        frame,
        rows: TellEvent::LISTED
            .iter()
            .map(|event| Row {
                event: *event,
                wish: wishes.wish(*event),
            })
            .collect(),
        pace: wishes.pace,
        digest_at: shown(wishes.digest_at),
        quiet_from: wishes.quiet.map(|q| shown(q.from)).unwrap_or_default(),
        quiet_to: wishes.quiet.map(|q| shown(q.to)).unwrap_or_default(),
        urgent_passes: wishes.urgent_passes,
        timezone: wishes
            .timezone
            .map(|z| z.name().to_owned())
            .unwrap_or_default(),
        tenant_zone: signed.office.tenant.timezone.name(),
        topic: wishes.topic.clone(),
        ntfy: signed.office.ntfy.is_some(),
        zones: chrono_tz::TZ_VARIANTS
            .iter()
            .map(|zone| zone.name())
            .collect(),
    };
    Ok(Html(page.render()?))
}

pub(super) async fn save(
    State(web): State<Web>,
    signed: Signed,
    posted: Posted,
) -> Result<Response, Fault> {
    let form: NotificationsForm = posted.open(&signed.form_token).await?;
    let (wishes, flash) = match form.preferences() {
        Err(problem) => {
            let kept = signed
                .office
                .preferences
                .get(&signed.member.user.id)
                .cloned();
            (
                kept.unwrap_or_default(),
                Flash::bad(format!("Not saved: {problem}.")),
            )
        }
        Ok(wishes) => match web
            .desk
            .choose(&signed.who(), Via::Page, wishes.clone())
            .await
        {
            Ok(()) => return Ok(Redirect::to("/account/notifications?done=saved").into_response()),
            Err(error) => (wishes, refusal(error)?),
        },
    };
    Ok(refused(page(&web, &signed, &wishes, Some(flash)).await?))
}
