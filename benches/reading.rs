//! What it costs to read mail: processor time for ordinary mails, and the most memory for the largest.
//! `cargo bench --bench reading`.
#![expect(clippy::print_stdout, reason = "figures are for reading")]
#![expect(clippy::unwrap_used, reason = "a bench that cannot begin may stop")]
#![expect(
    clippy::disallowed_methods,
    reason = "each shape is read by a process of its own, which is told which"
)]

use std::hint::black_box;
use std::process::Command;
use std::time::{Duration, Instant};

use data_encoding::BASE64_MIME;
use postroom::domain::mail::{html_body, parse};

/// Which shape a process of its own reads.
const SHAPE: &str = "POSTROOM_BENCH_SHAPE";
const LARGEST: usize = 50 << 20;

const SENTENCE: &str = "Good morning, since the update of last week our invoices show the wrong tax rate for \
    Österreich. ";

fn head(subject: &str, more: &str) -> String {
    let received = "Received: from mx1.example.org (mx1.example.org [192.0.2.7]) by mail.acme.test (Postfix) with ESMTPS \
        id 4XyZ for <support@acme.test>; Tue, 24 Nov 2026 10:00:00 +0000 (UTC)\r\n";
    format!(
        "Return-Path: <grace@customers.test>\r\nDelivered-To: support@acme.test\r\n{}\
         Authentication-Results: mail.acme.test; dkim=pass header.d=customers.test; spf=pass; dmarc=pass\r\n\
         DKIM-Signature: v=1; a=rsa-sha256; d=customers.test; s=a; h=from:to:subject; b={}\r\n\
         From: =?utf-8?q?Grace_H=C3=B6pper?= <grace@customers.test>\r\nTo: Support <support@acme.test>\r\n\
         Subject: {subject}\r\nMessage-ID: <1234@customers.test>\r\nIn-Reply-To: <1233@acme.test>\r\n\
         References: <1231@acme.test> <1232@customers.test> <1233@acme.test>\r\n\
         Date: Tue, 24 Nov 2026 10:00:00 +0000\r\nX-Mailer: Example 1.0\r\nMIME-Version: 1.0\r\n{more}\r\n",
        received.repeat(3),
        "x".repeat(340)
    )
}

/// A text of so many bytes, with an answer above a quote and a signature.
fn answer(bytes: usize) -> String {
    let mut text = String::from("Hello Ada,\r\n\r\n");
    while text.len() < bytes / 2 {
        text.push_str(SENTENCE);
        text.push_str("\r\n");
    }
    text.push_str("\r\nGrace\r\n-- \r\nGrace Höpper, Customers Ltd.\r\n\r\n");
    text.push_str("On Monday, 23 November 2026 at 09:00, Ada Lovelace <ada@acme.test> wrote:\r\n");
    while text.len() < bytes {
        text.push_str("> ");
        text.push_str(SENTENCE);
        text.push_str("\r\n");
    }
    text
}

fn html(bytes: usize) -> String {
    let mut html = String::from("<html><body><div dir=\"ltr\">");
    while html.len() < bytes {
        html.extend([
            "<p style=\"margin:0\" class=\"x\"><b>",
            SENTENCE,
            "</b><br></p>\r\n",
        ]);
    }
    html.push_str("</div></body></html>");
    html
}

/// Mails of about 8 KB, as people send them.
fn ordinary() -> Vec<(&'static str, Vec<u8>)> {
    let plain = "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n";
    let alternative = format!(
        "--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{}\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{}\r\n--b--\r\n",
        answer(2500),
        html(4000)
    );
    let attached = format!(
        "--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{}\r\n--b\r\nContent-Type: application/pdf; name=a.pdf\r\n\
         Content-Disposition: attachment; filename=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n--b--\r\n",
        answer(2500),
        BASE64_MIME.encode(&[7; 2900])
    );
    let html_only = "Content-Type: text/html; charset=utf-8\r\n";
    let mixed = |kind: &str| format!("Content-Type: multipart/{kind}; boundary=b\r\n");
    let away = "Auto-Submitted: auto-replied\r\nPrecedence: bulk\r\n".to_owned() + plain;
    [
        ("answer in text", head("Re: Invoice", plain) + &answer(6500)),
        (
            "text and HTML",
            head("Invoice", &mixed("alternative")) + &alternative,
        ),
        ("with a file", head("Invoice", &mixed("mixed")) + &attached),
        ("HTML alone", head("Invoice", html_only) + &html(6500)),
        (
            "automatic",
            head("Automatic reply: Invoice", &away) + &answer(6500),
        ),
    ]
    .map(|(name, mail)| (name, mail.into_bytes()))
    .into()
}

fn ordinary_mails() {
    println!(
        "{:<16} {:>7} {:>12} {:>10}",
        "ordinary mail", "bytes", "µs a mail", "mails/s"
    );
    let mails = ordinary();
    let mut sum = Duration::ZERO;
    for (name, mail) in &mails {
        let each = fastest(|| {
            black_box(parse(black_box(mail)));
        });
        sum += each;
        figures(name, mail.len(), each);
    }
    let bytes = mails.iter().map(|(_, mail)| mail.len()).sum::<usize>() / mails.len();
    figures(
        "on average",
        bytes,
        sum / u32::try_from(mails.len()).unwrap(),
    );
}

fn figures(name: &str, bytes: usize, each: Duration) {
    let micros = each.as_secs_f64() * 1e6;
    println!(
        "{name:<16} {bytes:>7} {micros:>12.0} {:>10.0}",
        1e6 / micros
    );
}

/// The time of one call: the best of several runs, because other programs only ever make it longer.
fn fastest(work: impl Fn()) -> Duration {
    let runs = (0..20).map(|_| {
        let began = Instant::now();
        (0..100).for_each(|_| work());
        began.elapsed() / 100
    });
    runs.min().unwrap()
}

/// The largest mails that are taken, by shape.
fn largest(shape: &str) -> Vec<u8> {
    let bytes = LARGEST;
    let mail = match shape {
        "one text" => {
            head("x", "Content-Type: text/plain; charset=utf-8\r\n")
                + &SENTENCE.repeat(bytes / SENTENCE.len())
        }
        "one text, latin 1" => {
            let mut mail =
                head("x", "Content-Type: text/plain; charset=iso-8859-15\r\n").into_bytes();
            mail.extend(b"Gr\xfc\xdfe \xa4 and more\r\n".repeat(bytes / 20));
            return mail;
        }
        "base64 text" => {
            let more =
                "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n";
            head("x", more)
                + &BASE64_MIME.encode(SENTENCE.repeat(bytes / 4 * 3 / SENTENCE.len()).as_bytes())
        }
        "base64 file" => {
            let file = BASE64_MIME.encode(&vec![7; bytes / 4 * 3 - (1 << 20)]);
            head("x", "Content-Type: multipart/mixed; boundary=b\r\n")
                + "--b\r\n\r\ntext\r\n--b\r\nContent-Type: application/zip\r\nContent-Transfer-Encoding: base64\r\n\r\n"
                + &file
                + "\r\n--b--\r\n"
        }
        "HTML" => head("x", "Content-Type: text/html; charset=utf-8\r\n") + &html(bytes),
        "tags" => head("x", "Content-Type: text/html\r\n") + &"<a>b".repeat(bytes / 4),
        "lines" => head("x", "Content-Type: text/plain\r\n") + &"\n".repeat(bytes),
        "delimiters" => {
            head("x", "Content-Type: multipart/mixed; boundary=b\r\n") + &"--b\n".repeat(bytes / 4)
        }
        "parts" => {
            let part = format!("--b\n{}\n.\n", "A: b\n".repeat(499));
            head("x", "Content-Type: multipart/mixed; boundary=b\r\n")
                + &part.repeat(bytes / part.len())
        }
        "a mail in a mail" => {
            let more = "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n";
            head("x", more)
                + &BASE64_MIME.encode(SENTENCE.repeat(bytes / 4 * 3 / SENTENCE.len()).as_bytes())
        }
        "uuencoded file" => {
            let line = format!("M{}\n", "!".repeat(60));
            head("x", "Content-Type: text/plain\r\n")
                + "begin 644 a\n"
                + &line.repeat(bytes / line.len())
                + "end\n"
        }
        _ => {
            let bounce = "Content-Type: text/plain\r\nX-Failed-Recipients: a@b.test\r\n";
            head("Undelivered Mail", bounce) + &"for a@b.test\nTo: c\n\n".repeat(bytes / 20)
        }
    };
    mail.into_bytes()
}

const SHAPES: [&str; 12] = [
    "one text",
    "one text, latin 1",
    "base64 text",
    "base64 file",
    "HTML",
    "tags",
    "lines",
    "delimiters",
    "parts",
    "a mail in a mail",
    "uuencoded file",
    "bounce",
];

/// The most memory that this process has had, in MiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok());
    kib.unwrap_or_default() / 1024
}

fn read_one(shape: &str) {
    let mail = largest(shape);
    // Making the mail took memory too: what counts from here on is what reading it adds.
    let path = std::env::temp_dir().join(format!("postroom-bench-{}", std::process::id()));
    std::fs::write(&path, &mail).unwrap();
    drop(mail);
    let child = Command::new(std::env::current_exe().unwrap())
        .env(SHAPE, &path)
        .output()
        .unwrap();
    std::fs::remove_file(&path).unwrap();
    print!("{shape:<20}{}", String::from_utf8_lossy(&child.stdout));
}

fn read_file(path: &str) {
    let mail = std::fs::read(path).unwrap();
    let size = mail.len() >> 20;
    let before = peak();
    let began = Instant::now();
    let read = parse(&mail);
    let (took, after) = (began.elapsed(), peak());
    let began = Instant::now();
    let html = html_body(&mail).map_or(0, |html| html.len() >> 20);
    let shown = began.elapsed();
    println!(
        "{size:>4} {:>10.2} {:>10.2} {before:>10} {after:>10} {:>10} {html:>6}  {}",
        took.as_secs_f64(),
        shown.as_secs_f64(),
        peak(),
        read.limits.join(" ")
    );
}

fn main() {
    if let Ok(path) = std::env::var(SHAPE) {
        read_file(&path);
        return;
    }
    ordinary_mails();
    println!(
        "\n{:<20}{:>4} {:>10} {:>10} {:>10} {:>10} {:>10} {:>6}  limits",
        "the largest mail",
        "MiB",
        "read, s",
        "HTML, s",
        "MiB before",
        "MiB read",
        "MiB shown",
        "HTML"
    );
    for shape in SHAPES {
        read_one(shape);
    }
}
