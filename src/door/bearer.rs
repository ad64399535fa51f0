//! Secrets that are handed out once and known again by their hash: API tokens, one-time links.

use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest, Sha256};

use super::Random;

/// A new secret word of 256 random bits. It is shown to whoever it is for; only its hash is kept. Such a
/// word needs no slow hash: nobody can guess it.
pub struct Bearer(String);

impl Bearer {
    /// Draws a word; `prefix` says what it is for to whoever finds one lying about.
    pub fn new(prefix: &str, random: &Random) -> Self {
        Self(format!(
            "{prefix}{}",
            BASE64URL_NOPAD.encode(&random.bytes::<32>())
        ))
    }

    /// The word, to be shown once.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What is kept of it.
    pub fn hash(&self) -> Vec<u8> {
        Self::hash_of(&self.0)
    }

    /// What is kept of a word that somebody presents.
    pub fn hash_of(presented: &str) -> Vec<u8> {
        Sha256::digest(presented.as_bytes()).to_vec()
    }
}

impl std::fmt::Debug for Bearer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Bearer(*****)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_known_again_by_its_hash_and_never_printed() {
        let random = Random::seeded(1);
        let (one, other) = (
            Bearer::new("postroom_", &random),
            Bearer::new("postroom_", &random),
        );
        assert!(one.expose().starts_with("postroom_"));
        assert_eq!(one.expose().len(), "postroom_".len() + 43);
        assert_eq!(one.hash(), Bearer::hash_of(one.expose()));
        assert_ne!(one.hash(), other.hash());
        assert_eq!(format!("{one:?}"), "Bearer(*****)");
    }
}
