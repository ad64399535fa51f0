//! What a draft would have done, as the page shows it: each act in words, next to how it stands today.

use crate::desk::directory::Office;
use crate::domain::rules::{Act, Action, Effect, Trial};
use crate::web::show::{When, reasons};

/// How many acts are listed.
const LISTED: usize = 100;

/// A try as it is shown.
pub(super) struct Tried {
    /// On how many tickets the rule would have acted.
    pub summary: String,
    /// Each thing that it would have done.
    pub sums: Vec<String>,
    pub acts: Vec<ActLine>,
    /// So many more acts are not listed.
    pub more: usize,
    pub unknown: Vec<String>,
}

/// One act.
pub(super) struct ActLine {
    pub ticket: String,
    pub subject: String,
    pub at: When,
    pub on: &'static str,
    pub effects: Vec<EffectLine>,
    /// Each question, whether it was true, and what was there.
    pub reasons: Vec<(bool, String)>,
}

/// One thing of it, next to what is.
pub(super) struct EffectLine {
    pub would: String,
    /// How it stands today; empty where the ticket does not tell.
    pub really: String,
    pub agrees: bool,
}

impl Tried {
    pub fn new(trial: Trial, span: &str, office: &Office, when: impl Fn(&Act) -> When) -> Self {
        let mut sentences = trial.sentences(span).into_iter();
        let listed = trial.acts.iter().take(LISTED);
        Self {
            summary: sentences.next().unwrap_or_default(),
            sums: sentences.collect(),
            acts: listed
                .map(|act| ActLine {
                    ticket: act.ticket.clone(),
                    subject: act.subject.clone(),
                    at: when(act),
                    on: act.on.label(),
                    effects: effects(act, office),
                    reasons: reasons(&act.run.conditions),
                })
                .collect(),
            more: trial.acts.len().saturating_sub(LISTED),
            unknown: trial.unknown,
        }
    }
}

fn effects(act: &Act, office: &Office) -> Vec<EffectLine> {
    let pairs = act.run.actions.iter().zip(&act.effects);
    pairs
        .map(|(action, effect)| EffectLine {
            would: effect.would.clone(),
            really: really(action, effect, office),
            agrees: effect.agrees,
        })
        .collect()
}

/// How the ticket stands today where the action would have changed it.
fn really(action: &Action, effect: &Effect, office: &Office) -> String {
    let Some(is) = effect.today.as_deref() else {
        return String::new();
    };
    let none = is == "none";
    match action {
        Action::Assign(_) if none => "nobody has it".to_owned(),
        Action::Assign(_) => {
            let address = is.parse().ok();
            let person = address.and_then(|address| office.person_at(&address));
            format!("{} has it", person.map_or(is, |person| &person.user.name))
        }
        Action::AssignTeam(_) if none => "it is in no team".to_owned(),
        Action::AssignTeam(_) => format!("it is in {is}"),
        Action::Category(_) if none => "it has no category".to_owned(),
        Action::Category(_) => format!("its category is {is}"),
        Action::Sla(_) if none => "it is under no service levels".to_owned(),
        Action::Sla(_) => format!("it is under {is}"),
        Action::Tag(_) | Action::Untag(_) => format!("it is {is} so"),
        _ => format!("it is {}", is.replace('_', " ")),
    }
}
