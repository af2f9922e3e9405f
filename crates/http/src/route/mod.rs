//! The route list: it serves the routes and makes the OpenAPI document.

mod account;
mod application;
mod catalogue;
mod delegation;
mod desk;
mod figures;
mod finding;
pub(crate) mod flow;
mod hall;
mod obligation;
mod platform;
mod precheck;
mod project;
mod reform;
mod reminder;
mod sandbox;
mod session;
mod supervision;
mod track;
mod workday;

use utoipa_actix_web::service_config::ServiceConfig;

/// Registers every operation; development operations only where asked for.
pub(crate) fn configure(sandbox: bool) -> impl FnOnce(&mut ServiceConfig<'_>) {
    move |routes| {
        configure_catalogue(routes);
        configure_together(routes);
        routes
            .service(platform::get_healthz)
            .service(platform::get_readyz)
            .service(platform::get_metrics)
            .service(platform::get_jwks)
            .service(workday::compute_due)
            .service(precheck::precheck)
            .service(track::track_submission)
            .service(session::create_password_session)
            .service(session::create_wechat_session)
            .service(session::refresh_session)
            .service(session::delete_current_session)
            .service(account::get_account)
            .service(application::create_application)
            .service(application::list_applications)
            .service(application::adopt_application)
            .service(application::get_application)
            .service(application::revise_application)
            .service(application::upload_material)
            .service(application::submit_application)
            .service(application::get_application_form)
            .service(application::get_application_assessment)
            .service(application::get_application_timeline)
            .service(desk::list_desk_cases)
            .service(flow::list_materials)
            .service(flow::remove_material)
            .service(flow::get_material_file)
            .service(flow::link_material_file)
            .service(flow::get_linked_file)
            .service(flow::take_paper)
            .service(flow::list_reusable_materials)
            .service(flow::reuse_material)
            .service(flow::get_letter)
            .service(flow::sign_letter)
            .service(flow::withdraw_letter)
            .service(flow::get_case)
            .service(flow::get_case_clock)
            .service(flow::accept_application)
            .service(flow::reject_application)
            .service(flow::correct_on_spot)
            .service(flow::give_supplement_notice)
            .service(flow::supplement_application)
            .service(flow::claim_case)
            .service(flow::hand_over_case)
            .service(flow::examine_case)
            .service(flow::suspend_case)
            .service(flow::resume_case)
            .service(flow::extend_case)
            .service(flow::decide_case)
            .service(flow::issue_application)
            .service(flow::deliver_application)
            .service(flow::withdraw_application)
            .service(flow::confirm_withdrawal)
            .service(flow::post_check_case)
            .service(flow::propose_revocation)
            .service(flow::record_rectification)
            .service(flow::make_statement)
            .service(flow::revoke_case)
            .service(flow::cancel_acceptance)
            .service(flow::discontinue_proceeding)
            .service(flow::recall_case)
            .service(flow::annul_decision)
            .service(flow::list_receipts)
            .service(flow::get_receipt)
            .service(flow::verify_instrument)
            .service(flow::list_register)
            .service(flow::evaluate_application)
            .service(flow::list_evaluations)
            .service(flow::link_evaluation)
            .service(flow::get_evaluation_summary)
            .service(flow::evaluate_by_link)
            .service(flow::answer_review)
            .service(supervision::get_desk_summary)
            .service(supervision::list_colleagues)
            .service(supervision::list_obligations)
            .service(obligation::fulfil_obligation)
            .service(obligation::ask_extension)
            .service(obligation::answer_extension)
            .service(supervision::list_credit_records)
            .service(supervision::repair_credit);
        if sandbox {
            routes.service(sandbox::set_sandbox_clock);
        }
    }
}

/// Departments at work together, licences and shared data, supervision.
fn configure_together(routes: &mut ServiceConfig<'_>) {
    routes
        .service(hall::open_slot)
        .service(hall::list_slots)
        .service(hall::book_slot)
        .service(hall::list_slot_bookings)
        .service(hall::list_bookings)
        .service(hall::cancel_booking)
        .service(hall::settle_booking)
        .service(hall::count_print)
        .service(flow::get_entry_sheet)
        .service(flow::mirror_case)
        .service(flow::receive_callback)
        .service(flow::send_parcel)
        .service(flow::list_parcels)
        .service(flow::give_consent)
        .service(flow::give_help)
        .service(flow::record_visit)
        .service(flow::choose_agency)
        .service(finding::list_findings)
        .service(finding::urge_finding)
        .service(finding::answer_finding)
        .service(finding::close_finding)
        .service(flow::list_licences)
        .service(flow::verify_licence)
        .service(flow::show_licence)
        .service(flow::use_licence)
        .service(flow::list_licence_uses)
        .service(flow::list_material_uses)
        .service(flow::suspend_licence)
        .service(flow::restore_licence)
        .service(flow::cancel_licence)
        .service(flow::get_case_exchange)
        .service(flow::share_materials)
        .service(flow::list_data_sources)
        .service(flow::list_share_calls)
        .service(flow::approve_deferral)
        .service(figures::get_handling_figures)
        .service(flow::publish_case)
        .service(reminder::list_reminders)
        .service(flow::offer_hearing)
        .service(flow::request_hearing)
        .service(flow::call_hearing)
        .service(flow::hold_hearing)
        .service(flow::get_hearing)
        .service(flow::tell_interested)
        .service(flow::list_publicities)
        .service(flow::file_objection)
        .service(flow::list_objections)
        .service(flow::answer_objection)
        .service(flow::open_joint_review)
        .service(flow::list_joint_reviews)
        .service(flow::give_joint_opinion)
        .service(flow::correct_joint_review)
        .service(figures::get_joint_figures)
        .service(application::get_application_run)
        .service(application::get_withdrawal_effect);
}

/// The catalogue: reading, writing, its registers.
fn configure_catalogue(routes: &mut ServiceConfig<'_>) {
    routes
        .service(catalogue::get_base_catalogue)
        .service(catalogue::publish_base_catalogue)
        .service(catalogue::list_zones)
        .service(catalogue::get_zone)
        .service(catalogue::list_departments)
        .service(catalogue::list_places)
        .service(catalogue::list_matters)
        .service(catalogue::get_matter)
        .service(catalogue::get_matter_guide)
        .service(catalogue::list_bundles)
        .service(catalogue::get_bundle)
        .service(catalogue::get_bundle_guide)
        .service(catalogue::list_matter_versions)
        .service(catalogue::get_matter_version)
        .service(catalogue::diff_matter_versions)
        .service(catalogue::list_bundle_versions)
        .service(catalogue::get_bundle_version)
        .service(catalogue::diff_bundle_versions)
        .service(catalogue::begin_matter_draft)
        .service(catalogue::begin_bundle_draft)
        .service(catalogue::begin_profile_draft)
        .service(catalogue::list_drafts)
        .service(catalogue::get_draft)
        .service(catalogue::revise_draft)
        .service(catalogue::submit_draft)
        .service(catalogue::return_draft)
        .service(catalogue::publish_draft)
        .service(catalogue::discard_draft)
        .service(catalogue::retire_matter)
        .service(catalogue::retire_bundle)
        .service(catalogue::get_department)
        .service(catalogue::list_intermediary_services)
        .service(catalogue::search_catalogue)
        .service(catalogue::get_bundle_handbook)
        .service(catalogue::get_matter_notice)
        .service(catalogue::get_bundle_notice)
        .service(catalogue::get_catalogue_figures)
        .service(catalogue::check_unified_elements)
        .service(catalogue::import_catalogue)
        .service(catalogue::export_catalogue)
        .service(delegation::get_delegated_summary)
        .service(delegation::adjust_delegation)
        .service(delegation::list_delegation_adjustments)
        .service(delegation::list_delegated_matters)
        .service(delegation::move_delegated_matter)
        .service(delegation::request_system_account)
        .service(delegation::list_system_accounts)
        .service(delegation::change_system_account)
        .service(project::get_project_loop_figures)
        .service(project::list_project_loops)
        .service(project::open_project_loop)
        .service(project::change_project_loop)
        .service(reform::list_reform_tasks)
        .service(reform::begin_reform_task)
        .service(reform::progress_reform_task);
}
