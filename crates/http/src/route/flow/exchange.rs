//! One case as the national exchange wants it: looked at before anything is sent.

use super::case::find;
use crate::AppState;
use crate::extract::{Caller, InZone, Segment, ZonePath, may};
use crate::problem::Problem;
use crate::view::masked;
use actix_web::get;
use actix_web::web::{Data, Json};
use domain::application::{Case, Party, PartyRole};
use domain::assessment::ItemStatus;
use integrations::case_exchange::{CaseRecord, CaseSets, Handed, TakenAs, sets, steps};
use persistence::application::list_clock;
use persistence::certificate;
use persistence::instrument::{self, InstrumentKind};
use persistence::{Tx, evaluation, event};
use uuid::Uuid;
use workflow::{Dossier, Error, ZoneSnapshot};

/// Events looked through at most.
const MOST_EVENTS: i64 = 500;

/// 办件交换数据集（受理、过程、办结、材料、特别程序），个人信息已隐去；附接收方会退回的问题
#[utoipa::path(
    tag = "监督",
    params(ZonePath, ("id" = Uuid, Path, description = "办件标识")),
    responses((status = 200, description = "数据集", body = CaseSets))
)]
#[get("/api/v1/zones/{zone}/cases/{id}/exchange")]
pub(crate) async fn get_case_exchange(
    caller: Caller<may::GetCaseExchange>,
    zone: InZone,
    id: Segment<Uuid>,
    state: Data<AppState>,
) -> Result<Json<CaseSets>, Problem> {
    let (snapshot, scope) = (zone.0.clone(), caller.scope());
    let read = state.db.read(move |tx| {
        let (dossier, case) = find(tx, &snapshot, id.0, &scope)?;
        read_sets(tx, &snapshot, &dossier, &case)
    });
    Ok(Json(read.await?))
}

fn read_sets(tx: &mut Tx<'_>, snapshot: &ZoneSnapshot, dossier: &Dossier, case: &Case) -> Result<CaseSets, Error> {
    let version = case.version(&snapshot.catalogue).ok_or(Error::SubjectNotInForce)?;
    let parties: Vec<Party> = dossier.content.parties.iter().cloned().map(masked::party).collect();
    let party = |role| parties.iter().find(|p| p.role == role);
    let of = case.id.to_string();
    let events = event::list_of(tx, dossier.application.stream(), steps(), MOST_EVENTS)?;
    let happened: Vec<_> = events.iter().filter(|e| e.payload.contains(&of)).map(|e| (e.seq, e.kind, e.occurred_at)).collect();
    let (zone, ids) = (snapshot.zone, (dossier.application.id, case.id));
    let acceptance = instrument::find_of_case(tx, zone, ids, InstrumentKind::Acceptance)?.map(|i| i.number);
    let certificate = certificate::find_of_case(tx, zone, case.id)?.map(|c| c.number);
    let ratings = evaluation::list(tx, zone, dossier.application.id)?;
    let clock = list_clock(tx, zone, case.id)?;
    let handed = handed(snapshot, dossier, case);
    Ok(sets(&CaseRecord {
        case,
        matter: (&version.document, version.number),
        zone: &snapshot.catalogue.zone,
        applicant: party(PartyRole::Applicant),
        legal: party(PartyRole::LegalRepresentative),
        contact: party(PartyRole::Agent),
        filed: (dossier.application.channel, dossier.application.received_at),
        project: (dossier.application.project_code.as_deref(), dossier.application.project_name.as_deref()),
        acceptance_no: acceptance.as_deref(),
        happened: &happened,
        clock: &clock,
        handed: &handed,
        certificate_no: certificate.as_deref(),
        rated: ratings.iter().filter(|r| r.case == case.id).max_by_key(|r| r.rated_at).map(|r| r.rating.level),
    }))
}

/// What was handed in of what this case asks for, and how.
fn handed(snapshot: &ZoneSnapshot, dossier: &Dossier, case: &Case) -> Vec<Handed> {
    let items = dossier.assess(snapshot).map(|a| a.items).unwrap_or_default();
    let way = |material: &str, status: ItemStatus| {
        if dossier.content.paper.iter().any(|p| p.material == material) {
            return Some((TakenAs::Paper, dossier.content.paper.iter().filter(|p| p.material == material).map(|p| p.count).sum()));
        }
        let files = dossier.materials.iter().filter(|m| m.code == material).count();
        match status {
            _ if files > 0 => Some((TakenAs::Upload, u32::try_from(files).unwrap_or(u32::MAX))),
            ItemStatus::Deferred => Some((TakenAs::Deferred, 1)),
            ItemStatus::Shared => Some((TakenAs::Licence, 1)),
            _ => None,
        }
    };
    let asked: Vec<&str> = case
        .version(&snapshot.catalogue)
        .into_iter()
        .flat_map(|v| &v.document.requirements)
        .flat_map(|r| &r.choices)
        .map(|c| c.material.as_str())
        .collect();
    let place = |material: &str| asked.iter().position(|code| *code == material).unwrap_or(asked.len());
    let own = items.iter().filter(|i| i.needed_by.contains(&case.matter));
    own.filter_map(|i| {
        way(&i.material, i.status).map(|(way, count)| Handed { place: place(&i.material), name: i.name.clone(), way, count })
    })
    .collect()
}
