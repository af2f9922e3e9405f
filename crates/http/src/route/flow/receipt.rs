//! Receipts, notices and decisions as documents.

use super::material::read_for;
use crate::AppState;
use crate::extract::{Anyone, Caller, InZone, Params, Segment, Segments, ZonePath, may};
use crate::problem::{ErrorCode, Problem};
use crate::state::SealState;
use crate::view::ofd::ofd;
use crate::view::{Moment, paper};
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY};
use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, get};
use domain::access::Reach;
use domain::code::TextCode;
use domain::codes;
use domain::local_time::date_of;
use persistence::application::{find_visible, list_cases};
use persistence::certificate::{self, CertificateState};
use persistence::instrument::{self, Instrument, InstrumentKind};
use persistence::seal::Keys;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;
use workflow::Error;

/// One instrument.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReceiptLine {
    /// Identity.
    id: Uuid,
    /// Kind.
    kind: InstrumentKind,
    /// Its title.
    #[schema(example = "受理通知书")]
    title: String,
    /// 文号.
    #[schema(example = "4304762024092710000015-03")]
    number: String,
    /// Its case; a notice is about several.
    #[serde(skip_serializing_if = "Option::is_none")]
    case: Option<Uuid>,
    /// When it was made out.
    issued_at: Moment,
    /// Code that verifies it.
    #[schema(example = "7K3M9QXT2B7K3M9Q")]
    verify_code: String,
    /// It carries the electronic seal.
    sealed: bool,
    /// It carries the applicant's electronic signature.
    signed: bool,
}

/// The instruments of an application.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Receipts {
    /// Oldest first.
    items: Vec<ReceiptLine>,
}

fn line(i: &Instrument, keys: &Keys) -> ReceiptLine {
    ReceiptLine {
        id: i.id,
        kind: i.kind,
        title: i.text.title.clone(),
        number: i.number.clone(),
        case: i.case,
        issued_at: i.issued_at.into(),
        verify_code: keys.verify_code(i.id),
        sealed: i.signature.is_some() && i.text.signed_by.is_none(),
        signed: i.text.signed_by.is_some(),
    }
}

/// 文书清单：受理、不予受理、补正告知、决定等
#[utoipa::path(tag = "申报", params(ZonePath, ("id" = Uuid, Path, description = "申请标识")), responses((status = 200, description = "文书", body = Receipts)))]
#[get("/api/v1/zones/{zone}/applications/{id}/receipts")]
pub(crate) async fn list_receipts(
    caller: Caller<may::ListReceipts>,
    zone: InZone,
    id: Segment<Uuid>,
    state: Data<AppState>,
) -> Result<Json<Receipts>, Problem> {
    let found = instruments(&state, zone.zone, id.0, caller.scope()).await?;
    Ok(Json(Receipts { items: found.iter().map(|i| line(i, state.db.keys())).collect() }))
}

async fn instruments(state: &AppState, zone: i32, id: Uuid, scope: persistence::application::Scope) -> Result<Vec<Instrument>, Problem> {
    let read = state.db.read(move |tx| {
        let (application, _) = find_visible(tx, zone, id, &scope)?.ok_or(Error::NotFound)?;
        let mut found = instrument::list(tx, zone, id)?;
        if scope.reach == Reach::Department && application.filed_by != scope.account {
            // An officer sees what concerns his department's cases, and what concerns all.
            let cases = list_cases(tx, zone, id)?;
            let theirs = |case: Uuid| cases.iter().any(|c| c.id == case && scope.departments.contains(&c.department));
            found.retain(|i| i.case.is_none_or(theirs));
        }
        Ok::<_, Error>(found)
    });
    Ok(read.await?)
}

codes! {
    /// The fixed layout of a document.
    pub enum PaperFormat {
        /// PDF.
        Pdf = "pdf", "PDF";
        /// OFD (GB/T 33190).
        Ofd = "ofd", "OFD";
    }
}

impl PaperFormat {
    const fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Ofd => "application/ofd",
        }
    }
}

/// How it is drawn.
#[derive(Debug, Deserialize, Validate, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PaperQuery {
    /// 版式：pdf（默认）或者ofd（GB/T 33190）
    #[param(inline)]
    format: Option<PaperFormat>,
    /// 查阅目的：不在办理本申请的工作人员查阅申请表、电子证照时必填
    #[validate(length(max = 200, message = "最多200个字"))]
    #[param(example = "信访事项核查")]
    purpose: Option<String>,
}

/// 文书版式文件（PDF、OFD）：按标识，或者按种类取最近一份；出件后的电子证照种类为licence
#[utoipa::path(
    tag = "申报",
    params(
        ZonePath,
        ("id" = Uuid, Path, description = "申请标识"),
        ("receipt" = String, Path, description = "文书标识或者种类", example = "acceptance"),
        PaperQuery,
    ),
    responses((status = 200, description = "文件", body = Vec<u8>, content_type = "application/pdf"))
)]
#[get("/api/v1/zones/{zone}/applications/{id}/receipts/{receipt}")]
pub(crate) async fn get_receipt(
    caller: Caller<may::GetReceipt>,
    zone: InZone,
    path: Segments<Uuid, String>,
    query: Params<PaperQuery>,
    state: Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let PaperQuery { format, purpose } = query.0;
    let found = instruments(&state, zone.zone, path.0, caller.scope()).await?;
    let (kind, id) = (InstrumentKind::parse(&path.1), path.1.parse::<Uuid>().ok());
    let wanted = found.into_iter().rev().find(|i| Some(i.kind) == kind || Some(i.id) == id);
    let instrument = wanted.ok_or_else(|| Problem::new(ErrorCode::NotFound))?;
    let fixed = format.unwrap_or(PaperFormat::Pdf);
    if matches!(instrument.kind, InstrumentKind::Licence | InstrumentKind::ApplicationForm) {
        read_for(&caller, &zone, path.0, (instrument.id, instrument.kind.as_str().to_owned()), purpose, &state).await?;
    }
    let verify =
        format!("{}/api/v1/zones/{}/verify/{}", state.public_url, zone.catalogue.zone.slug, state.db.keys().verify_code(instrument.id));
    let number = instrument.number.clone();
    let draw = move || match fixed {
        PaperFormat::Pdf => paper::pdf(&instrument, &verify),
        PaperFormat::Ofd => ofd(&instrument, &verify),
    };
    let bytes = actix_web::web::block(draw).await.map_err(|_| Problem::new(ErrorCode::Internal))?;
    let bytes = bytes.map_err(|error| {
        tracing::error!(error, "a document could not be drawn");
        Problem::new(ErrorCode::Internal)
    })?;
    Ok(HttpResponse::Ok()
        .content_type(fixed.media_type())
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{number}.{}\"", fixed.as_str())))
        .insert_header((CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'"))
        .insert_header(("Cache-Control", "private, no-store"))
        .body(bytes))
}

/// What a verification code or a certificate number says; no personal data.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Verified {
    /// Its title.
    #[schema(example = "受理通知书")]
    title: String,
    /// Its number.
    number: String,
    /// Who made it out.
    #[schema(example = "衡阳高新区建设局")]
    body: String,
    /// When.
    issued_at: Moment,
    /// Whether its words are unchanged and its seal genuine, where seals are used; of a certificate, whether it holds.
    genuine: bool,
    /// Its seal.
    #[serde(skip_serializing_if = "Option::is_none")]
    seal: Option<SealState>,
    /// In Chinese.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "印章有效")]
    seal_name: Option<&'static str>,
    /// Where the certificate, or the one granted by this decision, stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate_state: Option<CertificateState>,
    /// In Chinese, expiry included.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "有效")]
    certificate_state_name: Option<&'static str>,
    /// SM3 of the words, hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<String>,
}

/// 核验文书或者证照真伪
#[utoipa::path(
    tag = "公开",
    params(ZonePath, ("code" = String, Path, description = "核验码或者证照编号", example = "7K3M9QXT2B7K3M9Q")),
    responses((status = 200, description = "核验结果", body = Verified))
)]
#[get("/api/v1/zones/{zone}/verify/{code}")]
pub(crate) async fn verify_instrument(
    _: Anyone<may::VerifyInstrument>,
    zone: InZone,
    code: Segment<String>,
    state: Data<AppState>,
) -> Result<Json<Verified>, Problem> {
    let (number, code) = (zone.zone, code.0);
    let read = state.db.read(move |tx| match instrument::find_by_code(tx, number, &code)? {
        Some(instrument) => {
            let granted = instrument.case.filter(|_| matches!(instrument.kind, InstrumentKind::Grant | InstrumentKind::Licence));
            let certificate = granted.map(|case| certificate::find_of_case(tx, number, case)).transpose()?.flatten();
            Ok::<_, Error>((Some(instrument), certificate))
        }
        None => Ok((None, certificate::find(tx, number, &code)?)),
    });
    let today = date_of(state.db.clock().now());
    match read.await? {
        (Some(i), certificate) => {
            let unchanged = i.text.digest() == i.digest;
            let seal = match i.text.signed_by {
                Some(account) => state.signature_of(account, &i.digest, i.signature.as_deref()),
                None => state.seal_of(number, &i.digest, i.signature.as_deref()),
            };
            let sealed = matches!(seal, SealState::Genuine | SealState::Unused);
            Ok(Json(Verified {
                title: i.text.title.clone(),
                number: i.number,
                // Who signed a form is nobody's business but his and the office's.
                body: if i.text.signed_by.is_some() { "申请人".to_owned() } else { i.text.body },
                issued_at: i.issued_at.into(),
                genuine: unchanged && sealed,
                seal: Some(seal),
                seal_name: Some(seal.label()),
                certificate_state: certificate.as_ref().map(|c| c.state),
                certificate_state_name: certificate.as_ref().map(|c| c.state_name(today)),
                digest: Some(hex::encode(&i.digest)),
            }))
        }
        (None, Some(c)) => Ok(Json(Verified {
            title: c.name.clone(),
            number: c.number.clone(),
            body: zone.catalogue.zone.name.clone(),
            issued_at: c.granted_at.into(),
            genuine: c.state == CertificateState::Valid && c.valid_until.is_none_or(|until| today <= until),
            seal: None,
            seal_name: None,
            certificate_state: Some(c.state),
            certificate_state_name: Some(c.state_name(today)),
            digest: None,
        })),
        (None, None) => Err(Problem::new(ErrorCode::NotFound)),
    }
}
