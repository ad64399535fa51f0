//! What stands around the words of a notice to an agent, whatever template they come from: the line above which an
//! answer belongs, why something waits, how long until a promise is broken, the last public message if the notice is
//! about something else, and links that open a prepared command.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::desk::case::Case;
use crate::desk::hand::Hand;
use crate::desk::tell::Occasion;
use crate::desk::texts;
use crate::domain::address::EmailAddress;
use crate::domain::agent_mail::words::marker;
use crate::domain::ids::UserId;
use crate::domain::message::{Kind, Message};
use crate::domain::ticket::Status;

/// Longer messages are cut where they stand beside another.
const LONGEST_ASIDE: usize = 2000;

/// A notice that is being written.
pub struct Notice<'a> {
    /// To whom.
    pub user: UserId,
    /// Why.
    pub occasion: &'a Occasion,
    /// About which message.
    pub about: Option<&'a Message>,
    /// Where an answer goes; absent for those who may not answer, and where addresses carry no token.
    pub answer_to: Option<&'a EmailAddress>,
    /// It is about a reply of the reader's own that waits.
    pub sendable: bool,
    /// An answer is taken, by whichever way it names the notice.
    pub answerable: bool,
}

/// What stands around the words.
pub struct Around {
    /// Above them.
    above: String,
    /// Below them.
    below: String,
    /// Links that open a prepared command, with their names.
    links: Vec<(&'static str, String)>,
}

impl Around {
    /// Writes it.
    pub fn of(hand: &Hand<'_>, case: &Case, notice: &Notice<'_>) -> Self {
        let mut above = String::new();
        if notice.answerable {
            above.push_str(&marker("Write above this line; what is below is cut."));
            above.push_str("\n\n");
        }
        match notice.occasion {
            Occasion::Waits { reason, more, .. } => {
                let said = notice.about.and_then(|m| m.held_reason.as_deref());
                if !said.is_some_and(|said| said.starts_with(reason)) {
                    let _ = writeln!(above, "{reason}\n");
                }
                if !more.is_empty() {
                    let _ = writeln!(above, "{}\n", more.trim_end());
                }
            }
            Occasion::Passed { by, original } => {
                let _ = writeln!(
                    above,
                    "{by} passed on a mail of {original}. Is it their ticket? Then answer this mail with\n\n    #customer {original}\n"
                );
            }
            _ => {}
        }
        let mut below = String::new();
        if let Some(left) = left(hand, case) {
            let _ = writeln!(below, "\n{left}");
        }
        let is_public = notice
            .about
            .is_some_and(|m| matches!(m.kind, Kind::Inbound | Kind::Reply));
        if let Some(last) = case.last_public.as_ref().filter(|_| !is_public) {
            let said: String = last.text.chars().take(LONGEST_ASIDE).collect();
            let author = &last.author;
            let _ = writeln!(below, "\nThe last public message, by {author}:\n\n{said}");
        }
        let links = notice.answer_to.map_or_else(Vec::new, |address| {
            shortcuts(case, notice)
                .into_iter()
                .map(|(label, command)| (label, prepared(case, address, &command)))
                .collect()
        });
        Self {
            above,
            below,
            links,
        }
    }

    /// The whole text.
    pub fn text(&self, words: &str) -> String {
        let mut text = format!("{}{}\n{}", self.above, words.trim_end(), self.below);
        if !self.links.is_empty() {
            text.push('\n');
        }
        for (label, link) in &self.links {
            let _ = writeln!(text, "{label}: {link}");
        }
        text
    }

    /// The whole HTML: the same inside of its body.
    pub fn html(&self, words: &str) -> String {
        let paragraph = |text: &str| {
            let text = escaped(text.trim());
            if text.is_empty() {
                return String::new();
            }
            let lines = text.replace('\n', "<br>\n");
            format!(
                "<div style=\"font-family:sans-serif;font-size:13px;color:#595f68;padding:8px 12px;\">{lines}</div>\n"
            )
        };
        let links: Vec<String> = self
            .links
            .iter()
            .map(|(label, link)| format!("<a href=\"{}\">{label}</a>", escaped(link)))
            .collect();
        let mut below = paragraph(&self.below);
        if !links.is_empty() {
            let links = links.join(" · ");
            let _ = writeln!(
                below,
                "<div style=\"font-family:sans-serif;font-size:13px;padding:8px 12px;\">{links}</div>"
            );
        }
        let body = words.find("<body").and_then(|at| {
            let end = words.get(at..)?.find('>')?;
            Some(at + end + 1)
        });
        let (head, rest) = words.split_at(body.unwrap_or(0));
        let (inner, tail) = rest.rsplit_once("</body>").unwrap_or((rest, ""));
        let tail = if tail.is_empty() {
            String::new()
        } else {
            format!("</body>{tail}")
        };
        format!("{head}{}{inner}{below}{tail}", paragraph(&self.above))
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// How long until the next promise is broken, or since when it is.
fn left(hand: &Hand<'_>, case: &Case) -> Option<String> {
    let running = case
        .clocks
        .iter()
        .filter(|clock| clock.next_wake().is_some());
    let (due, metric) = running
        .filter_map(|clock| Some((clock.due_at?, clock.metric)))
        .min_by_key(|(due, _)| *due)?;
    let at = texts::local(hand.office, due);
    let metric = metric.label();
    Some(if due > hand.now {
        format!("{metric} due in {} ({at})", stretch(hand.now, due))
    } else {
        format!("{metric} missed {} ago ({at})", stretch(due, hand.now))
    })
}

/// `3 h 20 min`, `2 d 4 h`.
fn stretch(from: DateTime<Utc>, to: DateTime<Utc>) -> String {
    let minutes = (to - from).num_minutes();
    match minutes {
        ..1 => "less than a minute".to_owned(),
        1..60 => format!("{minutes} min"),
        60..1440 => format!("{} h {} min", minutes / 60, minutes % 60),
        _ => format!("{} d {} h", minutes / 1440, minutes % 1440 / 60),
    }
}

/// The commands that make sense now.
fn shortcuts(case: &Case, notice: &Notice<'_>) -> Vec<(&'static str, String)> {
    if notice.sendable {
        return vec![("Send it after all", "#send".to_owned())];
    }
    if let Occasion::Waits { .. } = notice.occasion {
        return Vec::new();
    }
    if let Occasion::Passed { original, .. } = notice.occasion {
        return vec![("It is their ticket", format!("#customer {original}"))];
    }
    let status = case.ticket.status;
    let mut all = Vec::new();
    if status.is_active() {
        all.push(("Resolve", "#resolve"));
    } else {
        all.push(("Reopen", "#reopen"));
    }
    if case.ticket.assignee != Some(notice.user) {
        all.push(("Assign to me", "#assign me"));
    }
    if status.is_active() && status != Status::OnHold {
        all.push(("On hold", "#hold"));
    }
    all.push(("Snooze until tomorrow", "#snooze tomorrow"));
    all.into_iter()
        .map(|(label, command)| (label, command.to_owned()))
        .collect()
}

/// A link that opens a mail with a command in it. Its second line is the mark of a signature: what the agent's program
/// puts below every mail is none of the customer's business.
fn prepared(case: &Case, address: &EmailAddress, command: &str) -> String {
    let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    format!(
        "mailto:{address}?subject={}&body={}",
        encoded(&format!("Re: [{}]", case.ticket.key)),
        encoded(&format!("{command}\r\n\r\n-- \r\n"))
    )
}

/// Messages that arrived meanwhile, to be read before an answer is sent after all.
pub fn newer<'a>(hand: &Hand<'_>, messages: impl Iterator<Item = &'a Message>) -> String {
    let mut text = String::new();
    for message in messages {
        let said = crate::domain::mail::abridged(&message.text, &message.folds);
        let said: String = said.chars().take(LONGEST_ASIDE).collect();
        let at = texts::local(hand.office, message.created_at);
        let author = if message.author.name.is_empty() {
            &message.author.email
        } else {
            &message.author.name
        };
        let _ = writeln!(text, "{author} wrote, {at}:\n\n{said}\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretch_is_said_in_two_units_at_most() {
        let from: DateTime<Utc> = "2026-11-23T09:00:00Z".parse().unwrap();
        for (minutes, words) in [
            (0, "less than a minute"),
            (59, "59 min"),
            (200, "3 h 20 min"),
            (1440 * 2 + 250, "2 d 4 h"),
        ] {
            let to = from + chrono::TimeDelta::minutes(minutes);
            assert_eq!(stretch(from, to), words);
        }
    }
}
