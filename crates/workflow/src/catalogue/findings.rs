//! Everything to be said about a document before it is published: by itself, and beside what stands in the zone's catalogue.

use super::document::read_document;
use chrono::NaiveDate;
use domain::catalogue::{
    BaseCatalogue, Bundle, Catalogue, Finding, Matter, Zone, check_base, check_bundle, check_links, check_matter, check_references,
    check_succession, check_zone,
};
use persistence::catalogue::DocumentKind;
use serde_json::Value;

/// Everything to be said about a document as it would stand in a zone's catalogue on `day`.
#[must_use]
pub fn findings(kind: DocumentKind, document: &str, catalogue: &Catalogue, day: NaiveDate) -> Vec<Finding> {
    let value: Value = serde_json::from_str(document).unwrap_or_default();
    let judged = match kind {
        DocumentKind::Matter => read_document::<Matter>(&value).map(|m| matter_findings(&m, catalogue, day)),
        DocumentKind::Bundle => read_document::<Bundle>(&value).map(|b| bundle_findings(&b, catalogue, day)),
        DocumentKind::Zone => read_document::<Zone>(&value).map(|z| zone_findings(&z, catalogue, day)),
        DocumentKind::Base => read_document::<BaseCatalogue>(&value).map(|b| check_base(&b)),
    };
    judged.unwrap_or_else(|shape| shape)
}

/// A matter must not break a bundle that holds with it, on `day` or on any later day something begins or ends. What is
/// wrong with a bundle already is not this matter's to mend.
fn matter_findings(matter: &Matter, catalogue: &Catalogue, day: NaiveDate) -> Vec<Finding> {
    let mut found = check_matter(matter, &catalogue.zone);
    let earlier = catalogue.matters.get(&matter.code).into_iter().flatten();
    found.extend(check_links(matter, earlier.clone().last().map(|v| v.document.as_ref()), |code| catalogue.will_have(code, day)));
    found.extend(check_succession(earlier.map(|v| &v.document.flow[..]), &matter.flow, "flow"));
    for day in catalogue.turning_days(day) {
        for bundle in catalogue.current_bundles(day).filter(|b| b.document.members.iter().any(|m| m.matter == matter.code)) {
            let there = |code: &str| catalogue.matter(code, day).map(|v| v.document.as_ref());
            let find = |code: &str| if code == matter.code { Some(matter) } else { there(code) };
            let before = check_bundle(&bundle.document, &catalogue.zone, &catalogue.base, there);
            let broken = check_bundle(&bundle.document, &catalogue.zone, &catalogue.base, find);
            let new = broken.into_iter().filter(|f| f.forbids() && !before.contains(f));
            let told = new.map(|f| {
                let text = format!("发布后一件事「{}」将不成立：{}", bundle.document.name, f.text);
                Finding { pointer: String::new(), text, ..f }
            });
            told.for_each(|finding| tell_once(&mut found, finding));
        }
    }
    found
}

/// A bundle must hold on `day` and on every later day something begins or ends.
fn bundle_findings(bundle: &Bundle, catalogue: &Catalogue, day: NaiveDate) -> Vec<Finding> {
    let earlier = catalogue.bundles.get(&bundle.code).into_iter().flatten();
    let mut found = check_succession(earlier.map(|v| v.document.steps.as_slice()), &bundle.steps, "steps");
    for day in catalogue.turning_days(day) {
        let matter = |code: &str| catalogue.matter(code, day).map(|v| v.document.as_ref());
        for finding in check_bundle(bundle, &catalogue.zone, &catalogue.base, matter) {
            tell_once(&mut found, finding);
        }
    }
    found
}

/// What is wrong on several days is told once.
fn tell_once(found: &mut Vec<Finding>, finding: Finding) {
    if !found.contains(&finding) {
        found.push(finding);
    }
}

/// A profile must keep the departments and places that its matters name, and let its bundles stand, on `day` and on every
/// later day something begins or ends.
fn zone_findings(zone: &Zone, catalogue: &Catalogue, day: NaiveDate) -> Vec<Finding> {
    let mut found = check_zone(zone);
    for day in catalogue.turning_days(day) {
        for matter in catalogue.current_matters(day) {
            for finding in check_references(&matter.document, zone) {
                let text = format!("事项「{}」{}", matter.document.name, finding.text);
                tell_once(&mut found, Finding { pointer: String::new(), text, ..finding });
            }
        }
        for bundle in catalogue.current_bundles(day) {
            let matter = |code: &str| catalogue.matter(code, day).map(|v| v.document.as_ref());
            let before = check_bundle(&bundle.document, &catalogue.zone, &catalogue.base, matter);
            let broken = check_bundle(&bundle.document, zone, &catalogue.base, matter);
            for finding in broken.into_iter().filter(|f| f.forbids() && !before.contains(f)) {
                let text = format!("发布后一件事「{}」将不成立：{}", bundle.document.name, finding.text);
                tell_once(&mut found, Finding { pointer: String::new(), text, ..finding });
            }
        }
    }
    found
}
