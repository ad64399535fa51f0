//! Calendars, service levels and teams on their pages.

use axum::http::StatusCode;

use super::house::House;

const TARGETS: [(&str, &str); 12] = [
    ("target", ""),
    ("target", "4h"),
    ("target", "2h"),
    ("target", "30m"),
    ("target", ""),
    ("target", ""),
    ("target", ""),
    ("target", ""),
    ("target", ""),
    ("target", "3d"),
    ("target", ""),
    ("target", ""),
];

#[tokio::test]
async fn an_admin_makes_a_calendar_and_a_service_level_without_javascript() {
    let house = House::new().await;
    let browser = house.logged_in("acme", "admin").await;
    let page = browser.get("/settings/calendars/new").await.body;
    assert!(page.contains("09:00-17:00"), "usual hours to begin with");
    let form = [
        ("name", "Shop"),
        ("timezone", "Europe/Vienna"),
        ("mon", "09:00-12:00, 13:00-17:00"),
        ("holidays", "2026-12-25\r\n2026-12-26"),
        ("deed", "save"),
    ];
    let saved = browser.post("/settings/calendars/new", &form).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
    let place = saved.header("location").to_owned();
    let page = browser.get(&place).await.body;
    assert!(
        page.contains("09:00-12:00, 13:00-17:00") && page.contains("2026-12-26"),
        "{page}"
    );
    let list = browser.get("/settings/calendars").await.body;
    assert!(list.contains("Mon 09:00-12:00, 13:00-17:00"), "{list}");

    let calendar = place
        .trim_start_matches("/settings/calendars/")
        .split('?')
        .next()
        .unwrap()
        .to_owned();
    let mut form = vec![
        ("name", "Gold"),
        ("calendar", &*calendar),
        ("warn", "50, 80"),
        ("pause_on", "on_hold"),
        ("deed", "save"),
    ];
    form.extend(TARGETS);
    let saved = browser.post("/settings/slas/new", &form).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
    let list = browser.get("/settings/slas").await.body;
    assert!(
        list.contains("First response: normal 4h, high 2h, urgent 30m"),
        "{list}"
    );
    assert!(list.contains("where a rule says so"), "{list}");
    let changes = browser.get("/settings/changes").await.body;
    assert!(changes.contains("first_response normal 4h"), "{changes}");
    // It counts in the calendar, so that must stay.
    let refused = browser
        .post(place.split('?').next().unwrap(), &[("deed", "remove")])
        .await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.body.contains("the service level Gold counts in it"),
        "{}",
        refused.body
    );
}

#[tokio::test]
async fn holidays_are_uploaded_as_a_file_with_the_sessions_own_token() {
    let house = House::new().await;
    let browser = house.logged_in("acme", "admin").await;
    let form = [
        ("name", "Shop"),
        ("timezone", "UTC"),
        ("mon", "09:00-12:00"),
        ("deed", "save"),
    ];
    let saved = browser.post("/settings/calendars/new", &form).await;
    let place = saved
        .header("location")
        .split('?')
        .next()
        .unwrap()
        .to_owned();
    let ics = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20270501\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    let refused = browser.upload(&format!("{place}/file"), "wrong", ics).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.body);
    let token = browser.form_token().await;
    let nothing = browser
        .upload(&format!("{place}/file"), &token, "<html>")
        .await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(nothing.body.contains("no whole day"), "{}", nothing.body);
    let taken = browser.upload(&format!("{place}/file"), &token, ics).await;
    assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.body);
    assert!(browser.get(&place).await.body.contains("2027-05-01"));
}

#[tokio::test]
async fn a_calendar_file_of_ten_megabytes_is_refused_in_a_sentence() {
    let house = House::new().await;
    let browser = house.logged_in("acme", "admin").await;
    let form = [
        ("name", "Shop"),
        ("timezone", "UTC"),
        ("mon", "09:00-12:00"),
        ("deed", "save"),
    ];
    let saved = browser.post("/settings/calendars/new", &form).await;
    let place = saved.header("location").split('?').next().unwrap();
    let token = browser.form_token().await;
    let event = "BEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20270501\r\nEND:VEVENT\r\n";
    for (megabytes, status, says) in [
        (
            10,
            StatusCode::UNPROCESSABLE_ENTITY,
            "a calendar file may have 1024 KiB at most",
        ),
        (
            14,
            StatusCode::PAYLOAD_TOO_LARGE,
            "larger than what is taken here",
        ),
    ] {
        let file = event.repeat(megabytes * 1_000_000 / event.len());
        let refused = browser
            .upload(&format!("{place}/file"), &token, &file)
            .await;
        assert_eq!(refused.status, status, "{megabytes} MB");
        assert!(
            refused.body.contains(says),
            "{megabytes} MB: {}",
            refused.body
        );
    }
    assert!(!browser.get(place).await.body.contains("2027-05-01"));
}

#[tokio::test]
async fn of_two_who_edit_one_service_level_at_once_the_second_is_told() {
    let house = House::new().await;
    let (one, other) = (
        house.logged_in("acme", "admin").await,
        house.logged_in("acme", "owner").await,
    );
    let mut form = vec![("name", "Gold"), ("warn", "80"), ("deed", "save")];
    form.extend(TARGETS);
    let saved = one.post("/settings/slas/new", &form).await;
    let place = saved.header("location").split('?').next().unwrap();
    let seen = |page: &str| {
        let (_, after) = page.split_once("name=\"seen\" value=\"").unwrap();
        after.split('"').next().unwrap().to_owned()
    };
    let (first, second) = (
        seen(&one.get(place).await.body),
        seen(&other.get(place).await.body),
    );
    let with = |warn: &'static str, seen: &str| {
        let mut form: Vec<(&str, String)> = vec![
            ("name", "Gold".into()),
            ("warn", warn.into()),
            ("deed", "save".into()),
            ("seen", seen.to_owned()),
        ];
        form.extend(TARGETS.map(|(name, value)| (name, value.to_owned())));
        form
    };
    let post = async |browser: &super::house::Browser<'_>, form: Vec<(&str, String)>| {
        let form: Vec<(&str, &str)> = form.iter().map(|(n, v)| (*n, v.as_str())).collect();
        browser.post(place, &form).await
    };
    assert_eq!(
        post(&one, with("50", &first)).await.status,
        StatusCode::SEE_OTHER
    );
    let told = post(&other, with("90", &second)).await;
    assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        told.body
            .contains("somebody changed this service level meanwhile"),
        "{}",
        told.body
    );
    assert!(told.body.contains("value=\"90\""), "what was typed stays");
    assert!(
        one.get(place).await.body.contains("value=\"50\""),
        "and nothing is lost"
    );
    // Who has read that puts theirs in its place, and the history shows both.
    let again = post(&other, with("90", &seen(&told.body))).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER, "{}", again.body);
    let changes = other.get("/settings/changes").await.body;
    assert!(
        changes.contains("80 → 50") && changes.contains("50 → 90"),
        "{changes}"
    );
}

#[tokio::test]
async fn what_was_typed_stays_when_it_is_refused() {
    let house = House::new().await;
    let browser = house.logged_in("acme", "admin").await;
    let form = [
        ("name", "Shop"),
        ("timezone", "UTC"),
        ("mon", "nine to five"),
        ("deed", "save"),
    ];
    let refused = browser.post("/settings/calendars/new", &form).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.body.contains("Monday:") && refused.body.contains("nine to five"),
        "{}",
        refused.body
    );
    let mut form = vec![
        ("name", "Gold"),
        ("calendar", ""),
        ("warn", "lots"),
        ("deed", "save"),
    ];
    form.extend(TARGETS);
    let refused = browser.post("/settings/slas/new", &form).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.body.contains("is not a percent") && refused.body.contains("30m"),
        "{}",
        refused.body
    );
}

#[tokio::test]
async fn a_team_is_put_together_on_its_page() {
    let house = House::new().await;
    let browser = house.logged_in("acme", "admin").await;
    let directory = house.web.desk.directory();
    let office = directory.by_slug("acme").unwrap();
    let id = |email: &str| {
        office
            .person_at(&email.parse().unwrap())
            .unwrap()
            .user
            .id
            .to_string()
    };
    let (admin, member) = (id("admin@acme.test"), id("member@acme.test"));
    let form = [
        ("name", "Night"),
        ("assignment", "round_robin"),
        ("who", admin.as_str()),
        ("turn", "2"),
        ("who", member.as_str()),
        ("turn", "1"),
        ("deed", "save"),
    ];
    let saved = browser.post("/settings/teams/new", &form).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
    let directory = house.web.desk.directory();
    let office = directory.by_slug("acme").unwrap();
    let members: Vec<String> = office
        .team_named("Night")
        .unwrap()
        .members
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(members, [member, admin]);
    assert!(
        browser
            .get("/settings/teams")
            .await
            .body
            .contains("to each in turn")
    );
}
