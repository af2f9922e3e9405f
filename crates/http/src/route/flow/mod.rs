//! The life of a filed application, a stage a file.

mod case;
mod claim;
mod clock;
mod decide;
mod deliver;
mod evaluate;
mod joint;
mod letter;
mod licence;
mod material;
mod proceeding;
mod publicity;
mod receipt;
mod receive;
mod register;
mod share;
mod withdraw;

pub(super) use case::*;
pub(super) use claim::*;
pub(super) use clock::*;
pub(super) use decide::*;
pub(super) use deliver::*;
pub(super) use evaluate::*;
pub(super) use joint::*;
pub(super) use letter::*;
pub(super) use licence::*;
pub(crate) use material::constant_time_eq;
pub(super) use material::*;
pub(super) use proceeding::*;
pub(super) use publicity::*;
pub(super) use receipt::*;
pub(super) use receive::*;
pub(super) use register::*;
pub(super) use share::*;
pub(super) use withdraw::*;
