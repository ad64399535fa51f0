use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use uuid::Uuid;

use super::*;

fn side(id: u128, touched: bool, sender_takes_part: bool) -> Connected {
    Connected {
        ticket: TicketId(Uuid::from_u128(id)),
        key: format!("ACME-{id}"),
        touched,
        sender_takes_part,
    }
}

#[test]
fn untouched_tickets_join_by_themselves_and_others_are_offered() {
    let decided = |a, b, strangers| joinings(&[b, a], strangers, false).remove(0);
    let by_itself = decided(side(1, false, true), side(2, false, true), Strangers::Hold);
    assert!(
        matches!(&by_itself, Joining::ByItself { into, from, .. }
            if *into == TicketId(Uuid::from_u128(1)) && *from == TicketId(Uuid::from_u128(2))),
        "the older stays: {by_itself:?}"
    );
    for (a, b, strangers, why) in [
        (
            side(1, true, true),
            side(2, false, true),
            Strangers::Hold,
            "worked on ACME-1",
        ),
        (
            side(1, false, true),
            side(2, true, true),
            Strangers::Join,
            "worked on ACME-2",
        ),
        (
            side(1, false, true),
            side(2, false, false),
            Strangers::Hold,
            "take part in ACME-2",
        ),
    ] {
        let Joining::Offer { reason, .. } = decided(a, b, strangers) else {
            panic!("joined: {why}");
        };
        assert!(reason.contains(why), "{reason}");
    }
    let list = decided(
        side(1, false, false),
        side(2, false, false),
        Strangers::Join,
    );
    assert!(matches!(list, Joining::ByItself { .. }));
    assert!(
        joinings(
            &[side(1, false, true), side(1, false, true)],
            Strangers::Hold,
            false
        )
        .is_empty()
    );
    assert!(joinings(&[], Strangers::Hold, false).is_empty());
}

#[test]
fn a_forged_mail_joins_nothing_by_itself() {
    let both = [side(1, false, true), side(2, false, true)];
    let decided = joinings(&both, Strangers::Join, true).remove(0);
    assert!(matches!(decided, Joining::Offer { .. }), "{decided:?}");
}

/// The road in small: which ticket each Message-ID belongs to, as the store keeps it.
#[derive(Default)]
struct Desk {
    /// Each id that was met, with its ticket; true for mails that came themselves.
    nodes: BTreeMap<u8, (u128, bool)>,
    opened: u128,
}

impl Desk {
    fn arrive(&mut self, id: u8, references: &[u8]) {
        let near: Vec<u128> = std::iter::once(&id)
            .chain(references.iter().rev())
            .filter_map(|node| self.nodes.get(node).map(|(ticket, _)| *ticket))
            .collect();
        let ticket = near.first().copied().unwrap_or_else(|| {
            self.opened += 1;
            self.opened
        });
        for node in references {
            self.nodes.entry(*node).or_insert((ticket, false));
        }
        self.nodes.insert(id, (ticket, true));
        let connected: Vec<Connected> = near.iter().map(|id| side(*id, false, true)).collect();
        for joining in joinings(&connected, Strangers::Hold, false) {
            let Joining::ByItself { into, from, .. } = joining else {
                panic!("nobody touched anything");
            };
            for (ticket, _) in self.nodes.values_mut() {
                if *ticket == from.0.as_u128() {
                    *ticket = into.0.as_u128();
                }
            }
        }
    }

    /// The mails that came, by ticket.
    fn tickets(&self) -> BTreeSet<BTreeSet<u8>> {
        let mut by_ticket: BTreeMap<u128, BTreeSet<u8>> = BTreeMap::new();
        for (id, (ticket, received)) in &self.nodes {
            if *received {
                by_ticket.entry(*ticket).or_default().insert(*id);
            }
        }
        by_ticket.into_values().collect()
    }
}

/// Mails that answer earlier ones, each naming some of its ancestors; some ancestors never come.
fn conversation() -> impl Strategy<Value = Vec<(u8, Vec<u8>)>> {
    proptest::collection::vec((any::<bool>(), 0..20_usize, 1..4_usize), 1..12).prop_map(|seeds| {
        let mut mails: Vec<(u8, Vec<u8>)> = Vec::new();
        for (id, (root, parent, named)) in (0_u8..).zip(seeds) {
            let references = match mails.get(parent % (mails.len() + 1)) {
                Some((above, chain)) if !root => {
                    let mut chain = chain.clone();
                    chain.push(*above);
                    let skip = chain.len().saturating_sub(named);
                    chain.split_off(skip)
                }
                // A mail that nobody here has, and that others may name too.
                _ if !root => vec![200 + u8::try_from(parent).unwrap_or_default()],
                _ => Vec::new(),
            };
            mails.push((id, references));
        }
        mails
    })
}

proptest! {
    #[test]
    fn arrival_in_any_order_gives_the_same_tickets(
        mails in conversation().prop_flat_map(|mails| (Just(mails.clone()), Just(mails).prop_shuffle()))
    ) {
        let (sent, arrived) = mails;
        let tickets = |order: &[(u8, Vec<u8>)]| {
            let mut desk = Desk::default();
            for (id, references) in order {
                desk.arrive(*id, references);
            }
            desk.tickets()
        };
        prop_assert_eq!(tickets(&sent), tickets(&arrived));
    }
}
