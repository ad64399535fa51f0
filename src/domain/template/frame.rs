//! The frame around every notice in HTML: a table of 600 px that Outlook, Gmail and telephones show alike, light and dark,
//! without a picture from anywhere.

use std::sync::LazyLock;

use regex::Regex;

/// What stands in the frame.
#[derive(Debug, Clone, Copy)]
pub struct Framed<'a> {
    /// Whose mail it is.
    pub brand: &'a str,
    /// What it is about; no reader shows it, but a browser's tab does.
    pub title: &'a str,
    /// Its language.
    pub language: &'a str,
    /// The notice itself, with its values escaped.
    pub body: &'a str,
}

/// Classes that a template may use, and the style that each becomes: many readers know no style sheet.
const STYLES: &[(&str, &str)] = &[
    (
        "quote",
        "margin:0 0 16px;padding:12px 16px;background-color:#f4f4f1;border-left:3px solid #c9c9c2;border-radius:4px;color:#1d1f23;",
    ),
    (
        "note",
        "margin:0 0 16px;padding:12px 16px;background-color:#fff8e0;border-left:3px solid #d9b94a;border-radius:4px;color:#1d1f23;",
    ),
    (
        "item",
        "margin:0 0 12px;padding:0 0 12px;border-bottom:1px solid #e3e3de;color:#1d1f23;",
    ),
    (
        "foot",
        "margin:24px 0 0;padding:16px 0 0;border-top:1px solid #e3e3de;font-size:12px;line-height:18px;color:#595f68;",
    ),
    ("muted", "font-size:13px;color:#595f68;"),
];
const FONT: &str = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;";
/// For readers that keep a style sheet and know whether it is dark; the others darken by themselves.
const DARK: &str = "
.pr-ground{background-color:#141518!important}.pr-card{background-color:#1b1d20!important;border-color:#2c2e33!important}
.pr-text,.pr-text p,.pr-item,.pr-quote,.pr-note{color:#e7e8ea!important}.pr-muted,.pr-foot{color:#a2a8b1!important}
.pr-quote{background-color:#232529!important;border-color:#4a4e55!important}.pr-note{background-color:#2a2618!important;border-color:#7a6520!important}
.pr-item,.pr-foot{border-color:#2c2e33!important}.pr-text a{color:#93b2ff!important}
.pr-button{background-color:#3c66d6!important}.pr-button a{color:#ffffff!important}";

static BUTTON: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(?s)(?:<p>)?<a class="button" href="([^"]*)">(.*?)</a>(?:</p>)?"#).ok()
});

/// The whole HTML of a notice.
pub fn framed(frame: &Framed<'_>) -> String {
    let [brand, title, language] =
        [frame.brand, frame.title, frame.language].map(super::html::escaped);
    let body = dressed(frame.body);
    let dark_outlook = DARK
        .split('}')
        .filter(|rule| !rule.trim().is_empty())
        .map(|rule| {
            let (names, style) = rule.split_once('{').unwrap_or((rule, ""));
            let names: Vec<_> = names
                .split(',')
                .map(|name| format!("[data-ogsc] {}", name.trim()))
                .collect();
            format!("{}{{{style}}}", names.join(","))
        })
        .collect::<Vec<_>>()
        .concat();
    format!(
        "<!doctype html>\n<html lang=\"{language}\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"supported-color-schemes\" content=\"light dark\">\n<title>{title}</title>\n\
<style>\n:root{{color-scheme:light dark;supported-color-schemes:light dark}}\n@media (max-width:620px){{.pr-pad{{padding:20px 16px!important}}.pr-outer{{padding:8px!important}}}}\n\
@media (prefers-color-scheme:dark){{{DARK}}}\n{dark_outlook}\n</style>\n</head>\n\
<body class=\"pr-ground\" style=\"margin:0;padding:0;background-color:#f4f4f1;\">\n\
<table role=\"presentation\" class=\"pr-ground\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" style=\"background-color:#f4f4f1;\"><tr><td class=\"pr-outer\" align=\"center\" style=\"padding:24px 12px;\">\n\
<table role=\"presentation\" width=\"600\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" style=\"width:100%;max-width:600px;\">\n\
<tr><td class=\"pr-muted\" style=\"{FONT}font-size:13px;line-height:20px;font-weight:600;color:#595f68;padding:0 4px 10px;\">{brand}</td></tr>\n\
<tr><td class=\"pr-card pr-pad pr-text\" style=\"{FONT}font-size:15px;line-height:23px;color:#1d1f23;background-color:#ffffff;border:1px solid #e3e3de;border-radius:8px;padding:28px 32px;word-break:break-word;\">\n{body}</td></tr>\n\
</table>\n</td></tr></table>\n</body>\n</html>\n"
    )
}

/// Classes become styles, paragraphs lose the margin that readers disagree about, and a button becomes the table that
/// Outlook needs to colour it.
fn dressed(body: &str) -> String {
    let mut html = BUTTON.as_ref().map_or_else(
        || body.to_owned(),
        |button| {
            button
                .replace_all(
                    body,
                    "<table role=\"presentation\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" style=\"margin:4px 0 16px;\"><tr><td class=\"pr-button\" bgcolor=\"#2a56c6\" style=\"background-color:#2a56c6;border-radius:6px;padding:10px 18px;\"><a style=\"color:#ffffff;text-decoration:none;font-weight:600;\" href=\"$1\">$2</a></td></tr></table>",
                )
                .into_owned()
        },
    );
    for (name, style) in STYLES {
        html = html.replace(
            &format!("class=\"{name}\""),
            &format!("class=\"pr-{name}\" style=\"{style}\""),
        );
    }
    html.replace("<p>", "<p style=\"margin:0 0 16px;\">")
        .replace("<a href=", "<a style=\"color:#2a56c6;\" href=")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_frame_loads_nothing_and_escapes_what_it_is_given() {
        let html = framed(&Framed {
            brand: "A <b> & \"c\"",
            title: "</title><script>",
            language: "en",
            body: "<p><a class=\"button\" href=\"https://x.test/\">Open</a></p><div class=\"quote\">q</div>",
        });
        assert!(html.contains("A &lt;b&gt; &amp; &quot;c&quot;"));
        for never in [
            "<script",
            "<img",
            "url(",
            "<link",
            "class=\"button\"",
            "class=\"quote\"",
        ] {
            assert!(!html.contains(never), "{never}");
        }
        assert!(
            html.contains("<td class=\"pr-button\"") && html.contains("class=\"pr-quote\" style=")
        );
        assert!(html.contains("color-scheme") && html.contains("prefers-color-scheme:dark"));
    }
}
