//! Whether a mail passes another one on. Then what stands below a header block is content.

/// What mail programs put before the subject of a mail that is passed on, lower case.
const PREFIXES: &[&str] = &[
    "fw",
    "fwd",
    "wg",
    "tr",
    "rv",
    "i",
    "enc",
    "doorst",
    "dw",
    "vb",
    "vl",
    "pd",
    "fs",
    "fwd (fwd)",
    "továbbítás",
    "továb",
    "ilt",
    "i̇lt",
    "πρθ",
    "transf",
    "redir",
    "пересл",
    "пер",
    "转发",
    "轉寄",
    "轉發",
    "転送",
    "전달",
    "הועבר",
    "fyi",
    "reenv",
    "reenviar",
    "encaminhado",
    "inoltro",
    "weitergeleitet",
];

/// Whether the first mark of a subject is one of passing on. `Re: Fwd:` is an answer.
pub fn is_forwarded(subject: &str) -> bool {
    let subject = subject.trim_start_matches(|c: char| c.is_whitespace() || c == '[');
    let Some(at) = subject.find([':', '：', ']']) else {
        return false;
    };
    let prefix = subject.get(..at).unwrap_or_default().trim();
    prefix.len() <= 24 && PREFIXES.contains(&prefix.to_lowercase().as_str())
}

/// Whether a mail with this subject and text is passed on. `VS:` is Danish and Norwegian for that (`videresendt`), and
/// Finnish and Estonian for an answer (`vastaus`, `vastus`): the words of the header block below tell which.
pub(super) fn passes_on(subject: &str, text: &str) -> bool {
    if is_forwarded(subject) {
        return true;
    }
    let ambiguous = subject
        .trim_start()
        .split_once([':', '：'])
        .is_some_and(|(mark, _)| mark.trim().eq_ignore_ascii_case("vs"));
    ambiguous
        && text.lines().any(|line| {
            let line = line.trim_start_matches(|c: char| c.is_whitespace() || ">*_".contains(c));
            line.get(.."fra:".len())
                .is_some_and(|word| word.eq_ignore_ascii_case("fra:"))
        })
}

#[cfg(test)]
mod tests {
    use super::{is_forwarded, passes_on};

    #[test]
    fn vs_is_an_answer_in_finnish_and_a_mail_passed_on_in_danish() {
        assert!(!is_forwarded("VS: Tilaus"));
        for (text, want) in [
            ("Kiitos.\n\nLähettäjä: Ada\nLähetetty: maanantai\n", false),
            ("Kiitos.\n", false),
            ("Til info.\n\nFra: Ada <a@b.test>\nSendt: mandag\n", true),
            ("Til info.\n\n*Fra:* Ada <a@b.test>\n", true),
        ] {
            assert_eq!(passes_on("VS: Tilaus", text), want, "{text}");
        }
    }

    #[test]
    fn the_first_mark_of_the_subject_tells() {
        for (subject, want) in [
            ("Fwd: Order", true),
            ("FW: Order", true),
            ("WG: AW: Bestellung", true),
            ("轉寄: x", true),
            ("[Fwd: Order]", true),
            ("Re: Fwd: Order", false),
            ("Order: forwarded", false),
            ("Order", false),
            ("VS: Tilaus", false),
        ] {
            assert_eq!(is_forwarded(subject), want, "{subject}");
        }
    }
}
