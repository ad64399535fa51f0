//! What goes along with an agent's answer: nothing that shows the agent, and no notice in any file (A35).

use super::{ADA, PASS, asked, stamped, words};
use crate::road::Road;
use crate::support::TestDatabase;
use crate::support::database::both_databases;
use postroom::domain::mail::parse;

const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

/// Ada's proven answer with this type and body.
fn answer(notice: &str, id: &str, kind: &str, body: &str) -> String {
    let to = Road::header(notice, "Reply-To");
    let raw = format!(
        "From: {ADA}\nTo: {to}\nMessage-ID: <{id}>\nSubject: Re: Printer\nMIME-Version: 1.0\nContent-Type: {kind}\n\n{body}"
    );
    stamped(PASS, &raw.replace('\n', "\r\n"))
}

fn part(kind: &str, more: &str, body: &str) -> String {
    format!("--b\nContent-Type: {kind}\n{more}\n{body}\n")
}

fn encoded(kind: &str, bytes: &[u8]) -> String {
    let body = data_encoding::BASE64.encode(bytes);
    let lines: Vec<&str> = body
        .as_bytes()
        .chunks(76)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    part(
        kind,
        "Content-Disposition: attachment\nContent-Transfer-Encoding: base64\n",
        &lines.join("\n"),
    )
}

fn mixed(parts: &[String]) -> String {
    format!("{}--b--\n", parts.concat())
}

both_databases! {
    async fn a35_what_cannot_be_read_here_waits(database: TestDatabase) {
        let (road, notice) = asked(database).await;
        let text = part("text/plain", "", "Use water.");
        for (at, (kind, body)) in [
            ("application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\nContent-Transfer-Encoding: base64", "MIAGCSqGSIb3DQEHAqCAMIA=\n".to_owned()),
            ("application/x-pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\nContent-Transfer-Encoding: base64", "MIAGCSqGSIb3DQEHA6CAMIA=\n".to_owned()),
            ("multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=b", mixed(&[
                part("application/pgp-encrypted", "", "Version: 1"),
                part("application/octet-stream; name=encrypted.asc", "", "-----BEGIN PGP MESSAGE-----\n\nhQ\n-----END PGP MESSAGE-----"),
            ])),
            ("multipart/mixed; boundary=b", mixed(&[text.clone(), encoded("application/pkcs7-mime; name=smime.p7m", b"x")])),
            ("text/plain", "-----BEGIN PGP MESSAGE-----\n\nhQ\n-----END PGP MESSAGE-----\n".to_owned()),
        ].into_iter().enumerate() {
            let before = road.queued("grace@customers.test").await.len();
            road.receive(&answer(&notice, &format!("e{at}@agents.test"), kind, &body)).await;
            assert_eq!(road.queued("grace@customers.test").await.len(), before, "{kind}");
            let held = road.messages("ACME-1").await.pop().unwrap();
            assert!(held.held && held.held_reason.as_deref().unwrap().contains("encrypted, or signed in one piece"), "{kind}: {held:?}");
        }
    }

    async fn a35_a_notice_a_token_or_an_agents_address_in_a_file_waits(database: TestDatabase) {
        let (road, notice) = asked(database).await;
        let token = Road::header(&notice, "Reply-To");
        let text = part("text/plain", "", "See attached.");
        for (at, (file, because)) in [
            (encoded("application/octet-stream; name=notice.eml", notice.as_bytes()), "notice.eml"),
            (encoded("text/plain; name=ATT00001.txt", words(&notice).as_bytes()), "ATT00001.txt"),
            (encoded("application/octet-stream; name=a.log", format!("to {token}").as_bytes()), "address for answers"),
            (encoded("text/csv; name=people.csv", b"name,mail\nBob,Bob@agents.test\n"), "bob@agents.test"),
        ].into_iter().enumerate() {
            let before = road.queued("grace@customers.test").await.len();
            road.receive(&answer(&notice, &format!("f{at}@agents.test"), "multipart/mixed; boundary=b", &mixed(&[text.clone(), file]))).await;
            assert_eq!(road.queued("grace@customers.test").await.len(), before, "{because}");
            let held = road.messages("ACME-1").await.pop().unwrap();
            assert!(held.held && held.held_reason.as_deref().unwrap().contains(because), "{because}: {held:?}");
        }
    }

    async fn a35_signatures_keys_and_cards_stay_behind(database: TestDatabase) {
        let (road, notice) = asked(database).await;
        let text = part("text/plain", "", "Use water.");
        let card = encoded("text/vcard; name=ada.vcf", b"BEGIN:VCARD\nEMAIL:ada@agents.test\nEND:VCARD\n");
        let key = encoded("application/pgp-keys; name=OpenPGP_0x1234.asc", b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n");
        let plan = encoded("application/pdf; name=plan.pdf", b"%PDF-1.4\n");
        for (at, (kind, body, files)) in [
            ("multipart/signed; protocol=\"application/pkcs7-signature\"; boundary=b", mixed(&[text.clone(), encoded("application/pkcs7-signature; name=smime.p7s", b"ada@agents.test")]), &[][..]),
            ("multipart/signed; protocol=\"application/pgp-signature\"; boundary=b", mixed(&[text.clone(), encoded("application/pgp-signature; name=OpenPGP_signature.asc", b"-----BEGIN PGP SIGNATURE-----\n")]), &[]),
            ("multipart/mixed; boundary=b", mixed(&[text.clone(), card.clone(), key, plan]), &["plan.pdf"]),
        ].into_iter().enumerate() {
            road.receive(&answer(&notice, &format!("s{at}@agents.test"), kind, &body)).await;
            let sent = road.queued("grace@customers.test").await.pop().unwrap();
            let mail = parse(sent.as_bytes());
            assert_eq!(mail.text.trim(), "Use water.", "{kind}");
            assert_eq!(mail.attachments.iter().map(|a| a.filename.as_str()).collect::<Vec<_>>(), files, "{kind}");
        }
        // A signed mail of commands alone sends nothing; a note keeps all of its files.
        let before = road.queued("grace@customers.test").await.len();
        let commands = part("text/plain", "", "#resolve");
        road.receive(&answer(&notice, "s8@agents.test", "multipart/mixed; boundary=b", &mixed(&[commands, card.clone()]))).await;
        assert_eq!(road.ticket("ACME-1").await.status.as_str(), "resolved");
        road.receive(&answer(&notice, "s9@agents.test", "multipart/mixed; boundary=b", &mixed(&[part("text/plain", "", "#note mine"), card.clone()]))).await;
        assert_eq!(road.messages("ACME-1").await.pop().unwrap().attachments.len(), 1);
        assert_eq!(road.queued("grace@customers.test").await.len(), before);
        // What waits keeps no card either.
        let unproven = answer(&notice, "s10@agents.test", "multipart/mixed; boundary=b", &mixed(&[text, card])).replace("dmarc=pass", "dmarc=none");
        road.receive(&unproven).await;
        let held = road.messages("ACME-1").await.pop().unwrap();
        assert!(held.held && held.attachments.is_empty(), "{held:?}");
    }

    async fn pictures_of_the_quote_and_of_the_signature_stay_behind(database: TestDatabase) {
        let (road, notice) = asked(database).await;
        let picture = |name: &str| part(
            &format!("image/png; name={name}.png"),
            &format!("Content-ID: <{name}@x>\nContent-Disposition: inline; filename={name}.png\nContent-Transfer-Encoding: base64\n"),
            PNG,
        );
        let lines = words(&notice).replace('<', "&lt;").replace('\n', "<br>");
        let html = format!(
            "<div>Look here: <img src=\"cid:own@x\"></div><div class=\"gmail_signature\">Ada <img src=\"cid:logo@x\"></div>\
             <div class=\"gmail_quote\"><div class=\"gmail_attr\">On Mon, Nov 23, 2026 at 10:00 AM Acme &lt;support@acme.test&gt; wrote:<br></div>\
             <blockquote class=\"gmail_quote\">{lines}<img src=\"cid:quoted@x\"></blockquote></div>"
        );
        let body = mixed(&[part("text/html; charset=utf-8", "", &html), picture("own"), picture("logo"), picture("quoted"), picture("loose")]);
        road.receive(&answer(&notice, "p1@agents.test", "multipart/related; boundary=b", &body)).await;
        let sent = road.queued("grace@customers.test").await.pop().unwrap();
        let mail = parse(sent.as_bytes());
        assert_eq!(mail.text.trim(), "Look here:");
        assert_eq!(mail.attachments.iter().map(|a| a.filename.as_str()).collect::<Vec<_>>(), ["own.png", "loose.png"]);
    }
}
