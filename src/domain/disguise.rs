//! Names that pretend: letters that look like others, characters that do not show or turn others round, and display
//! names that claim somebody else (A34).

use std::borrow::Cow;

use unicode_security::{RestrictionLevel, RestrictionLevelDetection as _, skeleton};

use crate::domain::address::{EmailAddress, Party};

/// Something about a sender that people must know before they believe the name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// What kind: a word that programs may test.
    pub kind: &'static str,
    /// The sentence for people.
    pub text: String,
}

/// What speaks against believing a sender's name. `team` are the tenant's own people: name and address.
pub fn doubts<'a>(from: &Party, team: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    let mut doubt = |kind, text: String| doubts.push(Doubt { kind, text });
    let address = from.address();
    let name = unmasked(&from.name);
    if let Some(claimed) = address_in(&name).filter(|claimed| Some(claimed) != address.as_ref()) {
        doubt(
            "name_is_an_address",
            format!(
                "The name reads {claimed}, but the mail is from {}.",
                revealed(&from.email)
            ),
        );
    }
    let own: Vec<(&str, &str)> = team.collect();
    let is_theirs = |address: &EmailAddress| {
        own.iter()
            .any(|(_, theirs)| theirs.parse().as_ref() == Ok(address))
    };
    let known = address.as_ref().is_some_and(is_theirs);
    let read = folded(&name);
    let namesake = own
        .iter()
        .find(|(theirs, _)| read.contains(' ') && folded(theirs) == read);
    if let Some((theirs, _)) = namesake.filter(|_| !known) {
        doubt(
            "name_of_a_colleague",
            format!("{theirs} is one of your team, but this address is not theirs."),
        );
    }
    let written = address
        .as_ref()
        .map(EmailAddress::domain)
        .unwrap_or_default();
    if domain(written).contains("xn--") {
        doubt(
            "look_alike_domain",
            format!("The domain is made of letters that look like others; it is really {written}."),
        );
    }
    if matches!(revealed(&from.name), Cow::Owned(_)) {
        doubt(
            "hidden_characters",
            "The name has characters that do not show.".to_owned(),
        );
    }
    doubts
}

/// What speaks against believing that a mail is ours because answers to it go to us: Reply-To is anybody's to write,
/// and no identity (A4). `own` are our people and mailboxes: name and address.
pub fn answers_to_us<'a>(
    from: &Party,
    reply_to: &[Party],
    own: impl Iterator<Item = (&'a str, &'a str)>,
) -> Option<Doubt> {
    let from = from.address();
    let named: Vec<EmailAddress> = reply_to
        .iter()
        .filter_map(Party::address)
        .map(|address| address.without_detail())
        .filter(|address| from.as_ref() != Some(address))
        .collect();
    let ours = own
        .filter_map(|(_, address)| address.parse().ok())
        .find(|address| named.contains(address))?;
    Some(Doubt {
        kind: "answers_to_us",
        text: format!(
            "It asks for answers to {ours}, which is one of your own addresses; only the sender in From counts."
        ),
    })
}

/// The first address that stands in a text.
fn address_in(text: &str) -> Option<EmailAddress> {
    let words = text.split(|c: char| {
        c.is_whitespace()
            || matches!(
                c,
                '<' | '>' | '(' | ')' | '"' | '\'' | ',' | ';' | '[' | ']'
            )
    });
    words.filter(|word| word.contains('@')).find_map(|word| {
        let address: EmailAddress = word.parse().ok()?;
        address.domain().contains('.').then_some(address)
    })
}

/// A name as it is compared: by what it looks like.
fn folded(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    skeleton(&words.join(" ").to_lowercase()).collect()
}

/// A domain as it may be shown: in its own letters, or as A-labels where these could be taken for others.
pub fn domain(domain: &str) -> String {
    let domain = idna::domain_to_ascii(domain).unwrap_or_else(|_| domain.to_owned());
    let labels = domain.split('.').map(|label| {
        let (own, result) = idna::domain_to_unicode(label);
        if result.is_ok() && !looks_alike(&own) {
            own
        } else {
            label.to_owned()
        }
    });
    labels.collect::<Vec<_>>().join(".")
}

/// An address as it may be shown.
pub fn address(email: &str) -> String {
    match email.rsplit_once('@') {
        Some((local, host)) if !host.is_empty() => format!("{}@{}", revealed(local), domain(host)),
        _ => revealed(email).into_owned(),
    }
}

/// Letters of several scripts in one label, or a whole label of foreign letters that reads as Latin.
fn looks_alike(label: &str) -> bool {
    if label.is_ascii() {
        return false;
    }
    let mixed = label.detect_restriction_level() > RestrictionLevel::HighlyRestrictive;
    mixed || skeleton(label).all(|c| c.is_ascii())
}

/// The text with its hidden characters shown as `[U+202E]`; borrowed if it has none. Joiners between letters that
/// need them (Arabic, Persian, Indic scripts, emoji) are no disguise; marks that only help a line of mixed
/// directions are left out.
pub fn revealed(text: &str) -> Cow<'_, str> {
    if text.is_ascii() && !text.bytes().any(|b| b.is_ascii_control()) {
        return Cow::Borrowed(text);
    }
    let characters: Vec<char> = text.chars().collect();
    let foreign = |at: Option<usize>| {
        at.and_then(|at| characters.get(at))
            .is_some_and(|&c| c > '\u{52f}')
    };
    let mut out = String::with_capacity(text.len());
    let mut changed = false;
    for (at, &c) in characters.iter().enumerate() {
        let joins = matches!(c, '\u{200c}' | '\u{200d}')
            && foreign(at.checked_sub(1))
            && foreign(at.checked_add(1));
        if helps(c) {
            changed = true;
        } else if hides(c) && !joins {
            changed = true;
            out.extend([format!("[U+{:04X}]", u32::from(c))]);
        } else {
            out.push(c);
        }
    }
    if changed {
        Cow::Owned(out)
    } else {
        Cow::Borrowed(text)
    }
}

/// The text without its hidden characters: what it looks like to a hasty reader.
pub fn unmasked(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().filter(|&c| !hides(c) && !helps(c)).collect())
}

/// Marks and isolates: harmless, and of no use outside the line they were made for.
fn helps(c: char) -> bool {
    matches!(
        c,
        '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{2066}'..='\u{2069}'
    )
}

/// Characters that take no place, and those that turn others round.
fn hides(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\t')
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}'
            | '\u{200b}'..='\u{200d}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2065}'
            | '\u{206a}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(email: &str, name: &str) -> Vec<&'static str> {
        let from = Party {
            email: email.into(),
            name: name.into(),
        };
        let team = [("Ada Lovelace", "ada@acme.test"), ("Bo", "bo@acme.test")];
        doubts(&from, team.into_iter())
            .into_iter()
            .map(|doubt| doubt.kind)
            .collect()
    }

    #[test]
    fn a4_a_reply_to_of_ours_is_told_and_no_identity() {
        let party = |email: &str| Party {
            email: email.into(),
            name: "Ada Lovelace".into(),
        };
        let own = [
            ("Ada Lovelace", "ada@agents.test"),
            ("", "support@acme.test"),
        ];
        for (from, reply_to, told) in [
            ("eve@evil.test", "ada@agents.test", true),
            ("eve@evil.test", "ADA@Agents.test", true),
            ("eve@evil.test", "support+token@acme.test", true),
            ("eve@evil.test", "eve@elsewhere.test", false),
            ("ada@agents.test", "ada@agents.test", false),
            ("eve@evil.test", "no address", false),
        ] {
            let doubt = answers_to_us(&party(from), &[party(reply_to)], own.into_iter());
            assert_eq!(doubt.is_some(), told, "{from} {reply_to}");
        }
        assert_eq!(
            answers_to_us(&party("eve@evil.test"), &[], own.into_iter()),
            None
        );
    }

    #[test]
    fn a34_names_that_claim_somebody_else_are_told() {
        for (email, name, doubt) in [
            (
                "eve@evil.test",
                "ceo@acme.example",
                Some("name_is_an_address"),
            ),
            (
                "eve@evil.test",
                "Support <help@acme.example>",
                Some("name_is_an_address"),
            ),
            (
                "eve@evil.test",
                "ceo\u{200b}@acme.example",
                Some("name_is_an_address"),
            ),
            ("eve@evil.test", "Eve (eve@evil.test)", None),
            ("eve@evil.test", "me @ home", None),
            (
                "eve@evil.test",
                "ADA  lovelace",
                Some("name_of_a_colleague"),
            ),
            (
                "eve@evil.test",
                "\u{410}da Lovelace",
                Some("name_of_a_colleague"),
            ),
            ("ada@acme.test", "Ada Lovelace", None),
            ("bo@elsewhere.test", "Bo", None),
            ("eve@p\u{430}ypal.com", "Eve", Some("look_alike_domain")),
            ("eve@b\u{fc}ro.example", "Eve", None),
            ("eve@evil.test", "Eve\u{202e}moc", Some("hidden_characters")),
            ("eve@evil.test", "علی\u{200c}رضا", None),
        ] {
            let found = kinds(email, name);
            match doubt {
                Some(doubt) => assert!(found.contains(&doubt), "{email} {name:?}: {found:?}"),
                None => assert!(found.is_empty(), "{email} {name:?}: {found:?}"),
            }
        }
    }

    #[test]
    fn a34_hidden_characters_show() {
        for (text, shown) in [
            ("invoice", "invoice"),
            ("x\u{202e}fdp.exe", "x[U+202E]fdp.exe"),
            ("pay\u{200b}pal", "pay[U+200B]pal"),
            ("\u{2068}Ada\u{2069}", "Ada"),
            ("می\u{200c}خواهم", "می\u{200c}خواهم"),
            ("👩\u{200d}💻 hi", "👩\u{200d}💻 hi"),
            ("a\u{200d}b", "a[U+200D]b"),
            ("a\rb", "a[U+000D]b"),
            ("Grüße", "Grüße"),
        ] {
            assert_eq!(revealed(text), shown, "{text:?}");
        }
    }

    #[test]
    fn a34_a_domain_of_mixed_letters_is_shown_as_it_is_registered() {
        for (given, shown) in [
            ("example.org", "example.org"),
            ("xn--bro-hoa.example", "büro.example"),
            ("xn--pypal-4ve.com", "xn--pypal-4ve.com"),
            // аррӏе, all in Cyrillic letters.
            ("xn--80ak6aa92e.com", "xn--80ak6aa92e.com"),
            ("xn--e1afmkfd.xn--p1ai", "пример.рф"),
            ("xn--wgv71a119e.jp", "日本語.jp"),
        ] {
            assert_eq!(domain(given), shown);
        }
    }
}
