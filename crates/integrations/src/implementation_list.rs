//! One row of the national implementation list (实施清单, `up_task_general_basic`) with its materials (`ml_matter_file`) and
//! charges: the only place that knows its column names and numeric codes (GB/T 39046 annex A).

use chrono::NaiveDate;
use domain::calendar::{HallHours, Limit, LimitUnit};
use domain::catalogue::{
    Attachment, Audience, Authority, BodyNature, CaseKind, Channel, Convenience, ExerciseLevel, MaterialClass, MaterialFormat,
    MaterialKind, MaterialSource, Matter, MatterType, OnlineDepth, Requirement, RequirementChoice, ResultType, SpecialProcedureKind, Zone,
};
use serde_json::{Map, Value, json};

/// The row of a matter's version as of `day`, with its materials and charges as rows of their own.
#[must_use]
pub fn row(matter: &Matter, version: u32, zone: &Zone, day: NaiveDate) -> Map<String, Value> {
    let mut row = filled(elements(matter, version, zone));
    row.extend(filled(service(matter, zone, day)));
    row.extend(filled(json!({"materials": materials(matter), "charges": charges(matter)})));
    row
}

/// What it is, who exercises it, by which law and within which limits.
fn elements(matter: &Matter, version: u32, zone: &Zone) -> Value {
    let department = zone.department(&matter.department);
    let statutory = matter.limits.statutory;
    let special: Vec<&str> = matter.special_procedures.iter().map(|p| special_code(p.kind)).collect();
    let steps: Vec<&str> = matter.flow.iter().filter(|s| s.origin.stands()).map(|s| s.name.as_str()).collect();
    json!({
        "task_name": matter.name,
        "catalog_code": matter.catalog_code,
        "local_catalog_code": matter.local_catalog_code,
        "local_task_code": matter.local_implementation_code,
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
        "anticipate_explain": matter.limits.statutory_note,
        "promise_day": matter.limits.promised.n,
        "promise_type": unit_code(matter.limits.promised),
        "promise_explain": matter.limits.promised_note.clone().unwrap_or_else(|| matter.limits.promised.text()),
        "accept_condition": matter.conditions.join("；"),
        "handle_flow": steps.join("→"),
        "limit_explain": matter.quantity_limit,
        "special_procedure": special.join(","),
        "right_enjoy_by_law": matter.rights_text(),
        "duty_perform_by_law": matter.duties_text(),
    })
}

/// Whom it serves, where, when and how.
fn service(matter: &Matter, zone: &Zone, day: NaiveDate) -> Value {
    let codes = |codes: Vec<&'static str>| codes.join(",");
    let places: Vec<&str> = matter.handled_at.iter().filter_map(|at| Some(zone.place(&at.place)?.name.as_str())).collect();
    let access = matter.online_access.as_ref();
    let offers = |convenience| flag(matter.conveniences.contains(&convenience));
    let people = |a: &Audience| matches!(a, Audience::Person | Audience::SoleTrader);
    let topics = |serves: bool| (serves && !matter.topics.is_empty()).then(|| matter.topics.join("；"));
    json!({
        "is_fee": flag(matter.fee.is_some()),
        "fee_basis": matter.fee_basis,
        "server_type": codes(matter.audiences.iter().map(|a| audience_code(*a)).collect()),
        "project_type": kind_code(matter.case_kind),
        "handle_type": codes(matter.channels.iter().map(|c| channel_code(*c)).collect()),
        "limit_scene_num": matter.visits,
        "limit_scene_explain": matter.visit_reason,
        "transact_addr": places.join("；"),
        "transact_time": matter.service_hours.clone().or_else(|| HallHours::text(&zone.hours, day)),
        "link_way": matter.consult_phone,
        "supervise_way": matter.complaint_phone,
        "result_type": result_code(matter.result_type),
        "result_name": matter.result_name,
        "result_guid": matter.result_sample.as_ref().map(address),
        "user_topic_type": topics(matter.audiences.iter().any(people)),
        "corp_topic_type": topics(!matter.audiences.iter().all(people)),
        "is_schedule": offers(Convenience::Appointment),
        "is_pay_online": offers(Convenience::OnlinePayment),
        "is_express": offers(Convenience::Courier),
        "is_service_terminals": offers(Convenience::Terminal),
        "is_entry_center": flag(!matter.handled_at.is_empty()),
        "is_handle": flag(matter.handled_across.is_some()),
        "handle_area": matter.handled_across,
        "is_online": flag(matter.online_depth.is_available()),
        "online_handle_depth": depth_code(matter.online_depth),
        "online_handle_url": access.and_then(|a| a.web.as_deref()),
        "link_addr": access.and_then(|a| a.web.as_deref()),
        "mobile_terminal_url": access.and_then(|a| a.mobile.as_deref()),
        "is_single_login": access.map(|a| flag(a.single_login && a.web.is_some())),
        "app_is_single_login": access.map(|a| flag(a.single_login && a.mobile.is_some())),
    })
}

/// The columns that have a value: what a zone has not filled stays out, rather than being empty.
fn filled(row: Value) -> Map<String, Value> {
    let Value::Object(row) = row else { return Map::new() };
    row.into_iter().filter(|(_, value)| !value.is_null()).collect()
}

fn materials(matter: &Matter) -> Vec<Map<String, Value>> {
    let each = matter.requirements.iter().flat_map(|r| r.choices.iter().map(move |c| (r, c)));
    each.enumerate().map(|(i, (requirement, choice))| material(i + 1, requirement, choice)).collect()
}

fn material(order: usize, requirement: &Requirement, choice: &RequirementChoice) -> Map<String, Value> {
    filled(json!({
        "order_num": order,
        "material_name": choice.name,
        "material_type": match choice.kind {
            MaterialKind::Certificate => "1",
            MaterialKind::Form => "2",
            MaterialKind::Other => "3",
        },
        "material_format": match choice.format {
            MaterialFormat::Paper => "1",
            MaterialFormat::Electronic => "2",
            MaterialFormat::Either => "3",
        },
        "is_need": match requirement.class {
            MaterialClass::Primary => "1",
            MaterialClass::Optional => "2",
            MaterialClass::Deferrable => "3",
        },
        "source_type": match choice.source {
            MaterialSource::Applicant => "10",
            MaterialSource::ELicence | MaterialSource::DataShare | MaterialSource::Sibling => "20",
        },
        "form_guid": choice.blank_form.as_ref().map(address),
        "example_guid": choice.sample.as_ref().map(address),
        "page_num": choice.pages,
        "page_format": choice.paper_size,
        "fill_explain": choice.filling,
        "accept_stand": choice.standard,
        "by_law": requirement.basis,
        "handle_case": requirement.in_cases,
        "is_self": flag(choice.in_person),
        "original_num": choice.originals,
        "copy_num": choice.copies,
    }))
}

fn charges(matter: &Matter) -> Vec<Map<String, Value>> {
    let row = |c: &domain::catalogue::Charge| {
        let reduced = flag(c.reduction.is_some());
        filled(json!({"fee_name": c.name, "fee_stand": c.standard, "by_law": c.basis, "is_desc": reduced}))
    };
    matter.charges.iter().map(row).collect()
}

fn address(attachment: &Attachment) -> &str {
    &attachment.address
}

const fn flag(yes: bool) -> &'static str {
    if yes { "1" } else { "0" }
}

/// The columns exist, their tables were not found: the words, to be mapped where a province publishes its codes.
const fn result_code(kind: ResultType) -> &'static str {
    kind.label()
}

/// As above.
const fn depth_code(depth: OnlineDepth) -> &'static str {
    depth.label()
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
        let row = row(&permit, 3, &zone, NaiveDate::from_ymd_opt(2024, 9, 27).unwrap());
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
        for required in [
            "task_name",
            "by_law",
            "transact_time",
            "result_type",
            "dept_name",
            "accept_condition",
            "handle_flow",
            "link_way",
            "supervise_way",
            "transact_addr",
        ] {
            assert!(row.get(required).and_then(Value::as_str).is_some_and(|t| !t.is_empty()), "{required}");
        }
        assert!(!row.contains_key("dept_code"), "what is not known is left out");
        let asked: usize = permit.requirements.iter().map(|r| r.choices.len()).sum();
        let materials = row["materials"].as_array().unwrap();
        assert_eq!(materials.len(), asked);
        for column in ["material_name", "material_type", "material_format", "is_need", "source_type", "by_law"] {
            assert!(materials.iter().all(|m| m[column].as_str().is_some_and(|t| !t.is_empty())), "{column}");
        }
        assert_eq!(row["charges"], json!([]));
    }
}
