//! The catalogue: read by everyone, written by editors, published by publishers.

mod base;
mod draft;
mod figures;
mod handbook;
mod read;
mod search;
mod transfer;
mod version;

pub(crate) use base::*;
pub(crate) use draft::*;
pub(crate) use figures::*;
pub(crate) use handbook::*;
pub(crate) use read::*;
pub(crate) use search::*;
pub(crate) use transfer::*;
pub(crate) use version::*;
