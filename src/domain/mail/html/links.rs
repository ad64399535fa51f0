//! Whether the words of a link look like another place than the one it leads to.

use std::sync::LazyLock;

use regex::Regex;
use url::{Host, Url};

use crate::domain::disguise;

/// Bytes of a link's words that are looked at.
const MAX_WORDS: usize = 500;

static HOST: LazyLock<Regex> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "the pattern is a constant that a test compiles")]
    Regex::new(r"(?:[\p{L}\p{M}\p{N}](?:[\p{L}\p{M}\p{N}-]*[\p{L}\p{M}\p{N}])?\.)+\p{L}[\p{L}\p{M}\p{N}-]*").expect("a valid pattern")
});

/// The place a link leads to, if its words name another one, or if its name is made of letters that look like
/// others: what people must read before they click.
pub(crate) fn goes_elsewhere(words: &str, href: &str) -> Option<String> {
    let target = target(href)?;
    let words = disguise::unmasked(words.get(..MAX_WORDS).unwrap_or(words));
    // A word with dots in it is a place if it ends as places of the internet do, or if it is written as one.
    let named = HOST.find_iter(&words).find_map(|found| {
        let written = words
            .get(..found.start())
            .is_some_and(|before| before.ends_with("://"));
        site(found.as_str()).filter(|(_, known)| *known || written)
    });
    let real = site(&target).map_or_else(|| target.clone(), |(site, _)| site);
    let lies = named.is_some_and(|(named, _)| named != real);
    let shown = disguise::domain(&target);
    (lies || shown.contains("xn--")).then_some(shown)
}

/// The host of a link, or the domain of its address, as A-labels.
fn target(href: &str) -> Option<String> {
    let url = Url::parse(href.trim()).ok()?;
    match url.scheme() {
        "mailto" => {
            let (_, domain) = url.path().rsplit_once('@')?;
            idna::domain_to_ascii(domain.split(['?', ',']).next()?)
                .ok()
                .filter(|domain| !domain.is_empty())
        }
        _ => match url.host()? {
            Host::Domain(domain) => Some(domain.trim_end_matches('.').to_owned()),
            address => Some(address.to_string()),
        },
    }
}

/// What somebody registered of a domain, as A-labels, and whether it ends as domains of the internet do.
fn site(domain: &str) -> Option<(String, bool)> {
    let ascii = idna::domain_to_ascii(domain).ok()?;
    let known = psl::suffix(ascii.as_bytes())?.is_known();
    Some((psl::domain_str(&ascii)?.to_owned(), known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a34_a_link_that_leads_elsewhere_says_where() {
        for (words, href, goes) in [
            (
                "https://www.bank.com/login",
                "https://evil.net/x",
                Some("evil.net"),
            ),
            (
                "www.bank.com",
                "https://www.bank.com.evil.net/",
                Some("www.bank.com.evil.net"),
            ),
            ("bank.com", "https://bank.com@evil.net/", Some("evil.net")),
            ("Bank.com", "http://login.bank.com:8080/", None),
            ("b\u{200b}ank.com", "https://evil.net/", Some("evil.net")),
            ("bank.com", "http://192.0.2.7/x", Some("192.0.2.7")),
            ("click here", "https://evil.net/", None),
            (
                "https://bank.test/login",
                "https://evil.test/",
                Some("evil.test"),
            ),
            ("https://bank.test/", "https://login.bank.test/", None),
            ("report.final.docx", "https://evil.test/", None),
            ("report.final.docx", "https://files.example.org/", None),
            ("e.g. this", "https://example.org/", None),
            ("help@bank.com", "mailto:help@evil.net", Some("evil.net")),
            ("help@bank.com", "mailto:help@bank.com?subject=x", None),
            (
                "tax office",
                "https://p\u{430}ypal.com/",
                Some("xn--pypal-4ve.com"),
            ),
            ("b\u{fc}ro.de", "https://b\u{fc}ro.de/", None),
            ("+49 30 1", "tel:+49301", None),
            ("bank.co.uk", "https://evil.co.uk/", Some("evil.co.uk")),
        ] {
            assert_eq!(
                goes_elsewhere(words, href).as_deref(),
                goes,
                "{words} -> {href}"
            );
        }
    }
}
