//! How programs mark what they quote in HTML, one answer of each; written for these tests.

use crate::domain::mail::parse;

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
