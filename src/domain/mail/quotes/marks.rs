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

/// What the marks of an element say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Marks {
    /// What its content is.
    pub kind: Option<FoldKind>,
    /// Everything from this element on is a quote: the rulers and headings that mail programs put above the
    /// mail they answer.
    pub begins_quote: bool,
    /// Its content does not show.
    pub hidden: bool,
}

/// Reads the marks of an element, each attribute once.
pub fn read(tag: &Tag<'_>) -> Marks {
    let mut marks = Marks::default();
    let is_div = tag.name.eq_ignore_ascii_case("div");
    for (name, value) in tag.attributes() {
        match name.len() {
            2 if name.eq_ignore_ascii_case("id") => {
                let value = value.to_ascii_lowercase();
                marks.begins_quote |= REST_IDS.contains(&bare(&value));
                marks.add(SIGNATURE_IDS.contains(&bare(&value)), FoldKind::Signature);
            }
            4 if name.eq_ignore_ascii_case("type") => {
                marks.add(value.eq_ignore_ascii_case("cite"), FoldKind::Quote);
            }
            4 if name.eq_ignore_ascii_case("name") => marks.add(
                is_div && value.eq_ignore_ascii_case("quote"),
                FoldKind::Quote,
            ),
            5 if name.eq_ignore_ascii_case("class") => marks.add_classes(value),
            5 if name.eq_ignore_ascii_case("style") => marks.add_style(value, is_div),
            // What was read here before from HTML that has been made safe since.
            9 if name.eq_ignore_ascii_case("data-fold") => {
                marks.begins_quote |= value == "rest";
                marks.add(value == "quote", FoldKind::Quote);
                marks.add(value == "signature", FoldKind::Signature);
            }
            11 if name.eq_ignore_ascii_case("data-marker") => {
                marks.add(value == "__QUOTED_TEXT__", FoldKind::Quote);
                marks.add(value.starts_with("__SIG"), FoldKind::Signature);
            }
            _ => {}
        }
    }
    marks
}

impl Marks {
    fn add(&mut self, holds: bool, kind: FoldKind) {
        if holds {
            self.kind.get_or_insert(kind);
        }
    }

    fn add_classes(&mut self, classes: &str) {
        for class in classes.split_ascii_whitespace() {
            let class = class.to_ascii_lowercase();
            let class = bare(&class);
            self.begins_quote |= REST_IDS.contains(&class);
            self.add(QUOTE_CLASSES.contains(&class), FoldKind::Quote);
            self.add(SIGNATURE_CLASSES.contains(&class), FoldKind::Signature);
        }
    }

    /// Preheaders and the like do not show; Outlook's thin line above `From: … Sent: …` is a div with
    /// nothing but a top border.
    fn add_style(&mut self, style: &str, is_div: bool) {
        let telling = ["none", "NONE", "None", "hide", "border-top", "BORDER-TOP"];
        if !telling.iter().any(|word| style.contains(word)) {
            return;
        }
        let style: String = style
            .chars()
            .filter(|c| !c.is_whitespace())
            .collect::<String>()
            .to_ascii_lowercase();
        self.hidden |= style.contains("display:none")
            || style.contains("mso-hide:all") && style.contains("max-height:0");
        self.begins_quote |= is_div
            && style.starts_with("border:none;border-top:solid#")
            && style.contains("padding:3.0pt0");
    }
}

/// Outlook on the web puts `x_` before foreign names, once per answer.
fn bare(name: &str) -> &str {
    let mut name = name;
    while let Some(inner) = name.strip_prefix("x_") {
        name = inner;
    }
    name
}
