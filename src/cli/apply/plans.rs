//! Plans.

use super::change::Write;
use super::draft::{Draft, Edit};
use crate::config::seed::{Interval, Plan as Wanted, State};
use crate::store::plans::Plan;

/// Works a plan in.
pub(super) fn work_in(draft: &mut Draft<'_>, wanted: &Wanted) {
    let slug = wanted.slug.as_str();
    let known = draft.is.plans.iter().position(|plan| plan.slug == slug);
    if wanted.state == State::Absent {
        if let Some(at) = known {
            draft.is.plans.remove(at);
            draft.removal(
                format!("remove plan {slug}"),
                Write::RemovePlan(slug.to_owned()),
            );
        }
        return;
    }
    let mut plan = known.map_or_else(|| new(draft, slug), |at| draft.is.plans[at].clone());
    let mut edit = Edit::default();
    edit.set("name", &mut plan.name, wanted.name.clone());
    edit.set("features", &mut plan.features, wanted.features.clone());
    edit.set(
        "price_cents",
        &mut plan.price_cents,
        wanted.price_cents.map(whole),
    );
    edit.set("currency", &mut plan.currency, wanted.currency.clone());
    edit.set(
        "interval",
        &mut plan.interval,
        wanted.interval.map(|i| i.to_string()),
    );
    edit.set(
        "trial_days",
        &mut plan.trial_days,
        wanted.trial_days.map(whole),
    );
    edit.set(
        "user_limit",
        &mut plan.user_limit,
        wanted.user_limit.map(whole).map(Some),
    );
    edit.set(
        "mailbox_limit",
        &mut plan.mailbox_limit,
        wanted.mailbox_limit.map(whole).map(Some),
    );
    edit.set("public", &mut plan.public, wanted.public);
    if let Some(sentence) = edit.sentence(&format!("plan {slug}"), known.is_none()) {
        match known {
            Some(at) => draft.is.plans[at] = plan.clone(),
            None => draft.is.plans.push(plan.clone()),
        }
        draft.change(sentence, Write::Plan(plan));
    }
}

fn new(draft: &Draft<'_>, slug: &str) -> Plan {
    Plan {
        id: draft.id(),
        slug: slug.to_owned(),
        name: slug.to_owned(),
        features: Vec::new(),
        price_cents: 0,
        currency: "EUR".to_owned(),
        interval: Interval::Month.to_string(),
        trial_days: 0,
        user_limit: None,
        mailbox_limit: None,
        public: true,
        position: draft
            .is
            .plans
            .iter()
            .map(|plan| plan.position + 1)
            .max()
            .unwrap_or(0),
    }
}

/// TOML has no larger whole numbers than these.
fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
