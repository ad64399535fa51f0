//! Answers to a notice as the mail programs of agents write them, made by hand after their manner: the customer gets
//! exactly the agent's words, no quote, no command, and no agent's address.

use postroom::domain::mail::parse;

use super::{ADA, PASS, asked, stamped, words};
use crate::road::Road;
use crate::support::TestDatabase;
use crate::support::database::both_databases;

/// Where the agent's words stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    Top,
    Bottom,
    Inline,
    Commands,
}

/// A mail program: how it introduces the quote, how it quotes, what it puts below, and how it writes HTML.
struct Program {
    name: &'static str,
    /// The lines above the quote.
    introduction: &'static str,
    /// What stands before each quoted line.
    mark: &'static str,
    /// Its own lines below every mail.
    tail: &'static str,
    /// The HTML around introduction and quote: opening and closing.
    html: (&'static str, &'static str),
    /// Which parts it sends.
    parts: Parts,
    /// Where its people write.
    styles: &'static [Style],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Parts {
    Text,
    Both,
    Html,
}

use Style::{Bottom, Commands, Inline, Top};

const ALL: &[Style] = &[Top, Bottom, Inline, Commands];
/// Programs that do not mark quoted lines: what stands below cannot be told from them, and is not written there.
const ABOVE: &[Style] = &[Top, Commands];

const PROGRAMS: &[Program] = &[
    Program {
        name: "Gmail",
        introduction: "On Mon, Nov 23, 2026 at 10:00 AM Acme GmbH · ACME-1 <support@acme.test> wrote:",
        mark: "> ",
        tail: "",
        html: (
            "<br><div class=\"gmail_quote gmail_quote_container\"><div dir=\"ltr\" class=\"gmail_attr\">On Mon, Nov 23, 2026 at 10:00 AM Acme GmbH · ACME-1 &lt;<a href=\"mailto:support@acme.test\">support@acme.test</a>&gt; wrote:<br></div><blockquote class=\"gmail_quote\" style=\"margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex\">",
            "</blockquote></div>",
        ),
        parts: Parts::Both,
        styles: ALL,
    },
    Program {
        name: "Outlook on the desktop",
        introduction: "From: Acme GmbH · ACME-1 <support@acme.test>\nSent: Monday, November 23, 2026 10:00 AM\nTo: Ada Lovelace <ada@agents.test>\nSubject: [ACME-1] New: Printer\n",
        mark: "",
        tail: "",
        html: (
            "<div><div style=\"border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in\"><p class=\"MsoNormal\"><b>From:</b> Acme GmbH · ACME-1 &lt;support@acme.test&gt;<br><b>Sent:</b> Monday, November 23, 2026 10:00 AM<br><b>To:</b> Ada Lovelace &lt;ada@agents.test&gt;<br><b>Subject:</b> [ACME-1] New: Printer</p></div></div><p class=\"MsoNormal\">",
            "</p>",
        ),
        parts: Parts::Both,
        styles: ABOVE,
    },
    Program {
        name: "Outlook in German",
        introduction: "Von: Acme GmbH · ACME-1 <support@acme.test>\nGesendet: Montag, 23. November 2026 10:00\nAn: Ada Lovelace <ada@agents.test>\nBetreff: [ACME-1] New: Printer\n",
        mark: "",
        tail: "",
        html: (
            "<div style=\"border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm\"><p class=\"MsoNormal\"><b>Von:</b> Acme GmbH · ACME-1 &lt;support@acme.test&gt;<br><b>Gesendet:</b> Montag, 23. November 2026 10:00<br><b>An:</b> Ada Lovelace &lt;ada@agents.test&gt;<br><b>Betreff:</b> [ACME-1] New: Printer</p></div><p class=\"MsoNormal\">",
            "</p>",
        ),
        parts: Parts::Both,
        styles: ABOVE,
    },
    Program {
        name: "Outlook on the web",
        introduction: "",
        mark: "",
        tail: "",
        html: (
            "<div id=\"appendonsend\"></div><hr style=\"display:inline-block;width:98%\" tabindex=\"-1\"><div id=\"divRplyFwdMsg\" dir=\"ltr\"><font face=\"Calibri, sans-serif\"><b>From:</b> Acme GmbH · ACME-1 &lt;support@acme.test&gt;<br><b>Sent:</b> Monday, November 23, 2026 10:00 AM<br><b>To:</b> Ada Lovelace &lt;ada@agents.test&gt;<br><b>Subject:</b> [ACME-1] New: Printer</font><div>&nbsp;</div></div><div class=\"BodyFragment\">",
            "</div>",
        ),
        parts: Parts::Html,
        styles: ABOVE,
    },
    Program {
        name: "Apple Mail",
        introduction: "On 23. Nov 2026, at 10:00, Acme GmbH · ACME-1 <support@acme.test> wrote:\n",
        mark: "> ",
        tail: "",
        html: (
            "<div><br><blockquote type=\"cite\"><div>On 23. Nov 2026, at 10:00, Acme GmbH · ACME-1 &lt;support@acme.test&gt; wrote:</div><br class=\"Apple-interchange-newline\"><div>",
            "</div></blockquote></div>",
        ),
        parts: Parts::Both,
        styles: ALL,
    },
    Program {
        name: "an iPhone",
        introduction: "On 23 Nov 2026, at 10:00, Acme GmbH · ACME-1 <support@acme.test> wrote:\n",
        mark: "> ",
        tail: "\n\nSent from my iPhone\n",
        html: (
            "<br><br><div dir=\"ltr\">Sent from my iPhone</div><div dir=\"ltr\"><br><blockquote type=\"cite\">On 23 Nov 2026, at 10:00, Acme GmbH · ACME-1 &lt;support@acme.test&gt; wrote:<br><br></blockquote></div><blockquote type=\"cite\"><div dir=\"ltr\">",
            "</div></blockquote>",
        ),
        parts: Parts::Both,
        styles: ABOVE,
    },
    Program {
        name: "Thunderbird",
        introduction: "Am 23.11.26 um 10:00 schrieb Acme GmbH · ACME-1:",
        mark: "> ",
        tail: "",
        html: (
            "<div class=\"moz-cite-prefix\">Am 23.11.26 um 10:00 schrieb Acme GmbH · ACME-1:<br></div><blockquote type=\"cite\" cite=\"mid:x@acme.test\">",
            "</blockquote>",
        ),
        parts: Parts::Text,
        styles: ALL,
    },
    Program {
        name: "Yahoo",
        introduction: "    On Monday, November 23, 2026 at 10:00:00 AM GMT+1, Acme GmbH · ACME-1 <support@acme.test> wrote:  \n ",
        mark: " ",
        tail: "",
        html: (
            "<div id=\"ydp1yahoo_quoted_1\" class=\"yahoo_quoted\"><div style=\"font-family:Helvetica\"><div>On Monday, November 23, 2026 at 10:00:00 AM GMT+1, Acme GmbH · ACME-1 &lt;support@acme.test&gt; wrote:</div><div><br></div>",
            "</div></div>",
        ),
        parts: Parts::Both,
        styles: ABOVE,
    },
    Program {
        name: "Proton",
        introduction: "On Monday, November 23rd, 2026 at 10:00 AM, Acme GmbH · ACME-1 <support@acme.test> wrote:\n",
        mark: "> ",
        tail: "",
        html: (
            "<div class=\"protonmail_signature_block\"><div>Sent with Proton Mail secure email.</div></div><div class=\"protonmail_quote\">On Monday, November 23rd, 2026 at 10:00 AM, Acme GmbH · ACME-1 &lt;support@acme.test&gt; wrote:<br><blockquote class=\"protonmail_quote\" type=\"cite\">",
            "</blockquote></div>",
        ),
        parts: Parts::Both,
        styles: ALL,
    },
    Program {
        name: "K-9",
        introduction: "On November 23, 2026 10:00:00 AM GMT+01:00, \"Acme GmbH · ACME-1\" <support@acme.test> wrote:",
        mark: ">",
        tail: "\n-- \nSent from my Android device with K-9 Mail. Please excuse my brevity.\n",
        html: (
            "<div class=\"k9mail-signature\">-- <br>Sent from my Android device with K-9 Mail.</div><div class=\"gmail_quote\">On November 23, 2026 10:00:00 AM GMT+01:00, \"Acme GmbH · ACME-1\" &lt;support@acme.test&gt; wrote:<blockquote class=\"gmail_quote\" style=\"margin: 0pt 0pt 0pt 0.8ex\">",
            "</blockquote></div>",
        ),
        parts: Parts::Both,
        styles: ALL,
    },
];

/// What the agent types, and what the customer shall get.
fn typed(style: Style) -> (&'static str, &'static str) {
    match style {
        Commands => (
            "#priority high\n@tag water\n\nUse water.\nPlenty of it: \"50 > 5\".",
            "Use water.\nPlenty of it: \"50 > 5\".",
        ),
        Inline => ("Use water.", "Use water.\n\nPlenty of it."),
        Top | Bottom => (
            "Use water.\nPlenty of it: \"50 > 5\".",
            "Use water.\nPlenty of it: \"50 > 5\".",
        ),
    }
}

fn quoted(program: &Program, lines: &[&str]) -> String {
    lines
        .iter()
        .map(|line| format!("{}{line}\n", program.mark))
        .collect::<Vec<_>>()
        .concat()
}

fn as_text(program: &Program, style: Style, notice: &str) -> String {
    let lines: Vec<&str> = notice.lines().collect();
    let introduction = program.introduction;
    let (mine, _) = typed(style);
    match style {
        Top | Commands => format!(
            "{mine}{}\n\n{introduction}\n{}",
            program.tail,
            quoted(program, &lines)
        ),
        Bottom => format!(
            "{introduction}\n{}\n{mine}\n{}",
            quoted(program, &lines),
            program.tail
        ),
        Inline => {
            let (above, below) = lines.split_at(lines.len() / 2);
            format!(
                "{introduction}\n{}\nUse water.\n\n{}\nPlenty of it.\n{}",
                quoted(program, above),
                quoted(program, below),
                program.tail
            )
        }
    }
}

fn as_html(program: &Program, style: Style, notice: &str) -> String {
    let escape = |text: &str| {
        text.replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
    };
    let div = |text: &str| {
        text.lines()
            .map(|line| {
                if line.is_empty() {
                    "<div><br></div>".to_owned()
                } else {
                    format!("<div>{}</div>", escape(line))
                }
            })
            .collect::<String>()
    };
    let quote = notice
        .lines()
        .map(|line| format!("{}<br>", escape(line)))
        .collect::<Vec<_>>()
        .concat();
    let (open, close) = program.html;
    let (mine, _) = typed(style);
    match style {
        Bottom => format!(
            "<html><body>{open}{quote}{close}{}</body></html>",
            div(mine)
        ),
        _ => format!(
            "<html><body>{}{open}{quote}{close}</body></html>",
            div(mine)
        ),
    }
}

/// The whole mail, its parts in base64.
fn written(program: &Program, style: Style, notice: &str, id: &str) -> String {
    let said = words(notice);
    let encode = |text: &str| {
        let encoded = data_encoding::BASE64.encode(text.as_bytes());
        encoded
            .as_bytes()
            .chunks(76)
            .map(|line| format!("{}\r\n", String::from_utf8_lossy(line)))
            .collect::<Vec<_>>()
            .concat()
    };
    let part = |kind: &str, text: &str| {
        format!(
            "Content-Type: {kind}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n",
            encode(text)
        )
    };
    let text = part("text/plain", &as_text(program, style, &said));
    let html = part("text/html", &as_html(program, style, &said));
    let body = match program.parts {
        Parts::Text => text,
        Parts::Html => html,
        Parts::Both => format!(
            "Content-Type: multipart/alternative; boundary=\"b1\"\r\n\r\n--b1\r\n{text}--b1\r\n{html}--b1--\r\n"
        ),
    };
    let (to, subject, ours) = (
        Road::header(notice, "Reply-To"),
        Road::header(notice, "Subject"),
        Road::header(notice, "Message-ID"),
    );
    stamped(
        PASS,
        &format!(
            "From: {ADA}\r\nTo: {to}\r\nMessage-ID: <{id}>\r\nDate: Mon, 23 Nov 2026 10:05:00 +0100\r\nSubject: Re: {subject}\r\nIn-Reply-To: {ours}\r\nReferences: {ours}\r\nMIME-Version: 1.0\r\n{body}"
        ),
    )
}

both_databases! {
    async fn a35_the_customer_gets_the_agents_words_and_nothing_else(database: TestDatabase) {
        let (road, notice) = asked(database).await;
        for (at, program) in PROGRAMS.iter().enumerate() {
            for style in program.styles {
                let before = road.queued("grace@customers.test").await.len();
                road.receive(&written(program, *style, &notice, &format!("s{at}{style:?}@agents.test"))).await;
                let queued = road.queued("grace@customers.test").await;
                let held: Vec<_> = road.messages("ACME-1").await.into_iter().filter(|m| m.held).map(|m| m.held_reason).collect();
                assert_eq!(queued.len(), before + 1, "{} {style:?}: {held:?}", program.name);
                let sent = queued.last().unwrap();
                let (_, wanted) = typed(*style);
                let squeezed = |text: &str| text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
                assert_eq!(squeezed(&words(sent)), squeezed(wanted), "{} {style:?}", program.name);
                assert!(!sent.contains("agents.test") && !sent.contains("=-=-"), "{} {style:?}: {sent}", program.name);
                let from = parse(sent.as_bytes()).from;
                assert_eq!(from[0].email, "support@acme.test", "{} {style:?}", program.name);
            }
        }
        assert_eq!(road.ticket("ACME-1").await.priority.as_str(), "high", "the commands were carried out");
    }
}
