//! File names of attachments, made safe to show and to download under (A17).

/// Bytes of a file name.
const MAX_BYTES: usize = 150;

/// The last path part of the sender's name without control characters, direction marks, invisible
/// characters and leading dots, cut to 150 bytes with its ending kept. `fallback` where nothing is left.
pub(super) fn safe(name: &str, fallback: &str) -> String {
    let base = name
        .trim_end_matches(['/', '\\'])
        .rsplit(['/', '\\'])
        .next()
        .unwrap_or_default();
    let visible: String = base
        .chars()
        .filter(|&c| !is_hidden(c))
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .collect();
    let visible = visible.trim().trim_start_matches(['.', ' ']);
    if visible.is_empty() {
        return fallback.to_owned();
    }
    shorten(visible)
}

/// The type of a file that came without one, by the ending of its name.
pub(super) fn content_type(name: &str) -> &'static str {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    match ending.to_ascii_lowercase().as_str() {
        "txt" | "log" | "md" => "text/plain",
        "htm" | "html" => "text/html",
        "csv" => "text/csv",
        "ics" => "text/calendar",
        "pdf" => "application/pdf",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "zip" => "application/zip",
        "eml" => "message/rfc822",
        _ => "application/octet-stream",
    }
}

/// Characters that do not show, or that change how the others show.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

fn shorten(name: &str) -> String {
    if name.len() <= MAX_BYTES {
        return name.to_owned();
    }
    let ending = name
        .rfind('.')
        .and_then(|dot| name.get(dot..))
        .filter(|ending| ending.len() <= 20)
        .unwrap_or_default();
    let mut end = MAX_BYTES - ending.len();
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{ending}", name.get(..end).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a17_names_are_made_safe() {
        for (name, want) in [
            ("invoice.pdf", "invoice.pdf"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\ada\\a.txt", "a.txt"),
            ("x\u{202e}fdp.exe", "xfdp.exe"),
            ("\u{200b}.htaccess", "htaccess"),
            ("a\r\nb\0.txt", "ab.txt"),
            ("...", "attachment"),
            ("/", "attachment"),
            ("日本語 の 文書.pdf", "日本語 の 文書.pdf"),
        ] {
            assert_eq!(safe(name, "attachment"), want, "{name:?}");
        }
        let long = safe(&format!("{}.pdf", "ü".repeat(200)), "x");
        assert!(long.len() <= 150 && long.ends_with("ü.pdf"), "{long}");
    }
}
