//! The applicant withdraws (撤件).

use super::accept::end;
use crate::application::{Case, CaseState, Ending};
use crate::local_time::Instant;

/// Withdraws a case: at once before acceptance, afterwards once its department has confirmed. Before the
/// decision the authority can't refuse it.
pub fn withdraw(case: &mut Case, now: Instant) {
    if case.state == CaseState::Accepted {
        case.progress.withdrawal_at = Some(now);
        case.version += 1;
    } else {
        end(case, Ending::Withdrawn, now);
    }
}

/// Confirms a pending withdrawal.
pub fn confirm_withdrawal(case: &mut Case, now: Instant) {
    end(case, Ending::Withdrawn, now);
}
