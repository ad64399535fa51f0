//! `postroom check`: is everything right that people wrote?

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::{Failure, Outcome, Terminal};
use crate::config::seed::{Known, Seed};
use crate::config::{Config, Mistake, Mistakes};

/// Check the configuration and, if given, seed files
#[derive(Args)]
#[command(after_help = "\
Names file, line and key of each mistake, and what was expected. Needs no database: what seed files
refer to must stand in them.

Example:
  postroom check seeds/*.toml")]
pub(super) struct Check {
    /// Seed files, as for `apply`
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// One line of JSON on standard output
    #[arg(long)]
    json: bool,
}

impl Check {
    pub fn run(self, terminal: &mut Terminal) -> Outcome {
        let mut mistakes = Vec::new();
        let config = terminal.config().unwrap_or_else(|wrong: Mistakes| {
            mistakes.extend(wrong.0);
            // The seed files are looked at all the same, with the defaults.
            Config::default()
        });
        let warnings = match self.seed(&config) {
            Ok(seed) => seed.warnings,
            Err(wrong) => {
                mistakes.extend(wrong.0);
                Vec::new()
            }
        };
        if self.json {
            terminal.say_json(&json!({
                "ok": mistakes.is_empty(),
                "mistakes": as_json(&mistakes),
                "warnings": as_json(&warnings),
            }))?;
        } else {
            for warning in &warnings {
                terminal.complain(&format!("warning: {warning}"));
            }
        }
        match Mistakes::or(mistakes, ()) {
            Err(_) if self.json => Err(Failure::said()),
            Err(mistakes) => Err(mistakes.into()),
            Ok(()) if self.json => Ok(()),
            Ok(()) => terminal.say(self.summary(&config)),
        }
    }

    fn seed(&self, config: &Config) -> Result<Seed, Mistakes> {
        let seed = Seed::load(&self.files, &config.server.public_url)?;
        Known::default().check(&seed)?;
        Ok(seed)
    }

    fn summary(&self, config: &Config) -> String {
        let config = match &config.file {
            Some(file) => format!("the configuration {} is right", file.display()),
            None => "there is no configuration file; the defaults hold".to_owned(),
        };
        match self.files.len() {
            0 => config,
            1 => format!("{config}, and so is the seed file"),
            n => format!("{config}, and so are the {n} seed files"),
        }
    }
}

fn as_json(mistakes: &[Mistake]) -> Vec<serde_json::Value> {
    let one = |mistake: &Mistake| {
        json!({
            "file": &*mistake.place.file,
            "line": mistake.place.line,
            "key": mistake.place.key,
            "sentence": mistake.sentence,
        })
    };
    mistakes.iter().map(one).collect()
}
