//! What needs to see a whole element of the sanitised HTML: which images stay, and where links lead.

use super::links;
use super::tree::{Kind, Tree, escaped, unescaped};
use crate::domain::disguise;

/// What was found on the way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// Images from elsewhere.
    pub remote_images: usize,
    /// Images from elsewhere that nobody could see.
    pub trackers: usize,
}

/// Where a link leads, if its words say otherwise.
const GOES: &str = "data-goes";

/// Takes out the images from elsewhere (their place stays), and all of those that only count readers; marks links
/// whose words look like another place than they lead to.
pub(super) fn dress(tree: &mut Tree<'_>, allow_remote: bool) -> Tally {
    let mut tally = Tally::default();
    for node in 0..tree.nodes.len() {
        match tree.name(node) {
            Some("img") => image(tree, node, allow_remote, &mut tally),
            Some("a") => link(tree, node),
            _ => {}
        }
    }
    tally
}

fn image(tree: &mut Tree<'_>, node: usize, allow_remote: bool, tally: &mut Tally) {
    let Some(source) = tree.attribute(node, "src") else {
        return;
    };
    let scheme = source.get(..6).unwrap_or_default().to_ascii_lowercase();
    if scheme.starts_with("data:") || scheme.starts_with("cid:") {
        return;
    }
    if is_unseen(tree, node) {
        tally.trackers += 1;
        if let Some(node) = tree.nodes.get_mut(node) {
            node.kind = Kind::Gone;
        }
        return;
    }
    tally.remote_images += 1;
    // Plain http would be blocked by the frame's policy anyway.
    if !allow_remote || scheme != "https:" {
        tree.set(node, "src", None);
    }
}

/// A dot, or nothing at all.
fn is_unseen(tree: &Tree<'_>, node: usize) -> bool {
    let style = tree.attribute(node, "style").unwrap_or_default();
    let declared = |name: &str| {
        let declarations = style.split(';').filter_map(|one| one.split_once(':'));
        declarations
            .filter(|(key, _)| *key == name)
            .map(|(_, value)| value)
            .next_back()
    };
    let hidden = declared("display").is_some_and(|value| value.starts_with("none"))
        || declared("visibility").is_some_and(|value| value.starts_with("hidden"))
        || declared("opacity").is_some_and(|value| value.trim_end_matches("!important") == "0");
    let dot = |name: &str| {
        let size = declared(name).or_else(|| tree.attribute(node, name));
        size.map(|size| {
            let digits = size
                .trim()
                .trim_end_matches("!important")
                .trim_end_matches("px");
            matches!(digits, "0" | "1" | "2")
        })
    };
    let tiny = match (dot("width"), dot("height")) {
        (Some(width), Some(height)) => width && height,
        (one, other) => one.or(other).unwrap_or(false),
    };
    hidden || tiny
}

fn link(tree: &mut Tree<'_>, node: usize) {
    reveal(tree, node);
    let goes = tree.attribute(node, "href").and_then(|href| {
        let mut words = String::new();
        tree.text(node, &mut words);
        links::goes_elsewhere(&words, &unescaped(href))
    });
    let goes = goes.map(|place| escaped(&place));
    if let Some(place) = &goes {
        tree.set(node, "title", Some(format!("goes to {place}")));
    }
    tree.set(node, GOES, goes);
}

/// Characters that do not show, or that turn others round, show in the words of a link.
fn reveal(tree: &mut Tree<'_>, node: usize) {
    for child in tree.children(node).to_vec() {
        let Some(found) = tree.nodes.get_mut(child) else {
            continue;
        };
        match &mut found.kind {
            Kind::Text(text) => {
                let read = unescaped(text).into_owned();
                if let std::borrow::Cow::Owned(shown) = disguise::revealed(&read) {
                    *text = escaped(&shown).replace("&quot;", "\"").into();
                }
            }
            _ => reveal(tree, child),
        }
    }
}
