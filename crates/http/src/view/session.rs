//! Sessions and accounts.

use crate::problem::{ErrorCode, Problem};
use crate::token::{LIFETIME_SECONDS, Tokens};
use domain::access::Role;
use persistence::account::Membership;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use workflow::session::Session;

/// Tokens of a session.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionView {
    /// Access token, EdDSA JWT.
    access_token: String,
    /// Always `Bearer`.
    #[schema(example = "Bearer")]
    token_type: &'static str,
    /// Seconds the access token lives.
    #[schema(example = 600)]
    expires_in: i64,
    /// Token to go on with; each is used once.
    refresh_token: String,
    /// The account.
    account: AccountView,
}

/// An account.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountView {
    /// Identity.
    id: Uuid,
    /// Name, plain to its owner.
    #[schema(example = "张三")]
    name: String,
    /// Roles by zone.
    memberships: Vec<MembershipView>,
}

/// Roles in one zone.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct MembershipView {
    /// Slug of the zone; absent for the platform.
    #[serde(skip_serializing_if = "String::is_empty")]
    #[schema(example = "hengyang-gaoxin")]
    zone: String,
    /// Roles.
    roles: Vec<Role>,
    /// Department.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "HUC")]
    department: Option<String>,
}

impl AccountView {
    /// The account as its owner sees it.
    #[must_use]
    pub fn new(id: Uuid, name: String, memberships: &[Membership]) -> Self {
        let mut views: Vec<MembershipView> = Vec::new();
        for m in memberships {
            match views.iter_mut().find(|v| v.zone == m.slug && v.department == m.department) {
                Some(view) => view.roles.push(m.role),
                None => views.push(MembershipView { zone: m.slug.clone(), roles: vec![m.role], department: m.department.clone() }),
            }
        }
        Self { id, name, memberships: views }
    }
}

impl SessionView {
    /// Signs the session's access token.
    ///
    /// # Errors
    /// `internal` when signing fails.
    pub fn sign(tokens: &Tokens, session: Session) -> Result<Self, Problem> {
        let access_token = tokens.sign(session.account.id, session.id, &session.memberships).map_err(|error| {
            tracing::error!(%error, "signing failed");
            Problem::new(ErrorCode::Internal)
        })?;
        Ok(Self {
            access_token,
            token_type: "Bearer",
            expires_in: LIFETIME_SECONDS,
            refresh_token: session.refresh_token,
            account: AccountView::new(session.account.id, session.account.name, &session.memberships),
        })
    }
}
