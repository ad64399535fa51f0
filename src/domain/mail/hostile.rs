//! Mails made to cost much: reading and showing them takes time in proportion to their size, whatever they are made of
//! (A32, A33). Each shape once made some loop look at the same bytes again and again.

use std::time::Instant;

use super::html::{self, Look, Options};
use super::{html_body, parse};

/// Processor time of this thread, which nobody else on the machine makes longer; or else the time that passed.
fn cost(work: impl Fn()) -> u64 {
    let spent = || {
        let stat = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
        stat.split(' ').next()?.parse::<u64>().ok()
    };
    let (began, before) = (Instant::now(), spent());
    work();
    match (before, spent()) {
        (Some(before), Some(after)) if after > 0 => after - before,
        _ => u64::try_from(began.elapsed().as_nanos()).unwrap(),
    }
}

/// Asserts that some work is done within two seconds of processor time: what once took minutes, and now takes
/// milliseconds, tells itself apart on any machine.
pub(super) fn costs_little(work: impl Fn()) {
    let spent = cost(work);
    assert!(spent < 2_000_000_000, "{spent} ns");
}

fn read_and_show(raw: &str) {
    parse(raw.as_bytes());
    if let Some(html) = html_body(raw.as_bytes()) {
        Look::of(&html);
        let options = Options {
            cid: &|_| None,
            allow_remote: false,
        };
        html::sanitise(&html, &options);
    }
}

/// Four times as much of a shape costs about four times as much. Sixteen times would be the square.
fn grows_with_size(name: &str, mail: impl Fn(usize) -> String, bytes: usize) {
    let (small, large) = (mail(bytes), mail(4 * bytes));
    let mut figures = (0, 0);
    for _ in 0..3 {
        figures = (
            cost(|| read_and_show(&small)),
            cost(|| read_and_show(&large)),
        );
        let (small, large) = figures;
        if large < 8 * small + 20_000_000 {
            return;
        }
    }
    panic!(
        "{name}: {} bytes cost {} ns, four times as many {} ns",
        small.len(),
        figures.0,
        figures.1
    );
}

fn repeated(piece: &str, bytes: usize) -> String {
    piece.repeat(bytes / piece.len() + 1)
}

fn numbered(bytes: usize, piece: impl Fn(usize) -> String) -> String {
    let mut out = String::with_capacity(bytes + 100);
    let mut n = 0;
    while out.len() < bytes {
        out.push_str(&piece(n));
        n += 1;
    }
    out
}

const BOUNCE: &str =
    "From: MAILER-DAEMON@b.test\nSubject: Undelivered Mail\n\nThe following address failed:\n";

#[test]
fn a33_html_of_any_shape_costs_time_in_proportion_to_its_size() {
    for (name, piece) in [
        ("comments without end", "<!--a>"),
        ("quotes without end", "<a =\">=\""),
        ("quotes of both kinds without end", "<a b='\" c=\"'"),
        ("sheets without end", "<style></styl"),
        ("declarations", "<!a"),
        ("links around everything", "<a href=http://x.test/>x"),
        ("links that are closed", "<a href=http://x.test/y>x</a>"),
        ("tables", "<table><tr><td>x"),
        ("formats in paragraphs", "<p><b><i><font color=a>x"),
        ("quotes in quotes", "<blockquote>x"),
        ("blanks before tags", "   <p> "),
        ("entities", "&amp;&#x&lt"),
        ("marks of quotes", "<div class=gmail_quote>x<br></div>"),
        ("images", "<img alt=x src=cid:a>"),
        ("roots", "<html a=b><body c=d>"),
        ("sheets", "<style>p { color: red; a: b }</style>"),
        ("open rules", "<style>p{{{a:b"),
        ("preformatted", "<pre> \n "),
        ("ends of nothing", "</a></div></p>"),
    ] {
        let mail = |bytes| format!("Content-Type: text/html\n\n{}", repeated(piece, bytes));
        grows_with_size(name, mail, 32 * 1024);
    }
}

#[test]
fn a33_attributes_of_one_tag_or_of_all_roots_cost_time_in_proportion_to_their_size() {
    let one = |bytes| {
        let attributes = numbered(bytes, |n| format!(" a{n}"));
        format!("Content-Type: text/html\n\n<p{attributes}>x")
    };
    grows_with_size("attributes of a paragraph", one, 64 * 1024);
    let roots = |bytes| {
        let roots = numbered(bytes, |n| format!("<html a{n}=b></html>"));
        format!("Content-Type: text/html\n\n{roots}")
    };
    grows_with_size("attributes of roots", roots, 64 * 1024);
}

#[test]
fn a33_text_of_any_shape_costs_time_in_proportion_to_its_size() {
    for (name, piece) in [
        ("files without end", "=ybegin line=1 name=a\n"),
        ("files without a name", "=ybegin line=1  name= \n"),
        ("uuencoded beginnings", "begin 644 a\n`\n"),
        ("quoted lines", "> a\n"),
        ("introductions", "On Monday, Ada <a@b.test> wrote:\n"),
        ("header blocks", "From: a\nSent: b\n\n"),
        ("delimiters", "-- \n"),
        ("rules", "____\n"),
        ("words", "wrote schrieb 2026 10:00 a@b "),
        ("deep quotes", "> > > > "),
    ] {
        let mail = |bytes| format!("Subject: x\n\n{}", repeated(piece, bytes));
        grows_with_size(name, mail, 32 * 1024);
        let last = |bytes| format!("{}\n=yend\n", mail(bytes));
        grows_with_size(name, last, 32 * 1024);
        let flowed = |bytes| {
            let text = repeated(piece, bytes);
            format!("Content-Type: text/plain; format=flowed; delsp=yes\n\n{text}")
        };
        grows_with_size(name, flowed, 32 * 1024);
    }
}

#[test]
fn a33_bounces_of_any_shape_cost_time_in_proportion_to_their_size() {
    for (name, piece) in [
        ("addresses on one line", "for a@b.test "),
        ("addresses on lines", "a@b.test\n"),
        ("header lines", "\nTo:\n\n"),
        (
            "header lines with text that is not ASCII",
            "\nTo: é\nFrom: x\n\n",
        ),
        ("answers", "550 5.1.1 user unknown\n"),
        ("recipients", "Final-Recipient: rfc822; a@b.test\n\n"),
        ("words", "could not be delivered to "),
        ("dividers", "--- original message "),
    ] {
        let mail = |bytes| format!("{BOUNCE}{}", repeated(piece, bytes));
        grows_with_size(name, mail, 32 * 1024);
        let failed = |bytes| {
            let failed = numbered(16 * 1024, |n| format!("a{n}@b.test, "));
            format!("X-Failed-Recipients: {failed}\n{}", mail(bytes))
        };
        grows_with_size(name, failed, 32 * 1024);
    }
}

#[test]
fn a33_headers_of_any_shape_cost_time_in_proportion_to_their_size() {
    for (name, piece) in [
        ("encoded words without end", "=?a?q?x"),
        ("encoded words", "=?utf-8?q?x?= "),
        ("marks", "=? "),
        ("answers to answers", "Re: Fwd: "),
        ("keys", "[A-1] "),
        ("addresses", "a@b.test, "),
        ("groups", "a:b@c.test;"),
        ("comments", "(a (b "),
        ("ids", "<a@b> "),
        ("open ids", "<a"),
        ("parameters", "; a*1*=x"),
        ("quotes", "\"a\\\""),
    ] {
        let mail = |bytes| {
            let value = repeated(piece, bytes);
            format!(
                "From: {value}\nSubject: {value}\nReferences: {value}\nContent-Type: text/plain; name={value}\n\nx"
            )
        };
        grows_with_size(name, mail, 16 * 1024);
    }
}

#[test]
fn a33_parts_of_any_shape_cost_time_in_proportion_to_their_size() {
    for (name, piece) in [
        ("delimiters", "--b\n"),
        ("empty parts", "--b\n\n.\n"),
        ("parts with headers", "--b\nA: b\nC: d\n\n.\n"),
        (
            "containers",
            "--b\nContent-Type: multipart/mixed; boundary=c\n\n--c\n\n",
        ),
        (
            "mails",
            "--b\nContent-Type: message/rfc822\n\nSubject: x\n\nx\n",
        ),
        ("texts with files", "--b\n\nbegin 644 a\n#86)C\n`\nend\n"),
    ] {
        let mail = |bytes| {
            format!(
                "Content-Type: multipart/mixed; boundary=b\n\n{}",
                repeated(piece, bytes)
            )
        };
        grows_with_size(name, mail, 32 * 1024);
    }
}

#[test]
fn a33_what_lies_beyond_a_limit_is_named() {
    let long = "x".repeat(9 << 20);
    let headers = numbered(3 << 20, |_| format!("--b\n{}\n.\n", "A: b\n".repeat(400)));
    for (raw, words) in [
        (
            format!("Subject: {}\n\nx", "s".repeat(5000)),
            "subject is longer than 4 KiB",
        ),
        (format!("Subject: x\n\n{long}"), "first 8 MiB of a text"),
        (
            format!("Content-Type: text/html\nContent-Transfer-Encoding: base64\n\n{long}"),
            "first 8 MiB of a text",
        ),
        (
            format!("Content-Type: multipart/mixed; boundary=b\n\n{headers}"),
            "headers of its parts",
        ),
        (
            format!(
                "Content-Type: multipart/mixed; boundary=b\n\n{}",
                "--b\n".repeat(500_000)
            ),
            "more than 1000 parts",
        ),
    ] {
        let limits = parse(raw.as_bytes()).limits;
        assert!(
            limits.iter().any(|limit| limit.contains(words)),
            "{words}: {limits:?}"
        );
    }
}
