//! What stands between the network and the pages: which host was meant, who may write, what browsers are
//! told to refuse, and how failures look. Each decision is a plain function; the layers only apply them.

mod fault;
mod headers;
mod origin;
mod request_id;
mod site;
mod visitor;

pub use fault::{Fault, after_panic, dress};
pub use headers::{for_attachment, for_message_frame, secure};
pub use origin::refuse_foreign_writes;
pub use request_id::{RequestId, number};
pub use site::Site;
pub use visitor::Visitor;
