//! The way of a draft (草稿、送审、发布): who may do what when. Editor and publisher are two people.

use crate::reason::Reason;

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

#[cfg(test)]
mod tests {
    use super::*;

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
