//! The notices as they are shipped, in English and German. A tenant that writes its own keeps these as the safety net.

use std::sync::LazyLock;

/// What a notice says, in Liquid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// The subject.
    pub subject: String,
    /// The text.
    pub text: String,
    /// The HTML inside of the frame.
    pub html: String,
}

/// The languages that are shipped; the first is the last resort.
pub const LANGUAGES: &[&str] = &["en", "de"];
/// What stands between text and HTML in a file that has both.
const DIVIDE: &str = "\n=== html ===\n";

macro_rules! files {
    ($($key:literal),+ $(,)?) => {
        &[$(
            ($key, "en", include_str!(concat!("../../../templates/mail/en/", $key, ".liquid"))),
            ($key, "de", include_str!(concat!("../../../templates/mail/de/", $key, ".liquid"))),
        )+]
    };
}

/// Key, language, and a file: the subject in its first line, then the text, then perhaps HTML.
const FILES: &[(&str, &str, &str)] = files![
    "ticket.created",
    "ticket.reply",
    "ticket.status",
    "ticket.reminder",
    "ticket.closing",
    "ticket.closed",
    "ticket.csat",
    "agent.new",
    "agent.assigned",
    "agent.message",
    "agent.note",
    "agent.mention",
    "agent.status",
    "agent.reminder",
    "agent.rule",
    "agent.held",
    "agent.stale",
    "agent.undelivered",
    "agent.sla_warning",
    "agent.sla_breached",
    "agent.command",
    "agent.digest",
    "user.invited",
    "user.reset",
];

static SHIPPED: LazyLock<Vec<(&str, &str, Words)>> = LazyLock::new(|| {
    FILES
        .iter()
        .map(|(key, language, file)| (*key, *language, words(file)))
        .collect()
});

/// A language as it is kept, whatever its case was: `de`, `de-AT`, `es-419`. None: it is none.
pub fn locale(text: &str) -> Option<String> {
    let (language, region) = match text.split_once('-') {
        Some((language, region)) => (language, Some(region)),
        None => (text, None),
    };
    let letters = |text: &str| text.bytes().all(|b| b.is_ascii_alphabetic());
    let fits = match region {
        None => true,
        Some(region) if region.len() == 3 => region.bytes().all(|b| b.is_ascii_digit()),
        Some(region) => region.len() == 2 && letters(region),
    };
    if !(2..=3).contains(&language.len()) || !letters(language) || !fits {
        return None;
    }
    let language = language.to_ascii_lowercase();
    Some(match region {
        None => language,
        Some(region) => format!("{language}-{}", region.to_ascii_uppercase()),
    })
}

/// In which order languages are looked for: `de-AT`, `de`, `en`.
pub fn languages(locale: &str) -> Vec<&str> {
    let mut all = vec![locale];
    for further in [locale.split('-').next().unwrap_or(locale), "en"] {
        if !all.contains(&further) {
            all.push(further);
        }
    }
    all
}

/// The shipped words of a notice in the nearest language, and which that is.
pub fn shipped(key: &str, locale: &str) -> Option<(&'static str, &'static Words)> {
    languages(locale).into_iter().find_map(|wanted| {
        SHIPPED
            .iter()
            .find(|(name, language, _)| *name == key && *language == wanted)
            .map(|(_, language, words)| (*language, words))
    })
}

fn words(file: &str) -> Words {
    let (subject, rest) = file.split_once('\n').unwrap_or((file, ""));
    let (text, html) = match rest.split_once(DIVIDE) {
        Some((text, html)) => (text, html.trim().to_owned()),
        None => (rest, super::html::from_text(rest.trim())),
    };
    Words {
        subject: subject.trim().to_owned(),
        text: format!("{}\n", text.trim()),
        html,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Form, NOTICES, Weight, framed, lint, render, sample};
    use super::*;

    #[test]
    fn every_notice_is_shipped_in_every_language_without_a_finding() {
        assert_eq!(FILES.len(), NOTICES.len() * LANGUAGES.len());
        for notice in NOTICES {
            for language in LANGUAGES {
                let (found, words) = shipped(notice.key, language).unwrap();
                assert_eq!(found, *language);
                let findings = lint(notice, &words.subject, &words.text, Some(&words.html));
                let bad: Vec<_> = findings
                    .iter()
                    .filter(|finding| finding.weight == Weight::Error)
                    .collect();
                assert!(bad.is_empty(), "{} {language}: {bad:?}", notice.key);
                let all = sample(notice.variables());
                for (template, form) in [
                    (&words.subject, Form::Text),
                    (&words.text, Form::Text),
                    (&words.html, Form::Html),
                ] {
                    let said = render(template, &all, form).unwrap();
                    assert!(!said.trim().is_empty() && !said.contains("{{"), "{said}");
                }
            }
        }
    }

    #[test]
    fn a_language_gives_way_to_its_family_and_then_to_english() {
        assert_eq!(languages("de-AT"), ["de-AT", "de", "en"]);
        assert_eq!(languages("en"), ["en"]);
        assert_eq!(shipped("ticket.closed", "de-AT").unwrap().0, "de");
        assert_eq!(shipped("ticket.closed", "fr").unwrap().0, "en");
        assert!(shipped("nothing", "en").is_none());
    }

    /// Writes every shipped notice as a file, to be looked at: `POSTROOM_LOOKS=folder cargo test looked_at`.
    #[test]
    #[ignore = "writes files for people to look at"]
    fn shipped_notices_to_be_looked_at() {
        let Some(folder) = option_env!("POSTROOM_LOOKS") else {
            return;
        };
        for (key, language, words) in SHIPPED.iter() {
            let all = sample(super::super::Notice::find(key).unwrap().variables());
            let body = render(&words.html, &all, Form::Html).unwrap();
            let html = framed(&super::super::Framed {
                brand: "Acme GmbH",
                title: key,
                language,
                body: &body,
            });
            std::fs::write(format!("{folder}/{key}.{language}.html"), html).unwrap();
        }
    }
}
