//! Mail addresses: one form to compare, and the pair of address and name that people see.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

/// A checked address in the form in which addresses are compared and stored as keys: NFC, lower case,
/// the domain as A-labels (A34). `Support+x@Büro.example` becomes `support+x@xn--bro-hoa.example`.
///
/// RFC 5321 allows a case-sensitive local part; no desk has ever met one, and treating `Ada@` and `ada@`
/// as two people would open two tickets.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress(String);

/// What was given is not an address that mail could be sent to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a mail address; expected something like name@example.org")]
pub struct InvalidAddress(pub String);

impl EmailAddress {
    /// The whole address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands before the last `@`.
    pub fn local(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(local, _)| local)
    }

    /// What stands after the last `@`, as A-labels.
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }

    /// The subaddress (RFC 5233): what stands after the first `+` of the local part.
    pub fn detail(&self) -> Option<&str> {
        self.local().split_once('+').map(|(_, detail)| detail)
    }

    /// The same address without its subaddress.
    #[must_use]
    pub fn without_detail(&self) -> Self {
        match self.local().split_once('+') {
            Some((user, _)) if !user.is_empty() => Self(format!("{user}@{}", self.domain())),
            _ => self.clone(),
        }
    }

    /// The same address with `detail` as its subaddress.
    #[must_use]
    pub fn with_detail(&self, detail: &str) -> Self {
        let base = self.without_detail();
        Self(format!("{}+{detail}@{}", base.local(), base.domain()))
    }
}

impl FromStr for EmailAddress {
    type Err = InvalidAddress;

    fn from_str(given: &str) -> Result<Self, InvalidAddress> {
        let invalid = || InvalidAddress(given.chars().take(200).collect());
        let trimmed = given.trim();
        let (local, domain) = trimmed.rsplit_once('@').ok_or_else(invalid)?;
        let forbidden = |c: char| {
            c.is_control() || c.is_whitespace() || matches!(c, '<' | '>' | ',' | '\u{2028}')
        };
        if local.is_empty() || domain.is_empty() || trimmed.len() > 320 || local.contains(forbidden)
        {
            return Err(invalid());
        }
        let domain = if domain.starts_with('[') && domain.ends_with(']') {
            domain.to_ascii_lowercase()
        } else {
            idna::domain_to_ascii(domain.trim_end_matches('.')).map_err(|_| invalid())?
        };
        if domain.is_empty() || domain.contains(forbidden) {
            return Err(invalid());
        }
        let local: String = local.nfc().collect::<String>().to_lowercase();
        Ok(Self(format!("{local}@{domain}")))
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for EmailAddress {
    type Error = InvalidAddress;
    fn try_from(given: String) -> Result<Self, InvalidAddress> {
        given.parse()
    }
}

impl From<EmailAddress> for String {
    fn from(address: EmailAddress) -> Self {
        address.0
    }
}

/// An address with the name that stands beside it, as a mail or a person wrote them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Party {
    /// The address as written; not necessarily a valid one when it came from a mail.
    pub email: String,
    /// The display name; empty if there is none.
    pub name: String,
}

impl Party {
    /// The address in its comparable form, if it is one.
    pub fn address(&self) -> Option<EmailAddress> {
        self.email.parse().ok()
    }

    /// The name, or the address where there is no name.
    pub fn display(&self) -> &str {
        if self.name.is_empty() {
            &self.email
        } else {
            &self.name
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_compared_in_one_form() {
        for (given, form) in [
            ("ada@acme.test", "ada@acme.test"),
            (" Ada@ACME.test ", "ada@acme.test"),
            ("Ada+Tag@Büro.example", "ada+tag@xn--bro-hoa.example"),
            ("a@acme.test.", "a@acme.test"),
            ("a@[127.0.0.1]", "a@[127.0.0.1]"),
        ] {
            assert_eq!(
                given.parse::<EmailAddress>().unwrap().as_str(),
                form,
                "{given}"
            );
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for given in [
            "", "a", "@b", "a@", "a b@c.d", "a\0@b.c", "a\n@b.c", "a@b c", "<a@b.c>",
        ] {
            assert!(given.parse::<EmailAddress>().is_err(), "{given:?}");
        }
    }

    #[test]
    fn a_subaddress_comes_and_goes() {
        let address: EmailAddress = "support@acme.test".parse().unwrap();
        let tagged = address.with_detail("abc");
        assert_eq!(tagged.as_str(), "support+abc@acme.test");
        assert_eq!(tagged.detail(), Some("abc"));
        assert_eq!(tagged.without_detail(), address);
        assert_eq!(tagged.with_detail("x").as_str(), "support+x@acme.test");
    }
}
