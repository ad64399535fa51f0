//! A section of the configuration: its keys are written once, and are struct, reader, defaults and
//! reference in one.

use super::read::Record;

/// One table of `postroom.toml`.
pub(crate) trait Section: Record {
    /// What the reference says about it.
    const REFERENCE: Reference;
}

/// What people read about a section.
pub(crate) struct Reference {
    /// The table's name.
    pub name: &'static str,
    /// What it is for, line by line.
    pub doc: &'static [&'static str],
    /// Its keys, in the order of declaration.
    pub keys: &'static [Key],
}

/// What people read about a key.
pub(crate) struct Key {
    /// Its name.
    pub name: &'static str,
    /// What it is for, line by line.
    pub doc: &'static [&'static str],
    /// Its value when nothing is said, as TOML.
    pub default: &'static str,
}

/// Declares a section: `key: Type = default`. The default is TOML; the doc comments are the reference.
macro_rules! section {
    (
        $(#[doc = $doc:literal])+
        pub struct $name:ident in $table:literal {
            $($(#[doc = $key_doc:literal])+ $key:ident: $type:ty = $default:tt),+ $(,)?
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone)]
        pub struct $name { $($(#[doc = $key_doc])+ pub $key: $type),+ }

        impl $crate::config::section::Section for $name {
            const REFERENCE: $crate::config::section::Reference = $crate::config::section::Reference {
                name: $table,
                doc: &[$($doc),+],
                keys: &[$($crate::config::section::Key {
                    name: stringify!($key),
                    doc: &[$($key_doc),+],
                    default: stringify!($default),
                }),+],
            };
        }

        impl $crate::config::read::Record for $name {
            fn read(table: &mut $crate::config::read::Table<'_>) -> Option<Self> {
                Some(Self { $($key: table.or_default(stringify!($key), stringify!($default))),+ })
            }
        }
    };
}
pub(crate) use section;
