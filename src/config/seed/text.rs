//! `[[tenant.canned]]` and `[[tenant.template]]`: words that are used again and again.

use super::names::{Locale, State};
use crate::config::read::{Record, Table};
use crate::config::{At, Place};
use crate::domain::template::{NOTICES, Notice, Weight, lint, lint_canned};

/// A canned reply.
#[derive(Debug, Clone)]
pub struct Canned {
    /// Where it stands.
    pub place: Place,
    /// Its name.
    pub name: At<String>,
    /// Whether it is to be there.
    pub state: State,
    /// What it says, in Liquid.
    pub text: Option<String>,
}

/// A notice in the tenant's own words.
#[derive(Debug, Clone)]
pub struct Template {
    /// Where it stands.
    pub place: Place,
    /// Which notice, as in `ticket.created`.
    pub key: At<String>,
    /// In which language; none means the tenant's.
    pub locale: Option<Locale>,
    /// Whether it is to be there.
    pub state: State,
    /// Its subject, in Liquid.
    pub subject: Option<String>,
    /// Its text, in Liquid.
    pub text: Option<String>,
    /// The same as HTML, in Liquid.
    pub html: Option<String>,
}

/// Notes what would go wrong when the notice is sent.
fn check(table: &mut Table<'_>, template: &Template) {
    let Some(notice) = Notice::find(&template.key) else {
        let known: Vec<_> = NOTICES.iter().map(|notice| notice.key).collect();
        return table.mistake(format!(
            "there is no notice {:?}; there are {}",
            *template.key,
            known.join(", ")
        ));
    };
    let (Some(subject), Some(text)) = (&template.subject, &template.text) else {
        return;
    };
    for finding in lint(notice, subject, text, template.html.as_deref()) {
        let sentence = match finding.line {
            0 => format!("{}: {}", finding.part, finding.sentence),
            line => format!("{}, line {line}: {}", finding.part, finding.sentence),
        };
        let said = table.place().mistake(sentence);
        match finding.weight {
            Weight::Error => table.ledger.mistake(said),
            Weight::Warning => table.ledger.warning(said),
        }
    }
}

impl Record for Canned {
    fn read(table: &mut Table<'_>) -> Option<Self> {
        let name = table.required("name");
        let canned = Self {
            place: table.place(),
            state: table.optional("state").unwrap_or_default(),
            text: table.optional("text"),
            name: name?,
        };
        if canned.text.is_none() && canned.state == State::Present {
            table.mistake("expected the key text");
        }
        for finding in canned.text.iter().flat_map(|text| lint_canned(text)) {
            table.mistake(format!("text, line {}: {}", finding.line, finding.sentence));
        }
        Some(canned)
    }
}

impl Record for Template {
    fn read(table: &mut Table<'_>) -> Option<Self> {
        let key = table.required("key");
        let template = Self {
            place: table.place(),
            locale: table.optional("locale"),
            state: table.optional("state").unwrap_or_default(),
            subject: table.optional("subject"),
            text: table.optional("text"),
            html: table.optional("html"),
            key: key?,
        };
        check(table, &template);
        let whole = template.subject.is_some() && template.text.is_some();
        if !whole && template.state == State::Present {
            table.mistake("expected the keys subject and text");
        }
        Some(template)
    }
}
