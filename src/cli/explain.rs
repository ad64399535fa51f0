//! `postroom explain`: what a mail says, and why it would go where it would go.

use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;
use serde_json::Value;

use super::{Failure, House, Outcome, Terminal};
use crate::desk::Desk;
use crate::domain::address::EmailAddress;
use crate::domain::mail::{Mail, message_json, parse};
use crate::domain::message::Identity;
use crate::domain::trace::Trace;
use crate::intake::pipe::Hints;
use crate::intake::process::rehearse;
use crate::store::inbound;

/// Say what messages mean to Postroom, and store nothing
#[derive(Args)]
#[command(after_help = "\
There is an answer for every file, whatever is in it; the exit code is 1 if one could not be read.

Examples:
  postroom explain mail.eml
  postroom explain --json *.eml
  postroom explain --to support@acme.test mail.eml")]
pub(super) struct Explain {
    /// Also decide for whom it is and which ticket it joins, as if it had been sent to this address
    #[arg(long, value_name = "ADDRESS")]
    to: Option<EmailAddress>,
    /// One line of JSON per file: {file, message, trace, error}
    #[arg(long)]
    json: bool,
    /// Messages (RFC 5322)
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
}

/// What is known about one file.
#[derive(Serialize)]
struct Answer {
    /// The file as it was named.
    file: String,
    /// The message as the HTTP API would show it, as far as a mail alone tells.
    message: Option<Value>,
    /// What was decided, and why.
    trace: Trace,
    /// Why there is no message.
    error: Option<String>,
}

impl Explain {
    pub async fn run(self, terminal: &mut Terminal) -> Outcome {
        let Some(to) = self.to.clone() else {
            return self.answer(None, terminal).await;
        };
        let house = House::open(terminal.config()?).await?;
        let hints = Hints {
            to: Some(to),
            ..Hints::default()
        };
        let done = match house.desk().await {
            Ok(desk) => self.answer(Some((&desk, &hints)), terminal).await,
            Err(failure) => Err(failure),
        };
        house.db.close().await;
        done
    }

    async fn answer(&self, road: Option<(&Desk, &Hints)>, terminal: &mut Terminal) -> Outcome {
        let mut all_read = true;
        for file in &self.files {
            let answer = answer(file, road).await;
            all_read &= answer.error.is_none();
            if self.json {
                terminal.say_json(&answer)?;
            } else {
                terminal.say(for_people(&answer))?;
            }
        }
        if all_read {
            Ok(())
        } else {
            Err(Failure::said())
        }
    }
}

/// Reads one file. Whatever happens, there is an answer.
async fn answer(file: &Path, road: Option<(&Desk, &Hints)>) -> Answer {
    let name = file.display().to_string();
    let refused = |error| Answer {
        file: name.clone(),
        message: None,
        trace: Trace::default(),
        error: Some(error),
    };
    let raw = match std::fs::read(file) {
        Ok(raw) => raw,
        Err(error) => return refused(format!("cannot read the file: {error}")),
    };
    // A mistake in the parser costs this file its answer, and no other.
    let Ok((message, mut trace)) = panic::catch_unwind(AssertUnwindSafe(|| explain(&raw))) else {
        return refused(
            "reading this mail failed; that is a mistake in Postroom, please report it".to_owned(),
        );
    };
    let mut error = None;
    if let Some((desk, hints)) = road {
        match rehearse(desk, &raw, hints).await {
            Ok(outcome) => trace = with_result(outcome),
            Err(failed) => error = Some(failed.to_string()),
        }
    }
    Answer {
        file: name,
        message: Some(message),
        trace,
        error,
    }
}

/// The decisions of the whole road, and what they come to.
fn with_result(outcome: inbound::Outcome) -> Trace {
    let mut trace = outcome.trace;
    let because = outcome
        .reason
        .unwrap_or_else(|| "It becomes a message.".to_owned());
    trace.note("result", outcome.state.to_string(), because);
    trace
}

fn explain(raw: &[u8]) -> (Value, Trace) {
    let mail = parse(raw);
    (message_json(&mail, raw), decisions(&mail))
}

/// What can be decided from the mail alone.
fn decisions(mail: &Mail) -> Trace {
    let mut trace = Trace::default();
    let met = match mail.limits.as_slice() {
        [] => "It is within all limits.".to_owned(),
        limits => limits.join(" "),
    };
    let parts = match mail.attachments.len() {
        0 => "read, no attachments".to_owned(),
        1 => "read, 1 attachment".to_owned(),
        n => format!("read, {n} attachments"),
    };
    trace.note("parse", parts, met);
    let because = match mail.identity {
        Identity::Verified => "It names exactly one sender.",
        Identity::Unverified => "It does not name exactly one sender.",
    };
    trace.note("sender", mail.identity.to_string(), because);
    match (mail.machine, &mail.machine_because) {
        (Some(machine), because) => {
            trace.note(
                "machine",
                machine.to_string(),
                because.clone().unwrap_or_default(),
            );
        }
        (None, _) => trace.note("machine", "a person", "It bears no mark of a machine."),
    }
    if let Some(because) = &mail.quiet_because {
        trace.note("acknowledge", "no automatic answer", because);
    }
    trace
}

fn for_people(answer: &Answer) -> String {
    let mut lines = vec![format!("{}:", answer.file)];
    if let Some(error) = &answer.error {
        lines.push(format!("  {error}"));
    }
    if let Some(message) = &answer.message {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        lines.push(format!(
            "  from     {} <{}>",
            text(&message["from"]["name"]),
            text(&message["from"]["email"])
        ));
        lines.push(format!("  subject  {}", text(&message["subject"])));
        lines.extend(
            text(&message["reply_text"])
                .lines()
                .map(|line| format!("  | {line}")),
        );
    }
    for step in &answer.trace.0 {
        lines.push(format!(
            "  {}: {}. {}",
            step.step, step.decision, step.because
        ));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[tokio::test]
    async fn every_file_has_an_answer_whatever_is_in_it() {
        let folder = tempfile::tempdir().unwrap();
        for (name, content) in [
            ("empty", &b""[..]),
            ("zeros", &[0; 4096]),
            ("binary", &[0xff; 4096]),
            ("no header", b"hello"),
            ("a header alone", b"Subject: x"),
        ] {
            let file = folder.path().join(name);
            fs::write(&file, content).unwrap();
            let answer = answer(&file, None).await;
            assert!(answer.message.is_some() && answer.error.is_none(), "{name}");
        }
        for missing in [folder.path().join("gone"), folder.path().to_owned()] {
            let answer = answer(&missing, None).await;
            assert!(answer.message.is_none() && answer.error.is_some());
        }
    }

    #[test]
    fn the_trace_says_why() {
        let (message, trace) =
            explain(b"From: a@b.test\nAuto-Submitted: auto-replied\nSubject: away\n\nback soon\n");
        assert_eq!(message["from"]["email"], "a@b.test");
        let machine = trace.0.iter().find(|step| step.step == "machine").unwrap();
        assert_ne!(machine.decision, "a person");
        assert!(
            machine.because.contains("Auto-Submitted"),
            "{}",
            machine.because
        );
    }
}
