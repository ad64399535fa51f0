//! What the hop we trust says about the sender, RFC 8601. SPF is not checked here: after IMAP the connection that it
//! is about is gone.

pub mod dkim;
mod results;
mod signature;

use chrono::{DateTime, Utc};
use results::{About, Resinfo, Results};

use super::delivery;
use super::headers::Headers;
use crate::domain::message::Authentication;

/// The hosts that write Authentication-Results without an authserv-id: the inbound servers of Microsoft 365.
const WRITERS_WITHOUT_ID: &str = ".mail.protection.outlook.com";

/// Which Authentication-Results header is believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Anchor {
    /// Those with this authserv-id, compared without case.
    Id(String),
    /// Only the topmost one, and only if it has no authserv-id: Microsoft 365 writes it so.
    TopmostWithoutId,
}

impl Anchor {
    /// How the setting says that the topmost header without an authserv-id counts.
    pub const WITHOUT_ID: &str = "topmost-without-id";

    /// What the setting `auth_results` means.
    pub fn read(setting: &str) -> Self {
        if setting == Self::WITHOUT_ID {
            return Self::TopmostWithoutId;
        }
        Self::Id(setting.to_owned())
    }
}

/// What is known about the sender's domain, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The answer.
    pub authentication: Authentication,
    /// The DMARC result, `pass`, `fail` …; several: the worst.
    pub dmarc: Option<String>,
    /// The SPF result.
    pub spf: Option<String>,
    /// The DKIM result: `pass` if one signature passes.
    pub dkim: Option<String>,
    /// Why, as a sentence.
    pub because: String,
    /// The values of the headers that counted: no other has any word about the sender (A14).
    pub trusted: Vec<String>,
}

/// Judges the sender's domain.
///
/// Only headers of the `anchor` count, of these the topmost block up to the next `Received` line, and only above the
/// boundary: the topmost `Received` line by `trusted_host`, or without one the first of all, because whoever sends can
/// write every line below it, our server's name in it too. `pass` is a DMARC pass, or without a DMARC result an
/// aligned pass of DKIM or SPF; `fail` is a DMARC fail, and of several the fail wins. A signature with `l=`, without
/// From or out of date when the mail came (`at`) counts as none (A41). Without exactly one From address
/// (`from_domain` None) nothing can be said.
pub fn evaluate(
    headers: &Headers,
    anchor: Option<&Anchor>,
    trusted_host: Option<&str>,
    from_domain: Option<&str>,
    at: DateTime<Utc>,
) -> Verdict {
    let unknown = |because: &str| Verdict {
        authentication: Authentication::Unknown,
        dmarc: None,
        spf: None,
        dkim: None,
        because: because.to_owned(),
        trusted: Vec::new(),
    };
    let Some(anchor) = anchor else {
        return unknown("No Authentication-Results header is trusted: `auth_results` is not set.");
    };
    let trusted = trusted(headers, anchor, trusted_host);
    if trusted.is_empty() {
        return unknown(
            "No Authentication-Results header of the trusted server stands above its Received line.",
        );
    }
    let values = trusted.iter().map(|(value, _)| (*value).to_owned());
    let values: Vec<String> = values.collect();
    let Some(from_domain) = from_domain else {
        let because = "There is not exactly one From address that results could be about.";
        return Verdict {
            trusted: values,
            ..unknown(because)
        };
    };
    let results = trusted.iter().map(|(_, results)| results);
    let infos: Vec<&Resinfo> = results.flat_map(|results| &results.infos).collect();
    Verdict {
        trusted: values,
        ..judge(headers, &infos, from_domain, at)
    }
}

/// The headers that count: their values, as they stand and as they read.
fn trusted<'a>(
    headers: &'a Headers,
    anchor: &Anchor,
    trusted_host: Option<&str>,
) -> Vec<(&'a str, Results)> {
    let host = trusted_host.or(match anchor {
        Anchor::Id(_) => None,
        // It writes its results below the Received lines of its own inner hops.
        Anchor::TopmostWithoutId => Some(WRITERS_WITHOUT_ID),
    });
    let named = |name: &str, wanted: &str| name.eq_ignore_ascii_case(wanted);
    let mut found = Vec::new();
    for (name, value) in headers
        .iter_raw()
        .take(delivery::boundary(headers, host, &[]))
    {
        if named(name, "Received") && !found.is_empty() {
            break;
        }
        if !named(name, "Authentication-Results") {
            continue;
        }
        let results = Results::read(value);
        let id = results.as_ref().and_then(|results| results.id.as_deref());
        match anchor {
            Anchor::Id(wanted) => {
                let ours = id.is_some_and(|id| id.eq_ignore_ascii_case(wanted));
                found.extend(results.filter(|_| ours).map(|results| (value, results)));
            }
            Anchor::TopmostWithoutId if id.is_none() => {
                return results
                    .map(|results| (value, results))
                    .into_iter()
                    .collect();
            }
            Anchor::TopmostWithoutId => break,
        }
    }
    found
}

fn judge(headers: &Headers, infos: &[&Resinfo], from_domain: &str, at: DateTime<Utc>) -> Verdict {
    let of = |method: &'static str| infos.iter().filter(move |info| info.method == method);
    let about_from = |info: &&&Resinfo| match info.about("header.from") {
        About::Nothing => true,
        About::Doubt => info.result != "pass",
        About::Domain(domain) => domain.eq_ignore_ascii_case(from_domain),
    };
    let dmarc: Vec<&str> = of("dmarc")
        .filter(about_from)
        .map(|info| info.result.as_str())
        .collect();
    let worst = [
        "fail",
        "permerror",
        "temperror",
        "none",
        "bestguesspass",
        "pass",
    ];
    let dmarc = worst
        .into_iter()
        .find(|word| dmarc.contains(word))
        .or(dmarc.first().copied())
        .map(str::to_owned);
    let flaw = headers
        .all_raw("DKIM-Signature")
        .filter(|field| signature::domain(field).is_some_and(|d| aligned(&d, from_domain)))
        .find_map(|field| signature::flaw(field, at));
    let speaks = |info: &&Resinfo, names: [&str; 2]| {
        info.result == "pass" && proven(info, names).is_some_and(|d| aligned(&d, from_domain))
    };
    let dkim = flaw.is_none() && of("dkim").any(|info| speaks(info, ["header.d", "header.i"]));
    let spf = of("spf").any(|info| speaks(info, ["smtp.mailfrom", "smtp.helo"]));
    let (authentication, because) = match dmarc.as_deref() {
        Some("fail") => (
            Authentication::Fail,
            format!("DMARC failed for {from_domain}."),
        ),
        Some("pass") => match flaw.filter(|_| !spf) {
            Some(flaw) => (
                Authentication::Unknown,
                format!("DMARC passed, but only by a signature that {flaw}."),
            ),
            None => (
                Authentication::Pass,
                format!("DMARC passed for {from_domain}."),
            ),
        },
        None | Some("none") if dkim => (
            Authentication::Pass,
            format!("A DKIM signature of {from_domain} is valid."),
        ),
        None | Some("none") if spf => (
            Authentication::Pass,
            format!("SPF passed for {from_domain}."),
        ),
        _ => (
            Authentication::Unknown,
            format!("No result speaks for {from_domain}."),
        ),
    };
    let best = |method| {
        of(method)
            .find(|info| info.result == "pass")
            .or(of(method).next())
            .map(|info| info.result.clone())
    };
    Verdict {
        authentication,
        dmarc,
        spf: best("spf"),
        dkim: best("dkim"),
        because,
        trusted: Vec::new(),
    }
}

/// The domain that a result proves: what the first of two properties is about, or without it the second.
fn proven(info: &Resinfo, [first, second]: [&str; 2]) -> Option<String> {
    let about = match info.about(first) {
        About::Nothing => info.about(second),
        about => about,
    };
    match about {
        About::Domain(domain) => Some(domain),
        About::Nothing | About::Doubt => None,
    }
}

/// Relaxed alignment, RFC 7489 section 3.1: the same organisational domain.
fn aligned(domain: &str, from_domain: &str) -> bool {
    let organisation = |name: &str| {
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        let known = psl::domain(name.as_bytes()).and_then(|domain| {
            std::str::from_utf8(domain.as_bytes())
                .ok()
                .map(str::to_owned)
        });
        known.unwrap_or(name)
    };
    !domain.is_empty() && organisation(domain) == organisation(from_domain)
}

#[cfg(test)]
mod tests;
