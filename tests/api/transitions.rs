//! State × command × role through HTTP: allowed with effect, or refused with its code and without any.

use domain::access::{Operation, Role, reach_of};
use domain::code::TextCode;
use domain::flow::Command;
use rstest::rstest;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use support::Database::{self, Postgres, Sqlite};
use support::{App, ROAD_MATERIALS, road};

/// Standings an application can be brought into, each from the one before it or from another.
const STANDINGS: &[&str] = &[
    "received",
    "supplementing",
    "accepted",
    "examined",
    "paused",
    "withdrawal_pending",
    "granted",
    "issued",
    "delivered",
    "heard",
    "refused",
    "rejected",
    "withdrawn",
];

fn body(command: Command) -> Value {
    let told = "2024-09-27T09:00:00+08:00";
    match command {
        Command::Reject => json!({"ground": "not_required", "explanation": "依法不需要取得许可"}),
        Command::GiveNotice => json!({"items": [{"material": "traffic-plan", "defect": "缺图例", "remedy": "补充图例"}]}),
        Command::Examine => support::examination("road-occupation"),
        Command::Mirror => json!({"system": "firm-registration", "external_ref": "GS1"}),
        Command::Publish => {
            json!({"title": "公示", "body": "内容", "basis": "行政许可法 36", "starts_on": "2024-09-27", "ends_on": "2024-10-08"})
        }
        Command::OfferHearing => json!({"cause": "significant", "subject": "拟准予"}),
        Command::CallHearing => {
            json!({"at": "2024-10-18T09:00:00+08:00", "place": "听证室", "chair": "0193a1f0-7a5e-7cc3-9a55-3f6f0e6a1b2c"})
        }
        Command::HoldHearing => json!({"participants": ["张三"], "record": "笔录"}),
        Command::TellInterested => json!({"name": "李四", "phone": "13800003210", "interest": "通行"}),
        Command::Suspend => json!({"procedure": "expert_review", "reason": "评审", "expected_days": 3, "told_applicant_at": told}),
        Command::Resume => json!({"result": "通过"}),
        Command::Extend => json!({"days": 5, "reason": "复杂", "approved_by": "局长", "told_applicant_at": told}),
        Command::Decide => json!({"granted": true, "opinion": "同意"}),
        Command::Deliver => json!({"way": "pickup"}),
        Command::Withdraw | Command::Discontinue => json!({"reason": "原因"}),
        Command::PostCheck => json!({"result": "true", "findings": "一致"}),
        Command::ProposeRevocation => json!({"findings": "材料不实"}),
        Command::ApproveDeferral => json!({"opinion": "同意"}),
        Command::RecordRectification => json!({"rectified": false, "findings": "未改"}),
        Command::MakeStatement => json!({"statement": "申辩"}),
        Command::Revoke => json!({"ground": "conditions_not_met", "reason": "不符合"}),
        Command::CancelAcceptance => json!({"consequence": "cancel_acceptance", "reason": "逾期"}),
        Command::SuspendLicence => json!({"reason": "整改期间暂扣", "basis": "安全生产许可证条例 14"}),
        Command::CancelLicence => json!({"ground": "dissolved", "reason": "企业已注销登记"}),
        Command::RestoreLicence => json!({"reason": "整改合格"}),
        Command::Recall => json!({"ground": "law_changed", "reason": "修法", "compensation": "补偿"}),
        Command::Annul => json!({"ground": "internal"}),
        Command::HandOver => json!({"to": "0193a1f0-7a5e-7cc3-9a55-3f6f0e6a1b2c", "reason": "调岗"}),
        Command::Accept | Command::Supplement | Command::Issue | Command::ConfirmWithdrawal | Command::Claim | Command::RequestHearing => {
            json!({})
        }
    }
}

/// What the state allows but a further rule refuses in this test, and with which code.
fn further(standing: &str, command: Command) -> Option<(u16, &'static str)> {
    match (standing, command) {
        ("supplementing", Command::Supplement) => Some((409, "not_acceptable")),
        (_, Command::PostCheck) => Some((403, "not_allowed")),
        (_, Command::Mirror | Command::ApproveDeferral) => Some((409, "state_forbids")),
        ("accepted", Command::Decide) | ("heard", Command::Revoke) | ("accepted" | "examined" | "paused", Command::ProposeRevocation) => {
            Some((409, "state_forbids"))
        }
        (_, Command::HandOver) => Some((422, "invalid_body")),
        _ => None,
    }
}

struct Hall {
    app: App,
    tokens: BTreeMap<&'static str, String>,
}

impl Hall {
    async fn open(database: Database) -> Self {
        let app = App::start(database).await;
        let mut tokens = BTreeMap::new();
        tokens.insert("owner", app.login(Role::Applicant, 0).await);
        tokens.insert("stranger", app.login(Role::Applicant, 1).await);
        for (name, role) in [
            ("clerk", Role::WindowClerk),
            ("issuer", Role::Issuer),
            ("supervisor", Role::Supervisor),
            ("auditor", Role::Auditor),
            ("zone_admin", Role::ZoneAdmin),
        ] {
            tokens.insert(name, app.login(role, 0).await);
        }
        tokens.insert("officer", app.login_officer("URB", 0).await);
        tokens.insert("foreign_officer", app.login_officer("HEA", 0).await);
        Self { app, tokens }
    }

    async fn act(&self, who: &str, command: Command, id: &str, case: &str) -> support::Answer {
        let operation = command.operation();
        let verb = match operation {
            Operation::GiveSupplementNotice => "supplement-notice".to_owned(),
            Operation::RecordRectification => "rectification".to_owned(),
            Operation::MakeStatement => "statement".to_owned(),
            Operation::DiscontinueProceeding => "discontinue".to_owned(),
            Operation::AnnulDecision => "annul".to_owned(),
            _ => command.as_str().replace('_', "-"),
        };
        let whole = matches!(
            command,
            Command::Accept
                | Command::Reject
                | Command::GiveNotice
                | Command::Supplement
                | Command::Issue
                | Command::Deliver
                | Command::Withdraw
        );
        let path = if whole { format!("/applications/{id}/{verb}") } else { format!("/cases/{case}/{verb}") };
        self.app.act(&self.tokens[who], &path, &body(command)).await
    }

    /// Brings a fresh application into a standing.
    async fn bring(&self, standing: &str) -> (String, String) {
        let filed = self.app.file(&self.tokens["owner"], &road(), ROAD_MATERIALS).await;
        let (id, case) = (filed.text("/id"), filed.text("/cases/0/id"));
        let road: &[(&str, Command)] = match standing {
            "received" => &[],
            "supplementing" => &[("clerk", Command::GiveNotice)],
            "accepted" | "refused" => &[("clerk", Command::Accept)],
            "examined" => &[("clerk", Command::Accept), ("officer", Command::Examine)],
            "paused" => &[("clerk", Command::Accept), ("officer", Command::Suspend)],
            "withdrawal_pending" => &[("clerk", Command::Accept), ("owner", Command::Withdraw)],
            "granted" | "issued" | "delivered" | "heard" => {
                &[("clerk", Command::Accept), ("officer", Command::Examine), ("officer", Command::Decide)]
            }
            "rejected" => &[("clerk", Command::Reject)],
            "withdrawn" => &[("owner", Command::Withdraw)],
            other => panic!("{other}"),
        };
        for (who, command) in road {
            self.act(who, *command, &id, &case).await.ok();
        }
        if matches!(standing, "issued" | "delivered") {
            self.act("issuer", Command::Issue, &id, &case).await.ok();
        }
        match standing {
            "delivered" => drop(self.act("issuer", Command::Deliver, &id, &case).await.ok()),
            "heard" => drop(self.act("officer", Command::ProposeRevocation, &id, &case).await.ok()),
            "refused" => {
                let no =
                    json!({"granted": false, "opinion": "不同意", "refusals": [{"reason": "不符合条件", "basis": "城市道路管理条例 31"}]});
                self.app.act(&self.tokens["officer"], &format!("/cases/{case}/decide"), &no).await.ok();
            }
            _ => {}
        }
        (id, case)
    }
}

fn roles(who: &str) -> Vec<Role> {
    match who {
        "clerk" => vec![Role::WindowClerk],
        "issuer" => vec![Role::Issuer],
        "supervisor" => vec![Role::Supervisor],
        "auditor" => vec![Role::Auditor],
        "zone_admin" => vec![Role::ZoneAdmin],
        "officer" | "foreign_officer" => vec![Role::Examiner],
        _ => vec![],
    }
}

/// Whether the role lets somebody do it to an application of the owner, department URB.
fn entitled(who: &str, command: Command) -> bool {
    use domain::access::Reach;
    match reach_of(command.operation(), &roles(who)) {
        Some(Reach::Zone) => true,
        Some(Reach::Department) => who == "officer",
        Some(Reach::Own) => who == "owner",
        None => false,
    }
}

/// The state a case is in after a command that was done (rules §3.3).
fn state_after(standing: &str, command: Command) -> &'static str {
    match (standing, command) {
        (_, Command::Accept) | ("refused", Command::Annul) => "accepted",
        (_, Command::GiveNotice) => "supplementing",
        (_, Command::Decide) => "decided",
        (_, Command::Reject | Command::ConfirmWithdrawal) | ("received" | "supplementing", Command::Withdraw) => "ended",
        // What is not accepted any more, or not yet, keeps waiting where it was.
        ("received", _) | ("rejected", Command::Annul) => "received",
        ("supplementing", _) => "supplementing",
        ("accepted" | "examined" | "paused" | "withdrawal_pending", _) => "accepted",
        _ => "decided",
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn every_state_command_and_role_is_allowed_with_effect_or_refused_without(#[values(Sqlite, Postgres)] database: Database) {
    let hall = Hall::open(database).await;
    for standing in STANDINGS {
        let (id, case) = hall.bring(standing).await;
        let path = format!("/cases/{case}");
        let before = hall.app.see(&hall.tokens["supervisor"], &path).await.ok();
        for who in hall.tokens.keys() {
            let seen = hall.app.see(&hall.tokens[who], &path).await;
            for command in Command::ALL {
                let said = format!("{standing} × {command} × {who}");
                let action = seen.body.pointer("/case/actions").and_then(Value::as_array).into_iter().flatten();
                let shown = action.clone().find(|a| a["name"] == command.as_str()).map(|a| a["allowed"] == true);
                if !entitled(who, *command) {
                    let refused = hall.act(who, *command, &id, &case).await;
                    assert!(matches!(refused.status.as_u16(), 403 | 404), "{said}: {}", refused.body);
                    assert_eq!(shown, None, "{said}: shown as an act");
                    continue;
                }
                if shown == Some(false) {
                    hall.act(who, *command, &id, &case).await.problem(409, "state_forbids");
                    continue;
                }
                assert_eq!(shown, Some(true), "{said}: not shown");
                let (id, case) = hall.bring(standing).await;
                let done = hall.act(who, *command, &id, &case).await;
                if who.contains("clerk") && *command == Command::Decide {
                    done.problem(403, "not_allowed");
                } else if let Some((status, code)) = further(standing, *command) {
                    done.problem(status, code);
                } else {
                    let version = done.ok().body["version"].as_i64().unwrap();
                    assert!(version > 1, "{said}: no effect");
                    let then = hall.app.see(&hall.tokens["supervisor"], &format!("/cases/{case}")).await.ok();
                    assert_eq!(then.text("/case/state"), state_after(standing, *command), "{said}");
                }
            }
        }
        let after = hall.app.see(&hall.tokens["supervisor"], &path).await.ok();
        assert_eq!(before.body, after.body, "{standing}: a refused command had an effect");
    }
}
