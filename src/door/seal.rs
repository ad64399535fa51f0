//! Secrets at rest: sealed for the one cell of the one row that they stand in.

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use secrecy::zeroize::Zeroizing;
use uuid::Uuid;

use super::{MasterKey, Random};

/// The place of a secret in the database. A ciphertext opens only where it was sealed: somebody who can
/// write to the database cannot move one tenant's password into another's row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell<'a> {
    /// The table's name.
    pub table: &'a str,
    /// The column's name.
    pub column: &'a str,
    /// The row's tenant; none for what belongs to the platform.
    pub tenant: Option<Uuid>,
    /// The row's id.
    pub row: Uuid,
}

/// A sealed value could not be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Too short, or of a form that this version does not know.
    #[error("the sealed value is damaged or was written by a newer version")]
    Malformed,
    /// It names another key.
    #[error("the value was sealed with another secret key; start with the key it was sealed with")]
    OtherKey,
    /// It was changed, or stands in another place than the one it was sealed for.
    #[error("the sealed value was changed or moved")]
    Forged,
}

/// `FORM ‖ kid ‖ nonce ‖ ciphertext and tag`.
const FORM: u8 = 1;
const KID: usize = 4;
const NONCE: usize = 24;

impl MasterKey {
    /// Seals `plaintext` for `cell`: XChaCha20-Poly1305 with a random nonce, under the tenant's own key.
    #[expect(clippy::missing_panics_doc, reason = "it never does")]
    pub fn seal(&self, cell: &Cell<'_>, plaintext: &[u8], random: &Random) -> Vec<u8> {
        let (kid, nonce) = (self.kid(), random.bytes::<NONCE>());
        let ciphertext = self
            .cipher(cell)
            .encrypt(
                &XNonce::from(nonce),
                Payload {
                    msg: plaintext,
                    aad: &place(cell, kid),
                },
            )
            .expect("a secret is shorter than the 256 GiB that the cipher can take");
        [&[FORM], &kid[..], &nonce, &ciphertext].concat()
    }

    /// Opens what [`MasterKey::seal`] made for the same `cell`.
    pub fn open(&self, cell: &Cell<'_>, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let (&form, rest) = sealed.split_first().ok_or(OpenError::Malformed)?;
        let (kid, rest) = rest
            .split_first_chunk::<KID>()
            .ok_or(OpenError::Malformed)?;
        let (nonce, msg) = rest
            .split_first_chunk::<NONCE>()
            .ok_or(OpenError::Malformed)?;
        if form != FORM {
            return Err(OpenError::Malformed);
        }
        if *kid != self.kid() {
            return Err(OpenError::OtherKey);
        }
        let aad = place(cell, *kid);
        self.cipher(cell)
            .decrypt(&XNonce::from(*nonce), Payload { msg, aad: &aad })
            .map(Zeroizing::new)
            .map_err(|_| OpenError::Forged)
    }

    /// Which key sealed a value; so that a second key can live beside the first while rows are resealed.
    fn kid(&self) -> [u8; KID] {
        let derived = self.derive("key id", None);
        std::array::from_fn(|i| derived[i])
    }

    fn cipher(&self, cell: &Cell<'_>) -> XChaCha20Poly1305 {
        let key = Zeroizing::new(self.derive("seal", cell.tenant));
        XChaCha20Poly1305::new((&*key).into())
    }
}

/// The additional data that binds a ciphertext to its place. Names end in NUL, the rest has a fixed
/// length, so that two places never look alike.
fn place(cell: &Cell<'_>, kid: [u8; KID]) -> Vec<u8> {
    let scope = [u8::from(cell.tenant.is_some())];
    [
        cell.table.as_bytes(),
        b"\0",
        cell.column.as_bytes(),
        b"\0",
        &scope,
        cell.tenant.unwrap_or_default().as_bytes(),
        cell.row.as_bytes(),
        &kid,
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CELL: Cell<'static> = Cell {
        table: "accounts",
        column: "imap_password",
        tenant: Some(Uuid::from_u128(1)),
        row: Uuid::from_u128(2),
    };

    fn key() -> MasterKey {
        MasterKey::from_bytes([7; 32])
    }

    #[test]
    fn a_sealed_secret_opens_in_its_own_place() {
        let sealed = key().seal(&CELL, b"hunter2", &Random::seeded(1));
        assert_eq!(key().open(&CELL, &sealed).unwrap().as_slice(), b"hunter2");
    }

    #[test]
    fn swapping_the_ciphertext_of_two_rows_fails() {
        let sealed = key().seal(&CELL, b"hunter2", &Random::seeded(1));
        let elsewhere = [
            Cell {
                row: Uuid::from_u128(3),
                ..CELL
            },
            Cell {
                tenant: Some(Uuid::from_u128(3)),
                ..CELL
            },
            Cell {
                tenant: None,
                ..CELL
            },
            Cell {
                column: "smtp_password",
                ..CELL
            },
            Cell {
                table: "webhooks",
                ..CELL
            },
            // The same letters, cut in another place.
            Cell {
                table: "accountsi",
                column: "map_password",
                ..CELL
            },
        ];
        for cell in elsewhere {
            assert_eq!(
                key().open(&cell, &sealed),
                Err(OpenError::Forged),
                "{cell:?}"
            );
        }
    }

    #[test]
    fn a_changed_ciphertext_is_noticed() {
        let sealed = key().seal(&CELL, b"hunter2", &Random::seeded(1));
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(key().open(&CELL, &changed).is_err(), "byte {at}");
        }
        for length in 0..sealed.len() {
            assert!(
                key().open(&CELL, &sealed[..length]).is_err(),
                "cut at {length}"
            );
        }
    }

    #[test]
    fn another_key_is_told_apart_from_a_forgery() {
        let sealed = key().seal(&CELL, b"hunter2", &Random::seeded(1));
        let other = MasterKey::from_bytes([8; 32]);
        assert_eq!(other.open(&CELL, &sealed), Err(OpenError::OtherKey));
        assert_ne!(other.check_value(), key().check_value());
    }

    #[test]
    fn the_same_secret_never_looks_the_same_twice() {
        let random = Random::seeded(1);
        assert_ne!(
            key().seal(&CELL, b"hunter2", &random),
            key().seal(&CELL, b"hunter2", &random)
        );
    }
}
