//! The life of a case after it is filed: who may do what in which state, and what it changes.

mod accept;
mod cancel;
mod clock;
mod command;
mod credit;
mod decide;
mod deliver;
mod document;
mod evaluation;
mod extension;
mod hearing;
mod joint;
mod letter;
mod mirror;
mod notice;
mod obligation;
mod proceeding;
mod publicity;
mod reminder;
mod renewal;
mod share;
mod supervision;
mod together;
mod withdraw;

pub use accept::{Acceptance, AnnulGround, RejectGround, accept, annul, counted_from, ground_unfit, reject};
pub use cancel::{CancelGround, Cancelling, cancel_bars};
pub use clock::{
    Clock, ClockEntry, ClockKind, CountedDay, DayCount, SpecialProcedure, extend, hold, recompute, release, resume, suspend, waive,
};
pub use command::{Command, forbidden};
pub use credit::{BarGround, CreditKind, bar_until};
pub use decide::{
    Checkpoint, DELIVERY_TERM, Decision, Examination, ExaminationMethod, Owed, Refusal, approve_deferral, decide, examine, remedies,
    same_hand, separated, unticked,
};
pub use deliver::{DeliveryWay, deliver, issue};
pub use document::{Reader, purpose_of_reading};
pub use evaluation::{
    EvaluationChannel, EvaluationProblem, Level, OPTIONS, Rating, Rectification, ServicePoint, Verification, check_rating, may_rate,
    once_a_service, rate_text,
};
pub use extension::{ask_for_time, begun_in_time, on_delivery, prolong, refuse_time};
pub use hearing::{Hearing, HearingCause, HearingStage, call_hearing, hearing_bars, hold_hearing, offer_hearing, request_hearing};
pub use joint::{Correction, JointKind, JointReview, JointState, Opinion, Participant, Round};
pub use letter::{Letter, LetterKind, LetterProblem, LetterText, Mandate, MandateScope, Signatory, letter_text, may_sign};
pub use mirror::OutsideAct;
pub use notice::{Notice, NoticeFacts, NoticeItem, NoticeProblem, check_notice, give_notice, take_supplement, unanswered_items};
pub use obligation::{NewObligation, OWED_BY_APPLICANT, Obligation, ObligationKind, ObligationState, on_acceptance, on_grant};
pub use proceeding::{
    CheckResult, Conclusion, Consequence, Proceeding, ProceedingCause, RecallGround, RevocationGround, conclude, discontinue, open, recall,
    record_rectification, take_statement, unheard,
};
pub use publicity::{
    ObjectionState, Publicity, answer_objection, end_publicity, is_public, object, publicity_bars, publish, stand_for_publicity,
};
pub use reminder::{Reminder, ReminderKind, reminders};
pub use renewal::{ASKED_BEFORE, DeemedRenewal, Renewal, ask_by, owed_by_the_end, renewal, renewal_bars, renewed_by_silence, silence_ends};
pub use share::{Ask, ShareOutcome, SharedMaterial, approved, beyond_approval, to_ask};
pub use supervision::{Finding, FindingState, WatchRule, colour_changes, next_colour};
pub use together::{Effect, Followed, effect_of_ending, follow, handled_jointly, issue_waits};
pub use withdraw::{confirm_withdrawal, withdraw};

#[cfg(test)]
mod tests;
