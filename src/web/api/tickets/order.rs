//! In which order tickets are listed, and where a page of that order ended.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};

use super::super::problem::Problem;
use crate::domain::ids::TicketId;
use crate::domain::ticket::Ticket;
use crate::store::tickets::Sort;

/// An order of tickets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    /// By which time.
    pub sort: Sort,
    /// The oldest first.
    pub ascending: bool,
}

impl Order {
    /// Reads `sort`: a column, with a minus for the newest first.
    pub fn read(sort: &str) -> Result<Self, Problem> {
        let (column, ascending) = match sort {
            "" => ("updated_at", false),
            given => (given.trim_start_matches('-'), !given.starts_with('-')),
        };
        let sort = match column {
            "updated_at" => Sort::Updated,
            "created_at" => Sort::Created,
            _ => {
                return Err(Problem::invalid(
                    "sort",
                    "expected one of -updated_at, updated_at, -created_at, created_at",
                ));
            }
        };
        Ok(Self { sort, ascending })
    }

    /// Where a page that ends with this ticket ends.
    pub const fn place(self, ticket: &Ticket) -> Place {
        let at = match self.sort {
            Sort::Updated => ticket.updated_at,
            Sort::Created => ticket.created_at,
        };
        Place {
            order: self,
            at,
            id: ticket.id,
        }
    }
}

/// The last row of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// In which order; a cursor of another list does not fit.
    pub order: Order,
    /// Its time.
    pub at: DateTime<Utc>,
    /// Its id.
    pub id: TicketId,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let column = match self.order.sort {
            Sort::Updated => 'u',
            Sort::Created => 'c',
        };
        let direction = if self.order.ascending { 'a' } else { 'd' };
        write!(
            f,
            "{column}{direction}{}.{}",
            self.at.timestamp_micros(),
            self.id
        )
    }
}

impl FromStr for Place {
    type Err = ();

    fn from_str(given: &str) -> Result<Self, ()> {
        let sort = match given.get(..1) {
            Some("u") => Sort::Updated,
            Some("c") => Sort::Created,
            _ => return Err(()),
        };
        let ascending = match given.get(1..2) {
            Some("a") => true,
            Some("d") => false,
            _ => return Err(()),
        };
        let (micros, id) = given
            .get(2..)
            .and_then(|rest| rest.split_once('.'))
            .ok_or(())?;
        let at = micros
            .parse()
            .ok()
            .and_then(DateTime::from_timestamp_micros);
        Ok(Self {
            order: Order { sort, ascending },
            at: at.ok_or(())?,
            id: id.parse().map_err(|_| ())?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_columns_with_a_direction() {
        for (given, sort, ascending) in [
            ("", Sort::Updated, false),
            ("-updated_at", Sort::Updated, false),
            ("updated_at", Sort::Updated, true),
            ("-created_at", Sort::Created, false),
            ("created_at", Sort::Created, true),
        ] {
            assert_eq!(
                Order::read(given).unwrap(),
                Order { sort, ascending },
                "{given}"
            );
        }
        for wrong in ["subject", "-", "updated_at desc", "id; --"] {
            assert!(Order::read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_place_survives_being_written_and_read() {
        for given in ["", "created_at", "-created_at", "updated_at"] {
            let place = Place {
                order: Order::read(given).unwrap(),
                at: "2026-01-02T03:04:05.678901Z".parse().unwrap(),
                id: TicketId(uuid::Uuid::from_u128(7)),
            };
            assert_eq!(place.to_string().parse(), Ok(place));
        }
        for wrong in [
            "",
            "u",
            "ud",
            "udx.y",
            "xd1.00000000-0000-0000-0000-000000000000",
            "ü",
        ] {
            assert!(wrong.parse::<Place>().is_err(), "{wrong}");
        }
    }
}
