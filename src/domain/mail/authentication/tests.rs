use super::*;

const MX: &str =
    "Received: from x by mx.acme.test (Postfix) with ESMTP id 1; Mon, 2 Nov 2026 10:00:00 +0000\n";

fn monday() -> DateTime<Utc> {
    "2026-11-02T10:00:00Z".parse().unwrap()
}

fn verdict(raw: &str) -> Authentication {
    by("mx.acme.test", Some("mx.acme.test"), raw)
}

fn by(setting: &str, trusted_host: Option<&str>, raw: &str) -> Authentication {
    let (headers, _) = Headers::read(raw.as_bytes(), &mut Vec::new());
    let anchor = Anchor::read(setting);
    let from = Some("agents.test");
    evaluate(&headers, Some(&anchor), trusted_host, from, monday()).authentication
}

fn header(results: &str) -> Authentication {
    verdict(&format!(
        "Authentication-Results: {results}\n{MX}From: ada@agents.test\n\n"
    ))
}

#[test]
fn results_of_the_trusted_server_decide() {
    use Authentication::{Fail, Pass, Unknown};
    for (results, want) in [
        ("mx.acme.test; dmarc=pass header.from=agents.test", Pass),
        (
            "MX.Acme.test 1; dmarc=pass (p=none) header.from=agents.test",
            Pass,
        ),
        (
            "\"mx.acme.test\"; (comment; dmarc=fail) dmarc = pass header.from = agents.test",
            Pass,
        ),
        (
            "mx.acme.test 2; dmarc=pass header.from=agents.test",
            Unknown,
        ),
        (
            "mx\".acme.test\"; dmarc=pass header.from=agents.test",
            Unknown,
        ),
        ("other.test; dmarc=pass header.from=agents.test", Unknown),
        (
            "mx.acme.test.evil.test; dmarc=pass header.from=agents.test",
            Unknown,
        ),
        ("mx.acme.test; dmarc=fail header.from=agents.test", Fail),
        (
            "mx.acme.test; dmarc=pass header.from=agents.test; dmarc=fail header.from=agents.test",
            Fail,
        ),
        ("mx.acme.test; dmarc=pass header.from=evil.test", Unknown),
        ("mx.acme.test; dkim=pass header.d=mail.agents.test", Pass),
        (
            "mx.acme.test; dkim=fail header.d=agents.test; dkim=pass header.i=@agents.test",
            Pass,
        ),
        ("mx.acme.test; dkim=pass header.d=evil.test", Unknown),
        (
            "mx.acme.test; spf=pass smtp.mailfrom=bounce@agents.test",
            Pass,
        ),
        ("mx.acme.test; spf=pass smtp.mailfrom=evil.test", Unknown),
        ("mx.acme.test; dkim/2=pass header.d=agents.test", Unknown),
        ("mx.acme.test; x-new=pass; spf=none", Unknown),
        ("mx.acme.test; none", Unknown),
        (
            "mx.acme.test; dmarc=temperror header.from=agents.test; spf=pass smtp.mailfrom=agents.test",
            Unknown,
        ),
        ("dmarc=pass header.from=agents.test", Unknown),
    ] {
        assert_eq!(header(results), want, "{results}");
    }
}

#[test]
fn below_the_received_line_anybody_can_have_written_it() {
    let forged = "Authentication-Results: mx.acme.test; dmarc=pass header.from=agents.test\n";
    assert_eq!(
        verdict(&format!("{MX}{forged}From: ada@agents.test\n\n")),
        Authentication::Unknown
    );
    assert_eq!(
        verdict(&format!("{forged}{MX}From: ada@agents.test\n\n")),
        Authentication::Pass
    );
    assert_eq!(
        verdict(&format!("{forged}From: ada@agents.test\n\n")),
        Authentication::Unknown
    );
    let failed = "Authentication-Results: mx.acme.test; dmarc=fail header.from=agents.test\n";
    assert_eq!(
        verdict(&format!("{forged}{failed}{MX}From: ada@agents.test\n\n")),
        Authentication::Fail
    );
}

#[test]
fn a14_the_domain_in_a_quoted_local_part_is_nobodys() {
    use Authentication::{Fail, Pass, Unknown};
    for (results, want) in [
        (
            r#"spf=pass smtp.mailfrom="x y@agents.test"@evil.test"#,
            Unknown,
        ),
        (
            r#"spf=pass smtp.mailfrom="x y@agents.test" @evil.test"#,
            Unknown,
        ),
        (
            r#"spf=pass smtp.mailfrom="x y@agents.test" (a) @evil.test"#,
            Unknown,
        ),
        (
            r#"spf=pass smtp.mailfrom=x" y@agents.test"@evil.test"#,
            Unknown,
        ),
        (
            r#"spf=pass smtp.mailfrom="\"x y@agents.test\"@evil.test""#,
            Unknown,
        ),
        (r#"spf=pass smtp.mailfrom="\"x y@agents.test\"""#, Unknown),
        (r#"spf=pass smtp.mailfrom="x y@agents.test"#, Unknown),
        (
            "spf=pass smtp.mailfrom=@evil.test smtp.mailfrom=x@agents.test",
            Unknown,
        ),
        (
            "spf=pass smtp.mailfrom=x smtp.mailfrom=agents.test@evil.test",
            Unknown,
        ),
        (
            r#"spf=pass smtp.mailfrom="a\"b"@evil.test smtp.helo=agents.test"#,
            Unknown,
        ),
        (
            r#"spf=pass (domain of "x) ; dkim=pass header.d=agents.test ("@evil.test)"#,
            Unknown,
        ),
        (r#"dkim=pass header.i="x y@agents.test"@evil.test"#, Unknown),
        (
            "dkim=pass header.d=evil.test header.i=@agents.test",
            Unknown,
        ),
        (
            r#"dmarc=pass header.from="x y@agents.test"@evil.test"#,
            Unknown,
        ),
        ("dmarc=pass header.from=agents.test evil.test", Unknown),
        (
            "dmarc=fail header.from=agents.test evil.test; spf=pass smtp.mailfrom=agents.test",
            Fail,
        ),
        (
            r#"spf=pass smtp.mailfrom="x y@evil.test"@agents.test"#,
            Pass,
        ),
        (r#"spf=pass smtp.mailfrom="x@agents.test""#, Pass),
        ("spf=pass smtp.mailfrom=b+ada=evil.test@Agents.test.", Pass),
        (r#"dkim=pass header.i="x y"@agents.test header.b=ab="#, Pass),
    ] {
        assert_eq!(
            header(&format!("mx.acme.test; {results}")),
            want,
            "{results}"
        );
    }
}

#[test]
fn a14_a_forged_line_of_our_server_does_not_make_its_results_true() {
    let forged = "Authentication-Results: acme.test; dmarc=pass header.from=agents.test\n\
                  Received: from x by acme.test with ESMTP; Mon, 2 Nov 2026 10:00:00 +0000\n";
    let rest = "From: ada@agents.test\n\n";
    // The id is not the name under which our server writes its own lines.
    let below = format!("{MX}{forged}{rest}");
    assert_eq!(by("acme.test", None, &below), Authentication::Unknown);
    let host = Some("mx.acme.test");
    assert_eq!(by("acme.test", host, &below), Authentication::Unknown);
    // It may have written some results of its own.
    let own = "Authentication-Results: acme.test; spf=none smtp.mailfrom=evil.test\n";
    let both = format!("{own}{MX}{forged}{rest}");
    assert_eq!(by("acme.test", None, &both), Authentication::Unknown);
    assert_eq!(by("acme.test", host, &both), Authentication::Unknown);
    // Of the blocks above the boundary the topmost one counts.
    let inner = "Received: from mx.acme.test by inner.acme.test with ESMTP; date\n";
    let two = format!("{own}{inner}{forged}{MX}{rest}");
    assert_eq!(by("acme.test", host, &two), Authentication::Unknown);
    let one = format!(
        "{inner}Authentication-Results: acme.test; dmarc=pass header.from=agents.test\n{MX}{rest}"
    );
    assert_eq!(by("acme.test", host, &one), Authentication::Pass);
    assert_eq!(by("acme.test", None, &one), Authentication::Unknown);
}

#[test]
fn a14_results_without_an_id_are_those_of_microsofts_inbound_servers() {
    let results = "Authentication-Results: spf=pass (sender IP is 1.2.3.4) smtp.mailfrom=agents.test; dmarc=pass action=none header.from=agents.test\n";
    let inner =
        "Received: from A.prod.outlook.com by B.eurprd05.prod.outlook.com with HTTPS; date\n";
    let edge = "Received: from mail.agents.test (1.2.3.4) by DB5EUR01FT012.mail.protection.outlook.com (10.0.0.1) with Microsoft SMTP Server; date\n";
    let rest = "From: ada@agents.test\n\n";
    let without_id = |trusted_host, raw: &str| by("topmost-without-id", trusted_host, raw);
    let real = format!("{inner}{results}{edge}{rest}");
    assert_eq!(without_id(None, &real), Authentication::Pass);
    let below = format!("{inner}{edge}{results}{rest}");
    assert_eq!(without_id(None, &below), Authentication::Unknown);
    assert_eq!(
        without_id(None, &format!("{below}{edge}{rest}")),
        Authentication::Unknown
    );
    // Any other server must be named: below its line anybody can have written everything.
    let elsewhere = format!("{MX}{results}{rest}");
    assert_eq!(without_id(None, &elsewhere), Authentication::Unknown);
    let elsewhere = format!("{results}{MX}{rest}");
    assert_eq!(without_id(None, &elsewhere), Authentication::Unknown);
    let named = without_id(Some("mx.acme.test"), &elsewhere);
    assert_eq!(named, Authentication::Pass);
}

#[test]
fn a41_a_signature_that_proves_too_little_counts_as_none() {
    let results = "Authentication-Results: mx.acme.test; dkim=pass header.d=agents.test; dmarc=pass header.from=agents.test\n";
    let judged = |tags: &str, more: &str| {
        let signature =
            format!("DKIM-Signature: v=1; a=rsa-sha256; d=agents.test; s=k; {tags}; b=x\n");
        verdict(&format!(
            "{results}{MX}{signature}{more}From: ada@agents.test\n\n"
        ))
    };
    let now = monday().timestamp();
    for (tags, want) in [
        ("h=from".to_owned(), Authentication::Pass),
        ("h=To : From : Date".to_owned(), Authentication::Pass),
        (format!("h=from; x={}", now + 60), Authentication::Pass),
        (format!("h=from; x={}", now - 60), Authentication::Unknown),
        ("h=from; x=soon".to_owned(), Authentication::Unknown),
        ("h=from; l=100".to_owned(), Authentication::Unknown),
        ("h=from; L = 0".to_owned(), Authentication::Unknown),
        ("h=to:date".to_owned(), Authentication::Unknown),
        ("c=simple".to_owned(), Authentication::Unknown),
    ] {
        assert_eq!(judged(&tags, ""), want, "{tags}");
    }
    // What another domain signed is another matter.
    let foreign = "DKIM-Signature: v=1; d=list.test; s=k; l=5; h=from; b=x\n";
    assert_eq!(judged("h=from", foreign), Authentication::Pass);
    // SPF does not depend on any signature.
    let spf = results.replace("dkim=pass", "spf=pass smtp.mailfrom=agents.test; dkim=pass");
    let long = "DKIM-Signature: v=1; d=agents.test; s=k; l=5; h=from; b=x\n";
    let raw = format!("{spf}{MX}{long}From: ada@agents.test\n\n");
    assert_eq!(verdict(&raw), Authentication::Pass);
}

#[test]
fn a41_with_two_from_fields_nothing_is_proven() {
    let raw = format!(
        "Authentication-Results: mx.acme.test; dmarc=pass header.from=agents.test\n{MX}From: ada@agents.test\nFrom: eve@evil.test\n\n"
    );
    let mail = crate::domain::mail::parse(raw.as_bytes());
    assert!(mail.single_from().is_none());
    let anchor = Anchor::read("mx.acme.test");
    let verdict = evaluate(&mail.headers, Some(&anchor), None, None, monday());
    assert_eq!(verdict.authentication, Authentication::Unknown);
}

#[test]
fn without_an_id_only_the_topmost_header_counts() {
    let raw = "Authentication-Results: spf=pass (sender IP is 1.2.3.4) smtp.mailfrom=agents.test; dkim=pass header.d=agents.test; dmarc=pass action=none header.from=agents.test\n\
               Authentication-Results: dmarc=fail header.from=agents.test\nReceived: from a by x.mail.protection.outlook.com\nFrom: ada@agents.test\n\n";
    let (headers, _) = Headers::read(raw.as_bytes(), &mut Vec::new());
    let anchor = Anchor::TopmostWithoutId;
    let verdict = evaluate(&headers, Some(&anchor), None, Some("agents.test"), monday());
    assert_eq!(verdict.authentication, Authentication::Pass);
    assert_eq!(
        (verdict.spf.as_deref(), verdict.dkim.as_deref()),
        (Some("pass"), Some("pass"))
    );
    let none = evaluate(&headers, None, None, Some("agents.test"), monday());
    assert_eq!(none.authentication, Authentication::Unknown);
    let nobody = evaluate(&headers, Some(&anchor), None, None, monday());
    assert_eq!(nobody.authentication, Authentication::Unknown);
}
