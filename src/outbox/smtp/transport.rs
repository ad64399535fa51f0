//! The connection as lettre reads it: greeting first, in ASCII, and no line without end.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::door::network::Stream;

/// lettre refuses lines above 1,000 bytes, but only once it has all of them.
const LONGEST_LINE: usize = 8 * 1024;

/// Wraps a connection whose greeting has been read already.
#[derive(Debug)]
pub(super) struct Transport {
    stream: Stream,
    /// lettre waits for a greeting, which after STARTTLS does not come again: it gets the one that came.
    greeting: Bytes,
    /// Bytes since the last end of line.
    line: usize,
}

impl Transport {
    pub fn new(stream: Stream, greeting: Bytes) -> Self {
        Self {
            stream,
            greeting,
            line: 0,
        }
    }

    /// Replies are for people, and some speak Latin-1; lettre takes nothing but UTF-8.
    fn tidy(&mut self, bytes: &mut [u8]) -> io::Result<()> {
        for byte in bytes {
            self.line = if *byte == b'\n' { 0 } else { self.line + 1 };
            if !byte.is_ascii() {
                *byte = b'?';
            }
        }
        if self.line > LONGEST_LINE {
            return Err(io::Error::other("the server sends a line without end"));
        }
        Ok(())
    }
}

impl AsyncTokioStream for Transport {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.stream.peer_addr()
    }
}

impl AsyncRead for Transport {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if !this.greeting.is_empty() {
            let length = this.greeting.len().min(into.remaining());
            into.put_slice(&this.greeting[..length]);
            this.greeting.advance(length);
            return Poll::Ready(Ok(()));
        }
        let before = into.filled().len();
        ready!(Pin::new(&mut this.stream).poll_read(cx, into))?;
        Poll::Ready(this.tidy(&mut into.filled_mut()[before..]))
    }
}

impl AsyncWrite for Transport {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}
