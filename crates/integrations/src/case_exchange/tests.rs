//! A case as rows, and what a receiver would refuse.

use super::*;
use domain::application::{CaseState, Identifier, PartyRole, Progress, PromisedLimit};
use domain::calendar::Limit;
use domain::catalogue::LimitStart;
use domain::flow::SpecialProcedure;
use domain::local_time::start_of;
use uuid::Uuid;

fn moment(day: &str) -> Instant {
    start_of(day.parse().unwrap()) + chrono::TimeDelta::hours(10)
}

fn case(matter: &Matter) -> Case {
    Case {
        id: Uuid::nil(),
        position: 0,
        matter: matter.code.clone(),
        version_id: Uuid::nil(),
        department: matter.department.clone(),
        procedure: matter.procedure,
        state: CaseState::Decided,
        case_no: Some("4304762024060320000012".into()),
        received_at: Some(moment("2024-06-03")),
        accepted_at: Some(moment("2024-06-03")),
        deemed: false,
        promised: PromisedLimit { limit: Limit::working_days(7), starts: LimitStart::Acceptance },
        deadline: None,
        handler: None,
        outcome: Some(Outcome::Granted),
        decided_at: Some(moment("2024-06-25")),
        target: None,
        progress: Progress::default(),
        version: 1,
    }
}

#[test]
fn a_case_becomes_rows_and_what_would_be_refused_is_told() {
    let zone: Zone = serde_json::from_str(include_str!("../../../../data/zones/hengyang-gaoxin/zone.json")).unwrap();
    let mut matter: Matter =
        serde_json::from_str(include_str!("../../../../data/zones/hengyang-gaoxin/matters/construction-permit.json")).unwrap();
    matter.catalog_code = Some("000117005000".into());
    matter.implementation_code = Some("1143040000TE00049W4000117005000".into());
    let applicant = Party {
        role: PartyRole::Applicant,
        kind: PartyKind::SoleTrader,
        name: "某店".into(),
        identifiers: vec![Identifier { kind: IdentifierType::CreditCode, value: "92430100MATE00037X".into() }],
        phone: Some("13800003210".into()),
    };
    let case = case(&matter);
    let happened = [
        (3, EventKind::CaseReceived, moment("2024-06-03")),
        (4, EventKind::CaseAccepted, moment("2024-06-03")),
        (5, EventKind::MaterialRead, moment("2024-06-04")),
        (6, EventKind::CaseGranted, moment("2024-06-25")),
    ];
    let mut pause = ClockEntry::pause(moment("2024-06-12"), None);
    pause.procedure = Some(SpecialProcedure::ExpertReview);
    let resume = ClockEntry { kind: ClockKind::Resume, ..ClockEntry::pause(moment("2024-06-21"), None) };
    let open = ClockEntry::pause(moment("2024-06-24"), None);
    let clock = [ClockEntry::start(moment("2024-06-03"), "行政许可法 32", None), pause, resume, open];
    let handed = [
        Handed { place: 0, name: "申请表".into(), way: TakenAs::Paper, count: 2 },
        Handed { place: 4, name: "工规证".into(), way: TakenAs::Deferred, count: 1 },
        Handed { place: 7, name: "营业执照".into(), way: TakenAs::Licence, count: 1 },
    ];
    let record = CaseRecord {
        case: &case,
        matter: (&matter, 3),
        zone: &zone,
        applicant: Some(&applicant),
        legal: None,
        contact: None,
        filed: (FilingChannel::Window, Some(moment("2024-06-03"))),
        project: (None, Some("天嘉·上河九章")),
        acceptance_no: Some("4304762024060310000015-03"),
        happened: &happened,
        clock: &clock,
        handed: &handed,
        certificate_no: Some("Z1"),
        rated: Some(Level::VerySatisfied),
    };
    let told = sets(&record);
    assert_eq!(told.flaws, Vec::new());
    let accept = told.accept.unwrap();
    for (column, value) in [
        ("project_no", json!("4304762024060320000012")),
        ("task_version", json!(3)),
        ("applyer_type", json!("5")),
        ("applyer_page_type", json!("001")),
        ("apply_type", json!("1")),
        ("accept_date", json!("20240603T100000")),
        ("project_name", json!(format!("天嘉·上河九章：{}", matter.name))),
        ("contact_mobile", json!("13800003210")),
    ] {
        assert_eq!(accept[column], value, "{column}");
    }
    let steps: Vec<_> = told.process.iter().map(|p| (p["process_name"].as_str().unwrap(), p["event_name"].as_str().unwrap())).collect();
    assert_eq!(steps, [("收件", "其他"), ("受理", "通过"), ("决定", "通过")]);
    let result = told.result.unwrap();
    assert_eq!((&result["satisfaction"], &result["result_cetr_no"]), (&json!("1"), &json!("Z1")), "1 is 非常满意 in GB/T 39046");
    assert_eq!(told.materials.iter().map(|m| m["get_type"].as_str().unwrap()).collect::<Vec<_>>(), ["1", "4", "5"]);
    assert_eq!(told.special.len(), 1, "what has not ended is told when it has");
    assert_eq!((&told.special[0]["special_name"], &told.special[0]["end_time"]), (&json!("专家评审"), &json!("20240621T100000")));
    let ids: std::collections::BTreeSet<&str> =
        told.process.iter().chain(&told.materials).chain(&told.special).map(|r| r["row_guid"].as_str().unwrap()).collect();
    assert!(ids.len() == 7 && ids.iter().all(|id| id.len() <= 50));
    // What comes later changes no identity.
    let more: Vec<_> = happened.iter().copied().chain([(9, EventKind::ResultIssued, moment("2024-06-26"))]).collect();
    let later = sets(&CaseRecord { happened: &more, handed: &handed[1..], ..record });
    assert_eq!(later.process[..3], told.process[..]);
    assert_eq!(later.materials[..], told.materials[1..]);
    let record = CaseRecord { happened: &happened, handed: &handed, ..record };

    let mut bare = matter.clone();
    (bare.catalog_code, bare.handling_item_code) = (None, Some("9".repeat(51)));
    let told = sets(&CaseRecord { matter: (&bare, 3), applicant: None, ..record });
    let flaws: Vec<_> = told.flaws.iter().map(|f| (f.pointer.as_str(), f.code.as_str())).collect();
    assert_eq!(
        flaws,
        [
            ("/accept/catalog_code", "required"),
            ("/accept/task_handle_item", "too_long"),
            ("/accept/applyer_name", "required"),
            ("/accept/applyer_type", "required"),
            ("/accept/applyer_page_type", "required"),
            ("/accept/applyer_page_code", "required"),
        ]
    );
}
