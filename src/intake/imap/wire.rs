//! The connection, read one whole answer at a time, within limits of size and time.
//!
//! Two readers share it and never overlap: our own code takes answers with [`Wire::answer`], and
//! async-imap reads through `AsyncRead`, which hands over one answer at a time and only those of which
//! nothing can go wrong in its parser. Between two commands nothing is buffered on async-imap's side.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::time::{Instant, Sleep};

use super::answer::{self, Done, Kind};
use super::error::Fault;
use super::framer::{Framer, Limits};
use crate::door::network::Stream;

/// How long to wait for the next byte of an answer.
pub(super) const PATIENCE: Duration = Duration::from_secs(15);
/// What ordinary answers may be.
pub(super) const SMALL: Limits = Limits {
    literal: 64 * 1024,
    text: 64 * 1024,
};
/// How much is read at once while little is expected. A thousand idle accounts each keep this much.
const SIP: usize = 4 * 1024;

pub(super) struct Wire {
    stream: Stream,
    /// Received and not taken yet; begins with the answer being framed.
    buffer: BytesMut,
    framer: Framer,
    limits: Limits,
    /// How much room to make before a read: small while waiting, large while bodies come.
    gulp: usize,
    /// What is left of the answer that async-imap is reading.
    handing: Bytes,
    /// What the server said last in words, in a tagged line or a BYE, for error messages.
    words: String,
    /// Whether an EXISTS went by on its way to async-imap.
    news: bool,
    patience: Duration,
    /// Runs while `waiting`.
    timer: Pin<Box<Sleep>>,
    waiting: bool,
}

impl Wire {
    pub fn new(stream: Stream) -> Self {
        Self {
            stream,
            buffer: BytesMut::new(),
            framer: Framer::default(),
            limits: SMALL,
            gulp: SIP,
            handing: Bytes::new(),
            words: String::new(),
            news: false,
            patience: PATIENCE,
            timer: Box::pin(tokio::time::sleep(PATIENCE)),
            waiting: false,
        }
    }

    /// What the next answers may be, and how much to read at once.
    pub fn expect(&mut self, limits: Limits, gulp: usize) {
        self.limits = limits;
        self.gulp = gulp.max(SIP);
    }

    /// Back to small answers; gives the large buffer back.
    pub fn expect_little(&mut self) {
        self.expect(SMALL, SIP);
        if self.buffer.is_empty() {
            self.buffer = BytesMut::new();
        }
    }

    /// What the server said last, in words for people.
    pub fn words(&self) -> String {
        self.words.clone()
    }

    /// Whether an EXISTS was seen by async-imap since this was last asked.
    pub fn take_news(&mut self) -> bool {
        std::mem::take(&mut self.news)
    }

    /// The bare connection, for TLS to be put on it. Bytes that came before their time would be read as if
    /// they had come under TLS: there must be none (the STARTTLS injection of CVE-2011-0411).
    pub fn into_stream(self) -> Result<Stream, Fault> {
        if self.buffer.is_empty() && self.handing.is_empty() {
            return Ok(self.stream);
        }
        Err(Fault::Protocol(
            "it talks on in plain text after agreeing to STARTTLS".to_owned(),
        ))
    }

    /// The next whole answer, its literals in place. A `BYE` or the end of the connection is an error.
    pub async fn answer(&mut self) -> Result<Bytes, Fault> {
        std::future::poll_fn(|cx| self.poll_answer(cx)).await
    }

    /// The next whole answer, if it is here already.
    fn poll_answer(&mut self, cx: &mut Context<'_>) -> Poll<Result<Bytes, Fault>> {
        loop {
            match self.framer.answer(&self.buffer, self.limits) {
                Ok(Some(length)) => {
                    let answer = self.buffer.split_to(length).freeze();
                    return Poll::Ready(self.noted(answer));
                }
                Ok(None) => ready!(self.poll_fill(cx))?,
                Err(more) => {
                    return Poll::Ready(Err(Fault::TooLarge {
                        announced: more.announced,
                        limit: more.limit,
                    }));
                }
            }
        }
    }

    /// Sends `line` and the end of the line.
    pub async fn say(&mut self, line: &str) -> Result<(), Fault> {
        self.write_all(format!("{line}\r\n").as_bytes()).await?;
        Ok(self.flush().await?)
    }

    /// Reads to the end of the command `tag`; `each` sees the data on the way.
    pub async fn until(
        &mut self,
        tag: &str,
        mut each: impl FnMut(&Bytes) -> Result<(), Fault>,
    ) -> Result<Done, Fault> {
        loop {
            let answer = self.answer().await?;
            match answer::kind(&answer) {
                Kind::Data(_) => each(&answer)?,
                Kind::Tagged(of, done) if of == tag.as_bytes() => return Ok(done),
                Kind::Tagged(..) | Kind::Continue | Kind::Nonsense => {
                    return Err(Fault::Protocol(answer::words(&answer)));
                }
            }
        }
    }

    fn noted(&mut self, answer: Bytes) -> Result<Bytes, Fault> {
        if let Some(words) = answer::bye(&answer) {
            return Err(Fault::Closed(Some(words)));
        }
        if let Some(words) = answer::tagged_words(&answer) {
            self.words = words;
        }
        Ok(answer)
    }

    fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Fault>> {
        let missing = self.framer.needs().saturating_sub(self.buffer.len());
        self.buffer.reserve(missing.max(self.gulp));
        let stream = Pin::new(&mut self.stream);
        match tokio_util::io::poll_read_buf(stream, cx, &mut self.buffer) {
            Poll::Ready(Ok(0)) => Poll::Ready(Err(Fault::Closed(None))),
            Poll::Ready(Ok(_)) => {
                self.waiting = false;
                Poll::Ready(Ok(()))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(Fault::Closed(Some(error.to_string())))),
            Poll::Pending => {
                if !self.waiting {
                    self.waiting = true;
                    self.timer.as_mut().reset(Instant::now() + self.patience);
                }
                ready!(self.timer.as_mut().poll(cx));
                self.waiting = false;
                Poll::Ready(Err(Fault::Timeout(self.patience.as_secs())))
            }
        }
    }

    /// How long to wait for the next byte from now on.
    pub fn wait(&mut self, patience: Duration) {
        self.patience = patience;
        self.waiting = false;
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        while this.handing.is_empty() {
            let answer = ready!(this.poll_answer(cx))?;
            this.news |= answer::is_exists(&answer);
            if answer::is_harmless(&answer) {
                this.handing = answer::plain_ascii(&answer);
            }
        }
        let length = this.handing.len().min(into.remaining());
        into.put_slice(&this.handing[..length]);
        this.handing.advance(length);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        // A new question: the time for its answer starts now, whatever became of the last one.
        this.waiting = false;
        Pin::new(&mut this.stream).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}

impl std::fmt::Debug for Wire {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Wire")
            .field("buffered", &self.buffer.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::{TcpListener, TcpStream};

    use super::*;

    async fn wire() -> (Wire, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (ours, theirs) = tokio::join!(TcpStream::connect(address), listener.accept());
        (Wire::new(Stream::Plain(ours.unwrap())), theirs.unwrap().0)
    }

    #[tokio::test]
    async fn f10_a_server_that_falls_silent_is_given_up() {
        let (mut wire, mut server) = wire().await;
        wire.wait(Duration::from_millis(50));
        server.write_all(b"* 1 EXISTS\r\n* 2 EXI").await.unwrap();
        assert_eq!(wire.answer().await.unwrap(), "* 1 EXISTS\r\n");
        assert!(matches!(wire.answer().await, Err(Fault::Timeout(_))));
        // Nothing that had come is lost, should somebody wait on.
        server.write_all(b"STS\r\n").await.unwrap();
        assert_eq!(wire.answer().await.unwrap(), "* 2 EXISTS\r\n");
    }

    #[tokio::test]
    async fn half_an_answer_is_no_answer() {
        let (mut wire, mut server) = wire().await;
        server
            .write_all(b"* 1 FETCH (BODY[] {9}\r\nab")
            .await
            .unwrap();
        drop(server);
        assert!(matches!(wire.answer().await, Err(Fault::Closed(None))));
    }

    #[tokio::test]
    async fn waiting_costs_little_memory() {
        let (mut wire, mut server) = wire().await;
        wire.expect(SMALL, 256 * 1024);
        server.write_all(b"* 1 EXISTS\r\n").await.unwrap();
        drop(wire.answer().await.unwrap());
        wire.expect_little();
        server.write_all(b"* 2 EXISTS\r\n").await.unwrap();
        drop(wire.answer().await.unwrap());
        assert!(wire.buffer.capacity() <= 2 * SIP);
    }
}
