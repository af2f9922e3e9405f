//! An application (申报) and the cases (办件) it opens.

mod action;
mod case;
mod light;
mod party;
mod progress;
mod run;
mod settle;
mod submit;

pub use action::{Action, ActionName, Viewer, application_actions, next_step};
pub use case::{Case, CaseState, Deadline, Ending, Outcome, PromisedLimit, Target, exchange_state};
pub use light::{Light, light, yellow_from};
pub use party::{Identifier, IdentifierType, Party, PartyKind, PartyProblem, PartyRole, check_parties};
pub use progress::{Hold, HoldCause, Mirror, Pause, ProceedingStage, Progress, Reversal, ReversalKind};
pub use run::{CaseRun, Run, RunState, run, state_of};
pub use settle::{DeemedAcceptance, Lapse, counting_start, decision_deadline, law_ends, settle};
pub use submit::{Filing, submit};

codes! {
    /// Life of an application.
    pub enum ApplicationState {
        /// Being filled in; nobody but its filer sees it.
        Draft = "draft", "草稿";
        /// Filed; its cases are on their way.
        Submitted = "submitted", "已提交";
        /// Every case has ended.
        Closed = "closed", "已办结";
    }
}

codes! {
    /// How it was filed.
    pub enum FilingChannel {
        /// By the applicant over the network.
        Online = "online", "网上申报";
        /// By a clerk from paper.
        Window = "window", "窗口申报";
    }
}

codes! {
    /// What is applied for.
    pub enum SubjectKind {
        /// One matter.
        Matter = "matter", "单个事项";
        /// A bundle.
        Bundle = "bundle", "一件事";
    }
}
