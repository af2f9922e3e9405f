//! The way of a draft (草稿、送审、发布): who may do what when. Editor and publisher are two people.

use crate::reason::Reason;
use chrono::NaiveDate;

crate::codes! {
    /// Where a draft stands.
    pub enum DraftState {
        /// Being written (草稿).
        Draft = "draft", "草稿";
        /// Waiting for the publisher (待审).
        Review = "review", "待审";
        /// Published; what it held is a version now (已发布).
        Published = "published", "已发布";
    }
}

crate::codes! {
    /// What can be done to a draft.
    pub enum DraftCommand {
        /// Change it.
        Revise = "revise", "修改";
        /// Hand it to the publisher.
        Submit = "submit", "送审";
        /// Hand it back to the editor.
        Return = "return", "退回";
        /// Publish it.
        Publish = "publish", "发布";
        /// Throw it away.
        Drop = "drop", "删除";
    }
}

impl DraftState {
    /// Why `command` is not possible here.
    #[must_use]
    pub fn forbids(self, command: DraftCommand) -> Option<Reason> {
        let allowed = match command {
            DraftCommand::Revise | DraftCommand::Submit | DraftCommand::Drop => self == Self::Draft,
            DraftCommand::Return | DraftCommand::Publish => self == Self::Review,
        };
        let text = format!("目录稿处于「{}」状态，不能{}", self.label(), command.label());
        (!allowed).then(|| Reason::new("draft_state", text, "目录管理规程"))
    }
}

/// Why the person who wrote a draft can't publish it (编辑与发布分离).
#[must_use]
pub fn two_people(same_person: bool) -> Option<Reason> {
    same_person.then(|| Reason::new("same_person", "编辑与发布应由两人分别办理", "目录管理规程：编审分离"))
}

/// What stands in the way of something new: the newest version of a document, by number and days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Newest {
    /// Its number.
    pub number: i32,
    /// First day it holds.
    pub from: NaiveDate,
    /// First day it no longer holds.
    pub to: Option<NaiveDate>,
}

impl Newest {
    /// Why a version from `from` on would undo what was decided for a later day.
    #[must_use]
    pub fn forbids_version(self, from: NaiveDate, today: NaiveDate) -> Option<Reason> {
        let (number, begins) = (self.number, self.from);
        if from < begins {
            let text = format!("第{number}版将于{begins}生效，新版的生效日期不得早于该日");
            return Some(Reason::new("version_scheduled", text, "目录管理规程"));
        }
        let ends = self.to.filter(|to| *to > today)?;
        Some(Reason::new("retirement_scheduled", format!("第{number}版已定于{ends}停用，停用后才能发布新版"), "目录管理规程"))
    }

    /// Why it can't end on `on`.
    #[must_use]
    pub fn forbids_end(self, on: NaiveDate) -> Option<Reason> {
        let (number, begins) = (self.number, self.from);
        let text = format!("第{number}版将于{begins}生效，停用日期不得早于该日");
        (begins > on).then(|| Reason::new("version_scheduled", text, "目录管理规程"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_decided_for_a_later_day_stands() {
        let day = |d: u32| NaiveDate::from_ymd_opt(2025, 6, d).unwrap();
        let newest = |from, to: Option<u32>| Newest { number: 2, from: day(from), to: to.map(day) };
        let code = |reason: Option<Reason>| reason.map(|r| r.code);
        for (known, from, why) in [
            (newest(1, None), 10, None),
            (newest(20, None), 10, Some("version_scheduled")),
            (newest(20, None), 20, None),
            (newest(1, Some(10)), 10, None),
            (newest(1, Some(11)), 10, Some("retirement_scheduled")),
            (newest(1, Some(11)), 12, Some("retirement_scheduled")),
        ] {
            assert_eq!(code(known.forbids_version(day(from), day(10))).as_deref(), why, "{known:?} from {from}");
        }
        assert_eq!(code(newest(20, None).forbids_end(day(19))).as_deref(), Some("version_scheduled"));
        assert_eq!(newest(20, None).forbids_end(day(20)), None);
    }

    #[test]
    fn each_state_allows_what_the_table_says() {
        use DraftCommand::{Drop, Publish, Return, Revise, Submit};
        for (state, allowed) in
            [(DraftState::Draft, &[Revise, Submit, Drop][..]), (DraftState::Review, &[Return, Publish]), (DraftState::Published, &[])]
        {
            for command in DraftCommand::ALL {
                assert_eq!(state.forbids(*command).is_none(), allowed.contains(command), "{state} {command}");
            }
        }
        assert_eq!(two_people(true).unwrap().code, "same_person");
    }
}
