//! `/settings/slas`: what the desk promises: the list, and a page for each.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{Html, IntoResponse as _, Response};
use serde::Deserialize;

use super::{Done, Frame, around, refused, settled};
use crate::desk::DeskError;
use crate::desk::directory::Office;
use crate::desk::levels::{PolicyChange, print};
use crate::domain::audit::Via;
use crate::domain::ids::PolicyId;
use crate::domain::sla::{Metric, Span};
use crate::domain::ticket::{Priority, Status};
use crate::store::plans;
use crate::store::sla::StoredPolicy;
use crate::web::Web;
use crate::web::guard::Fault;
use crate::web::posted::Posted;
use crate::web::show::{Flash, Shell, filters};
use crate::web::signed::{Managing, Signed};

const PATH: &str = "/settings/slas";
/// The page on which one is made.
const NEW: &str = "new";
/// States in which clocks may stand still.
const PAUSING: [Status; 3] = [Status::Open, Status::InProgress, Status::OnHold];

#[derive(Template)]
#[template(path = "settings/slas.html")]
struct ListPage {
    shell: Shell,
    frame: Frame,
    levels: Vec<Row>,
}

struct Row {
    id: PolicyId,
    name: String,
    promises: Vec<String>,
    calendar: String,
    holds: String,
}

#[derive(Template)]
#[template(path = "settings/sla.html")]
struct LevelPage {
    shell: Shell,
    frame: Frame,
    id: String,
    title: String,
    form: LevelForm,
    priorities: Vec<&'static str>,
    targets: Vec<(&'static str, Vec<Target>)>,
    calendars: Vec<(String, String, bool)>,
    pauses: Vec<(&'static str, &'static str, bool)>,
    mailboxes: Vec<(String, bool)>,
    plans: Vec<(String, bool)>,
}

/// One field of the table of targets.
struct Target {
    label: String,
    value: String,
}

/// The form as it is sent, and as it is shown again.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct LevelForm {
    deed: String,
    name: String,
    /// An id; empty: round the clock.
    calendar: String,
    /// By metric, then by priority, in the order of both.
    target: Vec<String>,
    pause_on: Vec<String>,
    warn: String,
    mailboxes: Vec<String>,
    plans: Vec<String>,
    default: String,
    /// What the form was made from; empty for a new one.
    seen: String,
}

impl LevelForm {
    fn of(stored: &StoredPolicy, office: &Office) -> Self {
        let policy = &stored.policy;
        let target = |metric: &Metric, priority: &Priority| {
            let span = policy.targets.get(metric).and_then(|t| t.get(priority));
            span.map(ToString::to_string).unwrap_or_default()
        };
        let warn: Vec<String> = policy.warn.iter().map(ToString::to_string).collect();
        let mailboxes = stored.holds.mailboxes.iter();
        Self {
            deed: String::new(),
            name: policy.name.clone(),
            calendar: stored.calendar.map(|id| id.to_string()).unwrap_or_default(),
            target: cells().map(|(m, p)| target(m, p)).collect(),
            pause_on: policy.pause_on.iter().map(ToString::to_string).collect(),
            warn: warn.join(", "),
            mailboxes: mailboxes
                .filter_map(|id| office.mailbox(*id))
                .map(|mailbox| mailbox.address.to_string())
                .collect(),
            plans: stored.holds.plans.clone(),
            default: if stored.holds.default { "yes" } else { "" }.to_owned(),
            seen: print(stored),
        }
    }

    /// What a new one begins with.
    fn fresh(office: &Office) -> Self {
        let calendar = office.calendars.first();
        Self {
            calendar: calendar.map(|c| c.id.to_string()).unwrap_or_default(),
            target: vec![String::new(); cells().count()],
            pause_on: vec![Status::OnHold.to_string()],
            warn: "80".to_owned(),
            default: if office.policies.is_empty() {
                "yes"
            } else {
                ""
            }
            .to_owned(),
            ..Self::default()
        }
    }

    /// The change it asks for, or the sentence that says what was expected.
    fn change(&self) -> Result<PolicyChange, String> {
        let mut targets: BTreeMap<Metric, BTreeMap<Priority, Span>> =
            Metric::ALL.iter().map(|m| (*m, BTreeMap::new())).collect();
        for ((metric, priority), text) in cells().zip(&self.target) {
            let text = text.trim();
            if !text.is_empty() {
                let label = metric.label();
                let span = text.parse();
                let span = span.map_err(|error| format!("{label}, {priority}: {error}"))?;
                targets.entry(*metric).or_default().insert(*priority, span);
            }
        }
        let steps = self.warn.split([',', ' ', '%']).filter(|s| !s.is_empty());
        let step = |text: &str| {
            let read: Result<u8, _> = text.parse();
            read.map_err(|_| format!("{text:?} is not a percent from 1 to 99"))
        };
        let status = |word: &String| {
            let read: Result<Status, _> = word.parse();
            read.map_err(|_| format!("{word:?} is not a state"))
        };
        let address = |text: &String| {
            let read = text.parse();
            read.map_err(|_| format!("{text:?} is not an address"))
        };
        let calendar = match self.calendar.as_str() {
            "" => None,
            id => Some(id.parse().map_err(|_| "there is no such calendar")?),
        };
        Ok(PolicyChange {
            name: Some(self.name.clone()),
            calendar: Some(calendar),
            targets,
            pause_on: Some(self.pause_on.iter().map(status).collect::<Result<_, _>>()?),
            warn: Some(steps.map(step).collect::<Result<_, _>>()?),
            mailboxes: Some(
                self.mailboxes
                    .iter()
                    .map(address)
                    .collect::<Result<_, _>>()?,
            ),
            plans: Some(self.plans.clone()),
            default: Some(self.default == "yes"),
            seen: Some(self.seen.clone()).filter(|seen| !seen.is_empty()),
        })
    }
}

/// Every metric with every priority, as the table has them.
fn cells() -> impl Iterator<Item = (&'static Metric, &'static Priority)> {
    Metric::ALL
        .iter()
        .flat_map(|metric| Priority::ALL.iter().map(move |priority| (metric, priority)))
}

pub(super) async fn list(
    State(web): State<Web>,
    Managing(signed): Managing,
    Query(done): Query<Done>,
) -> Result<Html<String>, Fault> {
    let mut tx = web.desk.db.read().await?;
    let (shell, frame) = around(&mut tx, &signed, PATH, done.flash()).await?;
    let office = &signed.office;
    let page = ListPage {
        shell,
        frame,
        levels: office.policies.iter().map(|p| row(p, office)).collect(),
    };
    Ok(Html(page.render()?))
}

fn row(stored: &StoredPolicy, office: &Office) -> Row {
    let targets = stored.policy.targets.iter();
    let promise = |(metric, spans): (&Metric, &BTreeMap<Priority, Span>)| {
        let spans: Vec<String> = spans.iter().map(|(p, s)| format!("{p} {s}")).collect();
        format!("{}: {}", metric.label(), spans.join(", "))
    };
    let calendar = stored.calendar.and_then(|id| office.calendar(id));
    let mailboxes = stored.holds.mailboxes.iter();
    let mailboxes = mailboxes.filter_map(|id| office.mailbox(*id));
    let mut holds: Vec<String> = mailboxes.map(|m| m.address.to_string()).collect();
    holds.extend(stored.holds.plans.iter().map(|plan| format!("plan {plan}")));
    holds.extend(stored.holds.default.then(|| "everything else".to_owned()));
    Row {
        id: stored.policy.id,
        name: stored.policy.name.clone(),
        promises: targets.map(promise).collect(),
        calendar: calendar.map_or_else(|| "round the clock".to_owned(), |c| c.name.clone()),
        holds: if holds.is_empty() {
            "where a rule says so".to_owned()
        } else {
            holds.join(", ")
        },
    }
}

/// The service level that a path names; none for the page of a new one.
fn named<'a>(signed: &'a Signed, id: &str) -> Result<Option<&'a StoredPolicy>, Fault> {
    if id == NEW {
        return Ok(None);
    }
    let id: PolicyId = id.parse().map_err(|_| Fault::NotFound)?;
    let found = signed.office.stored_policy(id);
    found.ok_or(Fault::NotFound).map(Some)
}

pub(super) async fn open(
    State(web): State<Web>,
    Managing(signed): Managing,
    Path(id): Path<String>,
    Query(done): Query<Done>,
) -> Result<Html<String>, Fault> {
    let form = match named(&signed, &id)? {
        Some(stored) => LevelForm::of(stored, &signed.office),
        None => LevelForm::fresh(&signed.office),
    };
    page(&web, &signed, id, form, done.flash()).await
}

async fn page(
    web: &Web,
    signed: &Signed,
    id: String,
    form: LevelForm,
    flash: Option<Flash>,
) -> Result<Html<String>, Fault> {
    let known = named(signed, &id)?.map(|stored| stored.policy.name.clone());
    let mut tx = web.desk.db.read().await?;
    let (shell, frame) = around(&mut tx, signed, PATH, flash).await?;
    let office = &signed.office;
    let mut plans: Vec<String> = plans::all(&mut tx)
        .await?
        .into_iter()
        .map(|p| p.slug)
        .collect();
    plans.extend(form.plans.clone());
    plans.sort_unstable();
    plans.dedup();
    let cell = |(metric, priority): (&Metric, &Priority)| {
        format!("{}, priority {}", metric.label(), priority.label())
    };
    let fields: Vec<Target> = cells()
        .map(cell)
        .zip(
            form.target
                .iter()
                .cloned()
                .chain(std::iter::repeat_with(String::new)),
        )
        .map(|(label, value)| Target { label, value })
        .collect();
    let mut fields = fields.into_iter();
    let calendars = office.calendars.iter();
    let page = LevelPage {
        shell,
        frame,
        title: known.unwrap_or_else(|| "A new service level".to_owned()),
        id,
        priorities: Priority::ALL.iter().map(|p| p.label()).collect(),
        targets: Metric::ALL
            .iter()
            .map(|m| {
                (
                    m.label(),
                    fields.by_ref().take(Priority::ALL.len()).collect(),
                )
            })
            .collect(),
        calendars: calendars
            .map(|c| {
                (
                    c.id.to_string(),
                    c.name.clone(),
                    c.id.to_string() == form.calendar,
                )
            })
            .collect(),
        pauses: PAUSING
            .iter()
            .map(|s| {
                (
                    s.as_str(),
                    s.label(),
                    form.pause_on.iter().any(|p| p == s.as_str()),
                )
            })
            .collect(),
        mailboxes: office
            .mailboxes
            .iter()
            .map(|m| m.address.to_string())
            .map(|address| (address.clone(), form.mailboxes.contains(&address)))
            .collect(),
        plans: plans
            .into_iter()
            .map(|plan| (plan.clone(), form.plans.contains(&plan)))
            .collect(),
        form,
    };
    Ok(Html(page.render()?))
}

pub(super) async fn act(
    State(web): State<Web>,
    Managing(signed): Managing,
    Path(id): Path<String>,
    posted: Posted,
) -> Result<Response, Fault> {
    let mut form: LevelForm = posted.open(&signed.form_token).await?;
    let known = named(&signed, &id)?.map(|stored| stored.policy.id);
    let (desk, who) = (&web.desk, signed.who());
    let done = if form.deed == "remove" {
        let known = known.ok_or(Fault::NotFound)?;
        desk.remove_policy(&who, Via::Page, known)
            .await
            .map(|()| None)
    } else {
        match form.change() {
            Ok(change) => desk
                .put_policy(&who, Via::Page, known, change)
                .await
                .map(Some),
            Err(problem) => Err(DeskError::invalid("form", problem)),
        }
    };
    let overtaken = matches!(done, Err(DeskError::Conflict(_)));
    match settled(PATH, done)? {
        Ok(on) => Ok(on.into_response()),
        Err(flash) => {
            if overtaken {
                // Whoever has read that there is something newer may put theirs in its place.
                let office = desk.office(who.tenant).map_err(|_| Fault::NotFound)?;
                let newest = known.and_then(|id| office.stored_policy(id).map(print));
                form.seen = newest.unwrap_or_default();
            }
            Ok(refused(page(&web, &signed, id, form, Some(flash)).await?))
        }
    }
}
