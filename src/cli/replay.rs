//! `postroom replay`: stored raw mail through today's program.

use chrono::{DateTime, Duration, Utc};
use clap::Args;

use super::{Failure, House, Outcome, Terminal};
use crate::desk::Desk;
use crate::domain::ids::{InboundId, TenantId};
use crate::intake::replay::{Replayed, replay};
use crate::store::inbound::{self, By, Filter, InboundState};
use crate::web::api::ReplayView;

/// Rows that are listed at once.
const PAGE: i64 = 200;

/// Read stored mail with today's program, and say what would be different
#[derive(Args)]
#[command(after_help = "\
Nothing is changed without --apply. With it, what may be changed safely is: how a message reads, and mail that
became no message. A message is never moved, and nothing goes out a second time.

Examples:
  postroom replay 0192f0c1-7a4e-7c11-b5d0-3f6c1f1f9a10
  postroom replay --quarantined --apply
  postroom replay --tenant acme --since 30d --json")]
pub(super) struct Replay {
    /// Received mails, by their ids
    #[arg(value_name = "ID", required_unless_present_any = ["quarantined", "tenant", "since"])]
    ids: Vec<InboundId>,
    /// All that is in quarantine
    #[arg(long)]
    quarantined: bool,
    /// Only what this tenant received
    #[arg(long, value_name = "SLUG")]
    tenant: Option<String>,
    /// Only what came in since: 12h, 30d, 4w
    #[arg(long, value_name = "TIME", value_parser = span)]
    since: Option<Duration>,
    /// Write what may be changed
    #[arg(long)]
    apply: bool,
    /// One line of JSON for each mail
    #[arg(long)]
    json: bool,
}

/// What was found, counted.
#[derive(Default)]
struct Sum {
    read: usize,
    differ: usize,
    applied: usize,
    left_alone: usize,
}

impl Replay {
    pub async fn run(self, terminal: &mut Terminal) -> Outcome {
        let house = House::open(terminal.config()?).await?;
        let done = self.run_in(&house, terminal).await;
        house.db.close().await;
        done
    }

    async fn run_in(&self, house: &House, terminal: &mut Terminal) -> Outcome {
        let desk = house.desk().await?;
        let mut tx = house.db.read().await?;
        let tenant = house.tenant_id(&mut tx, self.tenant.as_deref()).await?;
        drop(tx);
        let mut sum = Sum::default();
        for id in &self.ids {
            self.one(&desk, tenant, *id, &mut sum, terminal).await?;
        }
        if self.ids.is_empty() {
            self.all(&desk, tenant, &mut sum, terminal).await?;
        }
        if self.json {
            return Ok(());
        }
        let hint = if self.apply || sum.differ == 0 {
            ""
        } else {
            "; --apply writes what may be changed"
        };
        terminal.say(format!(
            "{} read, {} differ, {} applied, {} left alone{hint}",
            sum.read, sum.differ, sum.applied, sum.left_alone
        ))?;
        Ok(())
    }

    /// Goes through the list from the newest to the oldest.
    async fn all(
        &self,
        desk: &Desk,
        tenant: Option<TenantId>,
        sum: &mut Sum,
        terminal: &mut Terminal,
    ) -> Outcome {
        let mut filter = Filter {
            tenant,
            since: self.since.map(|since| since_when(desk, since)),
            limit: PAGE,
            ..Filter::default()
        };
        if self.quarantined {
            filter.states = vec![InboundState::Quarantined];
        }
        loop {
            let mut tx = desk.db.read().await?;
            let page = inbound::list(&mut tx, &filter).await?;
            drop(tx);
            let Some(last) = page.last() else {
                return Ok(());
            };
            filter.before = Some(last.id);
            for mail in page {
                self.one(desk, tenant, mail.id, sum, terminal).await?;
            }
        }
    }

    async fn one(
        &self,
        desk: &Desk,
        tenant: Option<TenantId>,
        id: InboundId,
        sum: &mut Sum,
        terminal: &mut Terminal,
    ) -> Outcome {
        let by = By {
            user: None,
            name: "The command line".to_owned(),
        };
        let replayed = replay(desk, tenant, id, self.apply.then_some(&by))
            .await
            .map_err(|error| Failure::new(format!("{id}: {error}")))?;
        sum.read += 1;
        sum.differ += usize::from(replayed.differs());
        sum.applied += usize::from(replayed.applied);
        sum.left_alone += usize::from(replayed.left_alone.is_some());
        if self.json {
            return terminal.say_json(&ReplayView::new(replayed));
        }
        if replayed.differs() || replayed.left_alone.is_some() || !self.ids.is_empty() {
            terminal.say(for_people(&replayed))?;
        }
        Ok(())
    }
}

fn since_when(desk: &Desk, since: Duration) -> DateTime<Utc> {
    let now = desk.clock.now();
    now.checked_sub_signed(since)
        .unwrap_or(DateTime::UNIX_EPOCH)
}

fn for_people(replayed: &Replayed) -> String {
    let mut lines = vec![format!("{}: {}", replayed.id, replayed.subject)];
    if let Some(why) = &replayed.left_alone {
        lines.push(format!("  left alone: {why}"));
    }
    if replayed.was == replayed.now {
        lines.push(format!("  {}", replayed.was));
    } else {
        lines.push(format!("  {} → {}", replayed.was, replayed.now));
    }
    if let Some(reason) = &replayed.reason {
        lines.push(format!("  because: {reason}"));
    }
    for message in &replayed.messages {
        for difference in &message.differences {
            let left = difference
                .left_alone
                .map(|why| format!(" (left alone: {why})"));
            lines.push(format!(
                "  {} {}{}",
                message.ticket,
                difference.field,
                left.unwrap_or_default()
            ));
            lines.extend(difference.was.lines().map(|line| format!("    - {line}")));
            lines.extend(difference.now.lines().map(|line| format!("    + {line}")));
        }
    }
    if replayed.applied {
        lines.push("  applied".to_owned());
    }
    lines.join("\n")
}

/// A span of time as people write it: a number and h, d or w.
fn span(text: &str) -> Result<Duration, String> {
    let wrong = || format!("{text:?} is no span of time; expected something like 12h, 30d or 4w");
    let unit = text.chars().last().ok_or_else(wrong)?;
    let number: i64 = text
        .strip_suffix(unit)
        .and_then(|number| number.parse().ok())
        .filter(|number| (0..=100_000).contains(number))
        .ok_or_else(wrong)?;
    match unit {
        'h' => Ok(Duration::hours(number)),
        'd' => Ok(Duration::days(number)),
        'w' => Ok(Duration::weeks(number)),
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_of_time_is_a_number_and_a_unit() {
        assert_eq!(span("12h"), Ok(Duration::hours(12)));
        assert_eq!(span("30d"), Ok(Duration::days(30)));
        assert_eq!(span("4w"), Ok(Duration::weeks(4)));
        for wrong in ["", "d", "30", "30y", "-1d", "999999999d"] {
            assert!(span(wrong).is_err(), "{wrong}");
        }
    }
}
