//! Figures about a catalogue (目录指标), each from the documents alone.

use super::{Authority, LimitStart, Matter, MatterType, OnlineDepth, Presence, Zone};
use crate::calendar::LimitUnit;
use crate::figure::{average, percent, reduction_percent};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Figures of one day. Shares are per cent with two decimals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Figures {
    /// Matters in force.
    pub matters: u64,
    /// Of them handled on application (依申请).
    pub on_application: u64,
    /// Of those handled in some hall (进驻).
    pub entered: u64,
    /// 进驻率.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "100.00")]
    pub entry_percent: Option<String>,
    /// Handled by a body that sits in the hall (前移事项).
    pub front_moved: u64,
    /// Handed to the zone (赋权、委托).
    pub delegated: u64,
    /// That can be applied for online.
    pub online: u64,
    /// 网办率.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "85.60")]
    pub online_percent: Option<String>,
    /// That can be done online as a whole (全程网办).
    pub wholly_online: u64,
    /// Materials asked of applicants in all.
    pub materials: u64,
    /// 平均申报材料, one decimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "5.1")]
    pub average_materials: Option<String>,
    /// Visits promised in all.
    pub visits: u64,
    /// Sums of limits by unit and start, of matters that have a statutory one.
    pub limits: Vec<LimitSum>,
    /// 时限压缩率, of the limits in working days.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "55.00")]
    pub limit_reduction_percent: Option<String>,
    /// That allow deferred materials (容缺).
    pub deferral: u64,
    /// Of them licences (行政许可): the list zones publish.
    pub deferral_licences: u64,
    /// That allow a commitment (告知承诺).
    pub commitment: u64,
    /// Of them licences.
    pub commitment_licences: u64,
    /// Standing steps in all.
    pub steps: u64,
}

/// Limits of one unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LimitSum {
    /// Unit.
    pub unit: LimitUnit,
    /// What starts them.
    pub starts: LimitStart,
    /// Matters.
    pub matters: u64,
    /// Statutory in all.
    pub statutory: u64,
    /// Promised in all.
    pub promised: u64,
    /// By how many per cent the promise is shorter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reduction_percent: Option<String>,
}

/// What went down between two days, per cent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Reduction {
    /// 材料, by the averages to one decimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "42.70")]
    pub materials_percent: Option<String>,
    /// 跑动次数.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "76.00")]
    pub visits_percent: Option<String>,
    /// 环节.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "42.86")]
    pub steps_percent: Option<String>,
}

impl Figures {
    /// The figures of these matters.
    pub fn of<'a>(matters: impl Iterator<Item = &'a Matter>, zone: &Zone) -> Self {
        let mut f = Self {
            matters: 0,
            on_application: 0,
            entered: 0,
            entry_percent: None,
            front_moved: 0,
            delegated: 0,
            online: 0,
            online_percent: None,
            wholly_online: 0,
            materials: 0,
            average_materials: None,
            visits: 0,
            limits: Vec::new(),
            limit_reduction_percent: None,
            deferral: 0,
            deferral_licences: 0,
            commitment: 0,
            commitment_licences: 0,
            steps: 0,
        };
        let mut sums: BTreeMap<(LimitUnit, LimitStart), (u64, u64, u64)> = BTreeMap::new();
        for m in matters {
            let one = u64::from;
            f.matters += 1;
            f.on_application += one(m.on_application);
            f.entered += one(m.on_application && !m.handled_at.is_empty());
            let moved = zone.department(&m.department).is_some_and(|d| d.presence == Presence::FrontMoved);
            f.front_moved += one(m.authority == Authority::FrontMoved || moved);
            f.delegated += one(matches!(m.authority, Authority::Devolved | Authority::Entrusted));
            f.online += one(m.online_depth.is_available());
            f.wholly_online += one(m.online_depth == OnlineDepth::Whole);
            f.materials += m.asked_materials() as u64;
            f.visits += u64::from(m.visits);
            f.deferral += one(m.deferral.is_some());
            f.commitment += one(m.commitment.is_some());
            let licence = m.matter_type == MatterType::Licence;
            f.deferral_licences += one(licence && m.deferral.is_some());
            f.commitment_licences += one(licence && m.commitment.is_some());
            f.steps += m.flow.iter().filter(|s| s.origin.stands()).count() as u64;
            if let Some(statutory) = m.limits.statutory.filter(|s| s.unit == m.limits.promised.unit) {
                let sum = sums.entry((statutory.unit, m.limits.starts)).or_default();
                *sum = (sum.0 + 1, sum.1 + u64::from(statutory.n), sum.2 + u64::from(m.limits.promised.n));
            }
        }
        f.entry_percent = percent(f.entered, f.on_application);
        f.online_percent = percent(f.online, f.matters);
        f.average_materials = average(f.materials, f.matters);
        let in_days: Vec<_> = sums.iter().filter(|((unit, _), _)| *unit == LimitUnit::WorkingDay).map(|(_, s)| *s).collect();
        f.limit_reduction_percent = reduction_percent(in_days.iter().map(|s| s.1).sum(), in_days.iter().map(|s| s.2).sum());
        let line = |((unit, starts), (matters, statutory, promised))| LimitSum {
            unit,
            starts,
            matters,
            statutory,
            promised,
            reduction_percent: reduction_percent(statutory, promised),
        };
        f.limits = sums.into_iter().map(line).collect();
        f
    }

    /// What went down since `before`. The share of materials is taken of the averages as they are published.
    #[must_use]
    pub fn reduction_since(&self, before: &Self) -> Reduction {
        let tenths = |f: &Self| f.average_materials.as_ref().and_then(|a| a.replace('.', "").parse().ok()).unwrap_or(0);
        Reduction {
            materials_percent: reduction_percent(tenths(before), tenths(self)),
            visits_percent: reduction_percent(before.visits, self.visits),
            steps_percent: reduction_percent(before.steps, self.steps),
        }
    }
}
