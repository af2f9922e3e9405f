//! One row of the national implementation list (实施清单, `up_task_general_basic`): the only place that knows its column
//! names and numeric codes (GB/T 39046 annex A).

use domain::calendar::{Limit, LimitUnit};
use domain::catalogue::{
    Audience, Authority, BodyNature, CaseKind, Channel, ExerciseLevel, Matter, MatterType, SpecialProcedureKind, Zone,
};
use serde_json::{Map, Value, json};

/// The row of a matter's version.
#[must_use]
pub fn row(matter: &Matter, version: u32, zone: &Zone) -> Map<String, Value> {
    let department = zone.department(&matter.department);
    let joined = |list: &[String]| list.join("；");
    let codes = |codes: Vec<&'static str>| codes.join(",");
    let statutory = matter.limits.statutory;
    let place = |code: &str| zone.place(code).map(|p| p.name.clone());
    let places: Vec<String> = matter.handled_at.iter().filter_map(|at| place(&at.place)).collect();
    let special: Vec<&str> = matter.special_procedures.iter().map(|p| special_code(p.kind)).collect();
    let row = json!({
        "task_name": matter.name,
        "catalog_code": matter.catalog_code,
        "task_type": type_code(matter.matter_type),
        "by_law": matter.basis_text(),
        "power_source": power_source(matter.authority),
        "use_level": level_code(matter.exercise_level),
        "task_code": matter.implementation_code,
        "task_handle_item": matter.handling_item_code,
        "task_state": "1",
        "task_version": version,
        "dept_name": department.map(|d| d.name.as_str()),
        "dept_code": department.and_then(|d| d.uscc.as_deref()),
        "dept_type": department.map(|d| nature_code(d.nature)),
        "entrust_name": matter.delegated_by,
        "anticipate_day": statutory.map(|l| l.n),
        "anticipate_type": statutory.map(unit_code),
        "promise_day": matter.limits.promised.n,
        "promise_type": unit_code(matter.limits.promised),
        "promise_explain": matter.limits.promised.text(),
        "accept_condition": joined(&matter.conditions),
        "handle_flow": matter.flow.iter().filter(|s| s.origin.stands()).map(|s| s.name.as_str()).collect::<Vec<_>>().join("→"),
        "is_fee": if matter.fee.is_some() { "1" } else { "0" },
        "fee_basis": matter.fee_basis,
        "server_type": codes(matter.audiences.iter().map(|a| audience_code(*a)).collect()),
        "project_type": kind_code(matter.case_kind),
        "handle_type": codes(matter.channels.iter().map(|c| channel_code(*c)).collect()),
        "limit_scene_num": matter.visits,
        "limit_scene_explain": matter.visit_reason,
        "special_procedure": special.join(","),
        "transact_addr": places.join("；"),
        "link_way": matter.consult_phone,
        "supervise_way": matter.complaint_phone,
        "limit_explain": matter.quantity_limit,
        "result_name": matter.result_name,
        "is_entry_center": if matter.handled_at.is_empty() { "0" } else { "1" },
        "handle_area": matter.handled_across,
        "is_online": if matter.online_depth.is_available() { "1" } else { "0" },
    });
    // What a zone has not filled stays out, rather than being empty.
    let filled = row.as_object().cloned().unwrap_or_default();
    filled.into_iter().filter(|(_, value)| !value.is_null()).collect()
}

/// A.1.
const fn type_code(kind: MatterType) -> &'static str {
    match kind {
        MatterType::Licence => "01",
        MatterType::Penalty => "02",
        MatterType::Coercion => "03",
        MatterType::Levy => "04",
        MatterType::Payment => "05",
        MatterType::Inspection => "06",
        MatterType::Confirmation => "07",
        MatterType::Reward => "08",
        MatterType::Adjudication => "09",
        MatterType::OtherPower => "10",
        MatterType::PublicService => "20",
    }
}

/// A.2.
const fn level_code(level: ExerciseLevel) -> &'static str {
    match level {
        ExerciseLevel::Nation => "1",
        ExerciseLevel::Province => "2",
        ExerciseLevel::City => "3",
        ExerciseLevel::County => "4",
        ExerciseLevel::Town => "5",
        ExerciseLevel::Village => "6",
        ExerciseLevel::Graded => "7",
    }
}

/// A.3.
const fn nature_code(nature: BodyNature) -> &'static str {
    match nature {
        BodyNature::Statutory => "1",
        BodyNature::Authorised => "2",
        BodyNature::Entrusted => "3",
        BodyNature::Other => "9",
    }
}

/// A.4; sole traders are natural persons there.
const fn audience_code(audience: Audience) -> &'static str {
    match audience {
        Audience::Person | Audience::SoleTrader => "1",
        Audience::Enterprise => "2",
        Audience::Institution => "3",
        Audience::SocialOrganisation => "4",
        Audience::Agency => "5",
        Audience::Organisation => "6",
    }
}

/// A.5.
const fn channel_code(channel: Channel) -> &'static str {
    match channel {
        Channel::Window => "1",
        Channel::Web => "2",
        Channel::Mobile => "3",
        Channel::Courier => "4",
        Channel::Other => "9",
    }
}

/// A.6.
const fn kind_code(kind: CaseKind) -> &'static str {
    match kind {
        CaseKind::Instant => "1",
        CaseKind::Promised => "2",
    }
}

/// A.7.
const fn special_code(kind: SpecialProcedureKind) -> &'static str {
    match kind {
        SpecialProcedureKind::Extension => "1",
        SpecialProcedureKind::Other => "2",
    }
}

/// The column exists, its table was not found: the four cases in words, to be mapped where a province publishes its codes.
const fn power_source(authority: Authority) -> &'static str {
    authority.label()
}

/// The unit in words; the table of its codes was not found either.
const fn unit_code(limit: Limit) -> &'static str {
    match limit.unit {
        LimitUnit::WorkingDay => "工作日",
        LimitUnit::HalfWorkingDay => "半个工作日",
        LimitUnit::NaturalDay => "自然日",
        LimitUnit::Month => "月",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_permit_has_the_columns_of_the_list() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../data/zones/hengyang-gaoxin");
        let read = |file: &str| std::fs::read_to_string(format!("{folder}/{file}")).unwrap();
        let zone: Zone = serde_json::from_str(&read("zone.json")).unwrap();
        let permit: Matter = serde_json::from_str(&read("matters/construction-permit.json")).unwrap();
        let row = row(&permit, 3, &zone);
        for (column, expected) in [
            ("task_type", json!("01")),
            ("use_level", json!("4")),
            ("task_version", json!(3)),
            ("dept_type", json!("1")),
            ("project_type", json!("2")),
            ("handle_type", json!("1,2,3")),
            ("anticipate_day", json!(7)),
            ("anticipate_type", json!("自然日")),
            ("is_entry_center", json!("1")),
            ("is_fee", json!("0")),
        ] {
            assert_eq!(row.get(column), Some(&expected), "{column}");
        }
        for required in
            ["task_name", "by_law", "dept_name", "accept_condition", "handle_flow", "link_way", "supervise_way", "transact_addr"]
        {
            assert!(row.get(required).and_then(Value::as_str).is_some_and(|t| !t.is_empty()), "{required}");
        }
        assert!(!row.contains_key("dept_code"), "what is not known is left out");
    }
}
