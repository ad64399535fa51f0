//! TLS as a client: which certificates are trusted, and that nothing below TLS 1.2 is spoken.
//!
//! There is no way to switch verification off. A server with a certificate of its own gets its CA file
//! into the settings instead.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// Makes ring the cryptography of every library in this process. To be called once, before the first
/// connection of any kind; calling it again changes nothing.
pub fn install_provider() {
    // The only error is that a provider is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// Why there is no protected connection.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The CA certificates in the settings cannot be read.
    #[error("the CA certificates in the settings are not usable: {0}")]
    Ca(String),
    /// The system's certificates cannot be read.
    #[error(
        "the system's CA certificates cannot be used; is the ca-certificates package installed?"
    )]
    System(#[source] rustls::Error),
    /// The host is not a name that a certificate could bear.
    #[error("{0:?} is not a name that a certificate could bear")]
    Name(String),
    /// The handshake failed: wrong name, expired, unknown issuer, or no TLS on that port at all.
    #[error("the TLS handshake with {host} failed")]
    Handshake {
        /// The host as it stands in the settings.
        host: String,
        /// What the handshake failed at.
        source: std::io::Error,
    },
}

/// Client configurations, one for each set of trusted certificates. Cheap to clone; clones share them.
#[derive(Clone, Debug, Default)]
pub struct TlsClients {
    /// By CA in PEM; `None` is the system's. Kept for ever: there are as many as there are CA files.
    built: Arc<Mutex<HashMap<Option<String>, Arc<ClientConfig>>>>,
}

impl TlsClients {
    /// A configuration that trusts `ca_pem` only, or the system's certificates if it is `None`.
    pub fn config(&self, ca_pem: Option<&str>) -> Result<Arc<ClientConfig>, TlsError> {
        let key = ca_pem.map(str::to_owned);
        let mut built = self.built.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(config) = built.get(&key) {
            return Ok(Arc::clone(config));
        }
        let config = Arc::new(build(ca_pem)?);
        built.insert(key, Arc::clone(&config));
        Ok(config)
    }

    /// Speaks TLS on `stream` with the server called `host`.
    pub async fn handshake(
        &self,
        stream: TcpStream,
        host: &str,
        ca_pem: Option<&str>,
    ) -> Result<TlsStream<TcpStream>, TlsError> {
        let name =
            ServerName::try_from(host.to_owned()).map_err(|_| TlsError::Name(host.to_owned()))?;
        TlsConnector::from(self.config(ca_pem)?)
            .connect(name, stream)
            .await
            .map_err(|source| TlsError::Handshake {
                host: host.to_owned(),
                source,
            })
    }
}

fn build(ca_pem: Option<&str>) -> Result<ClientConfig, TlsError> {
    let provider: Arc<CryptoProvider> = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .map_err(TlsError::System)?;
    let trusting = match ca_pem {
        Some(pem) => builder.with_root_certificates(roots(pem)?),
        None => builder.with_platform_verifier().map_err(TlsError::System)?,
    };
    Ok(trusting.with_no_client_auth())
}

fn roots(pem: &str) -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
        let certificate = certificate.map_err(|error| TlsError::Ca(error.to_string()))?;
        roots
            .add(certificate)
            .map_err(|error| TlsError::Ca(error.to_string()))?;
    }
    if roots.is_empty() {
        return Err(TlsError::Ca(
            "there is no \"BEGIN CERTIFICATE\" in them".to_owned(),
        ));
    }
    Ok(roots)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ca_file_without_certificates_is_refused() {
        let clients = TlsClients::default();
        assert!(matches!(clients.config(Some("")), Err(TlsError::Ca(_))));
        assert!(matches!(
            clients.config(Some("hello")),
            Err(TlsError::Ca(_))
        ));
        let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert!(matches!(clients.config(Some(broken)), Err(TlsError::Ca(_))));
    }

    #[test]
    fn the_same_certificates_share_one_configuration() {
        let clients = TlsClients::default();
        let (Ok(one), Ok(two)) = (clients.config(None), clients.clone().config(None)) else {
            return; // a machine without any CA certificates
        };
        assert!(Arc::ptr_eq(&one, &two));
    }
}
