//! Tables: what is written on top, and what becomes of it.

mod heads;
mod moments;
mod orders;

use uuid::Uuid;

use super::{Known, Named};
use crate::domain::ids::{TeamId, UserId};

pub(super) const ADA: UserId = UserId(Uuid::from_u128(1));
pub(super) const BOB: UserId = UserId(Uuid::from_u128(2));
pub(super) const BILLING: TeamId = TeamId(Uuid::from_u128(8));

/// A desk with two Bobs and a customer called Grace, on a Monday morning in Berlin.
pub(super) fn known() -> Known {
    let named = |id: u128, name: &str, address: &str| Named {
        id: UserId(Uuid::from_u128(id)),
        name: name.into(),
        address: address.into(),
    };
    let team = |id: u128, name: &str| Named {
        id: TeamId(Uuid::from_u128(id)),
        name: name.into(),
        address: String::new(),
    };
    Known {
        me: Some(ADA),
        people: vec![
            named(1, "Ada Lovelace", "ada@agents.test"),
            named(2, "Bob Kahn", "bob@agents.test"),
            named(3, "Bob Moog", "moog@agents.test"),
            named(4, "Lina-Marie Øst", "lina@agents.test"),
        ],
        teams: vec![team(7, "First line"), team(8, "Billing")],
        categories: vec!["billing".into(), "feature_request".into(), "bug".into()],
        others: vec!["Grace Hopper".into(), "grace@customers.test".into()],
        key_prefix: "ACME".into(),
        now: "2026-11-23T09:00:00Z".parse().unwrap(),
        zone: chrono_tz::Europe::Berlin,
    }
}
