//! Canned replies and templates.

use super::change::Write;
use super::draft::{Draft, Edit};
use crate::config::seed::{Canned as WantedCanned, State, Template as WantedTemplate};
use crate::domain::tenant::Tenant;
use crate::store::texts::Template;

/// Works a canned reply in.
pub(super) fn work_in_canned(draft: &mut Draft<'_>, tenant: &Tenant, wanted: &WantedCanned) {
    let (slug, name) = (&tenant.slug, &*wanted.name);
    let known = draft
        .is
        .canned
        .iter()
        .position(|(id, known, _)| *id == tenant.id && known == name);
    match (wanted.state, known, &wanted.text) {
        (State::Absent, Some(at), _) => {
            draft.is.canned.remove(at);
            let write = Write::RemoveCanned {
                tenant: tenant.id,
                name: name.clone(),
            };
            draft.change(format!("{slug}: remove canned reply {name}"), write);
        }
        (State::Present, Some(at), Some(text)) if draft.is.canned[at].2 != *text => {
            draft.is.canned[at].2.clone_from(text);
            let write = Write::Canned {
                tenant: tenant.id,
                name: name.clone(),
                text: text.clone(),
            };
            draft.change(format!("{slug}: change canned reply {name}: text"), write);
        }
        (State::Present, None, Some(text)) => {
            draft
                .is
                .canned
                .push((tenant.id, name.clone(), text.clone()));
            let write = Write::Canned {
                tenant: tenant.id,
                name: name.clone(),
                text: text.clone(),
            };
            draft.change(format!("{slug}: create canned reply {name}"), write);
        }
        _ => {}
    }
}

/// Works a template in. Without one the shipped text is used.
pub(super) fn work_in_template(draft: &mut Draft<'_>, tenant: &Tenant, wanted: &WantedTemplate) {
    let (slug, key) = (&tenant.slug, &*wanted.key);
    let locale = wanted
        .locale
        .as_ref()
        .map_or(tenant.locale.as_str(), |locale| locale.as_str());
    let same =
        |template: &Template| template.key == *key && template.locale.eq_ignore_ascii_case(locale);
    let known = draft
        .is
        .templates
        .iter()
        .position(|(id, t)| *id == tenant.id && same(t));
    if wanted.state == State::Absent {
        if let Some(at) = known {
            draft.is.templates.remove(at);
            let write = Write::RemoveTemplate {
                tenant: tenant.id,
                key: key.clone(),
                locale: locale.to_owned(),
            };
            draft.change(
                format!("{slug}: go back to the shipped text of {key} ({locale})"),
                write,
            );
        }
        return;
    }
    let mut template = known.map_or_else(
        || Template {
            key: key.clone(),
            locale: locale.to_owned(),
            subject: String::new(),
            text: String::new(),
            html: None,
        },
        |at| draft.is.templates[at].1.clone(),
    );
    let mut edit = Edit::default();
    edit.set("subject", &mut template.subject, wanted.subject.clone());
    edit.set("text", &mut template.text, wanted.text.clone());
    edit.set("html", &mut template.html, wanted.html.clone().map(Some));
    if let Some(sentence) = edit.sentence(&format!("template {key} ({locale})"), known.is_none()) {
        match known {
            Some(at) => draft.is.templates[at].1 = template.clone(),
            None => draft.is.templates.push((tenant.id, template.clone())),
        }
        draft.change(
            format!("{slug}: {sentence}"),
            Write::Template(tenant.id, template),
        );
    }
}
