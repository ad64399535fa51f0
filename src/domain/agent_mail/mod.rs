//! An agent answers a notice from their mail client: what the mail may do ([`policy`]), which of its words are the
//! agent's own ([`words`]), and what speaks against sending even a proven one by itself ([`caution`]).

pub mod caution;
pub mod policy;
pub mod words;
