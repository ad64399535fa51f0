//! Quoted lines that are marked otherwise than by `>`, and `>` that marks no quote.

use super::attribution;
use super::lines::Line;

/// Programs that show such a prompt; their lines are no quotes.
const PROMPTS: &[&str] = &[
    "SQL", "FTP", "PS", "CLI", "C", "D", "CMD", "IRB", "DOS", "SFTP",
];

/// Settles for each line whether it is quoted.
pub(super) fn settle(lines: &mut [Line<'_>]) {
    clear_false_marks(lines);
    mark_initials(lines);
    mark_bars(lines);
}

/// `>From` is how mailboxes keep such a line apart, `>>>` with `<<<` is decoration, and a run of nothing but
/// `>>> ` is an interpreter's prompt.
fn clear_false_marks(lines: &mut [Line<'_>]) {
    let mut at = 0;
    while at < lines.len() {
        if !lines.get(at).is_some_and(Line::is_quoted) {
            at += 1;
            continue;
        }
        let end = lines
            .iter()
            .skip(at)
            .position(|line| !line.is_quoted())
            .map_or(lines.len(), |length| at + length);
        let run = lines.get(at..end).unwrap_or_default();
        let prompt = run.iter().all(|line| line.text.starts_with(">>> "));
        let single = run.len() == 1
            && run
                .iter()
                .any(|line| line.text.starts_with(">From ") || line.text.contains("<<"));
        if (prompt || single) && attribution::before(lines, at).is_none() {
            for line in lines.iter_mut().take(end).skip(at) {
                line.set_quoted(false);
            }
        }
        at = end;
    }
}

/// `AB> text`, two lines or more by the same initials.
fn mark_initials(lines: &mut [Line<'_>]) {
    let mut at = 0;
    while at < lines.len() {
        let Some(initials) = lines.get(at).and_then(|line| initials(line.text)) else {
            at += 1;
            continue;
        };
        let run: Vec<usize> = (at..lines.len())
            .take_while(|&index| {
                lines.get(index).is_some_and(|line| {
                    line.is_blank()
                        || line.is_quoted()
                        || self::initials(line.text) == Some(initials)
                })
            })
            .collect();
        let end = at + run.len();
        let marked: Vec<usize> = run
            .into_iter()
            .filter(|&index| {
                lines
                    .get(index)
                    .is_some_and(|line| self::initials(line.text).is_some())
            })
            .collect();
        if marked.len() > 1 || attribution::before(lines, at).is_some() {
            for index in marked {
                if let Some(line) = lines.get_mut(index) {
                    line.set_quoted(true);
                }
            }
        }
        at = end;
    }
}

/// The initials before `>`: one to four letters, the first a capital.
fn initials(text: &str) -> Option<&str> {
    let (name, _) = text.trim_start().split_once('>')?;
    let fits = (1..=4).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphabetic())
        && name.starts_with(|c: char| c.is_ascii_uppercase())
        && !PROMPTS.contains(&name);
    fits.then_some(name)
}

/// `| text` directly below an introduction.
fn mark_bars(lines: &mut [Line<'_>]) {
    let mut at = 0;
    while at < lines.len() {
        if !lines.get(at).is_some_and(|line| is_barred(line.text)) {
            at += 1;
            continue;
        }
        let end = lines
            .iter()
            .skip(at)
            .position(|line| !is_barred(line.text))
            .map_or(lines.len(), |length| at + length);
        if attribution::before(lines, at).is_some() {
            for line in lines.iter_mut().take(end).skip(at) {
                line.set_quoted(true);
            }
        }
        at = end;
    }
}

/// Begins with a bar and is no row of a table.
fn is_barred(text: &str) -> bool {
    let text = text.trim();
    text.starts_with(['|', '¦', '│', '┃']) && !(text.len() > 1 && text.ends_with('|'))
}
