//! How UIDs and folder names are written in commands.

use std::fmt::Write;

use data_encoding::BASE64_NOPAD;

/// The longest list of UIDs in one command. Servers refuse lines of more than about 8,000 bytes.
const LONGEST_SET: usize = 4000;

/// `uids` as sequence sets (`1:3,7`), each short enough for one command. A range never covers a UID that
/// was not asked for.
pub(super) fn uid_sets(uids: &[u32]) -> Vec<String> {
    let mut sorted = uids.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    let mut sets: Vec<String> = Vec::new();
    for run in sorted.chunk_by(|a, b| a.checked_add(1) == Some(*b)) {
        let (Some(first), Some(last)) = (run.first(), run.last()) else {
            continue;
        };
        if sets.last().is_none_or(|set| set.len() > LONGEST_SET) {
            sets.push(String::new());
        }
        if let Some(set) = sets.last_mut() {
            if !set.is_empty() {
                set.push(',');
            }
            // Writing to a string cannot fail.
            let _ = if first == last {
                write!(set, "{first}")
            } else {
                write!(set, "{first}:{last}")
            };
        }
    }
    sets
}

/// A folder's name as a quoted string in modified UTF-7 (RFC 3501 section 5.1.3), in which IMAP4rev1
/// writes everything that is not printable ASCII.
pub(super) fn folder(name: &str) -> String {
    quoted(&utf7(name))
}

/// A quoted string. Control characters, which none may contain, are left out.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars().filter(|c| !c.is_control()) {
        if matches!(c, '"' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
    out
}

/// A folder's name in modified UTF-7, not quoted yet.
pub(super) fn utf7(name: &str) -> String {
    let printable = |c: char| matches!(c, ' '..='~');
    let mut out = String::with_capacity(name.len());
    let mut rest = name;
    while let Some(c) = rest.chars().next() {
        let same = rest
            .find(|other| printable(other) != printable(c))
            .unwrap_or(rest.len());
        let (run, after) = rest.split_at(same);
        rest = after;
        if printable(c) {
            out.push_str(&run.replace('&', "&-"));
        } else {
            let utf16: Vec<u8> = run.encode_utf16().flat_map(u16::to_be_bytes).collect();
            out.push('&');
            out.push_str(&BASE64_NOPAD.encode(&utf16).replace('/', ","));
            out.push('-');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uids_become_ranges_of_neighbours_only() {
        for (uids, set) in [
            (&[1, 2, 3][..], "1:3"),
            (&[7, 3, 2, 1, 3], "1:3,7"),
            (&[5], "5"),
            (&[1, 3, 5], "1,3,5"),
            (&[u32::MAX - 1, u32::MAX], "4294967294:4294967295"),
        ] {
            assert_eq!(uid_sets(uids), [set]);
        }
        assert!(uid_sets(&[]).is_empty());
    }

    #[test]
    fn a_long_list_becomes_several_commands() {
        let odd: Vec<u32> = (0..10_000).map(|n| 2 * n + 1).collect();
        let sets = uid_sets(&odd);
        assert!(sets.len() > 5);
        assert!(sets.iter().all(|set| set.len() < LONGEST_SET + 30));
        let joined: Vec<u32> = sets
            .iter()
            .flat_map(|set| set.split(','))
            .map(|uid| uid.parse().unwrap())
            .collect();
        assert_eq!(joined, odd);
    }

    #[test]
    fn folder_names_are_written_in_modified_utf7() {
        for (name, written) in [
            ("INBOX", r#""INBOX""#),
            ("Erledigt & fertig", r#""Erledigt &- fertig""#),
            ("Entwürfe", r#""Entw&APw-rfe""#),
            (
                "~peter/mail/台北/日本語",
                r#""~peter/mail/&U,BTFw-/&ZeVnLIqe-""#,
            ),
            (r#"a"b\c"#, r#""a\"b\\c""#),
            ("😀", r#""&2D3eAA-""#),
        ] {
            assert_eq!(folder(name), written, "{name}");
        }
    }

    #[test]
    fn no_name_ends_the_command() {
        assert!(!folder("a\r\nA2 DELETE b").contains(['\r', '\n']));
        assert_eq!(quoted("a\r\nb"), r#""ab""#);
    }
}
