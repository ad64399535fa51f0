//! Message-ID, In-Reply-To and References, RFC 5322 section 3.6.4.

use super::limits;

/// Every id of a field's value, in order, without brackets. Where there are no brackets, every word with an
/// `@` counts.
pub(super) fn read(value: &str) -> Vec<String> {
    let mut ids = bracketed(value);
    if ids.is_empty() {
        let words = value
            .split([' ', '\t', ','])
            .map(|word| word.trim_matches(['<', '>', '"']));
        ids.extend(words.filter(|word| word.contains('@')).filter_map(clean));
    }
    ids
}

/// The ids in brackets. What In-Reply-To and References hold beside them are phrases of old programs, which RFC 5322
/// section 4.5.4 ignores: `ada@x.test's message of Monday` names no mail, and would make one thread of all answers to Ada.
pub(super) fn bracketed(value: &str) -> Vec<String> {
    let mut ids = Vec::new();
    let mut rest = value;
    while let Some((_, from)) = rest.split_once('<') {
        let Some((inner, after)) = from.split_once('>') else {
            break;
        };
        // `<a <b@c>`: the innermost bracket wins.
        let inner = inner.rsplit('<').next().unwrap_or(inner);
        ids.extend(clean(inner));
        rest = after;
    }
    ids
}

/// The Message-ID of a mail; without brackets and `@` the first word counts, so that odd programs have one.
pub(super) fn message_id(value: &str) -> Option<String> {
    read(value)
        .into_iter()
        .next()
        .or_else(|| clean(value.split_whitespace().next()?.trim_matches(['<', '>'])))
}

/// References oldest first, each once, the newest ones where there are too many.
pub(super) fn references(value: &str) -> Vec<String> {
    let mut seen = std::collections::HashSet::new();
    let mut ids: Vec<String> = bracketed(value)
        .into_iter()
        .filter(|id| seen.insert(id.clone()))
        .collect();
    let surplus = ids.len().saturating_sub(limits::REFERENCES);
    ids.drain(..surplus);
    ids
}

fn clean(id: &str) -> Option<String> {
    let id: String = id
        .chars()
        .filter(|c| !c.is_whitespace() && !c.is_control() && !matches!(c, '<' | '>'))
        .collect();
    (!id.is_empty() && id.len() <= limits::MESSAGE_ID_BYTES).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_found_with_and_without_brackets() {
        for (value, want) in [
            ("<a@b>", vec!["a@b"]),
            ("<a@b> <c@d>\t<e@f>", vec!["a@b", "c@d", "e@f"]),
            ("Your message of Monday <a@b>", vec!["a@b"]),
            ("a@b, c@d", vec!["a@b", "c@d"]),
            ("<a @b>", vec!["a@b"]),
            ("=?utf<1@a", vec!["=?utf1@a"]),
            ("nothing", vec![]),
        ] {
            assert_eq!(read(value), want, "{value}");
        }
        assert_eq!(message_id("<20260101>").as_deref(), Some("20260101"));
        assert_eq!(message_id("abc def").as_deref(), Some("abc"));
        assert_eq!(message_id(&"x".repeat(1000)), None);
    }

    #[test]
    fn a_phrase_names_no_mail() {
        let phrase = "ada@x.test's message of \"Wed, 24 Jul 2002\"";
        assert!(bracketed(phrase).is_empty() && references(phrase).is_empty());
        assert_eq!(bracketed("Your message <a@b>"), ["a@b"]);
    }

    #[test]
    fn references_are_unique_and_the_newest_fifty() {
        let value = (0..60)
            .map(|n| format!("<{n}@a> <0@a> "))
            .collect::<Vec<_>>()
            .concat();
        let ids = references(&value);
        assert_eq!(ids.len(), 50);
        assert_eq!(ids.first().map(String::as_str), Some("10@a"));
    }
}
