//! Cursors: opaque to the caller, bound to their list by a keyed check.

use crate::problem::{ErrorCode, Problem};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use persistence::seal::Keys;
use serde::Serialize;
use serde::de::DeserializeOwned;

const CHECK: usize = 8;

/// Writes the place after which the next page of `list` begins. `list` names the list with its filters.
pub(crate) fn write<T: Serialize>(keys: &Keys, list: &str, place: &T) -> String {
    let place = serde_json::to_string(place).unwrap_or_default();
    let check = keys.index(list, &place);
    let bytes: Vec<u8> = check.iter().take(CHECK).copied().chain(place.bytes()).collect();
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Reads a cursor back.
///
/// # Errors
/// `bad_cursor` for one that is broken or of another list.
pub(crate) fn read<T: DeserializeOwned>(keys: &Keys, list: &str, cursor: &str) -> Result<T, Problem> {
    let bad = || Problem::new(ErrorCode::BadCursor);
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| bad())?;
    let (check, place) = bytes.split_at_checked(CHECK).ok_or_else(bad)?;
    let place = std::str::from_utf8(place).map_err(|_| bad())?;
    if !keys.index(list, place).starts_with(check) {
        return Err(bad());
    }
    serde_json::from_str(place).map_err(|_| bad())
}
