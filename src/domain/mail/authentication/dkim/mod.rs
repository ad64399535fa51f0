//! Checking DKIM signatures ourselves, RFC 6376: for mailboxes whose own server says nothing about the sender, or whose
//! mail comes by a forwarder that it can say nothing about.
//!
//! First everything that needs no network ([`claims`]), then, with what the signer's domain publishes, the signature
//! itself ([`Claim::check`]). Only what could prove something is asked about: signatures of the sender's own domain
//! that cover From and the whole body and are not out of date (A41).

mod canonical;
mod key;

use chrono::{DateTime, Utc};

use self::canonical::Split;
use super::signature::{self, Algorithm, Signature};
use super::{Verdict, aligned};
use crate::domain::message::Authentication;

/// Signatures of one mail that are looked at; each one costs a question to a name server.
const MOST_CLAIMS: usize = 4;

/// A signature whose body hash is right: what is left to see is whether the signer's key made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Where the key is published, as a TXT record.
    pub name: String,
    domain: String,
    algorithm: Algorithm,
    /// `i=` is a subdomain, which a key may forbid.
    below: bool,
    data: Vec<u8>,
    signature: Vec<u8>,
}

/// What checking the signatures came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// The domain that signed, if a signature holds.
    pub by: Option<String>,
    /// Why, as a sentence.
    pub because: String,
}

impl Checked {
    /// Nothing is proven.
    pub fn nothing(because: impl Into<String>) -> Self {
        Self {
            by: None,
            because: because.into(),
        }
    }
}

/// The signatures that could prove that a mail is of the sender's domain.
///
/// # Errors
/// Why there is none, as a sentence.
pub fn claims(
    raw: &[u8],
    from_domain: Option<&str>,
    at: DateTime<Utc>,
) -> Result<Vec<Claim>, String> {
    let Some(from_domain) = from_domain else {
        return Err("There is not exactly one From address that a signature could prove.".into());
    };
    let Some(split) = Split::read(raw) else {
        return Err("Its header is not well formed, so no signature of it is checked.".into());
    };
    if split.named("from").count() != 1 {
        return Err("It has not exactly one From field, so no signature of it counts.".into());
    }
    let mut claims = Vec::new();
    let mut because = format!("It bears no signature of {from_domain}.");
    for (at_field, field) in split.named("dkim-signature") {
        let signer = signature::domain(&field);
        if claims.len() >= MOST_CLAIMS || !signer.is_some_and(|d| aligned(&d, from_domain)) {
            continue;
        }
        if let Some(flaw) = signature::flaw(&field, at) {
            because = format!("The signature of {from_domain} {flaw}.");
            continue;
        }
        match claim(&split, at_field, &field) {
            Ok(claim) => claims.push(claim),
            Err(why) => because = format!("The signature of {from_domain} {why}."),
        }
    }
    if claims.is_empty() {
        return Err(because);
    }
    Ok(claims)
}

fn claim(split: &Split<'_>, at_field: usize, field: &str) -> Result<Claim, &'static str> {
    let signature = Signature::read(field)?;
    if split.body_hash(signature.simple_body) != *signature.body_hash {
        return Err("is of another text: the mail was changed on its way");
    }
    Ok(Claim {
        name: format!("{}._domainkey.{}", signature.selector, signature.domain),
        algorithm: signature.algorithm,
        below: signature.below,
        data: split.signed(at_field, &signature.names, signature.simple_header),
        domain: signature.domain,
        signature: signature.bytes,
    })
}

impl Claim {
    /// Checks the signature with the records that were found under [`Claim::name`].
    pub fn check(&self, records: &[String]) -> Checked {
        let mut why = "no key is published for it";
        for record in records {
            match key::verify(self, record) {
                Ok(()) => {
                    return Checked {
                        by: Some(self.domain.clone()),
                        because: format!(
                            "The DKIM signature of {} is valid: we checked it.",
                            self.domain
                        ),
                    };
                }
                Err(reason) => why = reason,
            }
        }
        Checked::nothing(format!(
            "The signature of {} counts not: {why}.",
            self.domain
        ))
    }

    /// The key could not be asked for.
    pub fn unanswered(&self, why: &str) -> Checked {
        Checked::nothing(format!(
            "The key of {} could not be asked for: {why}.",
            self.domain
        ))
    }
}

impl Verdict {
    /// What the trusted hop said, together with what we checked ourselves. A failure that the hop saw stays one.
    #[must_use]
    pub fn with(mut self, checked: &Checked) -> Self {
        match (&checked.by, self.authentication) {
            (Some(_), Authentication::Unknown) => {
                self.authentication = Authentication::Pass;
                self.because.clone_from(&checked.because);
                self.dkim = Some("pass".to_owned());
            }
            (None, Authentication::Unknown) => {
                self.because = format!("{} {}", self.because, checked.because);
            }
            (_, Authentication::Pass | Authentication::Fail) => {}
        }
        self
    }
}

#[cfg(test)]
mod tests;
