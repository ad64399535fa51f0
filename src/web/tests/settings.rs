//! Settings: what an admin saves holds at once, leaves a line in the audit log, and nonsense is refused in words.

use axum::http::StatusCode;

use super::house::House;
use crate::domain::mailbox::{AccountTrust, Dkim};
use crate::store::accounts::{self, Account, StoredPassword};
use crate::store::cursors::{self, Cursor};

const FORM: [(&str, &str); 14] = [
    ("name", "Acme & Sons"),
    ("timezone", "Europe/Vienna"),
    ("locale", "de"),
    ("member_visibility", "team"),
    ("auto_close_days", "14"),
    ("remind_customer_days", "3"),
    ("remind_agent_days", "2"),
    ("close_waiting_days", "10"),
    ("closing_notice_days", "2"),
    ("follow_up_days", "30"),
    ("categories", "billing\r\n\r\n technical "),
    ("agent_mail", "token"),
    ("acknowledge", "off"),
    ("csat_after_minutes", "60"),
];

#[tokio::test]
async fn what_an_admin_saves_holds_at_once_and_is_written_down() {
    let house = House::new().await;
    let browser = house.logged_in("acme", "admin").await;
    let saved = browser.post("/settings/general", &FORM).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
    let directory = house.web.desk.directory();
    let tenant = &directory.by_slug("acme").unwrap().tenant;
    assert_eq!(tenant.settings.categories, ["billing", "technical"]);
    assert_eq!(tenant.settings.auto_close_days, 14);
    let page = browser.get("/settings/general?done=saved").await.body;
    assert!(
        page.contains("Acme &amp; Sons") || page.contains("Acme &#38; Sons"),
        "{page}"
    );
    let changes = browser.get("/settings/changes").await.body;
    assert!(changes.contains("auto_close_days: 7 → 14"), "{changes}");
    assert!(changes.contains("close_waiting_days: 0 → 10"), "{changes}");
    assert!(changes.contains("The admin"), "{changes}");
    // The same again changes nothing, and leaves no line.
    browser.post("/settings/general", &FORM).await;
    let again = browser.get("/settings/changes").await.body;
    assert_eq!(again.matches("auto_close_days").count(), 1);
}

#[tokio::test]
async fn nonsense_is_refused_in_words_and_what_was_typed_stays() {
    let house = House::new().await;
    let browser = house.logged_in("acme", "admin").await;
    for (field, nonsense, words) in [
        ("timezone", "Mars/Olympus", "is not a time zone"),
        ("auto_close_days", "soon", "is not a number of days"),
        ("closing_notice_days", "10", "expected fewer days"),
        ("locale", "klingon-and-more", "expected a language"),
        ("name", " ", "expected 1 to 100 characters"),
    ] {
        let form = FORM.map(|(name, value)| {
            if name == field {
                (name, nonsense)
            } else {
                (name, value)
            }
        });
        let refused = browser.post("/settings/general", &form).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.body.contains(words), "{field}: {}", refused.body);
        assert!(refused.body.contains("billing"), "what was typed stays");
    }
}

#[tokio::test]
async fn i4_the_page_says_what_lies_on_the_server_and_is_not_here() {
    let house = House::new().await;
    let desk = &house.web.desk;
    let (now, tenant) = (desk.clock.now(), desk.directory());
    let account = Account {
        trust: AccountTrust {
            id: desk.random.uuid(now).into(),
            tenant: Some(tenant.by_slug("acme").unwrap().tenant.id),
            name: "main".into(),
            trusted_host: None,
            delivery_headers: Vec::new(),
            auth_results: None,
            dkim: Dkim::default(),
        },
        imap: None,
        imap_password: StoredPassword::default(),
        smtp: None,
        smtp_password: StoredPassword::default(),
        active: true,
    };
    let cursor = Cursor {
        folder: "Orders".into(),
        uidvalidity: 7,
        next_uid: 10,
        connected_at: now,
        rescan_below: None,
        missing: 3,
        audited_at: Some(now),
        on_server: 1234,
        ours: 1229,
        fetched_again: 1,
        before_us: 2,
    };
    let mut tx = desk.db.write().await.unwrap();
    accounts::put(&mut tx, &account, now).await.unwrap();
    cursors::put(&mut tx, account.trust.id, &cursor)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    desk.refresh().await.unwrap();
    let browser = house.logged_in("acme", "admin").await;
    let page = browser.get("/settings/completeness").await.body;
    assert!(page.contains("Orders"), "{page}");
    assert!(
        page.contains(r#"<span class="badge bad">3</span>"#),
        "{page}"
    );
    let id = account.trust.id.to_string();
    let asked = browser
        .post("/settings/completeness", &[("account", id.as_str())])
        .await;
    assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.body);
    let page = browser.get("/settings/completeness?asked=1").await.body;
    assert!(page.contains("Last asked for"), "{page}");
}

#[tokio::test]
async fn everybody_says_themselves_when_they_are_away_and_how_much_they_take_on() {
    let house = House::new().await;
    let member = house.logged_in("acme", "member").await;
    let page = member.get("/account/availability").await.body;
    assert!(!page.contains("You are away"), "{page}");
    let form = [
        ("away", "yes"),
        ("until", "2091-01-04T08:00"),
        ("message", "skiing"),
        ("hand_back", "yes"),
        ("capacity", "12"),
    ];
    let saved = member.post("/account/availability", &form).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
    let page = member.get("/account/availability").await.body;
    for shown in ["You are away", "2091-01-04T08:00", "skiing", "\"12\""] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    for (field, nonsense, words) in [
        ("capacity", "many", "is not a number of tickets"),
        ("until", "2001-01-01T08:00", "expected a time to come"),
        ("until", "whenever", "is not a day and a time"),
    ] {
        let form = form.map(|(name, value)| (name, if name == field { nonsense } else { value }));
        let refused = member.post("/account/availability", &form).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.body.contains(words), "{field}: {}", refused.body);
    }
    let back = member
        .post("/account/availability", &[("capacity", "12")])
        .await;
    assert_eq!(back.status, StatusCode::SEE_OTHER);
    let page = member.get("/account/availability").await.body;
    assert!(!page.contains("You are away"), "{page}");
    let admin = house.logged_in("acme", "admin").await;
    let changes = admin.get("/settings/changes").await.body;
    assert!(changes.contains("capacity: nothing → 12"), "{changes}");
}

#[tokio::test]
async fn suppressed_addresses_are_seen_added_and_removed_and_each_change_is_written_down() {
    let house = House::new().await;
    let browser = house.logged_in("acme", "admin").await;
    let path = "/settings/suppressions";
    assert!(
        browser
            .get(path)
            .await
            .body
            .contains("Everybody is written to.")
    );
    let form = [
        ("address", "Gone@Customer.test"),
        ("reason", "left the company"),
        ("then", "add"),
    ];
    let added = browser.post(path, &form).await;
    assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.body);
    let page = browser.get(path).await.body;
    assert!(
        page.contains("gone@customer.test") && page.contains("left the company"),
        "{page}"
    );
    let refused = browser
        .post(path, &[("address", "nobody"), ("then", "add")])
        .await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.body.contains("is not a mail address"),
        "{}",
        refused.body
    );
    let rival = house.logged_in("rival", "owner").await.get(path).await.body;
    assert!(
        !rival.contains("gone@customer.test"),
        "another tenant's list is its own"
    );
    let remove = [("address", "gone@customer.test"), ("then", "remove")];
    assert_eq!(
        browser.post(path, &remove).await.status,
        StatusCode::SEE_OTHER
    );
    assert!(!browser.get(path).await.body.contains("gone@customer.test"));
    let changes = browser.get("/settings/changes").await.body;
    assert!(
        changes.contains("left the company") && changes.contains("written to again"),
        "{changes}"
    );
}
