//! The signature of a call: `v1,` and the Base64 of HMAC-SHA256 over `id.timestamp.body`.

use data_encoding::BASE64;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::zeroize::Zeroizing;
use sha2::Sha256;

/// What secrets begin with when people see them.
const PREFIX: &str = "whsec_";
/// How long a secret is, in bytes, as the specification asks.
const LENGTH: std::ops::RangeInclusive<usize> = 24..=64;

/// What signs the calls of one webhook.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<Vec<u8>>);

/// Not a secret of the specification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a webhook's secret is whsec_ and the Base64 of 24 to 64 random bytes")]
pub struct InvalidSecret;

impl Secret {
    /// A new one from 32 random bytes.
    pub fn new(random: [u8; 32]) -> Self {
        Self(Zeroizing::new(random.to_vec()))
    }

    /// Reads a secret: with the prefix it must be what the specification says; without it, Base64 of that length
    /// is taken as such, and anything else as the bytes it is written in.
    pub fn read(text: &str) -> Result<Self, InvalidSecret> {
        let (body, must) = match text.strip_prefix(PREFIX) {
            Some(body) => (body, true),
            None => (text, false),
        };
        let decoded = BASE64.decode(body.as_bytes()).ok();
        match decoded.filter(|bytes| LENGTH.contains(&bytes.len())) {
            Some(bytes) => Ok(Self(Zeroizing::new(bytes))),
            None if must || text.is_empty() => Err(InvalidSecret),
            None => Ok(Self(Zeroizing::new(text.as_bytes().to_vec()))),
        }
    }

    /// As people see it, once.
    pub fn reveal(&self) -> Zeroizing<String> {
        Zeroizing::new(format!("{PREFIX}{}", BASE64.encode(&self.0)))
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

/// The value of `webhook-signature`: one signature for each secret that is in force, separated by spaces, so that a
/// receiver may change to the new one in its own time. `timestamp` is in seconds since 1970.
pub fn signature(secrets: &[Secret], id: &str, timestamp: i64, body: &[u8]) -> String {
    let one = |secret: &Secret| {
        let mut mac = Hmac::<Sha256>::new_from_slice(&secret.0).ok()?;
        mac.update(format!("{id}.{timestamp}.").as_bytes());
        mac.update(body);
        Some(format!(
            "v1,{}",
            BASE64.encode(&mac.finalize().into_bytes())
        ))
    };
    secrets.iter().filter_map(one).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_that_of_the_specifications_example() {
        let secret = Secret::read("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let body = br#"{"test": 2432232314}"#;
        assert_eq!(
            signature(
                &[secret],
                "msg_p5jXN8AQM9LWM0D4loKWxJek",
                1_614_265_330,
                body
            ),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
    }

    #[test]
    fn while_a_secret_changes_both_sign() {
        let (old, new) = (Secret::new([1; 32]), Secret::new([2; 32]));
        let both = signature(&[new.clone(), old.clone()], "msg_1", 1, b"x");
        let parts: Vec<&str> = both.split(' ').collect();
        assert_eq!(
            parts,
            [
                signature(&[new], "msg_1", 1, b"x"),
                signature(&[old], "msg_1", 1, b"x")
            ]
        );
    }

    #[test]
    fn a_secret_is_read_as_it_was_shown() {
        let secret = Secret::new([7; 32]);
        assert_eq!(Secret::read(&secret.reveal()), Ok(secret));
        assert_eq!(Secret::read("whsec_short"), Err(InvalidSecret));
        assert_eq!(Secret::read(""), Err(InvalidSecret));
        assert!(Secret::read("a plain secret of somebody's own").is_ok());
        assert_eq!(format!("{:?}", Secret::new([7; 32])), "Secret");
    }
}
