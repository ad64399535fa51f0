//! What rules do, by the same functions as people. Each action leaves the lines in the timeline that a person's would,
//! with the rule and its version as who did it; one that cannot be done says so there and harms nothing else.

mod assign;
mod letter;
mod possible;
mod tell;

pub use self::assign::{Choice, pick};
pub use self::letter::{Lineage, prepare};
pub use self::possible::Stood;
use crate::desk::case::Case;
use crate::desk::change;
use crate::desk::hand::Hand;
use crate::desk::react::Heard;
use crate::domain::event::{Actor, EventType};
use crate::domain::rules::{Action, Planned};
use crate::domain::ticket::Change;

/// What an action has at hand.
pub struct Doing<'d, 'h> {
    /// The deed's means.
    pub hand: &'d mut Hand<'h>,
    /// The ticket.
    pub case: &'d mut Case,
    /// How many rules stand between a person, or time, and what it does.
    pub chain: u8,
    /// The message that woke the rule, if one did.
    pub heard: Option<&'d Heard<'d>>,
}

impl Doing<'_, '_> {
    /// Does one thing in the name of a rule.
    pub fn act(&mut self, planned: Planned) {
        let rule = planned.rule_name.to_string();
        let actor = Actor::Rule {
            id: planned.rule,
            name: rule.clone(),
            version: planned.version,
        };
        if let Err(why) = self.try_to(planned.action, &actor) {
            self.skipped(&actor, &why);
        }
    }

    /// Does one thing in somebody's name.
    ///
    /// # Errors
    /// Why not, as a sentence.
    pub fn try_to(&mut self, action: Action, actor: &Actor) -> Result<(), String> {
        let office = self.hand.office;
        let mut wanted = Change::default();
        match action {
            Action::Assign(whom) => wanted.assignee = Some(self.assignee(&whom)?),
            Action::AssignTeam(None) => wanted.team = Some(None),
            Action::AssignTeam(Some(name)) => {
                wanted.team = Some(Some(possible::team(office, &name)?.id));
            }
            Action::Priority(priority) => wanted.priority = Some(priority),
            Action::Status(status) => wanted.status = Some(status),
            Action::Category(category) => {
                let category = category.map(|wanted| possible::category(office, &wanted));
                wanted.category = Some(category.transpose()?);
            }
            Action::Tag(tag) => {
                wanted.tags = Some(self.case.tags.iter().cloned().chain([tag]).collect());
            }
            Action::Untag(tag) => {
                let tag = tag.trim().to_lowercase();
                let rest = self.case.tags.iter().filter(|t| **t != tag);
                wanted.tags = Some(rest.cloned().collect());
            }
            Action::Spam(spam) => wanted.spam = Some(spam),
            Action::Sla(name) => {
                let policy = possible::policy(office, &name)?;
                change::set_policy(self.hand, self.case, policy, actor, self.chain);
                return Ok(());
            }
            Action::Canned(name) => return self.answer(&name, actor),
            Action::Note(text) => return self.note(&text, actor),
            Action::Notify(whom) => return self.notify(&whom, actor),
            Action::Webhook(url) => return self.webhook(&url, actor),
            Action::Snooze(how) => return self.snooze(how, actor),
            Action::Follow(address) => return self.follow(&address, actor),
            Action::Stop => return Ok(()),
        }
        change::apply(self.hand, self.case, &wanted, actor, self.chain);
        Ok(())
    }

    fn skipped(&mut self, actor: &Actor, why: &str) {
        self.hand.event(
            self.case,
            EventType::Changed,
            actor,
            Some(("rule", None, Some(format!("skipped: {why}")))),
        );
    }
}
