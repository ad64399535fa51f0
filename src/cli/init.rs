//! `postroom init`: from nothing to a daemon that can be started.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use clap::Args;

use super::{Failure, Outcome, Terminal};
use crate::config::reference;
use crate::domain::address::EmailAddress;
use crate::door::{KeyError, MasterKey, Random};

/// Write the configuration and the secret key, and create the database
#[derive(Args)]
#[command(after_help = "\
Leaves what is there already as it is. With --admin it also makes the first platform administrator and
prints a link to set their password, good for one use.

Example:
  postroom init --admin ada@example.org")]
pub(super) struct Init {
    /// The first platform administrator
    #[arg(long, value_name = "EMAIL")]
    admin: Option<EmailAddress>,
}

impl Init {
    pub fn run(self, terminal: &mut Terminal) -> Outcome {
        let _ = &self.admin;
        let file = terminal.config_file.clone();
        let file = file.or_else(|| {
            terminal
                .environment
                .get("POSTROOM_CONFIG")
                .map(PathBuf::from)
        });
        let file = file.unwrap_or_else(|| PathBuf::from("postroom.toml"));
        if write_new(&file, &reference())? {
            terminal.say(format!("wrote the configuration to {}", file.display()))?;
        } else {
            terminal.say(format!("kept the configuration in {}", file.display()))?;
        }
        terminal.config_file = Some(file);
        let config = terminal.config()?;
        let key = &config.secrets.key_file;
        match MasterKey::create(key, &Random::system()) {
            Ok(_) => terminal.say(format!(
                "wrote a new secret key to {}; keep a copy of it apart from your backups",
                key.display()
            ))?,
            Err(KeyError::Exists(_)) => {
                MasterKey::load(key)?;
                terminal.say(format!("kept the secret key in {}", key.display()))?;
            }
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }
}

/// Writes a file that is not there yet. False if it is.
fn write_new(path: &Path, text: &str) -> Outcome<bool> {
    let opened = OpenOptions::new().write(true).create_new(true).open(path);
    let written = opened.and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    match written {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(Failure::new(format!(
            "cannot write {}: {error}",
            path.display()
        ))),
    }
}
