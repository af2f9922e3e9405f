//! Applications, one verb a file.

mod adopt;
mod create;
mod form;
mod get;
mod list;
mod revise;
mod run;
mod submit;
mod upload;

pub(super) use adopt::*;
pub(super) use create::*;
pub(super) use form::*;
pub(super) use get::*;
pub(super) use list::*;
pub(super) use revise::*;
pub(super) use run::*;
pub(super) use submit::*;
pub(super) use upload::*;
