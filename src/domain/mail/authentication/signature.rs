//! The DKIM-Signature field, RFC 6376 section 3.5.

use chrono::{DateTime, Utc};

/// The tags of a tag list (section 3.2), names in lower case, blanks removed: no tag that counts here has any.
pub(super) fn tags(value: &str) -> Vec<(String, String)> {
    let plain = |text: &str| -> String { text.chars().filter(|c| !c.is_whitespace()).collect() };
    value
        .split(';')
        .filter_map(|tag| tag.split_once('='))
        .map(|(name, value)| (plain(name).to_ascii_lowercase(), plain(value)))
        .collect()
}

/// A tag's value; the first, where there are several.
pub(super) fn tag<'a>(tags: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let found = tags.iter().find(|(known, _)| known == name);
    found.map(|(_, value)| value.as_str())
}

/// Who signed, `d=`.
pub(super) fn domain(field: &str) -> Option<String> {
    tag(&tags(field), "d").map(str::to_ascii_lowercase)
}

/// Why a signature proves nothing although it may be valid (A41), as the end of a sentence about it: anybody may append
/// to the mail, or change its From, or it is a copy from long ago.
pub(super) fn flaw(field: &str, at: DateTime<Utc>) -> Option<&'static str> {
    let tags = tags(field);
    let covers_from = tag(&tags, "h").is_some_and(|names| {
        names
            .split(':')
            .any(|name| name.eq_ignore_ascii_case("from"))
    });
    if tag(&tags, "l").is_some() {
        return Some("does not cover the whole mail (l=)");
    }
    if !covers_from {
        return Some("does not cover From");
    }
    let expires = tags.iter().filter(|(name, _)| name == "x");
    let is_past = |x: &str| x.parse::<i64>().map_or(true, |x| x < at.timestamp());
    expires
        .map(|(_, value)| value)
        .any(|x| is_past(x))
        .then_some("was out of date when the mail came (x=)")
}

/// How a signature was made. SHA-1 is none (RFC 8301 section 3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Algorithm {
    RsaSha256,
    Ed25519Sha256,
}

/// A signature as it is to be checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Signature {
    pub algorithm: Algorithm,
    /// `d=`, in lower case.
    pub domain: String,
    /// `s=`.
    pub selector: String,
    /// Whether `i=` is of a subdomain of `d=`.
    pub below: bool,
    pub simple_header: bool,
    pub simple_body: bool,
    /// `h=`, in lower case.
    pub names: Vec<String>,
    /// `bh=`.
    pub body_hash: Vec<u8>,
    /// `b=`.
    pub bytes: Vec<u8>,
}

impl Signature {
    /// Reads a field's value.
    ///
    /// # Errors
    /// Why it cannot be checked, as the end of a sentence about it.
    pub fn read(field: &str) -> Result<Self, &'static str> {
        const UNREADABLE: &str = "cannot be read";
        let tags = tags(field);
        let mut names: Vec<&str> = tags.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        if names.windows(2).any(|pair| pair[0] == pair[1]) || tag(&tags, "v") != Some("1") {
            return Err(UNREADABLE);
        }
        let required = |name| tag(&tags, name).filter(|value| !value.is_empty());
        let decoded = |name| {
            let text = required(name).ok_or(UNREADABLE)?;
            data_encoding::BASE64
                .decode(text.as_bytes())
                .map_err(|_| UNREADABLE)
        };
        let algorithm = match required("a").map(str::to_ascii_lowercase).as_deref() {
            Some("rsa-sha256") => Algorithm::RsaSha256,
            Some("ed25519-sha256") => Algorithm::Ed25519Sha256,
            _ => return Err("is made in a way that is not accepted (RFC 8301)"),
        };
        let domain = required("d").and_then(name).ok_or(UNREADABLE)?;
        let selector = required("s").and_then(name).ok_or(UNREADABLE)?;
        let canonical = tag(&tags, "c").unwrap_or("simple").to_ascii_lowercase();
        let (header, body) = canonical.split_once('/').unwrap_or((&canonical, "simple"));
        let is_simple = |word| match word {
            "simple" => Ok(true),
            "relaxed" => Ok(false),
            _ => Err(UNREADABLE),
        };
        let identity = tag(&tags, "i").and_then(|i| i.rsplit('@').next());
        let identity = identity.map(str::to_ascii_lowercase);
        let below = identity
            .as_ref()
            .is_some_and(|identity| *identity != domain);
        if below && !identity.is_some_and(|i| i.ends_with(&format!(".{domain}"))) {
            return Err("names another domain than it is of");
        }
        let asks = tag(&tags, "q").unwrap_or("dns/txt");
        if !asks
            .split(':')
            .any(|way| way.eq_ignore_ascii_case("dns/txt"))
        {
            return Err(UNREADABLE);
        }
        let names = required("h").ok_or(UNREADABLE)?;
        Ok(Self {
            algorithm,
            simple_header: is_simple(header)?,
            simple_body: is_simple(body)?,
            names: names
                .split(':')
                .take(500)
                .map(str::to_ascii_lowercase)
                .collect(),
            body_hash: decoded("bh")?,
            bytes: decoded("b")?,
            domain,
            selector,
            below,
        })
    }
}

/// A name that can be asked for: labels of letters, digits, `-` and `_`.
fn name(text: &str) -> Option<String> {
    let fits = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    };
    let fine = text.len() <= 200 && text.split('.').all(fits);
    fine.then(|| text.to_ascii_lowercase())
}
