//! Fetching mail: sizes first, then bodies in batches, each batch whole or not at all.
//!
//! One batch is one `UID FETCH`. The next one is sent before the last is read, so that the server never
//! waits for us; a batch is handed over only after its tagged OK (I3). Memory is bounded by the sizes
//! asked for, whatever the server sends.

use std::collections::{HashMap, HashSet, VecDeque};
use std::time::Duration;

use bytes::Bytes;
use tokio::time::timeout;

use super::answer::{self, Done, Kind, words};
use super::error::{Fault, ImapError};
use super::fetch_item::{self, Fetched, Item, Sized};
use super::framer::Limits;
use super::names::uid_sets;
use super::session::Session;

/// The most mails in one batch.
const BATCH_MAILS: usize = 100;
/// The most bytes in one batch of several mails, by their announced sizes.
const BATCH_BYTES: u64 = 2 * 1024 * 1024;
/// How many commands are on their way at once: one being answered, one waiting at the server.
const AHEAD: usize = 2;
/// How much is read at once while bodies come.
const GULP: usize = 256 * 1024;
/// How long one batch may take in all.
const BATCH_TIME: Duration = Duration::from_mins(10);
const DOING: &str = "fetching mail";

/// Mails to be fetched with one command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    uids: Vec<u32>,
    bytes: u64,
}

impl Batch {
    /// A batch of one, for going through a batch that was refused as a whole.
    pub fn one(uid: u32) -> Self {
        let uids = vec![uid];
        Self { uids, bytes: 0 }
    }

    /// The mails in it, in the order in which they were planned.
    pub fn uids(&self) -> &[u32] {
        &self.uids
    }
}

/// What came of one batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Harvest {
    /// The mails, whole, in rising order of their UIDs.
    pub mails: Vec<Fetched>,
    /// Those that the server has no more: somebody deleted or moved them.
    pub gone: Vec<u32>,
    /// Those of a batch that the server refused, or answered so that it could not be read, with the
    /// reason. Ask for them one by one ([`Batch::one`]); one that is refused alone stays refused.
    pub refused: Option<(Vec<u32>, String)>,
}

/// Divides mails into batches in their order. Mails larger than `max_message` bytes are left out; fetch
/// their beginnings with [`Session::head_of`].
pub fn plan(sizes: &[Sized], max_message: u64) -> Vec<Batch> {
    let mut batches: Vec<Batch> = Vec::new();
    for mail in sizes.iter().filter(|mail| mail.size <= max_message) {
        match batches.last_mut() {
            Some(last)
                if last.uids.len() < BATCH_MAILS && last.bytes + mail.size <= BATCH_BYTES =>
            {
                last.uids.push(mail.uid);
                last.bytes += mail.size;
            }
            _ => batches.push(Batch {
                uids: vec![mail.uid],
                bytes: mail.size,
            }),
        }
    }
    batches
}

impl Session {
    /// The announced sizes of `uids`, in rising order. Mails that are gone are missing from the answer.
    pub async fn sizes(&mut self, uids: &[u32]) -> Result<Vec<Sized>, ImapError> {
        let mut sizes = Vec::with_capacity(uids.len());
        let asked: HashSet<u32> = uids.iter().copied().collect();
        for set in uid_sets(uids) {
            let command = format!("UID FETCH {set} (UID RFC822.SIZE INTERNALDATE FLAGS)");
            self.ask("asking for the sizes of mails", &command, |answer| {
                let Some(item) = readable(answer)? else {
                    return Ok(());
                };
                // Without a UID it is news about the flags of some other mail.
                if let (Some(uid), true) = (
                    item.uid,
                    item.internal_date.is_some() || item.size.is_some(),
                ) && asked.contains(&uid)
                {
                    sizes.push(Sized {
                        uid,
                        size: item.size.unwrap_or(0),
                        internal_date: item.internal_date,
                        flags: item.flags.unwrap_or_default(),
                    });
                }
                Ok(())
            })
            .await?;
        }
        sizes.sort_by_key(|mail| mail.uid);
        sizes.dedup_by_key(|mail| mail.uid);
        Ok(sizes)
    }

    /// Fetches `batches` one after the other; see [`Bodies::next`]. A mail larger than `max_message` bytes,
    /// whatever size was announced for it, ends the session.
    pub fn bodies(&mut self, batches: Vec<Batch>, max_message: usize) -> Bodies<'_> {
        Bodies {
            session: self,
            waiting: batches.into(),
            asked: VecDeque::new(),
            odd: HashMap::new(),
            max_message,
        }
    }

    /// The first `bytes` bytes of one mail, for mails that are too large to be taken whole. `None` if it is gone.
    pub async fn head_of(&mut self, uid: u32, bytes: usize) -> Result<Option<Fetched>, ImapError> {
        let literal = bytes.saturating_add(1024);
        self.wire().expect(
            Limits {
                literal,
                text: 64 * 1024,
            },
            GULP,
        );
        let mut head = None;
        let command = format!("UID FETCH {uid} ({ITEMS} BODY.PEEK[]<0.{bytes}>)");
        let outcome = self
            .ask("fetching the beginning of a mail", &command, |answer| {
                if let Some(item) = readable(answer)? {
                    head = whole(item)?.filter(|mail| mail.uid == uid).or(head.take());
                }
                Ok(())
            })
            .await;
        self.wire().expect_little();
        outcome.map(|()| head)
    }
}

const ITEMS: &str = "UID RFC822.SIZE INTERNALDATE FLAGS";

/// Mails on their way. If this is dropped before [`Bodies::next`] has returned `None`, answers are still on
/// their way: the session refuses everything from then on.
#[derive(Debug)]
pub struct Bodies<'a> {
    session: &'a mut Session,
    /// Not asked for yet.
    waiting: VecDeque<Batch>,
    /// Asked for, in that order.
    asked: VecDeque<Asked>,
    /// Mails that came with another length than announced: asked for once more, and taken if the length
    /// is the same again (some servers only estimate RFC822.SIZE).
    odd: HashMap<u32, usize>,
    max_message: usize,
}

impl Bodies<'_> {
    /// The next batch, once the server has said that it is complete. `None` when all have come.
    pub async fn next(&mut self) -> Result<Option<Harvest>, ImapError> {
        let outcome = timeout(BATCH_TIME, self.harvest())
            .await
            .unwrap_or(Err(Fault::Timeout(BATCH_TIME.as_secs())));
        outcome.map_err(|fault| fault.while_(DOING))
    }

    async fn harvest(&mut self) -> Result<Option<Harvest>, Fault> {
        if self.asked.is_empty() && self.session.abandoned {
            return Err(Fault::Abandoned);
        }
        self.ask_ahead().await?;
        while self.asked.front().is_some_and(|first| first.done.is_none()) {
            let answer = self.session.wire().answer().await?;
            self.heard(&answer)?;
        }
        let Some(first) = self.asked.pop_front() else {
            self.session.wire().expect_little();
            return Ok(None);
        };
        self.session.abandoned = !self.asked.is_empty();
        Ok(Some(self.settled(first)))
    }

    /// Answers to commands on their way at the same time may come mixed, and end in any order (RFC 3501
    /// section 5.5; Dovecot does it): each goes to the batch that waits for it.
    fn heard(&mut self, answer: &Bytes) -> Result<(), Fault> {
        match answer::kind(answer) {
            Kind::Data(data) => {
                self.session.news |= answer::is_change(data);
                match fetch_item::read(answer) {
                    None => Ok(()),
                    Some(Ok(item)) => self.came(item),
                    Some(Err(())) => {
                        // Whose it is cannot be known: each batch looks at its own once more.
                        for asked in &mut self.asked {
                            asked.unreadable = Some(words(answer));
                        }
                        Ok(())
                    }
                }
            }
            Kind::Tagged(tag, done) => {
                let asked = self
                    .asked
                    .iter_mut()
                    .find(|asked| asked.tag.as_bytes() == tag);
                let asked = asked.ok_or_else(|| Fault::Protocol(words(answer)))?;
                asked.done = Some(done);
                Ok(())
            }
            Kind::Continue | Kind::Nonsense => Err(Fault::Protocol(words(answer))),
        }
    }

    /// Keeps a mail that is waited for. Anything else is news about flags, or not for us.
    fn came(&mut self, item: Item) -> Result<(), Fault> {
        let Some(mail) = whole(item)? else {
            return Ok(());
        };
        for asked in &mut self.asked {
            if asked.missing.remove(&mail.uid) {
                return asked.keep(mail, self.max_message);
            }
        }
        Ok(())
    }

    async fn ask_ahead(&mut self) -> Result<(), Fault> {
        let literal = self.max_message;
        self.session.wire().expect(
            Limits {
                literal,
                text: 64 * 1024,
            },
            GULP,
        );
        while self.asked.len() < AHEAD {
            let Some(batch) = self.waiting.pop_front() else {
                break;
            };
            self.session.abandoned = true;
            let set = uid_sets(&batch.uids).join(",");
            let command = format!("UID FETCH {set} ({ITEMS} BODY.PEEK[])");
            let tag = self.session.send(&command).await?;
            let asked = Asked::new(tag, batch, self.max_message);
            self.asked.push_back(asked);
        }
        Ok(())
    }

    fn settled(&mut self, asked: Asked) -> Harvest {
        if let (Some(Done::Refused(words)), _) | (_, Some(words)) = (asked.done, asked.unreadable) {
            return Harvest::refused(asked.batch.uids, words);
        }
        let mut mails = Vec::with_capacity(asked.mails.len());
        for mail in asked.mails {
            let length = mail.body.len();
            match self.odd.get(&mail.uid) {
                _ if mail.size == length as u64 => mails.push(mail),
                Some(before) if *before == length => mails.push(mail),
                // Only a batch of one is asked for a second time.
                Some(before) => {
                    let words = format!("it came with {before} bytes, then with {length}");
                    return Harvest::refused(asked.batch.uids, words);
                }
                None => {
                    self.odd.insert(mail.uid, length);
                    self.waiting.push_back(Batch::one(mail.uid));
                }
            }
        }
        mails.sort_by_key(|mail| mail.uid);
        let mut gone: Vec<u32> = asked.missing.into_iter().collect();
        gone.sort_unstable();
        Harvest {
            mails,
            gone,
            refused: None,
        }
    }
}

impl Harvest {
    fn refused(uids: Vec<u32>, words: String) -> Self {
        Self {
            mails: Vec::new(),
            gone: Vec::new(),
            refused: Some((uids, words)),
        }
    }
}

/// One batch while its answers come.
#[derive(Debug)]
struct Asked {
    tag: String,
    batch: Batch,
    /// Not come yet.
    missing: HashSet<u32>,
    mails: Vec<Fetched>,
    /// How many more bytes we are ready to keep.
    room: u64,
    unreadable: Option<String>,
    done: Option<Done>,
}

impl Asked {
    fn new(tag: String, batch: Batch, max_message: usize) -> Self {
        Self {
            tag,
            missing: batch.uids.iter().copied().collect(),
            mails: Vec::with_capacity(batch.uids.len()),
            // Twice what was announced, for servers that estimate, and one mail of any size.
            room: batch.bytes * 2 + max_message as u64,
            batch,
            unreadable: None,
            done: None,
        }
    }

    fn keep(&mut self, mail: Fetched, limit: usize) -> Result<(), Fault> {
        let announced = mail.body.len() as u64;
        let left = self.room.checked_sub(announced);
        self.room = left.ok_or(Fault::TooLarge { announced, limit })?;
        self.mails.push(mail);
        Ok(())
    }
}

fn readable(answer: &Bytes) -> Result<Option<Item>, Fault> {
    match fetch_item::read(answer) {
        None => Ok(None),
        Some(Ok(item)) => Ok(Some(item)),
        Some(Err(())) => Err(Fault::Protocol(words(answer))),
    }
}

/// A mail, if the answer holds one. A body without a UID belongs to nobody.
fn whole(item: Item) -> Result<Option<Fetched>, Fault> {
    match (item.uid, item.body) {
        (_, None) => Ok(None),
        (None, Some(_)) => Err(Fault::Protocol("a mail without its UID".to_owned())),
        (Some(uid), Some(body)) => Ok(Some(Fetched {
            uid,
            size: item.size.unwrap_or(0),
            internal_date: item.internal_date,
            flags: item.flags.unwrap_or_default(),
            body,
        })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(uid: u32, size: u64) -> Sized {
        Sized {
            uid,
            size,
            internal_date: None,
            flags: Vec::new(),
        }
    }

    fn uids(batches: &[Batch]) -> Vec<&[u32]> {
        batches.iter().map(Batch::uids).collect()
    }

    #[test]
    fn small_mails_share_a_batch_up_to_a_hundred() {
        let sizes: Vec<Sized> = (1..=250).map(|uid| mail(uid, 8_000)).collect();
        let lengths: Vec<usize> = plan(&sizes, 1 << 20).iter().map(|b| b.uids.len()).collect();
        assert_eq!(lengths, [100, 100, 50]);
    }

    #[test]
    fn large_mails_travel_alone_and_too_large_ones_not_at_all() {
        let sizes = [
            mail(1, 1_000_000),
            mail(2, 1_000_000),
            mail(3, 40_000_000),
            mail(5, 60_000_000),
            mail(8, 10),
        ];
        let batches = plan(&sizes, 50_000_000);
        assert_eq!(uids(&batches), [&[1, 2][..], &[3], &[8]]);
    }

    #[test]
    fn a_server_that_sends_more_than_it_announced_is_stopped() {
        let batch = Batch {
            uids: vec![1, 2, 3, 4],
            bytes: 40,
        };
        let mut asked = Asked::new("A1".to_owned(), batch, 100);
        let mail = |uid| Fetched {
            uid,
            size: 10,
            internal_date: None,
            flags: Vec::new(),
            body: Bytes::from(vec![b'x'; 90]),
        };
        assert!(asked.keep(mail(1), 100).is_ok());
        assert!(asked.keep(mail(2), 100).is_ok());
        assert!(asked.keep(mail(3), 100).is_err());
        assert_eq!(asked.mails.len(), 2);
    }
}
