//! The hall: slots, appointments and free printing.

mod booking;
mod print;
mod slot;

pub(super) use booking::*;
pub(super) use print::*;
pub(super) use slot::*;
