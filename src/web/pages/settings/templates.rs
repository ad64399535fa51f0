//! `/settings/templates`: the notices, their words, and how they look.

use askama::Template as _;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::{Deed, Done, Frame, around, refusal, refused};
use crate::desk::directory::Office;
use crate::desk::texts::{self, Source};
use crate::desk::wording::{self, Example};
use crate::domain::audit::Via;
use crate::domain::template::{self, Audience, Finding, NOTICES, Notice, Variable};
use crate::store::texts::Template;
use crate::store::tickets::Filter;
use crate::store::{self, Tx};
use crate::web::Web;
use crate::web::guard::{Fault, for_message_frame};
use crate::web::pages::ticket;
use crate::web::posted::Posted;
use crate::web::show::{Flash, Shell, filters};
use crate::web::signed::{Managing, Signed};

const PATH: &str = "/settings/templates";

#[derive(askama::Template)]
#[template(path = "settings/templates.html")]
struct TemplatesPage {
    shell: Shell,
    frame: Frame,
    groups: Vec<(&'static str, Vec<Line>)>,
}

/// A notice in the list.
struct Line {
    key: &'static str,
    purpose: &'static str,
    own: String,
}

pub(super) async fn list(
    State(web): State<Web>,
    Managing(signed): Managing,
    Query(done): Query<Done>,
) -> Result<Html<String>, Fault> {
    let mut tx = web.desk.db.read().await?;
    let (shell, frame) = around(&mut tx, &signed, PATH, done.flash()).await?;
    let groups = [
        ("To customers", Audience::Customer),
        ("To your people, about tickets", Audience::Agent),
        ("To your people, about their accounts", Audience::Person),
    ];
    let groups = groups.map(|(label, audience)| {
        let lines = NOTICES.iter().filter(|notice| notice.audience == audience);
        (
            label,
            lines.map(|notice| line(notice, &signed.office)).collect(),
        )
    });
    let page = TemplatesPage {
        shell,
        frame,
        groups: groups.into(),
    };
    Ok(Html(page.render()?))
}

fn line(notice: &Notice, office: &Office) -> Line {
    let own = office.templates.iter().filter(|t| t.key == notice.key);
    let languages: Vec<_> = own.map(|t| t.locale.as_str()).collect();
    Line {
        key: notice.key,
        purpose: notice.purpose,
        own: languages.join(", "),
    }
}

#[derive(askama::Template)]
#[template(path = "settings/template.html")]
struct TemplatePage {
    shell: Shell,
    frame: Frame,
    key: &'static str,
    purpose: &'static str,
    form: TemplateForm,
    /// The tenant has words of its own in this language.
    own: bool,
    locales: Vec<String>,
    variables: Vec<&'static Variable>,
    needs: &'static [&'static str],
    findings: Vec<Finding>,
    preview: Option<(String, String)>,
}

/// The editor as it is sent, and as it is shown again.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TemplateForm {
    locale: String,
    subject: String,
    text: String,
    #[serde(default)]
    html: String,
    /// The key of a ticket to try it with; empty: made-up values.
    #[serde(default)]
    ticket: String,
    /// `save`, `check` or `reset`.
    #[serde(default)]
    then: String,
}

impl TemplateForm {
    /// The words that are sent now in a language, or the shipped ones that would be.
    fn of(office: &Office, key: &str, locale: &str) -> Self {
        let own = office
            .templates
            .iter()
            .find(|t| t.key == key && t.locale.eq_ignore_ascii_case(locale));
        let (subject, text, html) = match own {
            Some(t) => (
                t.subject.clone(),
                t.text.clone(),
                t.html.clone().unwrap_or_default(),
            ),
            // Shipped HTML that is just made from the text is not shown: whoever changes the text changes both.
            None => template::shipped(key, locale).map_or_else(Default::default, |(_, words)| {
                let made = template::from_text(words.text.trim()) == words.html;
                let html = if made {
                    String::new()
                } else {
                    words.html.clone()
                };
                (words.subject.clone(), words.text.clone(), html)
            }),
        };
        Self {
            locale: locale.to_owned(),
            subject,
            text,
            html,
            ticket: String::new(),
            then: String::new(),
        }
    }

    fn source(&self) -> Source<'_> {
        Source {
            subject: &self.subject,
            text: &self.text,
            html: Some(self.html.as_str()).filter(|html| !html.trim().is_empty()),
            locale: &self.locale,
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct InLocale {
    locale: String,
    done: Option<Deed>,
}

pub(super) async fn show(
    State(web): State<Web>,
    Managing(signed): Managing,
    Path(key): Path<String>,
    Query(query): Query<InLocale>,
) -> Result<Html<String>, Fault> {
    let notice = Notice::find(&key).ok_or(Fault::NotFound)?;
    let locale = Some(query.locale).filter(|locale| !locale.is_empty());
    let locale = locale.unwrap_or_else(|| signed.office.tenant.locale.clone());
    let form = TemplateForm::of(&signed.office, notice.key, &locale);
    page(
        &web,
        &signed,
        notice,
        form,
        Done { done: query.done }.flash(),
    )
    .await
}

async fn page(
    web: &Web,
    signed: &Signed,
    notice: &'static Notice,
    form: TemplateForm,
    flash: Option<Flash>,
) -> Result<Html<String>, Fault> {
    let mut tx = web.desk.db.read().await?;
    let (shell, frame) = around(&mut tx, signed, PATH, flash).await?;
    let office = &signed.office;
    let example = example(&mut tx, signed, &form.ticket).await?;
    let values = wording::preview(office, &web.desk.links, notice, example.as_ref());
    let source = form.source();
    let findings = template::lint(notice, source.subject, source.text, source.html);
    let preview = texts::fill(office, source, &values).ok();
    let own = |t: &&Template| t.key == notice.key;
    let mut locales = vec![office.tenant.locale.clone()];
    let further = template::LANGUAGES.iter().map(|l| (*l).to_owned());
    let further = further.chain(
        office
            .templates
            .iter()
            .filter(own)
            .map(|t| t.locale.clone()),
    );
    for locale in further.chain([form.locale.clone()]) {
        if !locales.contains(&locale) {
            locales.push(locale);
        }
    }
    let page = TemplatePage {
        shell,
        frame,
        key: notice.key,
        purpose: notice.purpose,
        own: office
            .templates
            .iter()
            .any(|t| t.key == notice.key && t.locale == form.locale),
        locales,
        variables: notice.variables().collect(),
        needs: notice.needs,
        findings,
        preview: preview.map(|words| (words.subject, words.text)),
        form,
    };
    Ok(Html(page.render()?))
}

pub(super) async fn save(
    State(web): State<Web>,
    Managing(signed): Managing,
    Path(key): Path<String>,
    posted: Posted,
) -> Result<Response, Fault> {
    let form: TemplateForm = posted.open(&signed.form_token).await?;
    let notice = Notice::find(&key).ok_or(Fault::NotFound)?;
    let (who, locale) = (signed.who(), form.locale.clone());
    let done = match form.then.as_str() {
        "save" => {
            let template = Template {
                key: notice.key.to_owned(),
                locale: form.locale.clone(),
                subject: form.subject.trim().to_owned(),
                text: form.text.clone(),
                html: form.source().html.map(str::to_owned),
            };
            web.desk
                .put_template(&who, Via::Page, template)
                .await
                .map(|()| Deed::Saved)
        }
        "reset" => web
            .desk
            .reset_template(&who, Via::Page, notice.key, &locale)
            .await
            .map(|()| Deed::Removed),
        _ => {
            return Ok(page(&web, &signed, notice, form, None)
                .await?
                .into_response());
        }
    };
    match done {
        Ok(done) => {
            let to = format!(
                "{PATH}/{}?locale={locale}&done={}",
                notice.key,
                done.as_str()
            );
            Ok(Redirect::to(&to).into_response())
        }
        Err(error) => {
            let flash = Some(refusal(error)?);
            Ok(refused(page(&web, &signed, notice, form, flash).await?))
        }
    }
}

/// The notice as HTML, in a frame where nothing runs: as it is sent now, or with what stands in the editor.
pub(super) async fn frame(
    State(web): State<Web>,
    Managing(signed): Managing,
    Path(key): Path<String>,
    Query(query): Query<InLocale>,
) -> Result<Response, Fault> {
    let notice = Notice::find(&key).ok_or(Fault::NotFound)?;
    let form = TemplateForm::of(&signed.office, notice.key, &query.locale);
    framed(&web, &signed, notice, &form).await
}

pub(super) async fn try_frame(
    State(web): State<Web>,
    Managing(signed): Managing,
    Path(key): Path<String>,
    posted: Posted,
) -> Result<Response, Fault> {
    let form: TemplateForm = posted.open(&signed.form_token).await?;
    let notice = Notice::find(&key).ok_or(Fault::NotFound)?;
    framed(&web, &signed, notice, &form).await
}

async fn framed(
    web: &Web,
    signed: &Signed,
    notice: &Notice,
    form: &TemplateForm,
) -> Result<Response, Fault> {
    let mut tx = web.desk.db.read().await?;
    let example = example(&mut tx, signed, &form.ticket).await?;
    let values = wording::preview(&signed.office, &web.desk.links, notice, example.as_ref());
    let html = match texts::fill(&signed.office, form.source(), &values) {
        Ok(words) => words.html,
        Err(_) => {
            "<!doctype html><p>This cannot be shown: see what is said beside the editor.".to_owned()
        }
    };
    let mut headers = HeaderMap::new();
    for_message_frame(&mut headers, false);
    Ok((headers, html).into_response())
}

/// The ticket to try a text with: the one of this key, or the newest that the person sees.
pub(super) async fn example(
    tx: &mut Tx,
    signed: &Signed,
    key: &str,
) -> Result<Option<Example>, Fault> {
    let tenant = signed.tenant();
    let found = if key.trim().is_empty() {
        let newest = Filter::all(signed.visible(), 1);
        store::tickets::list(tx, tenant, &newest).await?.pop()
    } else {
        match ticket::find(tx, signed, key.trim()).await {
            Ok(found) => Some(found),
            Err(Fault::NotFound) => None,
            Err(fault) => return Err(fault),
        }
    };
    let Some(ticket) = found else { return Ok(None) };
    let requester = store::contacts::by_ids(tx, tenant, &[ticket.requester]).await?;
    let Some(requester) = requester.into_iter().next() else {
        return Ok(None);
    };
    let clocks = store::clocks::of_tickets(tx, tenant, &[ticket.id]).await?;
    let message = store::messages::newest(tx, tenant, ticket.id, 1).await?;
    Ok(Some(Example {
        ticket,
        requester,
        clocks: clocks.into_iter().map(|(_, clock)| clock).collect(),
        message: message.into_iter().next(),
    }))
}
