//! The route list: it serves the routes and makes the OpenAPI document.

mod account;
mod application;
mod catalogue;
mod desk;
mod platform;
mod precheck;
mod sandbox;
mod session;
mod track;
mod workday;

use utoipa_actix_web::service_config::ServiceConfig;

/// Registers every operation; development operations only where asked for.
pub(crate) fn configure(sandbox: bool) -> impl FnOnce(&mut ServiceConfig<'_>) {
    move |routes| {
        routes
            .service(platform::get_healthz)
            .service(platform::get_readyz)
            .service(platform::get_metrics)
            .service(platform::get_jwks)
            .service(catalogue::list_zones)
            .service(catalogue::get_zone)
            .service(catalogue::list_departments)
            .service(catalogue::list_places)
            .service(workday::compute_due)
            .service(catalogue::list_matters)
            .service(catalogue::get_matter)
            .service(catalogue::get_matter_guide)
            .service(catalogue::list_bundles)
            .service(catalogue::get_bundle)
            .service(catalogue::get_bundle_guide)
            .service(precheck::precheck)
            .service(track::track_submission)
            .service(session::create_password_session)
            .service(session::refresh_session)
            .service(session::delete_current_session)
            .service(account::get_account)
            .service(application::create_application)
            .service(application::list_applications)
            .service(application::get_application)
            .service(application::revise_application)
            .service(application::upload_material)
            .service(application::submit_application)
            .service(application::get_application_assessment)
            .service(application::get_application_timeline)
            .service(desk::list_desk_cases);
        if sandbox {
            routes.service(sandbox::set_sandbox_clock);
        }
    }
}
