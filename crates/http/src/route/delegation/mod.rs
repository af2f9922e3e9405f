//! Delegated matters (赋权事项): the register, what goes in and out, accounts in the systems of delegating bodies.

mod account;
mod adjustment;
mod register;

pub(crate) use account::*;
pub(crate) use adjustment::*;
pub(crate) use register::*;
