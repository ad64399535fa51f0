//! `postroom serve`: the daemon.

use clap::Args;
use sd_notify::NotifyState;

use super::{Failure, Outcome, Terminal};
use crate::app::{Doors, Running, logging};
use crate::lifecycle::Signals;

/// Run the daemon
#[derive(Args)]
#[command(after_help = "\
Prints one line, `postroom listening on http://ADDR`, once it accepts requests. The first SIGTERM or
Ctrl-C finishes what is in hand, the second stops at once.

Example:
  postroom --config /etc/postroom/postroom.toml serve")]
pub(super) struct Serve {}

impl Serve {
    pub async fn run(self, terminal: &mut Terminal) -> Outcome {
        let config = terminal.config()?;
        logging::start(&config.log);
        let mut signals = Signals::listen()
            .map_err(|error| Failure::new(format!("cannot listen for signals: {error}")))?;
        let doors = Doors::of_this_machine(terminal.environment.clone());
        let running = Running::start(config, doors).await?;
        terminal.say(format!("postroom listening on http://{}", running.address))?;
        tell_manager(&NotifyState::Ready);
        let broken = tokio::select! {
            () = signals.next() => false,
            () = running.broken() => true,
        };
        tell_manager(&NotifyState::Stopping);
        tracing::info!("stopping; finishing what is in hand");
        running.stop(signals.next()).await;
        if broken {
            return Err(Failure::new("the daemon broke down; its log says why"));
        }
        Ok(())
    }
}

/// Tells systemd, if it started us.
fn tell_manager(state: &NotifyState<'_>) {
    if let Err(error) = sd_notify::notify(std::slice::from_ref(state)) {
        tracing::warn!(%error, "could not tell systemd how we are");
    }
}
