//! Pages of lists: `?limit=` from 1 to 200, and a cursor that says where the page before ended. What stands in a
//! cursor is nobody's business but ours.

use std::str::FromStr;

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::problem::Problem;

/// Items on a page, where nothing else is asked for.
const USUAL: i64 = 50;
/// The most that one call gives.
const MOST: i64 = 200;

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct List<T> {
    /// What is on this page.
    pub items: Vec<T>,
    /// `cursor` of the next page; null on the last one.
    pub next: Option<String>,
}

/// Which page of a list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// 1 to 200; 50 if absent.
    pub limit: String,
    /// `next` of the page before.
    pub cursor: String,
}

/// Which page of a list, and which states.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct StateQuery {
    /// Separated by commas; absent: all.
    pub state: String,
    /// 1 to 200; 50 if absent.
    pub limit: String,
    /// `next` of the page before.
    pub cursor: String,
}

impl StateQuery {
    /// The states that were asked for.
    ///
    /// # Errors
    /// A word that is none of `words`.
    pub fn states<T: FromStr>(&self, words: &[&str]) -> Result<Vec<T>, Problem> {
        let given = self.state.split(',').map(str::trim);
        let states = given.filter(|word| !word.is_empty()).map(str::parse);
        let states: Result<Vec<T>, T::Err> = states.collect();
        states.map_err(|_| {
            Problem::invalid("state", format!("expected some of {}", words.join(", ")))
        })
    }
}

/// Which page was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<C> {
    /// How many items.
    pub limit: i64,
    /// Where the page before ended.
    pub after: Option<C>,
}

impl<C: FromStr> Page<C> {
    /// Reads `limit` and `cursor`; empty is as good as absent.
    ///
    /// # Errors
    /// A limit out of range, or a cursor that is not one of this list's.
    pub fn read(limit: &str, cursor: &str) -> Result<Self, Problem> {
        let limit = match limit {
            "" => USUAL,
            given => given
                .parse()
                .ok()
                .filter(|limit| (1..=MOST).contains(limit))
                .ok_or_else(|| Problem::invalid("limit", format!("expected 1 to {MOST}")))?,
        };
        let after = match cursor {
            "" => None,
            given => Some(
                opened(given)
                    .ok_or_else(|| Problem::invalid("cursor", "expected the `next` of a page"))?,
            ),
        };
        Ok(Self { limit, after })
    }

    /// How many rows to ask the store for: one more than wanted tells whether there is a next page.
    pub const fn and_one(&self) -> i64 {
        self.limit + 1
    }

    /// Takes the extra row away again. The second value is whether there is a next page.
    pub fn cut<R>(&self, mut rows: Vec<R>) -> (Vec<R>, bool) {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        (rows, more)
    }
}

impl Page<usize> {
    /// The page of a list that is in memory as a whole.
    pub fn of<R, V>(&self, rows: impl IntoIterator<Item = R>, view: impl Fn(R) -> V) -> List<V> {
        let start = self.after.unwrap_or(0);
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let mut rows = rows.into_iter().skip(start);
        let items: Vec<V> = rows.by_ref().take(limit).map(view).collect();
        let next = rows.next().map(|_| sealed(&(start + limit)));
        List { items, next }
    }
}

/// A cursor as it is given out.
pub fn sealed(place: &impl ToString) -> String {
    BASE64URL_NOPAD.encode(place.to_string().as_bytes())
}

fn opened<C: FromStr>(cursor: &str) -> Option<C> {
    let bytes = BASE64URL_NOPAD.decode(cursor.as_bytes()).ok()?;
    String::from_utf8(bytes).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_1_to_200_items() {
        for (limit, read) in [
            ("", Some(50)),
            ("1", Some(1)),
            ("200", Some(200)),
            ("0", None),
            ("201", None),
            ("-1", None),
            ("ten", None),
        ] {
            let page = Page::<usize>::read(limit, "").ok();
            assert_eq!(page.map(|page| page.limit), read, "{limit:?}");
        }
    }

    #[test]
    fn a_cursor_comes_back_as_it_was_given_and_no_other_is_taken() {
        let page = Page::<usize>::read("", &sealed(&12_usize)).unwrap();
        assert_eq!(page.after, Some(12));
        for wrong in ["12", "!", "eA", &sealed(&"x")] {
            assert!(Page::<usize>::read("", wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_list_in_memory_is_walked_to_its_end() {
        let (mut seen, mut cursor, mut pages) = (Vec::new(), String::new(), 0);
        loop {
            let page = Page::<usize>::read("2", &cursor).unwrap();
            let list = page.of(1..=5, |n| n);
            seen.extend(list.items);
            pages += 1;
            match list.next {
                Some(next) => cursor = next,
                None => break,
            }
        }
        assert_eq!((seen, pages), (vec![1, 2, 3, 4, 5], 3));
        assert_eq!(
            Page::<usize>::read("5", "").unwrap().of(1..=5, |n| n).next,
            None
        );
    }
}
