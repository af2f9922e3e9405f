//! Passwords: Argon2id, two at a time; who comes third is told to come back.

use crate::Error;
use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use std::sync::atomic::{AtomicUsize, Ordering};

const AT_A_TIME: usize = 2;
static RUNNING: AtomicUsize = AtomicUsize::new(0);

struct Turn;

impl Turn {
    fn take() -> Result<Self, Error> {
        if RUNNING.fetch_add(1, Ordering::SeqCst) < AT_A_TIME {
            return Ok(Self);
        }
        RUNNING.fetch_sub(1, Ordering::SeqCst);
        Err(Error::Busy)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        RUNNING.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Hashes a password.
///
/// # Errors
/// [`Error::CredentialsRefused`] when it can't be hashed.
pub fn hash(password: &str) -> Result<String, Error> {
    let hashed = Argon2::default().hash_password(password.as_bytes()).map_err(|_| Error::CredentialsRefused)?;
    Ok(hashed.to_string())
}

/// Verifies a password; without a stored hash it takes as long and refuses.
///
/// # Errors
/// [`Error::Busy`] when two are being verified already, [`Error::CredentialsRefused`].
pub fn verify(password: &str, stored: Option<&str>) -> Result<(), Error> {
    const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let _turn = Turn::take()?;
    let parsed = PasswordHash::new(stored.unwrap_or(NOBODY)).map_err(|_| Error::CredentialsRefused)?;
    Argon2::default().verify_password(password.as_bytes(), &parsed).map_err(|_| Error::CredentialsRefused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_password_fits() {
        let stored = hash("一次办-Secret-1").unwrap();
        assert!(stored.starts_with("$argon2id$"));
        assert!(verify("一次办-Secret-1", Some(&stored)).is_ok());
        assert!(matches!(verify("wrong", Some(&stored)), Err(Error::CredentialsRefused)));
        assert!(matches!(verify("wrong", None), Err(Error::CredentialsRefused)));
    }
}
