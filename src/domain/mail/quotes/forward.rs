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
    "vs",
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

#[cfg(test)]
mod tests {
    use super::is_forwarded;

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
        ] {
            assert_eq!(is_forwarded(subject), want, "{subject}");
        }
    }
}
