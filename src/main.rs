//! Arguments, configuration, command; exit codes; nothing else.

use std::process::ExitCode;

use postroom::cli;
use postroom::config::Environment;

fn main() -> ExitCode {
    cli::main(std::env::args_os(), Environment::of_this_process())
}
