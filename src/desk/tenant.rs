//! What a tenant settles for itself as a whole.

use chrono_tz::Tz;

use crate::desk::{Desk, DeskError, Who};
use crate::domain::audit::{Differences, Via};
use crate::domain::tenant::{CustomerNotice, Settings, Tenant};
use crate::store::tenants;

/// The longest a name may be, in characters.
const LONGEST_NAME: usize = 100;
/// The most categories, and the longest that one may be.
const CATEGORIES: (usize, usize) = (100, 60);
/// The longest that any number of days may be: ten years, as in a seed.
const DAYS: u32 = 3650;

/// The longest that anybody waits before asking how satisfied a customer is: thirty days.
const MINUTES: u32 = 43_200;

/// A tenant as it is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantChange {
    /// Its name for people.
    pub name: String,
    /// In which zone its days begin.
    pub timezone: Tz,
    /// The language of its notices: `en`, `de-AT`.
    pub locale: String,
    /// The rest.
    pub settings: Settings,
}

impl TenantChange {
    /// A change that leaves everything as it is, to begin with.
    pub fn of(tenant: &Tenant) -> Self {
        Self {
            name: tenant.name.clone(),
            timezone: tenant.timezone,
            locale: tenant.locale.clone(),
            settings: tenant.settings.clone(),
        }
    }

    fn check(&self) -> Result<(), DeskError> {
        let name = self.name.trim();
        if name.is_empty()
            || name.chars().count() > LONGEST_NAME
            || name.chars().any(char::is_control)
        {
            return Err(DeskError::invalid(
                "name",
                "expected 1 to 100 characters in one line",
            ));
        }
        let mut parts = self.locale.split('-');
        let language = parts.next().is_some_and(|part| matches!(part.len(), 2 | 3));
        let letters = |part: &str| part.chars().all(|c| c.is_ascii_alphanumeric());
        if !language || self.locale.len() > 12 || !self.locale.split('-').all(letters) {
            return Err(DeskError::invalid(
                "locale",
                "expected a language such as en or de-AT",
            ));
        }
        let settings = &self.settings;
        for (field, days) in [
            ("auto_close_days", settings.auto_close_days),
            ("follow_up_days", settings.follow_up_days),
            ("remind_customer_days", settings.remind_customer_days),
            ("remind_agent_days", settings.remind_agent_days),
            ("close_waiting_days", settings.close_waiting_days),
            ("closing_notice_days", settings.closing_notice_days),
        ] {
            if days > DAYS {
                let problem = "expected a number of days from 0 to 3650";
                return Err(DeskError::invalid(field, problem));
            }
        }
        let close = settings.close_waiting_days;
        if close > 0 && settings.closing_notice_days >= close {
            return Err(DeskError::invalid(
                "closing_notice_days",
                "expected fewer days than pass until a waiting ticket closes",
            ));
        }
        if self.settings.csat_after_minutes > MINUTES {
            return Err(DeskError::invalid(
                "csat_after_minutes",
                "expected a number of minutes from 0 to 43200",
            ));
        }
        let (most, longest) = CATEGORIES;
        let categories = &self.settings.categories;
        let bad = |word: &String| {
            word.trim().is_empty()
                || word.chars().count() > longest
                || word.chars().any(char::is_control)
        };
        if categories.len() > most || categories.iter().any(bad) {
            return Err(DeskError::invalid(
                "categories",
                "expected up to 100 words of at most 60 characters",
            ));
        }
        Ok(())
    }

    fn differences(&self, was: &Tenant) -> Differences {
        let (old, new) = (&was.settings, &self.settings);
        Differences::default()
            .field("name", &was.name, &self.name)
            .field("timezone", &was.timezone, &self.timezone)
            .field("locale", &was.locale, &self.locale)
            .field(
                "member_visibility",
                &old.member_visibility,
                &new.member_visibility,
            )
            .field(
                "auto_close_days",
                &old.auto_close_days,
                &new.auto_close_days,
            )
            .field(
                "remind_customer_days",
                &old.remind_customer_days,
                &new.remind_customer_days,
            )
            .field(
                "remind_agent_days",
                &old.remind_agent_days,
                &new.remind_agent_days,
            )
            .field(
                "close_waiting_days",
                &old.close_waiting_days,
                &new.close_waiting_days,
            )
            .field(
                "closing_notice_days",
                &old.closing_notice_days,
                &new.closing_notice_days,
            )
            .field("follow_up_days", &old.follow_up_days, &new.follow_up_days)
            .field(
                "categories",
                &old.categories.join(", "),
                &new.categories.join(", "),
            )
            .field("agent_mail", &old.agent_mail, &new.agent_mail)
            .field("acknowledge", &old.acknowledge, &new.acknowledge)
            .field(
                "customer_notices",
                &listed(&old.customer_notices),
                &listed(&new.customer_notices),
            )
            .field("csat", &old.csat, &new.csat)
            .field(
                "csat_after_minutes",
                &old.csat_after_minutes,
                &new.csat_after_minutes,
            )
    }
}

fn listed(notices: &[CustomerNotice]) -> String {
    let words: Vec<_> = notices.iter().map(|notice| notice.as_str()).collect();
    words.join(", ")
}

impl Desk {
    /// Changes the tenant's own settings.
    ///
    /// # Errors
    /// A role that may not; a value that makes no sense, named by its field.
    pub async fn change_tenant(
        &self,
        who: &Who,
        via: Via,
        change: TenantChange,
    ) -> Result<(), DeskError> {
        change.check()?;
        let mut under_way = self.change_settings(who, via).await?;
        let was = under_way.office.tenant.clone();
        let differences = change.differences(&was);
        if differences.is_empty() {
            return Ok(());
        }
        let is = Tenant {
            name: change.name.trim().to_owned(),
            timezone: change.timezone,
            locale: change.locale,
            settings: change.settings,
            ..was
        };
        let now = under_way.now();
        tenants::put(&mut under_way.tx, &is, now).await?;
        under_way.record("tenant.changed", &is.name, differences.to_string());
        under_way.commit().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change() -> TenantChange {
        TenantChange {
            name: "Acme GmbH".into(),
            timezone: chrono_tz::UTC,
            locale: "en".into(),
            settings: Settings::default(),
        }
    }

    #[test]
    fn a_value_that_makes_no_sense_is_named_by_its_field() {
        assert!(change().check().is_ok());
        let refused = |edit: fn(&mut TenantChange)| {
            let mut change = change();
            edit(&mut change);
            match change.check() {
                Err(DeskError::Invalid { field, .. }) => field,
                other => unreachable!("{other:?}"),
            }
        };
        assert_eq!(refused(|c| c.name = "  ".into()), "name");
        assert_eq!(refused(|c| c.name = "a\nb".into()), "name");
        assert_eq!(refused(|c| c.locale = "english".into()), "locale");
        assert_eq!(refused(|c| c.locale = "e/".into()), "locale");
        assert_eq!(
            refused(|c| c.settings.auto_close_days = 3651),
            "auto_close_days"
        );
        assert_eq!(
            refused(|c| (
                c.settings.close_waiting_days,
                c.settings.closing_notice_days
            ) = (3, 3)),
            "closing_notice_days"
        );
        assert_eq!(
            refused(|c| c.settings.follow_up_days = 3651),
            "follow_up_days"
        );
        assert_eq!(
            refused(|c| c.settings.categories = vec![" ".into()]),
            "categories"
        );
    }
}
