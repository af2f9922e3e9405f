//! Synthetic people, firms and files.

use serde_json::{Value, json};

/// An applicant of some kind, with valid synthetic identifiers.
#[must_use]
pub fn party(kind: &str) -> Value {
    match kind {
        "person" => json!({"role": "applicant", "kind": "person", "name": "张三丰", "phone": "13800003210",
            "identifiers": [{"type": "id_card", "value": "430400190001010019"}]}),
        _ => json!({"role": "applicant", "kind": "organisation", "name": "天嘉置业（示例）有限公司", "phone": "13800003210",
            "identifiers": [{"type": "credit_code", "value": "91430400MATE00010Q"}]}),
    }
}

/// A complete draft of the excavation permit of 天嘉·上河九章, ready to be filed.
#[must_use]
pub fn excavation() -> Value {
    json!({
        "matter": "construction-permit",
        "parties": [party("organisation")],
        "answers": {"permit_stage": "excavation", "expropriation": "no"},
        "form": {
            "project_name": "天嘉·上河九章", "floor_area_m2": 12000.5, "contractor": {"firm_name": "某建筑工程公司"},
            "buildings": [{"no": "10#"}, {"no": "16#"}, {"no": "17#"}, {"no": "18#"}, {"no": "19#"}],
        },
        "project": {"code": "2309-430400-04-01-123456", "name": "天嘉·上河九章"},
        "scope": ["10#", "16#地下室", "17#地下室", "18#地下室", "19#地下室"],
    })
}

/// Every point of the handling standard of a matter of 衡阳高新区, found met.
///
/// # Panics
/// For a matter that is not in the catalogue.
#[must_use]
pub fn checklist(matter: &str) -> Value {
    let path = format!("zones/hengyang-gaoxin/matters/{matter}.json");
    let file = server::embedded_files().into_iter().find(|f| f.path == path).unwrap_or_else(|| panic!("no matter {matter}"));
    let document: Value = serde_json::from_slice(&file.bytes).unwrap();
    let points = document["checklist"].as_array().unwrap().iter().filter(|p| p["phase"] == "examination");
    points.map(|p| json!({"point": p["code"], "passed": true})).collect()
}

/// An examination of a matter of 衡阳高新区 that finds everything met.
#[must_use]
pub fn examination(matter: &str) -> Value {
    json!({"method": "desk", "checklist": checklist(matter), "opinion": "符合条件"})
}

/// A complete form of the bundle 新生儿.
pub const NEWBORN_FORM: &str = r#"{
    "newborn": {"name": "张小宝", "sex": "male", "born_at": "2024-09-20T08:30:00+08:00", "hospital": "某妇幼保健院"},
    "parents": [{"person_name": "张三丰", "relation": "father"}, {"person_name": "李淑敏", "relation": "mother"}],
    "mobile": "13800003210", "household_choice": "mother", "insurance_place": "430476"
}"#;

/// A complete form of 公共场所卫生许可.
pub const HYGIENE_FORM: &str = r#"{
    "applicant_name": "某理发店", "place_kind": "barber", "legal_representative": {"person_name": "王小二", "mobile": "13900001111"},
    "premises_address": {"area_code": "430476", "detail": "示例路1号"}
}"#;

/// A small PDF.
#[must_use]
pub fn pdf() -> Vec<u8> {
    b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n".to_vec()
}

/// What the excavation permit asks for.
pub const EXCAVATION_MATERIALS: &[&str] = &[
    "planning-conditions-approval",
    "land-allocation-decision",
    "construction-contract",
    "drawing-review-excavation",
    "fund-commitment",
    "quality-safety-measures",
];

/// A draft of the road permit, which is decided within 7 working days from acceptance.
#[must_use]
pub fn road() -> Value {
    json!({
        "matter": "road-occupation", "parties": [party("organisation")], "answers": {"works": "occupy"},
        "form": {"applicant_name": "天嘉置业（示例）有限公司", "road_name": "示例路", "occupation_period": {"from": "2024-10-08", "to": "2024-10-18", "area_m2": 30}},
    })
}

/// What the road permit asks for.
pub const ROAD_MATERIALS: &[&str] = &["traffic-plan", "restoration-commitment"];
