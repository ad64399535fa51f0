//! The master key: one file, 32 bytes, from which every other key of the daemon is derived.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER_PERMISSIVE;
use hkdf::Hkdf;
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretBox};
use sha2::Sha256;
use uuid::Uuid;

use super::Random;

/// The secret under which everything else that is secret stands. Never stored in the database, never
/// printed, wiped from memory when dropped.
pub struct MasterKey(SecretBox<[u8; Self::LEN]>);

/// Why there is no key to work with. Each is a sentence that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// Nothing is there.
    #[error(
        "there is no secret key at {0}; `postroom init` makes one, or restore it from your backup"
    )]
    Missing(PathBuf),
    /// A key is there already; a second one would make what the first has sealed unreadable.
    #[error("{0} exists already; a new key would make everything sealed under it unreadable")]
    Exists(PathBuf),
    /// The file's permissions let somebody else read it.
    #[error("others can read the secret key {path} (mode {mode:04o}); run `chmod 400 {path}`")]
    Exposed {
        /// The key file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// What is in the file is no key.
    #[error("{0} is not a secret key: expected 64 hexadecimal digits (or 32 bytes)")]
    Malformed(PathBuf),
    /// The file or its folder could not be read or written.
    #[error("cannot use the secret key {path}: {source}")]
    Io {
        /// The key file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
}

impl MasterKey {
    /// The length in bytes.
    pub const LEN: usize = 32;

    /// A key made of these bytes; for tests, and for keys that come from elsewhere than a file.
    pub fn from_bytes(bytes: [u8; Self::LEN]) -> Self {
        Self(SecretBox::new(Box::new(bytes)))
    }

    /// The key in `path`: 64 hexadecimal digits, or 32 bytes as they are. Refuses a file that its group
    /// or everybody may read.
    pub fn load(path: &Path) -> Result<Self, KeyError> {
        let mut file = File::open(path).map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => KeyError::Missing(path.to_owned()),
            _ => io_error(path, source),
        })?;
        let mode = file
            .metadata()
            .map_err(|source| io_error(path, source))?
            .permissions()
            .mode()
            & 0o777;
        if mode & 0o077 != 0 {
            return Err(KeyError::Exposed {
                path: path.to_owned(),
                mode,
            });
        }
        let mut content = Zeroizing::new(Vec::with_capacity(128));
        // Whoever names the wrong file should not wait for a disk image to be read.
        Read::take(&mut file, 128)
            .read_to_end(&mut content)
            .map_err(|source| io_error(path, source))?;
        decode(&content).ok_or_else(|| KeyError::Malformed(path.to_owned()))
    }

    /// Makes a key and writes it to `path` (mode 0400), with the folders above it (mode 0700).
    /// An existing file is never touched; the new one is there whole or not at all, and on the disk.
    pub fn create(path: &Path, random: &Random) -> Result<Self, KeyError> {
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let bytes = Zeroizing::new(random.bytes::<{ Self::LEN }>());
        let text = Zeroizing::new(HEXLOWER_PERMISSIVE.encode(&*bytes) + "\n");
        let draft = folder.join(format!(
            ".key-{}",
            HEXLOWER_PERMISSIVE.encode(&random.bytes::<8>())
        ));
        let written = DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .and_then(|()| write_private(&draft, text.as_bytes()))
            // Unlike a rename, a link refuses to take the place of another file.
            .and_then(|()| fs::hard_link(&draft, path));
        // If the draft was never made, there is nothing to remove.
        let _ = fs::remove_file(&draft);
        match written.and_then(|()| File::open(folder)?.sync_all()) {
            Ok(()) => Ok(Self::from_bytes(*bytes)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                Err(KeyError::Exists(path.to_owned()))
            }
            Err(source) => Err(io_error(path, source)),
        }
    }

    /// The key in `path`, made first if nothing is there. Whether a new key fits an old database is told
    /// by [`MasterKey::check_value`].
    pub fn load_or_create(path: &Path, random: &Random) -> Result<Self, KeyError> {
        match Self::load(path) {
            Err(KeyError::Missing(_)) => {}
            loaded => return loaded,
        }
        match Self::create(path, random) {
            // Somebody else was faster.
            Err(KeyError::Exists(_)) => Self::load(path),
            created => created,
        }
    }

    /// The key for one purpose, of one tenant or of the platform: HKDF-SHA256 (RFC 5869). Two purposes,
    /// or two tenants, never share a key.
    #[expect(clippy::missing_panics_doc, reason = "it never does")]
    pub fn derive(&self, purpose: &str, tenant: Option<Uuid>) -> [u8; 32] {
        let mut key = [0; 32];
        let scope: &[u8] = if tenant.is_some() {
            b"tenant"
        } else {
            b"platform"
        };
        let tenant = tenant.unwrap_or_default();
        // The purpose comes last: what stands before it has a fixed form, so no two inputs run together.
        Hkdf::<Sha256>::new(Some(b"postroom"), self.0.expose_secret())
            .expand_multi_info(
                &[scope, b"\0", tenant.as_bytes(), purpose.as_bytes()],
                &mut key,
            )
            .expect("32 bytes is a length that HKDF-SHA256 can give");
        key
    }

    /// What is stored beside the data to notice at start that the key is another one. Says nothing about
    /// the key itself.
    pub fn check_value(&self) -> [u8; 16] {
        let derived = self.derive("key check", None);
        std::array::from_fn(|i| derived[i])
    }
}

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MasterKey(*****)")
    }
}

fn decode(content: &[u8]) -> Option<MasterKey> {
    if let Ok(bytes) = <[u8; MasterKey::LEN]>::try_from(content) {
        return Some(MasterKey::from_bytes(bytes));
    }
    let digits = content.trim_ascii();
    let bytes = Zeroizing::new(HEXLOWER_PERMISSIVE.decode(digits).ok()?);
    Some(MasterKey::from_bytes(bytes.as_slice().try_into().ok()?))
}

/// Writes a file that is not there yet, for its owner alone to read.
fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o400)
        .open(path)?;
    file.write_all(content)?;
    file.sync_all()
}

fn io_error(path: &Path, source: io::Error) -> KeyError {
    KeyError::Io {
        path: path.to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_key_is_read_back_and_nobody_else_may_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data/postroom.key");
        let made = MasterKey::create(&path, &Random::seeded(1)).unwrap();
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o400
        );
        assert_eq!(
            MasterKey::load(&path).unwrap().check_value(),
            made.check_value()
        );
        let beside = fs::read_dir(folder.path().join("data")).unwrap();
        assert_eq!(beside.count(), 1, "no draft is left behind");
    }

    #[test]
    fn an_existing_key_is_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        MasterKey::create(&path, &Random::seeded(1)).unwrap();
        let second = MasterKey::create(&path, &Random::seeded(2));
        assert!(matches!(second, Err(KeyError::Exists(_))));
    }

    #[test]
    fn a_key_that_others_can_read_is_refused_with_the_command_that_mends_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        fs::write(&path, "0".repeat(64)).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let error = MasterKey::load(&path).unwrap_err().to_string();
        assert!(
            error.contains("mode 0640") && error.contains("chmod 400"),
            "{error}"
        );
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        for (name, content) in [("empty", ""), ("short", "abcd"), ("words", "not a key")] {
            let path = folder.path().join(name);
            fs::write(&path, content).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
            let loaded = MasterKey::load(&path);
            assert!(matches!(loaded, Err(KeyError::Malformed(_))), "{name}");
        }
        let loaded = MasterKey::load(&folder.path().join("nothing"));
        assert!(matches!(loaded, Err(KeyError::Missing(_))));
    }

    #[test]
    fn purposes_and_tenants_have_keys_of_their_own() {
        let key = MasterKey::from_bytes([7; 32]);
        let (a, b) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let derived = [
            key.derive("seal", None),
            key.derive("seal", Some(a)),
            key.derive("seal", Some(b)),
            key.derive("seal", Some(Uuid::nil())),
            key.derive("token", Some(a)),
        ];
        for (i, one) in derived.iter().enumerate() {
            assert!(
                !derived[i + 1..].contains(one),
                "{i} is the same as another"
            );
        }
    }

    #[test]
    fn the_key_is_never_printed() {
        assert_eq!(
            format!("{:?}", MasterKey::from_bytes([65; 32])),
            "MasterKey(*****)"
        );
    }
}
