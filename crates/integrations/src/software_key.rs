//! SM2 (GM/T 0003) with a key held in software: what the doubles of seal and signature share.

use crate::PortError;
use sm2::SecretKey;
use sm2::dsa::signature::{Signer, Verifier};
use sm2::dsa::{Signature, SigningKey};

/// The identity that GM/T 0009 sets where none is agreed.
const IDENTITY: &str = "1234567812345678";

fn signing_key(secret: &[u8; 32]) -> Result<SigningKey, PortError> {
    let key = SecretKey::from_slice(secret).map_err(|_| PortError::BadKey)?;
    SigningKey::new(IDENTITY, &key).map_err(|_| PortError::BadKey)
}

/// A detached signature over a digest.
pub(crate) fn sign(secret: &[u8; 32], digest: &[u8]) -> Result<Vec<u8>, PortError> {
    let signature: Signature = signing_key(secret)?.try_sign(digest).map_err(|_| PortError::BadKey)?;
    Ok(signature.to_bytes().to_vec())
}

/// Whether `signature` was made over `digest` with this key.
pub(crate) fn verify(secret: &[u8; 32], digest: &[u8], signature: &[u8]) -> bool {
    let (Ok(key), Ok(signature)) = (signing_key(secret), Signature::try_from(signature)) else { return false };
    key.verifying_key().verify(digest, &signature).is_ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that can't go on fails")]
mod tests {
    use super::*;

    #[test]
    fn a_changed_digest_signature_or_key_does_not_verify() {
        let (secret, digest) = ([7u8; 32], [1u8; 32]);
        let signature = sign(&secret, &digest).unwrap();
        assert!(verify(&secret, &digest, &signature));
        let mut changed = digest;
        changed[0] ^= 1;
        assert!(!verify(&secret, &changed, &signature));
        let mut forged = signature.clone();
        forged[10] ^= 1;
        assert!(!verify(&secret, &digest, &forged));
        assert!(!verify(&[8u8; 32], &digest, &signature));
        assert!(!verify(&secret, &digest, &signature[..40]));
    }
}
