//! `postroom rules`: trying rules on what was.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};

use super::{Failure, House, Outcome, Terminal};
use crate::desk::Desk;
use crate::desk::backtest::Span;
use crate::desk::directory::Office;
use crate::domain::rules::{Definition, Rule, Trial};
use crate::domain::sla;
use crate::store;

/// Try rules on what was
#[derive(Args)]
pub(super) struct Rules {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Test(Test),
}

/// Say what rules would have done, and change nothing
#[derive(Args)]
#[command(after_help = "\
Without FILE the tenant's active rules are tried, each alone. FILE is a seed file with [[tenant.rule]], or one rule as
JSON: {\"on\": [...], \"when\": {...}, \"then\": [...]}.

Examples:
  postroom rules test --tenant acme rules.toml
  postroom rules test --tenant acme --since 7d
  postroom rules test --tenant acme --ticket ACME-12 rule.json --json")]
struct Test {
    /// Whose tickets
    #[arg(long, value_name = "SLUG")]
    tenant: String,
    /// How far to look back
    #[arg(long, value_name = "SPAN", default_value = "30d")]
    since: sla::Span,
    /// One ticket from its beginning, instead of a span
    #[arg(long, value_name = "KEY", conflicts_with = "since")]
    ticket: Option<String>,
    /// One line of JSON per rule
    #[arg(long)]
    json: bool,
    /// A seed file, or a rule as JSON
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
}

impl Rules {
    pub async fn run(self, terminal: &mut Terminal) -> Outcome {
        let Command::Test(test) = self.command;
        let house = House::open(terminal.config()?).await?;
        let done = match house.desk().await {
            Ok(desk) => test.run(&desk, terminal).await,
            Err(failure) => Err(failure),
        };
        house.db.close().await;
        done
    }
}

impl Test {
    async fn run(&self, desk: &Desk, terminal: &mut Terminal) -> Outcome {
        let directory = desk.directory();
        let office = directory.by_slug(&self.tenant);
        let office =
            office.ok_or_else(|| Failure::new(format!("there is no tenant {:?}", self.tenant)))?;
        let (span, words) = self.span(desk, office).await?;
        let drafts = self.drafts(desk, office).await?;
        if drafts.is_empty() {
            return terminal.say("There is no rule to try.");
        }
        for (name, definition) in drafts {
            let trial = desk
                .try_rule(office.tenant.id, &definition, &span)
                .await
                .map_err(|error| Failure::new(format!("{name}: {error}")))?;
            if self.json {
                let sentence = trial.sentence(&words);
                terminal.say_json(&serde_json::json!({
                    "rule": name, "sentence": sentence, "trial": trial,
                }))?;
            } else {
                terminal.say(format!("{name}: {}", definition.sentence()))?;
                terminal.say(for_people(&trial, &words))?;
            }
        }
        Ok(())
    }

    async fn span(&self, desk: &Desk, office: &Office) -> Result<(Span, String), Failure> {
        let Some(key) = &self.ticket else {
            let since: DateTime<Utc> = desk
                .clock
                .now()
                .checked_sub_signed(self.since.wall())
                .unwrap_or(DateTime::<Utc>::MIN_UTC);
            return Ok((Span::Since(since), format!("the last {}", self.since)));
        };
        let mut tx = desk.db.read().await?;
        let ticket = store::tickets::find(&mut tx, office.tenant.id, key)
            .await?
            .ok_or_else(|| Failure::new(format!("there is no ticket {key:?}")))?;
        Ok((
            Span::Ticket(ticket.id),
            format!("the life of {}", ticket.key),
        ))
    }

    /// The rules to try, by name.
    async fn drafts(
        &self,
        desk: &Desk,
        office: &Office,
    ) -> Result<Vec<(String, Definition)>, Failure> {
        let Some(file) = &self.file else {
            let mut tx = desk.db.read().await?;
            let rules = store::rules::of_tenant(&mut tx, office.tenant.id).await?;
            let active = rules.into_iter().filter(|rule: &Rule| rule.active);
            return Ok(active.map(|rule| (rule.name, rule.definition)).collect());
        };
        let text = std::fs::read_to_string(file)
            .map_err(|error| Failure::new(format!("cannot read {}: {error}", file.display())))?;
        read(file, &text, &self.tenant).map_err(Failure::new)
    }
}

/// Of a seed file, what is read here.
#[derive(serde::Deserialize)]
struct Seed {
    #[serde(default)]
    tenant: Vec<Tenant>,
    /// Where rules do not stand, and people write them all the same.
    #[serde(default)]
    rule: Vec<toml::Value>,
}

/// A tenant of it.
#[derive(serde::Deserialize)]
struct Tenant {
    slug: String,
    #[serde(default)]
    rule: Vec<Written>,
}

/// A rule of it.
#[derive(serde::Deserialize)]
struct Written {
    name: String,
    on: Option<Vec<crate::domain::rules::Trigger>>,
    #[serde(default)]
    when: crate::domain::rules::Condition,
    #[serde(default)]
    then: Vec<crate::domain::rules::Action>,
}

/// The rules of a file: one as JSON, or those of a seed file's tenant.
fn read(file: &Path, text: &str, tenant: &str) -> Result<Vec<(String, Definition)>, String> {
    let name = file.display();
    if file.extension().is_some_and(|e| e == "json") {
        let definition = serde_json::from_str(text).map_err(|error| format!("{name}: {error}"))?;
        return Ok(vec![("The draft".to_owned(), definition)]);
    }
    let seed: Seed = toml::from_str(text).map_err(|error| format!("{name}: {error}"))?;
    let stray = !seed.rule.is_empty();
    let rules = seed
        .tenant
        .into_iter()
        .filter(|known| known.slug == tenant)
        .flat_map(|known| known.rule)
        .filter_map(|rule| {
            let definition = Definition {
                on: rule.on?,
                when: rule.when,
                then: rule.then,
            };
            Some((rule.name, definition))
        });
    let rules: Vec<_> = rules.collect();
    let expected = format!("expected [[tenant.rule]] below a [[tenant]] with slug = {tenant:?}");
    match (rules.is_empty(), stray) {
        (false, _) => Ok(rules),
        (true, true) => Err(format!("{name}: [[rule]] belongs to nobody; {expected}")),
        (true, false) => Err(format!("{name}: there is no rule to try; {expected}")),
    }
}

fn for_people(trial: &Trial, span: &str) -> String {
    let mut lines = vec![trial.sentence(span)];
    for act in &trial.acts {
        lines.push(format!(
            "  {}  {} · {} · {}",
            act.at.format("%Y-%m-%d %H:%M"),
            act.ticket,
            act.subject,
            act.on
        ));
        for effect in &act.effects {
            let today = effect
                .today
                .as_deref()
                .map(|today| format!(" (today: {today})"))
                .unwrap_or_default();
            lines.push(format!("    {}{today}", effect.would));
        }
        lines.push(format!("    because {}", act.run.conditions));
    }
    lines.extend(trial.unknown.iter().map(|said| format!("  Note: {said}")));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_a_rule_of_the_tenant_says_where_rules_stand() {
        let rule = "name = \"R\"\non = [\"ticket.created\"]\nthen = [{ stop = true }]\n";
        let tried = |text: String| read(Path::new("rules.toml"), &text, "acme");
        let right = format!("[[tenant]]\nslug = \"acme\"\n[[tenant.rule]]\n{rule}");
        assert_eq!(tried(right).unwrap().len(), 1);
        let stray = tried(format!("[[rule]]\n{rule}")).unwrap_err();
        assert!(stray.contains("[[rule]] belongs to nobody"), "{stray}");
        let other = format!("[[tenant]]\nslug = \"globex\"\n[[tenant.rule]]\n{rule}");
        let other = tried(other).unwrap_err();
        assert!(
            other.contains("[[tenant.rule]] below a [[tenant]] with slug = \"acme\""),
            "{other}"
        );
    }
}
