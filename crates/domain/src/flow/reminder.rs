//! Reminders: an applicant hears of a term three working days before it ends (rules §1.2).

use super::{OWED_BY_APPLICANT, Obligation, ObligationKind, ObligationState};
use crate::application::{Case, CaseState};
use crate::calendar::{Due, WorkCalendar};
use crate::local_time::{Instant, start_of};
use uuid::Uuid;

codes! {
    /// What somebody is reminded of.
    pub enum ReminderKind {
        /// 补正.
        Supplement = "supplement", "补正材料";
        /// 容缺、承诺后补齐的材料.
        Material = "material", "后补材料";
        /// 按期开工 and the like.
        Begin = "begin", "按期开始";
        /// 可以申请听证.
        Hearing = "hearing", "申请听证";
    }
}

impl ReminderKind {
    /// What is reminded of where a duty is owed.
    #[must_use]
    pub const fn of(kind: ObligationKind) -> Self {
        if matches!(kind, ObligationKind::Begin) { Self::Begin } else { Self::Material }
    }
}

/// One reminder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reminder {
    /// Names it within its case: it is given once.
    pub key: String,
    /// Its case.
    pub case: Uuid,
    /// What it is about.
    pub kind: ReminderKind,
    /// Code of the material; nothing for the rest.
    pub subject: Option<String>,
    /// When it is given.
    pub at: Instant,
    /// The end of the term.
    pub due: Due,
}

/// How many working days before the end.
const DAYS_BEFORE: u32 = 3;

/// Everything the applicant is or will be reminded of about a case; a date that may still move is left out.
#[must_use]
pub fn reminders<'a>(case: &Case, owed: impl Iterator<Item = &'a Obligation>, calendar: &WorkCalendar) -> Vec<Reminder> {
    let of = |key: String, kind, subject, due: Due| Reminder { key, case: case.id, kind, subject, at: warned_at(calendar, &due), due };
    let notice = case.deadline.filter(|_| case.state == CaseState::Supplementing);
    let notice = notice.map(|d| of(format!("supplement/{}", case.progress.rounds), ReminderKind::Supplement, None, d.due));
    let hearing = case.progress.hearing.filter(|h| case.state == CaseState::Accepted && h.stage == super::HearingStage::Offered);
    let hearing = hearing.and_then(|h| h.due).map(|due| of(format!("hearing/{}", due.on), ReminderKind::Hearing, None, due));
    let owed = owed.filter(|o| o.case == case.id && o.state == ObligationState::Open && o.new.owed_by == OWED_BY_APPLICANT);
    let owed = owed.filter_map(|o| {
        // More time is a term of its own: it is reminded of anew.
        let key = if o.extended == 0 { o.id.to_string() } else { format!("{}/{}", o.id, o.extended) };
        Some(of(key, ReminderKind::of(o.new.kind), Some(o.new.subject.clone()), o.new.due?))
    });
    notice.into_iter().chain(hearing).chain(owed).filter(|r| !r.due.provisional).collect()
}

fn warned_at(calendar: &WorkCalendar, due: &Due) -> Instant {
    let before = due.on.iter_days().rev().skip(1).filter(|day| calendar.counts(*day));
    let days = usize::try_from(DAYS_BEFORE).unwrap_or(usize::MAX);
    start_of(before.take(days).last().unwrap_or(due.on))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::application::Deadline;
    use crate::flow::tests::{calendar, case, day};
    use crate::flow::{NewObligation, ObligationKind};
    use crate::local_time::{date_of, end_of};

    fn due(on: &str) -> Due {
        Due { on: day(on), at: end_of(day(on)), provisional: false }
    }

    #[test]
    fn three_working_days_before_the_end_and_only_of_what_is_owed() {
        let mut one = case(CaseState::Supplementing);
        let until = due("2024-06-12");
        one.deadline = Some(Deadline::new(until, until.at));
        let owe = |owed_by: &str, until: Due| {
            let new =
                NewObligation::new(ObligationKind::DeferredBeforeDecision, owed_by.to_owned(), "fund-commitment".to_owned(), Some(until));
            Obligation::open(Uuid::from_u128(until.at.timestamp().unsigned_abs().into()), &one, new, until.at)
        };
        let owed = [owe(OWED_BY_APPLICANT, due("2024-06-18")), owe("HUC", due("2024-06-18"))];
        let told: Vec<_> = reminders(&one, owed.iter(), &calendar()).into_iter().map(|r| (r.kind, date_of(r.at).to_string())).collect();
        // The holiday of Monday 10 June lies between; the weekend before it does not count either.
        assert_eq!(told, [(ReminderKind::Supplement, "2024-06-06".to_owned()), (ReminderKind::Material, "2024-06-13".to_owned())]);
        let open = Due { provisional: true, ..until };
        assert!(reminders(&case(CaseState::Accepted), [owe(OWED_BY_APPLICANT, open)].iter(), &calendar()).is_empty());
    }
}
