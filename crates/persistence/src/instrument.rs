//! Instruments (文书): receipts, notices, decisions. The text is sealed, its digest signed by the seal port.

use crate::engine::query::insert_many;
use crate::engine::{At, Code, DbError, Id, Tx};
use crate::schema::instruments;
use crate::seal::{Keys, Place};
use diesel::prelude::*;
use domain::codes;
use domain::local_time::Instant;
use serde::{Deserialize, Serialize};
use sm3::{Digest, Sm3};
use utoipa::ToSchema;
use uuid::Uuid;

codes! {
    /// Kind of instrument.
    pub enum InstrumentKind {
        /// 受理通知书.
        Acceptance = "acceptance", "受理通知书";
        /// 不予受理决定书、不受理告知书.
        Rejection = "rejection", "不予受理决定书";
        /// 补正告知书.
        Notice = "notice", "一次性补正告知书";
        /// 特别程序告知书、延长期限告知书.
        ClockNotice = "clock_notice", "办理期限告知书";
        /// 准予决定书.
        Grant = "grant", "准予行政许可决定书";
        /// 不予决定书.
        Refusal = "refusal", "不予行政许可决定书";
        /// 责令整改、陈述申辩告知书.
        Hearing = "hearing", "拟作处理告知书";
        /// 听证告知书、听证公告.
        HearingRight = "hearing_right", "听证告知书";
        /// 听证通知书.
        HearingCall = "hearing_call", "听证通知书";
        /// 撤销、撤回决定书.
        Reversal = "reversal", "处理决定书";
        /// 电子证照: the result itself.
        Licence = "licence", "电子证照";
        /// 申请表, signed by the applicant.
        ApplicationForm = "application_form", "申请表";
    }
}

/// One instrument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instrument {
    /// Identity.
    pub id: Uuid,
    /// Its application.
    pub application: Uuid,
    /// Its case; a notice is about several.
    pub case: Option<Uuid>,
    /// Kind.
    pub kind: InstrumentKind,
    /// 文号.
    pub number: String,
    /// When it was made out.
    pub issued_at: Instant,
    /// Its words.
    pub text: InstrumentText,
    /// SM3 of the words.
    pub digest: Vec<u8>,
    /// Signature of the zone's seal over the digest; absent until sealed.
    pub signature: Option<Vec<u8>>,
}

/// The words of an instrument.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstrumentText {
    /// Title.
    pub title: String,
    /// To whom.
    pub addressee: String,
    /// Paragraphs.
    pub paragraphs: Vec<String>,
    /// Body in whose name it is made out; of a form, the applicant.
    pub body: String,
    /// What stands in it line by line: the face of a licence, what was filled in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub face: Vec<FaceLine>,
    /// The account that signed it, of a form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed_by: Option<Uuid>,
}

/// One line of a licence or a form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FaceLine {
    /// What it says.
    #[schema(example = "许可范围")]
    pub label: String,
    /// What it is.
    #[schema(example = "10#、16#楼地下室")]
    pub value: String,
}

impl FaceLine {
    /// A line.
    #[must_use]
    pub fn new(label: &str, value: String) -> Self {
        Self { label: label.to_owned(), value }
    }

    /// As it is written.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{}：{}", self.label, self.value)
    }
}

impl InstrumentText {
    /// The bytes that are hashed.
    #[must_use]
    pub fn plain(&self) -> String {
        let said = format!("{}\n{}\n{}\n{}", self.title, self.addressee, self.paragraphs.join("\n"), self.body);
        if self.face.is_empty() {
            return said;
        }
        // What people filled in may hold line breaks: one way to read it only.
        format!("{said}\n{}", serde_json::to_string(&self.face).unwrap_or_default())
    }

    /// SM3 of the words.
    #[must_use]
    pub fn digest(&self) -> Vec<u8> {
        Sm3::digest(self.plain().as_bytes()).to_vec()
    }
}

/// SM3 of some bytes, hexadecimal.
#[must_use]
pub fn sm3_hex(bytes: &[u8]) -> String {
    hex::encode(Sm3::digest(bytes))
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = instruments, treat_none_as_default_value = false)]
struct Row {
    zone_id: i32,
    id: Id,
    application_id: Id,
    case_id: Option<Id>,
    kind: Code<InstrumentKind>,
    number: String,
    issued_at: At,
    sealed: Vec<u8>,
    digest: Vec<u8>,
    signature: Option<Vec<u8>>,
    verify_hash: Vec<u8>,
}

fn place(row: &str, zone: i32) -> Place<'_> {
    Place { zone, table: "instruments", column: "sealed", row }
}

impl Row {
    fn open(self, keys: &Keys) -> Result<Instrument, DbError> {
        let plain = keys.open(place(&self.id.0.to_string(), self.zone_id), &self.sealed)?;
        Ok(Instrument {
            id: self.id.0,
            application: self.application_id.0,
            case: self.case_id.map(|c| c.0),
            kind: self.kind.0,
            number: self.number,
            issued_at: self.issued_at.0,
            text: serde_json::from_slice(&plain).map_err(|e| DbError::Damaged(e.to_string()))?,
            digest: self.digest,
            signature: self.signature,
        })
    }
}

/// Enters an instrument.
///
/// # Errors
/// [`DbError`].
pub fn insert(tx: &mut Tx<'_>, zone: i32, new: &Instrument) -> Result<(), DbError> {
    let plain = serde_json::to_vec(&new.text).map_err(|e| DbError::Damaged(e.to_string()))?;
    let row = Row {
        zone_id: zone,
        id: Id(new.id),
        application_id: Id(new.application),
        case_id: new.case.map(Id),
        kind: Code(new.kind),
        number: new.number.clone(),
        issued_at: At(new.issued_at),
        sealed: tx.keys().seal(place(&new.id.to_string(), zone), &plain),
        digest: new.digest.clone(),
        signature: new.signature.clone(),
        verify_hash: tx.keys().index("verify", &tx.keys().verify_code(new.id)),
    };
    insert_many(instruments::table, [row]).execute(tx.connection)?;
    Ok(())
}

/// Enters the signature of the seal.
///
/// # Errors
/// [`DbError`].
pub fn save_signature(tx: &mut Tx<'_>, zone: i32, id: Uuid, signature: Vec<u8>) -> Result<(), DbError> {
    diesel::update(instruments::table.find((zone, Id(id)))).set(instruments::signature.eq(signature)).execute(tx.connection)?;
    Ok(())
}

/// How many instruments an application has.
///
/// # Errors
/// [`DbError`].
pub fn count(tx: &mut Tx<'_>, zone: i32, application: Uuid) -> Result<i64, DbError> {
    let of_application = instruments::zone_id.eq(zone).and(instruments::application_id.eq(Id(application)));
    Ok(instruments::table.filter(of_application).count().get_result(tx.connection)?)
}

/// The identities of an application's instruments.
///
/// # Errors
/// [`DbError`].
pub fn ids(tx: &mut Tx<'_>, zone: i32, application: Uuid) -> Result<Vec<Uuid>, DbError> {
    let of_application = instruments::zone_id.eq(zone).and(instruments::application_id.eq(Id(application)));
    let rows: Vec<Id> = instruments::table.filter(of_application).select(instruments::id).load(tx.connection)?;
    Ok(rows.into_iter().map(|id| id.0).collect())
}

/// One instrument.
///
/// # Errors
/// [`DbError`].
pub fn find(tx: &mut Tx<'_>, zone: i32, id: Uuid) -> Result<Option<Instrument>, DbError> {
    let row: Option<Row> = instruments::table.find((zone, Id(id))).select(Row::as_select()).first(tx.connection).optional()?;
    row.map(|r| r.open(tx.keys())).transpose()
}

/// The instruments of an application, oldest first.
///
/// # Errors
/// [`DbError`].
pub fn list(tx: &mut Tx<'_>, zone: i32, application: Uuid) -> Result<Vec<Instrument>, DbError> {
    let rows: Vec<Row> = instruments::table
        .filter(instruments::zone_id.eq(zone).and(instruments::application_id.eq(Id(application))))
        .order(instruments::id)
        .select(Row::as_select())
        .load(tx.connection)?;
    rows.into_iter().map(|r| r.open(tx.keys())).collect()
}

/// The newest instrument of a kind that a case has.
///
/// # Errors
/// [`DbError`].
pub fn find_of_case(
    tx: &mut Tx<'_>,
    zone: i32,
    (application, case): (Uuid, Uuid),
    kind: InstrumentKind,
) -> Result<Option<Instrument>, DbError> {
    let row: Option<Row> = instruments::table
        .filter(instruments::zone_id.eq(zone).and(instruments::application_id.eq(Id(application))))
        .filter(instruments::case_id.eq(Id(case)).and(instruments::kind.eq(Code(kind))))
        .order(instruments::id.desc())
        .select(Row::as_select())
        .first(tx.connection)
        .optional()?;
    row.map(|r| r.open(tx.keys())).transpose()
}

/// The instrument a verification code names.
///
/// # Errors
/// [`DbError`].
pub fn find_by_code(tx: &mut Tx<'_>, zone: i32, code: &str) -> Result<Option<Instrument>, DbError> {
    let hash = tx.keys().index("verify", code);
    let row: Option<Row> = instruments::table
        .filter(instruments::zone_id.eq(zone).and(instruments::verify_hash.eq(hash)))
        .select(Row::as_select())
        .first(tx.connection)
        .optional()?;
    row.map(|r| r.open(tx.keys())).transpose()
}
