//! `/account/availability`: when a person is away, and how many tickets they take on. Everybody's own.

use askama::Template as _;
use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use chrono::{DateTime, SubsecRound as _, Utc};
use chrono_tz::Tz;
use serde::Deserialize;

use super::{Done, Frame, around, refusal, refused};
use crate::domain::audit::Via;
use crate::domain::person::{Away, Presence};
use crate::domain::snooze;
use crate::web::Web;
use crate::web::guard::Fault;
use crate::web::posted::Posted;
use crate::web::show::{Flash, Shell, filters};
use crate::web::signed::Signed;

pub(super) const PATH: &str = "/account/availability";

#[derive(askama::Template)]
#[template(path = "settings/availability.html")]
struct AvailabilityPage {
    shell: Shell,
    frame: Frame,
    form: AvailabilityForm,
    /// They are away at this moment.
    away_now: bool,
    zone: &'static str,
}

/// The form as it is sent, and as it is shown again. Without `away` the rest of the absence counts for nothing.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AvailabilityForm {
    #[serde(default)]
    away: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    until: String,
    #[serde(default)]
    message: String,
    #[serde(default)]
    hand_back: String,
    #[serde(default)]
    capacity: String,
}

impl AvailabilityForm {
    fn of(presence: &Presence, zone: Tz, now: DateTime<Utc>) -> Self {
        let local = |at: DateTime<Utc>| at.with_timezone(&zone).format("%Y-%m-%dT%H:%M");
        let shown = |at: Option<DateTime<Utc>>| at.map(|at| local(at).to_string());
        // One that is over is nobody's business any more.
        let away = presence.away.as_ref();
        let away = away.filter(|away| away.until.is_none_or(|until| until > now));
        let yes = |ticked: bool| if ticked { "yes" } else { "" }.to_owned();
        Self {
            away: yes(away.is_some()),
            from: shown(away.map(|a| a.from)).unwrap_or_default(),
            until: shown(away.and_then(|a| a.until)).unwrap_or_default(),
            message: away.map(|a| a.message.clone()).unwrap_or_default(),
            hand_back: yes(away.is_some_and(|a| a.hand_back)),
            capacity: presence
                .capacity
                .map(|most| most.to_string())
                .unwrap_or_default(),
        }
    }

    /// What it says, or the sentence that says what was expected. An absence that was there keeps its beginning to the
    /// second: the form shows only minutes.
    fn presence(&self, was: &Presence, zone: Tz, now: DateTime<Utc>) -> Result<Presence, String> {
        let moment = |text: &str| match text.trim() {
            "" => Ok(None),
            text => snooze::moment(text, now, zone)
                .map(Some)
                .ok_or_else(|| format!("{text:?} is not a day and a time")),
        };
        let capacity = match self.capacity.trim() {
            "" => None,
            most => Some(
                most.parse()
                    .map_err(|_| format!("{most:?} is not a number of tickets"))?,
            ),
        };
        let shown = Self::of(was, zone, now);
        let away = if self.away == "yes" {
            let kept = was.away.as_ref().filter(|_| shown.from == self.from);
            let from = match kept {
                Some(away) => away.from,
                None => moment(&self.from)?.unwrap_or_else(|| now.trunc_subsecs(0)),
            };
            Some(Away {
                from,
                until: moment(&self.until)?,
                message: self.message.trim().to_owned(),
                hand_back: self.hand_back == "yes",
            })
        } else {
            None
        };
        Ok(Presence { away, capacity })
    }
}

pub(super) async fn show(
    State(web): State<Web>,
    signed: Signed,
    Query(done): Query<Done>,
) -> Result<Html<String>, Fault> {
    let (zone, now) = (signed.office.tenant.timezone, web.desk.clock.now());
    let form = AvailabilityForm::of(&signed.member.presence, zone, now);
    page(&web, &signed, form, done.flash()).await
}

async fn page(
    web: &Web,
    signed: &Signed,
    form: AvailabilityForm,
    flash: Option<Flash>,
) -> Result<Html<String>, Fault> {
    let mut tx = web.desk.db.read().await?;
    let (shell, frame) = around(&mut tx, signed, PATH, flash).await?;
    let page = AvailabilityPage {
        shell,
        frame,
        form,
        away_now: signed.member.is_away(web.desk.clock.now()),
        zone: signed.office.tenant.timezone.name(),
    };
    Ok(Html(page.render()?))
}

pub(super) async fn save(
    State(web): State<Web>,
    signed: Signed,
    posted: Posted,
) -> Result<Response, Fault> {
    let form: AvailabilityForm = posted.open(&signed.form_token).await?;
    let (zone, now) = (signed.office.tenant.timezone, web.desk.clock.now());
    let flash = match form.presence(&signed.member.presence, zone, now) {
        Err(problem) => Flash::bad(format!("Not saved: {problem}.")),
        Ok(presence) => {
            let who = signed.who();
            match web.desk.set_presence(&who, Via::Page, presence).await {
                Ok(()) => {
                    return Ok(Redirect::to("/account/availability?done=saved").into_response());
                }
                Err(error) => refusal(error)?,
            }
        }
    };
    Ok(refused(page(&web, &signed, form, Some(flash)).await?))
}
