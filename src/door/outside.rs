//! The way out to web servers that tenants name: webhooks and ntfy. What the operator named is trusted; what was named
//! on a page or by the API reaches the public internet alone (A20).
//!
//! The check is made on the addresses that are then connected to, inside the client's own name resolution: a name that
//! resolves to something else a moment later gains nothing.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Client, redirect};
use url::{Host, Url};

/// How long a connection may take, and an exchange in all.
const CONNECT: Duration = Duration::from_secs(5);
const WHOLE: Duration = Duration::from_secs(10);

/// Whether an address may be reached.
type Judge = dyn Fn(IpAddr) -> bool + Send + Sync;

/// Web clients without redirects, proxies and cookies. Cheap to clone; clones share connections.
#[derive(Clone)]
pub struct Outside {
    free: Client,
    guarded: Client,
    judge: Arc<Judge>,
    /// Whether an address is one that the operator allows beyond the public ones; plain http may go there.
    allowed: Arc<Judge>,
}

/// An address that a tenant may not make the daemon connect to. The sentence is for the tenant: it says nothing of what
/// a name resolves to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Forbidden {
    /// Not https.
    #[error("only https addresses are called")]
    Plain,
    /// It carries a name or a password.
    #[error("an address with a user name in it is not called")]
    Login,
    /// Not on the public internet.
    #[error("only addresses on the public internet are called")]
    Private,
}

impl Outside {
    /// Clients that reach, beyond the public internet as `public` knows it, what `allowed` names.
    ///
    /// # Errors
    /// The system's certificates cannot be read.
    pub fn new(
        public: impl Fn(IpAddr) -> bool + Send + Sync + 'static,
        allowed: impl Fn(IpAddr) -> bool + Send + Sync + 'static,
    ) -> Result<Self, reqwest::Error> {
        super::tls::install_provider();
        let allowed: Arc<Judge> = Arc::new(allowed);
        let beyond = Arc::clone(&allowed);
        let judge: Arc<Judge> = Arc::new(move |address| public(address) || beyond(address));
        let plain = || {
            Client::builder()
                .redirect(redirect::Policy::none())
                .no_proxy()
                .connect_timeout(CONNECT)
                .timeout(WHOLE)
                .user_agent(concat!("postroom/", env!("CARGO_PKG_VERSION")))
        };
        let resolver = Arc::new(Guard(Arc::clone(&judge)));
        Ok(Self {
            free: plain().build()?,
            guarded: plain().dns_resolver(resolver).build()?,
            judge,
            allowed,
        })
    }

    /// The client to reach `url` with: any for what the operator named, the guarded one for all else.
    ///
    /// # Errors
    /// An address that may not be reached. A name that resolves to one fails later, as one that does not resolve.
    pub fn client(&self, url: &Url, trusted: bool) -> Result<&Client, Forbidden> {
        if trusted {
            return Ok(&self.free);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Forbidden::Login);
        }
        let literal = match url.host() {
            Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
            Some(Host::Domain(_)) => None,
            None => return Err(Forbidden::Private),
        };
        // A literal address never passes the resolver.
        if literal.is_some_and(|address| !(self.judge)(address)) {
            return Err(Forbidden::Private);
        }
        let inside = literal.is_some_and(|address| (self.allowed)(address));
        if url.scheme() != "https" && !inside {
            return Err(Forbidden::Plain);
        }
        Ok(&self.guarded)
    }
}

impl std::fmt::Debug for Outside {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Outside")
    }
}

/// Resolves names as the system does, and gives no address at all if one of them may not be reached.
struct Guard(Arc<Judge>);

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let judge = Arc::clone(&self.0);
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let addresses: Vec<SocketAddr> = found.collect();
            if addresses.iter().all(|address| judge(address.ip())) {
                Ok(Box::new(addresses.into_iter()) as Addrs)
            } else {
                Err(Box::new(io::Error::other(Forbidden::Private)) as _)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outside(allowed: &'static str) -> Outside {
        let public = |address: IpAddr| {
            !address.is_loopback() && address != IpAddr::from([169, 254, 169, 254])
        };
        Outside::new(public, move |address| address.to_string() == allowed).unwrap()
    }

    #[test]
    fn a20_what_a_tenant_names_is_https_and_public() {
        let outside = outside("10.0.0.7");
        for (url, verdict) in [
            ("https://hooks.example/x", Ok(())),
            ("https://8.8.8.8/x", Ok(())),
            ("http://hooks.example/x", Err(Forbidden::Plain)),
            ("https://ada:secret@hooks.example/x", Err(Forbidden::Login)),
            ("https://127.0.0.1/x", Err(Forbidden::Private)),
            ("https://127.1/x", Err(Forbidden::Private)),
            ("https://0x7f000001/x", Err(Forbidden::Private)),
            ("https://2130706433/x", Err(Forbidden::Private)),
            ("https://0177.0.0.1/x", Err(Forbidden::Private)),
            ("https://[::1]/x", Err(Forbidden::Private)),
            ("https://169.254.169.254/latest", Err(Forbidden::Private)),
            // The operator's list opens both the address and plain http.
            ("http://10.0.0.7/x", Ok(())),
        ] {
            let url = Url::parse(url).unwrap();
            assert_eq!(outside.client(&url, false).map(|_| ()), verdict, "{url}");
            assert!(
                outside.client(&url, true).is_ok(),
                "the operator's own: {url}"
            );
        }
    }

    #[tokio::test]
    async fn a20_a_name_that_resolves_inside_is_not_connected_to() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let outside = outside("nothing");
        for name in ["localhost", "localhost."] {
            let url = Url::parse(&format!("https://{name}:{port}/x")).unwrap();
            let client = outside.client(&url, false).unwrap();
            let error = client.get(url).send().await.unwrap_err();
            assert!(error.is_connect(), "{error:?}");
        }
        let nobody = tokio::time::timeout(Duration::from_millis(50), listener.accept()).await;
        assert!(nobody.is_err(), "nobody connected");
    }
}
