//! A command on one application or case: who calls, on what, under which key.

use super::may::Permission;
use super::{Caller, IdempotencyKey, InZone, Segment};
use crate::AppState;
use crate::etag::changed;
use crate::perform::perform_on;
use crate::problem::{ErrorCode, Problem};
use crate::view::application::ApplicationView;
use crate::view::case::CaseView;
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use persistence::application::find_application_of;
use std::future::{Ready, ready};
use uuid::Uuid;
use workflow::Error;
use workflow::application::{Acting, Done, Work};

/// Everything a command needs besides its body.
pub(crate) struct Target<P> {
    /// The caller.
    pub(crate) caller: Caller<P>,
    /// The zone.
    pub(crate) zone: InZone,
    /// The identity in the path.
    pub(crate) id: Uuid,
    key: Option<String>,
    /// What every handler shares.
    pub(crate) state: Data<AppState>,
}

impl<P: Permission> FromRequest for Target<P> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let mut read = || {
            Ok(Self {
                caller: Caller::from_request(request, payload).into_inner()?,
                zone: InZone::from_request(request, payload).into_inner()?,
                id: Segment::<Uuid>::from_request(request, payload).into_inner()?.0,
                key: IdempotencyKey::from_request(request, payload).into_inner()?.0,
                state: request.app_data::<Data<AppState>>().cloned().ok_or_else(|| Problem::new(ErrorCode::Internal))?,
            })
        };
        ready(read())
    }
}

impl<P: Permission> Target<P> {
    /// Demands an idempotency key.
    ///
    /// # Errors
    /// `idempotency_key_required`.
    pub(crate) fn keyed(self) -> Result<Self, Problem> {
        if self.key.is_some() { Ok(self) } else { Err(Problem::new(ErrorCode::KeyRequired)) }
    }

    /// Does a command on the application of the path; answers with it.
    ///
    /// # Errors
    /// Whatever `act` refuses.
    pub(crate) async fn application<F>(self, digest: Vec<u8>, act: F) -> Result<HttpResponse, Problem>
    where
        F: FnOnce(&mut Work<'_, '_>) -> Result<(), Error> + Send + 'static,
    {
        let id = self.id;
        let done = self.perform(id, digest, act).await?;
        let (sees, seat) = (self.caller.acting().sees, self.caller.seat());
        let view = ApplicationView::new(done.dossier, &self.zone, self.state.db.keys(), &sees, &seat);
        Ok(changed(StatusCode::OK, &view, view.version(), done.replayed))
    }

    /// Does a command on the case of the path; answers with it.
    ///
    /// # Errors
    /// Whatever `act` refuses; 404 for a case the caller may not see.
    pub(crate) async fn case<F>(self, digest: Vec<u8>, act: F) -> Result<HttpResponse, Problem>
    where
        F: FnOnce(&mut Work<'_, '_>, Uuid) -> Result<(), Error> + Send + 'static,
    {
        let case = self.id;
        self.of_case(case, digest, act).await
    }

    /// Does a command on a case; answers with it.
    ///
    /// # Errors
    /// Whatever `act` refuses; 404 for a case the caller may not see.
    pub(crate) async fn of_case<F>(self, case: Uuid, digest: Vec<u8>, act: F) -> Result<HttpResponse, Problem>
    where
        F: FnOnce(&mut Work<'_, '_>, Uuid) -> Result<(), Error> + Send + 'static,
    {
        let zone = self.zone.zone;
        let found = self.state.db.read(move |tx| Ok::<_, Error>(find_application_of(tx, zone, case)?)).await?;
        let application = found.ok_or_else(|| Problem::new(ErrorCode::NotFound))?;
        let done = self.perform(application, digest, move |work| act(work, case)).await?;
        let at = done.dossier.at;
        let own = self.caller.acting().sees.reach == domain::access::Reach::Own || done.dossier.application.filed_by == self.caller.account;
        let case = done.dossier.cases.into_iter().find(|c| c.id == case).ok_or_else(|| Problem::new(ErrorCode::NotFound))?;
        let version = case.version;
        let view = CaseView::new(case, &self.zone.catalogue, at, Some((&self.caller.seat(), own)));
        Ok(changed(StatusCode::OK, &view, version, done.replayed))
    }

    /// Does a command on an application, once a key.
    pub(crate) async fn perform<F>(&self, application: Uuid, digest: Vec<u8>, act: F) -> Result<Done, Problem>
    where
        F: FnOnce(&mut Work<'_, '_>) -> Result<(), Error> + Send + 'static,
    {
        self.perform_as(self.caller.acting(), application, digest, act).await
    }

    /// The same, for somebody who acts beyond his own.
    pub(crate) async fn perform_as<F>(&self, acting: Acting, application: Uuid, digest: Vec<u8>, act: F) -> Result<Done, Problem>
    where
        F: FnOnce(&mut Work<'_, '_>) -> Result<(), Error> + Send + 'static,
    {
        let request = self.key.as_ref().map(|key| self.caller.once(self.zone.zone, key, digest));
        Ok(perform_on(&self.state, self.zone.0.clone(), acting, application, request, act).await?)
    }
}
