//! Which declarations of a `style` attribute stay.

/// Properties that stay; a trailing `-` means all that begin so.
const PROPERTIES: &[&str] = &[
    "background-color",
    "border",
    "border-",
    "color",
    "direction",
    "display",
    "font",
    "font-",
    "height",
    "letter-spacing",
    "line-height",
    "list-style-type",
    "margin",
    "margin-",
    "max-height",
    "max-width",
    "min-height",
    "min-width",
    "opacity",
    "overflow-wrap",
    "padding",
    "padding-",
    "table-layout",
    "text-",
    "vertical-align",
    "white-space",
    "width",
    "word-",
    "word-break",
    "unicode-bidi",
];

/// Bytes of one `style` attribute.
const MAX_BYTES: usize = 4096;

/// The safe part of a style: known properties whose values are plain words, numbers, colours and strings. A
/// value with anything else (`url(`, escapes, comments, `expression`) is dropped with its property, so no way
/// of writing a load or a script is missed by not knowing it.
pub(super) fn safe(style: &str) -> Option<String> {
    let style = style.get(..MAX_BYTES).unwrap_or(style);
    if style.len() > MAX_BYTES {
        return None;
    }
    let kept: Vec<String> = style.split(';').filter_map(declaration).collect();
    (!kept.is_empty()).then(|| kept.join(";"))
}

fn declaration(text: &str) -> Option<String> {
    let (property, value) = text.split_once(':')?;
    let property = property.trim().to_ascii_lowercase();
    let known = PROPERTIES.iter().any(|known| {
        if known.ends_with('-') {
            property.starts_with(known)
        } else {
            property == *known
        }
    });
    let named = property
        .bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    let value = value.trim();
    (known
        && named
        && property != "border-image"
        && property != "border-image-source"
        && is_plain(value))
    .then(|| format!("{property}:{value}"))
}

/// Words, numbers, colours, quoted font names, and the functions that only make colours and lengths.
fn is_plain(value: &str) -> bool {
    if value.is_empty() || value.len() > 300 {
        return false;
    }
    let characters = value.chars().all(|c| {
        c.is_alphanumeric()
            || matches!(
                c,
                ' ' | '#' | '.' | ',' | '-' | '%' | '\'' | '"' | '!' | '(' | ')' | '+' | '/'
            )
    });
    let lower = value.to_ascii_lowercase();
    let functions = lower.split('(').rev().skip(1).all(|before| {
        let name: String = before
            .chars()
            .rev()
            .take_while(|c| c.is_ascii_alphanumeric() || *c == '-')
            .collect();
        matches!(
            name.chars().rev().collect::<String>().as_str(),
            "rgb" | "rgba" | "hsl" | "hsla" | "calc"
        )
    });
    characters
        && functions
        && !lower.contains("//")
        && !lower.contains("javascript")
        && !lower.contains("expression")
}
