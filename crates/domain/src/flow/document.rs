//! What a document that somebody handed in may be read for (在线政务服务若干规定 7: 不得用于与政务服务无关的用途; 个人信息保护法 6).

use crate::access::{Reach, Role};
use crate::application::{ApplicationState, Case};
use crate::reason::Reason;

/// Who reads.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    /// How far he reaches.
    pub reach: Reach,
    /// His roles.
    pub roles: &'a [Role],
    /// His departments.
    pub departments: &'a [String],
}

impl Reader<'_> {
    /// Whether the application is in his hands: a case of his department that is not over, or the window's while it is open.
    #[must_use]
    pub fn handles(&self, state: ApplicationState, cases: &[Case]) -> bool {
        match self.reach {
            Reach::Own => false,
            Reach::Department => cases.iter().any(|c| self.departments.contains(&c.department) && !c.is_closed()),
            Reach::Zone => {
                let window = self.roles.iter().any(|r| matches!(r, Role::WindowClerk | Role::Issuer));
                window && state != ApplicationState::Closed
            }
        }
    }
}

/// What it is read for: who handles the application reads for that; anybody else says what for.
///
/// # Errors
/// When nothing is said.
pub fn purpose_of_reading(handles: bool, said: Option<&str>) -> Result<String, Reason> {
    match said.map(str::trim).filter(|s| !s.is_empty()) {
        Some(purpose) => Ok(purpose.to_owned()),
        None if handles => Ok("办理本申请".to_owned()),
        None => {
            let text = "不在办理本申请的人员查阅材料，应写明目的（purpose）";
            Err(Reason::new("purpose_required", text, "在线政务服务若干规定 7；个人信息保护法 6"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::case;
    use super::*;
    use crate::application::{CaseState, Outcome};

    #[test]
    fn who_handles_it_reads_for_that_and_anybody_else_says_what_for() {
        use ApplicationState::{Closed, Submitted};
        let (ours, mut over) = (case(CaseState::Accepted), case(CaseState::Decided));
        over.outcome = Some(Outcome::Refused);
        let (huc, nrp) = (vec!["HUC".to_owned()], vec!["NRP".to_owned()]);
        for (reach, roles, departments, state, of, handles) in [
            (Reach::Department, &[Role::Examiner][..], &huc, Submitted, &ours, true),
            (Reach::Department, &[Role::Examiner], &huc, Submitted, &over, false),
            (Reach::Department, &[Role::Examiner], &nrp, Submitted, &ours, false),
            (Reach::Zone, &[Role::WindowClerk], &huc, Submitted, &ours, true),
            (Reach::Zone, &[Role::WindowClerk], &huc, Closed, &over, false),
            (Reach::Zone, &[Role::Supervisor], &huc, Submitted, &ours, false),
            (Reach::Zone, &[Role::Auditor, Role::Issuer], &huc, Submitted, &ours, true),
            (Reach::Own, &[], &huc, Submitted, &ours, false),
        ] {
            let reader = Reader { reach, roles, departments };
            assert_eq!(reader.handles(state, std::slice::from_ref(of)), handles, "{reader:?} {state:?}");
        }
        assert_eq!(purpose_of_reading(true, None).unwrap(), "办理本申请");
        assert_eq!(purpose_of_reading(false, Some(" 信访核查 ")).unwrap(), "信访核查");
        assert_eq!(purpose_of_reading(false, Some("  ")).unwrap_err().code, "purpose_required");
    }
}
