//! Address lists, RFC 5322 section 3.4, with the obsolete and the merely frequent forms.

use super::{encoded_word, limits};
use crate::domain::address::Party;

/// The addresses of one header field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct AddressList {
    /// Every address, groups opened.
    pub parties: Vec<Party>,
    /// Whether the field is written so plainly that every program reads the same from it (A5): no group,
    /// no route, no encoded address, nothing left over.
    pub plain: bool,
}

/// Reads an address list from a field's unfolded, not yet decoded value.
pub(super) fn read(raw: &str) -> AddressList {
    let mut list = AddressList {
        parties: Vec::new(),
        plain: true,
    };
    read_into(raw, &mut list, true);
    list
}

fn read_into(raw: &str, list: &mut AddressList, may_decode: bool) {
    for item in Items::new(raw) {
        if list.parties.len() >= limits::ADDRESSES {
            list.plain = false;
            return;
        }
        list.plain &= !item.group;
        let Some(party) = item.party() else {
            let text = encoded_word::decode(&item.text);
            let text = text.trim();
            list.plain &= text.is_empty();
            // Some programs encode the whole address, brackets included.
            if may_decode && text != item.text.trim() && text.contains('@') {
                read_into(text, list, false);
            } else if !text.is_empty() && !item.group {
                list.parties.push(Party {
                    email: String::new(),
                    name: tidy(text),
                });
            }
            continue;
        };
        list.plain &= !item.odd && party.email.matches('@').count() == 1;
        list.parties.push(party);
    }
}

/// One item of a list, its kinds of text apart.
#[derive(Debug, Default)]
struct Item {
    /// Words outside quotes, comments and angles, quoted words with their quotes removed.
    text: String,
    /// What stands between `<` and `>`.
    angle: Option<String>,
    comment: String,
    /// A group's name stood before it.
    group: bool,
    /// Quoted words were among the text.
    quoted: bool,
    /// Written in a way that programs read differently.
    odd: bool,
}

impl Item {
    fn is_empty(&self) -> bool {
        self.text.trim().is_empty() && self.angle.is_none() && self.comment.is_empty()
    }

    fn party(&self) -> Option<Party> {
        let comment = || tidy(&encoded_word::decode(&self.comment));
        if let Some(angle) = &self.angle {
            let email = address(angle);
            let name = tidy(&encoded_word::decode(&self.text));
            if email.contains('@') || !email.is_empty() && !name.contains('@') {
                let name = if name.is_empty() { comment() } else { name };
                return Some(Party {
                    name: other_than(&email, name),
                    email,
                });
            }
        }
        let mut words: Vec<&str> = self.text.split_whitespace().collect();
        let at = words.iter().rposition(|word| word.contains('@'))?;
        let found = words.remove(at);
        let email = address(found);
        // `ada @ acme.test` is one address in obsolete syntax.
        let email = if email == "@" || email.starts_with('@') || email.ends_with('@') {
            words.clear();
            address(&self.text)
        } else {
            email
        };
        let name = tidy(&encoded_word::decode(&words.join(" ")));
        let name = if name.is_empty() { comment() } else { name };
        Some(Party {
            name: other_than(&email, name),
            email,
        })
    }
}

/// The address between angle brackets: without blanks, `mailto:` and the source route of RFC 822.
fn address(inner: &str) -> String {
    let inner: String = inner
        .chars()
        .filter(|c| !c.is_whitespace() && !c.is_control())
        .collect();
    let inner = inner.strip_prefix("mailto:").unwrap_or(&inner);
    let routed = inner
        .strip_prefix('@')
        .and_then(|route| route.split_once(':'));
    let address = routed.map_or(inner, |(_, address)| address);
    let address = address.trim_matches(|c| matches!(c, '<' | '>' | ',' | ';' | '\''));
    match address
        .strip_prefix('"')
        .and_then(|rest| rest.split_once("\"@"))
    {
        // Quotes around a local part that needs none.
        Some((local, domain))
            if !local.is_empty()
                && local
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || ".+-_".contains(c)) =>
        {
            format!("{local}@{domain}")
        }
        _ => address.trim_end_matches('.').to_owned(),
    }
}

/// A name that only repeats the address is none.
fn other_than(email: &str, name: String) -> String {
    if name.eq_ignore_ascii_case(email) {
        String::new()
    } else {
        name
    }
}

/// A display name for people: one line, single blanks, without the quotes that programs put around it.
fn tidy(name: &str) -> String {
    let name: Vec<&str> = name
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect();
    let name = name.join(" ");
    for quote in ['"', '\''] {
        let inner = name
            .strip_prefix(quote)
            .and_then(|rest| rest.strip_suffix(quote));
        if let Some(inner) = inner.filter(|inner| !inner.contains(quote)) {
            return inner.trim().to_owned();
        }
    }
    name
}

/// Splits a field at the commas (and semicolons) between addresses.
struct Items<'a> {
    rest: std::iter::Peekable<std::str::Chars<'a>>,
    in_group: bool,
}

impl<'a> Items<'a> {
    fn new(raw: &'a str) -> Self {
        Self {
            rest: raw.chars().peekable(),
            in_group: false,
        }
    }
}

impl Iterator for Items<'_> {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        while self.rest.peek().is_some() {
            let item = self.read_item();
            if !item.is_empty() {
                return Some(item);
            }
        }
        None
    }
}

impl Items<'_> {
    fn read_item(&mut self) -> Item {
        let mut item = Item {
            group: self.in_group,
            ..Item::default()
        };
        while let Some(c) = self.rest.next() {
            match c {
                ',' => break,
                ';' => {
                    self.in_group = false;
                    break;
                }
                '"' => {
                    let quoted = self.until('"', true);
                    item.quoted = true;
                    // `"ada"@acme.test` is an address, `"Ada" <…>` a name.
                    if self.rest.peek() == Some(&'@') {
                        item.odd |= !quoted.chars().all(|c| c.is_ascii_graphic());
                        item.text.extend(["\"", &quoted, "\""]);
                    } else {
                        item.text.push_str(&quoted);
                    }
                }
                '(' => {
                    let comment = self.comment();
                    if !item.comment.is_empty() {
                        item.comment.push(' ');
                    }
                    item.comment.push_str(&comment);
                }
                '<' => {
                    item.odd |= item.angle.is_some();
                    let angle = self.until('>', false);
                    item.odd |= angle.contains(['<', ',', ';', '(']);
                    if item.angle.as_ref().is_none_or(|old| !old.contains('@')) {
                        item.angle = Some(angle);
                    }
                }
                ':' if item.angle.is_none() && !item.quoted && !item.text.contains('@') => {
                    if item.text.trim().eq_ignore_ascii_case("mailto") {
                        item.text.clear();
                        item.odd = true;
                    } else {
                        item = Item {
                            group: true,
                            ..Item::default()
                        };
                        self.in_group = true;
                    }
                }
                c => item.text.push(c),
            }
        }
        item
    }

    /// The text up to `end`, which is taken; a backslash escapes where `escapes`.
    fn until(&mut self, end: char, escapes: bool) -> String {
        let mut out = String::new();
        while let Some(c) = self.rest.next() {
            if c == end {
                break;
            }
            if escapes && c == '\\' {
                out.extend(self.rest.next());
            } else {
                out.push(c);
            }
        }
        out
    }

    fn comment(&mut self) -> String {
        let mut depth = 1_usize;
        let mut out = String::new();
        while let Some(c) = self.rest.next() {
            match c {
                '\\' => {
                    out.extend(self.rest.next());
                    continue;
                }
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                break;
            }
            out.push(c);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(raw: &str) -> String {
        let list: Vec<String> = read(raw)
            .parties
            .iter()
            .map(|p| format!("{}|{}", p.name, p.email))
            .collect();
        list.join(" ; ")
    }

    #[test]
    fn addresses_are_read_in_every_form_that_occurs() {
        for (raw, want) in [
            ("ada@acme.test", "|ada@acme.test"),
            ("Ada <ada@acme.test>", "Ada|ada@acme.test"),
            (
                "\"Lovelace, Ada\" <ada@acme.test>, bob@b.test",
                "Lovelace, Ada|ada@acme.test ; |bob@b.test",
            ),
            ("ada@acme.test (Ada L.)", "Ada L.|ada@acme.test"),
            ("=?utf-8?q?J=C3=BCrgen?= <j@b.test>", "Jürgen|j@b.test"),
            ("\"=?utf-8?q?J=C3=BCrgen?=\" <j@b.test>", "Jürgen|j@b.test"),
            (
                "=?utf-8?q?a=2C_b_=3Cx=40y.z=3E?= <j@b.test>",
                "a, b <x@y.z>|j@b.test",
            ),
            ("=?utf-8?q?Ada_=3Cada=40acme.test=3E?=", "Ada|ada@acme.test"),
            ("Team: a@b.test, c@d.test;", "|a@b.test ; |c@d.test"),
            ("undisclosed-recipients:;", ""),
            ("a@b.test; c@d.test", "|a@b.test ; |c@d.test"),
            ("<@relay.test:ada@acme.test>", "|ada@acme.test"),
            ("'Ada' <ada@acme.test>", "Ada|ada@acme.test"),
            ("ada@acme.test <ada@acme.test>", "|ada@acme.test"),
            ("Ada <mailto:ada@acme.test>", "Ada|ada@acme.test"),
            ("\"ada\"@acme.test", "|ada@acme.test"),
            ("Ada <ada@acme.test", "Ada|ada@acme.test"),
            ("Ada Lovelace", "Ada Lovelace|"),
            ("ada @ acme.test", "|ada@acme.test"),
            ("ada\u{0} @ acme.test", "|ada@acme.test"),
            ("", ""),
        ] {
            assert_eq!(shown(raw), want, "{raw}");
        }
    }

    #[test]
    fn what_programs_read_differently_is_not_plain() {
        assert!(read("\"Lovelace, Ada\" <ada@acme.test>").plain);
        for raw in [
            "Team: a@b.test;",
            "a@b.test <c@d.test> <e@f.test>",
            "=?utf-8?q?Ada_=3Cada=40acme.test=3E?=",
            "<a@b.test,c@d.test>",
            "a@b@c.test",
        ] {
            assert!(!read(raw).plain, "{raw}");
        }
    }
}
