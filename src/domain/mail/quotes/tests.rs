use proptest::prelude::*;

use super::folds;
use crate::domain::mail::fold::unfolded;

fn reply(text: &str) -> String {
    unfolded(text, &folds(text, &[]))
}

#[test]
fn what_was_quoted_is_folded_in_every_form() {
    for (text, want) in [
        ("Hello\n\nWorld\n", "Hello\n\nWorld"),
        (
            "Yes.\n\nOn Mon, 2 Nov 2026 at 10:00, Ada <ada@acme.test> wrote:\n\n> Is it?\n> Really?\n",
            "Yes.",
        ),
        (
            "Yes.\n\nOn Mon, 2 Nov 2026 at 10:00, Ada Lovelace\n<ada@acme.test> wrote:\n> Is it?\n",
            "Yes.",
        ),
        (
            "Ja.\n\nAm 02.11.2026 um 10:00 schrieb Ada:\n> Ist es?\n",
            "Ja.",
        ),
        (
            "Oui.\n\nLe lun. 2 nov. 2026 à 10:00, Ada <ada@acme.test> a écrit :\n> Est-ce ?\n",
            "Oui.",
        ),
        (
            "Sí.\n\nEl lun, 2 nov 2026 a las 10:00, Ada (<ada@acme.test>) escribió:\n\n> ¿Es?\n",
            "Sí.",
        ),
        (
            "好。\n\n在 2026年11月2日,10:00,Ada <ada@acme.test> 写道:\n> 吗\n",
            "好。",
        ),
        (
            "Yes.\n\n-----Original Message-----\nFrom: Ada\nIs it?\n",
            "Yes.",
        ),
        (
            "Ja.\n\n________________________________\nVon: Ada <ada@acme.test>\nGesendet: Montag, 2. November 2026 10:00\nAn: Desk\nBetreff: Frage\n\nIst es?\n",
            "Ja.",
        ),
        (
            "Yes.\n\nOn Mon, 2 Nov 2026 at 10:00, Ada <ada@acme.test> wrote:\nIs it?\n",
            "Yes.",
        ),
    ] {
        assert_eq!(reply(text), want, "{text}");
    }
}

#[test]
fn an_answer_below_or_between_quotes_stays_visible() {
    let text = "On Mon, 2 Nov 2026 at 10:00, Ada <ada@acme.test> wrote:\n> One?\n\nYes.\n\n> Two?\n\nNo.\n";
    let reply = reply(text);
    assert!(reply.contains("Yes.") && reply.contains("No."), "{reply}");
}

#[test]
fn signatures_are_folded() {
    for (text, want) in [
        ("Hi\n\n-- \nAda\nAcme\n", "Hi"),
        ("Hi\n\nSent from my phone\n", "Hi"),
        (
            "Hi\n\n-- \nAda\n\nOn Mon, 2 Nov 2026 at 10:00, Bob <b@acme.test> wrote:\n> x\n",
            "Hi",
        ),
        ("Two lists:\n--\na\n--\nb\n", "Two lists:"),
    ] {
        assert_eq!(reply(text), want, "{text}");
    }
}

#[test]
fn a_text_is_folded_whole_only_if_it_says_that_it_is_another_mail() {
    let phone = "Sent from my iPhone the pictures never arrive. Please help.";
    for (text, want) in [
        (phone, phone),
        (
            "> lpstat -t\n> printer burns\n",
            "> lpstat -t\n> printer burns",
        ),
        (
            "> On Mon, 2 Nov 2026 at 10:00, Ada <ada@acme.test> wrote:\n>> Is it?\n",
            "",
        ),
        (
            "On Mon, 2 Nov 2026 at 10:00, Ada <ada@acme.test> wrote:\n> Is it?\n",
            "",
        ),
    ] {
        assert_eq!(reply(text), want, "{text}");
    }
}

#[test]
fn a_mail_that_only_forwards_is_shown() {
    let text = "---------- Forwarded message ----------\nFrom: Ada <ada@acme.test>\nDate: Mon\nSubject: x\nTo: y\n\nPlease help.\n";
    assert!(reply(text).contains("Please help."));
}

proptest! {
    #[test]
    fn folds_are_sorted_disjoint_and_in_range(
        pieces in proptest::collection::vec(
            prop_oneof![
                Just("> quoted\n".to_owned()), Just("\n".to_owned()), Just("-- \n".to_owned()),
                Just("On Mon, 2 Nov 2026 at 10:00, Ada <a@b.c> wrote:\n".to_owned()),
                Just("From: a\nSent: b\nTo: c\n".to_owned()), Just("Sent from my phone\n".to_owned()),
                Just("-----Original Message-----\n".to_owned()), "\\PC{0,30}\n", "[ü\u{10ffff}> ]{0,9}",
            ], 0..30)
    ) {
        let text: String = pieces.concat();
        let length = text.chars().count();
        let mut at = 0;
        for fold in folds(&text, &[]) {
            prop_assert!(fold.start >= at && fold.start < fold.end && fold.end <= length);
            at = fold.end;
        }
    }
}

#[test]
fn a_megabyte_of_anything_takes_its_share_of_time_and_no_more() {
    let time = |line: &str, bytes: usize| {
        let text = line.repeat(bytes / line.len());
        let begun = std::time::Instant::now();
        let length = text.chars().count();
        assert!(folds(&text, &[]).iter().all(|fold| fold.end <= length));
        begun.elapsed().as_secs_f64()
    };
    for line in [
        ">",
        "> \n",
        "On Mon\n",
        "On Mon:\n",
        "On Mon, 2 Nov 2026 at 10:00, Ada <a@b.c> wrote:\n",
        "AB> x\n",
        "| x\n",
        "From: a\nTo: b@c.d\n",
        "-----Original Message-----\n",
        "Sent from my phone\n",
        "-- \n",
        "a@b.c\n\n",
    ] {
        let (small, large) = (time(line, 1 << 17), time(line, 1 << 20));
        // Eight times the text; the rest is for a busy machine.
        assert!(
            large < 40.0 * small + 2.0,
            "{line:?}: {small} s, then {large} s"
        );
    }
}
