//! What mail programs write into their HTML around quotes and signatures.

use crate::domain::mail::fold::FoldKind;
use crate::domain::mail::tokens::Tag;

/// Classes around a quote: Gmail, Yahoo, Proton, Tutanota, Zimbra, Zoho, Front, Thunderbird, HEY, Fastmail …
const QUOTE_CLASSES: &[&str] = &[
    "gmail_quote",
    "gmail_quote_container",
    "yahoo_quoted",
    "protonmail_quote",
    "tutanota_quote",
    "zmail_extra",
    "front-blockquote",
    "moz-cite-prefix",
    "mailbutler-quote",
    "mail-quote-collapse",
    "hey_quote",
    "qt",
    "quotedmessage",
    "freshdesk_quote",
    "zd-quote",
    "reply-quote",
    "gmail_attr",
];

/// Classes around a signature.
const SIGNATURE_CLASSES: &[&str] = &[
    "gmail_signature",
    "moz-signature",
    "protonmail_signature_block",
    "front-signature",
    "signature",
    "zoho-signature",
    "yahoo-signature",
];

/// Ids around a signature: Outlook on the web and on phones, Apple Mail, Yahoo.
const SIGNATURE_IDS: &[&str] = &[
    "signature",
    "ms-outlook-mobile-signature",
    "applemailsignature",
    "ymail_android_signature",
    "tmjah_g_1299s",
];

/// Ids after which everything is a quote: Outlook, Outlook on the web, Zimbra, Windows Mail.
const REST_IDS: &[&str] = &[
    "divrplyfwdmsg",
    "appendonsend",
    "outlookmessageheader",
    "mail-editor-reference-message-container",
    "zwchr",
    "stopspelling",
    "olk_src_body_section",
    "reply-intro",
];

/// What the marks of an element say about its content.
pub fn kind(tag: &Tag<'_>) -> Option<FoldKind> {
    if !tag.has_attributes() {
        return None;
    }
    let is = |name: &str, value: &str| {
        tag.attribute(name)
            .is_some_and(|given| given.eq_ignore_ascii_case(value))
    };
    if is("type", "cite")
        || is("name", "quote") && tag.name.eq_ignore_ascii_case("div")
        || is("data-marker", "__QUOTED_TEXT__")
    {
        return Some(FoldKind::Quote);
    }
    if has_class(tag, QUOTE_CLASSES) {
        return Some(FoldKind::Quote);
    }
    if has_class(tag, SIGNATURE_CLASSES)
        || has_id(tag, SIGNATURE_IDS)
        || tag
            .attribute("data-marker")
            .is_some_and(|marker| marker.starts_with("__SIG"))
    {
        return Some(FoldKind::Signature);
    }
    None
}

/// Whether everything from this element on is a quote: the rulers and headings that mail programs put above
/// the mail they answer.
pub fn begins_quote(tag: &Tag<'_>) -> bool {
    tag.has_attributes()
        && (has_id(tag, REST_IDS) || has_class(tag, REST_IDS) || is_outlook_ruler(tag))
}

/// Outlook's thin line above `From: … Sent: …`: a div with nothing but a top border.
fn is_outlook_ruler(tag: &Tag<'_>) -> bool {
    tag.name.eq_ignore_ascii_case("div")
        && tag.attribute("style").is_some_and(|style| {
            let style: String = style
                .chars()
                .filter(|c| !c.is_whitespace())
                .collect::<String>()
                .to_ascii_lowercase();
            style.starts_with("border:none;border-top:solid#") && style.contains("padding:3.0pt0")
        })
}

fn has_class(tag: &Tag<'_>, known: &[&str]) -> bool {
    tag.attribute("class").is_some_and(|classes| {
        classes.split_ascii_whitespace().any(|class| {
            let class = class.to_ascii_lowercase();
            known.contains(&bare(&class))
        })
    })
}

fn has_id(tag: &Tag<'_>, known: &[&str]) -> bool {
    tag.attribute("id").is_some_and(|id| {
        let id = id.to_ascii_lowercase();
        known.contains(&bare(&id))
    })
}

/// Outlook on the web puts `x_` before foreign names, once per answer.
fn bare(name: &str) -> &str {
    let mut name = name;
    while let Some(inner) = name.strip_prefix("x_") {
        name = inner;
    }
    name
}
