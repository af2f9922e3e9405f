//! A zone's profile.

use super::{Finding, duplicates, is_slug};
use crate::catalogue::Zone;
use crate::identity::CreditCode;

/// Checks a zone's profile.
#[must_use]
pub fn check_zone(zone: &Zone) -> Vec<Finding> {
    let mut found = Vec::new();
    if !is_slug(&zone.slug) {
        found.push(Finding::error("/slug", "wrong_format", "园区标识只能由小写字母、数字和连字符组成"));
    }
    if zone.area_code.len() != 6 || !zone.area_code.bytes().all(|b| b.is_ascii_digit()) {
        found.push(Finding::error("/area_code", "wrong_format", "行政区划代码应为6位数字"));
    }
    for (i, hours) in zone.hours.iter().enumerate() {
        let ordered = hours.sessions.iter().all(|s| s.opens < s.closes)
            && hours.sessions.windows(2).all(|w| matches!(w, [a, b] if a.closes <= b.opens));
        if hours.sessions.is_empty() || !ordered {
            found.push(Finding::error(format!("/hours/{i}/sessions"), "wrong_order", "办公时间应按先后排列且互不重叠"));
        }
    }
    if !(1..=100).contains(&zone.settings.warning_share_percent) {
        found.push(Finding::error("/settings/warning_share_percent", "out_of_range", "预警比例应为1至100"));
    }
    if zone.hours.is_empty() {
        found.push(Finding::error("/hours", "missing", "至少要有一组办公时间"));
    }
    found.extend(duplicates(zone.departments.iter().map(|d| d.code.as_str()), "/departments", "部门代码重复"));
    found.extend(duplicates(zone.places.iter().map(|p| p.code.as_str()), "/places", "场所代码重复"));
    found.extend(duplicates(zone.intermediary_services.iter().map(|s| s.code.as_str()), "/intermediary_services", "中介服务代码重复"));
    for (i, department) in zone.departments.iter().enumerate() {
        let placed = |w: &String| zone.places.iter().any(|p| p.windows.contains(w));
        for (j, window) in department.windows.iter().enumerate().filter(|(_, w)| !placed(w)) {
            found.push(Finding::error(format!("/departments/{i}/windows/{j}"), "unknown", format!("没有场所设有窗口「{window}」")));
        }
        if department.uscc.as_deref().is_some_and(|code| CreditCode::parse(code).is_err()) {
            found.push(Finding::error(format!("/departments/{i}/uscc"), "check_digit", "统一社会信用代码校验不通过"));
        }
    }
    if zone.uscc.as_deref().is_some_and(|code| CreditCode::parse(code).is_err()) {
        found.push(Finding::error("/uscc", "check_digit", "统一社会信用代码校验不通过"));
    }
    for (i, assessment) in zone.area_assessments.iter().enumerate() {
        if assessment.valid_to < assessment.valid_from {
            found.push(Finding::error(format!("/area_assessments/{i}/valid_to"), "wrong_order", "有效期止不能早于有效期起"));
        }
    }
    found.extend(duplicates(zone.data_sources.iter().map(|s| s.code.as_str()), "/data_sources", "数据源代码重复"));
    for (i, source) in zone.data_sources.iter().enumerate() {
        if source.approval.trim().is_empty() || source.grants.iter().any(|g| g.fields.is_empty()) {
            let text = "数据源应有批准文件，每份材料应列明可以共享的字段（在线政务服务若干规定 7）";
            found.push(Finding::error(format!("/data_sources/{i}"), "missing", text));
        }
    }
    for (i, service) in zone.intermediary_services.iter().enumerate() {
        if service.basis.trim().is_empty() {
            let text = "中介服务应有法律、行政法规依据（优化营商环境条例 43）";
            found.push(Finding::error(format!("/intermediary_services/{i}/basis"), "missing", text));
        }
    }
    found
}
