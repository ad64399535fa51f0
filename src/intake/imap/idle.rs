//! Waiting for mail: IDLE (RFC 2177) where the server offers it, asking from time to time elsewhere.

use std::time::Duration;

use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::answer::{self, Done, Kind};
use super::error::{Fault, ImapError};
use super::session::Session;
use super::wire::PATIENCE;

const DOING: &str = "waiting for mail";

/// Why the waiting ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Woken {
    /// Something in the folder changed: look.
    News,
    /// Nothing was heard. Look anyway: IDLE is a hint (I8).
    Quiet,
    /// We are asked to stop.
    Stopping,
}

impl Session {
    /// Waits in the selected folder until the server tells of a change, for `limit`, or until `stop`.
    ///
    /// The connection is proved to be alive at the end of it, with the usual 15 seconds for the answer: with
    /// a limit of 40 seconds, a line that is dead without saying so is noticed within a minute (F11).
    pub async fn idle(
        &mut self,
        limit: Duration,
        stop: &CancellationToken,
    ) -> Result<Woken, ImapError> {
        if stop.is_cancelled() {
            return Ok(Woken::Stopping);
        }
        if self.news {
            return Ok(Woken::News);
        }
        if !self.can().idle {
            return self.poll_later(limit, stop).await;
        }
        if self.abandoned {
            return Err(Fault::Abandoned.while_(DOING));
        }
        self.abandoned = true;
        let woken = self
            .listen(limit, stop)
            .await
            .map_err(|fault| fault.while_(DOING))?;
        self.abandoned = false;
        Ok(woken)
    }

    async fn poll_later(
        &mut self,
        limit: Duration,
        stop: &CancellationToken,
    ) -> Result<Woken, ImapError> {
        tokio::select! {
            () = stop.cancelled() => return Ok(Woken::Stopping),
            () = sleep(limit) => {}
        }
        self.noop().await?;
        Ok(if self.news { Woken::News } else { Woken::Quiet })
    }

    async fn listen(&mut self, limit: Duration, stop: &CancellationToken) -> Result<Woken, Fault> {
        let tag = self.send("IDLE").await?;
        self.enter(&tag).await?;
        // Silence is the rule here; `limit` ends it.
        self.wire().wait(limit.saturating_add(PATIENCE));
        let woken = if self.news {
            Woken::News
        } else {
            tokio::select! {
                biased;
                heard = self.hear() => heard?,
                () = stop.cancelled() => Woken::Stopping,
                () = sleep(limit) => Woken::Quiet,
            }
        };
        let hurried = woken == Woken::Stopping;
        let patience = if hurried {
            Duration::from_secs(10)
        } else {
            PATIENCE
        };
        self.wire().wait(patience);
        self.wire().say("DONE").await?;
        let mut news = false;
        let done = self.wire().until(&tag, |answer| {
            if let Kind::Data(data) = answer::kind(answer) {
                news |= answer::is_change(data);
            }
            Ok(())
        });
        let done = done.await?;
        self.wire().wait(PATIENCE);
        self.news |= news;
        match done {
            Done::Refused(words) => Err(Fault::Protocol(words)),
            Done::Ok if self.news && woken == Woken::Quiet => Ok(Woken::News),
            Done::Ok => Ok(woken),
        }
    }

    /// To the server's `+`. News that come before it count.
    async fn enter(&mut self, tag: &str) -> Result<(), Fault> {
        loop {
            let answer = self.wire().answer().await?;
            match answer::kind(&answer) {
                Kind::Continue => return Ok(()),
                Kind::Data(data) => self.news |= answer::is_change(data),
                Kind::Tagged(of, Done::Refused(words)) if of == tag.as_bytes() => {
                    return Err(Fault::Protocol(words));
                }
                Kind::Tagged(..) | Kind::Nonsense => {
                    return Err(Fault::Protocol(answer::words(&answer)));
                }
            }
        }
    }

    /// Until something changes. Servers also say `* OK Still here`.
    async fn hear(&mut self) -> Result<Woken, Fault> {
        loop {
            let answer = self.wire().answer().await?;
            if let Kind::Data(data) = answer::kind(&answer)
                && answer::is_change(data)
            {
                self.news = true;
                return Ok(Woken::News);
            }
        }
    }
}
