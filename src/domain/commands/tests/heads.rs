//! What is a command, what is a question, and what is text.

use super::super::head::shown;
use super::super::{Unclear, Voice, sentences, understand};
use super::known;

/// What becomes of a text: how many lines are commands, how many of them are questions, and what is left.
type Row = (&'static str, usize, usize, &'static str);

const ROWS: &[Row] = &[
    // No command at all: whatever it looks like, every byte stays.
    ("Hello Grace", 0, 0, "Hello Grace"),
    ("", 0, 0, ""),
    (
        "#1 priority is your safety",
        0,
        0,
        "#1 priority is your safety",
    ),
    ("#1", 0, 0, "#1"),
    ("# Heading", 0, 0, "# Heading"),
    ("#", 0, 0, "#"),
    ("@", 0, 0, "@"),
    ("/", 0, 0, "/"),
    ("#!/bin/sh", 0, 0, "#!/bin/sh"),
    (
        "/etc/hosts is where it stands",
        0,
        0,
        "/etc/hosts is where it stands",
    ),
    ("/usr/bin/close", 0, 0, "/usr/bin/close"),
    ("/close/the/door", 0, 0, "/close/the/door"),
    ("@Ada thanks, will do", 0, 0, "@Ada thanks, will do"),
    ("@ada: have a look", 0, 0, "@ada: have a look"),
    ("@Grace thank you", 0, 0, "@Grace thank you"),
    ("@Grace, thank you", 0, 0, "@Grace, thank you"),
    ("@Nobody, thank you", 0, 0, "@Nobody, thank you"),
    ("@ada@agents.test thanks", 0, 0, "@ada@agents.test thanks"),
    ("@Lovelace knows", 0, 0, "@Lovelace knows"),
    ("@Marie knows", 0, 0, "@Marie knows"),
    (
        "#ACME-12 is the other one",
        0,
        0,
        "#ACME-12 is the other one",
    ),
    ("#123abc", 0, 0, "#123abc"),
    ("#include<stdio.h>", 0, 0, "#include<stdio.h>"),
    ("#fff is white", 1, 1, ""),
    ("#Über", 0, 0, "#Über"),
    ("resolve", 0, 0, "resolve"),
    ("- resolve", 0, 0, "- resolve"),
    ("- /close/the/door", 0, 0, "- /close/the/door"),
    ("./close", 0, 0, "./close"),
    ("</close>", 0, 0, "</close>"),
    ("#c++ is a language", 0, 0, "#c++ is a language"),
    ("*#1* is water", 0, 0, "*#1* is water"),
    ("*@Ada* knows", 0, 0, "*@Ada* knows"),
    ("- @Grace knows", 0, 0, "- @Grace knows"),
    ("\\- #resolve", 0, 0, "- #resolve"),
    ("\\*#note* is the word", 0, 0, "*#note* is the word"),
    ("Hi,\n#resolve", 0, 0, "Hi,\n#resolve"),
    ("Use this:\n\n#close\n", 0, 0, "Use this:\n\n#close"),
    (
        "Thanks!\nStatus: resolved",
        0,
        0,
        "Thanks!\nStatus: resolved",
    ),
    ("  indented code", 0, 0, "  indented code"),
    ("\\#resolve is the word", 0, 0, "#resolve is the word"),
    ("\\@note this", 0, 0, "@note this"),
    ("\\/close", 0, 0, "/close"),
    ("\\n is a line end", 0, 0, "\\n is a line end"),
    // What does not show hides no command.
    ("\u{200b}#note she is difficult", 1, 0, "she is difficult"),
    (
        "\u{feff}\u{200b}\n#\u{2060}no\u{ad}te\nDone.",
        1,
        0,
        "Done.",
    ),
    ("\u{200b}\\#resolve", 0, 0, "#resolve"),
    (
        "\u{200b}Hello \u{200b}Grace",
        0,
        0,
        "\u{200b}Hello \u{200b}Grace",
    ),
    // Commands.
    ("#resolve", 1, 0, ""),
    ("@resolve", 1, 0, ""),
    ("/resolve", 1, 0, ""),
    ("#Resolve\n", 1, 0, ""),
    ("#RESOLVE\r\n\r\nDone.\r\n", 1, 0, "Done."),
    ("  #resolve  \nDone.", 1, 0, "Done."),
    ("\n\n#resolve\n\nDone.\n", 1, 0, "Done."),
    ("#resolve\nDone.", 1, 0, "Done."),
    (
        "#resolve\n#tag a\n\n@assign me\n\nDone.\n\n#close",
        3,
        0,
        "Done.\n\n#close",
    ),
    ("#res", 1, 0, ""),
    ("#h\nOne moment.", 1, 0, "One moment."),
    ("#solved\nDone.", 1, 0, "Done."),
    ("#status solved", 1, 0, ""),
    ("#status: solved", 1, 0, ""),
    ("#priority: high\nNow.", 1, 0, "Now."),
    ("#resolve\n\n    code", 1, 0, "    code"),
    ("#resolve\n\\#close is the word", 1, 0, "#close is the word"),
    ("#note Bob knows more", 1, 0, "Bob knows more"),
    ("#note Bob knows\n#resolve", 1, 0, "Bob knows\n#resolve"),
    ("#note\nBob knows more", 1, 0, "Bob knows more"),
    (
        "#note\n#assign moog\nBob knows more",
        2,
        0,
        "Bob knows more",
    ),
    ("@note: Bob knows more", 1, 0, "Bob knows more"),
    ("#public\nDear Grace", 1, 0, "Dear Grace"),
    ("#internal\nhm", 1, 0, "hm"),
    // Emphasis and full-width signs are looked through.
    ("*#resolve*\nDone.", 1, 0, "Done."),
    ("**#resolve**\nDone.", 1, 0, "Done."),
    ("`#resolve`", 1, 0, ""),
    ("_#in_progress_", 1, 0, ""),
    ("*#assign moog*", 1, 0, ""),
    ("＃resolve", 1, 0, ""),
    ("＃ｎｏｔｅ：Bob knows", 1, 0, "Bob knows"),
    ("#\u{fe0f}\u{20e3}note\nBob knows", 1, 0, "Bob knows"),
    // Blocks as RT writes them.
    ("Status: resolved\n\nDone.", 1, 0, "Done."),
    ("Status: resolved", 1, 0, ""),
    (
        "status : resolved\nOwner: ada\nPriority: high\n\nDone.",
        3,
        0,
        "Done.",
    ),
    ("AddCc: eve@customers.test\n\nHi", 1, 0, "Hi"),
    (
        "Cc: eve@customers.test, zoe@customers.test\n\nHi",
        1,
        0,
        "Hi",
    ),
    ("Cc: Zoe <zoe@customers.test>\n\nHi", 1, 0, "Hi"),
    ("Status: resolved\nDone.", 0, 0, "Status: resolved\nDone."),
    (
        "Status: we are still looking into it",
        0,
        0,
        "Status: we are still looking into it",
    ),
    ("Status: shipped today.", 0, 0, "Status: shipped today."),
    ("Status: shipped", 1, 1, ""),
    ("Status:\n\nall good", 0, 0, "Status:\n\nall good"),
    ("Note: please restart it", 0, 0, "Note: please restart it"),
    ("Note: restart", 0, 0, "Note: restart"),
    ("From: ada\nTo: bob", 0, 0, "From: ada\nTo: bob"),
    ("Cc: the whole team", 0, 0, "Cc: the whole team"),
    (
        "Tag: vip\n#resolve\n\nDone.",
        0,
        0,
        "Tag: vip\n#resolve\n\nDone.",
    ),
    ("#resolve\nTag: vip\n\nDone.", 2, 0, "Done."),
    // Nearly commands are questions.
    ("## Resolve", 1, 1, ""),
    ("//resolve", 1, 1, ""),
    ("- #resolve", 1, 1, ""),
    ("> #resolve", 1, 1, ""),
    ("# resolve\nDone.", 1, 1, "Done."),
    ("#-resolve", 1, 1, ""),
    ("1. #resolve", 1, 1, ""),
    ("• #resolve", 1, 1, ""),
    ("#priority=urgent", 1, 1, ""),
    ("#assign->bob", 1, 1, ""),
    ("#merge12", 1, 1, ""),
    ("#cc@customers.test", 1, 1, ""),
    ("#resolve\n## tag vip\n\nDone.", 2, 1, "Done."),
    // Questions.
    ("#frobnicate", 1, 1, ""),
    ("#resolv now", 1, 1, ""),
    ("#reslove", 1, 1, ""),
    ("#re\nDone.", 1, 1, "Done."),
    ("#c", 1, 1, ""),
    ("@asign bob\nDone.", 1, 1, "Done."),
    ("@all please note", 1, 1, ""),
    ("/etc is full", 1, 1, ""),
    ("/me waves", 1, 1, ""),
    ("#resolve.", 1, 1, ""),
    ("#close, please", 1, 1, ""),
    ("#hold on, I will check", 1, 1, ""),
    ("#close to the door there is a lever", 1, 1, ""),
    ("#open source is good", 1, 1, ""),
    ("#include <stdio.h>", 1, 1, ""),
    ("#teamwork makes it work", 1, 1, ""),
    ("#assign", 1, 1, ""),
    ("#assign bob", 1, 1, ""),
    ("#assign zoe", 1, 1, ""),
    ("#assign ada please", 1, 1, ""),
    ("#team", 1, 1, ""),
    ("#team Third line", 1, 1, ""),
    ("#priority hih", 1, 1, ""),
    ("#category", 1, 1, ""),
    ("#category b", 1, 1, ""),
    ("#snooze", 1, 1, ""),
    ("#snooze yesterday", 1, 1, ""),
    ("#merge", 1, 1, ""),
    ("#merge it with the other", 1, 1, ""),
    ("#cc grace", 1, 1, ""),
    ("#cc Zoe <zoe@customers.test> grace", 1, 1, ""),
    ("#unspam\nSorry for the wait.", 1, 0, "Sorry for the wait."),
    ("#spam\n#unspam", 2, 1, ""),
    ("#resolve\n#reopen", 2, 1, ""),
    ("#assign ada\n#assign moog", 2, 1, ""),
    ("#note\n#public\nhm", 2, 1, "hm"),
    ("#spam\nThanks for writing", 1, 1, "Thanks for writing"),
    ("#resolve\n#frobnicate\n\nDone.", 2, 1, "Done."),
];

#[test]
fn a38_the_head_of_a_text_is_read_line_by_line() {
    assert!(ROWS.len() >= 100, "{}", ROWS.len());
    for (text, commands, questions, rest) in ROWS {
        let read = understand(text, &known());
        assert_eq!(
            (read.written.len(), read.unclear.len(), read.text.as_str()),
            (*commands, *questions, *rest),
            "{text:?} was read as {read:?}"
        );
    }
}

#[test]
fn a_question_names_the_line_and_what_may_have_been_meant() {
    for (text, problem, choice) in [
        ("#re", "begins more than one command", "#reopen"),
        ("#reslove", "no command", "#resolve"),
        ("#frobnicate", "no command", "#assign NAME | me | none"),
        (
            "#assign bob",
            "not exactly one person",
            "Bob Kahn <bob@agents.test>",
        ),
        (
            "#assign zoe",
            "not exactly one person",
            "Ada Lovelace <ada@agents.test>",
        ),
        ("#team x", "not exactly one team", "First line"),
        ("#status shipped", "not exactly one status", "on hold"),
        ("#category b", "not exactly one category", "bug"),
        (
            "#hold on, I will check",
            "Nothing may stand behind",
            "\\#hold on, I will check",
        ),
        ("#merge x", "not a ticket's number", "#merge ACME-12"),
        ("#snooze never", "no moment", "#snooze 2d"),
    ] {
        let questions = understand(text, &known()).unclear;
        let [Unclear { line, .. }] = questions.as_slice() else {
            panic!("{text}: {questions:?}");
        };
        assert_eq!(line, text);
        let all = sentences(&questions);
        assert!(
            all.contains(problem) && all.contains(choice),
            "{text}: {all}"
        );
    }
}

#[test]
fn a_note_is_a_note_however_it_is_written() {
    for text in [
        "#note x",
        "@note x",
        "/note x",
        "#note\nx",
        "#internal x",
        "#no x",
    ] {
        let read = understand(text, &known());
        assert_eq!(
            (read.orders.voice, read.text.as_str()),
            (Voice::Note, "x"),
            "{text}"
        );
    }
}

#[test]
fn a35_what_is_nearly_a_note_is_never_a_text_for_the_customer() {
    for line in [
        "*#note*",
        "**#note**",
        "_#note_",
        "__#note__",
        "`#note`",
        "~~#note~~",
        "＃note",
        "＃ｎｏｔｅ",
        "﹟note",
        "♯note",
        "# note",
        "#  note",
        "##note",
        "### Note",
        "#-note",
        "#--note",
        "- #note",
        "* #note",
        "• #note",
        "+ #note",
        "1. #note",
        "1) #note",
        "a) #note",
        "> #note",
        "(#note)",
        "[#note]",
        "\"#note\"",
        "„#note“",
        "#note=",
        "#note->",
        "#note-",
        "#note_",
        "#note.",
        "#note,",
        "#note?",
        "#note)",
        "#note*",
        "#note~",
        "#note#",
        "#note/",
        "#note1",
        "@ note",
        "@@note",
        "＠note",
        "//note",
        "/ note",
        "*@note*",
        "**/note**",
        "#/note",
        "#️⃣note",
        "#️⃣ note",
        "*#internal*",
        "# internal",
        "- #no",
        "*#note",
    ] {
        for text in [
            format!("{line}\nshe lies"),
            format!("{line} she lies\nalways"),
            format!("#resolve\n\n{line}\nshe lies"),
        ] {
            let read = understand(&text, &known());
            assert_eq!(
                read.orders.voice,
                Voice::Note,
                "{text:?} was read as {read:?}"
            );
            assert!(super::super::begins_a_note(&text), "{text:?}");
        }
    }
}

proptest::proptest! {
    /// Either the whole text is text, or what is left of it stands in it as it was.
    #[test]
    fn nothing_is_invented_and_nothing_below_the_head_is_lost(text in "([#@/][a-z]{0,8}( [a-z0-9]{0,4})?\n|[a-zA-Z:]{0,9}\n|\n|.{0,9}){0,6}") {
        let read = understand(&text, &known());
        if read.written.is_empty() {
            let bare = |text: &str| shown(shown(text).trim_start_matches('\\'));
            proptest::prop_assert_eq!(bare(&read.text), bare(&text));
        }
        for line in read.text.lines() {
            proptest::prop_assert!(text.contains(line));
        }
        for line in text.lines().filter(|line| !shown(line).is_empty()) {
            let bare = line.trim().trim_start_matches('\\');
            let kept = read.text.contains(bare) || read.written.iter().any(|written| written.contains(bare));
            proptest::prop_assert!(kept, "{:?} of {:?} is gone: {:?}", line, text, read);
        }
    }
}
