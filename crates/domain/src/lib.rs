//! The rules of 「一件事一次办」 and the types they speak of.
//!
//! Nothing here does I/O, reads a clock, draws a random number or knows SQL or HTTP: time and identifiers
//! come in as arguments, reasons come out. Every rule cites the law it rests on.

#[macro_use]
pub mod code;

pub mod access;
pub mod application;
pub mod assessment;
pub mod calendar;
pub mod catalogue;
pub mod event;
pub mod figure;
pub mod flow;
pub mod hall;
pub mod identity;
pub mod local_time;
pub mod number;
pub mod project;
pub mod reason;
