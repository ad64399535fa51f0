//! Every page, light and dark, wide and narrow: accessible by axe-core's judgement, no wider than the screen, and a
//! screenshot for people to look at.

use serde_json::{Value, json};

use super::furnished::Addresses;
use super::{Place, work};
use crate::support::browser::Browser;

/// Looks at what is shown: a screenshot, axe-core's objections, and what sticks out.
fn look(name: &str, look: &str) -> Vec<Value> {
    vec![
        json!({"screenshot": format!("{name}-{look}")}),
        json!({"axe": name}),
        json!({"sticks_out": format!("{name}, sticking out")}),
    ]
}

/// Goes to a page, waits for something that stands on it, and looks.
fn page(name: &str, path: &str, there: &str, how: &str) -> Vec<Value> {
    let mut steps = vec![json!({"goto": path}), json!({"see": there})];
    steps.extend(look(name, how));
    steps
}

/// Runs the steps in each look; what is found must be nothing.
async fn in_every_look(base: &Browser, steps: impl Fn(&str) -> Vec<Value>) {
    let mut found = Vec::new();
    for (how, browser) in [
        ("light-1440", base.clone()),
        ("dark-1440", base.clone().dark()),
        ("light-390", base.clone().narrow()),
        ("dark-390", base.clone().narrow().dark()),
    ] {
        let seen = work(&browser, Value::Array(steps(how))).await;
        let values = seen.values.as_object().unwrap().iter();
        let objections = values.filter(|(_, objections)| **objections != json!([]));
        found.extend(objections.map(|(page, objections)| format!("{page} {how}: {objections}")));
        // That a page is not there, or a form is refused, the browser says as well.
        let answered = |problem: &str| problem.contains("404 (") || problem.contains("422 (");
        let problems = seen.problems.into_iter().filter(|p| !answered(p));
        found.extend(problems.map(|problem| format!("{how}: {problem}")));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_of_the_desk_is_accessible_and_breaks_no_policy() {
    let (place, at) = Place::furnished().await;
    let front = [
        place.front("/"),
        place.front("/login"),
        place.front("/platform"),
        place.front(&at.set_password),
    ];
    in_every_look(&place.browser(), |how| {
        let mut steps = Vec::new();
        for (name, path, there) in [
            ("list", "/tickets", ".row"),
            ("ticket", "/tickets/ACME-1?view=inbox", "article.ticket"),
            ("invoice", "/tickets/ACME-2?view=inbox", "article.ticket"),
            ("empty", "/tickets?view=mine&status=closed", ".empty"),
            ("search", "/tickets?view=all&q=printer", ".row"),
            ("split", "/tickets/ACME-1/split", ".choosable"),
            ("explained", "/tickets/ACME-2/rules", ".rule-line"),
            ("ask", "/tickets/ACME-1/do/assign", ".card button"),
            ("act", &at.act, ".card button"),
            ("rate", &at.rate, ".rate"),
            ("missing", "/tickets/ACME-999", ".request-id"),
        ] {
            steps.extend(page(name, path, there, how));
        }
        steps.extend(opened(how));
        for (name, path, there) in [
            ("front", &front[0], "#desk"),
            ("front-login", &front[1], "#email"),
            ("set-password", &front[3], "#password"),
        ] {
            steps.extend(page(name, path, there, how));
        }
        steps.push(json!({"goto": front[1]}));
        steps.push(json!({"fill": ["#email", "ada@agents.test"]}));
        steps.push(json!({"fill": ["#password", "wrong"]}));
        steps.push(json!({"click": "button.primary"}));
        steps.push(json!({"see": ".form-error"}));
        steps.extend(look("login-refused", how));
        steps.push(json!({"fill": ["#password", "correct horse battery"]}));
        steps.push(json!({"click": "button.primary"}));
        steps.extend(page("platform", &front[2], ".table", how));
        steps
    })
    .await;
}

/// A ticket with everything opened: the composer with all its fields, refused; the clocks' story; what folds.
fn opened(how: &str) -> Vec<Value> {
    let mut steps = vec![
        json!({"goto": "/tickets/ACME-1?view=inbox"}),
        json!({"click": ".write-reply details.who summary"}),
        json!({"fill": ["#reply-bcc", "boss@elsewhere.test"]}),
        json!({"fill": ["#reply-text", "Use water."]}),
        json!({"files": ["#reply-files", ["manual.txt", "Use water."], ["photo of the printer.txt", "fire"]]}),
        json!({"click": ".commands summary"}),
    ];
    steps.extend(look("composer", how));
    steps.push(json!({"click": ".write-reply button.primary"}));
    steps.push(json!({"see": "#reply-error"}));
    steps.extend(look("composer-refused", how));
    steps.push(json!({"goto": "/tickets/ACME-2?view=inbox#properties"}));
    for fold in ["What the clocks did", "Why is it here", "Who was told"] {
        steps.push(json!({"click": format!(".why:has-text('{fold}') summary")}));
    }
    steps.push(json!({"see": ".why[open] .steps"}));
    steps.extend(look("clocks", how));
    steps
}

/// The settings that are one page each.
const SETTINGS: &[(&str, &str, &str)] = &[
    ("rules", "/settings/rules", ".rule-line"),
    ("rule-new", "/settings/rules/new", ".rule-form"),
    ("levels", "/settings/slas", "table"),
    ("level-new", "/settings/slas/new", ".setting"),
    ("calendars", "/settings/calendars", "table"),
    ("calendar-new", "/settings/calendars/new", ".setting"),
    ("teams", "/settings/teams", "table"),
    ("team-new", "/settings/teams/new", ".setting"),
    ("availability", "/account/availability", ".setting"),
    ("notifications", "/account/notifications", ".matrix"),
    ("ntfy", "/settings/ntfy", ".setting"),
    ("webhooks", "/settings/webhooks", "table"),
    ("templates", "/settings/templates", "table"),
    ("template", "/settings/templates/ticket.created", ".preview"),
    ("canned", "/settings/canned", ".picks"),
    (
        "canned-one",
        "/settings/canned?name=Which+version%3F",
        ".preview",
    ),
    ("mailboxes", "/settings/mailboxes", ".facts-list"),
    ("suppressions", "/settings/suppressions", "table"),
    ("intake", "/settings/intake?all=1", "table"),
    ("intake-quarantined", "/settings/intake", "table"),
    ("completeness", "/settings/completeness", "table"),
    ("general", "/settings/general", ".setting"),
    ("changes", "/settings/changes", "table"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_of_the_settings_is_accessible_and_breaks_no_policy() {
    let (place, at) = Place::furnished().await;
    in_every_look(&place.browser(), |how| {
        let mut steps = Vec::new();
        for (name, path, there) in SETTINGS {
            steps.extend(page(name, path, there, how));
        }
        for (name, path, there) in [
            ("rule", at.rule.as_str(), ".rule-form"),
            (
                "rule-versions",
                &format!("{}/versions", at.rule),
                ".rule-line",
            ),
            ("level", &at.level, ".setting"),
            ("calendar", &at.calendar, ".setting"),
            ("team", &at.team, ".setting"),
            ("webhook", &at.webhook, "table"),
            ("intake-mail", &at.mail, ".steps"),
        ] {
            steps.extend(page(name, path, there, how));
        }
        steps.extend(pressed(&at, how));
        steps
    })
    .await;
}

/// Pages as they answer: a rule that was tried, one with mistakes, a setting that was refused, one that was saved.
fn pressed(at: &Addresses, how: &str) -> Vec<Value> {
    let mut steps = vec![
        json!({"goto": at.rule}),
        json!({"click": "button[value='test']"}),
        json!({"see": ".trial"}),
    ];
    steps.extend(look("rule-tried", how));
    steps.push(json!({"goto": "/settings/rules/new"}));
    steps.push(json!({"click": "button[value='save']"}));
    steps.push(json!({"see": ".rule-form [role=alert]"}));
    steps.extend(look("rule-refused", how));
    steps.push(json!({"goto": at.level}));
    steps.push(json!({"fill": ["#warn", "150"]}));
    steps.push(json!({"click": "button[value='save']"}));
    steps.push(json!({"see": ".flash.bad"}));
    steps.extend(look("level-refused", how));
    steps.push(json!({"goto": at.team}));
    steps.push(json!({"click": "button[value='save']"}));
    steps.push(json!({"see": ".flash"}));
    steps.extend(look("team-saved", how));
    steps.push(json!({"click": ".ask summary"}));
    steps.push(json!({"see": ".ask button"}));
    steps.extend(look("team-remove", how));
    steps
}
