//! Signed and encrypted mail, recognised by its shape: RFC 3156 (OpenPGP), RFC 8551 (S/MIME), and armour in the
//! text. Nothing is verified or decrypted here, and nobody should read this as a proof of anything.

use serde::Serialize;

use super::parts::{Part, Tree};

words! {
    /// How a mail is protected.
    pub enum Scheme {
        /// OpenPGP: PGP/MIME, or armour in the text.
        OpenPgp = "openpgp",
        /// S/MIME.
        Smime = "smime",
    }
}

/// Whether somebody signed or encrypted a mail.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Protection {
    /// It carries a signature, which nobody has verified.
    pub signed: Option<Scheme>,
    /// What it says cannot be read here.
    pub encrypted: Option<Scheme>,
}

/// What protects a mail; None if nothing does. `text` is its text.
pub(super) fn read(tree: &Tree<'_>, text: &str) -> Option<Protection> {
    let mut found = Protection::default();
    for part in &tree.parts {
        match part.content_type.value.as_str() {
            "multipart/signed" => {
                let protocol = part.content_type.get("protocol").unwrap_or_default();
                found.signed = found.signed.or(Some(scheme(protocol)));
            }
            "application/pgp-signature" => {
                found.signed = found.signed.or(Some(Scheme::OpenPgp));
            }
            "multipart/encrypted" | "application/pgp-encrypted" => {
                found.encrypted = found.encrypted.or(Some(Scheme::OpenPgp));
            }
            "application/pkcs7-signature" | "application/x-pkcs7-signature" => {
                found.signed = found.signed.or(Some(Scheme::Smime));
            }
            "application/pkcs7-mime" | "application/x-pkcs7-mime" => opaque(tree, part, &mut found),
            _ => {}
        }
    }
    let mut lines = text.lines().map(str::trim_end).take(2000);
    match lines.find(|line| line.starts_with("-----BEGIN PGP ")) {
        Some("-----BEGIN PGP SIGNED MESSAGE-----") => {
            found.signed = found.signed.or(Some(Scheme::OpenPgp));
        }
        Some("-----BEGIN PGP MESSAGE-----") => {
            found.encrypted = found.encrypted.or(Some(Scheme::OpenPgp));
        }
        _ => {}
    }
    (found != Protection::default()).then_some(found)
}

fn scheme(protocol: &str) -> Scheme {
    if protocol.to_ascii_lowercase().contains("pkcs7") {
        Scheme::Smime
    } else {
        Scheme::OpenPgp
    }
}

/// S/MIME in one piece (RFC 8551 section 3.2.2): its type says what it is, or else its bytes do.
fn opaque(tree: &Tree<'_>, part: &Part, found: &mut Protection) {
    /// 1.2.840.113549.1.7 in DER; the number after it tells signed (2) from enveloped (3) data.
    const CMS: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x07";
    let declared = part.content_type.get("smime-type").unwrap_or_default();
    match declared.to_ascii_lowercase().as_str() {
        "signed-data" => found.signed = found.signed.or(Some(Scheme::Smime)),
        "certs-only" => {}
        "enveloped-data" | "authenveloped-data" => {
            found.encrypted = found.encrypted.or(Some(Scheme::Smime));
        }
        _ => {
            let bytes = tree.bytes(part);
            let head = bytes.get(..64).unwrap_or(&bytes);
            let kind = head
                .windows(CMS.len() + 1)
                .find_map(|bytes| bytes.strip_prefix(CMS))
                .and_then(<[u8]>::first);
            match kind {
                Some(2) => found.signed = found.signed.or(Some(Scheme::Smime)),
                _ => found.encrypted = found.encrypted.or(Some(Scheme::Smime)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn protection(raw: &str) -> (Option<Scheme>, Option<Scheme>) {
        let tree = Tree::read(raw.as_bytes(), &mut Vec::new());
        let text = tree.parts.first().map(|part| tree.text(part));
        let found = read(&tree, &text.unwrap_or_default()).unwrap_or_default();
        (found.signed, found.encrypted)
    }

    #[test]
    fn protection_is_told_by_shape() {
        let (pgp, smime) = (Some(Scheme::OpenPgp), Some(Scheme::Smime));
        for (raw, want) in [
            ("Subject: x\n\nHello", (None, None)),
            (
                "Content-Type: multipart/signed; protocol=\"application/pgp-signature\"; boundary=b\n\n--b\n\nHi\n--b--\n",
                (pgp, None),
            ),
            (
                "Content-Type: multipart/signed; protocol=\"application/x-pkcs7-signature\"; boundary=b\n\n--b\n\nHi\n--b--\n",
                (smime, None),
            ),
            (
                "Content-Type: multipart/encrypted; boundary=b\n\n--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--b--\n",
                (None, pgp),
            ),
            (
                "Content-Type: application/pkcs7-mime; smime-type=signed-data\n\nx",
                (smime, None),
            ),
            (
                "Content-Type: application/x-pkcs7-mime; name=smime.p7m\nContent-Transfer-Encoding: base64\n\nMIAGCSqGSIb3DQEHA6CAMIA=\n",
                (None, smime),
            ),
            (
                "Content-Type: application/pkcs7-mime\nContent-Transfer-Encoding: base64\n\nMIAGCSqGSIb3DQEHAqCAMIA=\n",
                (smime, None),
            ),
            (
                "Subject: x\n\n-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nHi\n",
                (pgp, None),
            ),
            (
                "Subject: x\n\nhere:\n-----BEGIN PGP MESSAGE-----\n\nhQ\n",
                (None, pgp),
            ),
            (
                "Subject: x\n\n> -----BEGIN PGP MESSAGE-----\n",
                (None, None),
            ),
        ] {
            assert_eq!(protection(raw), want, "{raw}");
        }
    }
}
