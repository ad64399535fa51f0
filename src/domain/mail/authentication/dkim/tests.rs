use ring::signature::{Ed25519KeyPair, KeyPair};

use super::*;
use crate::domain::mail::Headers;
use crate::domain::mail::hostile::costs_little;

/// RFC 8463, appendix A.3: one mail with two signatures, and the keys of appendix A.2.
const DINNER: &str = "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=brisbane; t=1528637909; h=from : to :
 subject : date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus
 Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==
DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=test; t=1528637909; h=from : to : subject :
 date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3
 DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz
 dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=
From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>

Hi.

We lost the game.  Are you hungry yet?

Joe.
";
const BRISBANE: &str = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
const TEST: &str = "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWR\
iGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3\
Ip3G+2kryOTIKT+l/K4w3QIDAQAB";
const FOOTBALL: Option<&str> = Some("football.example.com");

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn monday() -> DateTime<Utc> {
    at("2026-11-02T10:00:00Z")
}

/// The domain that a record proves, for a mail with one signature that is worth asking about.
fn proven(raw: &str, record: &str) -> Option<String> {
    let raw = raw.replace('\n', "\r\n");
    let claims = claims(raw.as_bytes(), Some("agents.test"), monday()).ok()?;
    claims[0].check(&[record.to_owned()]).by
}

#[test]
fn the_example_of_rfc_8463_is_valid_by_both_its_keys() {
    for raw in [
        DINNER.to_owned(),
        DINNER.replace('\n', "\r\n"),
        format!("{DINNER}\n\n"),
    ] {
        let claims = claims(raw.as_bytes(), FOOTBALL, monday()).unwrap();
        let names: Vec<_> = claims.iter().map(|claim| claim.name.as_str()).collect();
        assert_eq!(
            names,
            [
                "brisbane._domainkey.football.example.com",
                "test._domainkey.football.example.com"
            ]
        );
        for (claim, record) in claims.iter().zip([BRISBANE, TEST]) {
            let checked = claim.check(&[record.to_owned()]);
            assert_eq!(checked.by.as_deref(), FOOTBALL, "{}", checked.because);
        }
        // Each with the other's key.
        assert_eq!(claims[0].check(&[TEST.to_owned()]).by, None);
        assert_eq!(claims[1].check(&[BRISBANE.to_owned()]).by, None);
    }
}

#[test]
fn one_changed_letter_is_noticed() {
    let changed_body = DINNER.replace("hungry", "angry");
    let because = claims(changed_body.as_bytes(), FOOTBALL, monday()).unwrap_err();
    assert!(because.contains("the mail was changed"), "{because}");
    for (from, to) in [
        ("Is dinner ready?", "Is dinner ready!"),
        ("Suzie Q", "Suzie R"),
        ("t=1528637909", "t=1528637908"),
        ("b=/gCr", "b=/gCs"),
    ] {
        let changed = DINNER.replacen(from, to, 1);
        assert_ne!(changed, DINNER);
        let claims = claims(changed.as_bytes(), FOOTBALL, monday()).unwrap();
        assert_eq!(claims[0].check(&[BRISBANE.to_owned()]).by, None, "{to}");
    }
    // A field that was signed as absent a second time cannot be added.
    let added = DINNER.replace("Subject: Is", "Subject: Free money\nSubject: Is");
    let claims = claims(added.as_bytes(), FOOTBALL, monday()).unwrap();
    assert_eq!(claims[0].check(&[BRISBANE.to_owned()]).by, None);
}

#[test]
fn a_signature_of_another_domain_is_not_asked_about() {
    let because = claims(DINNER.as_bytes(), Some("evil.test"), monday()).unwrap_err();
    assert_eq!(because, "It bears no signature of evil.test.");
    // The same organisation, RFC 7489 section 3.1.1.
    let claims = claims(DINNER.as_bytes(), Some("example.com"), monday());
    assert_eq!(claims.unwrap().len(), 2);
    assert!(super::claims(DINNER.as_bytes(), None, monday()).is_err());
}

/// A signer with a key of its own.
struct Signer(Ed25519KeyPair);

impl Signer {
    fn new() -> Self {
        let random = ring::rand::SystemRandom::new();
        let key = Ed25519KeyPair::generate_pkcs8(&random).unwrap();
        Self(Ed25519KeyPair::from_pkcs8(key.as_ref()).unwrap())
    }

    fn record(&self, tags: &str) -> String {
        let key = data_encoding::BASE64.encode(self.0.public_key().as_ref());
        format!("{tags}k=ed25519; p={key}")
    }

    /// Signs a mail by an independent reading of the RFC for mails without folds and odd blanks, where the simple
    /// and the relaxed form differ in the names of the fields alone.
    fn sign(&self, tags: &str, names: &[&str], header: &str, body: &str) -> String {
        let hash = data_encoding::BASE64.encode(&sha(&body.replace('\n', "\r\n")));
        let list = names.join(":");
        let field = format!("v=1; a=ed25519-sha256; s=key; h={list}; bh={hash}; {tags}; b=");
        let relaxed = tags.contains("c=relaxed");
        let mut data = String::new();
        for wanted in names {
            let found = header.lines().filter_map(|line| line.split_once(": "));
            for (name, value) in found.filter(|(name, _)| name.eq_ignore_ascii_case(wanted)) {
                let name = if relaxed {
                    name.to_ascii_lowercase() + ":"
                } else {
                    format!("{name}: ")
                };
                data.extend([name.as_str(), value, "\r\n"]);
            }
        }
        data += if relaxed {
            "dkim-signature:"
        } else {
            "DKIM-Signature: "
        };
        data += &field;
        let signature = data_encoding::BASE64.encode(self.0.sign(&sha(&data)).as_ref());
        format!("DKIM-Signature: {field}{signature}\n{header}\n{body}")
    }
}

fn sha(text: &str) -> [u8; 32] {
    use sha2::{Digest, Sha256};
    Sha256::digest(text.as_bytes()).into()
}

const HEADER: &str = "From: Ada <ada@agents.test>\nTo: support@acme.test\nSubject: Hello\n";
const BODY: &str = "One line\nand another.\n";

#[test]
fn both_forms_of_header_and_body_are_checked() {
    let signer = Signer::new();
    let record = signer.record("v=DKIM1; ");
    for forms in [
        "",
        "c=simple;",
        "c=relaxed;",
        "c=simple/relaxed;",
        "c=relaxed/relaxed;",
        "c=relaxed/simple;",
    ] {
        let tags = format!("{forms} d=agents.test");
        let raw = signer.sign(&tags, &["from", "subject"], HEADER, BODY);
        assert_eq!(
            proven(&raw, &record).as_deref(),
            Some("agents.test"),
            "{forms}"
        );
        // Empty lines at the end count in neither form.
        assert!(proven(&format!("{raw}\n\n"), &record).is_some(), "{forms}");
        // What was not signed may change.
        let to = raw.replace("To: support", "To:  help");
        assert!(proven(&to, &record).is_some(), "{forms}");
        // Blanks count in the simple form only.
        let header = raw.replace("Subject: Hello", "subject:  Hello ");
        let relaxed = forms.starts_with("c=relaxed");
        assert_eq!(proven(&header, &record).is_some(), relaxed, "{forms}");
        let body = raw.replace("One line", "One \t line  ");
        assert_eq!(
            proven(&body, &record).is_some(),
            forms.contains("/relaxed"),
            "{forms}"
        );
    }
}

#[test]
fn a41_what_proves_too_little_is_not_asked_about() {
    let signer = Signer::new();
    let record = signer.record("");
    let now = monday().timestamp();
    let signed = |tags: &str, names: &[&str]| {
        let tags = format!("{tags}d=agents.test");
        proven(&signer.sign(&tags, names, HEADER, BODY), &record).is_some()
    };
    assert!(signed("", &["from"]));
    assert!(signed(&format!("x={}; ", now + 60), &["from"]));
    assert!(!signed(&format!("x={}; ", now - 60), &["from"]));
    assert!(!signed(&format!("l={}; ", BODY.len()), &["from"]));
    assert!(!signed("", &["to", "subject"]));
    assert!(!signed("i=@evil.test; ", &["from"]));
    assert!(signed("i=ada@mail.agents.test; ", &["from"]));
    // Twice the same tag, another version, another algorithm.
    let raw = signer.sign("d=agents.test", &["from"], HEADER, BODY);
    assert!(proven(&raw, &record).is_some());
    for (from, to) in [
        ("d=agents.test", "d=agents.test; d=agents.test"),
        ("v=1;", "v=2;"),
        ("a=ed25519-sha256", "a=rsa-sha1"),
        ("a=ed25519-sha256", "a=rsa-sha256"),
        ("s=key", "s=../key"),
    ] {
        assert_eq!(proven(&raw.replacen(from, to, 1), &record), None, "{to}");
    }
}

#[test]
fn a41_two_from_fields_or_a_crooked_header_prove_nothing() {
    let signer = Signer::new();
    let record = signer.record("");
    let raw = signer.sign("d=agents.test", &["from"], HEADER, BODY);
    assert!(proven(&raw, &record).is_some());
    for (from, to) in [
        ("From: Ada", "From: Eve <eve@evil.test>\nFrom: Ada"),
        ("From: Ada", "from : Eve <eve@evil.test>\nFrom: Ada"),
        ("To: support", "no field at all\nTo: support"),
        ("Subject: Hello", "Subject: Hello\rFrom: eve@evil.test"),
        ("Subject: Hello", "Subject: Hello\0"),
    ] {
        let changed = raw.replacen(from, to, 1);
        assert_ne!(changed, raw);
        assert_eq!(proven(&changed, &record), None, "{to:?}");
    }
    let long = format!("{}\n", "X-Long: x\n".repeat(600).trim_end());
    let padded = raw.replacen("To: support", &format!("{long}To: support"), 1);
    assert_eq!(proven(&padded, &record), None, "more fields than are read");
}

#[test]
fn a_key_says_what_it_is_for() {
    let signer = Signer::new();
    let raw = signer.sign(
        "i=@mail.agents.test; d=agents.test",
        &["from"],
        HEADER,
        BODY,
    );
    for (tags, holds) in [
        ("", true),
        ("v=DKIM1; ", true),
        ("v=DKIM1; s=email; t=x; h=sha1:sha256; n=hello; ", true),
        ("v=DKIM2; ", false),
        ("s=*; v=DKIM1; ", false),
        ("v=DKIM1; s=tls; ", false),
        ("v=DKIM1; h=sha1; ", false),
        ("v=DKIM1; t=y; ", false),
        ("v=DKIM1; t=s; ", false),
    ] {
        assert_eq!(
            proven(&raw, &signer.record(tags)).is_some(),
            holds,
            "{tags}"
        );
    }
    for record in [
        "",
        "v=DKIM1; k=ed25519; p=",
        "v=DKIM1; k=ed25519; p=?",
        "k=ed25519; p=aaaa",
        "v=spf1 -all",
    ] {
        assert_eq!(proven(&raw, record), None, "{record}");
    }
    let claims = claims(
        raw.replace('\n', "\r\n").as_bytes(),
        Some("agents.test"),
        monday(),
    )
    .unwrap();
    assert_eq!(claims[0].check(&[]).by, None);
    // One of several records may be left from before.
    let records = ["v=spf1 -all".to_owned(), signer.record("")];
    assert!(claims[0].check(&records).by.is_some());
}

#[test]
fn rsa_keys_shorter_than_1024_bits_are_refused() {
    // 512 bits, as an RSAPublicKey in a SubjectPublicKeyInfo.
    let short = "k=rsa; p=MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAL/At/LJyisGAqdKfXJIxDdku0LkAze+YeGsmGQ8T074tjDp+9ZuH1pPVMy9oQX4rs1Jet1yp+C8LLwepPq3/bkCAwEAAQ==";
    let claims = claims(DINNER.as_bytes(), FOOTBALL, monday()).unwrap();
    let checked = claims[1].check(&[short.to_owned()]);
    assert!(checked.because.contains("1024"), "{}", checked.because);
}

#[test]
fn what_we_checked_joins_what_the_server_said_and_its_failure_stays() {
    use Authentication::{Fail, Pass, Unknown};
    let own = Checked {
        by: Some("agents.test".to_owned()),
        because: "valid".to_owned(),
    };
    let (headers, _) = Headers::read(b"From: a@agents.test\n\n", &mut Vec::new());
    let unknown = super::super::evaluate(&headers, None, None, Some("agents.test"), monday());
    let judged = |was: Authentication, checked: &Checked| {
        let verdict = Verdict {
            authentication: was,
            ..unknown.clone()
        };
        verdict.with(checked).authentication
    };
    let nothing = Checked::nothing("no");
    for (was, with, without) in [
        (Unknown, Pass, Unknown),
        (Pass, Pass, Pass),
        (Fail, Fail, Fail),
    ] {
        assert_eq!(judged(was, &own), with);
        assert_eq!(judged(was, &nothing), without);
    }
}

#[test]
fn a33_the_body_is_hashed_once_however_many_signatures_there_are() {
    let bh = "2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=";
    let signature = format!(
        "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=football.example.com; s=test; h=from; bh={bh}; b=YWJj\r\n"
    );
    let from = "From: joe@football.example.com\r\n\r\n";
    let raw = signature.repeat(450) + from + &"another  text \r\n".repeat(60_000);
    costs_little(|| {
        let because = claims(raw.as_bytes(), FOOTBALL, monday()).unwrap_err();
        assert!(because.contains("another text"), "{because}");
    });
}
