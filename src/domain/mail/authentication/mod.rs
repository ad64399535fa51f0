//! What the hop we trust says about the sender, RFC 8601. SPF and DKIM are not checked here: after IMAP the
//! connection is gone, and the signature's keys would need the network.

mod results;

use results::{Resinfo, Results};

use super::delivery;
use super::headers::Headers;
use super::parameters::Parameters;
use crate::domain::message::Authentication;

/// Which Authentication-Results header is believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Anchor {
    /// Those with this authserv-id, compared without case.
    Id(String),
    /// Only the topmost one, and only if it has no authserv-id: Microsoft 365 writes it so.
    TopmostWithoutId,
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
/// Only headers of the `anchor` count, and only above the boundary: the topmost `Received` line by
/// `trusted_host`, or else by the host that the authserv-id names; failing that the first `Received` line.
/// `pass` is a DMARC pass, or without a DMARC result an aligned pass of DKIM or SPF; `fail` is a DMARC fail,
/// and of several the fail wins. A signature with `l=` counts as none (A41). Without exactly one From
/// address (`from_domain` None) nothing can be said.
pub fn evaluate(
    headers: &Headers,
    anchor: Option<&Anchor>,
    trusted_host: Option<&str>,
    from_domain: Option<&str>,
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
        ..judge(headers, &infos, from_domain)
    }
}

/// The headers that count: their values, as they stand and as they read.
fn trusted<'a>(
    headers: &'a Headers,
    anchor: &Anchor,
    trusted_host: Option<&str>,
) -> Vec<(&'a str, Results)> {
    let host = trusted_host.or(match anchor {
        Anchor::Id(id) => headers
            .all_raw("Received")
            .any(|value| delivery::written_by(value, id))
            .then_some(id.as_str()),
        Anchor::TopmostWithoutId => None,
    });
    // Microsoft 365 writes its results below Received lines of its own inner hops and renames forged ones.
    let trusts_topmost = host.is_none() && *anchor == Anchor::TopmostWithoutId;
    let boundary = if trusts_topmost {
        usize::MAX
    } else {
        delivery::boundary(headers, host, &[])
    };
    let above = headers.iter_raw().take(boundary);
    let mut found = above
        .filter(|(name, _)| name.eq_ignore_ascii_case("Authentication-Results"))
        .map(|(_, value)| Some((value, Results::read(value)?)));
    match anchor {
        Anchor::Id(id) => found
            .flatten()
            .filter(|(_, results)| {
                results
                    .id
                    .as_deref()
                    .is_some_and(|given| given.eq_ignore_ascii_case(id))
            })
            .collect(),
        Anchor::TopmostWithoutId => found
            .next()
            .flatten()
            .filter(|(_, results)| results.id.is_none())
            .into_iter()
            .collect(),
    }
}

fn judge(headers: &Headers, infos: &[&Resinfo], from_domain: &str) -> Verdict {
    let of = |method: &'static str| infos.iter().filter(move |info| info.method == method);
    let about_from = |info: &&&Resinfo| {
        info.property("header.from")
            .is_none_or(|domain| same_domain(domain, from_domain))
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
    let dkim = of("dkim").any(|info| dkim_passes(headers, info, from_domain));
    let spf = of("spf").any(|info| {
        info.result == "pass" && spf_domain(info).is_some_and(|domain| aligned(domain, from_domain))
    });
    let partial = headers
        .all_raw("DKIM-Signature")
        .any(|signature| is_partial(signature, from_domain));
    let (authentication, because) = match dmarc.as_deref() {
        Some("fail") => (
            Authentication::Fail,
            format!("DMARC failed for {from_domain}."),
        ),
        Some("pass") if partial && !dkim && !spf => (
            Authentication::Unknown,
            "DMARC passed, but only by a signature that does not cover the whole mail (l=)."
                .to_owned(),
        ),
        Some("pass") => (
            Authentication::Pass,
            format!("DMARC passed for {from_domain}."),
        ),
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

/// Whether a DKIM result is an aligned pass of a signature that covers the whole mail.
fn dkim_passes(headers: &Headers, info: &Resinfo, from_domain: &str) -> bool {
    let domain = info.property("header.d").or_else(|| {
        info.property("header.i")
            .and_then(|identity| identity.rsplit('@').next())
    });
    let Some(domain) =
        domain.filter(|domain| info.result == "pass" && aligned(domain, from_domain))
    else {
        return false;
    };
    !headers
        .all_raw("DKIM-Signature")
        .any(|signature| is_partial(signature, domain))
}

/// A signature of an aligned domain with a length: anybody may append to the mail (A41).
fn is_partial(signature: &str, domain: &str) -> bool {
    let tags = Parameters::read(&format!("dkim;{signature}"));
    tags.get("l").is_some() && tags.get("d").is_some_and(|signed| aligned(signed, domain))
}

fn spf_domain(info: &Resinfo) -> Option<&str> {
    let sender = info
        .property("smtp.mailfrom")
        .or_else(|| info.property("smtp.helo"))?;
    sender.rsplit('@').next()
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

fn same_domain(domain: &str, from_domain: &str) -> bool {
    domain
        .trim_end_matches('.')
        .rsplit('@')
        .next()
        .is_some_and(|domain| domain.eq_ignore_ascii_case(from_domain))
}

#[cfg(test)]
mod tests;
