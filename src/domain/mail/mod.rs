//! Bytes to [`Mail`], and mail to bytes. Nothing here fails on bad input: what cannot be read is read
//! as well as possible, and the mail says so.
//!
//! [`parse`] walks the road once: the tree of parts within the limits of A33 (`parts`), the header fields
//! (`headers`, `address_list`, `message_ids`, `date`), the text (`body`, `charset`, `flowed`, `readable`), what
//! of it is quoted (`quotes`), and who or what wrote it (`machine`, `bounce`). Whom it was delivered to and
//! whether its sender is real is asked separately, because the answer depends on the account
//! ([`delivery`], [`authentication`]).

mod address_list;
mod attachments;
pub mod authentication;
mod body;
mod bounce;
pub mod calendar;
mod charset;
pub mod compose;
mod contained;
mod content_key;
mod date;
pub mod delivery;
mod enclosed;
mod encoded_word;
mod escapes;
mod filename;
#[cfg(test)]
mod fixtures;
mod flowed;
mod fold;
pub mod forwarded;
mod guess;
mod headers;
#[cfg(test)]
mod hostile;
pub mod html;
pub mod limits;
mod machine;
mod message_ids;
mod nested;
mod parameters;
mod parse;
mod parts;
mod pictures;
mod pieces;
mod preview;
mod protection;
mod quotes;
mod readable;
mod tnef;
mod tokens;
mod transfer;
mod uuencode;
mod view;

pub use attachments::{Attachment, attachment, attachment_text, inline_images};
pub use bounce::{Bounce, BounceRecipient, Traces};
pub use calendar::{Answer, Calendar, CalendarKind, Moment};
pub use compose::{Automatic, ComposeError, ListHeaders, Outgoing, OutgoingAttachment, compose};
pub use content_key::content_key;
pub use enclosed::{Enclosed, enclosed, may_enclose};
pub use fold::{Fold, FoldKind, abridged, unfolded};
pub use headers::{Headers, LOOP_HEADER, loop_marks};
pub use machine::{Effects, Machine, has_null_return_path};
pub use nested::NestedMail;
pub use parse::{Mail, html_body, parse, subject};
pub use pictures::{Picture, pictures};
pub use pieces::Pieces;
pub use preview::{Preview, Shown};
pub use protection::{Protection, Scheme};
pub use quotes::{Sheet, every_fold, folds, folds_of, is_forwarded};
pub use view::message_json;
