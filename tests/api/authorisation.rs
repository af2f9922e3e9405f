//! Walks the document: every operation against nobody, every role and a foreign zone.

use domain::access::{Operation, Reach, Role, reach_of};
use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use support::Database::{self, Postgres, Sqlite};
use support::{App, excavation};

struct Documented {
    operation: Operation,
    method: Method,
    path: String,
    secured: bool,
}

impl Documented {
    /// What is reached by relation, not by role alone.
    fn is_of_an_application(&self) -> bool {
        self.path.contains("{id}") && !["/drafts/", "/system-accounts/", "/reform-tasks/"].iter().any(|p| self.path.contains(p))
    }
}

async fn documented(app: &App) -> Vec<Documented> {
    let document = app.call(Method::GET, "/openapi.json").send().await.ok().body;
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let Ok(method) = Method::from_bytes(method.to_uppercase().as_bytes()) else { continue };
            let id = operation["operationId"].as_str().unwrap();
            let known = Operation::ALL.iter().find(|o| o.id() == id);
            let operation_of = *known.unwrap_or_else(|| panic!("{id} is not in the table of operations"));
            found.push(Documented { operation: operation_of, method, path: path.clone(), secured: operation["security"] != json!([]) });
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn table_and_document_name_the_same_operations() {
    let app = App::start(Sqlite).await;
    let documented = documented(&app).await;
    let ids: BTreeSet<&str> = documented.iter().map(|d| d.operation.id()).collect();
    assert_eq!(ids, Operation::ALL.iter().map(|o| o.id()).collect::<BTreeSet<_>>());
    assert_eq!(ids.len(), documented.len(), "an operation id stands twice");
    for d in &documented {
        assert_eq!(d.secured, !d.operation.is_public(), "{}", d.operation.id());
    }
}

/// What the doors are tried on: an application, its case, a material of it, a rating of it.
struct Door {
    application: String,
    case: String,
    material: String,
    review: String,
    draft: String,
}

/// A body that is well-formed, so that what answers is the door and not the reader.
fn body(operation: Operation) -> Value {
    match operation {
        Operation::CreateApplication => excavation(),
        Operation::Precheck => json!({"matter": "construction-permit"}),
        Operation::CreateSession => json!({"username": "nobody", "password": "wrong"}),
        Operation::CreateWechatSession => json!({"code": "wrong"}),
        Operation::RefreshSession => json!({"refresh_token": "wrong"}),
        Operation::SetSandboxClock => json!({"advance": "PT0S"}),
        Operation::AdoptApplication => {
            json!({"number": "4304762024092710000015", "track_code": "7K3M9QXT2B", "identifier": "91430400MATE00010Q"})
        }
        Operation::RejectApplication => json!({"ground": "not_required", "explanation": "依法不需要"}),
        Operation::CorrectOnSpot => json!({"element": "project_name"}),
        Operation::GiveSupplementNotice => json!({"items": [{"material": "land-permit", "defect": "缺", "remedy": "补"}]}),
        Operation::TakePaper => json!({"material": "land-permit", "original": true, "count": 1}),
        Operation::ReuseMaterial => json!({"material_id": "0193a1f0-7a5e-7cc3-9a55-3f6f0e6a1b2c"}),
        Operation::SignLetter => {
            json!({"kind": "deferral", "materials": ["fund-commitment"], "digest": "0".repeat(64), "signatory": "applicant"})
        }
        Operation::WithdrawLetter => json!({"kind": "deferral"}),
        Operation::HandOverCase => json!({"to": "0193a1f0-7a5e-7cc3-9a55-3f6f0e6a1b2c", "reason": "调岗"}),
        Operation::ExamineCase => support::examination("construction-permit"),
        Operation::SuspendLicence => json!({"reason": "暂扣", "basis": "条例"}),
        Operation::RestoreLicence => json!({"reason": "发还"}),
        Operation::UseLicence => json!({"certificate_no": "Z1", "purpose": "核对"}),
        Operation::UrgeFinding | Operation::AnswerFinding | Operation::CloseFinding => json!({"text": "说明"}),
        Operation::OpenSlot => json!({"place": "hall", "kind": "extended", "starts_at": "2024-09-28T09:00:00+08:00",
            "ends_at": "2024-09-28T10:00:00+08:00", "capacity": 5}),
        Operation::BookSlot => json!({"name": "张三", "phone": "13800003210"}),
        Operation::SettleBooking => json!({"kept": true}),
        Operation::CountPrint => json!({"pages": 1}),
        Operation::SendParcel => json!({"recipient": "张三", "address": "示例路1号", "phone": "13800003210"}),
        Operation::GiveConsent => json!({"recipient": "某银行", "purpose": "开户"}),
        Operation::ChooseAgency => json!({"service": "drawing-review", "agency": "示例审图机构"}),
        Operation::OpenProjectLoop => json!({"code": "2309-430400-04-01-123456", "name": "示例产业园", "mechanisms": ["deferral"]}),
        Operation::ChangeProjectLoop => json!({"name": "示例产业园"}),
        Operation::PublishBaseCatalogue => json!({"document": {"entries": []}, "reason": "测试"}),
        Operation::RecordVisit => json!({"purpose": "核对原件"}),
        Operation::GiveHelp => json!({"kind": "scan", "document": "营业执照"}),
        Operation::MirrorCase => json!({"system": "firm-registration", "external_ref": "GS1"}),
        Operation::PublishCase => {
            json!({"title": "公示", "body": "内容", "basis": "行政许可法 36", "starts_on": "2024-09-27", "ends_on": "2024-10-08"})
        }
        Operation::ApproveDeferral => json!({"opinion": "同意"}),
        Operation::OfferHearing => json!({"cause": "significant", "subject": "拟准予"}),
        Operation::CallHearing => {
            json!({"at": "2024-10-18T09:00:00+08:00", "place": "听证室", "chair": "0193a1f0-7a5e-7cc3-9a55-3f6f0e6a1b2c"})
        }
        Operation::HoldHearing => json!({"participants": ["张三"], "record": "笔录"}),
        Operation::TellInterested => json!({"name": "李四", "phone": "13800003210", "interest": "通行"}),
        Operation::FileObjection => json!({"name": "李四", "phone": "13800003210", "text": "异议"}),
        Operation::AnswerObjection => json!({"upheld": false, "answer": "不成立"}),
        Operation::OpenJointReview => json!({"kind": "site_visit", "scheduled_at": "2024-09-30T10:00:00+08:00", "place": "现场",
            "participants": [{"case": "0193a1f0-7a5e-7cc3-9a55-3f6f0e6a1b2c", "discipline": "消防"}]}),
        Operation::GiveJointOpinion => json!({"discipline": "消防", "opinion": "符合"}),
        Operation::CorrectJointReview => json!({"how": "已整改"}),
        Operation::SuspendCase => {
            json!({"procedure": "expert_review", "reason": "评审", "expected_days": 3, "told_applicant_at": "2024-09-27T09:00:00+08:00"})
        }
        Operation::ResumeCase => json!({"result": "通过"}),
        Operation::ExtendCase => {
            json!({"days": 5, "reason": "复杂", "approved_by": "局长", "told_applicant_at": "2024-09-27T09:00:00+08:00"})
        }
        Operation::DecideCase => json!({"granted": true, "opinion": "同意"}),
        Operation::DeliverApplication => json!({"way": "pickup"}),
        Operation::WithdrawApplication | Operation::DiscontinueProceeding | Operation::RepairCredit => json!({"reason": "原因"}),
        Operation::PostCheckCase => json!({"result": "true", "findings": "一致"}),
        Operation::ProposeRevocation => json!({"findings": "材料不实"}),
        Operation::RecordRectification => json!({"rectified": false, "findings": "未改"}),
        Operation::MakeStatement => json!({"statement": "申辩"}),
        Operation::RevokeCase => json!({"ground": "conditions_not_met", "reason": "不符合"}),
        Operation::CancelAcceptance => json!({"consequence": "cancel_acceptance", "reason": "逾期"}),
        Operation::RecallCase => json!({"ground": "law_changed", "reason": "修法", "compensation": "补偿"}),
        Operation::AnnulDecision => json!({"ground": "internal"}),
        Operation::EvaluateApplication => json!({"service_no": 1, "service": "filing", "level": "satisfied", "channel": "web"}),
        Operation::EvaluateByLink => json!({"level": "satisfied"}),
        Operation::LinkEvaluation => json!({"service_no": 1, "service": "filing"}),
        Operation::FulfilObligation => json!({"report": "已完成"}),
        Operation::AskExtension => json!({"reason": "管线迁改"}),
        Operation::AnswerExtension => json!({"granted": true, "reason": "同意"}),
        Operation::CancelLicence => json!({"ground": "dissolved", "reason": "企业注销"}),
        Operation::BeginMatterDraft | Operation::BeginBundleDraft | Operation::BeginProfileDraft => json!({"reason": "测试"}),
        Operation::ReturnDraft => json!({"note": "退回"}),
        Operation::RetireMatter | Operation::RetireBundle => json!({"reason": "停用", "effective_to": "2099-01-01"}),
        Operation::AdjustDelegation => json!({"document": "文件", "effective_on": "2024-10-08", "lines": [
            {"kind": "cancel", "code": "no-such-matter", "reason": "取消"}]}),
        Operation::MoveDelegatedMatter => json!({"state": "in_force"}),
        Operation::RequestSystemAccount => json!({"account": "0193a1f0-7a5e-7cc3-9a55-3f6f0e6a1b2c", "system": "某系统"}),
        Operation::BeginReformTask => {
            json!({"document": "文件", "number": 1, "title": "任务", "lead_department": "NASA", "due_on": "2024-12-31"})
        }
        Operation::ProgressReformTask => json!({"progress": "running"}),
        Operation::AnswerReview => json!({"verification": "true", "measure": "整改", "reply": "谢谢"}),
        _ => json!({}),
    }
}

/// Calls an operation with well-formed input; what matters is whether the door opens.
async fn knock(app: &App, d: &Documented, zone: &str, at: &Door, token: Option<&str>) -> u16 {
    let id = match d.operation {
        Operation::AnswerReview => &at.review,
        _ if d.path.contains("/drafts/") => &at.draft,
        _ if d.path.contains("/cases/") => &at.case,
        _ => &at.application,
    };
    let path = d
        .path
        .replace("{zone}", zone)
        .replace("{id}", id)
        .replace("bundles/{code}", "bundles/newborn")
        .replace("departments/{code}", "departments/HUC")
        .replace("{system}", "firm-registration")
        .replace("{version}", "1")
        .replace("{code}", "construction-permit")
        .replace("{number}", "4304762024092710000015")
        .replace("{material}", &at.material)
        .replace("joint-reviews/{kind}", "joint-reviews/acceptance")
        .replace("{kind}", "deferral?materials=fund-commitment")
        .replace("{receipt}", "acceptance")
        .replace("{token}", "wrong");
    let mut call = app.call(d.method.clone(), &path).header("Idempotency-Key", "walk").header("If-Match", "*");
    if d.operation == Operation::ImportCatalogue {
        call = call.raw("application/zip", "no archive");
    } else if d.operation == Operation::UploadMaterial {
        call = call.form(crate::declare::upload("planning-conditions-approval", "walk", support::pdf(), "a.pdf"));
    } else if d.method != Method::GET && d.method != Method::DELETE {
        call = call.json(&body(d.operation));
    }
    if let Some(token) = token {
        call = call.bearer(token);
    }
    let answer = call.send().await;
    // A rule further inside answers 403 or 404 too, under a code of its own: that door was open.
    let inside = ["not_allowed", "track_refused", "link_expired"].contains(&answer.body["code"].as_str().unwrap_or_default());
    if inside { 409 } else { answer.status.as_u16() }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn every_operation_opens_only_to_whom_the_table_names(#[values(Sqlite, Postgres)] database: Database) {
    let app = App::start(database).await;
    let owner = app.login(Role::Applicant, 0).await;
    let id = app.draft(&owner, &excavation()).await.text("/id");
    let form = crate::declare::upload("planning-conditions-approval", "u", support::pdf(), "a.pdf");
    let material = app.upload(&id, form).bearer(&owner).send().await.ok().text("/material/id");
    let case = app.submit(&owner, &id, "k").await.ok().text("/cases/0/id");
    let bad = json!({"service_no": 9, "service": "filing", "level": "dissatisfied", "channel": "web"});
    app.post(&format!("/applications/{id}/evaluations"), &bad).bearer(&owner).send().await.ok();
    let rated = app.get(&format!("/applications/{id}/evaluations")).bearer(&owner).send().await.ok();
    let editor = app.login(Role::CatalogueEditor, 0).await;
    let draft = app.post("/matters/construction-permit/drafts", &json!({"reason": "测试"})).bearer(&editor).send().await.expect(201);
    let at = Door { application: id, case, material, review: rated.text("/items/0/id"), draft: draft.text("/id") };
    let mut callers: Vec<(Vec<Role>, Vec<&str>, String)> = vec![(vec![], vec![], app.login(Role::Applicant, 1).await)];
    for role in Role::ALL.iter().copied().filter(|r| !matches!(r, Role::Applicant | Role::Examiner)) {
        callers.push((vec![role], vec![], app.login(role, 0).await));
    }
    for department in ["HUC", "HEA"] {
        callers.push((vec![Role::Examiner], vec![department], app.login_examiner(department).await));
    }
    for d in documented(&app).await.iter().filter(|d| d.operation != Operation::DeleteSession) {
        let anonymous = knock(&app, d, "hengyang-gaoxin", &at, None).await;
        let login = matches!(
            d.operation,
            Operation::ReceiveCallback | Operation::CreateSession | Operation::RefreshSession | Operation::CreateWechatSession
        );
        let barred = anonymous == 401 && !login;
        assert_eq!(barred, !d.operation.is_public(), "{} without login: {anonymous}", d.operation.id());
        if d.operation.is_public() {
            continue;
        }
        for (roles, departments, token) in &callers {
            // A receipt that was not made out, a record that is not there, a draft thrown away: nothing to tell doors by.
            if matches!(
                d.operation,
                Operation::GetReceipt
                    | Operation::RepairCredit
                    | Operation::FulfilObligation
                    | Operation::AskExtension
                    | Operation::AnswerExtension
                    | Operation::ChangeSystemAccount
                    | Operation::ChangeProjectLoop
                    | Operation::ProgressReformTask
                    | Operation::DiscardDraft
                    | Operation::FileObjection
                    | Operation::BookSlot
                    | Operation::ListSlotBookings
                    | Operation::CancelBooking
                    | Operation::SettleBooking
                    | Operation::UrgeFinding
                    | Operation::AnswerFinding
                    | Operation::CloseFinding
                    | Operation::ShowLicence
                    | Operation::ListLicenceUses
                    | Operation::AnswerObjection
                    | Operation::GiveJointOpinion
                    | Operation::CorrectJointReview
            ) {
                continue;
            }
            let seen = knock(&app, d, "hengyang-gaoxin", &at, Some(token)).await;
            assert_allowed(d, expected(d.operation, roles, departments, d.is_of_an_application()), seen, roles);
            if d.path.contains("{zone}") {
                let foreign = knock(&app, d, "xiangtan-gaoxin", &at, Some(token)).await;
                let abroad = expected(d.operation, &[], &[], d.is_of_an_application());
                let created = d.operation == Operation::CreateApplication && foreign == 422;
                assert!(
                    created || door(foreign) == door(abroad),
                    "{} in a foreign zone as {roles:?}: {foreign}, expected like {abroad}",
                    d.operation.id()
                );
            }
        }
    }
}

fn assert_allowed(d: &Documented, expected: u16, seen: u16, roles: &[Role]) {
    assert!(seen < 500, "{} as {roles:?} failed: {seen}", d.operation.id());
    assert_eq!(door(seen), door(expected), "{} as {roles:?}: {seen}", d.operation.id());
}

/// 403 and 404 are shut doors of different kinds; everything else was let in.
fn door(status: u16) -> u16 {
    if matches!(status, 401 | 403 | 404) { status } else { 200 }
}

/// What a stranger with these roles must see of an application he has no part in, department HUC.
fn expected(operation: Operation, roles: &[Role], departments: &[&str], one_application: bool) -> u16 {
    let sees = |reach: Option<Reach>| match reach {
        Some(Reach::Zone) => true,
        Some(Reach::Department) => departments.contains(&"HUC"),
        Some(Reach::Own) | None => false,
    };
    match reach_of(operation, roles) {
        None => 403,
        Some(_) if !one_application => 200,
        reach if sees(reach) => 200,
        _ if sees(reach_of(Operation::GetApplication, roles)) => 403,
        _ => 404,
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn lists_hold_nothing_of_others(#[values(Sqlite, Postgres)] database: Database) {
    let app = App::start(database).await;
    let (one, two) = (app.login(Role::Applicant, 0).await, app.login(Role::Applicant, 1).await);
    let id = app.draft(&one, &excavation()).await.text("/id");
    app.submit(&one, &id, "k").await.ok();
    let theirs = app.get("/applications").bearer(&two).send().await.ok();
    assert_eq!(theirs.body["items"], Value::Array(vec![]));
    let elsewhere = app.call(Method::GET, "/api/v1/zones/xiangtan-gaoxin/applications").bearer(&one).send().await.ok();
    assert_eq!(elsewhere.body["items"], Value::Array(vec![]));
    let admin = app.login(Role::ZoneAdmin, 0).await;
    let slot = json!({"place": "hall", "kind": "regular", "starts_at": "2024-10-08T09:00:00+08:00", "ends_at": "2024-10-08T10:00:00+08:00", "capacity": 5});
    let slot = app.act(&admin, "/slots", &slot).await.expect(201).text("/id");
    app.act(&one, &format!("/slots/{slot}/bookings"), &json!({"name": "张三", "phone": "13800003210"})).await.expect(201);
    assert_eq!(app.see(&two, "/bookings").await.ok().body["items"], Value::Array(vec![]));
    assert_eq!(app.see(&one, "/bookings").await.ok().body["items"].as_array().unwrap().len(), 1);
}
