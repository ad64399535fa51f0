//! Rows of one statement, each key once.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;

/// `rows` with one row for each key, in the order in which the keys first came. PostgreSQL refuses a statement that
/// would write one row twice; SQLite takes them in turn. `merge` does in memory what the statement's
/// `ON CONFLICT` clause does with a further row for the same key.
pub(in crate::store) fn once<T: Clone, K: Eq + Hash>(
    rows: &[T],
    key: impl Fn(&T) -> K,
    merge: impl Fn(&mut T, &T),
) -> Vec<T> {
    let mut places = HashMap::with_capacity(rows.len());
    let mut kept: Vec<T> = Vec::with_capacity(rows.len());
    for row in rows {
        match places.entry(key(row)) {
            Entry::Vacant(vacant) => {
                vacant.insert(kept.len());
                kept.push(row.clone());
            }
            Entry::Occupied(place) => {
                if let Some(earlier) = kept.get_mut(*place.get()) {
                    merge(earlier, row);
                }
            }
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_comes_again_is_merged_into_its_first_row() {
        let rows = [("b", 1), ("a", 2), ("b", 3)];
        let kept = once(&rows, |row| row.0, |earlier, later| earlier.1 += later.1);
        assert_eq!(kept, [("b", 4), ("a", 2)]);
    }
}
