//! Cases handled in an outside system: what its state numbers mean here (办件状态 1–16).

use super::{Command, RejectGround, forbidden};
use crate::application::Case;
use crate::reason::Reason;

/// What a state of the outside system stands for here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutsideAct {
    /// It took the filing in; here it stands so already.
    Note,
    /// It accepted.
    Accept,
    /// It refused to accept.
    Reject(RejectGround),
    /// It asked for supplements.
    AskForMore,
    /// The supplements came there.
    TakeSupplement,
    /// It stopped the clock.
    Suspend,
    /// It let the clock go on.
    Resume,
    /// It decided: granted or refused.
    Decide(bool),
}

impl OutsideAct {
    /// What a state number stands for; `None` for what is told to the applicant here and so is done here: withdrawals, and
    /// the taking back of results.
    #[must_use]
    pub const fn of(state: u8) -> Option<Self> {
        match state {
            1 => Some(Self::Note),
            3 | 8 => Some(Self::Accept),
            4 => Some(Self::Reject(RejectGround::NotRequired)),
            5 => Some(Self::Reject(RejectGround::NotInScope)),
            6 => Some(Self::AskForMore),
            7 => Some(Self::TakeSupplement),
            9 => Some(Self::Suspend),
            10 => Some(Self::Resume),
            11 | 12 => Some(Self::Decide(true)),
            13 => Some(Self::Decide(false)),
            _ => None,
        }
    }

    /// The command that does the same here.
    #[must_use]
    pub const fn command(self) -> Option<Command> {
        match self {
            Self::Note => None,
            Self::Accept => Some(Command::Accept),
            Self::Reject(_) => Some(Command::Reject),
            Self::AskForMore => Some(Command::GiveNotice),
            Self::TakeSupplement => Some(Command::Supplement),
            Self::Suspend => Some(Command::Suspend),
            Self::Resume => Some(Command::Resume),
            Self::Decide(_) => Some(Command::Decide),
        }
    }

    /// Why the state of the outside system does not fit the case; what is mirrored follows the same table as everything
    /// else.
    #[must_use]
    pub fn unfit(self, case: &Case) -> Option<Reason> {
        let mut bare = case.clone();
        bare.progress.mirrored = None;
        self.command().and_then(|command| forbidden(&bare, command))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::TextCode;

    #[test]
    fn the_sixteen_states_are_read() {
        let said = |state| OutsideAct::of(state).map(|act| act.command().map_or("note", TextCode::as_str));
        let read: Vec<(u8, &str)> = (0..=17).filter_map(|state| said(state).map(|name| (state, name))).collect();
        let expected = [
            (1, "note"),
            (3, "accept"),
            (4, "reject"),
            (5, "reject"),
            (6, "give_notice"),
            (7, "supplement"),
            (8, "accept"),
            (9, "suspend"),
            (10, "resume"),
            (11, "decide"),
            (12, "decide"),
            (13, "decide"),
        ];
        assert_eq!(read, expected);
    }
}
