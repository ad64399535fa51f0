//! What people type into a search box, as conditions that a list of tickets can be asked for.
//!
//! Words are looked for; `name:value` narrows the list. A value with spaces stands in quotes: `tag:"two words"`.
//! A colon in a word that is none of the [`OPERATORS`] belongs to the word, so that addresses of web pages and
//! `error: disk full` can be looked for as they are.

use chrono::NaiveDate;

use crate::domain::ticket::{Priority, Status};

/// Every operator, as it is written before the colon.
pub const OPERATORS: &[&str] = &[
    "is", "from", "to", "assignee", "team", "tag", "category", "priority", "status", "sla",
    "after", "before",
];

/// Longer queries are cut: nobody types them.
const LONGEST: usize = 1000;
/// Further terms are left out.
const MOST_TERMS: usize = 20;

/// A search in its parts. All parts must hold; of several values of one kind, one is enough.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Search {
    /// Words that all must be found.
    pub words: Vec<String>,
    /// Addresses of those who asked.
    pub from: Vec<String>,
    /// Addresses of the mailboxes they wrote to.
    pub to: Vec<String>,
    /// Who works on it: `me`, `none`, addresses or ids.
    pub assignees: Vec<String>,
    /// Names of teams.
    pub teams: Vec<String>,
    /// Tags.
    pub tags: Vec<String>,
    /// Categories.
    pub categories: Vec<String>,
    /// Priorities.
    pub priorities: Vec<Priority>,
    /// Where it stands.
    pub statuses: Vec<Status>,
    /// A service level was missed.
    pub late: bool,
    /// It sleeps until a moment.
    pub snoozed: bool,
    /// Spam, and nothing else.
    pub spam: bool,
    /// Created on this day or later, in the tenant's time zone.
    pub after: Option<NaiveDate>,
    /// Created before this day.
    pub before: Option<NaiveDate>,
}

/// An operator whose value makes no sense; displays as a sentence for whoever typed it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{operator}: expected {expected}")]
pub struct SearchProblem {
    /// Which operator.
    pub operator: &'static str,
    /// What it takes.
    pub expected: String,
}

impl Search {
    /// Reads a query.
    ///
    /// # Errors
    /// An operator with a value that it does not take, such as `is:green`.
    pub fn parse(query: &str) -> Result<Self, SearchProblem> {
        let query: String = query.chars().take(LONGEST).collect();
        let mut search = Self::default();
        for (operator, value) in terms(&query).into_iter().take(MOST_TERMS) {
            match operator {
                Some(operator) => search.narrow(operator, value)?,
                None => search.words.push(value),
            }
        }
        Ok(search)
    }

    fn narrow(&mut self, operator: &'static str, value: String) -> Result<(), SearchProblem> {
        let lower = value.to_lowercase();
        match operator {
            "from" => self.from.push(lower),
            "to" => self.to.push(lower),
            "assignee" => self.assignees.push(lower),
            "team" => self.teams.push(value),
            "tag" => self.tags.push(lower),
            "category" => self.categories.push(value),
            "priority" => self
                .priorities
                .push(word(operator, &lower, Priority::WORDS)?),
            "status" => self.statuses.push(word(operator, &lower, Status::WORDS)?),
            "is" => self.is(&lower)?,
            "sla" => match lower.as_str() {
                "breached" | "late" => self.late = true,
                _ => return Err(problem(operator, "breached")),
            },
            "after" => self.after = Some(date(operator, &lower)?),
            "before" => self.before = Some(date(operator, &lower)?),
            // `OPERATORS` names no others; a test walks them all.
            _ => {}
        }
        Ok(())
    }

    fn is(&mut self, value: &str) -> Result<(), SearchProblem> {
        match value {
            "unassigned" => self.assignees.push("none".to_owned()),
            "mine" => self.assignees.push("me".to_owned()),
            "late" | "breached" => self.late = true,
            "snoozed" => self.snoozed = true,
            "spam" => self.spam = true,
            "active" => {
                let active = Status::ALL.iter().filter(|status| status.is_active());
                self.statuses.extend(active);
            }
            status => {
                let more = "active, unassigned, mine, late, snoozed, spam";
                let expected = format!("one of {}, {more}", Status::WORDS.join(", "));
                let status = status.parse().map_err(|_| problem("is", &expected))?;
                self.statuses.push(status);
            }
        }
        Ok(())
    }
}

fn word<T: std::str::FromStr>(
    operator: &'static str,
    value: &str,
    words: &[&str],
) -> Result<T, SearchProblem> {
    value
        .parse()
        .map_err(|_| problem(operator, &format!("one of {}", words.join(", "))))
}

fn date(operator: &'static str, value: &str) -> Result<NaiveDate, SearchProblem> {
    value
        .parse()
        .map_err(|_| problem(operator, "a day such as 2026-11-23"))
}

fn problem(operator: &'static str, expected: &str) -> SearchProblem {
    SearchProblem {
        operator,
        expected: expected.to_owned(),
    }
}

/// Cuts a query into terms, each with its operator if it has one.
fn terms(query: &str) -> Vec<(Option<&'static str>, String)> {
    let mut terms = Vec::new();
    let mut rest = query.trim_start();
    while !rest.is_empty() {
        let (operator, after) = operator(rest);
        let (value, left) = value(after);
        if !value.is_empty() {
            terms.push((operator, value.to_owned()));
        }
        rest = left.trim_start();
    }
    terms
}

/// The operator at the beginning, and what follows its colon.
fn operator(rest: &str) -> (Option<&'static str>, &str) {
    if let Some((name, after)) = rest.split_once(':')
        && let Some(known) = OPERATORS
            .iter()
            .find(|known| known.eq_ignore_ascii_case(name))
        && !after.starts_with(char::is_whitespace)
    {
        return (Some(known), after);
    }
    (None, rest)
}

/// One value, quoted or up to the next space, and what is left.
fn value(rest: &str) -> (&str, &str) {
    if let Some(quoted) = rest.strip_prefix('"') {
        return quoted.split_once('"').unwrap_or((quoted, ""));
    }
    rest.split_once(char::is_whitespace).unwrap_or((rest, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(query: &str) -> Search {
        Search::parse(query).unwrap()
    }

    #[test]
    fn words_are_looked_for_and_operators_narrow() {
        let search =
            parsed("printer  on fire is:open from:Ada@Example.org tag:\"two words\" TEAM:Billing");
        assert_eq!(search.words, ["printer", "on", "fire"]);
        assert_eq!(search.statuses, [Status::Open]);
        assert_eq!(search.from, ["ada@example.org"]);
        assert_eq!(search.tags, ["two words"]);
        assert_eq!(search.teams, ["Billing"]);
    }

    #[test]
    fn a_colon_that_belongs_to_no_operator_stays_in_its_word() {
        for (query, words) in [
            ("https://example.org/x", vec!["https://example.org/x"]),
            ("error: disk", vec!["error:", "disk"]),
            ("from: ada", vec!["from:", "ada"]),
            ("\"exactly this\" that", vec!["exactly this", "that"]),
            ("\"no end", vec!["no end"]),
            ("   ", vec![]),
            ("is:\"\"", vec![]),
        ] {
            assert_eq!(parsed(query).words, words, "{query}");
        }
    }

    #[test]
    fn short_cuts_mean_what_they_say() {
        assert_eq!(parsed("is:unassigned"), parsed("assignee:none"));
        assert_eq!(parsed("is:mine"), parsed("assignee:ME"));
        assert_eq!(parsed("is:late"), parsed("sla:breached"));
        assert_eq!(parsed("is:active").statuses.len(), 3);
        assert!(parsed("is:spam").spam);
        let days = parsed("after:2026-11-01 before:2026-12-01");
        assert_eq!(days.after, NaiveDate::from_ymd_opt(2026, 11, 1));
        assert_eq!(days.before, NaiveDate::from_ymd_opt(2026, 12, 1));
    }

    #[test]
    fn what_an_operator_does_not_take_is_said() {
        for (query, said) in [
            (
                "is:green",
                "is: expected one of open, in_progress, on_hold, resolved, closed, active, unassigned, mine, late, snoozed, spam",
            ),
            (
                "priority:much",
                "priority: expected one of low, normal, high, urgent",
            ),
            (
                "after:yesterday",
                "after: expected a day such as 2026-11-23",
            ),
            ("sla:kept", "sla: expected breached"),
        ] {
            assert_eq!(Search::parse(query).unwrap_err().to_string(), said);
        }
    }

    #[test]
    fn every_operator_does_something() {
        for operator in OPERATORS {
            let value = match *operator {
                "is" | "status" => "open",
                "priority" => "high",
                "sla" => "late",
                "after" | "before" => "2026-01-01",
                _ => "x",
            };
            assert_ne!(
                parsed(&format!("{operator}:{value}")),
                Search::default(),
                "{operator}"
            );
        }
    }
}
