//! The applicant chooses who does a service that the law asks for (中介服务, F33).

use super::work::Work;
use crate::Error;
use domain::event::EventKind;
use persistence::application::ChosenAgency;
use serde_json::json;

/// Notes which agency does a service; a later choice takes the place of an earlier one.
///
/// # Errors
/// [`Error::StateForbids`] for a service that is not needed here, or an agency that is not listed.
pub fn choose_agency(work: &mut Work<'_, '_>, service: &str, agency: String) -> Result<(), Error> {
    let plan = work.dossier.plan(&work.snapshot).ok_or(Error::SubjectNotInForce)?;
    let matters: Vec<&str> = plan.matters.iter().map(|m| m.document.code.as_str()).collect();
    let zone = work.snapshot.catalogue.zone.clone();
    let found = zone.agency_choice(service, &agency, &matters).map_err(Error::StateForbids)?;
    let chosen = ChosenAgency { service: found.code.clone(), name: found.name.clone(), agency, chosen_at: work.now };
    let agencies = &mut work.change_content().agencies;
    agencies.retain(|a| a.service != chosen.service);
    agencies.push(chosen);
    work.note_whole(EventKind::AgencyChosen, json!({"service": service}));
    Ok(())
}
