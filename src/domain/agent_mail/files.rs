//! Which files of an agent's mail may go along to a customer. What a mail program adds for the agent's own sake does not;
//! what shows a notice, a reply token or an agent's address waits for a second look.

use std::collections::{BTreeSet, HashSet};

use super::words::{Ours, RULE};
use crate::domain::mail::{FoldKind, Picture, attachment, html_body, parse};
use crate::domain::token;

/// Bytes of a file that are searched.
const MAX_BYTES: usize = 1024 * 1024;
/// Mails inside of mails that are searched.
const MAX_DEPTH: usize = 3;

/// A file that may go along.
#[derive(Debug, Clone, Copy)]
pub struct File<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its type, as its sender claims.
    pub content_type: &'a str,
    /// Its content.
    pub bytes: &'a [u8],
}

/// What a file would betray.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Betrays {
    /// Our line stands in it: it is a notice, or a part of one.
    Notice,
    /// A reply token stands in it.
    Token,
    /// This address of one of the house stands in it.
    Address(String),
}

/// Whether a file is nothing that was written for the customer: a detached signature, a key, a visiting card. Each names
/// the agent.
pub fn is_personal(file: File<'_>) -> bool {
    let name = file.name.to_lowercase();
    let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    let kind = matches!(
        file.content_type,
        "application/pkcs7-signature"
            | "application/x-pkcs7-signature"
            | "application/pgp-signature"
            | "application/pgp-keys"
            | "text/vcard"
            | "text/x-vcard"
            | "text/directory"
    );
    let head = file.bytes.trim_ascii_start();
    let armoured = [
        &b"-----BEGIN PGP SIGNATURE-----"[..],
        b"-----BEGIN PGP PUBLIC KEY BLOCK-----",
        b"BEGIN:VCARD",
    ];
    kind || ends(&[".p7s", ".vcf"])
        || name.starts_with("openpgp_") && ends(&[".asc", ".sig"])
        || armoured.iter().any(|begin| head.starts_with(begin))
}

/// Whether a file is a mail that cannot be read here: encrypted, or signed in one piece.
pub fn is_sealed(content_type: &str, name: &str) -> bool {
    matches!(
        content_type,
        "application/pkcs7-mime" | "application/x-pkcs7-mime" | "application/pgp-encrypted"
    ) || name.to_lowercase().ends_with(".p7m")
}

/// Whether a text holds words that cannot be read here.
pub fn is_unreadable(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim_end);
    lines.any(|line| line == "-----BEGIN PGP MESSAGE-----")
}

/// The pictures that belong to the notice that is quoted, or to a signature, and to nothing else.
pub fn left_behind(pictures: &[Picture], ours: &Ours) -> HashSet<String> {
    let is_ours = |picture: &&Picture| match &picture.within {
        None => false,
        Some((FoldKind::Signature, _)) => true,
        Some((FoldKind::Quote, text)) => text.contains(RULE) || ours.names_us(text),
    };
    let own: HashSet<&str> = pictures
        .iter()
        .filter(|picture| !is_ours(picture))
        .map(|picture| picture.content_id.as_str())
        .collect();
    let theirs = pictures.iter().filter(is_ours);
    theirs
        .map(|picture| picture.content_id.clone())
        .filter(|id| !own.contains(id.as_str()))
        .collect()
}

/// What a file would betray, as far as it is text or a mail. `private`: the addresses of the house's people, lower case.
pub fn betrays(file: File<'_>, private: &BTreeSet<String>) -> Option<Betrays> {
    in_text(file.name, private).or_else(|| in_bytes(file.bytes, private, 0))
}

fn in_bytes(bytes: &[u8], private: &BTreeSet<String>, depth: usize) -> Option<Betrays> {
    let bytes = bytes.get(..MAX_BYTES).unwrap_or(bytes);
    let text = readable(bytes)?;
    if let Some(found) = in_text(&text, private) {
        return Some(found);
    }
    if depth >= MAX_DEPTH || !looks_like_mail(&text) {
        return None;
    }
    let mail = parse(bytes);
    let html = html_body(bytes).unwrap_or_default();
    in_text(&mail.subject, private)
        .or_else(|| in_text(&mail.text, private))
        .or_else(|| in_text(&html, private))
        .or_else(|| {
            let parts = mail.attachments.iter().take(50);
            let mut parts = parts.filter_map(|part| attachment(bytes, part.part));
            parts.find_map(|part| in_bytes(&part, private, depth + 1))
        })
}

/// Bytes as text; None if they are anything else.
fn readable(bytes: &[u8]) -> Option<String> {
    if let Some((encoding, _)) = encoding_rs::Encoding::for_bom(bytes) {
        return Some(encoding.decode(bytes).0.into_owned());
    }
    let head = bytes.get(..8192).unwrap_or(bytes);
    (!head.contains(&0)).then(|| String::from_utf8_lossy(bytes).into_owned())
}

/// Whether a text begins with lines of a mail's header.
fn looks_like_mail(text: &str) -> bool {
    const FIELDS: [&str; 8] = [
        "from:",
        "to:",
        "subject:",
        "date:",
        "message-id:",
        "received:",
        "return-path:",
        "mime-version:",
    ];
    let head = text.trim_start().lines().take(100);
    let fields = head
        .take_while(|line| !line.trim().is_empty())
        .filter(|line| {
            let lower = line.to_ascii_lowercase();
            FIELDS.iter().any(|field| lower.starts_with(field)) || lower.starts_with("content-")
        })
        .take(2);
    fields.count() == 2
}

fn in_text(text: &str, private: &BTreeSet<String>) -> Option<Betrays> {
    if text.contains(RULE) {
        return Some(Betrays::Notice);
    }
    if token::is_in(text) {
        return Some(Betrays::Token);
    }
    let mut addresses = addresses(text);
    let found = addresses.find(|address| private.contains(address));
    found.map(Betrays::Address)
}

/// Whatever looks like an address, lower case.
fn addresses(text: &str) -> impl Iterator<Item = String> {
    let part = |c: char| c.is_alphanumeric() || "._%+-'".contains(c);
    text.match_indices('@').filter_map(move |(at, _)| {
        let (before, after) = text.split_at(at);
        let local = before.rsplit(|c| !part(c)).next()?;
        let domain = after.get(1..)?.split(|c| !part(c)).next()?;
        let fits =
            !local.is_empty() && !domain.is_empty() && local.len() <= 64 && domain.len() <= 255;
        let local = local.rsplit("mailto:").next().unwrap_or(local);
        fits.then(|| {
            format!("{local}@{}", domain.trim_end_matches(['.', '-', '\''])).to_lowercase()
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::agent_mail::words::marker;

    const TOKEN: &str = "aaabcdefghijabcdefghijklmnopqrstuvwxyz";

    fn found(name: &str, bytes: &[u8]) -> Option<Betrays> {
        let private = BTreeSet::from(["ada@agents.test".to_owned()]);
        let file = File {
            name,
            content_type: "application/octet-stream",
            bytes,
        };
        betrays(file, &private)
    }

    #[test]
    fn a35_what_a_file_would_betray_is_found_however_it_is_wrapped() {
        let line = marker("Write above this line");
        let mail = |body: &str| {
            let body = data_encoding::BASE64.encode(body.as_bytes());
            format!(
                "From: x@y.test\nSubject: x\nMIME-Version: 1.0\nContent-Transfer-Encoding: base64\n\n{body}\n"
            )
        };
        let nested = format!(
            "Subject: x\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: application/octet-stream; name=n.eml\n\n{}\n--b--\n",
            mail(&line)
        );
        let wide: Vec<u8> = format!("\u{feff}{line}")
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let address = || Some(Betrays::Address("ada@agents.test".to_owned()));
        for (name, bytes, wanted) in [
            ("a.txt", b"water".to_vec(), None),
            ("a.txt", line.clone().into_bytes(), Some(Betrays::Notice)),
            ("a.eml", mail(&line).into_bytes(), Some(Betrays::Notice)),
            ("a.eml", nested.into_bytes(), Some(Betrays::Notice)),
            ("a.txt", wide, Some(Betrays::Notice)),
            (
                "a.txt",
                format!("to support+{TOKEN}@acme.test").into_bytes(),
                Some(Betrays::Token),
            ),
            (
                "a.html",
                b"<a href=\"mailto:ADA@agents.test\">".to_vec(),
                address(),
            ),
            ("a.txt", b"ada@agents.test.".to_vec(), address()),
            (
                "a.txt",
                b"xada@agents.test, ada@agents.testing".to_vec(),
                None,
            ),
            ("ada@agents.test.txt", b"water".to_vec(), None),
            ("of ada@agents.test", b"water".to_vec(), address()),
            ("a.pdf", b"%PDF\0ada@agents.test".to_vec(), None),
        ] {
            assert_eq!(
                found(name, &bytes),
                wanted,
                "{name}: {}",
                String::from_utf8_lossy(&bytes)
            );
        }
    }

    #[test]
    fn a35_signatures_keys_and_cards_are_the_agents_own() {
        for (name, content_type, bytes, personal) in [
            ("smime.p7s", "application/pkcs7-signature", "x", true),
            ("x", "application/pgp-signature", "x", true),
            ("OpenPGP_0x1234.asc", "application/octet-stream", "x", true),
            (
                "key.asc",
                "text/plain",
                "\n-----BEGIN PGP PUBLIC KEY BLOCK-----\n",
                true,
            ),
            ("ada.vcf", "application/octet-stream", "x", true),
            ("card", "text/vcard", "x", true),
            ("notes.asc", "text/plain", "water", false),
            ("plan.pdf", "application/pdf", "x", false),
        ] {
            let file = File {
                name,
                content_type,
                bytes: bytes.as_bytes(),
            };
            assert_eq!(is_personal(file), personal, "{name}");
        }
        assert!(
            is_sealed("application/pkcs7-mime", "x")
                && is_sealed("x/y", "smime.P7M")
                && !is_sealed("text/plain", "a.txt")
        );
    }
}
