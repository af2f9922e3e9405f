//! What each standing of a case allows.

use super::*;
use crate::application::Mirror;

/// Cases in every standing that the table tells apart, each with the exchange number it has.
#[expect(clippy::too_many_lines, reason = "one table, read as a whole")]
fn standings() -> Vec<(&'static str, Case, Option<u8>)> {
    let with = |state, change: &dyn Fn(&mut Case)| {
        let mut case = case(state);
        change(&mut case);
        case
    };
    let granted = |c: &mut Case| c.outcome = Some(Outcome::Granted);
    let now = at("2024-06-12", 10);
    vec![
        ("waiting", case(CaseState::Waiting), None),
        ("received", case(CaseState::Received), Some(1)),
        ("received again", with(CaseState::Received, &|c| c.progress.rounds = 1), Some(7)),
        ("supplementing", case(CaseState::Supplementing), Some(6)),
        ("accepted", case(CaseState::Accepted), Some(8)),
        (
            "paused",
            with(CaseState::Accepted, &|c| {
                c.progress.pause = Some(Pause { since: now, expected_on: day("2024-06-21"), light: Light::Green });
            }),
            Some(9),
        ),
        ("resumed", with(CaseState::Accepted, &|c| c.progress.resumed = true), Some(10)),
        ("extended", with(CaseState::Accepted, &|c| c.progress.extended = Some(Limit::working_days(10))), Some(8)),
        ("withdrawal pending", with(CaseState::Accepted, &|c| c.progress.withdrawal_at = Some(now)), Some(16)),
        ("deferral lapsed", with(CaseState::Accepted, &|c| c.progress.proceeding = Some(ProceedingStage::Statement)), Some(8)),
        ("granted", with(CaseState::Decided, &granted), Some(11)),
        ("granted with deferral", with(CaseState::Decided, &|c| c.outcome = Some(Outcome::GrantedWithDeferral)), Some(12)),
        (
            "issued",
            with(CaseState::Decided, &|c| {
                granted(c);
                c.progress.issued_at = Some(now);
            }),
            Some(11),
        ),
        (
            "delivered",
            with(CaseState::Decided, &|c| {
                granted(c);
                (c.progress.issued_at, c.progress.delivered_at) = (Some(now), Some(now));
            }),
            Some(11),
        ),
        (
            "rectifying",
            with(CaseState::Decided, &|c| {
                granted(c);
                c.progress.proceeding = Some(ProceedingStage::Rectifying);
            }),
            Some(11),
        ),
        (
            "heard",
            with(CaseState::Decided, &|c| {
                granted(c);
                c.progress.proceeding = Some(ProceedingStage::Statement);
            }),
            Some(11),
        ),
        (
            "revoked",
            with(CaseState::Decided, &|c| {
                granted(c);
                c.progress.reversal = Some(Reversal { kind: ReversalKind::Revoked, at: now });
            }),
            Some(15),
        ),
        (
            "recalled",
            with(CaseState::Decided, &|c| {
                granted(c);
                c.progress.reversal = Some(Reversal { kind: ReversalKind::Recalled, at: now });
            }),
            Some(14),
        ),
        ("refused", with(CaseState::Decided, &|c| c.outcome = Some(Outcome::Refused)), Some(13)),
        ("not required", with(CaseState::Ended, &|c| c.progress.ending = Some(Ending::NotRequired)), Some(4)),
        ("not in scope", with(CaseState::Ended, &|c| c.progress.ending = Some(Ending::NotInScope)), Some(5)),
        ("withdrawn", with(CaseState::Ended, &|c| c.progress.ending = Some(Ending::Withdrawn)), Some(2)),
        ("stopped", with(CaseState::Ended, &|c| c.progress.ending = Some(Ending::PredecessorFailed)), None),
        ("made public", with(CaseState::Accepted, &|c| c.progress.publicity = Some(publicity(false, 0))), Some(8)),
        ("objected to", with(CaseState::Accepted, &|c| c.progress.publicity = Some(publicity(true, 1))), Some(8)),
        ("made public and over", with(CaseState::Accepted, &|c| c.progress.publicity = Some(publicity(true, 0))), Some(8)),
        ("beside one that is open", with(CaseState::Accepted, &|c| c.progress.waits_for = vec!["other".into()]), Some(8)),
        ("beside one that failed", with(CaseState::Accepted, &|c| c.progress.lost = vec!["other".into()]), Some(8)),
        (
            "granted and made public",
            with(CaseState::Decided, &|c| {
                granted(c);
                c.progress.publicity = Some(publicity(false, 0));
            }),
            Some(11),
        ),
        ("treated as withdrawn", with(CaseState::Ended, &|c| c.progress.ending = Some(Ending::TreatedAsWithdrawn)), Some(2)),
        ("acceptance cancelled", with(CaseState::Ended, &|c| c.progress.ending = Some(Ending::AcceptanceCancelled)), Some(5)),
        ("false materials", with(CaseState::Ended, &|c| c.progress.ending = Some(Ending::FalseMaterials)), Some(5)),
        ("incomplete", with(CaseState::Ended, &|c| c.progress.ending = Some(Ending::Incomplete)), Some(5)),
        ("hearing offered", with(CaseState::Accepted, &|c| c.progress.hearing = Some(hearing(HearingStage::Offered))), Some(8)),
        ("hearing owed", with(CaseState::Accepted, &|c| c.progress.hearing = Some(hearing(HearingStage::Owed))), Some(8)),
        ("hearing called", with(CaseState::Accepted, &|c| c.progress.hearing = Some(hearing(HearingStage::Called))), Some(8)),
        ("entered elsewhere", with(CaseState::Accepted, &|c| c.progress.mirrored = Some(elsewhere(now, false))), Some(8)),
        ("handled elsewhere", with(CaseState::Received, &|c| c.progress.mirrored = Some(elsewhere(now, true))), Some(1)),
        (
            "licence suspended",
            with(CaseState::Decided, &|c| {
                granted(c);
                (c.progress.issued_at, c.progress.licence_suspended) = (Some(now), true);
            }),
            Some(11),
        ),
    ]
}

fn hearing(stage: HearingStage) -> Hearing {
    Hearing { cause: HearingCause::Significant, stage, due: None, on: None, since: None }
}

fn elsewhere(since: crate::local_time::Instant, heard: bool) -> Mirror {
    Mirror { system: "firm-registration".into(), reference: "GS1".into(), since, heard }
}

/// What each standing allows; everything else is refused with its code.
const ALLOWED: &[(&str, &[&str])] = &[
    ("waiting", &["withdraw", "publish"]),
    ("received", &["publish", "mirror", "accept", "reject", "give_notice", "withdraw", "claim", "hand_over"]),
    ("received again", &["publish", "mirror", "accept", "reject", "give_notice", "withdraw", "claim", "hand_over"]),
    ("supplementing", &["supplement", "withdraw", "claim", "hand_over"]),
    (
        "accepted",
        &[
            "offer_hearing",
            "tell_interested",
            "mirror",
            "propose_revocation",
            "examine",
            "suspend",
            "extend",
            "decide",
            "withdraw",
            "claim",
            "hand_over",
            "publish",
            "approve_deferral",
        ],
    ),
    (
        "paused",
        &[
            "offer_hearing",
            "tell_interested",
            "mirror",
            "publish",
            "approve_deferral",
            "propose_revocation",
            "examine",
            "resume",
            "withdraw",
            "claim",
            "hand_over",
        ],
    ),
    (
        "resumed",
        &[
            "offer_hearing",
            "tell_interested",
            "mirror",
            "propose_revocation",
            "examine",
            "suspend",
            "extend",
            "decide",
            "withdraw",
            "claim",
            "hand_over",
            "publish",
            "approve_deferral",
        ],
    ),
    (
        "extended",
        &[
            "offer_hearing",
            "tell_interested",
            "mirror",
            "propose_revocation",
            "examine",
            "suspend",
            "decide",
            "withdraw",
            "claim",
            "hand_over",
            "publish",
            "approve_deferral",
        ],
    ),
    ("withdrawal pending", &["tell_interested", "mirror", "confirm_withdrawal", "claim", "hand_over"]),
    (
        "deferral lapsed",
        &[
            "offer_hearing",
            "tell_interested",
            "mirror",
            "publish",
            "approve_deferral",
            "examine",
            "suspend",
            "extend",
            "withdraw",
            "make_statement",
            "cancel_acceptance",
            "discontinue",
            "claim",
            "hand_over",
        ],
    ),
    ("granted", &["suspend_licence", "publish", "issue", "post_check", "propose_revocation", "recall", "claim", "hand_over"]),
    ("granted with deferral", &["suspend_licence", "publish", "issue", "post_check", "propose_revocation", "recall", "claim", "hand_over"]),
    ("issued", &["suspend_licence", "deliver", "post_check", "propose_revocation", "recall", "claim", "hand_over"]),
    ("delivered", &["suspend_licence", "post_check", "propose_revocation", "recall"]),
    ("rectifying", &["suspend_licence", "issue", "record_rectification", "discontinue", "claim", "hand_over"]),
    ("heard", &["suspend_licence", "issue", "make_statement", "revoke", "discontinue", "claim", "hand_over"]),
    ("revoked", &[]),
    ("recalled", &[]),
    ("refused", &["annul"]),
    ("not required", &["annul"]),
    ("not in scope", &["annul"]),
    ("withdrawn", &[]),
    ("stopped", &[]),
    (
        "made public",
        &[
            "offer_hearing",
            "tell_interested",
            "mirror",
            "propose_revocation",
            "examine",
            "suspend",
            "extend",
            "withdraw",
            "claim",
            "hand_over",
            "approve_deferral",
        ],
    ),
    (
        "objected to",
        &[
            "offer_hearing",
            "tell_interested",
            "mirror",
            "propose_revocation",
            "examine",
            "suspend",
            "extend",
            "withdraw",
            "claim",
            "hand_over",
            "approve_deferral",
            "publish",
        ],
    ),
    (
        "made public and over",
        &[
            "offer_hearing",
            "tell_interested",
            "mirror",
            "propose_revocation",
            "examine",
            "suspend",
            "extend",
            "withdraw",
            "claim",
            "hand_over",
            "approve_deferral",
            "publish",
            "decide",
        ],
    ),
    (
        "beside one that is open",
        &[
            "offer_hearing",
            "tell_interested",
            "decide",
            "mirror",
            "propose_revocation",
            "examine",
            "suspend",
            "extend",
            "withdraw",
            "claim",
            "hand_over",
            "approve_deferral",
            "publish",
        ],
    ),
    (
        "beside one that failed",
        &[
            "offer_hearing",
            "tell_interested",
            "mirror",
            "propose_revocation",
            "examine",
            "suspend",
            "extend",
            "withdraw",
            "claim",
            "hand_over",
            "approve_deferral",
            "publish",
            "decide",
        ],
    ),
    ("granted and made public", &["suspend_licence", "post_check", "propose_revocation", "recall", "claim", "hand_over"]),
    ("treated as withdrawn", &[]),
    ("acceptance cancelled", &[]),
    ("false materials", &["annul"]),
    ("incomplete", &["annul"]),
    (
        "hearing offered",
        &[
            "request_hearing",
            "mirror",
            "propose_revocation",
            "examine",
            "suspend",
            "extend",
            "decide",
            "withdraw",
            "claim",
            "hand_over",
            "publish",
            "approve_deferral",
            "tell_interested",
        ],
    ),
    (
        "hearing owed",
        &[
            "call_hearing",
            "mirror",
            "propose_revocation",
            "examine",
            "suspend",
            "extend",
            "decide",
            "withdraw",
            "claim",
            "hand_over",
            "publish",
            "approve_deferral",
            "tell_interested",
        ],
    ),
    (
        "hearing called",
        &[
            "call_hearing",
            "hold_hearing",
            "mirror",
            "propose_revocation",
            "examine",
            "suspend",
            "extend",
            "decide",
            "withdraw",
            "claim",
            "hand_over",
            "publish",
            "approve_deferral",
            "tell_interested",
        ],
    ),
    (
        "entered elsewhere",
        &["tell_interested", "mirror", "publish", "approve_deferral", "propose_revocation", "withdraw", "claim", "hand_over"],
    ),
    ("handled elsewhere", &["publish", "withdraw", "claim", "hand_over"]),
    ("licence suspended", &["restore_licence", "deliver", "post_check", "propose_revocation", "recall", "claim", "hand_over"]),
];

fn publicity(over: bool, open: u32) -> Publicity {
    Publicity { starts_on: day("2024-06-03"), ends_on: day("2024-06-13"), over, open, upheld: 0 }
}

#[test]
fn every_standing_allows_what_the_table_says_and_nothing_else() {
    let standings = standings();
    assert_eq!(standings.len(), ALLOWED.len());
    for ((name, case, exchange), (listed, allowed)) in standings.iter().zip(ALLOWED) {
        assert_eq!(name, listed);
        assert_eq!(exchange_state(case), *exchange, "{name}");
        for command in Command::ALL {
            let reason = forbidden(case, *command);
            assert_eq!(reason.is_none(), allowed.contains(&command.as_str()), "{name}: {command}: {reason:?}");
            assert!(reason.is_none_or(|r| !r.code.is_empty() && !r.text.is_empty() && !r.basis.is_empty()));
        }
    }
}
