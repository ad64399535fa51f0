//! Quotes and signatures folded in the formatted view. The text is read from the very HTML that is shown and judged
//! by the same function as the text view, so the two agree; nothing is cut, it stands behind `···`.

use std::ops::Range;

use super::tree::{Kind, Tree, unescaped};
use crate::domain::mail::fold::{Fold, FoldKind};
use crate::domain::mail::{quotes, readable};

/// Sanitised HTML of a mail with this subject, its quotes and signatures in `<details>` of ours.
pub fn folded(html: &str, subject: &str) -> String {
    let readable = readable::from_html(html);
    let folds = quotes::folds_of(&readable.text, &readable.marks, subject);
    if folds.is_empty() {
        return html.to_owned();
    }
    let tree = Tree::read(html);
    let mut writer = Writer {
        states: vec![State::Blank; tree.nodes.len()],
        tree: &tree,
        places: &readable.places,
        folds: &folds,
        length: readable.text.chars().count(),
        out: String::with_capacity(html.len() + 500),
    };
    writer.judge(0, false);
    writer.children(0);
    writer.out
}

/// How an element stands to the folds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing to see in it.
    Blank,
    /// All that is to see in it is folded, for this reason.
    Folded(FoldKind),
    /// Something in it is shown.
    Shown,
}

impl State {
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Blank, state) | (state, Self::Blank) => state,
            (one, other) if one == other => one,
            _ => Self::Shown,
        }
    }
}

struct Writer<'a> {
    tree: &'a Tree<'a>,
    states: Vec<State>,
    places: &'a [Range<usize>],
    folds: &'a [Fold],
    /// Characters of the text.
    length: usize,
    out: String,
}

impl Writer<'_> {
    /// Finds the state of a node and of all below it. `marked`: an element around it was marked as a quote.
    fn judge(&mut self, node: usize, marked: bool) -> State {
        let state = match self
            .tree
            .nodes
            .get(node)
            .map(|node| (&node.kind, node.place))
        {
            Some((Kind::Text(text), Some(place))) => self.of_text(text, place),
            Some((Kind::Element(..), Some(place))) => self.of_image(place, marked),
            _ => {
                let marked =
                    marked || self.tree.attribute(node, super::policy::FOLD) == Some("quote");
                let mut state = State::Blank;
                for &child in self.tree.children(node) {
                    state = state.and(self.judge(child, marked));
                }
                state
            }
        };
        if let Some(slot) = self.states.get_mut(node) {
            *slot = state;
        }
        state
    }

    fn of_text(&self, text: &str, place: usize) -> State {
        let range = self.places.get(place).cloned().unwrap_or_default();
        if range.is_empty() || unescaped(text).trim().is_empty() {
            return State::Blank;
        }
        match self.fold_at(range.start) {
            Some(fold) if range.end <= fold.end => State::Folded(fold.kind),
            _ => State::Shown,
        }
    }

    /// An image has no text: it is folded if text of the same fold stands on both sides of it, or if the fold
    /// reaches to the end.
    fn of_image(&self, place: usize, marked: bool) -> State {
        let at = self.places.get(place).map_or(0, |range| range.start);
        let before = at.checked_sub(1).and_then(|before| self.fold_at(before));
        match before {
            Some(fold) if at < fold.end || fold.end >= self.length || marked => {
                State::Folded(fold.kind)
            }
            None if marked => self
                .fold_at(at)
                .map_or(State::Shown, |fold| State::Folded(fold.kind)),
            _ => State::Shown,
        }
    }

    fn fold_at(&self, position: usize) -> Option<&Fold> {
        let next = self.folds.partition_point(|fold| fold.end <= position);
        self.folds.get(next).filter(|fold| fold.start <= position)
    }

    fn state(&self, node: usize) -> State {
        self.states.get(node).copied().unwrap_or(State::Blank)
    }

    /// Writes what is in a node; neighbours that are folded go behind one `···`.
    fn children(&mut self, parent: usize) {
        let tree = self.tree;
        let children = tree.children(parent);
        let takes = tree.name(parent).is_none_or(takes_details);
        let mut at = 0;
        while let Some(&child) = children.get(at) {
            at += 1;
            let State::Folded(kind) = self.state(child) else {
                self.node(child);
                continue;
            };
            if !takes {
                self.node(child);
                continue;
            }
            let rest = children.get(at..).unwrap_or_default();
            let run = rest.iter().take_while(|&&next| {
                matches!(self.state(next), State::Blank) || self.state(next) == State::Folded(kind)
            });
            let run = run.count();
            let last = rest
                .iter()
                .take(run)
                .rposition(|&next| self.state(next) != State::Blank);
            let end = at + last.map_or(0, |last| last + 1);
            let label = match kind {
                FoldKind::Quote => "Show the quoted text",
                FoldKind::Signature => "Show the signature",
            };
            self.out.extend([
                "<details class=\"pr-fold\"><summary title=\"",
                label,
                "\" aria-label=\"",
                label,
                "\">···</summary>",
            ]);
            for &inside in children.get(at - 1..end).unwrap_or_default() {
                tree.write_node(inside, &mut self.out);
            }
            self.out.push_str("</details>");
            at = end;
        }
    }

    fn node(&mut self, node: usize) {
        let tree = self.tree;
        if let Some(Kind::Text(text)) = tree.nodes.get(node).map(|node| &node.kind) {
            self.out.push_str(text);
        } else if tree.write_start(node, &mut self.out) {
            self.children(node);
            tree.write_end(node, &mut self.out);
        }
    }
}

/// Tables and lists take only rows and items; what is in those can be folded.
fn takes_details(name: &str) -> bool {
    !matches!(
        name,
        "table"
            | "thead"
            | "tbody"
            | "tfoot"
            | "tr"
            | "colgroup"
            | "ul"
            | "ol"
            | "dl"
            | "summary"
            | "ruby"
    )
}

#[cfg(test)]
mod tests {
    use super::super::{Options, sanitise};
    use super::*;

    fn view(html: &str) -> String {
        folded(
            &sanitise(
                html,
                &Options {
                    cid: &|_| None,
                    allow_remote: false,
                },
            )
            .html,
            "Re: Order",
        )
    }

    /// What stands outside the folds, tags removed.
    fn shown(html: &str) -> String {
        let view = view(html);
        let mut left = String::new();
        let mut rest = view.as_str();
        while let Some((before, after)) = rest.split_once("<details class=\"pr-fold\">") {
            left.push_str(before);
            rest = after.split_once("</details>").map_or("", |(_, rest)| rest);
        }
        left.push_str(rest);
        readable::from_html(&left).text.trim().to_owned()
    }

    #[test]
    fn quotes_of_mail_programs_are_folded() {
        for (program, html, left) in [
            (
                "Gmail",
                "<div dir=\"ltr\">Yes.</div><br><div class=\"gmail_quote\"><div class=\"gmail_attr\">On Mon, 2 Nov 2026 at 10:00, Ada &lt;a@b.test&gt; wrote:<br></div><blockquote class=\"gmail_quote\">Is it?</blockquote></div>",
                "Yes.",
            ),
            (
                "Outlook",
                "<div class=WordSection1><p class=MsoNormal>Yes.</p><div><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p><b>From:</b> Ada &lt;a@b.test&gt;<br><b>Sent:</b> Monday<br><b>To:</b> Bo<br><b>Subject:</b> Re: x</p></div></div><p>Is it?</p></div>",
                "Yes.",
            ),
            (
                "Thunderbird",
                "<p>Yes.</p><div class=\"moz-cite-prefix\">Am 02.11.26 um 10:00 schrieb Ada:<br></div><blockquote type=\"cite\" cite=\"mid:x\"><p>Is it?</p></blockquote>",
                "Yes.",
            ),
            (
                "no marks",
                "Yes.<br><br>-----Original Message-----<br>From: Ada &lt;a@b.test&gt;<br>Sent: Monday<br>To: Bo<br>Subject: x<br><br>Is it?",
                "Yes.",
            ),
            (
                "signature",
                "<div>Yes.</div><div class=\"gmail_signature\"><div>Ada<br>Acme</div></div>",
                "Yes.",
            ),
            (
                "below",
                "<blockquote type=cite><div>Is it?</div></blockquote><div>Yes.</div>",
                "Yes.",
            ),
        ] {
            assert_eq!(shown(html), left, "{program}: {}", view(html));
            assert!(
                view(html).contains("Is it?") || program == "signature",
                "{program}"
            );
        }
    }

    #[test]
    fn what_was_answered_with_a_picture_is_shown() {
        let png = "data:image/png;base64,AAAA";
        let view = view(&format!(
            "<div>See:</div><div><img src=\"{png}\"></div><div class=gmail_quote>On Monday, Ada wrote:<br>old <img src=\"{png}\"> text</div>"
        ));
        let (before, after) = view.split_once("<details").unwrap();
        assert!(before.contains("<img") && after.contains("<img"), "{view}");
    }

    #[test]
    fn a_mail_without_quotes_stays_as_it_is() {
        assert_eq!(view("<p>One</p>"), "<p>One</p>");
        assert!(!view("<div class=gmail_quote>all of it</div>").contains("pr-fold"));
    }
}
