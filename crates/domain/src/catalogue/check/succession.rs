//! What a new version must take from the ones before it.

use super::{Finding, is_blank};
use crate::catalogue::{Step, StepOrigin};

/// A step that was cancelled stands again only with a reason (减环节, F9: 应减尽减). `earlier` are the steps of each version
/// before, in order; `member` is their list in the document.
pub fn check_succession<'a>(earlier: impl Iterator<Item = &'a [Step]>, steps: &[Step], member: &str) -> Vec<Finding> {
    let earlier: Vec<&[Step]> = earlier.collect();
    let cancelled = |name: &str| earlier.iter().copied().flatten().any(|s| s.name == name && s.origin == StepOrigin::Cancelled);
    let stood = |name: &str| earlier.last().is_some_and(|last| last.iter().any(|s| s.name == name && s.origin.stands()));
    let again = |s: &Step| s.origin.stands() && cancelled(&s.name) && !stood(&s.name) && is_blank(s.reason.as_deref());
    let told = |(i, s): (usize, &Step)| {
        let text = format!("环节「{}」已经取消，重新设立应写明理由", s.name);
        Finding::error(format!("/{member}/{i}/reason"), "step_taken_up_again", text)
    };
    steps.iter().enumerate().filter(|(_, s)| again(s)).map(told).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(name: &str, origin: StepOrigin, reason: Option<&str>) -> Step {
        Step { name: name.to_owned(), department: None, origin, into: None, reason: reason.map(str::to_owned) }
    }

    #[test]
    fn a_cancelled_step_stands_again_only_with_a_reason() {
        use StepOrigin::{Cancelled, Kept, Merged};
        let first = [step("受理", Kept, None), step("复核", Cancelled, Some("无实质意义")), step("会签", Merged, None)];
        let second = [step("受理", Kept, None)];
        let earlier = || [first.as_slice(), second.as_slice()].into_iter();
        for (steps, pointers) in [
            (vec![step("复核", Kept, None)], vec!["/flow/0/reason"]),
            (vec![step("受理", Kept, None), step("复核", Kept, Some(" "))], vec!["/flow/1/reason"]),
            (vec![step("复核", Kept, Some("上级要求恢复"))], vec![]),
            (vec![step("复核", Cancelled, None)], vec![]),
            (vec![step("会签", Kept, None)], vec![]),
        ] {
            let found = check_succession(earlier(), &steps, "flow");
            assert_eq!(found.iter().map(|f| f.pointer.as_str()).collect::<Vec<_>>(), pointers, "{steps:?}");
        }
        let standing = [step("复核", Kept, None)];
        let taken_up = [first.as_slice(), standing.as_slice()].into_iter();
        assert_eq!(check_succession(taken_up, &standing, "flow"), [], "what stands already needs no reason");
    }
}
