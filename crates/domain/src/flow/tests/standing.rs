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
            "licence cancelled",
            with(CaseState::Decided, &|c| {
                granted(c);
                (c.progress.issued_at, c.progress.licence_cancelled_at) = (Some(now), Some(now));
            }),
            Some(11),
        ),
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

/// What an accepted case allows, as long as nothing stands in the way.
const ACCEPTED: &[&str] = &[
    "approve_deferral",
    "claim",
    "decide",
    "examine",
    "extend",
    "hand_over",
    "mirror",
    "offer_hearing",
    "propose_revocation",
    "publish",
    "suspend",
    "tell_interested",
    "withdraw",
];

/// What a granted one allows before its result is made out.
const GRANTED: &[&str] =
    &["cancel_licence", "claim", "hand_over", "issue", "post_check", "propose_revocation", "publish", "recall", "suspend_licence"];

/// What is allowed from the list before, without these, and with these; everything else is refused with its code.
type Row = (&'static str, &'static [&'static str], &'static [&'static str], &'static [&'static str]);

/// What each standing allows.
const ALLOWED: &[Row] = &[
    ("waiting", &[], &[], &["publish", "withdraw"]),
    ("received", &[], &[], &["accept", "claim", "give_notice", "hand_over", "mirror", "publish", "reject", "withdraw"]),
    ("received again", &[], &[], &["accept", "claim", "give_notice", "hand_over", "mirror", "publish", "reject", "withdraw"]),
    ("supplementing", &[], &[], &["claim", "hand_over", "supplement", "withdraw"]),
    ("accepted", ACCEPTED, &[], &[]),
    ("paused", ACCEPTED, &["decide", "extend", "suspend"], &["resume"]),
    ("resumed", ACCEPTED, &[], &[]),
    ("extended", ACCEPTED, &["extend"], &[]),
    ("withdrawal pending", &[], &[], &["claim", "confirm_withdrawal", "hand_over", "mirror", "tell_interested"]),
    ("deferral lapsed", ACCEPTED, &["decide", "propose_revocation"], &["cancel_acceptance", "discontinue", "make_statement"]),
    ("granted", GRANTED, &[], &[]),
    ("granted with deferral", GRANTED, &[], &[]),
    ("issued", GRANTED, &["issue", "publish"], &["deliver"]),
    ("delivered", &[], &[], &["cancel_licence", "post_check", "propose_revocation", "recall", "suspend_licence"]),
    ("rectifying", &[], &[], &["cancel_licence", "claim", "discontinue", "hand_over", "issue", "record_rectification", "suspend_licence"]),
    ("heard", &[], &[], &["cancel_licence", "claim", "discontinue", "hand_over", "issue", "make_statement", "revoke", "suspend_licence"]),
    ("revoked", &[], &[], &[]),
    ("recalled", &[], &[], &[]),
    ("refused", &[], &[], &["annul"]),
    ("not required", &[], &[], &["annul"]),
    ("not in scope", &[], &[], &["annul"]),
    ("withdrawn", &[], &[], &[]),
    ("stopped", &[], &[], &[]),
    ("made public", ACCEPTED, &["decide", "publish"], &[]),
    ("objected to", ACCEPTED, &["decide"], &[]),
    ("made public and over", ACCEPTED, &[], &[]),
    ("beside one that is open", ACCEPTED, &[], &[]),
    ("beside one that failed", ACCEPTED, &[], &[]),
    ("granted and made public", GRANTED, &["issue", "publish"], &[]),
    ("treated as withdrawn", &[], &[], &[]),
    ("acceptance cancelled", &[], &[], &[]),
    ("false materials", &[], &[], &["annul"]),
    ("incomplete", &[], &[], &["annul"]),
    ("hearing offered", ACCEPTED, &["offer_hearing"], &["request_hearing"]),
    ("hearing owed", ACCEPTED, &["offer_hearing"], &["call_hearing"]),
    ("hearing called", ACCEPTED, &["offer_hearing"], &["call_hearing", "hold_hearing"]),
    ("entered elsewhere", ACCEPTED, &["decide", "examine", "extend", "offer_hearing", "suspend"], &[]),
    ("handled elsewhere", &[], &[], &["claim", "hand_over", "publish", "withdraw"]),
    ("licence cancelled", &[], &[], &[]),
    ("licence suspended", GRANTED, &["issue", "publish", "suspend_licence"], &["deliver", "restore_licence"]),
];

fn publicity(over: bool, open: u32) -> Publicity {
    Publicity { starts_on: day("2024-06-03"), ends_on: day("2024-06-13"), over, open, upheld: 0 }
}

#[test]
fn every_standing_allows_what_the_table_says_and_nothing_else() {
    let standings = standings();
    assert_eq!(standings.len(), ALLOWED.len());
    for ((name, case, exchange), (listed, like, without, with)) in standings.iter().zip(ALLOWED) {
        assert_eq!(name, listed);
        assert_eq!(exchange_state(case), *exchange, "{name}");
        for command in Command::ALL {
            let reason = forbidden(case, *command);
            let said = command.as_str();
            let allowed = with.contains(&said) || (like.contains(&said) && !without.contains(&said));
            assert_eq!(reason.is_none(), allowed, "{name}: {command}: {reason:?}");
            assert!(reason.is_none_or(|r| !r.code.is_empty() && !r.text.is_empty() && !r.basis.is_empty()));
        }
    }
}
