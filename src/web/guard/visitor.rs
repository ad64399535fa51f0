//! Where a request came from, as far as it can be known.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::request::Parts;

use crate::config::Cidr;
use crate::web::Web;

/// The visitor's address and program, for limits and for the list of sessions.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// The address; of the last proxy that we do not trust, if there are proxies.
    pub ip: IpAddr,
    /// What the browser calls itself, shortened.
    pub user_agent: String,
}

impl Visitor {
    /// What limits count by: an IPv4 address, or the /64 that one household has of IPv6.
    pub fn network(&self) -> String {
        match self.ip.to_canonical() {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).to_string()
            }
        }
    }
}

impl FromRequestParts<Web> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Infallible> {
        let peer = parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0.ip());
        let user_agent = parts
            .headers
            .get("user-agent")
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        Ok(Self {
            ip: address(peer, &parts.headers, &web.trusted_proxies),
            user_agent: user_agent.chars().take(200).collect(),
        })
    }
}

/// Walks X-Forwarded-For from its end, for as long as a trusted proxy wrote what stands there (A24).
fn address(peer: IpAddr, headers: &HeaderMap, trusted: &[Cidr]) -> IpAddr {
    let mut here = peer;
    let forwarded: Vec<IpAddr> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map_while(|one| one.trim().parse().ok())
        .collect();
    for before in forwarded.into_iter().rev() {
        if !trusted.iter().any(|block| block.contains(here)) {
            break;
        }
        here = before;
    }
    here
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn seen(peer: &str, forwarded: &'static str, trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", HeaderValue::from_static(forwarded));
        let trusted: Vec<Cidr> = trusted.iter().map(|block| block.parse().unwrap()).collect();
        address(peer.parse().unwrap(), &headers, &trusted).to_string()
    }

    #[test]
    fn a24_only_listed_proxies_are_believed() {
        assert_eq!(seen("203.0.113.9", "10.0.0.1", &[]), "203.0.113.9");
        assert_eq!(
            seen("127.0.0.1", "198.51.100.7", &["127.0.0.0/8"]),
            "198.51.100.7"
        );
        assert_eq!(
            seen("127.0.0.1", "1.2.3.4, 198.51.100.7", &["127.0.0.1"]),
            "198.51.100.7"
        );
        assert_eq!(
            seen(
                "127.0.0.1",
                "198.51.100.7, 10.1.1.1",
                &["127.0.0.1", "10.0.0.0/8"]
            ),
            "198.51.100.7"
        );
        assert_eq!(seen("127.0.0.1", "rubbish", &["127.0.0.1"]), "127.0.0.1");
    }

    #[test]
    fn an_ipv6_household_counts_as_one() {
        let visitor = |ip: &str| Visitor {
            ip: ip.parse().unwrap(),
            user_agent: String::new(),
        };
        assert_eq!(visitor("2001:db8:1:2:3::4").network(), "2001:db8:1:2::");
        assert_eq!(visitor("::ffff:192.0.2.1").network(), "192.0.2.1");
    }
}
