//! Joint site visit, drawing review and acceptance (联合踏勘、联合审图、联合验收): one look, every department's opinion, one
//! list of corrections; a later round holds only what failed.

use crate::calendar::WorkCalendar;
use crate::local_time::{Instant, date_of};
use crate::reason::Reason;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;
use uuid::Uuid;

codes! {
    /// What is looked at together.
    pub enum JointKind {
        /// 联合踏勘.
        SiteVisit = "site_visit", "联合踏勘";
        /// 联合审图.
        DrawingReview = "drawing_review", "联合审图";
        /// 联合验收.
        Acceptance = "acceptance", "联合验收";
    }
}

codes! {
    /// Where a joint look stands.
    pub enum JointState {
        /// Opinions are awaited.
        Open = "open", "等待各部门意见";
        /// The applicant corrects.
        Rectifying = "rectifying", "待申请人整改";
        /// Everybody found everything in order.
        Passed = "passed", "通过";
        /// Every case that took part has come to its end before.
        Dropped = "dropped", "已终止";
    }
}

/// Who gives an opinion: one discipline of a case's department.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Participant {
    /// The case the opinion is for.
    pub case: Uuid,
    /// Its department.
    pub department: String,
    /// The discipline (专业), for instance 消防 or 人防.
    pub discipline: String,
    /// Its case has come to its end: nobody waits for it.
    #[serde(default)]
    pub left: bool,
}

/// Something to correct.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Correction {
    /// Number within the review, from 1; given by the system.
    #[serde(default)]
    #[schema(read_only, example = 1)]
    pub number: u32,
    /// What is wrong.
    #[schema(example = "二层疏散宽度不足", max_length = 500)]
    pub defect: String,
    /// The rule it rests on.
    #[schema(example = "建筑设计防火规范 5.5.21", max_length = 200)]
    pub basis: String,
}

/// One department's opinion in one round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opinion {
    /// Discipline.
    pub discipline: String,
    /// Who gave it.
    pub by: Uuid,
    /// When.
    pub at: Instant,
    /// In words.
    pub text: String,
    /// What is wrong; nothing = passed.
    pub corrections: Vec<Correction>,
}

/// One round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Round {
    /// When the departments look.
    pub at: Instant,
    /// Disciplines that have to say something.
    pub awaited: BTreeSet<String>,
    /// What they said.
    pub opinions: Vec<Opinion>,
    /// When the applicant said that everything was corrected.
    pub corrected_at: Option<Instant>,
    /// How, in his words.
    pub correction: Option<String>,
}

/// One joint look of an application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JointReview {
    /// What is looked at.
    pub kind: JointKind,
    /// Where it stands.
    pub state: JointState,
    /// When it was arranged.
    pub opened_at: Instant,
    /// When all had passed.
    pub concluded_at: Option<Instant>,
    /// Where they meet.
    pub place: String,
    /// Who takes part.
    pub participants: Vec<Participant>,
    /// The rounds, oldest first.
    pub rounds: Vec<Round>,
}

impl JointReview {
    /// Arranges a joint look.
    ///
    /// # Errors
    /// Nobody takes part, or a discipline stands twice.
    pub fn open(kind: JointKind, place: String, participants: Vec<Participant>, (at, now): (Instant, Instant)) -> Result<Self, Reason> {
        let awaited: BTreeSet<String> = participants.iter().map(|p| p.discipline.clone()).collect();
        if awaited.is_empty() || awaited.len() != participants.len() {
            return Err(Reason::new("disciplines", "应至少有一个专业参加，且不能重复", BASIS));
        }
        let round = Round { at, awaited, opinions: Vec::new(), corrected_at: None, correction: None };
        Ok(Self { kind, state: JointState::Open, opened_at: now, concluded_at: None, place, participants, rounds: vec![round] })
    }

    fn round(&self) -> Option<&Round> {
        self.rounds.last()
    }

    /// The participant who speaks for a discipline.
    #[must_use]
    pub fn participant(&self, discipline: &str) -> Option<&Participant> {
        self.participants.iter().find(|p| p.discipline == discipline)
    }

    /// Enters an opinion; with the last one of a round it is concluded: all passed, or one merged list of corrections.
    /// In a later round only what had failed is looked at: `unresolved` names the numbers that still stand.
    ///
    /// # Errors
    /// Nothing is awaited from this discipline, or a later round names something new (一次告知).
    pub fn give_opinion(&mut self, mut opinion: Opinion, unresolved: &BTreeSet<u32>) -> Result<(), Reason> {
        let first = !self.rounds.iter().flat_map(|r| &r.opinions).any(|o| o.discipline == opinion.discipline);
        let earlier: Vec<Correction> = self.standing(&opinion.discipline);
        let given: u32 = self.numbers();
        let open = self.state == JointState::Open;
        let now = opinion.at;
        let Some(round) = self.rounds.last_mut().filter(|r| open && r.awaited.contains(&opinion.discipline)) else {
            return Err(Reason::new("opinion_not_awaited", "本轮不需要该专业的意见", BASIS));
        };
        if round.opinions.iter().any(|o| o.discipline == opinion.discipline) {
            return Err(Reason::new("opinion_given", "该专业已经给出意见", BASIS));
        }
        if first {
            for (number, correction) in (given + 1..).zip(&mut opinion.corrections) {
                correction.number = number;
            }
        } else {
            let known = |number: &u32| earlier.iter().any(|c| c.number == *number);
            if !opinion.corrections.is_empty() || !unresolved.iter().all(known) {
                return Err(Reason::new("not_failed_before", "复查只针对上一轮未通过的内容，不能提出新的问题", BASIS));
            }
            opinion.corrections = earlier.into_iter().filter(|c| unresolved.contains(&c.number)).collect();
        }
        round.opinions.push(opinion);
        self.conclude(now);
        Ok(())
    }

    /// Concludes the round once nobody is awaited any more.
    fn conclude(&mut self, now: Instant) {
        let Some(round) = self.rounds.last().filter(|r| r.opinions.len() == r.awaited.len()) else { return };
        if round.opinions.iter().any(|o| !o.corrections.is_empty()) {
            self.state = JointState::Rectifying;
            return;
        }
        // Who came back meanwhile has still to look.
        let waiting = self.participants.iter().filter(|p| !p.left && !self.has_passed(&p.discipline));
        let awaited: BTreeSet<String> = waiting.map(|p| p.discipline.clone()).collect();
        if awaited.is_empty() {
            (self.state, self.concluded_at) = (JointState::Passed, Some(now));
        } else {
            self.rounds.push(Round { at: now, awaited, opinions: Vec::new(), corrected_at: None, correction: None });
            self.state = JointState::Open;
        }
    }

    /// Opinions or corrections are awaited.
    #[must_use]
    pub const fn is_running(&self) -> bool {
        matches!(self.state, JointState::Open | JointState::Rectifying)
    }

    /// A case that has come to its end takes no further part: nobody waits for its disciplines, and what they wanted
    /// corrected no longer stands. With the last of them the look itself is dropped: nothing has passed.
    pub fn leave(&mut self, case: Uuid, now: Instant) {
        if !self.is_running() {
            return;
        }
        let gone = self.mark(case, true);
        if let Some(round) = self.rounds.last_mut() {
            round.awaited.retain(|d| !gone.contains(d));
            round.opinions.retain(|o| !gone.contains(&o.discipline));
        }
        if self.participants.iter().all(|p| p.left) {
            self.state = JointState::Dropped;
        } else {
            self.conclude(now);
        }
    }

    /// A case that goes on after all takes part again: its disciplines are awaited in this round, or in the next one while
    /// the applicant corrects.
    pub fn rejoin(&mut self, case: Uuid) {
        if !self.is_running() {
            return;
        }
        let back = self.mark(case, false);
        if let Some(round) = self.rounds.last_mut().filter(|_| self.state == JointState::Open) {
            round.awaited.extend(back);
        }
    }

    fn mark(&mut self, case: Uuid, left: bool) -> BTreeSet<String> {
        let of_case = self.participants.iter_mut().filter(|p| p.case == case && p.left != left);
        of_case.map(|p| (p.left = left, p.discipline.clone()).1).collect()
    }

    /// How many corrections have been numbered.
    fn numbers(&self) -> u32 {
        let all = self.rounds.iter().flat_map(|r| &r.opinions).flat_map(|o| &o.corrections);
        all.map(|c| c.number).max().unwrap_or(0)
    }

    /// What a discipline found wrong when it looked last.
    fn standing(&self, discipline: &str) -> Vec<Correction> {
        let mut opinions = self.rounds.iter().rev().flat_map(|r| &r.opinions);
        opinions.find(|o| o.discipline == discipline).map(|o| o.corrections.clone()).unwrap_or_default()
    }

    /// The one list of corrections of the last round, with the discipline that asks for each.
    #[must_use]
    pub fn corrections(&self) -> Vec<(&str, &Correction)> {
        let opinions = self.round().into_iter().flat_map(|r| &r.opinions);
        let mut list: Vec<_> = opinions.flat_map(|o| o.corrections.iter().map(|c| (o.discipline.as_str(), c))).collect();
        list.sort_by_key(|(_, c)| c.number);
        list
    }

    /// The applicant has corrected everything: the next round awaits those who had found something, and who came back
    /// meanwhile.
    ///
    /// # Errors
    /// Nothing is to be corrected.
    pub fn correct(&mut self, how: String, now: Instant) -> Result<(), Reason> {
        if self.state != JointState::Rectifying {
            return Err(Reason::new("nothing_to_correct", "没有待整改的内容", BASIS));
        }
        let passed: BTreeSet<&str> = self.participants.iter().map(|p| p.discipline.as_str()).filter(|d| self.has_passed(d)).collect();
        let open = self.participants.iter().filter(|p| !p.left && !passed.contains(p.discipline.as_str()));
        let awaited: BTreeSet<String> = open.map(|p| p.discipline.clone()).collect();
        let Some(round) = self.rounds.last_mut() else { return Ok(()) };
        (round.corrected_at, round.correction) = (Some(now), Some(how));
        self.rounds.push(Round { at: now, awaited, opinions: Vec::new(), corrected_at: None, correction: None });
        self.state = JointState::Open;
        Ok(())
    }

    /// The discipline found everything in order when it looked last.
    fn has_passed(&self, discipline: &str) -> bool {
        let mut opinions = self.rounds.iter().rev().flat_map(|r| &r.opinions);
        opinions.find(|o| o.discipline == discipline).is_some_and(|o| o.corrections.is_empty())
    }

    /// How long a concluded look took in working days, without the days on which the applicant corrected; nothing while it
    /// runs.
    #[must_use]
    pub fn took(&self, calendar: &WorkCalendar) -> Option<u32> {
        let days = |from: Instant, to: Instant| calendar.working_days_between(date_of(from), date_of(to));
        let told = |r: &Round| r.opinions.iter().map(|o| o.at).max();
        let own: u32 = self.rounds.iter().filter_map(|r| Some(days(told(r)?, r.corrected_at?))).sum();
        Some(days(self.opened_at, self.concluded_at?).saturating_sub(own))
    }

    /// Passed in the first round (一次性验收通过).
    #[must_use]
    pub fn passed_at_first(&self) -> bool {
        self.state == JointState::Passed && self.rounds.len() == 1
    }
}

const BASIS: &str = "工程建设项目审批制度改革：联合办理";
