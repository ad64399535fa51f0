//! What differs between SQLite and PostgreSQL, all of it: how a row is claimed, and how much fits into one
//! statement. The migrations' types differ too (`migrations/{sqlite,postgres}`).

/// How many rows one INSERT carries. SQLite allows 32,766 bound values, PostgreSQL 65,535; the widest row
/// has 34 columns.
pub(in crate::store) const ROWS_PER_STATEMENT: usize = 400;

/// What a claiming SELECT ends with: PostgreSQL skips the rows that another node holds; SQLite has one
/// writer, so nobody else can hold any.
pub(in crate::store) mod claim {
    pub const SQLITE: &str = "";
    pub const POSTGRES: &str = " FOR UPDATE SKIP LOCKED";
}
