//! Matters that a body of the city has handed to the zone (赋权事项), who may work in its system, and what goes in and out.

use crate::reason::Reason;

crate::codes! {
    /// Where a delegated matter stands.
    pub enum DelegatedState {
        /// Proposed (拟承接).
        Proposed = "proposed", "拟承接";
        /// Accounts in the delegating body's system are asked for (账号申请).
        AccountRequested = "account_requested", "申请账号";
        /// Staff are trained (业务培训).
        Trained = "trained", "已培训";
        /// Handled by the zone (已承接).
        InForce = "in_force", "已承接";
        /// Taken out (已取消).
        Cancelled = "cancelled", "已取消";
    }
}

crate::codes! {
    /// Where a clerk's account in an outside system stands.
    pub enum SystemAccountState {
        /// Asked for.
        Requested = "requested", "已申请";
        /// Given.
        Granted = "granted", "已开通";
        /// Taken back.
        Revoked = "revoked", "已收回";
    }
}

crate::codes! {
    /// What an adjustment does (能进能出).
    pub enum AdjustmentKind {
        /// Taken in.
        Add = "add", "新增";
        /// Taken out.
        Cancel = "cancel", "取消";
        /// Changed.
        Change = "change", "调整";
    }
}

/// Why a delegated matter can't be put in force: somebody must have an account in the system it is handled in.
#[must_use]
pub fn lacks_account(system: Option<&str>, granted: i64) -> Option<Reason> {
    let system = system?;
    let text = format!("承接该事项需要「{system}」的账号，目前没有工作人员开通");
    (granted == 0).then(|| Reason::new("system_account_missing", text, "赋权事项承接规程：账号申请、业务培训"))
}

/// Why an adjustment of the matter `code` isn't possible: in goes what is not there, out and changed what is (能进能出).
/// `known` is its name and state in the register.
#[must_use]
pub fn forbids_adjustment(kind: AdjustmentKind, code: &str, known: Option<(&str, DelegatedState)>) -> Option<Reason> {
    let (why, text) = match (kind, known) {
        (AdjustmentKind::Add, Some((_, state))) if state != DelegatedState::Cancelled => ("already_there", format!("目录中已有「{code}」")),
        (AdjustmentKind::Cancel | AdjustmentKind::Change, None) => ("unknown", format!("目录中没有「{code}」")),
        (AdjustmentKind::Cancel | AdjustmentKind::Change, Some((name, DelegatedState::Cancelled))) => {
            ("already_cancelled", format!("「{name}」已经取消"))
        }
        _ => return None,
    };
    Some(Reason::new(why, text, "赋权事项动态调整机制"))
}

/// Why a matter can't go from one state to another.
#[must_use]
pub fn forbids_move(from: DelegatedState, to: DelegatedState) -> Option<Reason> {
    let allowed = from != DelegatedState::Cancelled && to != DelegatedState::Cancelled && from != to;
    let text = format!("赋权事项处于「{}」状态，不能改为「{}」；取消须列入动态调整", from.label(), to.label());
    (!allowed).then(|| Reason::new("delegation_state", text, "赋权事项动态调整机制"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_put_in_force_that_nobody_can_handle() {
        assert_eq!(lacks_account(Some("X"), 0).unwrap().text, "承接该事项需要「X」的账号，目前没有工作人员开通");
        assert_eq!(lacks_account(Some("X"), 1), None);
        assert_eq!(lacks_account(None, 0), None);
    }

    #[test]
    fn in_goes_what_is_not_there_and_out_what_is() {
        use AdjustmentKind::{Add, Cancel, Change};
        let (there, gone) = (Some(("甲", DelegatedState::Trained)), Some(("甲", DelegatedState::Cancelled)));
        for (kind, known, why) in [
            (Add, None, None),
            (Add, there, Some("already_there")),
            (Add, gone, None),
            (Cancel, None, Some("unknown")),
            (Cancel, there, None),
            (Cancel, gone, Some("already_cancelled")),
            (Change, None, Some("unknown")),
            (Change, there, None),
            (Change, gone, Some("already_cancelled")),
        ] {
            assert_eq!(forbids_adjustment(kind, "a", known).map(|r| r.code).as_deref(), why, "{kind} {known:?}");
        }
    }

    #[test]
    fn cancelling_goes_through_an_adjustment() {
        use DelegatedState::{Cancelled, InForce, Proposed, Trained};
        for (from, to, allowed) in [
            (Proposed, InForce, true),
            (InForce, Trained, true),
            (InForce, InForce, false),
            (InForce, Cancelled, false),
            (Cancelled, InForce, false),
        ] {
            assert_eq!(forbids_move(from, to).is_none(), allowed, "{from} → {to}");
        }
    }
}
