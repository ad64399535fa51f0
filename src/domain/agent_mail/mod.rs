//! An agent answers a notice from their mail client: what the mail may do ([`policy`]), which of its words are the
//! agent's own ([`words`]), what speaks against sending even a proven one by itself ([`caution`]), and which of its files
//! may go along ([`files`]).

pub mod caution;
pub mod files;
pub mod policy;
mod signature;
pub mod words;
