//! Search over a zone's catalogue as people type: Chinese words and parts of them, pinyin and initials, the words the
//! catalogue lists as synonyms, and with slips of the finger. A full-text index finds the candidates; what a person
//! would call the better hit is then decided on the few that were found, and told with its reason.

mod index;
mod reading;
mod score;

pub use index::{Index, SearchError};
pub use score::{Hit, HitKind, HitReason, ReasonCode, Segment};
