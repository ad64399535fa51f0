//! The command line: one file per command. A command reads the configuration, does its work, and ends
//! with an exit code; what went wrong is one sentence on standard error that says what to do.

mod apply;
mod check;
mod explain;
mod failure;
mod house;
mod ingest;
mod init;
mod key;
mod link;
mod mailbox;
mod migrate;
mod replay;
mod rules;
mod serve;
mod terminal;
mod token;
mod user;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};

use self::failure::{Failure, Outcome, Words};
use self::house::House;
use self::link::Link;
use self::terminal::Terminal;
use crate::config::Environment;

/// Turns the mail of many tenants into tickets, and the work on those tickets back into mail.
#[derive(Parser)]
#[command(
    name = "postroom",
    version,
    propagate_version = true,
    arg_required_else_help = true
)]
#[command(after_help = "Exit codes: 0 done, 1 failed, 2 wrong usage, 75 try again later (ingest).")]
struct Arguments {
    /// The configuration; else $POSTROOM_CONFIG, ./postroom.toml, /etc/postroom/postroom.toml, or none
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Serve(serve::Serve),
    Init(init::Init),
    Apply(apply::Apply),
    Check(check::Check),
    User(user::User),
    Token(token::Token),
    Key(key::Key),
    Mailbox(mailbox::Mailbox),
    Ingest(ingest::Ingest),
    Explain(explain::Explain),
    Replay(replay::Replay),
    Rules(rules::Rules),
    Migrate(migrate::Migrate),
}

/// Runs the command that `arguments` name (the first is the program itself), on the process's own
/// standard streams.
pub fn main(arguments: impl IntoIterator<Item = OsString>, environment: Environment) -> ExitCode {
    ExitCode::from(run(arguments, Terminal::of_this_process(environment)))
}

/// The same with streams of the caller's choice; gives the exit code.
fn run(arguments: impl IntoIterator<Item = OsString>, mut terminal: Terminal) -> u8 {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(refused) => return refuse(&refused),
    };
    terminal.config_file = arguments.config;
    let outcome = match arguments.command {
        Command::Serve(command) => wait(command.run(&mut terminal)),
        Command::Init(command) => wait(command.run(&mut terminal)),
        Command::Apply(command) => wait(command.run(&mut terminal)),
        Command::Check(command) => command.run(&mut terminal),
        Command::User(command) => wait(command.run(&mut terminal)),
        Command::Token(command) => wait(command.run(&mut terminal)),
        Command::Key(command) => wait(command.run(&mut terminal)),
        Command::Mailbox(command) => wait(command.run(&mut terminal)),
        Command::Ingest(command) => wait(command.run(&mut terminal)),
        Command::Explain(command) => wait(command.run(&mut terminal)),
        Command::Replay(command) => wait(command.run(&mut terminal)),
        Command::Rules(command) => wait(command.run(&mut terminal)),
        Command::Migrate(command) => wait(command.run(&mut terminal)),
    };
    match outcome {
        Ok(()) => 0,
        Err(failure) => {
            match &failure.words {
                Words::Sentence(sentence) => terminal.complain(sentence),
                Words::Mistakes(mistakes) => terminal.point_out(mistakes),
                Words::Said => {}
            }
            failure.code
        }
    }
}

/// Runs what waits for the database.
fn wait(command: impl Future<Output = Outcome>) -> Outcome {
    let runtime = tokio::runtime::Runtime::new();
    let runtime =
        runtime.map_err(|error| Failure::new(format!("cannot start threads: {error}")))?;
    let outcome = runtime.block_on(command);
    // A thread that is left to a mail which takes long to read cannot be stopped, and nobody waits for it.
    runtime.shutdown_timeout(Duration::from_secs(5));
    outcome
}

/// Help and version are answers, anything else is wrong usage; clap knows which stream is right.
fn refuse(refused: &clap::Error) -> u8 {
    // If the stream is closed there is nobody left to tell.
    let _ = refused.print();
    u8::try_from(refused.exit_code()).unwrap_or(Failure::USAGE)
}

#[cfg(test)]
mod tests;
