//! format=flowed, RFC 3676: lines that end with a blank go on in the next line.

/// Joins flowed lines. With `delete_space` the blank at the joint goes too (DelSp). The signature's
/// delimiter `-- ` is never joined, quoted lines only with lines of the same depth.
pub(super) fn join(text: &str, delete_space: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut open: Option<usize> = None;
    for (number, line) in text.split('\n').enumerate() {
        let depth = line.bytes().take_while(|&byte| byte == b'>').count();
        let content = line.get(depth..).unwrap_or_default();
        // Space-stuffing, section 4.4.
        let content = content.strip_prefix(' ').unwrap_or(content);
        let is_delimiter = content == "-- ";
        if open == Some(depth) && !is_delimiter {
            if delete_space {
                out.pop();
            }
        } else {
            if number > 0 {
                out.push('\n');
            }
            out.extend(std::iter::repeat_n('>', depth));
            if depth > 0 && !content.is_empty() {
                out.push(' ');
            }
        }
        out.push_str(content);
        open = (content.ends_with(' ') && !is_delimiter).then_some(depth);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::join;

    #[test]
    fn flowed_lines_are_joined() {
        for (text, delete, want) in [
            ("one \ntwo\nthree", false, "one two\nthree"),
            ("one \ntwo", true, "onetwo"),
            ("> one \n> two\nmine", false, "> one two\nmine"),
            ("> one \nmine", false, "> one \nmine"),
            ("one \n-- \nAda", false, "one \n-- \nAda"),
            (" >not quoted", false, ">not quoted"),
            ("a\n\nb", false, "a\n\nb"),
            ("\n\nb", false, "\n\nb"),
        ] {
            assert_eq!(join(text, delete), want, "{text:?}");
        }
    }
}
