//! Tenants, and the order in which what is theirs is worked in.

use chrono_tz::Tz;

use super::change::Write;
use super::draft::{Draft, Edit};
use super::{accounts, mailboxes, notifications, people, rules, service, telling, texts};
use crate::config::seed::{Prefix, State, Subscription as Standing, Tenant as Wanted};
use crate::domain::ids::TenantId;
use crate::domain::tenant::{Settings, Tenant};
use crate::store::plans::Subscription;

/// Works a tenant in, with everything that is its own. What is referred to comes before what refers to it.
pub(super) fn work_in(draft: &mut Draft<'_>, wanted: &Wanted) {
    let Some(tenant) = tenant(draft, wanted) else {
        return;
    };
    subscription(draft, &tenant, wanted);
    for user in &wanted.users {
        people::work_in_user(draft, &tenant, user);
    }
    for team in &wanted.teams {
        people::work_in_team(draft, &tenant, team);
    }
    for account in &wanted.accounts {
        accounts::work_in(draft, Some(&tenant), account);
    }
    for mailbox in &wanted.mailboxes {
        mailboxes::work_in(draft, &tenant, mailbox);
    }
    for calendar in &wanted.calendars {
        service::work_in_calendar(draft, &tenant, calendar);
    }
    for sla in &wanted.slas {
        service::work_in_policy(draft, &tenant, sla);
    }
    for canned in &wanted.canned {
        texts::work_in_canned(draft, &tenant, canned);
    }
    for template in &wanted.templates {
        texts::work_in_template(draft, &tenant, template);
    }
    for webhook in &wanted.webhooks {
        telling::work_in_webhook(draft, &tenant, webhook);
    }
    if let Some(ntfy) = &wanted.ntfy {
        telling::work_in_ntfy(draft, &tenant, ntfy);
    }
    notifications::check_topics(draft, &tenant, &wanted.users);
    rules::work_in(draft, &tenant, &wanted.rules);
}

/// The tenant itself; none if it is to be absent.
fn tenant(draft: &mut Draft<'_>, wanted: &Wanted) -> Option<Tenant> {
    let slug = wanted.slug.as_str();
    let known = draft
        .is
        .tenants
        .iter()
        .position(|tenant| tenant.slug == slug);
    if wanted.state == Some(State::Absent) {
        if let Some(at) = known.filter(|at| draft.is.tenants[*at].active) {
            draft.is.tenants[at].active = false;
            let tenant = draft.is.tenants[at].clone();
            draft.change(
                format!("deactivate tenant {slug}"),
                Write::Tenant(Box::new(tenant)),
            );
        }
        return None;
    }
    let mut tenant = known.map_or_else(|| new(draft, wanted), |at| draft.is.tenants[at].clone());
    let mut edit = Edit::default();
    // Whoever switched a tenant off elsewhere does not want it back by a seed that says nothing about it.
    edit.set("active", &mut tenant.active, wanted.state.map(|_| true));
    edit.set("name", &mut tenant.name, wanted.name.clone());
    edit.set(
        "ticket_prefix",
        &mut tenant.ticket_prefix,
        wanted.ticket_prefix.as_ref().map(|p| p.as_str().to_owned()),
    );
    edit.set("timezone", &mut tenant.timezone, wanted.timezone);
    edit.set(
        "locale",
        &mut tenant.locale,
        wanted.locale.as_ref().map(|l| l.as_str().to_owned()),
    );
    let settings = &mut tenant.settings;
    edit.set(
        "member_visibility",
        &mut settings.member_visibility,
        wanted.member_visibility,
    );
    days(&mut edit, settings, wanted);
    edit.set(
        "categories",
        &mut settings.categories,
        wanted.categories.clone(),
    );
    edit.set("agent_mail", &mut settings.agent_mail, wanted.agent_mail);
    edit.set("acknowledge", &mut settings.acknowledge, wanted.acknowledge);
    edit.set(
        "customer_notices",
        &mut settings.customer_notices,
        wanted.customer_notices.clone(),
    );
    edit.set("csat", &mut settings.csat, wanted.csat);
    edit.set(
        "csat_after_minutes",
        &mut settings.csat_after_minutes,
        wanted.csat_after_minutes.map(|m| m.0),
    );
    if let Some(sentence) = edit.sentence(&format!("tenant {slug}"), known.is_none()) {
        match known {
            Some(at) => draft.is.tenants[at] = tenant.clone(),
            None => draft.is.tenants.push(tenant.clone()),
        }
        draft.change(sentence, Write::Tenant(Box::new(tenant.clone())));
    }
    if !tenant.active {
        draft.notes.push(format!(
            "{slug} is inactive and stays so; `state = \"present\"` beside its slug activates it"
        ));
    }
    Some(tenant)
}

/// After how many days something happens by itself.
fn days(edit: &mut Edit, settings: &mut Settings, wanted: &Wanted) {
    for (key, days, wanted) in [
        (
            "auto_close_days",
            &mut settings.auto_close_days,
            wanted.auto_close_days,
        ),
        (
            "remind_customer_days",
            &mut settings.remind_customer_days,
            wanted.remind_customer_days,
        ),
        (
            "remind_agent_days",
            &mut settings.remind_agent_days,
            wanted.remind_agent_days,
        ),
        (
            "close_waiting_days",
            &mut settings.close_waiting_days,
            wanted.close_waiting_days,
        ),
        (
            "closing_notice_days",
            &mut settings.closing_notice_days,
            wanted.closing_notice_days,
        ),
        (
            "follow_up_days",
            &mut settings.follow_up_days,
            wanted.follow_up_days,
        ),
    ] {
        edit.set(key, days, wanted.map(|d| d.0));
    }
}

fn new(draft: &Draft<'_>, wanted: &Wanted) -> Tenant {
    let slug = wanted.slug.as_str();
    Tenant {
        id: TenantId(draft.id()),
        slug: slug.to_owned(),
        name: slug.to_owned(),
        ticket_prefix: Prefix::of_slug(&wanted.slug).as_str().to_owned(),
        timezone: Tz::UTC,
        locale: "en".to_owned(),
        settings: Settings::default(),
        active: true,
        plan: None,
    }
}

fn subscription(draft: &mut Draft<'_>, tenant: &Tenant, wanted: &Wanted) {
    let known = draft
        .is
        .subscriptions
        .iter()
        .position(|s| s.tenant == tenant.id);
    let now = known.map(|at| draft.is.subscriptions[at].clone());
    // `Known::check` has made sure that the plan is there.
    let plan = wanted
        .plan
        .as_ref()
        .and_then(|slug| draft.is.plans.iter().find(|plan| plan.slug == **slug));
    let Some(plan_id) = plan
        .map(|plan| plan.id)
        .or(now.as_ref().map(|now| now.plan))
    else {
        if wanted.subscription.is_some() {
            draft.mistake(
                &wanted.place,
                format!(
                    "{} has no plan to subscribe to; expected the key plan",
                    tenant.slug
                ),
            );
        }
        return;
    };
    let moved = now.as_ref().is_some_and(|now| now.plan != plan_id);
    let kept = now.as_ref().filter(|_| !moved).map(|now| now.state.clone());
    let state = wanted.subscription.map(|state| state.to_string());
    let wanted = Subscription {
        tenant: tenant.id,
        plan: plan_id,
        state: state
            .or(kept)
            .unwrap_or_else(|| Standing::Active.to_string()),
    };
    if now.as_ref() == Some(&wanted) {
        return;
    }
    let plan = draft
        .is
        .plans
        .iter()
        .find(|plan| plan.id == plan_id)
        .map_or("", |plan| &plan.slug);
    let sentence = format!(
        "{}: subscribe to plan {plan}, {}",
        tenant.slug, wanted.state
    );
    match known {
        Some(at) => draft.is.subscriptions[at] = wanted.clone(),
        None => draft.is.subscriptions.push(wanted.clone()),
    }
    draft.change(sentence, Write::Subscription(wanted));
}
