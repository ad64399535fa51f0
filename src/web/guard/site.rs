//! Which of our hosts a request means.

/// The part of Postroom that a host stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Site {
    /// The host of `public_url`: the front door and the platform area.
    Root,
    /// `SLUG.` in front of it: a tenant's pages.
    Tenant(String),
    /// This machine by its loopback address: the API and the health checks, no pages.
    Machine,
}

impl Site {
    /// What a `Host` header means, or `None` for a host that is not ours (A24: 421). Ports are not compared:
    /// links are made from `public_url` alone.
    pub fn of(header: &str, public_host: &str) -> Option<Self> {
        let host = without_port(header).to_ascii_lowercase();
        let public = public_host.to_ascii_lowercase();
        if host == public {
            return Some(Self::Root);
        }
        if let Some(slug) = host
            .strip_suffix(&public)
            .and_then(|rest| rest.strip_suffix('.'))
        {
            let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
            return (!slug.is_empty() && slug.len() <= 63 && slug.bytes().all(plain))
                .then(|| Self::Tenant(slug.to_owned()));
        }
        let address = host.trim_start_matches('[').trim_end_matches(']');
        let loopback = address
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.to_canonical().is_loopback());
        (loopback || host == "localhost").then_some(Self::Machine)
    }
}

fn without_port(host: &str) -> &str {
    if host.starts_with('[') {
        return host.find(']').map_or(host, |end| &host[..=end]);
    }
    host.split_once(':').map_or(host, |(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a24_a_host_is_ours_or_it_is_refused() {
        let tenant = |slug: &str| Some(Site::Tenant(slug.to_owned()));
        for (host, site) in [
            ("desk.example", Some(Site::Root)),
            ("Desk.Example:8443", Some(Site::Root)),
            ("acme.desk.example", tenant("acme")),
            ("ACME.desk.example:80", tenant("acme")),
            ("a.b.desk.example", None),
            (".desk.example", None),
            ("a_b.desk.example", None),
            ("evildesk.example", None),
            ("desk.example.evil.test", None),
            ("evil.test", None),
            ("", None),
            ("127.0.0.1:8080", Some(Site::Machine)),
            ("[::1]:8080", Some(Site::Machine)),
            ("localhost:8080", Some(Site::Machine)),
            ("192.0.2.1", None),
        ] {
            assert_eq!(Site::of(host, "desk.example"), site, "{host}");
        }
        assert_eq!(Site::of("acme.localhost:8080", "localhost"), tenant("acme"));
        assert_eq!(Site::of("localhost", "localhost"), Some(Site::Root));
        assert_eq!(Site::of("127.0.0.1:8080", "127.0.0.1"), Some(Site::Root));
    }
}
