//! Paper taken over at the window.

use super::work::Work;
use crate::{Error, Invalid};
use domain::application::ApplicationState;
use domain::event::EventKind;
use domain::flow::ObligationState;
use domain::reason::Reason;
use persistence::application::Paper;
use serde_json::json;

/// Paper to note.
pub struct NewPaper {
    /// Code of the material.
    pub material: String,
    /// The original.
    pub original: bool,
    /// How many.
    pub count: u32,
}

/// Notes that paper was taken over: by whom, original or copy, how many.
///
/// # Errors
/// [`Error::Invalid`] for a material no matter of the application asks for.
pub fn take_paper(work: &mut Work<'_, '_>, new: NewPaper) -> Result<(), Error> {
    let owed = work.obligations.iter().any(|o| matches!(o.state, ObligationState::Open | ObligationState::Lapsed));
    if work.dossier.application.state == ApplicationState::Closed && !owed {
        return Err(Error::StateForbids(Reason::new("closed", "申请已办结", "行政许可法")));
    }
    let plan = work.dossier.plan(&work.snapshot).ok_or(Error::SubjectNotInForce)?;
    if !plan.matters.iter().flat_map(|m| &m.document.requirements).flat_map(|r| &r.choices).any(|c| c.material == new.material) {
        let text = format!("本申请不需要材料「{}」（行政许可法 31）", new.material);
        return Err(Error::Invalid(vec![Invalid::new("/material", "material_unknown", text)]));
    }
    let NewPaper { material, original, count } = new;
    work.note_whole(EventKind::PaperTaken, json!({"material": material, "original": original, "count": count}));
    let paper = Paper { material: material.clone(), original, count, taken_by: work.acting.may.account, taken_at: work.now };
    work.change_content().paper.push(paper);
    work.supply(&material)
}
