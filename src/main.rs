//! Arguments, configuration, app; exit codes; nothing else.

fn main() {}
