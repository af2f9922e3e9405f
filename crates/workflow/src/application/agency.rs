//! The applicant chooses who does a service that the law asks for (中介服务, F33).

use super::work::Work;
use crate::{Error, Invalid};
use domain::application::ApplicationState;
use domain::event::EventKind;
use domain::flow::MandateScope;
use domain::reason::Reason;
use persistence::application::ChosenAgency;
use serde_json::json;

/// Notes which agency does a service; a later choice takes the place of an earlier one.
///
/// # Errors
/// [`Error::Invalid`] for a service that is not needed here, or an agency that is not listed; [`Error::StateForbids`] once
/// the application is closed; [`Error::NotAllowed`] for an agent beyond his mandate.
pub fn choose_agency(work: &mut Work<'_, '_>, service: &str, agency: &str) -> Result<(), Error> {
    let application = &work.dossier.application;
    if application.state == ApplicationState::Closed {
        return Err(Error::StateForbids(Reason::new("closed", "申请已经办结", "优化营商环境条例 43")));
    }
    super::require_mandate(application, &work.dossier.content, MandateScope::File, work.now, &work.acting)?;
    let plan = work.dossier.plan(&work.snapshot).ok_or(Error::SubjectNotInForce)?;
    let zone = work.snapshot.catalogue.zone.clone();
    let facts = work.dossier.facts().in_zone(&zone);
    let active = plan.active(&facts.for_conditions(&plan));
    let matters: Vec<&str> = active.iter().map(|m| m.document.code.as_str()).collect();
    let agency = agency.trim().to_owned();
    let place = |reason: &Reason| if reason.code == "agency_not_listed" { "/agency" } else { "/service" };
    let wrong = |reason: Reason| Error::Invalid(vec![Invalid::new(place(&reason), &reason.code, reason.text)]);
    let found = zone.agency_choice(service, &agency, &matters).map_err(wrong)?;
    let chosen = ChosenAgency { service: found.code.clone(), name: found.name.clone(), agency, chosen_at: work.now };
    let agencies = &mut work.change_content().agencies;
    agencies.retain(|a| a.service != chosen.service);
    agencies.push(chosen);
    work.note_whole(EventKind::AgencyChosen, json!({"service": service}));
    Ok(())
}
