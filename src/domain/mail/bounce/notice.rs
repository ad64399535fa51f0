//! Whom a bounce in free text is about, and why.

use std::sync::LazyLock;

use regex::Regex;

use super::phrases::DELAYED;
use super::{BounceRecipient, causes, report};
use crate::domain::mail::limits;

/// Recipients that are read from one notice, and lines that are looked at.
const MAX_RECIPIENTS: usize = 100;
const MAX_LINES: usize = 2000;
/// Bytes of one line that are looked at: what is said about one recipient is much shorter.
const MAX_LINE: usize = 4 * 1024;

static ADDRESS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(?:"[^"\s@]{1,64}"|[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,128})@[A-Za-z0-9][A-Za-z0-9.-]{1,250}"#).ok()
});

/// A line that begins with an address: the form in which most programs list recipients.
static LISTED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?i)^\s*(?:[*•>-]\s+|\d+[.)]\s+)?(?:(?:original |final |failed )?recipient(?:\(s\)|s)?(?: address)?\s*[:=]\s*|address:\s*|to:\s*)?["'(]?<?(?:mailto:|smtp:|rfc822;)?\s*((?:"[^"\s@]{1,64}"|[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,128})@[A-Za-z0-9][A-Za-z0-9.-]{1,250})>?["')]?\s*(?:<mailto:[^>]*>)?\s*(?:[:;,(\[]|\.{3}|$|\s-\s|(?:on|at) |\S+ (?:address|user|mailbox)|user |unknown|mailbox |no such|invalid |rejected|does )"#,
    )
    .ok()
});

/// Words before an address that could not be reached.
static NAMED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?i)(?:rcpt to:?|recipients?|address(?:es)?|deliver(?:ed|ing|y|able)?|userid|user|mailbox|account|message to|mail to|errors?:|could not (?:be sent|send)|sent to|gateway for|for|to|宛先|宛)\W{0,6}(?:[\w' ]{0,24}\W{0,6})?(?:"[^"\s@]{1,64}"|[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,128})@[A-Za-z0-9]"#,
    )
    .ok()
});

/// SMTP's answer to a command: `550 5.1.1`, `550-5.1.1`, `550 #5.1.1`.
static REPLY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?:^|[^\d.])([45]\d\d)[ :-]+\(?#?([45]\.\d{1,3}\.\d{1,3})(?:[^\d.]|\.?(?:\s|$)|$)")
        .ok()
});

/// SMTP's answer without an enhanced code.
static CODE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?:^|[\s:;,(<'\x22\[=-])([45][0-5]\d)(?:[\s\-:,.)'\x22]|$)").ok()
});

/// What is known beside the text.
pub(super) struct Context<'a> {
    /// To and From of the bounce: not the ones that failed.
    pub ours: &'a [String],
    /// To and Cc of the returned mail.
    pub returned: &'a [String],
    /// Recipients that a header names.
    pub declared: &'a [String],
    /// The bounce's subject.
    pub subject: &'a str,
}

/// The recipients that a notice is about, each with the words that stand at its line.
pub(super) fn recipients(notice: &str, context: &Context<'_>) -> Vec<BounceRecipient> {
    // Some programs write the fields of RFC 3464 into plain text.
    let fields: Vec<BounceRecipient> = report::recipients(&unquoted(notice))
        .into_iter()
        .filter(|recipient| recipient.address.contains('@'))
        .collect();
    if !fields.is_empty() {
        return fields;
    }
    let lines: Vec<&str> = notice
        .lines()
        .take(MAX_LINES)
        .map(|line| limits::beginning(line, MAX_LINE))
        .collect();
    let mut found = declared(&lines, context.declared);
    if found.is_empty() {
        found = listed(&lines, context);
    }
    if found.is_empty() {
        found = context
            .declared
            .iter()
            .map(|address| (address.clone(), 0))
            .take(MAX_RECIPIENTS)
            .collect();
    }
    if found.is_empty() {
        found = named(&lines, context);
    }
    if found.is_empty() {
        found = mentioned(&lines, context);
    }
    if found.is_empty() && context.returned.len() == 1 {
        found = context
            .returned
            .iter()
            .map(|address| (address.clone(), 0))
            .collect();
    }
    let starts: Vec<usize> = found.iter().map(|(_, line)| *line).collect();
    let several = found.len() > 1;
    found
        .into_iter()
        .map(|(address, line)| {
            let end = starts
                .iter()
                .copied()
                .filter(|&start| start > line)
                .min()
                .unwrap_or(lines.len());
            let own = lines.get(line..end).unwrap_or_default().join("\n");
            judge(
                address,
                &own,
                if several { "" } else { notice },
                context.subject,
            )
        })
        .collect()
}

/// `> Action: failed` as in forwarded or wrapped reports.
fn unquoted(notice: &str) -> String {
    if !notice.contains("ecipient:") {
        return String::new();
    }
    notice
        .lines()
        .map(|line| line.trim_start_matches(['>', ' ']))
        .collect::<Vec<_>>()
        .join("\n")
}

type Found = Vec<(String, usize)>;

/// The recipients that a header names, where the text names them too.
fn declared(lines: &[&str], declared: &[String]) -> Found {
    let place = |address: &String| {
        Some((
            address.clone(),
            lines
                .iter()
                .position(|line| line.contains(address.as_str()))?,
        ))
    };
    declared
        .iter()
        .take(MAX_RECIPIENTS)
        .filter_map(place)
        .collect()
}

fn listed(lines: &[&str], context: &Context<'_>) -> Found {
    let Some(regex) = LISTED.as_ref() else {
        return Found::new();
    };
    let hits = lines.iter().enumerate().filter_map(|(number, line)| {
        Some((clean(regex.captures(line)?.get(1)?.as_str())?, number))
    });
    let hits: Found = hits.collect();
    let others = unique(hits.iter().cloned(), context);
    if !others.is_empty() {
        return others;
    }
    // A mail to oneself that bounced.
    unique(
        hits.into_iter(),
        &Context {
            ours: &[],
            ..*context
        },
    )
}

fn named(lines: &[&str], context: &Context<'_>) -> Found {
    let (Some(named), Some(address)) = (NAMED.as_ref(), ADDRESS.as_ref()) else {
        return Found::new();
    };
    let hits = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| !is_advice(line))
        .flat_map(|(number, line)| {
            let places: Vec<usize> = named
                .find_iter(line)
                .map(|found| found.end().saturating_sub(2))
                .collect();
            let addresses = address.find_iter(line).filter(move |found| {
                let next = places.partition_point(|&at| at < found.start());
                places.get(next).is_some_and(|&at| at < found.end())
            });
            addresses
                .filter_map(move |found| Some((clean(found.as_str())?, number)))
                .collect::<Vec<_>>()
        });
    unique(hits, context)
}

fn mentioned(lines: &[&str], context: &Context<'_>) -> Found {
    let Some(address) = ADDRESS.as_ref() else {
        return Found::new();
    };
    let hits = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| !is_advice(line))
        .flat_map(|(number, line)| {
            address
                .find_iter(line)
                .filter_map(move |found| Some((clean(found.as_str())?, number)))
                .collect::<Vec<_>>()
        });
    let all = unique(hits, context);
    let returned: Found = all
        .iter()
        .filter(|(address, _)| {
            context
                .returned
                .iter()
                .any(|to| to.eq_ignore_ascii_case(address))
        })
        .cloned()
        .collect();
    if returned.is_empty() {
        all.into_iter().take(1).collect()
    } else {
        returned
    }
}

/// Lines that name somebody to ask, not somebody who failed.
fn is_advice(line: &str) -> bool {
    let lower = line.to_lowercase();
    [
        "contact",
        "assistance",
        "help",
        "http://",
        "https://",
        "questions",
        "report",
        "message-id",
        "envelope-from",
        "from:",
        "from <",
        "postmaster@",
        "abuse@",
    ]
    .iter()
    .any(|word| lower.contains(word))
}

fn unique(hits: impl Iterator<Item = (String, usize)>, context: &Context<'_>) -> Found {
    let mut found = Found::new();
    for (address, line) in hits {
        let ours = context
            .ours
            .iter()
            .any(|own| own.eq_ignore_ascii_case(&address))
            && !context
                .returned
                .iter()
                .any(|to| to.eq_ignore_ascii_case(&address));
        if !ours
            && !found
                .iter()
                .any(|(known, _)| known.eq_ignore_ascii_case(&address))
            && found.len() < MAX_RECIPIENTS
        {
            found.push((address, line));
        }
    }
    found
}

fn clean(address: &str) -> Option<String> {
    let address = address.trim_matches(['.', '-', '\'', '"', '=', '/', '*', '`']);
    let (local, domain) = address.rsplit_once('@')?;
    (!local.is_empty() && domain.len() > 2).then(|| address.to_owned())
}

/// Status and action by the words at the recipient's line, or else by the whole notice.
fn judge(address: String, own: &str, notice: &str, subject: &str) -> BounceRecipient {
    let stated = status(own).or_else(|| status(notice));
    let code = code(own).or_else(|| code(notice));
    let delayed_words =
        || DELAYED.found_in(own) || DELAYED.found_in(notice) || DELAYED.found_in(subject);
    let meant = match stated {
        Some(_) => None,
        None => causes::status(own).or_else(|| causes::status(notice)),
    };
    let permanent = match stated
        .as_deref()
        .and_then(|status| status.chars().next())
        .or(code)
    {
        Some(class) => class != '4',
        // Words alone: a mailbox that is full, or a host that is away, may be otherwise tomorrow.
        None => !delayed_words() && meant.is_none_or(|status| !is_passing(status)),
    };
    let status = stated.unwrap_or_else(|| of_class(meant, code));
    let delayed = !permanent && delayed_words();
    BounceRecipient {
        address,
        status,
        action: if delayed { "delayed" } else { "failed" }.to_owned(),
        permanent,
        words: said(own).or_else(|| said(notice)).unwrap_or_default(),
    }
}

/// The line in which a server's answer stands, with the line below where the answer was broken.
fn said(text: &str) -> Option<String> {
    let (reply, code) = (REPLY.as_ref()?, CODE.as_ref()?);
    let line = text
        .lines()
        .find(|line| reply.is_match(line))
        .or_else(|| text.lines().find(|line| code.is_match(line)))?;
    let line = line.trim().trim_start_matches(['>', ' ', '<', '-']);
    Some(report::words(line)).filter(|words| !words.is_empty())
}

/// What the words mean, in the class that SMTP's answer states. Without one only what is beyond doubt.
fn of_class(meant: Option<&str>, code: Option<char>) -> String {
    match (meant, code) {
        (Some(status), Some(class)) => {
            let detail = status.get(1..).unwrap_or_default();
            format!("{class}{detail}")
        }
        (Some(status), None) if !is_passing(status) => status.to_owned(),
        _ => String::new(),
    }
}

/// Whether the cause may pass by itself.
fn is_passing(status: &str) -> bool {
    status.starts_with('4') || status == "5.2.2"
}

/// The enhanced status code that a text states.
fn status(text: &str) -> Option<String> {
    let reply = REPLY
        .as_ref()
        .and_then(|regex| regex.captures(text))
        .and_then(|captures| captures.get(2));
    reply.map(|status| status.as_str().to_owned()).or_else(|| {
        let words = text.lines().filter(|line| {
            !line.contains("http://") && !line.to_ascii_lowercase().contains("version")
        });
        words
            .filter_map(report::status_code)
            .find(|status| !status.starts_with('2'))
    })
}

/// The class of SMTP's answer.
fn code(text: &str) -> Option<char> {
    CODE.as_ref()?
        .captures(text)?
        .get(1)?
        .as_str()
        .chars()
        .next()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::mail::hostile::costs_little;

    #[test]
    fn a33_an_endless_line_or_an_endless_list_costs_little() {
        let declared: Vec<String> = (0..20_000).map(|n| format!("a{n}@b.test")).collect();
        let context = |declared| Context {
            ours: &[],
            returned: &[],
            declared,
            subject: "",
        };
        let line = "for a@b.test ".repeat(80_000);
        costs_little(|| assert_eq!(recipients(&line, &context(&[])).len(), 1));
        let lines = "nobody was reached\n".repeat(2000);
        costs_little(|| {
            assert_eq!(
                recipients(&lines, &context(&declared)).len(),
                MAX_RECIPIENTS
            );
        });
    }
}
