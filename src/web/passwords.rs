//! Passwords: argon2id (19 MiB, two passes, one lane), at most four at once, and the same work for everybody.

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization as _;

use crate::door::Random;

/// The fewest characters of a password that stands alone (NIST 800-63B-4).
pub const LEAST: usize = 15;
/// The most bytes.
const MOST: usize = 256;
/// Hashes at once: each takes 19 MiB.
const AT_ONCE: usize = 4;

/// Hashes and checks passwords. Cheap to clone; all clones share the four places.
#[derive(Clone)]
pub struct Passwords {
    places: Arc<Semaphore>,
    random: Random,
    /// Of a password that nobody has: what is checked for people who do not exist, so that it takes as long.
    nobody: Arc<str>,
}

/// Why a password will not do; the sentence goes on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Weak {
    /// Fewer than [`LEAST`] characters.
    #[error("Use at least {LEAST} characters. A short sentence is easy to remember.")]
    Short,
    /// More than 256 bytes.
    #[error("Use at most {MOST} bytes.")]
    Long,
    /// The address, one character repeated, or another guess that comes first.
    #[error("This password is among the first that anybody would guess. Choose another one.")]
    Obvious,
}

impl Passwords {
    /// Draws its salts from `random`.
    pub fn new(random: Random) -> Self {
        let nobody = hash(&random.bytes::<32>(), &random.bytes::<16>()).unwrap_or_default();
        Self {
            places: Arc::new(Semaphore::new(AT_ONCE)),
            random,
            nobody: nobody.into(),
        }
    }

    /// The PHC string of a password, or `None` if the hash function refused its parameters.
    pub async fn hash(&self, password: &SecretString) -> Option<String> {
        let salt = self.random.bytes::<16>();
        let password = normal(password);
        self.work(move || hash(&password, &salt)).await.flatten()
    }

    /// Whether `password` fits the PHC string `known`. Without one it takes as long and says no.
    pub async fn fits(&self, password: &SecretString, known: Option<&str>) -> bool {
        let exists = known.is_some();
        let phc = known.unwrap_or(&self.nobody).to_owned();
        let password = normal(password);
        let fits = self
            .work(move || {
                PasswordHash::new(&phc)
                    .is_ok_and(|phc| Argon2::default().verify_password(&password, &phc).is_ok())
            })
            .await;
        exists && fits == Some(true)
    }

    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        // The semaphore is never closed, and the hash function does not panic; both would mean "no".
        let _place = self.places.acquire().await.ok()?;
        tokio::task::spawn_blocking(work).await.ok()
    }
}

/// NFC, cut at what is hashed at most: log-in must not hash a megabyte.
fn normal(password: &SecretString) -> Vec<u8> {
    let text: String = password.expose_secret().nfc().collect();
    text.into_bytes().into_iter().take(MOST + 1).collect()
}

fn hash(password: &[u8], salt: &[u8]) -> Option<String> {
    let params = Params::new(19_456, 2, 1, None).ok()?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let phc: PasswordHash = argon2.hash_password_with_salt(password, salt).ok()?;
    Some(phc.to_string())
}

/// Judges a new password of the person with this address.
pub fn judge(password: &SecretString, email: &str) -> Result<(), Weak> {
    let text: String = password.expose_secret().nfc().collect();
    if text.len() > MOST {
        return Err(Weak::Long);
    }
    if text.chars().count() < LEAST {
        return Err(Weak::Short);
    }
    let plain: String = text
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric())
        .collect();
    let mut different: Vec<char> = plain.chars().collect();
    different.sort_unstable();
    different.dedup();
    let address: String = email
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric())
        .collect();
    let run = "01234567890123456789abcdefghijklmnopqrstuvwxyzqwertyuiopasdfghjklzxcvbnm";
    let obvious = different.len() < 5
        || plain == address
        || run.contains(&plain)
        || GUESSED_FIRST
            .iter()
            .any(|guess| plain.replace(guess, "").chars().count() < 5);
    if obvious { Err(Weak::Obvious) } else { Ok(()) }
}

/// Words that, repeated or with a number behind them, make up the long entries of lists of leaked passwords.
const GUESSED_FIRST: &[&str] = &[
    "password",
    "passwort",
    "letmein",
    "welcome",
    "qwertz",
    "qwerty",
    "azerty",
    "admin",
    "iloveyou",
    "postroom",
    "123456789",
    "12345678",
    "1234567",
    "123456",
    "12345",
    "1q2w3e4r",
    "changeme",
    "correcthorsebatterystaple",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_fits_its_own_hash_in_either_unicode_form_and_no_other() {
        let passwords = Passwords::new(Random::seeded(1));
        let known = passwords.hash(&"Zürich liegt am See".into()).await.unwrap();
        assert!(
            known.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{known}"
        );
        assert!(
            passwords
                .fits(&"Zu\u{308}rich liegt am See".into(), Some(&known))
                .await
        );
        assert!(
            !passwords
                .fits(&"Zürich liegt am Meer".into(), Some(&known))
                .await
        );
        assert!(!passwords.fits(&"Zürich liegt am See".into(), None).await);
        assert!(!passwords.fits(&"".into(), Some("")).await);
        assert!(!passwords.fits(&" ".into(), Some(" ")).await);
    }

    #[test]
    fn what_is_guessed_first_is_refused() {
        for (password, judged) in [
            ("three owls by the river", Ok(())),
            ("short", Err(Weak::Short)),
            ("", Err(Weak::Short)),
            ("aaaaaaaaaaaaaaaaaaaa", Err(Weak::Obvious)),
            ("password password 1", Err(Weak::Obvious)),
            ("ada.lovelace@agents.test", Err(Weak::Obvious)),
            ("qwertyuiopasdfghjkl", Err(Weak::Obvious)),
        ] {
            assert_eq!(
                judge(&password.into(), "ada.lovelace@agents.test"),
                judged,
                "{password}"
            );
        }
        assert_eq!(judge(&"x y".repeat(100).into(), ""), Err(Weak::Long));
    }
}
