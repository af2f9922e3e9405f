//! Cases handled in outside systems: what is to be entered there, and what they tell.

use crate::AppState;
use crate::extract::{Anyone, InZone, Segment, Target, Valid, ZonePath, may, read_json};
use crate::perform::perform_on;
use crate::problem::{ErrorCode, Problem};
use crate::route::flow::constant_time_eq;
use crate::view::case::CaseView;
use actix_web::web::{Bytes, Data, Json};
use actix_web::{HttpRequest, HttpResponse, get, post};
use chrono::{DateTime, Utc};
use domain::application::Party;
use persistence::application::find_application_of;
use persistence::callback::{self, CallbackEvent, CallbackOutcome};
use persistence::clock::real_now;
use persistence::seal::signed;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;
use workflow::Error;
use workflow::application::{Acting, ToldOutside, Work, follow_outside, mirror_case as mirror, note_entry_sheet};

/// What is to be entered in the outside system: plain, and read on record.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EntrySheet {
    /// The case here; the outside system sends it back.
    case: Uuid,
    /// 申办流水号.
    #[serde(skip_serializing_if = "Option::is_none")]
    submission_no: Option<String>,
    /// Code of the matter.
    #[schema(example = "company-registration")]
    matter: String,
    /// 基本编码.
    #[serde(skip_serializing_if = "Option::is_none")]
    catalog_code: Option<String>,
    /// 实施编码.
    #[serde(skip_serializing_if = "Option::is_none")]
    implementation_code: Option<String>,
    /// Name of the matter.
    matter_name: String,
    /// Parties.
    parties: Vec<Party>,
    /// Form by data element.
    #[schema(value_type = Object)]
    form: Map<String, Value>,
    /// Codes of the materials handed in.
    materials: Vec<String>,
}

/// 外部系统录入单（含个人信息，查看留痕）
#[utoipa::path(tag = "审批", params(ZonePath, ("id" = Uuid, Path, description = "办件标识")), responses((status = 200, description = "录入单", body = EntrySheet)))]
#[get("/api/v1/zones/{zone}/cases/{id}/entry-sheet")]
pub(crate) async fn get_entry_sheet(on: Target<may::GetEntrySheet>) -> Result<Json<EntrySheet>, Problem> {
    let (zone, id) = (on.zone.zone, on.id);
    let found = on.state.db.read(move |tx| Ok::<_, Error>(find_application_of(tx, zone, id)?)).await?;
    let application = found.ok_or_else(|| Problem::new(ErrorCode::NotFound))?;
    // Every look is noted, whatever key it carries.
    let look = move |work: &mut Work<'_, '_>| note_entry_sheet(work, id);
    let done = perform_on(&on.state, on.zone.0.clone(), on.caller.acting(), application, None, look).await?;
    let dossier = done.dossier;
    let case = dossier.cases.iter().find(|c| c.id == id).ok_or_else(|| Problem::new(ErrorCode::NotFound))?;
    let matter = case.version(&on.zone.catalogue).ok_or_else(|| Problem::new(ErrorCode::SubjectNotInForce))?;
    Ok(Json(EntrySheet {
        case: id,
        submission_no: dossier.application.submission_no.clone(),
        matter: case.matter.clone(),
        catalog_code: matter.document.catalog_code.clone(),
        implementation_code: matter.document.implementation_code.clone(),
        matter_name: matter.document.name.clone(),
        parties: dossier.content.parties.clone(),
        form: dossier.content.form.clone(),
        materials: dossier.materials.iter().map(|m| m.code.clone()).collect(),
    }))
}

/// Where it was entered.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MirrorCase {
    /// Code of the system.
    #[validate(length(min = 1, max = 50, message = "应为1至50个字符"))]
    #[schema(example = "firm-registration")]
    system: String,
    /// Its number there.
    #[validate(length(min = 1, max = 100, message = "应为1至100个字符"))]
    #[schema(example = "GS20240927001")]
    external_ref: String,
}

/// 登记由外部系统办理（此后状态由该系统回传）
#[utoipa::path(
    tag = "审批",
    params(ZonePath, ("id" = Uuid, Path, description = "办件标识"), ("Idempotency-Key" = Option<String>, Header, description = "幂等键")),
    request_body = MirrorCase,
    responses((status = 200, description = "办件", body = CaseView))
)]
#[post("/api/v1/zones/{zone}/cases/{id}/mirror")]
pub(crate) async fn mirror_case(on: Target<may::MirrorCase>, body: Valid<MirrorCase>) -> Result<HttpResponse, Problem> {
    let MirrorCase { system, external_ref } = body.value;
    on.case(body.digest, move |work, id| mirror(work, id, system, external_ref)).await
}

/// What an outside system tells.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Callback {
    /// Its own identity of the event: told again, nothing is done again.
    #[validate(length(min = 1, max = 100, message = "应为1至100个字符"))]
    #[schema(example = "EV-1")]
    event_id: String,
    /// The case here, from the entry sheet.
    case: Uuid,
    /// State as exchange systems number it (办件状态 1–16).
    #[validate(range(min = 1, max = 16, message = "应为1至16"))]
    #[schema(example = 8)]
    state: u8,
    /// Opinion, result or reason in words.
    #[serde(default)]
    #[validate(length(max = 1000, message = "最多1000个字"))]
    text: String,
    /// The rule a refusal rests on.
    #[validate(length(max = 200, message = "最多200个字"))]
    basis: Option<String>,
}

/// What came of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CallbackAnswer {
    /// What came of it.
    outcome: CallbackOutcome,
    /// It had been told before; nothing was done now.
    repeated: bool,
}

/// How far the clocks of two systems may lie apart, seconds (integrations: ±5 min).
const CLOCKS_APART: i64 = 300;

/// 外部系统回传办件状态（HMAC-SHA256签名：时间戳、随机数、正文SHA-256，各占一行）
#[utoipa::path(
    tag = "对接",
    params(
        ZonePath,
        ("system" = String, Path, description = "系统代码"),
        ("Callback-Timestamp" = String, Header, description = "RFC 3339时间，误差不超过5分钟"),
        ("Callback-Nonce" = String, Header, description = "一次性随机数"),
        ("Callback-Signature" = String, Header, description = "十六进制签名")
    ),
    request_body = Callback,
    responses((status = 200, description = "处理结果", body = CallbackAnswer))
)]
#[post("/api/v1/zones/{zone}/callbacks/{system}")]
pub(crate) async fn receive_callback(
    _: Anyone<may::ReceiveCallback>,
    zone: InZone,
    system: Segment<String>,
    body: Bytes,
    state: Data<AppState>,
    request: HttpRequest,
) -> Result<Json<CallbackAnswer>, Problem> {
    let nonce = authentic(&request, &body, &state, zone.zone, &system.0)?;
    let Callback { event_id, case, state: number, text, basis } = read_json(&body)?;
    let (at, known) = (zone.zone, (system.0.clone(), event_id.clone()));
    let before = state.db.read(move |tx| callback::find(tx, at, &known.0, &known.1)).await?;
    if let Some(outcome) = before {
        return Ok(Json(CallbackAnswer { outcome, repeated: true }));
    }
    let event = |outcome, case| CallbackEvent { system: system.0.clone(), event_id: event_id.clone(), nonce: nonce.clone(), case, outcome };
    let application = state.db.read(move |tx| Ok::<_, Error>(find_application_of(tx, at, case)?)).await?;
    let Some(application) = application else {
        keep(&state, at, event(CallbackOutcome::Quarantined, None)).await?;
        return Err(Problem::new(ErrorCode::NotFound).detail("没有这个办件，回传内容已另行保存"));
    };
    let told = ToldOutside { system: system.0.clone(), state: number, text, basis };
    let applied = event(CallbackOutcome::Applied, Some(case));
    let follow = move |work: &mut Work<'_, '_>| follow_outside(work, case, &told, &applied);
    match perform_on(&state, zone.0.clone(), Acting::outside(None), application, None, follow).await {
        Ok(_) => Ok(Json(CallbackAnswer { outcome: CallbackOutcome::Applied, repeated: false })),
        Err(Error::StateForbids(reason)) => {
            tracing::warn!(code = reason.code, system = system.0, "a callback does not fit the case");
            Ok(Json(keep(&state, at, event(CallbackOutcome::Refused, Some(case))).await?))
        }
        Err(Error::KeyReused) => Err(nonce_used()),
        Err(error) => Err(error.into()),
    }
}

fn nonce_used() -> Problem {
    Problem::new(ErrorCode::KeyReused).detail("随机数已用于另一次回传，请换一个")
}

/// Keeps an event that changed nothing; where the same was told meanwhile, what came of that.
async fn keep(state: &AppState, zone: i32, event: CallbackEvent) -> Result<CallbackAnswer, Problem> {
    let kept = state.db.write(move |tx| {
        if callback::insert(tx, zone, &event)? {
            return Ok::<_, Error>(Some(CallbackAnswer { outcome: event.outcome, repeated: false }));
        }
        let before = callback::find(tx, zone, &event.system, &event.event_id)?;
        Ok(before.map(|outcome| CallbackAnswer { outcome, repeated: true }))
    });
    kept.await?.ok_or_else(nonce_used)
}

/// Whether the system that holds the secret sent exactly this, now; its nonce.
fn authentic(request: &HttpRequest, body: &[u8], state: &AppState, zone: i32, system: &str) -> Result<String, Problem> {
    let header = |name: &str| request.headers().get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    let (timestamp, nonce, signature) = (header("callback-timestamp"), header("callback-nonce"), header("callback-signature"));
    let refused = || Problem::new(ErrorCode::CredentialsRefused).detail("签名、时间戳或随机数不正确");
    let at = DateTime::parse_from_rfc3339(&timestamp).map_err(|_| refused())?.with_timezone(&Utc);
    let fresh = (real_now() - at).num_seconds().abs() <= CLOCKS_APART;
    let secret = state.db.keys().callback_secret(zone, system);
    let expected = signed(&secret, &format!("{timestamp}\n{nonce}\n{}", hex::encode(Sha256::digest(body))));
    let sound = fresh && (8..=100).contains(&nonce.len()) && constant_time_eq(&expected, &signature);
    if sound { Ok(nonce) } else { Err(refused()) }
}
