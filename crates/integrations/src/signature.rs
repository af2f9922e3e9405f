//! The electronic signature of an applicant (电子签名). Without the port letters are signed on paper at the window.

use crate::{PortError, software_key};

/// The signature port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signature {
    /// SM2 with a key held in software: the double, for development.
    Software,
    /// Not set up.
    Absent,
}

impl Signature {
    /// Signs the digest of a letter for the person who is logged in.
    ///
    /// # Errors
    /// [`PortError::Absent`], [`PortError::BadKey`].
    pub async fn sign(self, secret: &[u8; 32], digest: &[u8]) -> Result<Vec<u8>, PortError> {
        match self {
            Self::Software => software_key::sign(secret, digest),
            Self::Absent => Err(PortError::Absent),
        }
    }

    /// Whether a signature is this person's, over this digest.
    #[must_use]
    pub fn verify(self, secret: &[u8; 32], digest: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Software => software_key::verify(secret, digest, signature),
            Self::Absent => false,
        }
    }
}
