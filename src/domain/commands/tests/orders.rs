//! What commands want of a ticket.

use uuid::Uuid;

use super::super::{Orders, Voice, understand};
use super::{ADA, BILLING, BOB, known};
use crate::domain::ids::UserId;
use crate::domain::ticket::{Priority, Status};

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn a_command_means_one_change() {
    let with = |change: fn(&mut Orders)| {
        let mut orders = Orders::default();
        change(&mut orders);
        orders
    };
    let moog = UserId(Uuid::from_u128(3));
    let lina = UserId(Uuid::from_u128(4));
    let assigned = |user| Orders {
        assignee: Some(Some(user)),
        ..Orders::default()
    };
    let status = |status| Orders {
        status: Some(status),
        ..Orders::default()
    };
    let rows: Vec<(&str, Orders)> = vec![
        ("#resolve", status(Status::Resolved)),
        ("#close", status(Status::Closed)),
        ("#reopen", status(Status::Open)),
        ("#hold", status(Status::OnHold)),
        ("#pending", status(Status::OnHold)),
        ("#progress", status(Status::InProgress)),
        ("#status in progress", status(Status::InProgress)),
        ("#status in_progress", status(Status::InProgress)),
        ("#status on-hold", status(Status::OnHold)),
        ("#status solved", status(Status::Resolved)),
        ("#status res", status(Status::Resolved)),
        ("#status new", status(Status::Open)),
        ("#assign me", assigned(ADA)),
        ("#assign ada", assigned(ADA)),
        ("#assign Lovelace", assigned(ADA)),
        ("#assign love", assigned(ADA)),
        ("#assign @ada", assigned(ADA)),
        ("#assign <ada@agents.test>", assigned(ADA)),
        ("#assignee Bob Kahn", assigned(BOB)),
        ("#owner BOB@agents.test", assigned(BOB)),
        ("#assign moog", assigned(moog)),
        ("#assign marie", assigned(lina)),
        ("#assign øst", assigned(lina)),
        (
            "#assign none",
            Orders {
                assignee: Some(None),
                ..Orders::default()
            },
        ),
        (
            "#team billing",
            Orders {
                team: Some(Some(BILLING)),
                ..Orders::default()
            },
        ),
        (
            "#group Bill",
            Orders {
                team: Some(Some(BILLING)),
                ..Orders::default()
            },
        ),
        (
            "#team none",
            Orders {
                team: Some(None),
                ..Orders::default()
            },
        ),
        (
            "#priority urgent",
            Orders {
                priority: Some(Priority::Urgent),
                ..Orders::default()
            },
        ),
        (
            "#prio h",
            Orders {
                priority: Some(Priority::High),
                ..Orders::default()
            },
        ),
        (
            "#category Feature request",
            Orders {
                category: Some(Some("feature_request".into())),
                ..Orders::default()
            },
        ),
        (
            "#category bug",
            Orders {
                category: Some(Some("bug".into())),
                ..Orders::default()
            },
        ),
        (
            "#category none",
            Orders {
                category: Some(None),
                ..Orders::default()
            },
        ),
        ("#tag VIP", with(|o| o.tag = vec!["vip".into()])),
        (
            "#tag a b  c",
            with(|o| o.tag = vec!["a".into(), "b".into(), "c".into()]),
        ),
        (
            "#tags big customer, #vip",
            with(|o| o.tag = vec!["big customer".into(), "vip".into()]),
        ),
        ("#untag vip", with(|o| o.untag = vec!["vip".into()])),
        ("#merge ACME-12", with(|o| o.merge = Some(12))),
        ("#merge acme-12", with(|o| o.merge = Some(12))),
        ("#merge into [ACME-12]", with(|o| o.merge = Some(12))),
        ("#merge #12", with(|o| o.merge = Some(12))),
        (
            "#cc Eve@customers.test",
            with(|o| o.cc = vec!["eve@customers.test".parse().unwrap()]),
        ),
        ("#spam", with(|o| o.spam = Some(true))),
        ("#unspam", with(|o| o.spam = Some(false))),
        ("#ham", with(|o| o.spam = Some(false))),
        ("#done", status(Status::Resolved)),
        (
            "#cc Zoe <zoe@customers.test>, eve@customers.test",
            with(|o| {
                o.cc = ["zoe@customers.test", "eve@customers.test"]
                    .map(|address| address.parse().unwrap())
                    .to_vec();
            }),
        ),
        ("#send", with(|o| o.send = true)),
        (
            "#customer Grace <grace@customers.test>",
            with(|o| o.customer = Some("grace@customers.test".parse().unwrap())),
        ),
        ("#public", with(|o| o.voice = Voice::Public)),
        ("#resolve\n#resolved", status(Status::Resolved)),
    ];
    for (text, wanted) in rows {
        let read = understand(text, &known());
        assert_eq!((read.orders, read.unclear), (wanted, Vec::new()), "{text}");
    }
}

#[test]
fn two_people_of_one_name_are_asked_about_whatever_their_addresses_are() {
    let assignee = |text: &str| understand(text, &known()).orders.assignee;
    assert_eq!(assignee("#assign bob"), None);
    assert_eq!(assignee("#assign Bob Kahn"), Some(Some(BOB)));
    assert_eq!(assignee("#assign kahn"), Some(Some(BOB)));
}

#[test]
fn an_empty_order_is_told_from_one_that_only_says_who_speaks() {
    let read = understand("#note\nhm", &known());
    assert!(read.orders.is_empty() && read.orders.voice == Voice::Note);
    assert!(!understand("#tag a", &known()).orders.is_empty());
}
