//! Ports to outside systems: of each the live adapter and a sandbox double that keeps the same limits and
//! errors. No port is called inside a database transaction, and each has a fallback when it is down.

pub mod case_exchange;
pub mod courier;
pub mod data_share;
pub mod implementation_list;
pub mod scan;
pub mod seal;
pub mod signature;
mod software_key;
pub mod wechat;

/// The ports of an installation.
#[derive(Clone)]
pub struct Ports {
    /// Electronic seal of the zone's bodies.
    pub seal: seal::Seal,
    /// Electronic signature of applicants.
    pub signature: signature::Signature,
    /// The virus scanner.
    pub scanner: scan::Scanner,
    /// The courier.
    pub courier: std::sync::Arc<courier::Courier>,
    /// Queries to other bodies.
    pub data_share: std::sync::Arc<data_share::DataShare>,
    /// Login by WeChat mini-program.
    pub wechat: std::sync::Arc<wechat::Wechat>,
}

/// Why a port gave no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PortError {
    /// The port is not set up here; its fallback applies.
    #[error("the port is not set up")]
    Absent,
    /// The key given is not one.
    #[error("the key is not usable")]
    BadKey,
}
