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
    // A command is kept without the characters that do not show.
    let shown = |line: &str| -> String {
        let hidden = |c: &char| {
            matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
        };
        line.chars().filter(|c| !hidden(c)).collect()
    };
    let (left, written) = (shown(&read.text), shown(&read.written.join("\n")));
    for line in text.lines().map(shown) {
        let line = line.trim();
        let bare = line.strip_prefix('\\').unwrap_or(line);
        let kept = left.contains(bare) || written.contains(bare);
        assert!(kept, "{line:?} is gone");
    }
    assert!(read.written.len() <= 100);
    let own = words::own(text, &folds(text, &[]), &words::Ours::default());
    assert!(!own.text.contains("=-=-=-="), "our line is never among the words");
    caution::repeats(text, &read.text);
});
