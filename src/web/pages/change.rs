//! `POST /tickets/{key}/change`: status, priority, assignee, team, category, tags. What the form does not carry stays.

use axum::extract::{Path, State};
use axum::response::Response;
use serde::Deserialize;

use super::{together, write};
use crate::domain::ticket::{Change, Priority, Status};
use crate::web::Web;
use crate::web::guard::Fault;
use crate::web::posted::Posted;
use crate::web::signed::Signed;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChangeForm {
    back: String,
    status: Option<Status>,
    priority: Option<Priority>,
    assignee: Option<String>,
    team: Option<String>,
    category: Option<String>,
    tags: Option<String>,
}

impl ChangeForm {
    /// The change it asks for. An empty choice takes the value away.
    fn change(&self) -> Result<Change, Fault> {
        Ok(Change {
            status: self.status,
            priority: self.priority,
            assignee: choice(self.assignee.as_deref())?,
            team: choice(self.team.as_deref())?,
            category: self
                .category
                .clone()
                .map(|word| Some(word).filter(|word| !word.is_empty())),
            tags: self.tags.as_deref().map(tags),
            ..Change::default()
        })
    }
}

#[expect(clippy::option_option, reason = "the same three cases as in Change")]
/// Absent: stays. Empty: nobody. Otherwise an id.
fn choice<T: std::str::FromStr>(given: Option<&str>) -> Result<Option<Option<T>>, Fault> {
    match given {
        None => Ok(None),
        Some("") => Ok(Some(None)),
        Some(id) => id
            .parse()
            .map(|id| Some(Some(id)))
            .map_err(|_| Fault::Unreadable),
    }
}

fn tags(text: &str) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    for tag in text.split(',').map(str::trim).filter(|tag| !tag.is_empty()) {
        if !tags.iter().any(|known| known == tag) {
            tags.push(tag.to_owned());
        }
    }
    tags
}

pub(super) async fn change(
    State(web): State<Web>,
    signed: Signed,
    Path(key): Path<String>,
    posted: Posted,
) -> Result<Response, Fault> {
    let form: ChangeForm = posted.open(&signed.form_token).await?;
    let found = write::writable(&web, &signed, &key).await?;
    let done = web
        .desk
        .change(&signed.who(), found.id, form.change()?)
        .await;
    together::after(&web, &signed, &found, &form.back, "change", done).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_separated_by_commas_and_each_counts_once() {
        assert_eq!(tags(" vip, login,, vip "), ["vip", "login"]);
        assert!(tags(" , ").is_empty());
    }

    #[test]
    fn an_empty_choice_takes_away_and_an_absent_one_leaves() {
        assert_eq!(choice::<u32>(None), Ok(None));
        assert_eq!(choice::<u32>(Some("")), Ok(Some(None)));
        assert_eq!(choice::<u32>(Some("7")), Ok(Some(Some(7))));
        assert_eq!(choice::<u32>(Some("x")), Err(Fault::Unreadable));
    }
}
