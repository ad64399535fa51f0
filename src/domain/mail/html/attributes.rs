//! A bound on the attributes of one tag: the sanitiser's parser compares each with all before it (A33).
//!
//! Where a tag begins depends on what stands before it: a comment, a style sheet, a quote. This scan does not try to know.
//! It follows every tag that *might* have begun, at each `<` before a letter, through the states of the standard
//! (section 13.2.5), and remembers for each state the most attributes that any of them has. What is really a tag is among
//! them, so nothing can be hidden; what is not one is hurt only if it goes on for as long without an end.

use std::borrow::Cow;

/// Attributes of one tag. Mail programs write a dozen.
const MAX_ATTRIBUTES: u16 = 200;

/// Where in a tag a scan may be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    TagName,
    BeforeName,
    Name,
    AfterName,
    BeforeValue,
    Double,
    Single,
    Unquoted,
    AfterValue,
}

/// The states in which a tag may be, each once, with the most attributes that a tag in it has, the one being read
/// included.
#[derive(Default)]
struct Alive {
    states: Vec<(State, u16)>,
    /// The same one byte further; kept for its memory.
    next: Vec<(State, u16)>,
}

/// The HTML, with the attributes beyond the bound left out.
pub(super) fn bounded(html: &str) -> Cow<'_, str> {
    let bytes = html.as_bytes();
    let mut alive = Alive::default();
    let mut out: Option<String> = None;
    let (mut kept, mut at) = (0, 0);
    while at < bytes.len() {
        if alive.states.is_empty() {
            let next = bytes
                .get(at..)
                .and_then(|rest| rest.iter().position(|&byte| byte == b'<'));
            let Some(next) = next else { break };
            at += next;
        }
        let Some(&byte) = bytes.get(at) else { break };
        if !alive.step(byte) {
            // The tag ends here: what follows up to the next `>` is not there for anybody.
            let out = out.get_or_insert_with(String::new);
            out.push_str(html.get(kept..at).unwrap_or_default());
            at += bytes
                .get(at..)
                .and_then(|rest| rest.iter().position(|&byte| byte == b'>'))
                .unwrap_or(bytes.len() - at);
            kept = at;
            continue;
        }
        if byte == b'<' && begins_tag(bytes.get(at + 1..).unwrap_or_default()) {
            raise(&mut alive.states, State::TagName, 0);
        }
        at += 1;
    }
    match out {
        None => Cow::Borrowed(html),
        Some(mut out) => {
            out.push_str(html.get(kept..).unwrap_or_default());
            Cow::Owned(out)
        }
    }
}

/// Whether a `<` before these bytes begins a tag: closing ones have attributes too.
fn begins_tag(rest: &[u8]) -> bool {
    match rest {
        [b'/', next, ..] | [next, ..] => next.is_ascii_alphabetic(),
        [] => false,
    }
}

impl Alive {
    /// Every tag one byte further; false, and nothing is done, if one of them would have too many attributes.
    fn step(&mut self, byte: u8) -> bool {
        self.next.clear();
        for &(state, count) in &self.states {
            if let Some((state, begins)) = state.after(byte) {
                let count = count + u16::from(begins);
                if count > MAX_ATTRIBUTES {
                    return false;
                }
                raise(&mut self.next, state, count);
            }
        }
        std::mem::swap(&mut self.states, &mut self.next);
        true
    }
}

fn raise(states: &mut Vec<(State, u16)>, state: State, count: u16) {
    match states.iter_mut().find(|(known, _)| *known == state) {
        Some((_, known)) => *known = count.max(*known),
        None => states.push((state, count)),
    }
}

impl State {
    /// The next state, and whether an attribute begins; None at the end of the tag.
    fn after(self, byte: u8) -> Option<(Self, bool)> {
        let blank = matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'\x0c');
        let next = match (self, byte) {
            (Self::Double, b'"') | (Self::Single, b'\'') => Self::AfterValue,
            (Self::Double | Self::Single, _) => self,
            (_, b'>') => return None,
            (Self::BeforeValue, _) if blank => Self::BeforeValue,
            (Self::BeforeValue, b'"') => Self::Double,
            (Self::BeforeValue, b'\'') => Self::Single,
            (Self::BeforeValue, _) => Self::Unquoted,
            (Self::Name | Self::AfterName, b'=') => Self::BeforeValue,
            (Self::Name | Self::AfterName, _) if blank => Self::AfterName,
            (_, _) if blank => Self::BeforeName,
            (Self::Unquoted | Self::Name | Self::TagName, byte) if byte != b'/' => self,
            (Self::Unquoted, _) => Self::Unquoted,
            (_, b'/') => Self::BeforeName,
            _ => return Some((Self::Name, true)),
        };
        Some((next, false))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::mail::tokens::{Token, Tokens};

    fn many(from: usize, to: usize) -> String {
        (from..to)
            .map(|n| format!(" a{n}"))
            .collect::<Vec<_>>()
            .concat()
    }

    #[test]
    fn tags_as_they_are_written_stay_as_they_are() {
        let tag = "<td style='a: \"b\"; c' bgcolor=#fff width = 5 nowrap title=\"x > y\"><img src=a/b.png alt=''/></td >";
        let html = format!(
            "{}<p>a < b and <b>c</b>, {}",
            tag.repeat(500),
            "word ".repeat(900)
        );
        assert!(matches!(bounded(&html), Cow::Borrowed(_)));
    }

    #[test]
    fn a_tag_keeps_its_first_attributes_and_what_follows_it_stays() {
        let html = format!("<p{}>text</p><b x=1>more</b>", many(0, 300));
        let want = format!("<p{} >text</p><b x=1>more</b>", many(0, 200));
        assert_eq!(bounded(&html), want);
    }

    /// The most attributes of any tag, as the reader of text counts them from each `<`.
    fn most(html: &str) -> usize {
        let starts = html.match_indices('<').map(|(at, _)| &html[at..]);
        let counts = starts.filter_map(|rest| match Tokens::new(rest).next() {
            Some(Token::Open(tag)) => Some(tag.attributes().count()),
            _ => None,
        });
        counts.max().unwrap_or_default()
    }

    #[test]
    fn no_way_of_hiding_a_tag_hides_its_attributes() {
        let attributes = many(0, 10_000);
        for (before, after) in [
            ("<p", ">"),
            ("</p", ">"),
            ("<!-- <a b=\" --><p", ">"),
            ("<style><a b='</style><p", ">"),
            ("<p a=\">\"", ">"),
            ("<p a=\"'>\"b='\">'", ""),
            ("<p/", "/>"),
            ("<x <p", ">"),
            ("<textarea><p a=\"</textarea><p\n", "\">"),
        ] {
            let html = format!("{before}{attributes}{after}");
            assert!(bounded(&html).len() < 3000, "{before}");
        }
        let values: Vec<_> = (0..10_000).map(|n| format!("a{n}=\">\"")).collect();
        let html = format!("<p {}>", values.concat());
        assert!(most(&html) == 10_000 && most(&bounded(&html)) == 200);
    }
}
