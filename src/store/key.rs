//! The key that this database's secrets are sealed with. The database keeps a value by which it knows the key
//! again, and nothing by which anybody could find it.

use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;

use crate::door::{KeyError, MasterKey, Random};
use crate::store::{Db, StoreError, meta};

/// Under which name the value is kept.
const KEY_CHECK: &str = "key_check";

/// There is no key to work with.
#[derive(Debug, thiserror::Error)]
pub enum NoKey {
    /// The file is missing, or cannot be used.
    #[error(transparent)]
    File(#[from] KeyError),
    /// It is a key, and not this database's.
    #[error("{0} is not the key that this database was sealed with; put the right key there")]
    Other(PathBuf),
    /// The database could not be asked.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The key in `path`, if it is the database's. A database that has seen no key yet takes the one that is
/// there, and if none is, a new one: never otherwise, because a new key would only hide the loss of the old.
pub async fn open(db: &Db, path: &Path, random: &Random) -> Result<MasterKey, NoKey> {
    let kept = meta::get(&mut db.read().await?, KEY_CHECK).await?;
    let Some(kept) = kept else {
        let key = MasterKey::load_or_create(path, random)?;
        let mut tx = db.write().await?;
        meta::set(&mut tx, KEY_CHECK, &HEXLOWER.encode(&key.check_value())).await?;
        tx.commit().await?;
        return Ok(key);
    };
    let key = MasterKey::load(path)?;
    if HEXLOWER.encode(&key.check_value()) == kept {
        return Ok(key);
    }
    Err(NoKey::Other(path.to_owned()))
}
