//! Mentions: `@ada` in a note, resolved to one person or to nobody.

use crate::domain::ids::UserId;

/// Somebody who can be mentioned.
#[derive(Debug, Clone, Copy)]
pub struct Named<'a> {
    /// Who.
    pub user: UserId,
    /// Their name.
    pub name: &'a str,
    /// Their address.
    pub email: &'a str,
}

/// Who is mentioned.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mentions {
    /// These people, in the order of the text.
    pub users: Vec<UserId>,
    /// Names that fit several people, as they were written: nobody is told, and the writer can see it.
    pub unclear: Vec<String>,
}

/// Everybody whom a text mentions by `@` and their address, their whole name, what stands before the `@` of their address, or
/// their first name. The longest that fits counts; what fits several people counts for nobody.
pub fn mentions(text: &str, people: &[Named<'_>]) -> Mentions {
    let mut found = Mentions::default();
    let lower = text.to_lowercase();
    for (at, _) in lower.match_indices('@') {
        let before = lower
            .get(..at)
            .and_then(|before| before.chars().next_back());
        // The @ of an address is no mention.
        if before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '+')) {
            continue;
        }
        let rest = lower.get(at + 1..).unwrap_or_default();
        let Some((length, users)) = longest(rest, people) else {
            continue;
        };
        match users.as_slice() {
            [user] if !found.users.contains(user) => found.users.push(*user),
            [_] => {}
            _ => {
                let name = rest.get(..length).unwrap_or_default().to_owned();
                if !found.unclear.contains(&name) {
                    found.unclear.push(name);
                }
            }
        }
    }
    found
}

/// The longest name that `rest` begins with, and whose it is.
fn longest(rest: &str, people: &[Named<'_>]) -> Option<(usize, Vec<UserId>)> {
    let mut best: Option<(usize, Vec<UserId>)> = None;
    for person in people {
        let (name, email) = (person.name.to_lowercase(), person.email.to_lowercase());
        let local = email.split('@').next().unwrap_or_default();
        let first = name.split_whitespace().next().unwrap_or_default();
        let fits = |wanted: &str| {
            !wanted.is_empty() && rest.starts_with(wanted) && ends(rest, wanted.len())
        };
        let Some(length) = [name.as_str(), email.as_str(), local, first]
            .into_iter()
            .filter(|wanted| fits(wanted))
            .map(str::len)
            .max()
        else {
            continue;
        };
        match &mut best {
            Some((longest, users)) if *longest == length => users.push(person.user),
            Some((longest, _)) if *longest > length => {}
            _ => best = Some((length, vec![person.user])),
        }
    }
    best
}

/// Whether a name ends here: not in the middle of a longer word or address.
fn ends(rest: &str, length: usize) -> bool {
    let mut after = rest.get(length..).unwrap_or_default().chars();
    match (after.next(), after.next()) {
        (Some(c), _) if c.is_alphanumeric() || matches!(c, '_' | '@') => false,
        (Some('.' | '-' | '+'), Some(next)) => !next.is_alphanumeric(),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mention_is_one_persons_whole_name_after_an_at_sign() {
        let id = |n: u128| UserId(uuid::Uuid::from_u128(n));
        let people = [
            Named {
                user: id(1),
                name: "Ada Lovelace",
                email: "ada@agents.test",
            },
            Named {
                user: id(2),
                name: "Ada Byron",
                email: "byron@agents.test",
            },
            Named {
                user: id(3),
                name: "Bob",
                email: "bob.builder@agents.test",
            },
            Named {
                user: id(4),
                name: "Jürgen Groß",
                email: "jg@agents.test",
            },
        ];
        for (text, users, unclear) in [
            ("@Ada Lovelace please look", &[1][..], &[][..]),
            // Her address begins with it, her colleague's name too: nobody knows who is meant.
            ("please look, @ada!", &[], &["ada"]),
            ("@ada@agents.test knows", &[1], &[]),
            ("@Ada Byron and @bob, @BOB", &[2, 3], &[]),
            ("@byron", &[2], &[]),
            ("@bob.builder", &[3], &[]),
            ("@bob. And more", &[3], &[]),
            ("@jürgen groß", &[4], &[]),
            ("(@jürgen)", &[4], &[]),
            ("@bobby, @adam, bob, bob@elsewhere.test", &[], &[]),
            ("write to me@bob", &[], &[]),
            ("", &[], &[]),
        ] {
            let users: Vec<_> = users.iter().map(|n| id(*n)).collect();
            let unclear: Vec<_> = unclear.iter().map(|s: &&str| (*s).to_owned()).collect();
            assert_eq!(
                mentions(text, &people),
                Mentions { users, unclear },
                "{text}"
            );
        }
    }
}
