//! `GET`, `POST /settings/general`: the tenant's name, zone and language, and how its desk works.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::{Done, Frame, around, refusal, refused};
use crate::desk::tenant::TenantChange;
use crate::domain::audit::Via;
use crate::domain::tenant::{
    Acknowledge, AgentMail, CustomerNotice, MemberVisibility, Settings, Tenant,
};
use crate::web::Web;
use crate::web::guard::Fault;
use crate::web::posted::Posted;
use crate::web::show::{Flash, Shell, filters};
use crate::web::signed::{Managing, Signed};

const PATH: &str = "/settings/general";

#[derive(Template)]
#[template(path = "settings/general.html")]
struct GeneralPage {
    shell: Shell,
    frame: Frame,
    form: GeneralForm,
    zones: Vec<&'static str>,
}

/// The form as it is sent, and as it is shown again.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GeneralForm {
    name: String,
    timezone: String,
    locale: String,
    member_visibility: MemberVisibility,
    auto_close_days: String,
    remind_customer_days: String,
    remind_agent_days: String,
    close_waiting_days: String,
    closing_notice_days: String,
    follow_up_days: String,
    categories: String,
    agent_mail: AgentMail,
    acknowledge: Acknowledge,
    #[serde(default)]
    tell_status: String,
    #[serde(default)]
    tell_closed: String,
    #[serde(default)]
    csat: String,
    csat_after_minutes: String,
}

impl GeneralForm {
    fn of(tenant: &Tenant) -> Self {
        let settings = &tenant.settings;
        Self {
            name: tenant.name.clone(),
            timezone: tenant.timezone.name().to_owned(),
            locale: tenant.locale.clone(),
            member_visibility: settings.member_visibility,
            auto_close_days: settings.auto_close_days.to_string(),
            remind_customer_days: settings.remind_customer_days.to_string(),
            remind_agent_days: settings.remind_agent_days.to_string(),
            close_waiting_days: settings.close_waiting_days.to_string(),
            closing_notice_days: settings.closing_notice_days.to_string(),
            follow_up_days: settings.follow_up_days.to_string(),
            categories: settings.categories.join("\n"),
            agent_mail: settings.agent_mail,
            acknowledge: settings.acknowledge,
            tell_status: yes(settings.customer_notices.contains(&CustomerNotice::Status)),
            tell_closed: yes(settings.customer_notices.contains(&CustomerNotice::Closed)),
            csat: yes(settings.csat),
            csat_after_minutes: settings.csat_after_minutes.to_string(),
        }
    }

    /// The change it asks for, or the sentence that says what was expected.
    fn change(&self) -> Result<TenantChange, String> {
        let days = |text: &str| {
            text.trim()
                .parse()
                .map_err(|_| format!("{text:?} is not a number of days"))
        };
        let timezone = self.timezone.trim().parse();
        let categories = self
            .categories
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty());
        Ok(TenantChange {
            name: self.name.trim().to_owned(),
            timezone: timezone.map_err(|_| {
                format!(
                    "{:?} is not a time zone such as Europe/Berlin",
                    self.timezone
                )
            })?,
            locale: self.locale.trim().to_owned(),
            settings: Settings {
                member_visibility: self.member_visibility,
                auto_close_days: days(&self.auto_close_days)?,
                remind_customer_days: days(&self.remind_customer_days)?,
                remind_agent_days: days(&self.remind_agent_days)?,
                close_waiting_days: days(&self.close_waiting_days)?,
                closing_notice_days: days(&self.closing_notice_days)?,
                follow_up_days: days(&self.follow_up_days)?,
                categories: categories.map(str::to_owned).collect(),
                agent_mail: self.agent_mail,
                acknowledge: self.acknowledge,
                customer_notices: [
                    (CustomerNotice::Status, &self.tell_status),
                    (CustomerNotice::Closed, &self.tell_closed),
                ]
                .into_iter()
                .filter(|(_, ticked)| *ticked == "yes")
                .map(|(notice, _)| notice)
                .collect(),
                csat: self.csat == "yes",
                csat_after_minutes: self.csat_after_minutes.trim().parse().map_err(|_| {
                    format!("{:?} is not a number of minutes", self.csat_after_minutes)
                })?,
            },
        })
    }
}

/// As a ticked box is sent.
fn yes(ticked: bool) -> String {
    if ticked {
        "yes".to_owned()
    } else {
        String::new()
    }
}

pub(super) async fn show(
    State(web): State<Web>,
    Managing(signed): Managing,
    Query(done): Query<Done>,
) -> Result<Html<String>, Fault> {
    let form = GeneralForm::of(&signed.office.tenant);
    page(&web, &signed, form, done.flash()).await
}

async fn page(
    web: &Web,
    signed: &Signed,
    form: GeneralForm,
    flash: Option<Flash>,
) -> Result<Html<String>, Fault> {
    let mut tx = web.desk.db.read().await?;
    let (shell, frame) = around(&mut tx, signed, PATH, flash).await?;
    let page = GeneralPage {
        shell,
        frame,
        form,
        zones: chrono_tz::TZ_VARIANTS
            .iter()
            .map(|zone| zone.name())
            .collect(),
    };
    Ok(Html(page.render()?))
}

pub(super) async fn save(
    State(web): State<Web>,
    Managing(signed): Managing,
    posted: Posted,
) -> Result<Response, Fault> {
    let form: GeneralForm = posted.open(&signed.form_token).await?;
    let change = match form.change() {
        Ok(change) => change,
        Err(problem) => {
            let flash = Flash::bad(format!("Not saved: {problem}."));
            return again(&web, &signed, form, flash).await;
        }
    };
    match web
        .desk
        .change_tenant(&signed.who(), Via::Page, change)
        .await
    {
        Ok(()) => Ok(Redirect::to("/settings/general?done=saved").into_response()),
        Err(error) => again(&web, &signed, form, refusal(error)?).await,
    }
}

async fn again(
    web: &Web,
    signed: &Signed,
    form: GeneralForm,
    flash: Flash,
) -> Result<Response, Fault> {
    Ok(refused(page(web, signed, form, Some(flash)).await?))
}
