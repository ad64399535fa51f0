//! What every received mail says about itself at the end (IN7): why it is what it is, which rules acted, and why it
//! became nothing where it did.

use crate::domain::mail::Mail;
use crate::domain::trace::Trace;
use crate::intake::process::walk::Fate;
use crate::store::rules::Pass;

/// Who wrote it, a person or a machine, and why that is thought.
pub fn of_kind(mail: &Mail, trace: &mut Trace) {
    if let Some(machine) = mail.machine {
        let because = mail.machine_because.as_deref();
        trace.note(
            "parse",
            machine.as_str(),
            because.unwrap_or("its structure says so"),
        );
        return;
    }
    let because = match &mail.quiet_because {
        None => "nothing in it says that a program wrote it".to_owned(),
        Some(quiet) => format!("but nothing answers it by itself: {quiet}"),
    };
    trace.note("parse", "a person wrote it", because);
}

/// Which rules acted, of those that looked because of the mail.
pub fn of_rules(passes: &[Pass], trace: &mut Trace) {
    let looked = passes.iter().map(|pass| pass.looked).max();
    let Some(looked) = looked else { return };
    let mut acted: Vec<String> = Vec::new();
    for run in passes.iter().flat_map(|pass| &pass.explanation) {
        let name = run.name.to_string();
        if run.matched && !acted.contains(&name) {
            acted.push(name);
        }
    }
    let decision = if acted.is_empty() {
        "none acted".to_owned()
    } else {
        acted.join(", ")
    };
    let because = match looked {
        1 => "one rule looked at it".to_owned(),
        many => format!("{many} rules looked at it"),
    };
    trace.note("rules", decision, because);
}

/// Why it became nothing, if no decision before has said so.
pub fn of_end(fate: &Fate, trace: &mut Trace) {
    let (decision, reason) = match fate {
        Fate::Ignored(reason) => ("ignored", reason),
        Fate::Quarantined(reason) => ("quarantined", reason),
        Fate::Message(..) | Fate::Done(_) | Fate::Duplicate(..) => return,
    };
    if trace.0.iter().all(|step| step.because != *reason) {
        trace.note("outcome", decision, reason.as_str());
    }
}
