//! From spooled mail to tickets: the one function that walks the road. It takes mails in hand, reads them outside
//! any transaction, decides and writes many of them in one, and never lets one mail hurt another:
//!
//! claim (commit) → parse → everything else (commit). A batch that fails is taken apart and looked at one by
//! one; a mail that fails three times goes to quarantine. Nobody waits long for a mail that takes long to read
//! (`reading`).

mod after;
mod agent;
mod batch;
mod bounce;
mod evidence;
mod pace;
mod partial;
mod proof;
mod reading;
mod reasons;
mod rehearse;
mod take_in;
mod ties;
mod walk;
mod world;

pub use reading::Patience;
pub use rehearse::{RehearsalError, Rehearsed, rehearse, rehearse_again};
pub use take_in::{Decided, Read, read_kept, read_proven, take_in};

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use chrono::TimeDelta;
use tokio_util::sync::CancellationToken;

use crate::desk::{Desk, DeskError};
use crate::domain::ids::InboundId;
use crate::domain::mail::Mail;
use crate::domain::trace::Trace;
use crate::intake::process::proof::Proof;
use crate::intake::process::reading::{Progress, Reading};
use crate::store::inbound::{Claimed, InboundState, Outcome};
use crate::store::{self, StoreError, Topic};

/// Mails worked on together: enough to share the cost of a commit, few enough to repeat.
const TOGETHER: i64 = 200;
/// Bytes of mail worked on together; one mail may have more. Memory is a small multiple of it.
const BYTES_TOGETHER: i64 = 32 << 20;
/// A mail that failed so often goes to quarantine.
const ATTEMPTS: i64 = 3;
/// For how long a node may hold mails before another takes them over.
const LEASE: TimeDelta = TimeDelta::minutes(5);

/// Turns spooled mails into tickets.
#[derive(Clone)]
pub struct Process {
    desk: Desk,
    /// Under which name this node holds rows.
    node: String,
    reading: Reading,
}

/// A mail in hand that was read.
pub(in crate::intake::process) struct Parsed {
    claimed: Claimed,
    mail: Mail,
    /// What its signatures prove.
    proof: Proof,
    /// A person decided what it becomes.
    decided: Option<Decided>,
    /// The bytes, kept for those that may carry an agent's files or a mail that was passed on.
    raw: Option<Vec<u8>>,
}

impl Parsed {
    /// A mail that nobody but the program decides about.
    fn of(claimed: Claimed, mail: Mail, proof: Proof, raw: Vec<u8>) -> Self {
        let wanted = mail
            .attachments
            .iter()
            .any(|a| a.content_type == "message/rfc822")
            || !mail.attachments.is_empty() && evidence::may_answer(&mail);
        Self {
            claimed,
            mail,
            proof,
            decided: None,
            raw: wanted.then_some(raw),
        }
    }
}

impl Process {
    /// A processor for this node.
    pub fn new(desk: Desk, node: impl Into<String>) -> Self {
        Self {
            desk,
            node: node.into(),
            reading: Reading::new(),
        }
    }

    /// The same with another reader.
    #[must_use]
    pub fn reading_with(mut self, read: fn(&[u8]) -> Mail) -> Self {
        self.reading.read = read;
        self
    }

    /// The same with more or less patience.
    #[must_use]
    pub fn with_patience(mut self, patience: Patience) -> Self {
        self.reading.patience = patience;
        self
    }

    /// Works until `stop`. What this node had in hand when it last stopped is looked at first, with care.
    pub async fn run(self, stop: CancellationToken) {
        let mut news = self.desk.db.bus.waiter(Topic::Intake);
        let mut recovered = false;
        while !stop.is_cancelled() {
            let worked = async {
                if !recovered {
                    self.recover().await?;
                    recovered = true;
                }
                self.step().await
            };
            match worked.await {
                Ok(0) => {
                    tokio::select! {
                        () = stop.cancelled() => {}
                        () = news.wait() => {}
                        // Failed mails wait for their next try, and slow ones for their end; nothing else needs this.
                        () = tokio::time::sleep(self.reading.next_look()) => {}
                    }
                }
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "could not process mail; trying again"
                    );
                    tokio::select! {
                        () = stop.cancelled() => {}
                        () = tokio::time::sleep(Duration::from_secs(1)) => {}
                    }
                }
            }
        }
        if let Err(error) = self.leave().await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "could not put back what was being read; it is looked at after the start"
            );
        }
    }

    /// Puts back what is still being read.
    async fn leave(&self) -> Result<(), DeskError> {
        let mut tx = self.desk.db.write().await?;
        store::inbound::release(&mut tx, &self.reading.unsettled(), true).await?;
        tx.commit().await?;
        Ok(())
    }

    /// After an unclean stop: mails that were in hand are looked at one by one.
    async fn recover(&self) -> Result<(), DeskError> {
        let mut tx = self.desk.db.write().await?;
        let found = store::inbound::recover_all_tenants(&mut tx, &self.node).await?;
        tx.commit().await?;
        if found > 0 {
            tracing::info!(
                found,
                "mails were in hand at the last stop; looking at each alone"
            );
        }
        Ok(())
    }

    /// Takes the oldest waiting mails and finishes them. Returns how many it took; 0 when none waits. One that
    /// takes long to read is finished by a later step.
    pub async fn step(&self) -> Result<usize, DeskError> {
        let settled = self.settle().await?;
        let now = self.desk.clock.now();
        if !self.reading.has_room() {
            tracing::warn!("all threads that read mail are left to slow ones; waiting for one");
            return Ok(settled);
        }
        let mut tx = self.desk.db.write().await?;
        let most = (TOGETHER, BYTES_TOGETHER);
        let until = now + LEASE;
        let claimed =
            store::inbound::claim_all_tenants(&mut tx, &self.node, most, until, now).await?;
        if claimed.is_empty() {
            tx.rollback().await?;
            return Ok(settled);
        }
        tx.commit().await?;
        let count = settled + claimed.len();
        if let [only] = claimed.as_slice() {
            if only.attempts >= ATTEMPTS {
                self.quarantine(only, "it failed three times").await?;
                return Ok(count);
            }
            if self.reading.is_late(only.id) {
                // A thread still tries; a second one would not be faster.
                self.take_apart(&[only.id], Failure::TooSlow).await?;
                return Ok(count);
            }
        }
        let ids: Vec<InboundId> = claimed.iter().map(|c| c.id).collect();
        match self.parse(claimed).await {
            Ok(read) => {
                self.put_back(&read.behind).await?;
                self.finish(read.parsed).await?;
            }
            Err(failure) => self.take_apart(&ids, failure).await?,
        }
        Ok(count)
    }

    /// Finishes mails that took long to read, and counts an attempt against those that took too long.
    async fn settle(&self) -> Result<usize, DeskError> {
        let settled = self.reading.settle();
        let count = settled.parsed.len() + settled.failed.len();
        for parsed in settled.parsed {
            self.finish(vec![parsed]).await?;
        }
        for (id, failure) in settled.failed {
            self.take_apart(&[id], failure).await?;
        }
        Ok(count)
    }

    /// Asks for what proves it, and writes what was read, or takes it apart.
    async fn finish(&self, mut parsed: Vec<Parsed>) -> Result<(), DeskError> {
        if parsed.is_empty() {
            return Ok(());
        }
        let proofs = parsed.iter_mut().map(|parsed| &mut parsed.proof).collect();
        proof::ask(&self.desk.names, proofs).await;
        if let Err(failure) = batch::write(&self.desk, &parsed).await {
            let ids: Vec<InboundId> = parsed.iter().map(|mail| mail.claimed.id).collect();
            self.take_apart(&ids, failure).await?;
        }
        Ok(())
    }

    /// Puts back mails that nobody has looked at.
    async fn put_back(&self, ids: &[InboundId]) -> Result<(), DeskError> {
        if ids.is_empty() {
            return Ok(());
        }
        let mut tx = self.desk.db.write().await?;
        store::inbound::release(&mut tx, ids, false).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Reads mails on other threads, outside any transaction.
    async fn parse(&self, claimed: Vec<Claimed>) -> Result<Progress, Failure> {
        let ids: Vec<_> = claimed.iter().map(|c| c.blob).collect();
        let mut tx = self.desk.db.read().await?;
        let mut blobs: std::collections::HashMap<_, _> = store::blobs::read_all(&mut tx, &ids)
            .await?
            .into_iter()
            .collect();
        tx.rollback().await?;
        let with_bytes = claimed.into_iter().map(|claimed| {
            let raw = blobs.remove(&claimed.blob).unwrap_or_default();
            (claimed, raw)
        });
        let mails = with_bytes.collect();
        self.reading.all(mails, &self.desk.directory()).await
    }

    /// What to do with mails that could not be finished: several are looked at one by one, one has an attempt
    /// counted. What will pass by itself (a busy database, a full disk) counts for nothing.
    async fn take_apart(&self, ids: &[InboundId], failure: Failure) -> Result<(), DeskError> {
        let mut tx = self.desk.db.write().await?;
        match (ids, failure) {
            (_, Failure::Store(error)) if error.is_transient() => {
                store::inbound::release(&mut tx, ids, ids.len() == 1).await?;
                tx.commit().await?;
                return Err(error.into());
            }
            ([only], failure) => {
                let reason = failure.to_string();
                tracing::warn!(inbound = %only, reason, "a mail could not be processed");
                let pause = match failure {
                    Failure::TooSlow => TimeDelta::seconds(10),
                    _ => TimeDelta::seconds(1),
                };
                let retry_at = self.desk.clock.now() + pause;
                let attempts = store::inbound::failed(&mut tx, *only, &reason, retry_at).await?;
                if attempts >= ATTEMPTS {
                    store::inbound::finish_all(
                        &mut tx,
                        &[quarantined(*only, &reason)],
                        self.desk.clock.now(),
                    )
                    .await?;
                }
            }
            (several, failure) => {
                tracing::warn!(
                    mails = several.len(),
                    error = &failure as &dyn std::error::Error,
                    "a batch failed; looking at each mail alone"
                );
                store::inbound::release(&mut tx, several, true).await?;
            }
        }
        tx.commit().await?;
        Ok(())
    }

    async fn quarantine(&self, mail: &Claimed, reason: &str) -> Result<(), DeskError> {
        let mut tx = self.desk.db.write().await?;
        store::inbound::finish_all(
            &mut tx,
            &[quarantined(mail.id, reason)],
            self.desk.clock.now(),
        )
        .await?;
        tx.commit().await?;
        Ok(())
    }
}

fn quarantined(id: InboundId, reason: &str) -> Outcome {
    let mut trace = Trace::default();
    trace.note("process", "quarantined", reason);
    Outcome {
        id,
        state: InboundState::Quarantined,
        reason: Some(reason.to_owned()),
        sender: crate::domain::address::Party::default(),
        recipients: Vec::new(),
        subject: String::new(),
        message_id: None,
        trace,
    }
}

/// Why mails could not be finished.
#[derive(Debug, thiserror::Error)]
pub(in crate::intake::process) enum Failure {
    /// The code that reads or judges mail gave up; the words are the panic's.
    #[error("reading it failed: {0}")]
    Panicked(String),
    /// It was not read within the time that a mail may take.
    #[error("reading it took longer than 10 seconds")]
    TooSlow,
    /// The database refused.
    #[error("{0}")]
    Store(#[from] StoreError),
    /// A deed refused.
    #[error("{0}")]
    Desk(DeskError),
}

impl Failure {
    fn panicked(error: tokio::task::JoinError) -> Self {
        match error.try_into_panic() {
            Ok(panic) => Self::Panicked(words(panic.as_ref())),
            Err(error) => Self::Panicked(error.to_string()),
        }
    }

    /// Runs code that must not panic but might.
    fn guard<T>(work: impl FnOnce() -> T) -> Result<T, Self> {
        catch_unwind(AssertUnwindSafe(work)).map_err(|panic| Self::Panicked(words(panic.as_ref())))
    }
}

impl From<DeskError> for Failure {
    fn from(error: DeskError) -> Self {
        match error {
            DeskError::Store(error) => Self::Store(error),
            other => Self::Desk(other),
        }
    }
}

fn words(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic
        .downcast_ref::<&str>()
        .map(|s| (*s).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned());
    text.unwrap_or_else(|| "no reason was given".to_owned())
        .chars()
        .take(200)
        .collect()
}
