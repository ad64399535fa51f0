//! What the list shows, as its URL says it: `view`, `status`, `tag`, `q`, `cursor`.

use chrono::{DateTime, Utc};
use serde::Deserialize;

use crate::domain::ids::TicketId;
use crate::domain::ticket::Status;
use crate::web::show::View;

/// Tickets are counted up to here; beyond, the number is followed by a plus.
pub const COUNTED: i64 = 1000;

/// The query of the list. What cannot be read is as if it were not there: an old bookmark still opens.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    /// Which view.
    #[serde(deserialize_with = "lenient_view")]
    pub view: View,
    /// Only this status.
    #[serde(deserialize_with = "lenient_status")]
    pub status: Option<Status>,
    /// Only this tag; empty for all.
    pub tag: String,
    /// Words to look for.
    pub q: String,
    /// Where the page before ended.
    pub cursor: String,
}

impl ListQuery {
    /// Reads the `back` field of a form, or anything else that looks like a query.
    pub fn parse(query: &str) -> Self {
        let mut parsed = Self::default();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            match name.as_ref() {
                "view" => parsed.view = view(&value),
                "status" => parsed.status = value.parse().ok(),
                "tag" => parsed.tag = value.into_owned(),
                "q" => parsed.q = value.into_owned(),
                "cursor" => parsed.cursor = value.into_owned(),
                _ => {}
            }
        }
        parsed
    }

    /// The same as a query, in one form: what is not said is left out.
    pub fn to_query(&self) -> String {
        let mut out = url::form_urlencoded::Serializer::new(String::new());
        out.append_pair("view", self.view.as_str());
        if let Some(status) = self.status {
            out.append_pair("status", status.as_str());
        }
        for (name, value) in [("tag", &self.tag), ("q", &self.q), ("cursor", &self.cursor)] {
            if !value.is_empty() {
                out.append_pair(name, value);
            }
        }
        out.finish()
    }

    /// The list with another status, from its beginning.
    #[must_use]
    pub fn with_status(&self, status: Option<Status>) -> Self {
        Self {
            status,
            cursor: String::new(),
            ..self.clone()
        }
    }

    /// The list going on after this row.
    #[must_use]
    pub fn after(&self, at: DateTime<Utc>, id: TicketId) -> Self {
        Self {
            cursor: format!("{}.{id}", at.timestamp_micros()),
            ..self.clone()
        }
    }

    /// The row that the page before ended with.
    pub fn before(&self) -> Option<(DateTime<Utc>, TicketId)> {
        let (micros, id) = self.cursor.split_once('.')?;
        Some((
            DateTime::from_timestamp_micros(micros.parse().ok()?)?,
            id.parse().ok()?,
        ))
    }
}

fn view(word: &str) -> View {
    View::ALL
        .iter()
        .copied()
        .find(|view| view.as_str() == word)
        .unwrap_or_default()
}

fn lenient_view<'de, D: serde::Deserializer<'de>>(given: D) -> Result<View, D::Error> {
    String::deserialize(given).map(|word| view(&word))
}

fn lenient_status<'de, D: serde::Deserializer<'de>>(given: D) -> Result<Option<Status>, D::Error> {
    String::deserialize(given).map(|word| word.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_survives_being_written_and_read() {
        let query = ListQuery {
            view: View::All,
            status: Some(Status::OnHold),
            tag: "a&b".into(),
            q: "two words".into(),
            cursor: String::new(),
        };
        assert_eq!(ListQuery::parse(&query.to_query()), query);
        let at = "2026-01-02T03:04:05.678901Z".parse().unwrap();
        let id = TicketId(uuid::Uuid::from_u128(7));
        assert_eq!(query.after(at, id).before(), Some((at, id)));
    }

    #[test]
    fn what_cannot_be_read_is_left_out() {
        let query = ListQuery::parse("view=nonsense&status=lost&cursor=x&other=1");
        assert_eq!(query.view, View::Inbox);
        assert_eq!(query.status, None);
        assert_eq!(query.before(), None);
    }
}
