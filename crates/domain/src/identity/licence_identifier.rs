//! Identifier of an e-licence (电子证照标识, GB/T 36904): root, type, issuer, serial, version, check.

use super::{IdentityError, normalise, text_identifier};
use serde::{Deserialize, Serialize};

const ROOT: &str = "1.2.156.3005.2.";

/// A checked e-licence identifier.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LicenceIdentifier(String);
text_identifier!(LicenceIdentifier);

impl LicenceIdentifier {
    /// Reads an identifier and verifies its check character (ISO 7064 MOD 37,36).
    ///
    /// # Errors
    /// [`IdentityError::Shape`] for another structure, [`IdentityError::CheckCharacter`] for a wrong check.
    pub fn parse(raw: &str) -> Result<Self, IdentityError> {
        const SHAPE: IdentityError = IdentityError::Shape("证照标识应为1.2.156.3005.2.类型.颁发机构.流水号.版本.校验位");
        let text = normalise(raw);
        let parts: Vec<&str> = text.strip_prefix(ROOT).ok_or(SHAPE)?.split('.').collect();
        let [kind, issuer, serial, version, check] = parts.as_slice() else { return Err(SHAPE) };
        let alphanumeric = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_alphanumeric());
        if kind.len() != 21 || serial.len() > 32 || version.len() != 3 || check.len() != 1 || !parts.iter().all(|p| alphanumeric(p)) {
            return Err(SHAPE);
        }
        let body = [*kind, *issuer, *serial, *version].concat();
        if check.chars().next() == check_character(&body) {
            Ok(Self(text))
        } else {
            Err(IdentityError::CheckCharacter("证照标识校验位不正确"))
        }
    }
}

impl LicenceIdentifier {
    /// Makes out the identifier of a licence; `None` where the parts do not fit the shape.
    #[must_use]
    pub fn issue(kind: &str, issuer: &str, serial: &str, version: u32) -> Option<Self> {
        let version = format!("{version:03}");
        let check = check_character(&[kind, issuer, serial, &version].concat())?;
        Self::parse(&format!("{ROOT}{kind}.{issuer}.{serial}.{version}.{check}")).ok()
    }

    /// Type code, issuer's code and version, as they are written.
    #[must_use]
    pub fn issue_parts(&self) -> Option<(&str, &str, &str)> {
        let mut parts = self.0.strip_prefix(ROOT)?.split('.');
        let (kind, issuer, _serial) = (parts.next()?, parts.next()?, parts.next()?);
        Some((kind, issuer, parts.next()?))
    }

    /// Serial number and version.
    #[must_use]
    pub fn serial_and_version(&self) -> Option<(&str, u32)> {
        let mut parts = self.0.rsplit('.').skip(1);
        let version = parts.next()?.parse().ok()?;
        Some((parts.next()?, version))
    }
}

/// ISO 7064 MOD 37,36 over digits and upper-case letters.
fn check_character(body: &str) -> Option<char> {
    let product = body.chars().filter_map(|c| c.to_digit(36)).fold(36, |p, v| match (p + v) % 36 {
        0 => 36 * 2 % 37,
        sum => sum * 2 % 37,
    });
    char::from_digit((37 - product) % 36, 36).map(|c| c.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_characters_of_known_identifiers_fit() {
        for ok in [
            "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U",
            "1.2.156.3005.2.11100000000013338W009.11330105002500287C.2025052201.002.0",
            "1.2.156.3005.2.11100000MB03271699022.340100.000000016.001.9",
            "1.2.156.3005.2.11100000000013338W001.1143040000TE00049W.2024TEST0000000000001.001.T",
            "1.2.156.3005.2.11100000000013338W001.1143040000TE00049W.2024TEST0000000000001.002.R",
            "1.2.156.3005.2.11100000000013338W001.1143040000TE00049W.2024TEST0000000000002.001.D",
        ] {
            assert!(LicenceIdentifier::parse(ok).is_ok(), "{ok}");
        }
        let first = LicenceIdentifier::issue("11100000000013338W001", "1143040000TE00049W", "2024TEST0000000000001", 1).unwrap();
        assert_eq!(first.to_string(), "1.2.156.3005.2.11100000000013338W001.1143040000TE00049W.2024TEST0000000000001.001.T");
        assert_eq!(first.issue_parts(), Some(("11100000000013338W001", "1143040000TE00049W", "001")));
        assert_eq!(first.serial_and_version(), Some(("2024TEST0000000000001", 1)));
        assert_eq!(LicenceIdentifier::issue("short", "1143040000TE00049W", "1", 1), None);
        let wrong = "1.2.156.3005.2.11100000000013338W001.1143040000TE00049W.2024TEST0000000000001.001.A";
        assert!(matches!(LicenceIdentifier::parse(wrong), Err(IdentityError::CheckCharacter(_))));
        assert!(matches!(LicenceIdentifier::parse("1.2.156.3005.2.X"), Err(IdentityError::Shape(_))));
    }
}
