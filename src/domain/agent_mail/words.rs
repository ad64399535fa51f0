//! Which words of an answer are the agent's own. Notices carry a line above which the answer belongs. Only what is
//! certainly somebody else's is cut: the notice with the line that introduces it, and a signature. What a reader of mail
//! would fold away beside that stays, and where it may be a quote all the same, a person looks.

use std::collections::HashSet;
use std::ops::Range;

use super::signature::{self, Marked};
use crate::domain::mail::{Fold, FoldKind, Sheet, every_fold, unfolded};
use crate::domain::token;

/// By this our line is known again, whatever language its words are in and whatever a client puts before it.
pub(super) const RULE: &str = "=-=-=-=";
/// A piece of a line that a client wrapped is found in a message from so many characters on.
const PIECE: usize = 20;
/// Characters of a message, and lines of a quote, that are compared.
const LOOKED_AT: usize = 20_000;
const MAX_LINES: usize = 300;
/// An introduction in words that are not known is so many lines long at most.
const MAX_INTRODUCTION: usize = 8;

/// The line above which an answer belongs, with its words in the middle.
pub fn marker(words: &str) -> String {
    format!("{RULE} {words} {RULE}")
}

/// What a quote of ours is known by.
#[derive(Debug, Default)]
pub struct Ours {
    addresses: Vec<String>,
    lines: HashSet<String>,
    texts: Vec<String>,
}

impl Ours {
    /// Our mailboxes' addresses, and the messages that notices of this ticket quote.
    pub fn new<'a>(
        addresses: impl Iterator<Item = &'a str>,
        messages: impl Iterator<Item = &'a str> + Clone,
    ) -> Self {
        Self {
            addresses: addresses.map(str::to_lowercase).collect(),
            lines: messages
                .clone()
                .map(beginning)
                .flat_map(unquoted)
                .map(squeezed)
                .filter(|line| !line.is_empty())
                .collect(),
            texts: messages
                .map(|text| unquoted(beginning(text)).map(squeezed).collect())
                .collect(),
        }
    }

    /// Whether a text names an address of ours.
    pub fn names_us(&self, text: &str) -> bool {
        let lower = text.to_lowercase();
        self.addresses.iter().any(|address| lower.contains(address)) || token::is_in(text)
    }

    /// Whether a line, its marks of quoting apart, stands in one of the messages.
    fn knows(&self, line: &str) -> bool {
        let line = squeezed(line);
        self.lines.contains(&line)
            || line.chars().count() >= PIECE && self.texts.iter().any(|text| text.contains(&line))
    }
}

/// As much of a message as any notice shows.
fn beginning(text: &str) -> &str {
    let end = text
        .char_indices()
        .nth(LOOKED_AT)
        .map_or(text.len(), |(at, _)| at);
    text.get(..end).unwrap_or(text)
}

/// The lines of a message that it does not quote itself: those that it does may be lines of a shell, written again.
fn unquoted(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .filter(|line| !line.trim_start().starts_with('>'))
}

/// A text without white space and marks of quoting: clients wrap and mark as they like.
fn squeezed(text: &str) -> String {
    text.chars()
        .filter(|c| !(c.is_whitespace() || matches!(c, '>' | '＞' | '|')))
        .collect()
}

/// The agent's own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// What they wrote.
    pub text: String,
    /// Our line stands among their words, not in a quote: what they wrote could not be told from what we wrote.
    pub marker_left: bool,
    /// The beginning of what may be a quote and has not been cut: nothing shows that it is our notice.
    pub doubtful: Option<String>,
}

/// Takes the agent's own words out of a mail's text, whose folds are given.
pub fn own(text: &str, folds: &[Fold], ours: &Ours) -> Words {
    if let Some(inner) = clearsigned(text) {
        return Reading::of(&inner, &every_fold(&inner, &[], ""), ours).words();
    }
    if folds.is_empty() {
        return Reading::of(text, &every_fold(text, &[], ""), ours).words();
    }
    Reading::of(text, folds, ours).words()
}

/// The text inside of OpenPGP's armour for signed text (RFC 9580 section 7).
fn clearsigned(text: &str) -> Option<String> {
    let armour = text
        .trim_start()
        .strip_prefix("-----BEGIN PGP SIGNED MESSAGE-----")?;
    let (_, signed) = armour.split_once("\n\n")?;
    let (signed, _) = signed.split_once("\n-----BEGIN PGP SIGNATURE-----")?;
    let lines = signed.lines();
    let lines = lines.map(|line| line.strip_prefix("- ").unwrap_or(line));
    Some(lines.collect::<Vec<_>>().join("\n"))
}

/// A text in hand.
struct Reading<'a> {
    text: &'a str,
    sheet: Sheet<'a>,
    ours: &'a Ours,
    /// Lines that are cut, in their order.
    cut: Vec<Range<usize>>,
    marker_left: bool,
    /// The notice was seen.
    quoted: bool,
    doubtful: Option<usize>,
}

impl<'a> Reading<'a> {
    fn of(text: &'a str, folds: &[Fold], ours: &'a Ours) -> Self {
        let mut reading = Self {
            text,
            sheet: Sheet::of(text),
            ours,
            cut: Vec::new(),
            marker_left: false,
            quoted: false,
            doubtful: None,
        };
        for fold in folds.iter().filter(|fold| fold.kind == FoldKind::Quote) {
            reading.quote(reading.lines_of(fold));
        }
        let signatures = reading.signatures(folds);
        if let Some(signature) = signature::find(&reading.sheet, &reading.cut, &signatures) {
            reading.cut.push(signature);
            reading.cut.sort_by_key(|cut| cut.start);
        }
        reading
    }

    /// What would be folded away as a signature, and whether the text alone shows it.
    fn signatures(&self, folds: &[Fold]) -> Vec<Marked> {
        let of = |folds: &[Fold]| -> Vec<Range<usize>> {
            let folds = folds.iter().filter(|fold| fold.kind == FoldKind::Signature);
            folds.map(|fold| self.lines_of(fold)).collect()
        };
        let all = of(folds);
        if all.is_empty() {
            return Vec::new();
        }
        let typed = of(&every_fold(self.text, &[], ""));
        let in_html = |lines: &Range<usize>| typed.iter().all(|t| t.start != lines.start);
        let marked = all.into_iter().map(|lines| Marked {
            in_html: in_html(&lines),
            lines,
        });
        marked.collect()
    }

    fn lines_of(&self, fold: &Fold) -> Range<usize> {
        self.sheet.line_at(fold.start)..self.sheet.line_at(fold.end.saturating_sub(1)) + 1
    }

    /// Judges what a reader of mail would fold away as a quote.
    fn quote(&mut self, lines: Range<usize>) {
        let marker = lines.clone().find(|&at| self.sheet.text(at).contains(RULE));
        if let Some(marker) = marker {
            let from = self.beginning(&lines, marker);
            self.quoted = true;
            self.keep(lines.start..from);
            self.cut.push(from..lines.end);
            return;
        }
        let introduced = !self.sheet.is_quoted(lines.start);
        let first = lines.clone().find(|&at| self.sheet.is_quoted(at));
        let body = first.unwrap_or(lines.end)..lines.end;
        let purely = !body.is_empty()
            && body.clone().all(|at| {
                let wrapped = || at > body.start && self.sheet.is_quoted(at - 1);
                self.sheet.is_quoted(at) || self.sheet.is_blank(at) || wrapped()
            });
        let head = self.joined(lines.start..body.start);
        let token = lines.clone().any(|at| token::is_in(self.sheet.text(at)));
        let said = body
            .clone()
            .filter(|&at| !squeezed(self.sheet.text(at)).is_empty())
            .take(MAX_LINES);
        let known = said
            .clone()
            .filter(|&at| self.ours.knows(self.sheet.text(at)))
            .count();
        let all = known > 0 && known == said.count();
        let (by_name, near) = (
            introduced && self.ours.names_us(&head),
            introduced || self.quoted,
        );
        if purely && (token || by_name || all || near && known > 0) {
            self.cut.push(lines);
        } else if near || !purely {
            self.doubt(lines.start);
        }
    }

    /// Where the notice begins whose line stands at `marker`: with what introduces it.
    fn beginning(&mut self, fold: &Range<usize>, marker: usize) -> usize {
        let quoted = |at: &usize| self.sheet.is_quoted(*at) || self.sheet.is_blank(*at);
        let mut first = marker;
        if self.sheet.is_quoted(marker) {
            let block = (fold.start..marker).rev().take_while(quoted);
            first = block
                .filter(|&at| self.sheet.is_quoted(at))
                .last()
                .unwrap_or(marker);
        }
        if let Some(from) = self.sheet.introduced_from(first) {
            return from;
        }
        // In words that nobody foresaw, but it names us.
        let above = fold.start..first;
        let said = above.clone().filter(|&at| !self.sheet.is_blank(at)).count();
        if (1..=MAX_INTRODUCTION).contains(&said) && self.ours.names_us(&self.joined(above)) {
            return fold.start;
        }
        // A line of the agent's own may name us too: it stays, and a person looks.
        let above = self.sheet.above(first);
        if let Some(at) = above.filter(|&at| self.ours.names_us(self.sheet.text(at))) {
            self.doubt(at);
        }
        self.marker_left |= !self.sheet.is_quoted(marker);
        first
    }

    /// Lines that would have been folded, and are kept. Headers and the like among them may begin a quote.
    fn keep(&mut self, lines: Range<usize>) {
        if let Some(at) = lines
            .clone()
            .find(|&at| !self.sheet.is_quoted(at) && self.sheet.introduces(at))
        {
            self.doubt(at);
        }
    }

    fn doubt(&mut self, line: usize) {
        self.doubtful.get_or_insert(line);
    }

    fn joined(&self, lines: Range<usize>) -> String {
        lines
            .map(|at| self.sheet.text(at))
            .collect::<Vec<_>>()
            .join(" ")
    }

    fn words(self) -> Words {
        let folds: Vec<Fold> = self
            .cut
            .iter()
            .filter(|lines| !lines.is_empty())
            .map(|lines| Fold {
                start: self.sheet.place(lines.start).0,
                end: self.sheet.place(lines.end - 1).1,
                kind: FoldKind::Quote,
            })
            .collect();
        let text = closed_up(unfolded(self.text, &folds), &folds);
        let doubtful = self.doubtful.map(|at| {
            let line = self.sheet.text(at).trim();
            line.chars().take(80).collect()
        });
        let Some(at) = text.find(RULE) else {
            return Words {
                text,
                marker_left: self.marker_left,
                doubtful,
            };
        };
        let line = text.get(..at).and_then(|above| above.rfind('\n'));
        let above = text.get(..line.unwrap_or(0)).unwrap_or_default();
        Words {
            text: above.trim_end().to_owned(),
            marker_left: true,
            doubtful,
        }
    }
}

/// Where a quote stood between two answers, one blank line is enough.
fn closed_up(mut text: String, folds: &[Fold]) -> String {
    while !folds.is_empty() && text.contains("\n\n\n") {
        text = text.replace("\n\n\n", "\n\n");
    }
    text
}

#[cfg(test)]
mod tests;
