//! What a tenant words itself, notices and canned replies, and what people choose to be told: checked, saved, written down.

use liquid::Object;
use liquid::model::Value;

use crate::desk::directory::Office;
use crate::desk::texts::{self, object};
use crate::desk::{Desk, DeskError, Links, Who};
use crate::domain::audit::Via;
use crate::domain::contact::Contact;
use crate::domain::mail::abridged;
use crate::domain::message::Message;
use crate::domain::sla::Clock;
use crate::domain::telling::Preferences;
use crate::domain::template::{self, Notice, Weight, canned_variables};
use crate::domain::ticket::Ticket;
use crate::store;
use crate::store::texts::Template;

/// The longest name of a canned reply, in characters.
const LONGEST_NAME: usize = 80;
/// The most canned replies of a tenant: a list to choose from, not an archive.
const MOST_CANNED: usize = 500;

/// A ticket to preview a text with.
pub struct Example {
    /// The ticket.
    pub ticket: Ticket,
    /// Who asked.
    pub requester: Contact,
    /// Its clocks.
    pub clocks: Vec<Clock>,
    /// Its newest message.
    pub message: Option<Message>,
}

impl Desk {
    /// Words a notice anew.
    ///
    /// # Errors
    /// There is no such notice, or it would fail when it is sent.
    pub async fn put_template(
        &self,
        who: &Who,
        via: Via,
        mut template: Template,
    ) -> Result<(), DeskError> {
        let notice = Notice::find(&template.key).ok_or(DeskError::NotFound("notice"))?;
        template.locale = template::locale(&template.locale).ok_or_else(|| {
            let problem = format!(
                "expected a language such as en or de-AT, not {:?}",
                template.locale
            );
            DeskError::invalid("locale", problem)
        })?;
        let html = template.html.as_deref();
        let findings = template::lint(notice, &template.subject, &template.text, html);
        if let Some(finding) = findings.iter().find(|f| f.weight == Weight::Error) {
            let problem = match finding.line {
                0 => finding.sentence.clone(),
                line => format!("line {line}: {}", finding.sentence),
            };
            return Err(DeskError::invalid(finding.part.as_str(), problem));
        }
        let mut change = self.change_settings(who, via).await?;
        let office = change.office.clone();
        let was = office.template(&template.key, &template.locale);
        if was == Some(&template) {
            return Ok(());
        }
        let done = if was.is_some() {
            "the words changed"
        } else {
            "own words instead of the shipped ones"
        };
        let now = change.now();
        if let Some(other) = was
            .map(|was| &*was.locale)
            .filter(|was| *was != template.locale)
        {
            store::texts::remove_template(&mut change.tx, who.tenant, &template.key, other).await?;
        }
        store::texts::put_template(&mut change.tx, who.tenant, &template, now).await?;
        let subject = format!("{} ({})", template.key, template.locale);
        change.record("template.changed", subject, done);
        change.commit().await
    }

    /// Goes back to the shipped words of a notice. Nothing happens where there were no others.
    pub async fn reset_template(
        &self,
        who: &Who,
        via: Via,
        key: &str,
        locale: &str,
    ) -> Result<(), DeskError> {
        let mut change = self.change_settings(who, via).await?;
        let office = change.office.clone();
        if let Some(Template { locale, .. }) = office.template(key, locale) {
            store::texts::remove_template(&mut change.tx, who.tenant, key, locale).await?;
            let subject = format!("{key} ({locale})");
            change.record("template.removed", subject, "back to the shipped words");
        }
        change.commit().await
    }

    /// Writes a canned reply; with `was`, under another name than before.
    ///
    /// # Errors
    /// A name that is taken or none, or a text that cannot be filled.
    pub async fn put_canned(
        &self,
        who: &Who,
        via: Via,
        was: Option<&str>,
        (name, text): (&str, &str),
    ) -> Result<(), DeskError> {
        let name = name.trim();
        let count = name.chars().count();
        if !(1..=LONGEST_NAME).contains(&count) || name.chars().any(char::is_control) {
            let problem = "expected 1 to 80 characters in one line";
            return Err(DeskError::invalid("name", problem));
        }
        if text.trim().is_empty() {
            return Err(DeskError::invalid("text", "expected something to say"));
        }
        let findings = template::lint_canned(text);
        if let Some(finding) = findings.iter().find(|f| f.weight == Weight::Error) {
            let problem = format!("line {}: {}", finding.line, finding.sentence);
            return Err(DeskError::invalid("text", problem));
        }
        let mut change = self.change_settings(who, via).await?;
        let canned = change.office.canned.clone();
        let known = |wanted: &str| canned.iter().find(|(known, _)| known == wanted);
        if was != Some(name) && was.is_some() && known(name).is_some() {
            let problem = "there is another canned reply of this name";
            return Err(DeskError::invalid("name", problem));
        }
        if known(name).is_none() && canned.len() >= MOST_CANNED {
            let problem = format!("there are {MOST_CANNED} canned replies already");
            return Err(DeskError::Conflict(problem));
        }
        let now = change.now();
        let old = was.filter(|was| *was != name && known(was).is_some());
        if let Some(old) = old {
            store::texts::remove_canned(&mut change.tx, who.tenant, old).await?;
            change.record("canned.renamed", name, format!("name: {old} → {name}"));
        }
        let kind = match known(old.unwrap_or(name)) {
            Some((_, before)) if before == text && old.is_none() => return Ok(()),
            Some(_) => "canned.changed",
            None => "canned.created",
        };
        store::texts::put_canned(&mut change.tx, who.tenant, name, text, now).await?;
        change.record(kind, name, "text changed");
        change.commit().await
    }

    /// Takes a canned reply away.
    ///
    /// # Errors
    /// There is none of this name.
    pub async fn remove_canned(&self, who: &Who, via: Via, name: &str) -> Result<(), DeskError> {
        let mut change = self.change_settings(who, via).await?;
        if !change.office.canned.iter().any(|(known, _)| known == name) {
            return Err(DeskError::NotFound("canned reply"));
        }
        store::texts::remove_canned(&mut change.tx, who.tenant, name).await?;
        change.record("canned.removed", name, "removed");
        change.commit().await
    }

    /// Keeps what somebody wants to be told.
    ///
    /// # Errors
    /// A token that is nobody's; a topic that ntfy would not take, or that others read.
    pub async fn choose(&self, who: &Who, via: Via, wishes: Preferences) -> Result<(), DeskError> {
        let user = who.user.ok_or_else(|| {
            DeskError::Forbidden("This token belongs to nobody who could be told.".to_owned())
        })?;
        if !wishes.topic.is_empty() && !Preferences::is_topic(&wishes.topic) {
            let problem = "expected letters, digits, - and _, at most 64";
            return Err(DeskError::invalid("topic", problem));
        }
        let mut change = self.change_own(who, via).await?;
        let usual = Preferences::default();
        let was = change.office.preferences.get(&user).unwrap_or(&usual);
        if *was != wishes {
            let shared = change.office.shared_topic(user, &wishes.topic);
            if let Some(problem) = shared.filter(|_| !wishes.topic.is_empty()) {
                return Err(DeskError::invalid("topic", problem));
            }
            let now = change.now();
            store::preferences::put(&mut change.tx, who.tenant, user, &wishes, now).await?;
            change.record(
                "notifications.changed",
                who.name.clone(),
                "own preferences changed",
            );
        }
        change.commit().await
    }
}

/// What a preview of a notice names: the ticket's own values where there is a ticket, examples for the rest, and nothing where
/// the notice always has nothing.
pub fn preview(
    office: &Office,
    links: &Links,
    notice: &Notice,
    example: Option<&Example>,
) -> Object {
    let mut all = template::sample(notice.variables());
    if let Some(example) = example {
        lay_over(&mut all, office, links, example);
    }
    for blank in notice.blank {
        if let Some((name, field)) = blank.split_once('.')
            && let Some(Value::Object(fields)) = all.get_mut(name)
        {
            fields.insert(field.to_owned().into(), Value::scalar(String::new()));
        }
    }
    all
}

/// As [`preview`], for canned replies.
pub fn preview_canned(office: &Office, links: &Links, example: Option<&Example>) -> Object {
    let mut all = template::sample(canned_variables());
    if let Some(example) = example {
        lay_over(&mut all, office, links, example);
    }
    all
}

fn lay_over(all: &mut Object, office: &Office, links: &Links, example: &Example) {
    let real = texts::about(
        office,
        links,
        &example.ticket,
        &example.requester,
        &example.clocks,
    );
    // Only what the notice knows: a preview must not show what the notice could not.
    for (name, value) in real {
        if all.contains_key(&name) {
            all.insert(name, value);
        }
    }
    if let (true, Some(message)) = (all.contains_key("message"), &example.message) {
        let text = abridged(&message.text, &message.folds);
        let author = message.author.display().to_owned();
        let said = object([("text", text.trim().to_owned()), ("author", author)]);
        all.insert("message".into(), said);
    }
}
