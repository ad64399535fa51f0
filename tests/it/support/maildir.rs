//! An address's mail as files: what has arrived, without asking the server or changing a flag.

use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use mail_parser::{Message, MessageParser};

use super::wait_for;

/// The Maildir of one address. It exists once its first mail has arrived.
#[derive(Debug, Clone)]
pub struct Maildir {
    root: PathBuf,
    folder: PathBuf,
}

/// One mail as it lies in a Maildir.
#[derive(Debug, Clone)]
pub struct Delivered {
    /// The bytes, with what the servers put on top.
    pub raw: Vec<u8>,
    /// The flags in the file's name, such as `S` for seen.
    pub flags: String,
    path: PathBuf,
}

impl Maildir {
    /// The Maildir of `address` below the mail servers' `mail` folder. A +detail does not matter.
    pub fn new(root: &Path, address: &str) -> Self {
        let (local, domain) = address.rsplit_once('@').unwrap();
        let local = local.split('+').next().unwrap().to_lowercase();
        let folder = root.join(domain.to_lowercase()).join(local).join("Maildir");
        Self {
            root: root.to_owned(),
            folder,
        }
    }

    /// All mails of the INBOX, in the order of delivery.
    pub fn mails(&self) -> Vec<Delivered> {
        let mut mails: Vec<_> = ["new", "cur"]
            .iter()
            .filter_map(|part| fs::read_dir(self.folder.join(part)).ok())
            .flatten()
            // A file may be renamed from new/ to cur/ under our eyes: then the next look finds it.
            .filter_map(|entry| Delivered::read(entry.ok()?.path()))
            .collect();
        mails.sort_by(|a, b| a.path.file_name().cmp(&b.path.file_name()));
        mails.dedup_by(|a, b| a.unique_name() == b.unique_name());
        mails
    }

    /// Waits for a mail that `fits`.
    pub async fn wait_for(&self, what: &str, fits: impl Fn(&Delivered) -> bool) -> Delivered {
        let what = format!("{what} in {}", self.folder.display());
        wait_for(&what, async || {
            self.mails().into_iter().find(|mail| fits(mail))
        })
        .await
    }

    /// Waits until there are `count` mails or more, and gives them all.
    pub async fn wait_for_count(&self, count: usize) -> Vec<Delivered> {
        let what = format!("{count} mails in {}", self.folder.display());
        wait_for(&what, async || {
            let mails = self.mails();
            (mails.len() >= count).then_some(mails)
        })
        .await
    }

    /// Puts a mail there as a delivery agent would, past all servers: the fastest way to a large backlog.
    pub fn drop(&self, raw: &[u8]) {
        static DROPPED: AtomicU64 = AtomicU64::new(0);
        self.make();
        let name = format!(
            "1700000000.P{}Q{}.tests",
            std::process::id(),
            DROPPED.fetch_add(1, Ordering::Relaxed)
        );
        let (written, delivered) = (
            self.folder.join("tmp").join(&name),
            self.folder.join("new").join(&name),
        );
        fs::write(&written, raw).unwrap();
        self.give_to_servers(&written);
        fs::rename(written, delivered).unwrap();
    }

    fn make(&self) {
        for part in ["tmp", "new", "cur"] {
            fs::create_dir_all(self.folder.join(part)).unwrap();
            self.give_to_servers(&self.folder.join(part));
        }
        for folder in self
            .folder
            .ancestors()
            .take_while(|folder| *folder != self.root)
        {
            self.give_to_servers(folder);
        }
    }

    /// The mail's owner is who owns the whole mail folder.
    fn give_to_servers(&self, path: &Path) {
        let owner = fs::metadata(&self.root).unwrap();
        chown(path, Some(owner.uid()), Some(owner.gid())).unwrap();
    }
}

impl Delivered {
    fn read(path: PathBuf) -> Option<Self> {
        let raw = fs::read(&path).ok()?;
        let name = path.file_name()?.to_str()?;
        let flags = name
            .split_once(":2,")
            .map_or("", |(_, flags)| flags)
            .to_owned();
        Some(Self { raw, flags, path })
    }

    fn unique_name(&self) -> Option<&str> {
        self.path.file_name()?.to_str()?.split(':').next()
    }

    /// The mail as an independent parser reads it.
    pub fn parsed(&self) -> Message<'_> {
        MessageParser::default().parse(&self.raw).unwrap()
    }

    /// The first header of this name, unfolded.
    pub fn header(&self, name: &str) -> Option<String> {
        let parsed = self.parsed();
        let raw = parsed.header_raw(name)?;
        Some(raw.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    /// Whether these words stand anywhere in the decoded text.
    pub fn says(&self, words: &str) -> bool {
        self.parsed()
            .body_text(0)
            .is_some_and(|text| text.contains(words))
    }
}
