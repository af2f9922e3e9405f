//! To which windows a matter goes, and which agency may be chosen for it.

use super::{IntermediaryService, Matter, Place, Presence, Zone};
use crate::reason::Reason;

impl Zone {
    /// Where a matter is handled, and the windows there that take it: those it names; else those of a body that sits in the
    /// hall (服务前移、成建制进驻, F5) or, for what the integrated windows do not take, of its department; else the integrated
    /// windows, which are those of no department.
    pub fn windows_of<'a>(&'a self, matter: &'a Matter) -> impl Iterator<Item = (&'a Place, Vec<&'a str>)> {
        let department = self.department(&matter.department);
        let sits = department.is_some_and(|d| d.presence != Presence::Local);
        matter.handled_at.iter().filter_map(move |at| {
            let place = self.place(&at.place)?;
            if !at.windows.is_empty() {
                return Some((place, at.windows.iter().map(String::as_str).collect()));
            }
            let here =
                |wanted: &dyn Fn(&String) -> bool| place.windows.iter().filter(|w| wanted(w)).map(String::as_str).collect::<Vec<_>>();
            let own = here(&|w| department.is_some_and(|d| d.windows.contains(w)));
            if !own.is_empty() && (sits || !matter.unified) {
                return Some((place, own));
            }
            let integrated = here(&|w| self.departments.iter().all(|d| !d.windows.contains(w)));
            Some((place, if matter.unified { integrated } else { Vec::new() }))
        })
    }

    /// The names of those windows, each once.
    #[must_use]
    pub fn window_names<'a>(&'a self, matter: &'a Matter) -> Vec<&'a str> {
        let mut names = Vec::new();
        for name in self.windows_of(matter).flat_map(|(_, windows)| windows) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
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
        if agency.is_empty() || !found.agencies.is_empty() && !found.agencies.iter().any(|a| a == agency) {
            return refused("agency_not_listed", format!("「{agency}」不在「{}」的机构名单中", found.name));
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::HandledAt;

    fn shipped() -> (Zone, Matter) {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../data/zones/hengyang-gaoxin");
        let read = |file: &str| std::fs::read_to_string(format!("{folder}/{file}")).unwrap();
        (serde_json::from_str(&read("zone.json")).unwrap(), serde_json::from_str(&read("matters/road-occupation.json")).unwrap())
    }

    #[test]
    fn each_matter_goes_to_the_windows_that_take_it() {
        let (zone, matter) = shipped();
        let at = |place: &str, windows: &[&str]| HandledAt {
            place: place.to_owned(),
            windows: windows.iter().map(|w| (*w).to_owned()).collect(),
            since: None,
        };
        let of = |department: &str, unified: bool, places: Vec<HandledAt>| {
            let matter = Matter { department: department.to_owned(), unified, handled_at: places.into(), ..matter.clone() };
            zone.window_names(&matter).into_iter().map(str::to_owned).collect::<Vec<_>>()
        };
        let hall = || vec![at("hall", &[])];
        assert_eq!(of("FIRE", true, hall()), ["消防窗口"], "a body of the city that sits in the hall (F5)");
        assert_eq!(of("TAX", true, hall()), ["税务窗口"], "one that sits there as a whole");
        assert_eq!(of("HUC", false, hall()), ["工程建设窗口"], "what the integrated windows do not take");
        assert_eq!(of("URB", false, hall()), Vec::<String>::new(), "nothing is known rather than the wrong ones");
        let integrated = of("URB", true, hall());
        assert!(integrated.iter().any(|w| w == "综合受理窗口") && !integrated.iter().any(|w| w == "税务窗口" || w == "统一出件窗口"));
        assert_eq!(
            of("HUC", true, vec![at("hall", &["综合受理窗口3"]), at("station", &[])]),
            ["综合受理窗口3", "驿站综合窗口"],
            "place by place"
        );
    }
}
