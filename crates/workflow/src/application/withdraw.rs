//! The applicant withdraws; after acceptance the department confirms.

use super::work::Work;
use crate::Error;
use domain::event::EventKind;
use domain::flow::{self, Command, MandateScope, Obligation, ObligationState};
use serde_json::json;
use uuid::Uuid;

/// Withdraws cases; `known` are those the applicant knows will stop with them.
///
/// # Errors
/// [`Error::NotAllowed`] for an agent whose mandate does not cover it, [`Error::StateForbids`] while he has not said
/// that he knows what else stops.
pub fn withdraw(work: &mut Work<'_, '_>, cases: Option<&[Uuid]>, known: &[Uuid], reason: &str) -> Result<(), Error> {
    super::require_mandate(&work.dossier.application, &work.dossier.content, MandateScope::Withdraw, work.now, &work.acting)?;
    let ids = work.select(cases, Command::Withdraw)?;
    work.require_known_effect(&ids, known)?;
    for id in ids {
        let now = work.now;
        flow::withdraw(work.change(id)?, now);
        let pending = work.case(id)?.progress.withdrawal_at.is_some();
        work.note(if pending { EventKind::WithdrawalRequested } else { EventKind::CaseWithdrawn }, id, json!({}));
        work.file(id)?.withdrawal_reason = Some(reason.to_owned());
        if !pending {
            work.discharge(id, ObligationState::Cancelled, Obligation::ends_with_case);
        }
    }
    Ok(())
}

/// Confirms a pending withdrawal: before the decision it can't be refused.
///
/// # Errors
/// [`Error::StateForbids`].
pub fn confirm_withdrawal(work: &mut Work<'_, '_>, id: Uuid) -> Result<(), Error> {
    work.require(id, Command::ConfirmWithdrawal)?;
    let now = work.now;
    flow::confirm_withdrawal(work.change(id)?, now);
    work.note(EventKind::CaseWithdrawn, id, json!({}));
    work.discharge(id, ObligationState::Cancelled, Obligation::ends_with_case);
    Ok(())
}
