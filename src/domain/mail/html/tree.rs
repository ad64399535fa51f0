//! Sanitised HTML as a tree. The sanitiser writes regular HTML (every element closed, every value in double quotes
//! and escaped), so reading it is simple; what is not on the list does not get in here a second time either.

use std::borrow::Cow;

use super::policy;
use crate::domain::mail::tokens::{Token, Tokens};

/// What a node is. Text and values are escaped as they were written.
#[derive(Debug)]
pub(super) enum Kind<'a> {
    /// An element with its attributes.
    Element(&'a str, Vec<(&'a str, Cow<'a, str>)>),
    /// Characters.
    Text(Cow<'a, str>),
    /// Taken out.
    Gone,
}

/// An element or a text, and what is in it.
#[derive(Debug)]
pub(super) struct Node<'a> {
    pub kind: Kind<'a>,
    pub children: Vec<usize>,
    /// Where it stands among the texts and images of the document: what [`super::folds`] knows positions of.
    pub place: Option<usize>,
}

/// A document; node 0 holds it.
#[derive(Debug)]
pub(super) struct Tree<'a> {
    pub nodes: Vec<Node<'a>>,
}

impl<'a> Tree<'a> {
    /// Reads sanitised HTML.
    pub fn read(html: &'a str) -> Self {
        let mut tree = Self { nodes: Vec::new() };
        let mut open = vec![tree.push(Kind::Gone, None)];
        let mut places = 0;
        for token in Tokens::new(html) {
            let parent = open.last().copied().unwrap_or_default();
            match token {
                Token::Text(text) => {
                    let node = tree.push(Kind::Text(Cow::Borrowed(text)), Some(places));
                    places += 1;
                    tree.adopt(parent, node);
                }
                Token::Open(tag) => {
                    if !policy::TAGS.contains(&tag.name) {
                        continue;
                    }
                    let is_image = tag.name == "img";
                    let attributes = tag
                        .attributes()
                        .map(|(name, value)| (name, Cow::Borrowed(value)));
                    let kind = Kind::Element(tag.name, attributes.collect());
                    let node = tree.push(kind, is_image.then_some(places));
                    places += usize::from(is_image);
                    tree.adopt(parent, node);
                    if !is_void(tag.name) {
                        open.push(node);
                    }
                }
                Token::Close(name) => {
                    let matching = open.iter().rposition(|&node| tree.name(node) == Some(name));
                    if let Some(at) = matching {
                        open.truncate(at);
                    }
                }
            }
        }
        tree
    }

    fn push(&mut self, kind: Kind<'a>, place: Option<usize>) -> usize {
        self.nodes.push(Node {
            kind,
            children: Vec::new(),
            place,
        });
        self.nodes.len() - 1
    }

    fn adopt(&mut self, parent: usize, node: usize) {
        if let Some(parent) = self.nodes.get_mut(parent) {
            parent.children.push(node);
        }
    }

    /// The children of a node.
    pub fn children(&self, node: usize) -> &[usize] {
        self.nodes.get(node).map_or(&[], |node| &node.children)
    }

    /// The name of an element.
    pub fn name(&self, node: usize) -> Option<&'a str> {
        match self.nodes.get(node)?.kind {
            Kind::Element(name, _) => Some(name),
            _ => None,
        }
    }

    /// A value of an element, escaped.
    pub fn attribute(&self, node: usize, name: &str) -> Option<&str> {
        match &self.nodes.get(node)?.kind {
            Kind::Element(_, attributes) => {
                let found = attributes.iter().find(|(key, _)| *key == name);
                found.map(|(_, value)| value.as_ref())
            }
            _ => None,
        }
    }

    /// Gives an element a value, or takes it away. `value` is escaped already.
    pub fn set(&mut self, node: usize, name: &'a str, value: Option<String>) {
        if let Some(Node {
            kind: Kind::Element(_, attributes),
            ..
        }) = self.nodes.get_mut(node)
        {
            attributes.retain(|(key, _)| *key != name);
            attributes.extend(value.map(|value| (name, Cow::Owned(value))));
        }
    }

    /// The characters in a node, as they are read. The tree is no deeper than what was let through.
    pub fn text(&self, node: usize, out: &mut String) {
        match self.nodes.get(node).map(|node| &node.kind) {
            Some(Kind::Text(text)) => out.push_str(&unescaped(text)),
            Some(_) => {
                for &child in self.children(node) {
                    self.text(child, out);
                }
            }
            None => {}
        }
    }

    /// Writes the document.
    pub fn write(&self) -> String {
        let mut out = String::new();
        for &child in self.children(0) {
            self.write_node(child, &mut out);
        }
        out
    }

    /// Writes a node with all that is in it.
    pub fn write_node(&self, node: usize, out: &mut String) {
        if let Some(Node {
            kind: Kind::Text(text),
            ..
        }) = self.nodes.get(node)
        {
            out.push_str(text);
            return;
        }
        if self.write_start(node, out) {
            for &child in self.children(node) {
                self.write_node(child, out);
            }
            self.write_end(node, out);
        }
    }

    /// Writes the start of an element; false if that is all of it.
    pub fn write_start(&self, node: usize, out: &mut String) -> bool {
        let Some(Node {
            kind: Kind::Element(name, attributes),
            ..
        }) = self.nodes.get(node)
        else {
            return false;
        };
        out.extend(["<", name]);
        // One order, so that writing again gives the same.
        let mut attributes: Vec<_> = attributes.iter().collect();
        attributes.sort();
        for (key, value) in attributes {
            out.extend([" ", key, "=\"", value, "\""]);
        }
        out.push('>');
        !is_void(name)
    }

    /// Writes the end of an element.
    pub fn write_end(&self, node: usize, out: &mut String) {
        if let Some(name) = self.name(node) {
            out.extend(["</", name, ">"]);
        }
    }
}

fn is_void(name: &str) -> bool {
    matches!(name, "br" | "col" | "hr" | "img" | "wbr")
}

/// Text or a value as it is read.
pub(super) fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let text = text
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&nbsp;", "\u{a0}");
    Cow::Owned(text.replace("&amp;", "&"))
}

/// Text or a value as it is written.
pub(super) fn escaped(text: &str) -> String {
    let text = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    text.replace('"', "&quot;").replace('\u{a0}', "&nbsp;")
}
