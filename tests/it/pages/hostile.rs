//! A15, A19: mail that wants to run, to load, or to reach the page around it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::{Place, work};
use crate::support::TestDatabase;

/// Everything here calls home if a browser loads it, or changes the title if a browser runs it.
fn html(port: u16) -> String {
    let home = format!("http://127.0.0.1:{port}");
    let run = "top.document.title='OWNED';fetch('/tickets')";
    format!(
        r#"<html><head><link rel="stylesheet" href="{home}/css"><link rel="dns-prefetch" href="{home}"><link rel="preload" as="image" href="{home}/preload">
        <meta http-equiv="refresh" content="0;url={home}/refresh"><base href="{home}/"><style>@import "{home}/import"; body {{ background: url({home}/bg) }} @font-face {{ font-family: x; src: url({home}/font) }} p {{ font-family: x }}</style></head>
        <body onload="{run}" background="{home}/body"><script>{run}</script><p style="background-image:url({home}/inline)">CANARY</p>
        <img src="{home}/img" srcset="{home}/set 2x" onerror="{run}"><picture><source srcset="{home}/source"><img src=x onerror="{run}"></picture>
        <svg onload="{run}"><image href="{home}/svg"/><filter id=f><feImage href="{home}/fe"/></filter><script>{run}</script></svg>
        <video poster="{home}/poster" src="{home}/video"></video><audio src="{home}/audio"></audio><iframe src="{home}/iframe" srcdoc="<script>{run}</script>"></iframe>
        <object data="{home}/object"></object><embed src="{home}/embed"><form action="{home}/form"><input autofocus onfocus="{run}"><button>x</button></form>
        <a href="javascript:{run}" id="trap">click</a><math><mtext><table><mglyph><style><img src=x onerror="{run}"></style></mglyph></table></mtext></math>
        <details open ontoggle="{run}">x</details><div data-hx-get="/tickets" hx-trigger="load">x</div></body></html>"#
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a15_a19_hostile_html_runs_nothing_and_loads_nothing() {
    let canary = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = canary.local_addr().unwrap().port();
    let hits = Arc::new(AtomicUsize::new(0));
    let mut listening = JoinSet::new();
    let counted = Arc::clone(&hits);
    listening.spawn(async move {
        while canary.accept().await.is_ok() {
            counted.fetch_add(1, Ordering::SeqCst);
        }
    });
    let place = Place::new(TestDatabase::sqlite()).await;
    let raw = format!(
        "From: Eve <eve@evil.test>\r\nTo: support@acme.test\r\nMessage-ID: <evil@evil.test>\r\nSubject: <img src=x onerror=\"top.document.title='OWNED'\">\r\n\
         MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{}\r\n",
        html(port)
    );
    place.road.receive(&raw).await;
    let seen = work(
        &place.browser(),
        json!([
            {"goto": "/tickets?view=all"}, {"see": ".row"},
            {"goto": "/tickets/ACME-4"}, {"see": "article.message"},
            {"click": ".formatted summary"}, {"see": "iframe"},
            {"text": "body", "frame": "iframe", "as": "frame"},
            {"text": "#subject", "as": "subject"},
            {"screenshot": "hostile"},
            {"count": "title", "as": "titles"},
        ]),
    )
    .await;
    assert!(
        seen.values["frame"].as_str().unwrap().contains("CANARY"),
        "{}",
        seen.values
    );
    assert!(
        seen.values["subject"]
            .as_str()
            .unwrap()
            .starts_with("<img src=x"),
        "{}",
        seen.values
    );
    assert_eq!(
        hits.load(Ordering::SeqCst),
        0,
        "something was loaded from outside"
    );
    assert!(
        seen.problems.is_empty(),
        "the frame's policy had to step in: {:?}",
        seen.problems
    );
    assert!(seen.url.contains("/tickets/ACME-4"), "{}", seen.url);
}
