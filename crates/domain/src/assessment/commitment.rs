//! Notice and commitment (告知承诺制, 国办发〔2020〕42号): who may use it and for what.

use super::{Chosen, Facts, Plan};
use crate::catalogue::Matter;
use crate::reason::Reason;

/// Why what the applicant wants to commit to can't be committed to.
pub(super) fn check(plan: &Plan, facts: &Facts) -> Chosen {
    let mut chosen = Chosen::default();
    for material in &facts.commit {
        let covering = plan.matters.iter().find(|m| covers(&m.document, material));
        match covering {
            Some(m) if !facts.is_trusted() => {
                let basis = m.document.commitment.as_ref().map_or("", |r| r.basis.as_str());
                chosen.reasons.push(Reason::new("commitment_barred", "目前不适用告知承诺，请按一般程序提供材料或者到窗口咨询", basis));
            }
            Some(_) => {}
            None => {
                chosen.reasons.push(Reason::new("commitment_not_listed", format!("材料「{material}」不能以承诺代替"), "告知承诺事项清单"));
            }
        }
    }
    chosen
}

/// The materials of `matter` that the applicant commits to and may.
pub(super) fn usable(matter: &Matter, facts: &Facts) -> Vec<String> {
    if facts.is_trusted() { facts.commit.iter().filter(|m| covers(matter, m)).cloned().collect() } else { Vec::new() }
}

/// Whether a commitment may replace `material` in `matter`.
pub(super) fn covers(matter: &Matter, material: &str) -> bool {
    matter.commitment.as_ref().is_some_and(|rule| rule.covers.iter().any(|c| c == material))
}

/// Whether these facts have `matter` handled by commitment.
pub(crate) fn chosen(matter: &Matter, facts: &Facts) -> bool {
    !usable(matter, facts).is_empty()
}
