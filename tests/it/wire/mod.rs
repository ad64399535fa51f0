//! The clients for IMAP and SMTP, without any database: against real servers, and against hostile ones.

pub mod fake;
mod imap;
mod imap_hostile;
mod ntfy;
mod smtp;
mod smtp_hostile;

use std::fs;

use postroom::domain::account::{ServerSettings, TlsMode};
use secrecy::SecretString;

use crate::support::MailServers;
use crate::support::servers::PASSWORD;

/// Settings for a server of this run.
fn settings(port: u16, tls: TlsMode, username: &str) -> ServerSettings {
    let ca = fs::read_to_string(MailServers::get().ca_file()).unwrap();
    ServerSettings {
        host: "localhost".to_owned(),
        port,
        tls,
        username: username.to_owned(),
        ca_pem: Some(ca),
        allow_insecure: false,
    }
}

/// Settings for a fake server of this process, in plain text.
fn plain(port: u16) -> ServerSettings {
    ServerSettings {
        host: "127.0.0.1".to_owned(),
        port,
        tls: TlsMode::None,
        username: "desk".to_owned(),
        ca_pem: None,
        allow_insecure: false,
    }
}

fn password() -> SecretString {
    PASSWORD.to_owned().into()
}
