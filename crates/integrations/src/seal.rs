//! The electronic seal of a body (电子印章). The provincial unified seal system needs an authorisation and
//! certificates that a zone gets from its province; until then instruments are verified by their code and
//! stamped at the window, or sealed in software.

use crate::{PortError, software_key};

/// The seal port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seal {
    /// SM2 with a key held in software: the double, for development.
    Software,
    /// Not set up: instruments stay without an electronic seal.
    Absent,
}

impl Seal {
    /// Signs the digest of an instrument with the zone's seal.
    ///
    /// # Errors
    /// [`PortError::Absent`], [`PortError::BadKey`].
    pub async fn sign(self, secret: &[u8; 32], digest: &[u8]) -> Result<Vec<u8>, PortError> {
        match self {
            Self::Software => software_key::sign(secret, digest),
            Self::Absent => Err(PortError::Absent),
        }
    }

    /// Whether a seal is genuine.
    #[must_use]
    pub fn verify(self, secret: &[u8; 32], digest: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Software => software_key::verify(secret, digest, signature),
            Self::Absent => false,
        }
    }
}
