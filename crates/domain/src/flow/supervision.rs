//! Electronic supervision (电子监察): rules that watch the departments, each finding raised once; urging, answering, closing.

use crate::application::{Case, CaseState, Light, light};
use crate::local_time::Instant;
use crate::reason::Reason;
use uuid::Uuid;

codes! {
    /// What is watched.
    pub enum WatchRule {
        /// The limit of the next act is nearly over, or over.
        Deadline = "deadline", "办理期限";
        /// More than one notice was given (一次告知).
        NoticeRepeated = "notice_repeated", "多次告知补正";
        /// A department has not done in time what it owes: opinions, checks, answers.
        DutyLapsed = "duty_lapsed", "部门义务逾期";
        /// A result was handed over too late (行政许可法 44).
        DeliveryLate = "delivery_late", "送达逾期";
        /// The applicant had to come more often than promised.
        VisitsExceeded = "visits_exceeded", "超过承诺跑动次数";
    }
}

codes! {
    /// Where a finding stands.
    pub enum FindingState {
        /// 待督办.
        Open = "open", "待处理";
        /// 已督办: an answer is awaited.
        Urged = "urged", "已督办，待回复";
        /// 已回复.
        Answered = "answered", "已回复";
        /// 已办结.
        Closed = "closed", "已办结";
    }
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Identity.
    pub id: Uuid,
    /// The case.
    pub case: Uuid,
    /// The department it concerns.
    pub department: String,
    /// What was watched.
    pub rule: WatchRule,
    /// What exactly; with case and rule it names the finding.
    pub subject: String,
    /// How serious: yellow warns, red is overdue.
    pub light: Light,
    /// Where it stands.
    pub state: FindingState,
    /// When it arose.
    pub raised_at: Instant,
    /// Urged: when, by whom, answer awaited until.
    pub urged: Option<(Instant, Uuid, Instant)>,
    /// Answered: when and by whom.
    pub answered: Option<(Instant, Uuid)>,
    /// Closed: when, and by whom; nobody where it resolved itself.
    pub closed: Option<(Instant, Option<Uuid>)>,
    /// What was said: the urging, the answer, the conclusion.
    pub words: Vec<String>,
}

const BASIS: &str = "电子监察规则";

impl Finding {
    fn step(&mut self, allowed: &[FindingState], to: FindingState, words: String) -> Result<(), Reason> {
        if !allowed.contains(&self.state) {
            return Err(Reason::new("finding_state", format!("监察事项处于「{}」，不能这样处理", self.state.label()), BASIS));
        }
        self.state = to;
        self.words.push(words);
        Ok(())
    }

    /// Urges the department (督办); it answers by `until`.
    ///
    /// # Errors
    /// It is closed.
    pub fn urge(&mut self, text: String, now: Instant, by: Uuid, until: Instant) -> Result<(), Reason> {
        self.step(&[FindingState::Open, FindingState::Urged, FindingState::Answered], FindingState::Urged, text)?;
        self.urged = Some((now, by, until));
        self.answered = None;
        Ok(())
    }

    /// Takes the department's answer.
    ///
    /// # Errors
    /// Nothing was urged.
    pub fn answer(&mut self, text: String, now: Instant, by: Uuid) -> Result<(), Reason> {
        self.step(&[FindingState::Open, FindingState::Urged], FindingState::Answered, text)?;
        self.answered = Some((now, by));
        Ok(())
    }

    /// Closes it; what is overdue only after the department has answered.
    ///
    /// # Errors
    /// A red one without an answer; closed before.
    pub fn close(&mut self, text: String, now: Instant, by: Uuid) -> Result<(), Reason> {
        if self.light == Light::Red && self.answered.is_none() {
            return Err(Reason::new("answer_awaited", "逾期事项应由部门说明原因后办结", BASIS));
        }
        self.step(&[FindingState::Open, FindingState::Urged, FindingState::Answered], FindingState::Closed, text)?;
        self.closed = Some((now, Some(by)));
        Ok(())
    }
}

/// The changes of colour of a case's deadline that have happened by `now` and nobody has noted, each at its moment. The
/// term of the applicant (supplements) is none of the department's, and a provisional date is never red.
#[must_use]
pub fn colour_changes(case: &Case, now: Instant) -> Vec<(Instant, Light)> {
    let seen = case.progress.light;
    let watched = matches!(case.state, CaseState::Received | CaseState::Accepted | CaseState::Decided);
    let Some(deadline) = case.deadline.filter(|_| watched) else { return Vec::new() };
    let shown = light(&deadline, now);
    if shown < seen {
        return vec![(now, shown)];
    }
    let crossed = [(deadline.yellow_at, Light::Yellow), (deadline.red_at, Light::Red)];
    crossed.into_iter().filter(|(_, colour)| *colour > seen && *colour <= shown).collect()
}

/// When the colour of a case's deadline changes next.
#[must_use]
pub fn next_colour(case: &Case) -> Option<Instant> {
    let watched = matches!(case.state, CaseState::Received | CaseState::Accepted | CaseState::Decided);
    let deadline = case.deadline.filter(|_| watched)?;
    match case.progress.light {
        Light::Green => Some(deadline.yellow_at),
        Light::Yellow if !deadline.due.provisional => Some(deadline.red_at),
        Light::Yellow | Light::Red => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::application::{Deadline, Progress, PromisedLimit};
    use crate::calendar::{Due, Limit};
    use crate::catalogue::{LimitStart, Procedure};
    use crate::local_time::{end_of, start_of};
    use chrono::NaiveDate;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn case(seen: Light) -> Case {
        let due = Due { on: day("2024-07-02"), at: end_of(day("2024-07-02")), provisional: false };
        Case {
            id: Uuid::nil(),
            position: 0,
            matter: "m".into(),
            version_id: Uuid::nil(),
            department: "HUC".into(),
            procedure: Procedure::Licence,
            state: CaseState::Accepted,
            case_no: None,
            received_at: None,
            accepted_at: None,
            deemed: false,
            promised: PromisedLimit { limit: Limit::working_days(20), starts: LimitStart::Acceptance },
            deadline: Some(Deadline::new(due, start_of(day("2024-06-27")))),
            handler: None,
            outcome: None,
            decided_at: None,
            target: None,
            progress: Progress { light: seen, ..Progress::default() },
            version: 1,
        }
    }

    /// F126: due 2024-07-02, yellow from 2024-06-27, red after the end of the day; each once.
    #[test]
    fn each_change_of_colour_is_told_once() {
        let (yellow, red) = (start_of(day("2024-06-27")), end_of(day("2024-07-02")));
        for (seen, now, expected) in [
            (Light::Green, "2024-06-26", vec![]),
            (Light::Green, "2024-06-27", vec![(yellow, Light::Yellow)]),
            (Light::Yellow, "2024-06-28", vec![]),
            (Light::Yellow, "2024-07-03", vec![(red, Light::Red)]),
            (Light::Green, "2024-07-03", vec![(yellow, Light::Yellow), (red, Light::Red)]),
            (Light::Red, "2024-07-04", vec![]),
        ] {
            assert_eq!(colour_changes(&case(seen), start_of(day(now))), expected, "{seen} {now}");
        }
        let now = start_of(day("2024-06-20"));
        assert_eq!(colour_changes(&case(Light::Red), now), [(now, Light::Green)], "an extension brings it back");
        assert_eq!([Light::Green, Light::Yellow, Light::Red].map(|l| next_colour(&case(l))), [Some(yellow), Some(red), None]);
    }

    #[test]
    fn what_is_overdue_is_explained_before_it_is_closed() {
        let mut finding = Finding {
            id: Uuid::nil(),
            case: Uuid::nil(),
            department: "HUC".into(),
            rule: WatchRule::Deadline,
            subject: "2024-07-02".into(),
            light: Light::Red,
            state: FindingState::Open,
            raised_at: end_of(day("2024-07-02")),
            urged: None,
            answered: None,
            closed: None,
            words: vec![],
        };
        let now = start_of(day("2024-07-03"));
        assert_eq!(finding.close("无".into(), now, Uuid::nil()).unwrap_err().code, "answer_awaited");
        finding.urge("请说明".into(), now, Uuid::nil(), now).unwrap();
        finding.answer("人员不足".into(), now, Uuid::nil()).unwrap();
        assert_eq!(finding.answer("再答".into(), now, Uuid::nil()).unwrap_err().code, "finding_state");
        finding.close("已整改".into(), now, Uuid::nil()).unwrap();
        assert_eq!(finding.urge("再催".into(), now, Uuid::nil(), now).unwrap_err().code, "finding_state");
        assert_eq!(finding.words, ["请说明", "人员不足", "已整改"]);
    }
}
