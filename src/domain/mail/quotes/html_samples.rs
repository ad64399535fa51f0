//! How programs mark what they quote in HTML, one answer of each; written for these tests.

use crate::domain::mail::html::{Options, folded, sanitise};
use crate::domain::mail::{parse, readable};

/// HTML by program: what stands below "Yes.", which is folded.
const HTML: &[(&str, &str)] = &[
    (
        "Gmail",
        "<div class=\"gmail_quote gmail_quote_container\"><div dir=\"ltr\" class=\"gmail_attr\">On Mon, Nov 2, 2026 at 10:00 AM Ada &lt;<a href=\"mailto:ada@acme.test\">ada@acme.test</a>&gt; wrote:<br></div><blockquote class=\"gmail_quote\" style=\"border-left:1px solid\">Is it?</blockquote></div>",
    ),
    (
        "Gmail in an unknown language",
        "<div class=\"gmail_quote\"><div class=\"gmail_attr\">Ada xyzzy qwert plugh:<br></div><blockquote class=\"gmail_quote\">Is it?</blockquote></div>",
    ),
    (
        "Outlook for the web",
        "<div id=\"appendonsend\"></div><hr style=\"display:inline-block;width:98%\" tabindex=\"-1\"><div id=\"divRplyFwdMsg\" dir=\"ltr\"><b>From:</b> Ada<br><b>Sent:</b> Monday<br></div><div>Is it?</div>",
    ),
    (
        "Outlook for Windows",
        "<div><div style=\"border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm\"><p class=\"MsoNormal\"><b>Xyzzy:</b> Ada</p></div></div><p>Is it?</p>",
    ),
    (
        "Outlook for Mac",
        "<div id=\"mail-editor-reference-message-container\"><div><b>From: </b>Ada &lt;a@b.c&gt;<br></div>Is it?</div>",
    ),
    (
        "Outlook for phones",
        "<div id=\"ms-outlook-mobile-signature\">Get Outlook for iOS</div><hr><div id=\"divRplyFwdMsg\"><b>Von:</b> Ada</div>Is it?",
    ),
    (
        "Apple Mail",
        "<br><div><blockquote type=\"cite\"><div>On 2 Nov 2026, at 10:00, Ada &lt;a@b.c&gt; wrote:</div><div>Is it?</div></blockquote></div>",
    ),
    (
        "Thunderbird",
        "<div class=\"moz-cite-prefix\">Am 02.11.26 um 10:00 schrieb Ada:<br></div><blockquote type=\"cite\" cite=\"mid:1@b.c\">Is it?</blockquote><div class=\"moz-signature\">-- <br>Bob</div>",
    ),
    (
        "Yahoo",
        "<div id=\"ydp1yahoo_quoted_1\" class=\"ydp1yahoo_quoted\"><div>On Monday, November 2, 2026 at 10:00:00 AM GMT+1, Ada &lt;a@b.c&gt; wrote:</div><div>Is it?</div></div>",
    ),
    (
        "Proton",
        "<div class=\"protonmail_signature_block\">Sent with Proton Mail</div><div class=\"protonmail_quote\">On Monday, November 2nd, 2026 at 10:00, Ada &lt;a@b.c&gt; wrote:<br><blockquote class=\"protonmail_quote\" type=\"cite\">Is it?</blockquote></div>",
    ),
    (
        "Zimbra",
        "<hr id=\"zwchr\" data-marker=\"__DIVIDER__\"><div data-marker=\"__HEADERS__\"><b>From: </b>Ada</div><div data-marker=\"__QUOTED_TEXT__\">Is it?</div>",
    ),
    (
        "Front",
        "<br><blockquote type=\"cite\" class=\"front-blockquote\">On November 2, 2026, Ada wrote:<br>Is it?</blockquote>",
    ),
    (
        "Zoho",
        "<div class=\"zmail_extra\"><div id=\"Zm-_Id_-Sgn1\">---- On Mon, 02 Nov 2026 10:00:00 +0100 <b>Ada &lt;a@b.c&gt;</b> wrote ----</div><blockquote>Is it?</blockquote></div>",
    ),
    (
        "GMX and web.de",
        "<div name=\"quote\" style=\"margin:10px 5px; border-left:2px solid\"><div><b>Gesendet:</b> Montag</div><div name=\"quoted-content\">Is it?</div></div>",
    ),
    (
        "QQ",
        "<div style=\"font-size:12px\">------------------&nbsp;原始邮件&nbsp;------------------</div><div><b>发件人:</b> Ada &lt;a@b.c&gt;;</div><div>Is it?</div>",
    ),
    (
        "NetEase",
        "<div id=\"ntes-pcmail-quote\">On 11/02/2026 10:00, Ada wrote:<blockquote id=\"isReplyContent\">Is it?</blockquote></div>",
    ),
    (
        "Mail.ru",
        "<br>Понедельник, 2 ноября 2026, 10:00 +03:00 от Ada &lt;a@b.c&gt;:<br><blockquote style=\"border-left:1px solid\">Is it?</blockquote>",
    ),
    (
        "Yandex",
        "<div>02.11.2026, 10:00, \"Ada\" &lt;a@b.c&gt;:</div><blockquote><div>Is it?</div></blockquote>",
    ),
    (
        "Samsung",
        "<div id=\"composer_signature\">Sent from my Galaxy</div><div>-------- Original message --------</div><div>From: Ada &lt;a@b.c&gt; </div><div>Is it?</div>",
    ),
    (
        "K-9",
        "<br><br><div class=\"gmail_quote\">Am 2. November 2026 10:00:00 MEZ schrieb Ada &lt;a@b.c&gt;:<blockquote class=\"gmail_quote\">Is it?</blockquote></div><div class='k9mail-signature'>-- <br>x</div>",
    ),
    (
        "Spark",
        "<div name=\"messageSignatureSection\">Bob<br>Acme</div><div name=\"messageReplySection\">On 2 Nov 2026, 10:00 +0100, Ada &lt;a@b.c&gt;, wrote:<br><blockquote type=\"cite\" class=\"spark_quote\">Is it?</blockquote></div>",
    ),
    (
        "Superhuman",
        "<div class=\"sh-signature\">Sent via Superhuman</div><div class=\"gmail_quote\">On Mon, Nov 02, 2026 at 10:00 AM, Ada &lt;a@b.c&gt; wrote:<br><blockquote class=\"gmail_quote sh-color\">Is it?</blockquote></div>",
    ),
    (
        "Missive",
        "<div class=\"missive_signature\">Bob</div><blockquote class=\"missive_quote\">On November 2, 2026 at 10:00, Ada (a@b.c) wrote:<br>Is it?</blockquote>",
    ),
    (
        "Freshdesk",
        "<div class=\"freshdesk_quote\"><blockquote class=\"freshdesk_quote\">On Mon, 2 Nov at 10:00 AM, Ada wrote:<br>Is it?</blockquote></div>",
    ),
    (
        "Zendesk",
        "<div>##- Please type your reply above this line -##</div><p>Is it?</p>",
    ),
    (
        "Windows Mail",
        "<div style=\"padding-top: 5px; border-top-color: rgb(229, 229, 229); border-top-width: 1px; border-top-style: solid;\">Xyzzy: Ada</div>Is it?",
    ),
    (
        "Hotmail",
        "<hr id=\"stopSpelling\">Date: Mon<br>From: a@b.c<br>Is it?",
    ),
    (
        "Airmail",
        "<div class=\"bloop_sign\">Bob</div><p class=\"airmail_on\">On 2 November 2026 at 10:00:00, Ada (a@b.c) wrote:</p><blockquote type=\"cite\" class=\"clean_bq\">Is it?</blockquote>",
    ),
    (
        "Tutanota",
        "<div>2 Nov 2026, 10:00 by a@b.c:</div><blockquote class=\"tutanota_quote\">Is it?</blockquote>",
    ),
    ("HEY", "<blockquote class=\"hey_quote\">Is it?</blockquote>"),
    (
        "Roundcube",
        "<p id=\"reply-intro\">Xyzzy</p><blockquote type=\"cite\">Is it?</blockquote>",
    ),
];

fn html_reply(subject: &str, html: &str) -> String {
    let raw = format!(
        "From: a@b.c\nSubject: {subject}\nContent-Type: text/html; charset=utf-8\n\n<html><body>{html}</body></html>"
    );
    parse(raw.as_bytes()).reply_text()
}

#[test]
fn the_marks_of_each_program_are_known() {
    let mut wrong = Vec::new();
    for (program, below) in HTML {
        let got = html_reply("Re: Order", &format!("<div>Yes.</div>{below}"));
        if got.trim() != "Yes." {
            wrong.push(format!("{program}: {got}\n"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// What the formatted view shows outside of its folds, words only.
fn shown(subject: &str, html: &str) -> Vec<String> {
    let options = Options {
        cid: &|_| None,
        allow_remote: false,
    };
    let view = folded(&sanitise(html, &options).html, subject);
    let mut left = String::new();
    let mut rest = view.as_str();
    while let Some((before, after)) = rest.split_once("<details class=\"pr-fold\">") {
        left.push_str(before);
        rest = after.split_once("</details>").map_or("", |(_, rest)| rest);
    }
    left.push_str(rest);
    words(&readable::from_html(&left).text)
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

#[test]
fn the_text_and_the_formatted_view_fold_the_same() {
    let mut wrong = Vec::new();
    let passed_on = (
        "Outlook passes on",
        "<hr><div id=\"divRplyFwdMsg\"><b>From:</b> Ada &lt;a@b.c&gt;<br><b>Sent:</b> Monday<br><b>To:</b> b@b.c<br><b>Subject:</b> Order</div><div>Where is it?</div>",
    );
    for subject in ["Re: Order", "FW: Order", "VS: Order", "Order"] {
        for (program, below) in HTML.iter().chain([&passed_on]) {
            let html = format!("<html><body><div>Yes.</div>{below}</body></html>");
            let (text, view) = (words(&html_reply(subject, &html)), shown(subject, &html));
            if text != view {
                wrong.push(format!("{program}, {subject}:\n  {text:?}\n  {view:?}\n"));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} differ:\n{}",
        wrong.len(),
        wrong.concat()
    );
}

/// A mail with both, as a program that marks nothing in its text writes it.
fn both(subject: &str, text: &str, html: &str) -> String {
    let raw = format!(
        "From: a@b.c\nSubject: {subject}\nContent-Type: multipart/alternative; boundary=b\n\n\
         --b\nContent-Type: text/plain; charset=utf-8\n\n{text}\n--b\nContent-Type: text/html; charset=utf-8\n\n{html}\n--b--\n"
    );
    parse(raw.as_bytes()).reply_text()
}

#[test]
fn what_only_the_html_marks_is_folded_in_the_text_beside_it() {
    let quote = "<div class=\"gmail_quote\"><div class=\"gmail_attr\">Ada xyzzy qwert plugh<br></div><blockquote class=\"gmail_quote\">Is it really so, as you say?</blockquote></div>";
    let text = "Yes.\n\nAda xyzzy qwert plugh\nIs it really so,\nas you say?\n";
    let html = format!("<div>Yes.</div>{quote}");
    assert_eq!(both("Re: Order", text, &html).trim(), "Yes.");
    // The text is another one: nothing is folded.
    let other = "Something else altogether.\n";
    assert_eq!(both("Re: Order", other, &html).trim(), other.trim());
    // The whole is a quote: it is shown.
    assert_eq!(
        both("Re: Order", "Is it really so, as you say?\n", quote).trim(),
        "Is it really so, as you say?"
    );
    // Passed on: content.
    let forward = "<div>FYI</div><div class=\"gmail_quote\">---------- Forwarded message ---------<br>From: Ada &lt;a@b.c&gt;<br>Where is my order?</div>";
    let text =
        "FYI\n\n---------- Forwarded message ---------\nFrom: Ada <a@b.c>\nWhere is my order?\n";
    assert!(both("Fwd: Order", text, forward).contains("Where is my order?"));
}

#[test]
fn answers_between_quotes_of_html_stay() {
    let html = "<div class=\"gmail_quote\"><div class=\"gmail_attr\">On Mon, Nov 2, 2026 at 10:00 AM Ada &lt;a@b.c&gt; wrote:<br></div>\
        <blockquote class=\"gmail_quote\">One?</blockquote><div>First.</div><blockquote class=\"gmail_quote\">Two?</blockquote><div>Second.</div></div>";
    let got = html_reply("Re: Order", html);
    assert!(
        got.contains("First.") && got.contains("Second.") && !got.contains('?'),
        "{got}"
    );
}

#[test]
fn a_mail_that_gmail_or_outlook_passes_on_is_content() {
    for (subject, below) in [
        (
            "Fwd: Order",
            "<div class=\"gmail_quote\"><div class=\"gmail_attr\">---------- Forwarded message ---------<br>From: Ada &lt;a@b.c&gt;<br>Date: Mon<br>Subject: Order<br>To: b@b.c<br></div>Where is it?</div>",
        ),
        (
            "FW: Order",
            "<hr><div id=\"divRplyFwdMsg\"><b>From:</b> Ada &lt;a@b.c&gt;<br><b>Sent:</b> Monday<br><b>To:</b> b@b.c<br><b>Subject:</b> Order</div><div>Where is it?</div>",
        ),
        (
            "Fwd: Order",
            "<div class=\"moz-forward-container\">-------- Forwarded Message --------<table><tr><th>Subject: </th><td>Order</td></tr></table>Where is it?</div>",
        ),
    ] {
        let got = html_reply(subject, &format!("<div>FYI</div>{below}"));
        assert!(got.contains("FYI") && got.contains("Where is it?"), "{got}");
    }
}
