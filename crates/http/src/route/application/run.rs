//! How a whole has run, and what withdrawing a part of it would do.

use crate::AppState;
use crate::etag::{Caching, tagged};
use crate::extract::{Caller, InZone, Params, Segment, ZonePath, may};
use crate::problem::{ErrorCode, Problem};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use domain::application::{Case, CaseState, Run, run};
use domain::assessment::schedule_of;
use domain::flow::{Clock, Command, forbidden};
use persistence::application::list_clocks;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;
use workflow::{Dossier, Error, ZoneSnapshot};

/// 一件事办理进程：计划与实际关键路径、压缩时限
#[utoipa::path(tag = "申报", params(ZonePath, ("id" = Uuid, Path, description = "申请标识")), responses((status = 200, description = "办理进程", body = Run)))]
#[get("/api/v1/zones/{zone}/applications/{id}/run")]
pub(crate) async fn get_application_run(
    caller: Caller<may::GetRun>,
    zone: InZone,
    id: Segment<Uuid>,
    state: Data<AppState>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (snapshot, scope) = (zone.0.clone(), caller.scope());
    let read = state.db.read(move |tx| {
        let dossier = Dossier::read(tx, &snapshot, id.0, &scope)?;
        let decided: Vec<Uuid> = dossier.cases.iter().filter(|c| c.state == CaseState::Decided).map(|c| c.id).collect();
        let ledgers = list_clocks(tx, snapshot.zone, &decided)?;
        Ok::<_, Error>((dossier, ledgers))
    });
    let (dossier, ledgers) = read.await?;
    let plan = dossier.plan(&zone).ok_or_else(|| Problem::new(ErrorCode::SubjectNotInForce))?;
    let used: BTreeMap<Uuid, u32> = dossier
        .cases
        .iter()
        .filter_map(|case| {
            let clock = Clock { entries: ledgers.get(&case.id)?, calendar: &zone.calendar, hours: &zone.catalogue.zone.hours };
            Some((case.id, clock.used(case.promised.limit, case.decided_at?)?))
        })
        .collect();
    let view = run(&dossier.cases, &plan.edges, schedule_of(&plan, &dossier.facts()), &used, &zone.calendar);
    Ok(tagged(&request, &view, Some(dossier.application.version), Caching::Private))
}

/// Which cases are to be withdrawn.
#[derive(Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct EffectQuery {
    /// 拟撤回的办件，逗号分隔；不填为全部
    #[validate(length(min = 1, max = 4000, message = "最多100个办件"))]
    cases: Option<String>,
}

/// What would become of one case.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AffectedCase {
    /// The case.
    case: Uuid,
    /// Code of its matter.
    #[schema(example = "works-planning-permit")]
    matter: String,
    /// Name of its matter.
    #[schema(example = "建设工程规划许可证核发")]
    matter_name: String,
}

/// What withdrawing some cases would do; nothing has been done.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WithdrawalEffect {
    /// They end at once.
    ends: Vec<AffectedCase>,
    /// They end once their department has confirmed.
    awaits_confirmation: Vec<AffectedCase>,
    /// They have not begun and end too: to be named in `stops` when withdrawing.
    stops: Vec<AffectedCase>,
    /// They go on but can't be granted any more.
    blocks: Vec<AffectedCase>,
    /// They go on as before.
    goes_on: Vec<AffectedCase>,
    /// The same in a sentence.
    #[schema(example = "撤回2个事项后，另有1个事项将终止，1个事项不受影响。")]
    text: String,
}

/// 撤回部分事项的影响（只读）
#[utoipa::path(tag = "申报", params(ZonePath, ("id" = Uuid, Path, description = "申请标识"), EffectQuery), responses((status = 200, description = "影响", body = WithdrawalEffect)))]
#[get("/api/v1/zones/{zone}/applications/{id}/withdrawal-effect")]
pub(crate) async fn get_withdrawal_effect(
    caller: Caller<may::GetWithdrawalEffect>,
    zone: InZone,
    id: Segment<Uuid>,
    query: Params<EffectQuery>,
    state: Data<AppState>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (snapshot, acting) = (zone.0.clone(), caller.acting());
    let dossier = state.db.read(move |tx| Dossier::read_for(tx, &snapshot, id.0, &acting)).await?;
    let may = |c: &&Case| forbidden(c, Command::Withdraw).is_none();
    let named: Vec<Uuid> = match &query.0.cases {
        None => dossier.cases.iter().filter(may).map(|c| c.id).collect(),
        Some(list) => list.split(',').map(|id| known(&dossier, id)).collect::<Result<_, _>>()?,
    };
    let view = WithdrawalEffect::of(&dossier, &zone, &named);
    Ok(tagged(&request, &view, Some(dossier.application.version), Caching::Private))
}

fn known(dossier: &Dossier, id: &str) -> Result<Uuid, Problem> {
    let wanted: Option<Uuid> = id.trim().parse().ok();
    let found = dossier.cases.iter().find(|c| Some(c.id) == wanted);
    let case = found.ok_or_else(|| Problem::at(ErrorCode::InvalidQuery, "/cases", "case_unknown", "本申请没有这个办件"))?;
    match forbidden(case, Command::Withdraw) {
        Some(reason) => Err(Problem::at(ErrorCode::InvalidQuery, "/cases", &reason.code, &reason.text)),
        None => Ok(case.id),
    }
}

impl WithdrawalEffect {
    fn of(dossier: &Dossier, zone: &ZoneSnapshot, ending: &[Uuid]) -> Self {
        let effect = dossier.effect_of_ending(zone, ending);
        let shown = |case: &Case| AffectedCase {
            case: case.id,
            matter: case.matter.clone(),
            matter_name: case.matter_name(&zone.catalogue).to_owned(),
        };
        let pick = |which: &dyn Fn(&Case) -> bool| dossier.cases.iter().filter(|c| which(c)).map(shown).collect::<Vec<_>>();
        let ending_now = |c: &Case| ending.contains(&c.id) && c.state != CaseState::Accepted;
        let confirmed = |c: &Case| ending.contains(&c.id) && c.state == CaseState::Accepted;
        let stops = |c: &Case| effect.stops.contains(&c.id) && !ending.contains(&c.id);
        let blocks = |c: &Case| effect.blocks.contains(&c.id) && !ending.contains(&c.id);
        let goes_on = |c: &Case| !ending.contains(&c.id) && !stops(c) && !blocks(c) && !c.is_over();
        let (stops, blocks, goes_on) = (pick(&stops), pick(&blocks), pick(&goes_on));
        let text = format!(
            "撤回{}个事项后，另有{}个事项将终止，{}个事项不能再准予，{}个事项不受影响。",
            ending.len(),
            stops.len(),
            blocks.len(),
            goes_on.len()
        );
        Self { ends: pick(&ending_now), awaits_confirmation: pick(&confirmed), stops, blocks, goes_on, text }
    }
}
