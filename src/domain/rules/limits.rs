//! The limits of rules (A32), in one place.

/// The longest regular expression, in bytes.
pub const PATTERN_BYTES: usize = 1024;

/// The largest compiled regular expression, in bytes.
pub const COMPILED_BYTES: usize = 1024 * 1024;

/// How much of a text a condition looks at, in bytes; what comes after is not seen.
pub const HAYSTACK_BYTES: usize = 256 * 1024;

/// How deep `all`, `any` and `none` may stand in one another.
pub const NESTING: usize = 8;

/// How many conditions a rule may have, groups not counted.
pub const CONDITIONS: usize = 100;

/// How many actions a rule may have.
pub const ACTIONS: usize = 50;

/// How many values a list may have.
pub const VALUES: usize = 500;

/// The longest text a condition compares with, or an action writes, in bytes.
pub const TEXT_BYTES: usize = 4096;

/// How much of a value an explanation shows, in characters.
pub const SHOWN_CHARS: usize = 200;

/// How often in a row rules may be triggered by what rules did. The pass after that does nothing and says so.
pub const CHAIN: u8 = 5;
