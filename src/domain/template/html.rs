//! HTML made from a text template, so that whoever writes only text still sends both. It is made from the template and not
//! from what comes out of it: a mail that is quoted cannot dress itself up as a button.

use std::sync::LazyLock;

use regex::Regex;

/// The five characters that mean something in HTML, made harmless.
pub(super) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

/// A line of words, a colon and a link alone: a button.
static BUTTON: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^((?:\{%[^%]*%\})*)([^:{}]{1,60}): (\{\{ *(?:[a-z]+\.)?(?:url|link) *\}\})$").ok()
});
/// The footer's words before the link of a person's own settings.
static FOOT_LINK: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"([^.:{}]+): (\{\{ *person\.settings *\}\})").ok());
/// A variable that holds a text of several lines.
static QUOTE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^((?:\{%[^%]*%\})*)\{\{ *((?:message|reply|delivery|command)\.(?:text|reply|problem)) *\}\}((?:\{%[^%]*%\})*)$").ok()
});

/// The HTML template for a text template: paragraphs, a button for `Words: {{ ticket.url }}` on a line of its own, a box for
/// what somebody wrote, and small print after a line of `--`.
pub fn from_text(text: &str) -> String {
    let (body, foot) = text.split_once("\n--\n").unwrap_or((text, ""));
    let mut html = String::new();
    for paragraph in body.split("\n\n").map(str::trim) {
        if !paragraph.is_empty() {
            html.push_str(&self::paragraph(paragraph));
            html.push('\n');
        }
    }
    if !foot.trim().is_empty() {
        let foot = outside_marks(foot.trim(), |text| escaped(text).replace('\n', "<br>\n"));
        let foot = FOOT_LINK.as_ref().map_or(foot.clone(), |link| {
            link.replace(&foot, |found: &regex::Captures<'_>| {
                format!(" <a href=\"{}\">{}</a>", &found[2], found[1].trim())
            })
            .into_owned()
        });
        html.extend(["<div class=\"foot\">", &foot, "</div>\n"]);
    }
    html
}

fn paragraph(paragraph: &str) -> String {
    if let Some(found) = BUTTON
        .as_ref()
        .and_then(|button| button.captures(paragraph))
    {
        let words = escaped(found[2].trim());
        return format!(
            "{}<p><a class=\"button\" href=\"{}\">{words}</a></p>",
            &found[1], &found[3]
        );
    }
    if let Some(found) = QUOTE.as_ref().and_then(|quote| quote.captures(paragraph)) {
        return format!(
            "{}<div class=\"quote\">{{{{ {} | newline_to_br }}}}</div>{}",
            &found[1], &found[2], &found[3]
        );
    }
    let inner = outside_marks(paragraph, |text| escaped(text).replace('\n', "<br>\n"));
    format!("<p>{inner}</p>")
}

/// Changes what stands between the marks of a template and leaves the marks.
fn outside_marks(template: &str, change: impl Fn(&str) -> String) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some(start) = rest.find("{{").into_iter().chain(rest.find("{%")).min() {
        let (before, marked) = rest.split_at(start);
        out.push_str(&change(before));
        let close = if marked.starts_with("{{") { "}}" } else { "%}" };
        let end = marked.find(close).map_or(marked.len(), |at| at + 2);
        let (mark, after) = marked.split_at(end);
        out.push_str(mark);
        rest = after;
    }
    out.push_str(&change(rest));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_template_becomes_paragraphs_buttons_boxes_and_small_print() {
        let text = "Hello {{ a.b }} <you>,\nsecond\n\n{% if message.text != \"\" %}{{ message.author }} wrote:\n\n{{ message.text }}\n\n{% endif %}Open it: {{ ticket.url }}\n\n--\n{{ ticket.key }} & more\n{{ person.why }} What you are told: {{ person.settings }}";
        assert_eq!(
            from_text(text),
            "<p>Hello {{ a.b }} &lt;you&gt;,<br>\nsecond</p>\n\
             <p>{% if message.text != \"\" %}{{ message.author }} wrote:</p>\n\
             <div class=\"quote\">{{ message.text | newline_to_br }}</div>\n\
             {% endif %}<p><a class=\"button\" href=\"{{ ticket.url }}\">Open it</a></p>\n\
             <div class=\"foot\">{{ ticket.key }} &amp; more<br>\n{{ person.why }} <a href=\"{{ person.settings }}\">What you are told</a></div>\n"
        );
    }

    #[test]
    fn a_mail_that_is_quoted_makes_no_button() {
        let html = from_text("{{ message.text }}");
        assert!(!html.contains("button"), "{html}");
    }
}
