//! The Date field, RFC 5322 section 3.3.

use chrono::{DateTime, Utc};

use super::limits;

/// The moment a Date field names. None for what is no date, and for what is too long to be one
/// (`time` RUSTSEC-2026-0009 shows why that is asked first).
pub(super) fn read(value: &str) -> Option<DateTime<Utc>> {
    if value.len() > limits::DATE_BYTES {
        return None;
    }
    let date =
        mail_parser::DateTime::parse_rfc822(value).filter(mail_parser::DateTime::is_valid)?;
    DateTime::from_timestamp(date.to_timestamp(), 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_with_their_zone() {
        for (value, want) in [
            (
                "Tue, 24 Nov 2026 10:00:00 +0100",
                Some("2026-11-24T09:00:00+00:00"),
            ),
            ("24 Nov 2026 10:00 GMT", Some("2026-11-24T10:00:00+00:00")),
            ("yesterday", None),
            ("", None),
        ] {
            assert_eq!(
                read(value).map(|d| d.to_rfc3339()).as_deref(),
                want,
                "{value}"
            );
        }
        assert_eq!(
            read(&format!(
                "Tue, 24 Nov 2026 10:00:00 +0100{}",
                " ".repeat(200)
            )),
            None
        );
    }
}
