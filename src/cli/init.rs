//! `postroom init`: from nothing to a daemon that can be started.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use clap::Args;

use super::user::new_user;
use super::{Failure, House, Link, Outcome, Terminal};
use crate::config::{Config, reference};
use crate::domain::address::EmailAddress;
use crate::store::people;

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
    pub async fn run(self, terminal: &mut Terminal) -> Outcome {
        let config = configuration(terminal)?;
        let key = config.secrets.key_file.clone();
        let new_key = !key.exists();
        let house = House::open(config).await?;
        if new_key {
            let key = key.display();
            terminal.say(format!(
                "wrote a new secret key to {key}; keep a copy of it apart from your backups"
            ))?;
        } else {
            terminal.say(format!("kept the secret key in {}", key.display()))?;
        }
        terminal.say(format!(
            "the database {} is ready",
            house.config.database.url
        ))?;
        let done = match &self.admin {
            Some(email) => admin(&house, email, terminal).await,
            None => Ok(()),
        };
        house.db.close().await;
        done?;
        terminal.say("next: postroom apply SEED.toml, then postroom serve")
    }
}

/// The configuration, written first if there is none.
fn configuration(terminal: &mut Terminal) -> Outcome<Config> {
    let named = terminal.config_file.clone();
    let named = named.or_else(|| {
        terminal
            .environment
            .get("POSTROOM_CONFIG")
            .map(PathBuf::from)
    });
    let file = named.unwrap_or_else(|| PathBuf::from("postroom.toml"));
    if write_new(&file, &reference())? {
        terminal.say(format!("wrote the configuration to {}", file.display()))?;
    } else {
        terminal.say(format!("kept the configuration in {}", file.display()))?;
    }
    terminal.config_file = Some(file);
    Ok(terminal.config()?)
}

/// Makes a platform administrator. Whoever has a password already needs no link.
async fn admin(house: &House, email: &EmailAddress, terminal: &mut Terminal) -> Outcome {
    let now = house.clock.now();
    let mut tx = house.db.write().await?;
    let user = match people::by_email(&mut tx, email).await? {
        Some(user) => {
            people::set_platform_admin(&mut tx, user.id, true, now).await?;
            user
        }
        None => new_user(&mut tx, house, email, None, true).await?,
    };
    let credentials = people::credentials(&mut tx, email).await?;
    let link = match credentials.and_then(|known| known.password_hash) {
        Some(_) => None,
        None => Some(Link::invite(&mut tx, house, &user, None).await?),
    };
    tx.commit().await?;
    terminal.say(format!("{email} is a platform administrator"))?;
    link.map_or(Ok(()), |link| terminal.say(link.sentence(house)))
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
