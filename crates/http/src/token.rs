//! Access tokens: short-lived EdDSA JWTs, on real time. Verified ones are cached until they expire.

use domain::access::Role;
use domain::code::TextCode;
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::EncodePrivateKey;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use moka::sync::Cache;
use persistence::account::Membership;
use persistence::clock::real_now;
use persistence::seal::{random, sha256};
use persistence::session::TokenKey;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// Seconds an access token lives.
pub const LIFETIME_SECONDS: i64 = 600;
const ISSUER: &str = "yiciban";

/// What an access token says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Claims {
    iss: String,
    /// Account.
    pub sub: Uuid,
    /// Session.
    pub sid: Uuid,
    /// Roles: zone slug, role, department.
    pub roles: Vec<(String, String, Option<String>)>,
    iat: i64,
    exp: i64,
}

impl Claims {
    /// The roles held in a zone.
    pub fn roles_in<'a>(&'a self, zone: &'a str) -> impl Iterator<Item = (Role, Option<&'a str>)> {
        self.roles
            .iter()
            .filter(move |(z, ..)| z == zone)
            .filter_map(|(_, role, department)| Some((Role::parse(role)?, department.as_deref())))
    }
}

/// Signs and verifies access tokens.
pub struct Tokens {
    signing: EncodingKey,
    key_id: String,
    verifying: Vec<(String, DecodingKey)>,
    public: Vec<(String, Vec<u8>)>,
    verified: Cache<String, Arc<Claims>>,
    revoked: Cache<Uuid, ()>,
}

/// A new Ed25519 key, to be stored sealed.
///
/// # Errors
/// When the key can't be encoded.
pub fn new_key() -> Result<TokenKey, String> {
    let signing = SigningKey::from_bytes(&random::<32>());
    let private = signing.to_pkcs8_der().map_err(|e| e.to_string())?;
    let public = signing.verifying_key().to_bytes().to_vec();
    let mut id = hex::encode(sha256(&[&public]));
    id.truncate(16);
    Ok(TokenKey { id, public, private: private.as_bytes().to_vec() })
}

impl Tokens {
    /// Signs with the first key and verifies with all.
    #[must_use]
    pub fn new(keys: &[TokenKey]) -> Option<Self> {
        let first = keys.first()?;
        Some(Self {
            signing: EncodingKey::from_ed_der(&first.private),
            key_id: first.id.clone(),
            verifying: keys.iter().map(|k| (k.id.clone(), DecodingKey::from_ed_der(&k.public))).collect(),
            public: keys.iter().map(|k| (k.id.clone(), k.public.clone())).collect(),
            verified: Cache::builder().max_capacity(50_000).time_to_live(Duration::from_secs(LIFETIME_SECONDS.unsigned_abs())).build(),
            revoked: Cache::builder()
                .max_capacity(1_000_000)
                .time_to_live(Duration::from_secs(LIFETIME_SECONDS.unsigned_abs() + 60))
                .build(),
        })
    }

    /// Signs a token for a session.
    ///
    /// # Errors
    /// When signing fails.
    pub fn sign(&self, account: Uuid, session: Uuid, memberships: &[Membership]) -> Result<String, String> {
        let now = real_now().timestamp();
        let roles = memberships.iter().map(|m| (m.slug.clone(), m.role.as_str().to_owned(), m.department.clone())).collect();
        let claims = Claims { iss: ISSUER.to_owned(), sub: account, sid: session, roles, iat: now, exp: now + LIFETIME_SECONDS };
        let header = Header { kid: Some(self.key_id.clone()), ..Header::new(Algorithm::EdDSA) };
        jsonwebtoken::encode(&header, &claims, &self.signing).map_err(|e| e.to_string())
    }

    /// What a token says, if it is ours, not expired and its session not ended.
    #[must_use]
    pub fn verify(&self, token: &str) -> Option<Arc<Claims>> {
        let known = self.verified.get(token).filter(|c| c.exp > real_now().timestamp());
        let claims = if let Some(claims) = known {
            claims
        } else {
            let claims = Arc::new(self.decode(token)?);
            self.verified.insert(token.to_owned(), claims.clone());
            claims
        };
        (!self.revoked.contains_key(&claims.sid)).then_some(claims)
    }

    fn decode(&self, token: &str) -> Option<Claims> {
        let kid = jsonwebtoken::decode_header(token).ok()?.kid?;
        let (_, key) = self.verifying.iter().find(|(id, _)| *id == kid)?;
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[ISSUER]);
        validation.leeway = 0;
        jsonwebtoken::decode::<Claims>(token, key, &validation).ok().map(|data| data.claims)
    }

    /// Stops taking tokens of a session.
    pub fn revoke(&self, session: Uuid) {
        self.revoked.insert(session, ());
    }

    /// The public keys as a JSON Web Key Set.
    #[must_use]
    pub fn jwks(&self) -> Value {
        use base64::Engine;
        let encode = |bytes: &[u8]| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes);
        let keys = self
            .public
            .iter()
            .map(|(id, key)| json!({"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": id, "x": encode(key)}));
        json!({"keys": keys.collect::<Vec<_>>()})
    }
}
