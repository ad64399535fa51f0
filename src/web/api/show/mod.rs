//! What programs see: one file per noun, each a plain function from the model to JSON. Names and shapes are a
//! promise; they may grow, but never change.

mod account;
mod enclosed;
mod event;
mod intake;
mod message;
mod outbox;
mod party;
mod promise;
mod replay;
mod rule;
mod settings;
mod ticket;
mod words;

pub use account::AccountView;
pub use event::EventView;
pub use intake::{IntakeView, Places};
pub use message::{MessageView, Surroundings};
pub use outbox::OutboxView;
pub use party::{Address, ParticipantView, PersonView};
pub use promise::ClockStoryView;
pub use replay::ReplayView;
pub use rule::{PassView, RuleVersionView, TrialView};
pub use settings::{
    CannedView, MailboxView, RuleView, TeamView, TenantView, UserView, WebhookView,
};
pub use ticket::{Beside, COLUMNS, TicketView};

#[cfg(test)]
pub(in crate::web::api) mod samples;
