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
            "data-",
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
fn cleaning_twice_changes_nothing() {
    for html in [
        "<p>a<b>b",
        "<table><td>x<p>y</table>",
        "<a href=https://x.test>l</a>&lt;script&gt;",
        "<font face=a><div><p></font>",
    ] {
        let once = clean(html).html;
        assert_eq!(clean(&once).html, once, "{html}");
    }
}
