use super::*;
use crate::domain::mail::folds;

/// A desk whose customer wrote this.
fn ours() -> Ours {
    let messages = [
        "one\ntwo\n\nMy printer burns since yesterday, and it smells of rubber.\n> Get-Service spooler",
    ];
    Ours::new(["support@acme.test"].into_iter(), messages.into_iter())
}

fn read(text: &str) -> (String, bool, Option<String>) {
    let words = own(text, &folds(text, &[]), &ours());
    (words.text, words.marker_left, words.doubtful)
}

#[test]
fn a35_what_is_quoted_is_left_out_and_our_line_among_the_words_is_noticed() {
    let line = marker("Write above this line");
    let on = "On Mon, 23 Nov 2026, Acme <support@acme.test> wrote:";
    let block = "From: Acme\nSent: Monday\nTo: Ada\nSubject: x\n";
    for (text, words, marker_left) in [
        ("Use water.".to_owned(), "Use water.", false),
        // Top-posted, bottom-posted, between the lines.
        (
            format!("Use water.\n\n{on}\n> {line}\n> one\n"),
            "Use water.",
            false,
        ),
        (
            format!("{on}\n> {line}\n> one\n\nUse water.\n"),
            "Use water.",
            false,
        ),
        (
            format!("{on}\n> {line}\n> one\n\nUse water.\n\n> two\n\nAnd sand.\n"),
            "Use water.\n\nAnd sand.",
            false,
        ),
        (
            format!("Use water.\n\n-----Original Message-----\n{block}\n{line}\none\n"),
            "Use water.",
            false,
        ),
        (
            format!("Use water.\n\n________________________________\n{block}\n{line}\none\n"),
            "Use water.",
            false,
        ),
        (format!("{on}\n> {line}\n> one\n"), "", false),
        // Not quoted at all: what stands below is cut, and a person looks.
        (format!("Use water.\n\n{line}\none\n"), "Use water.", true),
        // Below our line: what is theirs cannot be told, and a person looks at all of it.
        (
            format!("{line}\none\n\nUse water.\n"),
            "one\n\nUse water.",
            true,
        ),
        (format!("Use water.\nxx {line}"), "Use water.", true),
    ] {
        assert_eq!(read(&text), (words.to_owned(), marker_left, None), "{text}");
    }
}

#[test]
fn what_an_agent_wrote_is_never_cut_and_what_may_be_a_quote_is_doubtful() {
    let line = marker("Write above this line");
    let quote =
        format!("\n\nOn Mon, 23 Nov 2026, Acme <support@acme.test> wrote:\n> {line}\n> one\n");
    let trip = "From: Berlin\nTo: Hamburg\nDate: 24.11.2026\nSubject: your repair";
    for (words, doubtful) in [
        (
            "Two options:\n--\n1. reinstall\n2. replace\n\nWhich one?",
            None,
        ),
        (
            "Run this:\n> Get-Service spooler\n> Restart-Service spooler\nand tell me.",
            None,
        ),
        ("Hi\n\n-- \nAda\n\nP.S. The cable is in the box.", None),
        (
            "Your trip:\n\nFrom: Berlin\nTo: Hamburg\nDate: 24.11.2026\nSubject: your repair\n\nSafe travels.",
            Some("From: Berlin"),
        ),
        (
            "The log says:\n\n-----Original Message-----\nfailed at 10:00\n\nDo you see that?",
            Some("-----Original Message-----"),
        ),
        (
            "Sign here:\n________________________________\nFrom: Ada <ada@acme.test>\nTo: Bob\nSubject: x\n\nAnd send it.",
            Some("____"),
        ),
        (
            "He told me:\n\nOn Tue, 24 Nov 2026 at 9:00, Bob <bob@elsewhere.test> wrote:\n> Nothing works.\n\nThat is why.",
            Some("On Tue"),
        ),
    ] {
        for text in [words.to_owned(), format!("{words}{quote}")] {
            let (kept, marker_left, doubt) = read(&text);
            assert_eq!((kept.as_str(), marker_left), (words, false), "{text}");
            match doubtful {
                None => assert_eq!(doubt, None, "{text}"),
                Some(beginning) => assert!(doubt.unwrap().starts_with(beginning), "{text}"),
            }
        }
    }
    // An introduction in words that nobody foresaw.
    let text = format!("Use water.\n\nAcme support@acme.test xyzzy kunagi\n\n> {line}\n> one\n");
    let (kept, marker_left, doubt) = read(&text);
    assert_eq!(
        (kept.as_str(), marker_left),
        ("Use water.\n\nAcme support@acme.test xyzzy kunagi", false)
    );
    assert!(doubt.unwrap().starts_with("Acme support"));
    // Directly above the notice's own header lines.
    let trip = format!("Your trip:\n{trip}");
    let text = format!(
        "{trip}\n\nFrom: Acme <support@acme.test>\nSent: Monday, 23 November 2026 10:00\nTo: Ada\nSubject: x\n\n{line}\none\n"
    );
    assert_eq!(read(&text).0, trip);
}

#[test]
fn a_quote_without_our_line_is_known_by_what_it_says() {
    for (text, words, doubtful) in [
        (
            "Use water.\n\nOn Monday at 10:00, Acme wrote:\n> one\n> three\n",
            "Use water.",
            false,
        ),
        (
            "Use water.\n\nOn Monday at 10:00, Acme <support@acme.test> wrote:\n> three\n",
            "Use water.",
            false,
        ),
        (
            "Use water.\n\nOn Monday at 10:00, Acme wrote:\n> three\n",
            "Use water.\n\nOn Monday at 10:00, Acme wrote:\n> three",
            true,
        ),
        (
            "> My printer burns since yesterday,\n> and it smells of rubber.\nUse water.",
            "Use water.",
            false,
        ),
        (
            "> one\n> three\nUse water.",
            "> one\n> three\nUse water.",
            false,
        ),
        // Not marked as quoted: whose words are whose cannot be told.
        (
            "Use water.\n\nFrom: Acme <support@acme.test>\nSent: Monday, 23 November 2026 10:00\nTo: Ada\nSubject: x\n\none\n",
            "Use water.\n\nFrom: Acme <support@acme.test>\nSent: Monday, 23 November 2026 10:00\nTo: Ada\nSubject: x\n\none",
            true,
        ),
    ] {
        let (kept, marker_left, doubt) = read(text);
        assert_eq!(
            (kept.as_str(), marker_left, doubt.is_some()),
            (words, false, doubtful),
            "{text}"
        );
    }
}

#[test]
fn signatures_and_what_devices_add_are_left_out() {
    let line = marker("Write above this line");
    let quote =
        format!("\n\nOn Mon, 23 Nov 2026, Acme <support@acme.test> wrote:\n> {line}\n> one\n");
    for tail in [
        "\n\n-- \nAda Lovelace\nAcme GmbH\n",
        "\n--\nAda\n",
        "\n\nSent from my iPhone\n",
    ] {
        assert_eq!(
            read(&format!("Use water.{tail}{quote}")).0,
            "Use water.",
            "{tail}"
        );
        assert_eq!(read(&format!("Use water.{tail}")).0, "Use water.", "{tail}");
    }
    assert_eq!(read("Sent from my iPhone\n").0, "");
    let words = "Sent from my iPhone the pictures never arrive. Please help.";
    assert_eq!(read(words).0, words);
}

#[test]
fn a_text_that_is_signed_in_place_is_read_without_its_armour() {
    let text = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n#note\n- -- she lies\n-----BEGIN PGP SIGNATURE-----\n\niQ\n-----END PGP SIGNATURE-----\n";
    assert_eq!(read(text).0, "#note\n-- she lies");
}
