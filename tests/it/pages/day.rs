//! A day's work: log in, read, answer, note, change; and the mail that comes of it.

use serde_json::json;

use super::{Place, work};
use crate::support::TestDatabase;
use crate::support::browser::Seen;
use crate::support::database::both_databases;

/// Nothing on the console: no error, no refused request, no violation of the policy.
fn quiet(seen: &Seen) {
    assert!(seen.problems.is_empty(), "{:?}", seen.problems);
}

/// What must be true after the work, whichever way it was done.
async fn done(place: &Place) {
    let sent = place
        .road
        .queued("grace@customers.test")
        .await
        .pop()
        .unwrap();
    assert!(sent.contains("Use water."), "{sent}");
    assert!(!sent.contains("difficult"), "a note left the house: {sent}");
    let ticket = place.road.ticket("ACME-1").await;
    assert_eq!(ticket.status.as_str(), "on_hold");
    assert_eq!(ticket.priority.as_str(), "high");
    let notes = place.road.messages("ACME-1").await;
    assert_eq!(
        notes
            .iter()
            .filter(|message| message.kind.as_str() == "note")
            .count(),
        1
    );
}

both_databases! {
    async fn an_agent_works_by_keyboard_alone(database: TestDatabase) {
        let place = Place::new(database).await;
        let seen = work(&place.browser(), json!([
            {"goto": "/tickets/ACME-1?view=inbox"},
            {"see": "article.message"},
            {"press": "r"},
            {"see": "#reply-text:focus"},
            {"fill": ["#reply-text", "Use water."]},
            {"press": "Control+Enter"},
            {"see": ".flash"}, {"text": ".flash", "as": "reply"},
            {"press": "Escape"}, {"press": "n"},
            {"see": "#note-text:focus"},
            {"fill": ["#note-text", "The customer is difficult."]},
            {"press": "Control+Enter"},
            {"see": ".message.note"},
            {"select": ["#p-status", "on_hold"]}, {"select": ["#p-priority", "high"]},
            {"click": ".save-when-changed"},
            {"see": ".facts .status.on_hold"},
            {"press": "j"}, {"see": ".row:focus"}, {"press": "Enter"}, {"see": "article.ticket"},
            {"press": "?"}, {"see": "dialog[open]"}, {"press": "Escape"}, {"see_gone": "dialog[open]"},
            {"press": "g"}, {"press": "w"}, {"see": "[data-view=waiting][aria-current]"},
            {"text": "#rows", "as": "waiting"},
        ])).await;
        assert_eq!(seen.values["reply"], "Your reply is on its way.");
        assert!(seen.values["waiting"].as_str().unwrap().contains("Printer on fire"), "{}", seen.values);
        quiet(&seen);
        done(&place).await;
    }

    async fn an_agent_works_on_a_phone_without_javascript(database: TestDatabase) {
        let place = Place::new(database).await;
        let seen = work(&place.browser().narrow().without_javascript(), json!([
            {"goto": "/tickets?view=all"}, {"click": ".row:last-of-type"}, {"see": "article.ticket"},
            {"fill": ["#reply-text", "Use water."]},
            {"click": ".write-reply button.primary"},
            {"see": ".flash"}, {"text": ".flash", "as": "reply"},
            {"click": "label[for=compose-note]"},
            {"fill": ["#note-text", "The customer is difficult."]},
            {"click": ".write-note button.primary"},
            {"see": ".message.note"},
            {"click": ".panel-open"},
            {"select": ["#p-status", "on_hold"]}, {"select": ["#p-priority", "high"]},
            {"click": ".save-when-changed"},
            {"see": ".facts .status.on_hold"},
            {"click": ".back"}, {"see": ".row"},
        ])).await;
        assert_eq!(seen.values["reply"], "Your reply is on its way.");
        quiet(&seen);
        done(&place).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_is_let_in_with_one_click() {
    let place = Place::new(TestDatabase::sqlite()).await;
    let seen = work(
        &place.browser(),
        json!([
            {"goto": "/tickets/ACME-1"},
            {"see": ".message.held"}, {"text": ".held-bar", "as": "why"},
            {"click": ".held-bar .primary"},
            {"see": ".flash"}, {"see_gone": ".message.held"},
            {"text": "article.ticket", "as": "ticket"},
        ]),
    )
    .await;
    assert!(seen.values["why"].as_str().unwrap().contains("Open apart"));
    assert!(
        seen.values["ticket"]
            .as_str()
            .unwrap()
            .contains("howard@elsewhere.test")
    );
    quiet(&seen);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_quote_is_folded_and_the_reasons_are_in_sentences() {
    let place = Place::new(TestDatabase::sqlite()).await;
    let seen = work(
        &place.browser(),
        json!([
            {"goto": "/tickets/ACME-1"},
            {"count": ".fold[open]", "as": "open"}, {"count": ".fold", "as": "folds"},
            {"click": ".fold summary"}, {"see": ".fold[open] .part"},
            {"click": ".why:has-text('Why is it here') summary"}, {"see": ".why[open] .steps"}, {"text": ".why[open] .steps", "as": "why"},
            {"text": ".clock", "as": "clock"},
        ]),
    )
    .await;
    assert_eq!(seen.values["open"], 0);
    assert_eq!(seen.values["folds"], 1);
    let why = seen.values["why"].as_str().unwrap();
    assert!(
        why.contains("Where it belongs") && why.contains("Which ticket it continues"),
        "{why}"
    );
    assert!(
        seen.values["clock"]
            .as_str()
            .unwrap()
            .contains("First response")
    );
    quiet(&seen);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_typed_survives_a_reload_and_is_gone_after_sending() {
    let place = Place::new(TestDatabase::sqlite()).await;
    let typed = "#reply-text:not(:placeholder-shown)";
    let seen = work(
        &place.browser(),
        json!([
            {"goto": "/tickets/ACME-1"},
            {"fill": ["#reply-text", "Half a sent"]},
            {"goto": "/tickets/ACME-2"}, {"see": "#reply-text:placeholder-shown"},
            {"goto": "/tickets/ACME-1"}, {"see": typed},
            {"click": ".write-reply button.primary"}, {"see": ".flash"},
            {"goto": "/tickets/ACME-1"}, {"see": "#reply-text:placeholder-shown"},
        ]),
    )
    .await;
    quiet(&seen);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn out6_a_reply_with_files_and_blind_copies_names_who_is_new_before_it_goes() {
    for javascript in [true, false] {
        let place = Place::new(TestDatabase::sqlite()).await;
        let browser = place.browser();
        let browser = if javascript {
            browser
        } else {
            browser.without_javascript()
        };
        let again = json!(["#reply-files", ["plan.txt", "the plan"]]);
        let mut steps = vec![
            json!({"goto": "/tickets/ACME-1"}),
            json!({"click": ".write-reply details.who summary"}),
            json!({"fill": ["#reply-bcc", "boss@elsewhere.test"]}),
            json!({"files": again}),
            json!({"fill": ["#reply-text", "Here is the plan."]}),
            json!({"click": ".write-reply button.primary"}),
            json!({"see": "#reply-error"}),
            json!({"text": "#reply-error", "as": "why"}),
            json!({"screenshot": format!("composer-{javascript}")}),
            json!({"count": ".write-reply details.who[open]", "as": "open"}),
            json!({"count": "[data-again-files]", "as": "again"}),
        ];
        if javascript {
            // It needs the page's timers, which stand still without JavaScript.
            steps.push(json!({"axe": "objections"}));
        } else {
            steps.push(json!({"files": again}));
        }
        steps.extend([
            json!({"click": ".write-reply .foot input[name=outsiders]"}),
            json!({"click": ".write-reply button.primary"}),
            json!({"see": ".flash"}),
            json!({"text": ".message:last-of-type .files", "as": "files"}),
        ]);
        let seen = work(&browser, steps.into()).await;
        let why = seen.values["why"].as_str().unwrap();
        assert!(why.contains("boss@elsewhere.test"), "{why}");
        assert_eq!(
            seen.values["open"], 1,
            "what was typed as blind copies shows"
        );
        assert_eq!(
            seen.values["again"],
            i32::from(!javascript),
            "a page cannot bring files back, the program can"
        );
        if javascript {
            assert_eq!(seen.values["objections"], json!([]));
        }
        assert!(seen.values["files"].as_str().unwrap().contains("plan.txt"));
        for who in ["grace@customers.test", "boss@elsewhere.test"] {
            let raw = place.road.queued(who).await.pop().unwrap();
            let sent = postroom::domain::mail::parse(raw.as_bytes());
            assert_eq!(
                (sent.text.trim(), sent.attachments.len()),
                ("Here is the plan.", 1),
                "{who}"
            );
            assert!(
                !raw.contains("boss@elsewhere.test"),
                "{who} sees nobody's blind copy: {raw}"
            );
        }
    }
}
