use super::*;

const MX: &str =
    "Received: from x by mx.acme.test (Postfix) with ESMTP id 1; Mon, 2 Nov 2026 10:00:00 +0000\n";

fn verdict(raw: &str) -> Authentication {
    let (headers, _) = Headers::read(raw.as_bytes(), &mut Vec::new());
    let anchor = Anchor::Id("mx.acme.test".to_owned());
    evaluate(
        &headers,
        Some(&anchor),
        Some("mx.acme.test"),
        Some("agents.test"),
    )
    .authentication
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
fn a41_a_signature_with_a_length_counts_as_none() {
    let results = "Authentication-Results: mx.acme.test; dkim=pass header.d=agents.test; dmarc=pass header.from=agents.test\n";
    let partial = "DKIM-Signature: v=1; a=rsa-sha256; d=agents.test; s=k; l=100; h=from; b=x\n";
    assert_eq!(
        verdict(&format!("{results}{MX}{partial}From: ada@agents.test\n\n")),
        Authentication::Unknown
    );
}

#[test]
fn without_an_id_only_the_topmost_header_counts() {
    let raw = "Authentication-Results: spf=pass (sender IP is 1.2.3.4) smtp.mailfrom=agents.test; dkim=pass header.d=agents.test; dmarc=pass action=none header.from=agents.test\n\
               Received: from a by b\nAuthentication-Results: dmarc=fail header.from=agents.test\nFrom: ada@agents.test\n\n";
    let (headers, _) = Headers::read(raw.as_bytes(), &mut Vec::new());
    let verdict = evaluate(
        &headers,
        Some(&Anchor::TopmostWithoutId),
        None,
        Some("agents.test"),
    );
    assert_eq!(verdict.authentication, Authentication::Pass);
    assert_eq!(
        (verdict.spf.as_deref(), verdict.dkim.as_deref()),
        (Some("pass"), Some("pass"))
    );
    let none = evaluate(&headers, None, None, Some("agents.test"));
    assert_eq!(none.authentication, Authentication::Unknown);
    assert_eq!(
        evaluate(&headers, Some(&Anchor::TopmostWithoutId), None, None).authentication,
        Authentication::Unknown
    );
}
