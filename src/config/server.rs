//! `[server]`: where Postroom listens, and under which address people find it.

use std::borrow::Cow;
use std::net::SocketAddr;

use url::{Host, Url};

use super::cidr::Cidr;
use super::read::{Text, Wrong};
use super::section::section;

section! {
    /// Where Postroom listens, and under which address people find it.
    pub struct Server in "server" {
        /// The address and port on which pages and API are served. Postroom speaks plain HTTP:
        /// a proxy in front of it speaks TLS.
        listen: SocketAddr = "127.0.0.1:8080",
        /// The address that people type. The pages of a tenant live at SLUG and a dot before its host. Anywhere but on
        /// this machine it begins with https.
        public_url: PublicUrl = "http://localhost:8080",
        /// The proxies whose X-Forwarded-For is believed: addresses, or blocks like 10.0.0.0/8.
        trusted_proxies: Vec<Cidr> = [],
    }
}

/// The checked address under which people find Postroom: http or https, a host, nothing behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl(Url);

impl PublicUrl {
    /// The address without a slash at its end: what links and the `Origin` header begin with.
    pub fn origin(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }

    /// The address itself, for whoever builds others from it.
    pub fn url(&self) -> &Url {
        &self.0
    }

    /// The host without its port.
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    /// True if people reach Postroom over TLS.
    pub fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// True if nobody but this machine can mean it: what is only tolerable there is allowed then.
    pub fn is_loopback(&self) -> bool {
        match self.0.host() {
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }

    /// The host of a tenant's pages, with the port where there is one.
    pub fn tenant_host(&self, slug: &str) -> String {
        let port = self
            .0
            .port()
            .map_or_else(String::new, |port| format!(":{port}"));
        format!("{slug}.{}{port}", self.host())
    }

    /// The address of a tenant's pages, without a slash at its end.
    pub fn tenant_origin(&self, slug: &str) -> String {
        format!("{}://{}", self.0.scheme(), self.tenant_host(slug))
    }
}

impl Text for PublicUrl {
    fn expected() -> Cow<'static, str> {
        "an address like https://desk.example.org, without a path".into()
    }

    fn parse(text: &str) -> Result<Self, Wrong> {
        let expected = || Wrong::Expected(<Self as Text>::expected());
        let url = Url::parse(text).map_err(|_| expected())?;
        let bare = url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        if !bare || !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            return Err(expected());
        }
        let url = Self(url);
        if !url.is_https() && !url.is_loopback() {
            return Err(Wrong::Because(format!(
                "{text:?} is plain http, and browsers silently drop the log-in cookie there; use \
                 https (a proxy in front of Postroom speaks TLS), or a loopback address to try it out"
            )));
        }
        Ok(url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<PublicUrl, String> {
        PublicUrl::parse(text).map_err(|wrong| format!("{wrong:?}"))
    }

    #[test]
    fn tenants_live_below_the_host() {
        let url = parse("http://localhost:8080").unwrap();
        assert_eq!(url.tenant_origin("acme"), "http://acme.localhost:8080");
        assert_eq!(url.origin(), "http://localhost:8080");
        let url = parse("https://desk.example.org/").unwrap();
        assert_eq!(url.tenant_origin("acme"), "https://acme.desk.example.org");
        assert_eq!(url.origin(), "https://desk.example.org");
    }

    #[test]
    fn plain_http_is_refused_off_loopback_with_the_reason() {
        for fine in [
            "http://localhost",
            "http://127.0.0.1:1",
            "http://[::1]:8080",
            "http://a.localhost",
        ] {
            assert!(parse(fine).unwrap().is_loopback(), "{fine}");
        }
        let refused = parse("http://desk.example.org").unwrap_err();
        assert!(refused.contains("cookie"), "{refused}");
    }

    #[test]
    fn an_address_with_more_than_a_host_is_refused() {
        for given in [
            "desk.example.org",
            "https://a/b",
            "https://a?b",
            "https://u@a",
            "ftp://a",
            "",
        ] {
            assert!(parse(given).is_err(), "{given}");
        }
    }
}
