//! Any text as what an agent writes on top of an answer.
#![no_main]

use postroom_fuzz::domain::agent_mail::{caution, words};
use postroom_fuzz::domain::commands::{Known, Named, understand};
use postroom_fuzz::domain::ids::{TeamId, UserId};
use postroom_fuzz::domain::mail::folds;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let id = uuid::Uuid::from_u128;
    let known = Known {
        me: Some(UserId(id(1))),
        people: vec![Named {
            id: UserId(id(1)),
            name: "Ada Lovelace".to_owned(),
            address: "ada@agents.test".to_owned(),
        }],
        teams: vec![Named {
            id: TeamId(id(2)),
            name: "First line".to_owned(),
            address: String::new(),
        }],
        categories: vec!["billing".to_owned()],
        others: vec!["Grace Hopper".to_owned()],
        key_prefix: "ACME".to_owned(),
        now: chrono::DateTime::UNIX_EPOCH,
        zone: chrono_tz::Europe::Berlin,
    };
    let read = understand(text, &known);
    // Every line is a command or text, and text is what it was.
    for line in read.text.lines() {
        assert!(text.contains(line), "{line:?} was never written");
    }
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let bare = line.strip_prefix('\\').unwrap_or(line);
        let kept = read.text.contains(bare) || read.written.iter().any(|w| w.contains(bare));
        assert!(kept, "{line:?} is gone");
    }
    assert!(read.written.len() <= 100);
    let own = words::own(text, &folds(text, &[]), &words::Ours::default());
    assert!(!own.text.contains("=-=-=-="), "our line is never among the words");
    caution::repeats(text, &read.text);
});
