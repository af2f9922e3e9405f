//! The caller and what he may do here.

use super::may::Permission;
use crate::AppState;
use crate::problem::{ErrorCode, Problem};
use crate::request_id::RequestId;
use crate::view::Seat;
use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use domain::access::{Operation, Reach, Role, reach_of};
use persistence::application::Scope;
use persistence::event::Actor;
use persistence::idempotency::Request;
use std::future::{Ready, ready};
use std::marker::PhantomData;
use uuid::Uuid;
use workflow::application::Acting;

/// An operation open to everybody; the type says which.
pub(crate) struct Anyone<P>(PhantomData<P>);

impl<P: Permission> FromRequest for Anyone<P> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(_: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(if P::OPERATION.is_public() { Ok(Self(PhantomData)) } else { Err(Problem::new(ErrorCode::Unauthenticated)) })
    }
}

/// A logged-in caller who may use operation `P` in the zone of the path.
pub(crate) struct Caller<P> {
    /// The account.
    pub(crate) account: Uuid,
    /// The session.
    pub(crate) session: Uuid,
    /// Roles held in the zone of the path.
    pub(crate) roles: Vec<Role>,
    /// Departments held there.
    departments: Vec<String>,
    /// How far the operation reaches.
    reach: Reach,
    /// Id of the request.
    pub(crate) request_id: Option<String>,
    permission: PhantomData<P>,
}

impl<P: Permission> FromRequest for Caller<P> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::identify(request))
    }
}

impl<P: Permission> Caller<P> {
    fn identify(request: &HttpRequest) -> Result<Self, Problem> {
        let unauthenticated = || Problem::new(ErrorCode::Unauthenticated);
        let state = request.app_data::<Data<AppState>>().ok_or_else(|| Problem::new(ErrorCode::Internal))?;
        let header = request.headers().get(AUTHORIZATION).and_then(|v| v.to_str().ok());
        let token = header.and_then(|h| h.strip_prefix("Bearer ")).ok_or_else(unauthenticated)?;
        let claims = state.tokens.verify(token).ok_or_else(unauthenticated)?;
        let zone = request.match_info().get("zone").unwrap_or_default();
        let held: Vec<(Role, Option<&str>)> = claims.roles_in(zone).collect();
        let roles: Vec<Role> = held.iter().map(|(role, _)| *role).collect();
        let reach = reach_of(P::OPERATION, &roles).ok_or_else(|| Problem::new(ErrorCode::Forbidden))?;
        let of_department = |role: &Role| Operation::GetApplication.reach(*role) == Some(Reach::Department);
        let departments = held.iter().filter(|(role, _)| of_department(role)).filter_map(|(_, d)| d.map(str::to_owned)).collect();
        let request_id = request.extensions().get::<RequestId>().map(|r| r.0.clone());
        Ok(Self { account: claims.sub, session: claims.sid, roles, departments, reach, request_id, permission: PhantomData })
    }

    /// The filter of what he may do this to.
    pub(crate) fn scope(&self) -> Scope {
        self.scope_of(self.reach)
    }

    fn scope_of(&self, reach: Reach) -> Scope {
        Scope { account: self.account, reach, departments: self.departments.clone() }
    }

    /// Everything a use case needs to know of him.
    pub(crate) fn acting(&self) -> Acting {
        let sees = reach_of(Operation::GetApplication, &self.roles).unwrap_or(Reach::Own);
        Acting { sees: self.scope_of(sees), may: self.scope(), actor: Actor::account(self.account, self.request_id.clone()) }
    }

    /// The roles he holds here, for what he may do next.
    pub(crate) fn seat(&self) -> Seat {
        Seat { roles: self.roles.clone(), departments: self.departments.clone() }
    }

    /// A request that wants to be done once.
    pub(crate) fn once(&self, zone: i32, key: &str, digest: Vec<u8>) -> Request {
        Request { zone, caller: self.account, operation: P::OPERATION.id(), key: key.to_owned(), digest }
    }
}
