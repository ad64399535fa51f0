//! The key that a domain publishes, RFC 6376 section 3.6.1, RFC 8463, and the signature by it.

use data_encoding::BASE64;
use ring::signature::{ED25519, RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY, UnparsedPublicKey};
use sha2::{Digest, Sha256};

use super::super::signature::{Algorithm, tag, tags};
use super::Claim;

/// The object identifier of RSA keys, 1.2.840.113549.1.1.1, RFC 3279 section 2.3.1.
const RSA: &[u8] = &[0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];

/// Whether the key of a record made this signature.
pub(super) fn verify(claim: &Claim, record: &str) -> Result<(), &'static str> {
    let tags = tags(record);
    if tags.first().is_none_or(|(name, _)| name != "v") && tag(&tags, "v").is_some() {
        return Err("its key's record is not of version DKIM1");
    }
    if tag(&tags, "v").is_some_and(|version| version != "DKIM1") {
        return Err("its key's record is not of version DKIM1");
    }
    let listed = |name: &str, wanted: &str| {
        let words = tag(&tags, name).map(|words| words.split(':').collect::<Vec<_>>());
        words.map(|words| words.iter().any(|word| word.eq_ignore_ascii_case(wanted)))
    };
    if listed("s", "*") == Some(false) && listed("s", "email") == Some(false) {
        return Err("its key is not for mail");
    }
    if listed("h", "sha256") == Some(false) {
        return Err("its key is for another algorithm");
    }
    if listed("t", "y") == Some(true) {
        return Err("its domain only tries it out (t=y)");
    }
    if claim.below && listed("t", "s") == Some(true) {
        return Err("its key does not speak for subdomains");
    }
    let kind = tag(&tags, "k").unwrap_or("rsa");
    let key = tag(&tags, "p").ok_or("its record holds no key")?;
    if key.is_empty() {
        return Err("its key was revoked");
    }
    let key = BASE64
        .decode(key.as_bytes())
        .map_err(|_| "its key cannot be read")?;
    let valid = match (claim.algorithm, kind) {
        (Algorithm::RsaSha256, "rsa") => {
            // 1024 bits are still in use; RFC 8301 section 3.2 has verifiers accept them, and nothing shorter.
            let algorithm = &RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY;
            let key = rsa_key(&key).ok_or("its key cannot be read")?;
            UnparsedPublicKey::new(algorithm, key).verify(&claim.data, &claim.signature)
        }
        // RFC 8463 section 3: it signs the hash.
        (Algorithm::Ed25519Sha256, "ed25519") => {
            let digest = Sha256::digest(&claim.data);
            UnparsedPublicKey::new(&ED25519, key).verify(&digest, &claim.signature)
        }
        _ => return Err("its key is for another algorithm"),
    };
    valid.map_err(|_| "its key did not make it, or is shorter than 1024 bits")
}

/// The RSAPublicKey in a SubjectPublicKeyInfo, or what is one already (RFC 6376 section 3.6.1).
fn rsa_key(der: &[u8]) -> Option<&[u8]> {
    let (outer, _) = element(der, 0x30)?;
    let Some((kind, rest)) = element(outer, 0x30) else {
        return Some(der);
    };
    if !kind.starts_with(RSA) {
        return None;
    }
    let (bits, _) = element(rest, 0x03)?;
    bits.strip_prefix(&[0])
}

/// The content of a DER element with this tag, and what follows it.
fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let [found, length, rest @ ..] = der else {
        return None;
    };
    if *found != tag {
        return None;
    }
    let (length, rest) = match *length {
        short @ 0..=0x7f => (usize::from(short), rest),
        0x81 => {
            let [length, rest @ ..] = rest else {
                return None;
            };
            (usize::from(*length), rest)
        }
        0x82 => {
            let [high, low, rest @ ..] = rest else {
                return None;
            };
            (usize::from(u16::from_be_bytes([*high, *low])), rest)
        }
        _ => return None,
    };
    rest.split_at_checked(length)
}
