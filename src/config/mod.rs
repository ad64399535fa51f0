//! Everything that people write for the daemon to read: `postroom.toml`, the environment, and the seed
//! files of `apply`. Each is read once and checked whole: every mistake is reported, with its place.

mod api;
mod cidr;
mod database;
mod environment;
mod log;
mod mail;
mod mistake;
mod network;
mod platform;
mod read;
mod reference;
mod secrets;
mod section;
pub mod seed;
mod server;
mod storage;

use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::DeValue;

pub use self::api::{Api, PerMinute};
pub use self::cidr::{Cidr, InvalidCidr};
pub use self::database::{Database, DatabaseUrl};
pub use self::environment::Environment;
pub use self::log::{Format, Level, Log};
pub use self::mail::{Mail, MessageBytes};
pub use self::mistake::{Mistake, Mistakes, Place};
pub use self::network::Network;
pub use self::platform::Platform;
pub use self::read::At;
use self::read::{Entry, Ledger, Source, Table, Value};
pub use self::reference::reference;
pub use self::secrets::Secrets;
use self::section::Section;
pub use self::server::{PublicUrl, Server};
pub use self::storage::{Blobs, Storage};
use crate::domain::address::EmailAddress;

/// The whole configuration, checked. Its `Debug` form shows no secret.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where Postroom listens.
    pub server: Server,
    /// Where everything is kept.
    pub database: Database,
    /// Where raw mail is kept.
    pub storage: Storage,
    /// The secret key.
    pub secrets: Secrets,
    /// Who runs all of it.
    pub platform: Platform,
    /// What is taken in.
    pub mail: Mail,
    /// What the daemon says.
    pub log: Log,
    /// Where tenants may make the daemon connect to.
    pub network: Network,
    /// What programs may do.
    pub api: Api,
    /// The file it came from; none if there was no file.
    pub file: Option<PathBuf>,
}

/// The files that are looked for when none is named, in this order.
const USUAL_PLACES: [&str; 2] = ["postroom.toml", "/etc/postroom/postroom.toml"];

impl Config {
    /// Reads the configuration: the file named on the command line, else the one in `$POSTROOM_CONFIG`,
    /// else the first of the usual places that exists, else no file; then the environment on top.
    pub fn load(named: Option<&Path>, environment: &Environment) -> Result<Self, Mistakes> {
        let file = named
            .or_else(|| environment.get("POSTROOM_CONFIG").map(Path::new))
            .or_else(|| {
                USUAL_PLACES
                    .map(Path::new)
                    .into_iter()
                    .find(|path| path.exists())
            });
        let source = match file {
            Some(path) => Source::load(path)?,
            None => Source::new("defaults", ""),
        };
        let config = Self::read(&source, environment)?;
        Ok(Self {
            file: file.map(Path::to_owned),
            ..config
        })
    }

    /// The configuration that `text` and the environment say; `name` is what mistakes call the text.
    pub fn parse(name: &str, text: &str, environment: &Environment) -> Result<Self, Mistakes> {
        Self::read(&Source::new(name, text), environment)
    }

    fn read(source: &Source, environment: &Environment) -> Result<Self, Mistakes> {
        let outside = Source::new("environment", "");
        let ledger = Ledger::default();
        let mut root = Layers {
            table: source.root(&ledger),
            outside: &outside,
            environment,
        };
        let config = Self {
            server: root.section(),
            database: root.section(),
            storage: root.section(),
            secrets: root.section(),
            platform: root.section(),
            mail: root.section(),
            log: root.section(),
            network: root.section(),
            api: root.section(),
            file: None,
        };
        root.finish();
        let added = admins_in(environment, &outside, &ledger);
        let mut config = ledger.close(config)?.0;
        for admin in added {
            if !config.platform.admins.contains(&admin) {
                config.platform.admins.push(admin);
            }
        }
        Ok(config)
    }
}

impl Default for Config {
    fn default() -> Self {
        Self::parse("defaults", "", &Environment::default())
            .expect("the defaults are right: a test reads them")
    }
}

/// The file, with the environment on top of it.
struct Layers<'s> {
    table: Table<'s>,
    outside: &'s Source,
    environment: &'s Environment,
}

impl Layers<'_> {
    fn section<S: Section>(&mut self) -> S {
        let mut table = self.table.inner(S::REFERENCE.name);
        for variable in self.environment.keys() {
            if variable.section == S::REFERENCE.name {
                let entry =
                    variable_entry(variable.name, variable.value, self.outside, table.ledger);
                table.set(variable.key, entry);
            }
        }
        table
            .read()
            .expect("a section has a default for each of its keys")
    }

    /// Notes what belongs to no section.
    fn finish(self) {
        let names: Vec<&str> = reference::SECTIONS
            .iter()
            .map(|section| section.name)
            .collect();
        for variable in self.environment.keys() {
            if !names.contains(&variable.section.as_str()) {
                let place = self.outside.place(&(0..0), variable.name);
                let sentence = format!(
                    "there is no section {:?}; expected one of {}",
                    variable.section,
                    names.join(", ")
                );
                self.table.ledger.mistake(place.mistake(sentence));
            }
        }
        self.table.finish();
    }
}

fn variable_entry<'s>(
    name: &str,
    value: &str,
    outside: &'s Source,
    ledger: &'s Ledger,
) -> Entry<'s> {
    Entry {
        source: outside,
        ledger,
        key: name.to_owned(),
        value: Spanned::new(0..0, DeValue::String(value.to_owned().into())),
        variable: true,
    }
}

/// The administrators in `POSTROOM_PLATFORM_ADMINS`.
fn admins_in(environment: &Environment, outside: &Source, ledger: &Ledger) -> Vec<EmailAddress> {
    const NAME: &str = "POSTROOM_PLATFORM_ADMINS";
    environment
        .get(NAME)
        .and_then(|value| Vec::read(variable_entry(NAME, value, outside, ledger)))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
