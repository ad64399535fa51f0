//! The private Dovecot and Postfix that `script/test` started (see `script/mailservers`).

use std::hash::{BuildHasher, RandomState};
use std::path::PathBuf;
use std::sync::LazyLock;

use super::imap::ImapClient;
use super::maildir::Maildir;
use super::smtp;

/// The password of every address.
pub const PASSWORD: &str = "secret";

/// Where the mail servers are. Every address at every domain ending in `.test` exists.
#[derive(Debug)]
pub struct MailServers {
    folder: PathBuf,
    base: u16,
}

static SERVERS: LazyLock<MailServers> = LazyLock::new(|| MailServers {
    folder: PathBuf::from(setting("POSTROOM_TEST_MAIL_DIR")),
    base: setting("POSTROOM_TEST_MAIL_PORT").parse().unwrap(),
});

/// What `script/test` says about the servers it started.
pub fn setting(name: &str) -> String {
    #[expect(
        clippy::disallowed_methods,
        reason = "tests have no configuration file"
    )]
    let value = std::env::var(name);
    value.unwrap_or_else(|_| {
        panic!("{name} is not set: run the tests by script/test, which starts the servers")
    })
}

/// A word that no other test has, in this run or any other.
pub fn unique() -> String {
    format!("{:012x}", RandomState::new().hash_one(0) >> 16)
}

impl MailServers {
    /// The servers of this run.
    pub fn get() -> &'static Self {
        &SERVERS
    }

    /// A domain of the test's own, such as `d7f3a2b1c0de4.test`.
    pub fn domain() -> String {
        format!("d{}.test", unique())
    }

    /// A domain of the test's own of which every address lands in `desk@` (X-Original-To keeps the address).
    pub fn catchall_domain() -> String {
        format!("catchall-{}.test", unique())
    }

    /// Plain SMTP without log-in, as the world delivers.
    pub fn mx_port(&self) -> u16 {
        self.base
    }

    /// SMTP with STARTTLS and log-in, as programs and people send.
    pub fn submission_port(&self) -> u16 {
        self.base + 1
    }

    /// SMTP over TLS with log-in.
    pub fn smtps_port(&self) -> u16 {
        self.base + 2
    }

    /// IMAP, with STARTTLS on offer.
    pub fn imap_port(&self) -> u16 {
        self.base + 3
    }

    /// IMAP over TLS.
    pub fn imaps_port(&self) -> u16 {
        self.base + 4
    }

    /// The certificate to trust; the servers' own is for `localhost` and 127.0.0.1.
    pub fn ca_file(&self) -> PathBuf {
        self.folder.join("tls/ca.pem")
    }

    /// The configuration of Dovecot, for `doveadm -c`.
    pub fn dovecot_config(&self) -> PathBuf {
        self.folder.join("dovecot/dovecot.conf")
    }

    /// The mail of `address` as files, without asking the servers.
    pub fn maildir(&self, address: &str) -> Maildir {
        Maildir::new(&self.folder.join("mail"), address)
    }

    /// A connection to the INBOX's server, logged in as `address`.
    pub async fn imap(&self, address: &str) -> ImapClient {
        ImapClient::log_in(self.imap_port(), address, PASSWORD).await
    }

    /// Hands `raw` to the MX, byte for byte, as from a stranger's server.
    pub async fn deliver(&self, from: &str, to: &str, raw: impl AsRef<[u8]>) {
        smtp::send(self.mx_port(), from, &[to], raw.as_ref())
            .await
            .unwrap();
    }
}
