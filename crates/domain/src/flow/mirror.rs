//! Cases handled in an outside system: what its state numbers mean here (办件状态 1–16).

use super::{Command, forbidden};
use crate::application::Case;
use crate::reason::Reason;

/// The act here that a state of the outside system stands for; `None` for what changes nothing here.
#[must_use]
pub const fn act_of(state: u8) -> Option<Command> {
    match state {
        3 | 8 => Some(Command::Accept),
        4 | 5 => Some(Command::Reject),
        9 => Some(Command::Suspend),
        10 => Some(Command::Resume),
        11 | 13 => Some(Command::Decide),
        _ => None,
    }
}

/// Why the state of the outside system does not fit the case; what is mirrored follows the same table as everything else.
#[must_use]
pub fn unfit(case: &Case, act: Command) -> Option<Reason> {
    let mut bare = case.clone();
    bare.progress.mirrored = None;
    forbidden(&bare, act)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sixteen_states_are_read() {
        let read: Vec<(u8, &str)> = (1..=16).filter_map(|s| act_of(s).map(|c| (s, crate::code::TextCode::as_str(c)))).collect();
        let expected =
            [(3, "accept"), (4, "reject"), (5, "reject"), (8, "accept"), (9, "suspend"), (10, "resume"), (11, "decide"), (13, "decide")];
        assert_eq!(read, expected);
    }
}
