//! Mails are read on threads of their own, each for a bounded time (A32). A thread cannot be killed: a mail that takes too
//! long is left to its thread, those behind it are read by others, and there are only so many threads.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;
use tokio::sync::mpsc::error::TryRecvError;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::desk::directory::Directory;
use crate::domain::ids::InboundId;
use crate::domain::mail::{self, Mail};
use crate::intake::process::proof::Proof;
use crate::intake::process::{Failure, Parsed, partial};
use crate::store::inbound::Claimed;

/// Threads that read, those included that are left to a slow mail.
const THREADS: usize = 8;
/// Threads that share the mails in hand.
const SHARES: usize = 2;

/// How long a mail may take.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// After so long without news the others go on without it.
    pub wait: Duration,
    /// After so long an attempt is counted against it.
    pub most: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            wait: Duration::from_secs(2),
            most: Duration::from_secs(10),
        }
    }
}

/// Reads mails, and keeps those that take long.
#[derive(Clone)]
pub(super) struct Reading {
    /// Reads a mail; another function in tests that need a reader with faults.
    pub read: fn(&[u8]) -> Mail,
    pub patience: Patience,
    /// A seat is taken by every thread that reads, and given back when it ends.
    seats: Arc<Semaphore>,
    /// Mails that others did not wait for.
    late: Arc<Mutex<Vec<Late>>>,
}

/// Where reading some mails has come to.
#[derive(Default)]
pub(super) struct Progress {
    /// Those that were read.
    pub parsed: Vec<Parsed>,
    /// Those that stood behind a slow one and were not looked at.
    pub behind: Vec<InboundId>,
}

/// What has become of the mails that took long.
#[derive(Default)]
pub(super) struct Settled {
    /// Read after all.
    pub parsed: Vec<Parsed>,
    /// Not read, and why.
    pub failed: Vec<(InboundId, Failure)>,
}

/// A mail that takes long.
struct Late {
    id: InboundId,
    began: Instant,
    /// Says what became of it.
    news: UnboundedReceiver<News>,
    /// An attempt was counted; what comes now comes too late.
    counted: bool,
}

type News = Result<Box<Parsed>, Failure>;

/// Mails that one thread reads one after another.
struct Share {
    /// The first is the one being read.
    waiting: VecDeque<InboundId>,
    began: Instant,
    news: UnboundedReceiver<News>,
    /// No more after the present one.
    enough: Arc<AtomicBool>,
}

impl Reading {
    pub fn new() -> Self {
        Self {
            read: mail::parse,
            patience: Patience::default(),
            seats: Arc::new(Semaphore::new(THREADS)),
            late: Arc::default(),
        }
    }

    /// Whether there are threads for more mails. If not, all of them are left to slow ones.
    pub fn has_room(&self) -> bool {
        self.seats.available_permits() >= SHARES
    }

    /// Whether a mail is still being read although an attempt was counted against it.
    pub fn is_late(&self, id: InboundId) -> bool {
        self.late_ones().iter().any(|late| late.id == id)
    }

    /// When to look again at those that take long.
    pub fn next_look(&self) -> Duration {
        let waits = self.late_ones().iter().any(|late| !late.counted);
        if waits || !self.has_room() {
            self.patience.wait.min(Duration::from_millis(100))
        } else {
            Duration::from_secs(30)
        }
    }

    /// Reads mails, on two threads. Those for which it does not wait are settled later.
    ///
    /// # Errors
    /// The code that reads mail gave up, or there is no thread.
    pub async fn all(
        &self,
        mut mails: Vec<(Claimed, Vec<u8>)>,
        directory: &Arc<Directory>,
    ) -> Result<Progress, Failure> {
        let second = mails.split_off(mails.len().div_ceil(SHARES));
        let (mut first, mut second) = (
            self.begin(mails, directory)?,
            self.begin(second, directory)?,
        );
        let wait = self.patience.wait;
        let (one, two) = tokio::join!(first.collect(wait), second.collect(wait));
        let mut read = Progress {
            parsed: one?,
            behind: Vec::new(),
        };
        read.parsed.extend(two?);
        for mut share in [first, second] {
            if let Some(id) = share.waiting.pop_front() {
                tracing::warn!(inbound = %id, "a mail takes long to read; others go on without it");
                read.behind.extend(share.waiting);
                self.late_ones().push(Late {
                    id,
                    began: share.began,
                    news: share.news,
                    counted: false,
                });
            }
        }
        Ok(read)
    }

    fn begin(
        &self,
        mails: Vec<(Claimed, Vec<u8>)>,
        directory: &Arc<Directory>,
    ) -> Result<Share, Failure> {
        let seat = Arc::clone(&self.seats)
            .try_acquire_owned()
            .map_err(|_| Failure::Panicked("no thread is free to read it".to_owned()))?;
        let (report, news) = unbounded_channel();
        let share = Share {
            waiting: mails.iter().map(|(claimed, _)| claimed.id).collect(),
            began: Instant::now(),
            news,
            enough: Arc::default(),
        };
        let (read, directory) = (self.read, Arc::clone(directory));
        let enough = Arc::clone(&share.enough);
        let judge = move |claimed: Claimed, raw: Vec<u8>| {
            let mail = partial::named(read(&raw), &claimed);
            let proof = Proof::of(&directory, &claimed, &mail, &raw);
            Parsed::of(claimed, mail, proof, raw)
        };
        tokio::task::spawn_blocking(move || {
            work(mails, judge, &enough, &report);
            drop(seat);
        });
        Ok(share)
    }

    /// What became of the mails that took long since somebody last asked.
    pub fn settle(&self) -> Settled {
        let mut settled = Settled::default();
        self.late_ones().retain_mut(|late| {
            let outcome = match late.news.try_recv() {
                Ok(Ok(parsed)) => Some(Ok(parsed)),
                Ok(Err(failure)) => Some(Err(failure)),
                Err(TryRecvError::Disconnected) => {
                    Some(Err(Failure::Panicked("its thread ended".to_owned())))
                }
                Err(TryRecvError::Empty) => None,
            };
            match outcome {
                Some(_) if late.counted => return false,
                Some(Ok(parsed)) => settled.parsed.push(*parsed),
                Some(Err(failure)) => settled.failed.push((late.id, failure)),
                None => {
                    if !late.counted && late.began.elapsed() >= self.patience.most {
                        late.counted = true;
                        settled.failed.push((late.id, Failure::TooSlow));
                    }
                    return true;
                }
            }
            false
        });
        settled
    }

    /// Those that are in hand and have not been settled.
    pub fn unsettled(&self) -> Vec<InboundId> {
        let late = self.late_ones();
        let waiting = late.iter().filter(|late| !late.counted);
        waiting.map(|late| late.id).collect()
    }

    fn late_ones(&self) -> std::sync::MutexGuard<'_, Vec<Late>> {
        self.late.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Share {
    /// Takes what is read until all is read, or nothing has been for so long.
    async fn collect(&mut self, wait: Duration) -> Result<Vec<Parsed>, Failure> {
        let mut parsed = Vec::new();
        while !self.waiting.is_empty() {
            let Ok(news) = tokio::time::timeout(wait, self.news.recv()).await else {
                self.enough.store(true, Ordering::Relaxed);
                break;
            };
            let gone = || Err(Failure::Panicked("its thread ended".to_owned()));
            parsed.push(*news.unwrap_or_else(gone)?);
            self.waiting.pop_front();
            self.began = Instant::now();
        }
        Ok(parsed)
    }
}

/// What a thread does.
fn work(
    mails: Vec<(Claimed, Vec<u8>)>,
    judge: impl Fn(Claimed, Vec<u8>) -> Parsed,
    enough: &AtomicBool,
    report: &UnboundedSender<News>,
) {
    for (claimed, raw) in mails {
        if enough.load(Ordering::Relaxed) {
            break;
        }
        let news = Failure::guard(|| Box::new(judge(claimed, raw)));
        let ends = news.is_err();
        // Nobody listens any more: what stood behind a slow mail was given to others.
        if report.send(news).is_err() || ends {
            break;
        }
    }
}
