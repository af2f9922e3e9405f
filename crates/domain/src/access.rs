//! Who may do what: the one table of role × operation × relation.
//!
//! The permission is in a handler's type; the reach decided here is in the SQL of every list. What a caller
//! may not see answers 404, what it sees but may not do 403.

codes! {
    /// A role. Every account is an applicant; the others are memberships in a zone, `system_admin` in the
    /// installation.
    pub enum Role {
        /// 申请人.
        Applicant = "applicant", "申请人";
        /// 窗口人员.
        WindowClerk = "window_clerk", "窗口人员";
        /// 审批人员, of one department.
        Examiner = "examiner", "审批人员";
        /// 出件人员.
        Issuer = "issuer", "出件人员";
        /// 监督人员.
        Supervisor = "supervisor", "监督人员";
        /// 目录编辑.
        CatalogueEditor = "catalogue_editor", "目录编辑";
        /// 目录发布.
        CataloguePublisher = "catalogue_publisher", "目录发布";
        /// 园区管理员.
        ZoneAdmin = "zone_admin", "园区管理员";
        /// 审计员.
        Auditor = "auditor", "审计员";
        /// 系统管理员.
        SystemAdmin = "system_admin", "系统管理员";
    }
}

/// How far a role reaches with an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// What the caller filed or is the applicant of, and his own account.
    Own,
    /// What has a case of the caller's department.
    Department,
    /// The whole zone; drafts of others excepted.
    Zone,
}

macro_rules! operations {
    ($($(#[$meta:meta])* $name:ident = $code:tt;)+) => {
        /// Every operation of the API; the code is its operation id.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Operation { $($(#[$meta])* $name,)+ }
        impl Operation {
            /// Every operation.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];
            /// The operation id.
            #[must_use]
            pub const fn id(self) -> &'static str { match self { $(Self::$name => $code,)+ } }
        }
    };
}

operations! {
    /// Service alive.
    Healthz = "get_healthz";
    /// Service ready.
    Readyz = "get_readyz";
    /// Prometheus metrics.
    Metrics = "get_metrics";
    /// Public keys of access tokens.
    Jwks = "get_jwks";
    /// Zones.
    ListZones = "list_zones";
    /// One zone.
    GetZone = "get_zone";
    /// Departments.
    ListDepartments = "list_departments";
    /// Places.
    ListPlaces = "list_places";
    /// Due date of a limit.
    ComputeDue = "compute_due";
    /// Matters.
    ListMatters = "list_matters";
    /// One matter.
    GetMatter = "get_matter";
    /// Guide of a matter.
    GetMatterGuide = "get_matter_guide";
    /// Bundles.
    ListBundles = "list_bundles";
    /// One bundle.
    GetBundle = "get_bundle";
    /// Guide of a bundle.
    GetBundleGuide = "get_bundle_guide";
    /// Precheck.
    Precheck = "precheck";
    /// Tracking by number and code.
    Track = "track_submission";
    /// Login.
    CreateSession = "create_password_session";
    /// Token rotation.
    RefreshSession = "refresh_session";
    /// Logout.
    DeleteSession = "delete_current_session";
    /// The caller's account.
    GetAccount = "get_account";
    /// New draft.
    CreateApplication = "create_application";
    /// The caller's applications.
    ListApplications = "list_applications";
    /// One application.
    GetApplication = "get_application";
    /// Change a draft.
    ReviseApplication = "revise_application";
    /// Hand in a material.
    UploadMaterial = "upload_material";
    /// File it.
    SubmitApplication = "submit_application";
    /// How it stands.
    GetAssessment = "get_application_assessment";
    /// What happened.
    GetTimeline = "get_application_timeline";
    /// Cases of the desk.
    ListDeskCases = "list_desk_cases";
    /// Move the legal clock (development only).
    SetSandboxClock = "set_sandbox_clock";
}

impl Operation {
    /// Whether anybody may call it without login.
    #[must_use]
    pub const fn is_public(self) -> bool {
        match self {
            Self::DeleteSession
            | Self::GetAccount
            | Self::CreateApplication
            | Self::ListApplications
            | Self::GetApplication
            | Self::ReviseApplication
            | Self::UploadMaterial
            | Self::SubmitApplication
            | Self::GetAssessment
            | Self::GetTimeline
            | Self::ListDeskCases => false,
            Self::Healthz
            | Self::Readyz
            | Self::Metrics
            | Self::Jwks
            | Self::ListZones
            | Self::GetZone
            | Self::ListDepartments
            | Self::ListPlaces
            | Self::ComputeDue
            | Self::ListMatters
            | Self::GetMatter
            | Self::GetMatterGuide
            | Self::ListBundles
            | Self::GetBundle
            | Self::GetBundleGuide
            | Self::Precheck
            | Self::Track
            | Self::CreateSession
            | Self::RefreshSession
            | Self::SetSandboxClock => true,
        }
    }

    /// How far `role` reaches with this operation; `None` = not at all.
    #[must_use]
    pub const fn reach(self, role: Role) -> Option<Reach> {
        match self {
            Self::DeleteSession | Self::GetAccount => Some(Reach::Own),
            Self::CreateApplication | Self::ListApplications | Self::ReviseApplication | Self::UploadMaterial | Self::SubmitApplication => {
                match role {
                    Role::Applicant | Role::WindowClerk => Some(Reach::Own),
                    _ => None,
                }
            }
            Self::GetApplication | Self::GetAssessment | Self::GetTimeline => match role {
                Role::Applicant => Some(Reach::Own),
                Role::Examiner => Some(Reach::Department),
                Role::WindowClerk | Role::Issuer | Role::Supervisor | Role::Auditor => Some(Reach::Zone),
                Role::CatalogueEditor | Role::CataloguePublisher | Role::ZoneAdmin | Role::SystemAdmin => None,
            },
            Self::ListDeskCases => match role {
                Role::Examiner => Some(Reach::Department),
                Role::WindowClerk | Role::Issuer | Role::Supervisor | Role::Auditor => Some(Reach::Zone),
                _ => None,
            },
            _ => None,
        }
    }
}

/// The farthest an account with `roles` reaches, the applicant's own reach included.
#[must_use]
pub fn reach_of(operation: Operation, roles: &[Role]) -> Option<Reach> {
    roles.iter().chain(&[Role::Applicant]).filter_map(|r| operation.reach(*r)).max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operation_ids_are_unique() {
        let ids: std::collections::BTreeSet<_> = Operation::ALL.iter().map(|o| o.id()).collect();
        assert_eq!(ids.len(), Operation::ALL.len());
    }

    #[test]
    fn the_farthest_reach_wins_and_administrators_see_no_cases() {
        use Operation::{GetApplication, ListDeskCases, SubmitApplication};
        for (operation, roles, expected) in [
            (GetApplication, &[][..], Some(Reach::Own)),
            (GetApplication, &[Role::Examiner], Some(Reach::Department)),
            (GetApplication, &[Role::Examiner, Role::WindowClerk], Some(Reach::Zone)),
            (GetApplication, &[Role::ZoneAdmin], Some(Reach::Own)),
            (ListDeskCases, &[], None),
            (ListDeskCases, &[Role::SystemAdmin], None),
            (ListDeskCases, &[Role::Auditor], Some(Reach::Zone)),
            (SubmitApplication, &[Role::Auditor], Some(Reach::Own)),
        ] {
            assert_eq!(reach_of(operation, roles), expected, "{operation:?} {roles:?}");
        }
    }
}
