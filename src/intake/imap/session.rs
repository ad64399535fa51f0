//! A session that is logged in: one command at a time, each to its tagged end.

use std::time::Duration;

use bytes::Bytes;
use tokio::time::timeout;

use super::answer::{self, Done, Kind};
use super::error::{Fault, ImapError};
use super::framer::Limits;
use super::names;
use super::wire::{SMALL, Wire};

/// How long one command may take in all, however steadily its answer trickles.
const COMMAND: Duration = Duration::from_mins(2);
/// The UIDs of a million mails fit.
const SEARCH: Limits = Limits {
    literal: 0,
    text: 16 * 1024 * 1024,
};

/// What the server offers beyond the minimum, of what we have a use for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// It tells of new mail by itself (RFC 2177).
    pub idle: bool,
    /// It moves mail between folders in one step (RFC 6851).
    pub move_: bool,
    /// It can expunge by UID (RFC 4315), without which we never expunge.
    pub uidplus: bool,
}

/// An open folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selected {
    /// UIDs mean something only together with this number.
    pub uid_validity: u32,
    /// The UID that the next mail will have.
    pub uid_next: u32,
    /// How many mails there are.
    pub exists: u32,
}

/// A connection to an IMAP server that is logged in.
#[derive(Debug)]
pub struct Session {
    inner: async_imap::Session<Wire>,
    can: Capabilities,
    /// Whether the server told of a change since the last look: see [`Session::uids_from`].
    pub(super) news: bool,
    /// Whether a command was left in the middle of its answer; stays so for good.
    pub(super) abandoned: bool,
}

impl Session {
    pub(super) fn new(inner: async_imap::Session<Wire>, can: Capabilities) -> Self {
        Self {
            inner,
            can,
            news: false,
            abandoned: false,
        }
    }

    /// What the server offers.
    pub fn can(&self) -> Capabilities {
        self.can
    }

    pub(super) fn wire(&mut self) -> &mut Wire {
        self.inner.get_mut()
    }

    /// Sends a command; the tag to wait for.
    pub(super) async fn send(&mut self, command: &str) -> Result<String, Fault> {
        match self.inner.run_command(command).await {
            Ok(tag) => Ok(tag.0),
            Err(error) => Err(fault_of(error, self.inner.get_ref())),
        }
    }

    /// One command to its tagged end; `each` sees the data on the way. [`Fault::No`] leaves the session good.
    pub(super) async fn ask(
        &mut self,
        doing: &'static str,
        command: &str,
        mut each: impl FnMut(&Bytes) -> Result<(), Fault>,
    ) -> Result<(), ImapError> {
        if self.abandoned {
            return Err(Fault::Abandoned.while_(doing));
        }
        // Until its end is seen: whoever drops this future leaves a session that refuses to go on.
        self.abandoned = true;
        let mut news = false;
        let exchange = async {
            let tag = self.send(command).await?;
            let watching = |answer: &Bytes| {
                if let Kind::Data(data) = answer::kind(answer) {
                    news |= answer::is_change(data);
                }
                each(answer)
            };
            self.wire().until(&tag, watching).await
        };
        let done = timeout(COMMAND, exchange)
            .await
            .unwrap_or(Err(Fault::Timeout(COMMAND.as_secs())))
            .map_err(|fault| fault.while_(doing))?;
        self.abandoned = false;
        self.news |= news;
        match done {
            Done::Ok => Ok(()),
            Done::Refused(words) => Err(Fault::No(words).while_(doing)),
        }
    }

    pub(super) async fn ask_capabilities(&mut self) -> Result<(), ImapError> {
        let mut offers = Vec::new();
        self.ask("asking what the server offers", "CAPABILITY", |answer| {
            if let Kind::Data(data) = answer::kind(answer) {
                offers.extend(answer::capabilities(data).unwrap_or_default());
            }
            Ok(())
        })
        .await?;
        let offers = |name: &str| offers.iter().any(|offer: &String| offer == name);
        self.can = Capabilities {
            idle: offers("IDLE"),
            move_: offers("MOVE"),
            uidplus: offers("UIDPLUS"),
        };
        Ok(())
    }

    /// Opens a folder to take mail from it and to file it away.
    pub async fn select(&mut self, folder: &str) -> Result<Selected, ImapError> {
        self.open_folder("opening the folder", folder, false).await
    }

    /// Opens a folder to look at it; nothing in it can change (`EXAMINE`).
    pub async fn examine(&mut self, folder: &str) -> Result<Selected, ImapError> {
        self.open_folder("looking at the folder", folder, true)
            .await
    }

    async fn open_folder(
        &mut self,
        doing: &'static str,
        folder: &str,
        only_look: bool,
    ) -> Result<Selected, ImapError> {
        if self.abandoned {
            return Err(Fault::Abandoned.while_(doing));
        }
        self.abandoned = true;
        let name = names::utf7(folder);
        let attempt = async {
            if only_look {
                self.inner.examine(&name).await
            } else {
                self.inner.select(&name).await
            }
        };
        let outcome = timeout(COMMAND, attempt)
            .await
            .map_err(|_| Fault::Timeout(COMMAND.as_secs()).while_(doing))?;
        let opened = outcome.map_err(|error| {
            let fault = fault_of(error, self.inner.get_ref());
            self.abandoned = !matches!(fault, Fault::No(_));
            fault.while_(doing)
        })?;
        self.abandoned = false;
        self.news = self.wire().take_news();
        let Some(uid_validity) = opened.uid_validity else {
            return Err(Fault::Lacking("UIDVALIDITY for this folder").while_(doing));
        };
        let uid_next = match opened.uid_next {
            Some(next) => next,
            None if opened.exists == 0 => 1,
            None => self.last_uid().await?.saturating_add(1),
        };
        Ok(Selected {
            uid_validity,
            uid_next,
            exists: opened.exists,
        })
    }

    async fn last_uid(&mut self) -> Result<u32, ImapError> {
        let uids = self.search("looking for the last mail", "UID *").await?;
        Ok(uids.last().copied().unwrap_or(0))
    }

    /// The UIDs from `first` on, rising. Whatever happens in the folder from now on makes the next
    /// [`Session::idle`] return at once, so that nothing falls between looking and waiting (I8).
    pub async fn uids_from(&mut self, first: u32) -> Result<Vec<u32>, ImapError> {
        self.news = false;
        let what = format!("UID {}:*", first.max(1));
        let mut uids = self.search("looking for new mail", &what).await?;
        // `n:*` always names the last mail, even if its UID is below n (RFC 3501 section 6.4.8).
        uids.retain(|uid| *uid >= first);
        Ok(uids)
    }

    async fn search(&mut self, doing: &'static str, what: &str) -> Result<Vec<u32>, ImapError> {
        let mut uids = Vec::new();
        self.wire().expect(SEARCH, 0);
        let outcome = self
            .ask(doing, &format!("UID SEARCH {what}"), |answer| {
                if let Kind::Data(data) = answer::kind(answer) {
                    answer::search(data, &mut uids);
                }
                Ok(())
            })
            .await;
        self.wire().expect(SMALL, 0);
        outcome?;
        uids.sort_unstable();
        uids.dedup();
        Ok(uids)
    }

    /// Proves that the line is alive.
    pub async fn noop(&mut self) -> Result<(), ImapError> {
        self.ask("asking whether the server is there", "NOOP", |_| Ok(()))
            .await
    }

    /// Says goodbye. Whether the server hears it makes no difference.
    pub async fn logout(mut self) {
        if !self.abandoned {
            self.wire().wait(Duration::from_secs(2));
            let _ = self.ask("logging out", "LOGOUT", |_| Ok(())).await;
        }
    }
}

/// What an error of async-imap means; the server's own words come from the wire.
pub(super) fn fault_of(error: async_imap::error::Error, wire: &Wire) -> Fault {
    use async_imap::error::Error;
    match error {
        Error::Io(error) => Fault::from(error),
        Error::No(_) | Error::Bad(_) => Fault::No(wire.words()),
        Error::ConnectionLost => Fault::Closed(None),
        other => Fault::Protocol(other.to_string()),
    }
}
