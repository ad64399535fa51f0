//! The way out to mail servers: name, TCP, TLS. The only place that dials.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::client::TlsStream;

use super::tls::{TlsClients, TlsError};

/// How long one address of a host may take to answer.
const ONE_ADDRESS: Duration = Duration::from_secs(10);
/// How long the name, all its addresses, or the TLS handshake may take.
const WHOLE: Duration = Duration::from_secs(15);

/// The network, as a thing that is passed in. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Network {
    /// Shared with all clones, so that certificates are read once.
    tls: TlsClients,
}

impl Network {
    /// A TCP connection to the first address of `host` that answers, within 15 seconds in all.
    pub async fn dial(&self, host: &str, port: u16) -> io::Result<TcpStream> {
        let attempt = async {
            let mut last = None;
            for address in tokio::net::lookup_host((host, port)).await? {
                match timeout(ONE_ADDRESS, TcpStream::connect(address)).await {
                    Ok(Ok(stream)) => {
                        // Requests and answers are small and alternate: waiting to fill a packet only delays.
                        stream.set_nodelay(true)?;
                        return Ok(stream);
                    }
                    Ok(Err(error)) => last = Some(error),
                    Err(_) => last = Some(io::ErrorKind::TimedOut.into()),
                }
            }
            Err(last.unwrap_or_else(|| io::ErrorKind::AddrNotAvailable.into()))
        };
        timeout(WHOLE, attempt)
            .await
            .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
    }

    /// TLS on a connection, within 15 seconds. `ca_pem` replaces the system's certificates.
    pub async fn protect(
        &self,
        stream: TcpStream,
        host: &str,
        ca_pem: Option<&str>,
    ) -> Result<Stream, TlsError> {
        timeout(WHOLE, self.tls.handshake(stream, host, ca_pem))
            .await
            .unwrap_or_else(|_| {
                Err(TlsError::Handshake {
                    host: host.to_owned(),
                    source: io::ErrorKind::TimedOut.into(),
                })
            })
            .map(|protected| Stream::Tls(Box::new(protected)))
    }
}

/// A connection to a server, protected or not.
#[derive(Debug)]
pub enum Stream {
    /// As it came from the network.
    Plain(TcpStream),
    /// Inside TLS.
    Tls(Box<TlsStream<TcpStream>>),
}

impl Stream {
    /// The address at the other end.
    pub fn peer_addr(&self) -> io::Result<std::net::SocketAddr> {
        match self {
            Self::Plain(stream) => stream.peer_addr(),
            Self::Tls(stream) => stream.get_ref().0.peer_addr(),
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(cx, into),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_read(cx, into),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(cx, bytes),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_write(cx, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Tls(stream) => Pin::new(stream.as_mut()).poll_shutdown(cx),
        }
    }
}
