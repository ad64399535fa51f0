//! Which parts are the text, which the HTML, which attachments.

use super::fold::Fold;
use super::parts::{Part, Tree};
use super::{charset, contained, flowed, limits, quotes, readable, tnef, uuencode};

/// What people see in one place of a mail: the same content as text, as HTML, or as both.
#[derive(Debug, Default)]
pub(super) struct Slot {
    text: Vec<usize>,
    html: Vec<usize>,
}

/// The parts of a mail by their role.
#[derive(Debug, Default)]
pub(super) struct Layout {
    pub slots: Vec<Slot>,
    /// Parts that are listed as attachments; true for those that belong into the HTML.
    pub attachments: Vec<(usize, bool)>,
    /// The body in a winmail.dat, where the mail has no other.
    packed: Option<Packed>,
}

/// The body in a winmail.dat.
#[derive(Debug)]
struct Packed {
    text: Option<String>,
    html: Option<String>,
}

/// The text of a mail and what its HTML says about quotes and signatures in it.
#[derive(Debug, Default)]
pub(super) struct Text {
    pub text: String,
    pub marks: Vec<Fold>,
}

impl Layout {
    /// Sorts the parts of a mail by their role.
    pub fn of(tree: &Tree<'_>) -> Self {
        let mut layout = Self::default();
        layout.visit(tree, 0, true);
        layout.packed = layout.packed(tree);
        layout
    }

    /// The body in a winmail.dat, if all other text is blank.
    fn packed(&self, tree: &Tree<'_>) -> Option<Packed> {
        let mut files = self
            .attachments
            .iter()
            .filter_map(|(index, _)| tree.parts.get(*index));
        let file = files.find(|part| contained::is_tnef(part))?;
        let is_blank = self.slots.iter().all(|slot| {
            let parts = slot.text.iter().chain(&slot.html);
            parts
                .filter_map(|&index| tree.parts.get(index))
                .all(|part| tree.bytes(part).trim_ascii().is_empty())
        });
        let content = tnef::unpack(&tree.bytes(file)).filter(|_| is_blank)?;
        let has = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.trim().is_empty());
        let packed = Packed {
            text: Some(content.text)
                .filter(has)
                .flatten()
                .map(charset::clean_lines),
            html: Some(content.html)
                .filter(has)
                .flatten()
                .map(charset::clean_lines),
        };
        (packed.text.is_some() || packed.html.is_some()).then_some(packed)
    }

    /// The text parts that are shown as text.
    pub fn texts(&self) -> impl Iterator<Item = usize> {
        self.slots.iter().flat_map(|slot| slot.text.iter().copied())
    }

    /// The tree is at most `limits::DEPTH` deep, and so is this recursion.
    fn visit(&mut self, tree: &Tree<'_>, index: usize, wanted: bool) {
        let Some(part) = tree.parts.get(index) else {
            return;
        };
        if !part.is_multipart {
            self.leaf(index, part, wanted);
            return;
        }
        let children: Vec<usize> = tree.children(index).map(|(child, _)| child).collect();
        match part.content_type.value.as_str() {
            "multipart/alternative" => {
                let before = self.slots.len();
                for &child in &children {
                    self.visit(tree, child, wanted);
                }
                let mut merged = Slot::default();
                for slot in self.slots.drain(before..) {
                    merged.text.extend(slot.text);
                    merged.html.extend(slot.html);
                }
                self.slots.push(merged);
            }
            "multipart/related" => {
                let start = part
                    .content_type
                    .get("start")
                    .map(|id| id.trim_matches(['<', '>']).to_owned());
                let root = children
                    .iter()
                    .copied()
                    .find(|&child| {
                        start.is_some() && tree.parts.get(child).and_then(Part::content_id) == start
                    })
                    .or(children.first().copied());
                for child in children {
                    let shown = Some(child) == root
                        || tree.parts.get(child).is_some_and(|p| {
                            p.is_multipart || p.content_id().is_none() && p.is("text/html")
                        });
                    self.visit(tree, child, wanted && shown);
                }
            }
            "multipart/encrypted" => {
                for child in children {
                    self.visit(tree, child, false);
                }
            }
            "multipart/signed" | "multipart/report" => {
                for (position, child) in children.into_iter().enumerate() {
                    self.visit(tree, child, wanted && position == 0);
                }
            }
            _ => {
                for child in children {
                    self.visit(tree, child, wanted);
                }
            }
        }
    }

    fn leaf(&mut self, index: usize, part: &Part, wanted: bool) {
        let attached = part.disposition.value == "attachment" || part.filename().is_some();
        if wanted && !attached {
            match part.content_type.value.as_str() {
                "text/plain" | "text/enriched" | "text/richtext" => {
                    self.slots.push(Slot {
                        text: vec![index],
                        html: Vec::new(),
                    });
                    return;
                }
                "text/html" | "application/xhtml+xml" => {
                    self.slots.push(Slot {
                        text: Vec::new(),
                        html: vec![index],
                    });
                    return;
                }
                _ => {}
            }
        }
        let inline = part.content_id().is_some() && part.disposition.value != "attachment";
        self.attachments.push((index, inline));
    }

    /// The whole text: text parts, or readable text from HTML where a place has no text part.
    pub fn text(&self, tree: &Tree<'_>, met: &mut Vec<String>) -> Text {
        let mut whole = Text::default();
        let mut left = Left::default();
        for slot in &self.slots {
            let texts: Vec<String> = left
                .parts(tree, &slot.text)
                .map(|part| plain_text(tree, part))
                .collect();
            if texts.iter().any(|text| !text.trim().is_empty()) || slot.html.is_empty() {
                for text in &texts {
                    whole.push(text, &[]);
                }
                continue;
            }
            for part in left.parts(tree, &slot.html) {
                let readable = readable::from_html(&html_text(tree, part));
                whole.push(&readable.text, &readable.marks);
            }
        }
        if left.was_not_enough {
            limits::note(
                met,
                "Only the first 8 MiB of a text are read; the rest is in the original mail.",
            );
        }
        match &self.packed {
            Some(Packed {
                text: Some(text), ..
            }) => whole.push(text, &[]),
            Some(Packed {
                html: Some(html), ..
            }) => {
                let readable = readable::from_html(html);
                whole.push(&readable.text, &readable.marks);
            }
            _ => {}
        }
        if whole.text.len() > limits::TEXT_BYTES {
            limits::note(
                met,
                "The text is longer than 4 MiB; the rest is in the original mail.",
            );
            whole.truncate(limits::TEXT_BYTES);
        }
        whole
    }

    /// What the HTML marks, found again in `text`, where the one place of the mail has both.
    pub fn counterparts(&self, tree: &Tree<'_>, text: &str) -> Vec<Fold> {
        let mut both = self
            .slots
            .iter()
            .filter(|slot| !slot.text.is_empty() && !slot.html.is_empty());
        let (Some(slot), None) = (both.next(), both.next()) else {
            return Vec::new();
        };
        let [part] = slot.html.as_slice() else {
            return Vec::new();
        };
        let Some(part) = tree.parts.get(*part) else {
            return Vec::new();
        };
        let html = html_text(tree, part);
        if html.len() > limits::TEXT_BYTES || !quotes::may_mark(&html) {
            return Vec::new();
        }
        let readable = readable::from_html(&html);
        quotes::counterparts(text, &readable.text, &readable.marks)
    }

    /// The whole HTML, where there is any: text-only places are put in as text.
    pub fn html(&self, tree: &Tree<'_>) -> Option<String> {
        self.has_html().then(|| {
            let mut html = String::new();
            if let Some(packed) = self.packed.as_ref().and_then(|packed| packed.html.as_ref()) {
                html.push_str(packed);
            }
            let mut left = Left::default();
            for slot in &self.slots {
                if slot.html.is_empty() {
                    for part in left.parts(tree, &slot.text) {
                        let text = plain_text(tree, part);
                        if !text.trim().is_empty() {
                            html.extend(["<pre>", &escaped(&text), "</pre>"]);
                        }
                    }
                }
                for part in left.parts(tree, &slot.html) {
                    html.push_str(&html_text(tree, part));
                }
            }
            html
        })
    }

    /// Whether there is an HTML body.
    pub fn has_html(&self) -> bool {
        self.slots.iter().any(|slot| !slot.html.is_empty())
            || self
                .packed
                .as_ref()
                .is_some_and(|packed| packed.html.is_some())
    }
}

/// How much may still be read for what is shown.
struct Left {
    bytes: usize,
    /// Something was left out, or read in part.
    was_not_enough: bool,
}

impl Default for Left {
    fn default() -> Self {
        Self {
            bytes: 2 * limits::SHOWN_BYTES,
            was_not_enough: false,
        }
    }
}

impl Left {
    /// Those of the parts that there is room for.
    fn parts<'a>(
        &mut self,
        tree: &'a Tree<'_>,
        indexes: &[usize],
    ) -> impl Iterator<Item = &'a Part> {
        let parts = indexes.iter().filter_map(|&index| tree.parts.get(index));
        let mut fitting = Vec::new();
        for part in parts {
            let bytes = tree.raw_body(part).len();
            let read = bytes.min(limits::SHOWN_BYTES);
            self.was_not_enough |= bytes > read || read > self.bytes;
            if read <= self.bytes {
                self.bytes -= read;
                fitting.push(part);
            }
        }
        fitting.into_iter()
    }
}

impl Text {
    fn push(&mut self, text: &str, marks: &[Fold]) {
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
        if !marks.is_empty() {
            let offset = self.text.chars().count();
            self.marks.extend(marks.iter().map(|mark| Fold {
                start: mark.start + offset,
                end: mark.end + offset,
                kind: mark.kind,
            }));
        }
        self.text.push_str(text);
    }

    fn truncate(&mut self, bytes: usize) {
        let mut end = bytes;
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        self.text.truncate(end);
        let characters = self.text.chars().count();
        self.marks.retain(|mark| mark.end <= characters);
    }
}

/// The text of a text part: files that stand in it taken out, flowed lines joined (RFC 3676).
fn plain_text(tree: &Tree<'_>, part: &Part) -> String {
    let bytes = tree.shown_bytes(part);
    let files = uuencode::blocks(&bytes);
    let label = part.content_type.get("charset");
    let text = charset::clean_lines(if files.is_empty() {
        charset::decode(&bytes, label)
    } else {
        charset::decode(&uuencode::without(&bytes, &files), label)
    });
    let is = |name: &str, value: &str| {
        part.content_type
            .get(name)
            .is_some_and(|given| given.eq_ignore_ascii_case(value))
    };
    if is("format", "flowed") {
        flowed::join(&text, is("delsp", "yes"))
    } else {
        text
    }
}

/// The text of an HTML part; without a charset, its `<meta>` is asked.
fn html_text(tree: &Tree<'_>, part: &Part) -> String {
    if part.content_type.get("charset").is_some() {
        return tree.text(part);
    }
    let bytes = tree.shown_bytes(part);
    let label = readable::meta_charset(&bytes);
    charset::clean_lines(charset::decode(&bytes, label.as_deref()))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
