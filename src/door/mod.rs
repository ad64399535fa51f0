//! What comes in from outside by permission only. Everything that needs the time, a random number,
//! the key or the network is handed one of these by `app`, so that tests can own them.

mod bearer;
mod clock;
mod key;
pub mod names;
pub mod network;
pub mod outside;
mod random;
mod seal;
pub mod tls;
mod vault;

pub use bearer::Bearer;
pub use clock::Clock;
pub use key::{KeyError, MasterKey};
pub use names::Names;
pub use random::Random;
pub use seal::{Cell, OpenError};
pub use vault::{Vault, VaultError};
