//! From spooled mail to tickets: the one function that walks the road. It takes mails in hand, reads them outside
//! any transaction, decides and writes many of them in one, and never lets one mail hurt another:
//!
//! claim (commit) → parse → everything else (commit). A batch that fails is taken apart and looked at one by
//! one; a mail that fails three times goes to quarantine.

mod agent;
mod batch;
mod bounce;
mod evidence;
mod pace;
mod partial;
mod proof;
mod rehearse;
mod take_in;
mod walk;
mod world;

pub use rehearse::{RehearsalError, Rehearsed, rehearse, rehearse_again};
pub use take_in::{Decided, Read, read_kept, read_proven, take_in};

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use tokio_util::sync::CancellationToken;

use crate::desk::{Desk, DeskError};
use crate::domain::ids::InboundId;
use crate::domain::mail::{self, Mail};
use crate::domain::trace::Trace;
use crate::intake::process::proof::Proof;
use crate::store::inbound::{Claimed, InboundState, Outcome};
use crate::store::{self, StoreError, Topic};

/// Mails worked on together: enough to share the cost of a commit, few enough to repeat.
const TOGETHER: i64 = 200;
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
    /// Reads a mail; another function in tests that need a reader with faults.
    read: fn(&[u8]) -> Mail,
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
            read: mail::parse,
        }
    }

    /// The same with another reader.
    #[must_use]
    pub fn reading_with(self, read: fn(&[u8]) -> Mail) -> Self {
        Self { read, ..self }
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
                        // Failed mails wait for their next try; nothing else needs this.
                        () = tokio::time::sleep(Duration::from_secs(30)) => {}
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

    /// Takes the oldest waiting mails and finishes them. Returns how many it took; 0 when none waits.
    pub async fn step(&self) -> Result<usize, DeskError> {
        let now = self.desk.clock.now();
        let mut tx = self.desk.db.write().await?;
        let claimed =
            store::inbound::claim_all_tenants(&mut tx, &self.node, TOGETHER, now + LEASE, now)
                .await?;
        if claimed.is_empty() {
            tx.rollback().await?;
            return Ok(0);
        }
        tx.commit().await?;
        let count = claimed.len();
        if let [only] = claimed.as_slice()
            && only.attempts >= ATTEMPTS
        {
            self.quarantine(only, "it failed three times").await?;
            return Ok(count);
        }
        let ids: Vec<InboundId> = claimed.iter().map(|c| c.id).collect();
        if let Err(failure) = self.finish(claimed).await {
            self.take_apart(&ids, failure).await?;
        }
        Ok(count)
    }

    async fn finish(&self, claimed: Vec<Claimed>) -> Result<(), Failure> {
        let mut parsed = self.parse(claimed).await?;
        let proofs = parsed.iter_mut().map(|parsed| &mut parsed.proof).collect();
        proof::ask(&self.desk.names, proofs).await;
        batch::write(&self.desk, &parsed).await
    }

    /// Reads mails on other threads, outside any transaction.
    async fn parse(&self, claimed: Vec<Claimed>) -> Result<Vec<Parsed>, Failure> {
        let ids: Vec<_> = claimed.iter().map(|c| c.blob).collect();
        let mut tx = self.desk.db.read().await?;
        let mut blobs: std::collections::HashMap<_, _> = store::blobs::read_all(&mut tx, &ids)
            .await?
            .into_iter()
            .collect();
        tx.rollback().await?;
        let read = self.read;
        let mut with_bytes: Vec<_> = claimed
            .into_iter()
            .map(|c| {
                let raw = blobs.remove(&c.blob).unwrap_or_default();
                (c, raw)
            })
            .collect();
        let second = with_bytes.split_off(with_bytes.len() / 2);
        let directory = self.desk.directory();
        let work = |mails: Vec<(Claimed, Vec<u8>)>| {
            let directory = Arc::clone(&directory);
            move || {
                mails
                    .into_iter()
                    .map(|(claimed, raw)| {
                        let mail = partial::named(read(&raw), &claimed);
                        let proof = Proof::of(&directory, &claimed, &mail, &raw);
                        Parsed::of(claimed, mail, proof, raw)
                    })
                    .collect::<Vec<_>>()
            }
        };
        let (first, second) = tokio::join!(
            tokio::task::spawn_blocking(work(with_bytes)),
            tokio::task::spawn_blocking(work(second))
        );
        let mut parsed = first.map_err(Failure::panicked)?;
        parsed.extend(second.map_err(Failure::panicked)?);
        Ok(parsed)
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
                let retry_at = self.desk.clock.now() + TimeDelta::seconds(1);
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
