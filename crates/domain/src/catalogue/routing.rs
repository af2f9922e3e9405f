//! To which windows a matter goes, and which agency may be chosen for it.

use super::{IntermediaryService, Matter, Presence, Zone};
use crate::reason::Reason;

impl Zone {
    /// The windows that take a matter: those it names; else those of a body that sits in the hall (服务前移、成建制进驻, F5)
    /// and, for what the integrated windows do not take, those of its department; else every window of its places.
    #[must_use]
    pub fn windows_of<'a>(&'a self, matter: &'a Matter) -> Vec<&'a str> {
        let named: Vec<&str> = matter.handled_at.iter().flat_map(|at| &at.windows).map(String::as_str).collect();
        if !named.is_empty() {
            return named;
        }
        let own = self.department(&matter.department).filter(|d| d.presence != Presence::Local || !matter.unified);
        let own: Vec<&str> = own.iter().flat_map(|d| &d.windows).map(String::as_str).collect();
        if !own.is_empty() {
            return own;
        }
        let places = matter.handled_at.iter().filter_map(|at| self.place(&at.place));
        places.flat_map(|p| &p.windows).map(String::as_str).collect()
    }

    /// The service that one of these matters may need and for which `agency` may be chosen: any agency where none are
    /// listed, else any that is listed.
    ///
    /// # Errors
    /// Why it may not be chosen (优化营商环境条例 43: 不得为市场主体指定中介服务机构, nor may one be asked for that no law asks for).
    pub fn agency_choice(&self, service: &str, agency: &str, matters: &[&str]) -> Result<&IntermediaryService, Reason> {
        let refused = |code, text: String| Err(Reason::new(code, text, "优化营商环境条例 43"));
        let Some(found) = self.intermediary_services.iter().find(|s| s.code == service) else {
            return refused("service_unknown", format!("中介服务清单中没有「{service}」"));
        };
        if !found.matters.iter().any(|m| matters.contains(&m.as_str())) {
            return refused("service_not_needed", format!("本次申请不需要「{}」", found.name));
        }
        if !found.agencies.is_empty() && !found.agencies.iter().any(|a| a == agency) {
            return refused("agency_not_listed", format!("「{agency}」不在「{}」的机构名单中", found.name));
        }
        Ok(found)
    }
}
