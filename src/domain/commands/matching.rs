//! Which person, team or word somebody meant.

use super::Named;

/// A way in which somebody may be meant.
type Way<'a, T> = &'a dyn Fn(&Named<T>) -> bool;

/// What was found for a name.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found<T> {
    /// Exactly this.
    One(T),
    /// Nothing, or several: these are what there is to choose from.
    Choose(Vec<String>),
}

/// Finds somebody by address, name, a part of either, or the beginning of a part; the most exact way that finds
/// anybody decides, and must find only one.
pub(super) fn named<T: Copy>(all: &[Named<T>], wanted: &str) -> Found<T> {
    let wanted = wanted
        .trim_matches(|c: char| matches!(c, '@' | '<' | '>' | '"') || c.is_whitespace())
        .to_lowercase();
    let local = |n: &Named<T>| {
        let address = n.address.to_lowercase();
        address.split('@').next().unwrap_or_default().to_owned()
    };
    let ways: [Way<'_, T>; 3] = [
        &|n| n.address.to_lowercase() == wanted || n.name.to_lowercase() == wanted,
        &|n| local(n) == wanted || parts(&n.name).any(|part| part == wanted),
        &|n| {
            n.name.to_lowercase().starts_with(&wanted)
                || local(n).starts_with(&wanted)
                || parts(&n.name).any(|part| part.starts_with(&wanted))
        },
    ];
    if !wanted.is_empty() {
        for way in ways {
            let found: Vec<&Named<T>> = all.iter().filter(|n| way(n)).collect();
            match found.as_slice() {
                [] => {}
                [one] => return Found::One(one.id),
                several => return Found::Choose(several.iter().map(|n| label(n)).collect()),
            }
        }
    }
    Found::Choose(all.iter().map(label).collect())
}

/// Finds a word of a list by itself or by its beginning; blanks, `_` and `-` are the same.
pub(super) fn word<'a>(all: impl Iterator<Item = &'a str> + Clone, wanted: &str) -> Found<&'a str> {
    let plain = |text: &str| text.trim().to_lowercase().replace(['_', '-'], " ");
    let wanted = plain(wanted);
    if let Some(same) = all.clone().find(|word| plain(word) == wanted) {
        return Found::One(same);
    }
    let mut begins: Vec<&str> = all
        .clone()
        .filter(|word| !wanted.is_empty() && plain(word).starts_with(&wanted))
        .collect();
    match (begins.pop(), begins.is_empty()) {
        (Some(one), true) => Found::One(one),
        _ => Found::Choose(all.map(|word| word.replace('_', " ")).collect()),
    }
}

fn parts(name: &str) -> impl Iterator<Item = String> {
    let name = name.to_lowercase();
    let parts: Vec<String> = name
        .split(|c: char| c.is_whitespace() || matches!(c, '.' | '-'))
        .map(str::to_owned)
        .collect();
    parts.into_iter()
}

fn label<T>(named: &Named<T>) -> String {
    if named.address.is_empty() {
        named.name.clone()
    } else {
        format!("{} <{}>", named.name, named.address)
    }
}
