//! Joint looks: one list, who leaves and comes back, whose days they are.

use super::*;
use crate::local_time::start_of;

fn now() -> Instant {
    start_of("2024-06-03".parse().unwrap())
}

fn review(disciplines: &[&str]) -> JointReview {
    let participant = |d: &&str| Participant { case: Uuid::nil(), department: "HUC".into(), discipline: (*d).to_owned(), left: false };
    JointReview::open(JointKind::Acceptance, "现场".into(), disciplines.iter().map(participant).collect(), (now(), now())).unwrap()
}

fn said(discipline: &str, defects: &[&str]) -> Opinion {
    let correction = |d: &&str| Correction { number: 0, defect: (*d).to_owned(), basis: "规范".into() };
    let corrections = defects.iter().map(correction).collect();
    Opinion { discipline: discipline.to_owned(), by: Uuid::nil(), at: now(), text: "意见".into(), corrections }
}

#[test]
fn corrections_are_one_list_and_the_next_round_holds_only_what_failed() {
    let mut review = review(&["规划", "消防", "人防"]);
    let none = BTreeSet::new();
    review.give_opinion(said("规划", &[]), &none).unwrap();
    review.give_opinion(said("消防", &["疏散宽度", "报警"]), &none).unwrap();
    assert_eq!(review.state, JointState::Open);
    review.give_opinion(said("人防", &["密闭门"]), &none).unwrap();
    assert_eq!(review.state, JointState::Rectifying);
    let list: Vec<_> = review.corrections().iter().map(|(d, c)| (*d, c.number, c.defect.as_str())).collect();
    assert_eq!(list, [("消防", 1, "疏散宽度"), ("消防", 2, "报警"), ("人防", 3, "密闭门")]);
    review.correct("已整改".into(), now()).unwrap();
    assert_eq!(review.give_opinion(said("规划", &[]), &none).unwrap_err().code, "opinion_not_awaited");
    assert_eq!(review.give_opinion(said("消防", &["新问题"]), &none).unwrap_err().code, "not_failed_before");
    assert_eq!(review.give_opinion(said("消防", &[]), &BTreeSet::from([3])).unwrap_err().code, "not_failed_before");
    review.give_opinion(said("消防", &[]), &BTreeSet::from([2])).unwrap();
    review.give_opinion(said("人防", &[]), &none).unwrap();
    assert_eq!(review.corrections().iter().map(|(_, c)| c.number).collect::<Vec<_>>(), [2]);
    review.correct("再次整改".into(), now()).unwrap();
    review.give_opinion(said("消防", &[]), &none).unwrap();
    assert_eq!((review.state, review.passed_at_first(), review.rounds.len()), (JointState::Passed, false, 3));
}

#[test]
fn nobody_waits_for_a_case_that_has_ended() {
    let other = Uuid::from_u128(7);
    let participant =
        |case, discipline: &str| Participant { case, department: "HUC".into(), discipline: discipline.to_owned(), left: false };
    let both = || vec![participant(Uuid::nil(), "规划"), participant(other, "消防")];
    let open = || JointReview::open(JointKind::Acceptance, String::new(), both(), (now(), now())).unwrap();
    let mut review = open();
    review.give_opinion(said("规划", &[]), &BTreeSet::new()).unwrap();
    review.leave(other, now());
    assert_eq!(review.state, JointState::Passed);
    let mut review = open();
    review.give_opinion(said("规划", &[]), &BTreeSet::new()).unwrap();
    review.give_opinion(said("消防", &["疏散宽度"]), &BTreeSet::new()).unwrap();
    review.leave(other, now());
    assert_eq!(review.state, JointState::Passed, "what only it wanted corrected no longer stands");
}

#[test]
fn the_days_on_which_the_applicant_corrects_are_his() {
    let said_at = |day: &str, defects: &[&str]| Opinion { at: at(day, 15), ..said("消防", defects) };
    for (first, corrected, second, took) in [
        // One look: 3 to 5 June.
        ("2024-06-05", None, "", 2),
        // Corrected from the 5th to the 7th, looked at again on the 11th; the 10th is a holiday.
        ("2024-06-05", Some("2024-06-07"), "2024-06-11", 3),
        // Corrected over the week-end.
        ("2024-06-07", Some("2024-06-08"), "2024-06-11", 5),
    ] {
        let mut review = review(&["消防"]);
        let none = BTreeSet::new();
        review.give_opinion(said_at(first, if corrected.is_some() { &["疏散宽度"] } else { &[] }), &none).unwrap();
        if let Some(corrected) = corrected {
            assert_eq!(review.took(&calendar()), None, "while it runs");
            review.correct("已整改".into(), at(corrected, 10)).unwrap();
            review.give_opinion(said_at(second, &[]), &none).unwrap();
        }
        assert_eq!(review.took(&calendar()), Some(took), "{first} {corrected:?} {second}");
    }
}

#[test]
fn a_look_everybody_left_has_not_passed_and_may_be_arranged_anew() {
    let mut review = review(&["规划", "消防"]);
    review.give_opinion(said("规划", &[]), &BTreeSet::new()).unwrap();
    review.leave(Uuid::nil(), now());
    assert_eq!((review.state, review.concluded_at, review.passed_at_first()), (JointState::Dropped, None, false));
}

#[test]
fn who_comes_back_is_awaited_again() {
    let other = Uuid::from_u128(7);
    let participant =
        |case, discipline: &str| Participant { case, department: "HUC".into(), discipline: discipline.to_owned(), left: false };
    let both = vec![participant(Uuid::nil(), "规划"), participant(other, "消防")];
    let none = BTreeSet::new();
    let fresh = JointReview::open(JointKind::Acceptance, String::new(), both, (now(), now())).unwrap();
    // In the running round.
    let mut review = fresh.clone();
    review.leave(other, now());
    review.rejoin(other);
    review.give_opinion(said("规划", &[]), &none).unwrap();
    assert_eq!(review.state, JointState::Open);
    review.give_opinion(said("消防", &["疏散宽度"]), &none).unwrap();
    assert_eq!((review.state, review.corrections().len()), (JointState::Rectifying, 1));
    // While the applicant corrects: in the next round, as its first look.
    let (mut review, fresh2) = (fresh.clone(), fresh);
    review.leave(other, now());
    review.give_opinion(said("规划", &["退界"]), &none).unwrap();
    review.rejoin(other);
    review.correct("已整改".into(), now()).unwrap();
    review.give_opinion(said("规划", &[]), &none).unwrap();
    review.give_opinion(said("消防", &["疏散宽度"]), &none).unwrap();
    assert_eq!(review.corrections().iter().map(|(d, c)| (*d, c.number)).collect::<Vec<_>>(), [("消防", 2)]);
    // Who wanted something corrected goes while somebody who came back has not looked: nothing has passed.
    let mut review = fresh2;
    review.leave(other, now());
    review.give_opinion(said("规划", &["退界"]), &none).unwrap();
    review.rejoin(other);
    review.leave(Uuid::nil(), now());
    assert_eq!((review.state, review.rounds.len()), (JointState::Open, 2));
    review.give_opinion(said("消防", &[]), &none).unwrap();
    assert_eq!(review.state, JointState::Passed);
}

#[test]
fn everybody_speaks_once_and_somebody_has_to() {
    let mut review = review(&["规划"]);
    assert!(review.correct("无".into(), now()).is_err());
    review.give_opinion(said("规划", &[]), &BTreeSet::new()).unwrap();
    assert!(review.passed_at_first());
    assert!(review.give_opinion(said("规划", &[]), &BTreeSet::new()).is_err());
    assert!(JointReview::open(JointKind::SiteVisit, String::new(), vec![], (now(), now())).is_err());
}
