//! What a command is run with: the environment and the standard streams.

use std::io::{self, Read, Write};
use std::path::PathBuf;

use serde::Serialize;

use super::Outcome;
use crate::config::{Config, Environment, Mistakes};

/// The surroundings of one command. Tests bring their own.
pub(super) struct Terminal {
    /// The variables of the environment.
    pub environment: Environment,
    /// What `--config` said.
    pub config_file: Option<PathBuf>,
    input: Box<dyn Read>,
    output: Box<dyn Write>,
    errors: Box<dyn Write>,
}

impl Terminal {
    /// The process's own streams.
    pub fn of_this_process(environment: Environment) -> Self {
        Self {
            environment,
            config_file: None,
            input: Box::new(io::stdin()),
            output: Box::new(io::stdout()),
            errors: Box::new(io::stderr()),
        }
    }

    /// The configuration, checked.
    pub fn config(&self) -> Result<Config, Mistakes> {
        Config::load(self.config_file.as_deref(), &self.environment)
    }

    /// An answer, or a part of it, on standard output.
    pub fn say(&mut self, text: impl AsRef<str>) -> Outcome {
        writeln!(self.output, "{}", text.as_ref())?;
        Ok(self.output.flush()?)
    }

    /// An answer for programs: one line of JSON on standard output.
    pub fn say_json(&mut self, value: &impl Serialize) -> Outcome {
        let line = serde_json::to_string(value).map_err(io::Error::from)?;
        self.say(line)
    }

    /// What went wrong, or what to look out for, on standard error.
    pub fn complain(&mut self, sentence: &str) {
        // If nobody can be told, the exit code still says it.
        let _ = writeln!(self.errors, "postroom: {sentence}");
    }

    /// What is wrong in files, on standard error. Each line begins with its place, where editors look for it.
    pub fn point_out(&mut self, mistakes: &Mistakes) {
        let _ = writeln!(self.errors, "{mistakes}");
    }

    /// Everything on standard input, up to `most` bytes.
    pub fn read_all(&mut self, most: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.input.by_ref().take(most).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

#[cfg(test)]
pub(super) mod captured {
    use std::sync::{Arc, Mutex};

    use super::*;

    /// Something that is written to and looked at afterwards.
    #[derive(Clone, Default)]
    pub struct Paper(Arc<Mutex<Vec<u8>>>);

    impl Paper {
        pub fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    impl Write for Paper {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Terminal {
        /// A terminal on paper: standard output and standard error.
        pub fn on_paper(input: &'static [u8]) -> (Self, Paper, Paper) {
            let (output, errors) = (Paper::default(), Paper::default());
            let terminal = Self {
                environment: Environment::default(),
                config_file: None,
                input: Box::new(input),
                output: Box::new(output.clone()),
                errors: Box::new(errors.clone()),
            };
            (terminal, output, errors)
        }
    }
}
