//! What mail programs write into their HTML around quotes and signatures.

use crate::domain::mail::fold::FoldKind;
use crate::domain::mail::tokens::Tag;

/// Classes around a quote: Gmail, Yahoo, Proton, Zimbra, Zoho, Front, Thunderbird, Missive, Freshdesk, HEY …
#[rustfmt::skip]
const QUOTE_CLASSES: &[&str] = &[
    "gmail_quote", "gmail_quote_container", "gmail_attr", "yahoo_quoted", "protonmail_quote", "proton-quote", "tutanota_quote", "zmail_extra",
    "front-blockquote", "moz-cite-prefix", "mailbutler-quote", "mail-quote-collapse", "hey_quote", "qt", "quotedmessage", "freshdesk_quote",
    "zd-quote", "zd_quote", "reply-quote", "spark_quote", "missive_quote", "sh-quote", "helpscout-quote", "hs-quote", "cm_quote", "nylas-quote",
    "airmail_on", "clean_bq", "ntes-mailmaster-quote", "ntes-pcmail-quote", "netease-quote", "iosymail", "edison_quote", "newton_quote",
    "mimestream_quote", "mimestream-quote", "skiff_quote", "em-quote", "mailmate_quote", "wm_quote", "rc-quote", "js-helper-quote",
    "gmail_extra_quote", "mail-ru-quote", "yandex-quote", "history_container", "plain-text-quote",
];

/// Classes around a signature.
#[rustfmt::skip]
const SIGNATURE_CLASSES: &[&str] = &[
    "gmail_signature", "gmail_signature_prefix", "moz-signature", "protonmail_signature_block", "proton-signature", "front-signature", "signature",
    "zoho-signature", "yahoo-signature", "ymail-signature", "k9mail-signature", "sh-signature", "missive_signature", "bloop_sign", "fox-sign",
    "spark_signature", "tutanota_signature", "ms-outlook-mobile-signature", "-x-evo-signature", "evolution-signature", "mimestream_signature",
    "nylas-n1-signature", "mailspring-signature", "helpscout-signature", "freshdesk_signature", "hey_signature", "email-signature",
    "js-signature", "rcmsignature", "wisestamp_signature",
];

/// Ids around a signature: Outlook on the web and on phones, Apple Mail, Yahoo, Samsung, NetEase.
#[rustfmt::skip]
const SIGNATURE_IDS: &[&str] = &[
    "signature", "ms-outlook-mobile-signature", "applemailsignature", "applemailsignatureplaceholder", "ymail_android_signature", "tmjah_g_1299s",
    "composer_signature", "spneditorsign", "ntes-pcmac-signature", "mail-editor-signature", "_rc_sig", "foxmail_signature", "wmsignature",
    "ymail_ios_signature", "mailru_signature", "mobilesignature",
];

/// Ids around a quote: NetEase.
const QUOTE_IDS: &[&str] = &[
    "isreplycontent",
    "ntes-pcmail-quote",
    "oriclass",
    "quoted_history",
];

/// Values of `name` around a quote (GMX and web.de, Spark) and a signature.
const QUOTE_NAMES: &[&str] = &["quote", "quoted-content", "messagereplysection"];
const SIGNATURE_NAMES: &[&str] = &["messagesignaturesection"];

/// Ids after which everything is a quote: Outlook, Outlook on the web, Zimbra, Windows Mail.
#[rustfmt::skip]
const REST_IDS: &[&str] = &[
    "divrplyfwdmsg", "appendonsend", "outlookmessageheader", "mail-editor-reference-message-container", "zwchr", "stopspelling",
    "olk_src_body_section", "reply-intro", "ms-outlook-mobile-reference-message", "replyforwardheader",
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
    for (name, value) in tag.attributes() {
        match name.len() {
            2 if name.eq_ignore_ascii_case("id") => {
                let value = value.to_ascii_lowercase();
                marks.begins_quote |= REST_IDS.contains(&bare(&value));
                marks.add(SIGNATURE_IDS.contains(&bare(&value)), FoldKind::Signature);
                marks.add(QUOTE_IDS.contains(&bare(&value)), FoldKind::Quote);
            }
            4 if name.eq_ignore_ascii_case("type") => {
                marks.add(value.eq_ignore_ascii_case("cite"), FoldKind::Quote);
            }
            4 if name.eq_ignore_ascii_case("name") => {
                let value = value.to_ascii_lowercase();
                marks.add(QUOTE_NAMES.contains(&value.as_str()), FoldKind::Quote);
                marks.add(
                    SIGNATURE_NAMES.contains(&value.as_str()),
                    FoldKind::Signature,
                );
            }
            5 if name.eq_ignore_ascii_case("class") => marks.add_classes(value),
            5 if name.eq_ignore_ascii_case("style") => marks.add_style(value, tag.name),
            // What was read here before from HTML that has been made safe since.
            9 if name.eq_ignore_ascii_case("data-fold") => {
                marks.begins_quote |= value == "rest";
                marks.add(value == "quote", FoldKind::Quote);
                marks.add(value == "signature", FoldKind::Signature);
            }
            11 if name.eq_ignore_ascii_case("data-marker") => {
                marks.begins_quote |= value == "__HEADERS__";
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
            self.add(
                QUOTE_CLASSES.contains(&class) || class.ends_with("yahoo_quoted"),
                FoldKind::Quote,
            );
            self.add(SIGNATURE_CLASSES.contains(&class), FoldKind::Signature);
        }
    }

    /// Preheaders and the like do not show; Outlook's thin line above `From: … Sent: …` is a div with
    /// nothing but a top border, or a ruler of 98 %.
    fn add_style(&mut self, style: &str, element: &str) {
        let telling = [
            "none",
            "NONE",
            "None",
            "hide",
            "border-top",
            "BORDER-TOP",
            "98%",
        ];
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
        let line = style.starts_with("border:none;border-top:solid")
            && style.contains("padding:3.0pt0")
            || style.contains("border-top-color:rgb(229,229,229)")
                && style.contains("border-top-style:solid");
        let ruler = style.starts_with("display:inline-block;width:98%");
        self.begins_quote |= line && element.eq_ignore_ascii_case("div")
            || ruler && element.eq_ignore_ascii_case("hr");
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
