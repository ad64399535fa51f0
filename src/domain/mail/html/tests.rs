use super::*;

fn clean(html: &str) -> Sanitised {
    sanitise(
        html,
        &Options {
            cid: &|id| (id == "logo@a").then(|| "data:image/png;base64,AAAA".to_owned()),
            allow_remote: false,
        },
    )
}

#[test]
fn a15_nothing_active_survives() {
    for html in [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<a href=\"javascript:alert(1)\">x</a>",
        "<a href=\" jAvA\tscript:alert(1)\">x</a>",
        "<svg><script>alert(1)</script></svg>",
        "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
        "<iframe src=\"https://evil.test\"></iframe>",
        "<form action=\"https://evil.test\"><input name=a><button>b</button></form>",
        "<div hx-get=\"/x\" data-hx-post=\"/y\" data-controller=\"z\">t</div>",
        "<p style=\"background:url(https://evil.test)\">t</p>",
        "<p style=\"width: expression(alert(1))\">t</p>",
        "<p style=\"color: \\75rl(x)\">t</p>",
        "<style>@import url(https://evil.test)</style>",
        "<meta http-equiv=refresh content=\"0;url=https://evil.test\"><base href=\"https://evil.test\">",
        "<link rel=stylesheet href=\"https://evil.test\">",
        "<video poster=\"https://evil.test\"><source src=\"https://evil.test\"></video>",
        "<img srcset=\"https://evil.test 1x\">",
        "<table background=\"https://evil.test\"><tr><td background=\"https://evil.test\">t</td></tr></table>",
        "<a href=\"data:text/html,x\">x</a>",
        "<img src=\"data:image/svg+xml;base64,AAAA\">",
    ] {
        let safe = clean(html).html.to_ascii_lowercase();
        for bad in [
            "script",
            "onerror",
            "evil",
            "hx-",
            "data-c",
            "data-h",
            "expression",
            "url",
            "svg",
            "form",
            "alert",
        ] {
            assert!(!safe.contains(bad), "{html} -> {safe}");
        }
    }
}

#[test]
fn a19_remote_images_are_left_out_and_counted() {
    let html = "<img src=\"https://evil.test/a.png\"><img src=\"cid:logo@a\"><img src=\"cid:none\"><img src=\"//evil.test/x\">";
    let safe = clean(html);
    assert!(
        !safe.html.contains("evil") && safe.html.contains("data:image/png"),
        "{}",
        safe.html
    );
    assert_eq!(safe.remote_images, 1);
    let shown = sanitise(
        html,
        &Options {
            cid: &|_| None,
            allow_remote: true,
        },
    );
    assert!(shown.html.contains("https://evil.test/a.png"));
}

#[test]
fn links_and_harmless_styles_stay() {
    let safe = clean(
        "<a href=\"https://x.test/\">x</a><p style=\"color:#333; font-family:'Arial', sans-serif; position:fixed\">t</p>",
    );
    assert!(
        safe.html.contains("rel=\"noopener noreferrer\""),
        "{}",
        safe.html
    );
    assert!(
        safe.html.contains("color:#333")
            && safe.html.contains("font-family")
            && !safe.html.contains("position"),
        "{}",
        safe.html
    );
}

#[test]
fn a19_trackers_are_counted_apart_and_never_loaded() {
    let html = "<img src=\"https://evil.test/o.gif\" width=1 height=1><img src=https://evil.test/p style=\"display:none\">\
        <img src=https://evil.test/q height=0><img src=https://evil.test/spacer.gif width=600 height=1><img src=http://evil.test/plain>";
    let options = Options {
        cid: &|_| None,
        allow_remote: true,
    };
    let safe = sanitise(html, &options);
    assert_eq!((safe.trackers, safe.remote_images), (3, 2), "{}", safe.html);
    assert!(safe.html.contains("spacer.gif"), "{}", safe.html);
    for tracker in ["o.gif", "/p", "/q", "plain"] {
        assert!(!safe.html.contains(tracker), "{}", safe.html);
    }
}

#[test]
fn a34_a_link_says_where_it_leads() {
    let safe = clean(
        "<a href=\"https://evil.test/\">https://bank.com/<b>x</b></a> <a href=\"https://x.org/\">b\u{202e}a</a>",
    );
    assert!(
        safe.html.contains("data-goes=\"evil.test\""),
        "{}",
        safe.html
    );
    assert!(
        safe.html.contains("title=\"goes to evil.test\""),
        "{}",
        safe.html
    );
    assert!(safe.html.contains("b[U+202E]a"), "{}", safe.html);
    assert!(
        !clean("<a href=\"https://a.test/\" data-goes=\"bank.com\">b</a>")
            .html
            .contains("data-goes")
    );
}

#[test]
fn a_mail_names_nothing_of_ours() {
    let safe = clean(
        "<form id=x name=location><img name=body id=cookie class=\"pr-fold m-a\"></form><p id=\"a b\" name=q>t</p>",
    );
    assert!(
        safe.html.contains("id=\"m-cookie\"") && safe.html.contains("class=\"m-pr-fold m-a\""),
        "{}",
        safe.html
    );
    assert!(!safe.html.contains("name="), "{}", safe.html);
}

#[test]
fn a_mail_with_colours_stays_on_white_paper() {
    for (html, ground) in [
        ("<div dir=ltr>Hello</div>", Ground::Any),
        (
            "<p style=\"color:windowtext;margin:0\">Hello</p>",
            Ground::Any,
        ),
        (
            "<blockquote style=\"border-left:1px solid #ccc\">Hello</blockquote>",
            Ground::Any,
        ),
        ("<p style=\"color:#333\">Hello</p>", Ground::Light),
        ("<font color=red>Hello</font>", Ground::Light),
        ("<body bgcolor=white>Hello", Ground::Light),
        ("<style>p{background:#fff}</style><p>Hello", Ground::Light),
        ("<style>p{margin:0}</style><p>Hello", Ground::Any),
        (
            "<meta name=color-scheme content=\"light dark\"><p style=\"color:#333\">Hello</p>",
            Ground::Any,
        ),
        (
            "<style>@media (prefers-color-scheme:dark){p{color:#fff}}</style><p style=\"color:#333\">Hello</p>",
            Ground::Any,
        ),
    ] {
        assert_eq!(clean(html).ground, ground, "{html}");
    }
}

#[test]
fn cleaning_twice_changes_nothing() {
    for html in [
        "<p>a<b>b",
        "<table><td>x<p>y</table>",
        "<a href=https://x.test>l</a>&lt;script&gt;",
        "<font face=a><div><p></font>",
        "<pre>\n\ncode",
        "<a href=https://a.test>x<button><a href=https://b.test>y</button>z</a>",
        "<table><a href=https://a.test><table><a href=https://b.test>",
        "<img src=cid:logo@a><img src=https://x.test/i>",
        "<div id=divRplyFwdMsg class=gmail_quote>q</div>",
        "<b><i><u><p>x<p>y",
        "<svg><p><style><a title=\"</style><img src=x>\">",
    ] {
        let once = clean(html).html;
        assert_eq!(clean(&once).html, once, "{html}");
    }
}

proptest::proptest! {
    #[test]
    fn whatever_the_html_is_it_settles(pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..40)) {
        let html = pieces.concat();
        let once = clean(&html).html;
        proptest::prop_assert_eq!(clean(&once).html, once);
    }
}

/// What HTML breaks at.
const PIECES: &[&str] = &[
    "<p>",
    "</p>",
    "<div>",
    "</div>",
    "<a href=https://a.test/>",
    "</a>",
    "<table>",
    "<tr>",
    "<td>",
    "</table>",
    "<b>",
    "</b>",
    "<i>",
    "<font color=red>",
    "</font>",
    "<ul>",
    "<li>",
    "<dd>",
    "<dt>",
    "<h1>",
    "</h1>",
    "<pre>",
    "\n",
    "text",
    "&amp;lt;",
    "<svg>",
    "</svg>",
    "<math>",
    "<mtext>",
    "<mglyph>",
    "<style>",
    "</style>",
    "<title>",
    "</title>",
    "<textarea>",
    "</textarea>",
    "<select>",
    "<option>",
    "<template>",
    "</template>",
    "<noscript>",
    "</noscript>",
    "<form>",
    "</form>",
    "<button>",
    "</button>",
    "<img src=x>",
    "<img src='cid:logo@a'>",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<br>",
    "</br>",
    "<nobr>",
    "<center>",
    "<details>",
    "<summary>",
    "<ruby>",
    "<rt>",
    "<caption>",
    "<col>",
    "<blockquote type=cite>",
    "<p class=x id=y style='color:red'>",
    "\"'>",
    "\0",
    "\u{202e}",
    "<xmp>",
    "<plaintext>",
    "<frameset>",
    "<body>",
    "<html>",
];
