//! Materials handed in, and the documents behind them.

use crate::engine::query::{LockDsl, insert_many};
use crate::engine::{At, Code, DbError, Id, Tx};
use crate::schema::{documents, materials};
use crate::seal::Place;
use diesel::prelude::*;
use domain::application::{ApplicationState, PartyRole};
use domain::local_time::Instant;
use uuid::Uuid;

/// A stored file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Identity.
    pub id: Uuid,
    /// SHA-256 of the plain file.
    pub digest: Vec<u8>,
    /// Bytes of the plain file.
    pub size: i64,
    /// Type by content.
    pub media_type: String,
    /// Where the sealed bytes lie.
    pub object_key: String,
}

/// A material handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Material {
    /// Identity.
    pub id: Uuid,
    /// Code of the material.
    pub code: String,
    /// The caller's identity of the upload.
    pub upload_id: String,
    /// Name of the file as given.
    pub file_name: String,
    /// When.
    pub created_at: Instant,
    /// The earlier material it was taken over from.
    pub reused_from: Option<Uuid>,
    /// The file.
    pub document: Document,
}

#[derive(Insertable)]
#[diesel(table_name = documents, treat_none_as_default_value = false)]
struct DocumentRow {
    zone_id: i32,
    id: Id,
    digest: Vec<u8>,
    size: i64,
    media_type: String,
    object_key: String,
    created_by: Id,
    created_at: At,
    address: Option<Vec<u8>>,
}

#[derive(Insertable)]
#[diesel(table_name = materials, treat_none_as_default_value = false)]
struct Row {
    zone_id: i32,
    id: Id,
    application_id: Id,
    material_code: String,
    document_id: Id,
    upload_id: String,
    file_name_sealed: Vec<u8>,
    created_at: At,
    reused_from: Option<Id>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = materials)]
struct Stored {
    id: Id,
    material_code: String,
    upload_id: String,
    file_name_sealed: Vec<u8>,
    created_at: At,
    reused_from: Option<Id>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = documents)]
struct StoredDocument {
    id: Id,
    digest: Vec<u8>,
    size: i64,
    media_type: String,
    object_key: String,
}

impl From<StoredDocument> for Document {
    fn from(d: StoredDocument) -> Self {
        Self { id: d.id.0, digest: d.digest, size: d.size, media_type: d.media_type, object_key: d.object_key }
    }
}

fn name_place(zone: i32, row: &str) -> Place<'_> {
    Place { zone, table: "materials", column: "file_name_sealed", row }
}

/// Enters a material, whose document is there, under its upload id; `false` when the id is taken.
///
/// # Errors
/// [`DbError`].
pub fn claim(tx: &mut Tx<'_>, zone: i32, application: Uuid, material: &Material) -> Result<bool, DbError> {
    let row = Row {
        zone_id: zone,
        id: Id(material.id),
        application_id: Id(application),
        material_code: material.code.clone(),
        document_id: Id(material.document.id),
        upload_id: material.upload_id.clone(),
        file_name_sealed: tx.keys().seal(name_place(zone, &material.id.to_string()), material.file_name.as_bytes()),
        created_at: At(material.created_at),
        reused_from: material.reused_from.map(Id),
    };
    Ok(insert_many(materials::table, [row]).or_ignore().execute(tx.connection)? == 1)
}

/// Whose a document is, and who hands it in.
#[derive(Debug, Clone, Copy)]
pub struct Owner<'a> {
    /// The applicant's identifier, or the account while it is not known.
    pub name: &'a str,
    /// The account that hands it in.
    pub account: Uuid,
}

/// Enters a document, or finds the one its owner handed in before with the same content; held until the transaction ends.
/// Returns the document that counts: its file, not that of `new`, when they differ.
///
/// # Errors
/// [`DbError`].
pub fn keep_document(tx: &mut Tx<'_>, zone: i32, owner: Owner<'_>, new: &Document) -> Result<Document, DbError> {
    let address = tx.keys().index("document", &format!("{}/{}", owner.name, hex::encode(&new.digest)));
    loop {
        let row = DocumentRow {
            zone_id: zone,
            id: Id(new.id),
            digest: new.digest.clone(),
            size: new.size,
            media_type: new.media_type.clone(),
            object_key: new.object_key.clone(),
            created_by: Id(owner.account),
            created_at: At(tx.now()),
            address: Some(address.clone()),
        };
        if insert_many(documents::table, [row]).or_ignore().execute(tx.connection)? == 1 {
            return Ok(new.clone());
        }
        // Gone again where somebody takes it out at this moment: then it is entered anew.
        let same = documents::table.filter(documents::zone_id.eq(zone).and(documents::address.eq(address.clone())));
        let found: Option<StoredDocument> = same.select(StoredDocument::as_select()).locked().get_result(tx.connection).optional()?;
        if let Some(found) = found {
            return Ok(found.into());
        }
    }
}

/// Holds a document until the transaction ends; `false` when it is gone.
///
/// # Errors
/// [`DbError`].
pub fn hold_document(tx: &mut Tx<'_>, zone: i32, id: Uuid) -> Result<bool, DbError> {
    let held: Option<Id> = documents::table.find((zone, Id(id))).select(documents::id).locked().get_result(tx.connection).optional()?;
    Ok(held.is_some())
}

/// Takes back a document that no material names; returns the key of its file.
///
/// # Errors
/// [`DbError`].
pub fn remove_document(tx: &mut Tx<'_>, zone: i32, document: &Document) -> Result<Option<String>, DbError> {
    hold_document(tx, zone, document.id)?;
    let others = materials::table.filter(materials::zone_id.eq(zone).and(materials::document_id.eq(Id(document.id))));
    if diesel::select(diesel::dsl::exists(others)).get_result(tx.connection)? {
        return Ok(None);
    }
    diesel::delete(documents::table.find((zone, Id(document.id)))).execute(tx.connection)?;
    Ok(Some(document.object_key.clone()))
}

/// Which of these stored files a row names.
///
/// # Errors
/// [`DbError`].
pub fn known_keys(tx: &mut Tx<'_>, zone: i32, keys: &[String]) -> Result<std::collections::BTreeSet<String>, DbError> {
    let named = documents::zone_id.eq(zone).and(documents::object_key.eq_any(keys.to_vec()));
    let found: Vec<String> = documents::table.filter(named).select(documents::object_key).load(tx.connection)?;
    Ok(found.into_iter().collect())
}

/// A material by the caller's upload id.
///
/// # Errors
/// [`DbError`].
pub fn find_upload(tx: &mut Tx<'_>, zone: i32, application: Uuid, upload_id: &str) -> Result<Option<Material>, DbError> {
    Ok(list(tx, zone, application)?.into_iter().find(|m| m.upload_id == upload_id))
}

/// The materials of an application, oldest first.
///
/// # Errors
/// [`DbError`].
pub fn list(tx: &mut Tx<'_>, zone: i32, application: Uuid) -> Result<Vec<Material>, DbError> {
    let rows: Vec<(Stored, StoredDocument)> = materials::table
        .inner_join(documents::table.on(documents::zone_id.eq(materials::zone_id).and(documents::id.eq(materials::document_id))))
        .filter(materials::zone_id.eq(zone).and(materials::application_id.eq(Id(application))))
        .order(materials::id)
        .select((Stored::as_select(), StoredDocument::as_select()))
        .load(tx.connection)?;
    rows.into_iter().map(|row| opened(tx, zone, row)).collect()
}

fn opened(tx: &Tx<'_>, zone: i32, (m, d): (Stored, StoredDocument)) -> Result<Material, DbError> {
    let name = tx.keys().open(name_place(zone, &m.id.0.to_string()), &m.file_name_sealed)?;
    Ok(Material {
        id: m.id.0,
        code: m.material_code,
        upload_id: m.upload_id,
        file_name: String::from_utf8(name).map_err(|e| DbError::Damaged(e.to_string()))?,
        created_at: m.created_at.0,
        reused_from: m.reused_from.map(|i| i.0),
        document: d.into(),
    })
}

/// One material of an application.
///
/// # Errors
/// [`DbError`].
pub fn find(tx: &mut Tx<'_>, zone: i32, application: Uuid, id: Uuid) -> Result<Option<Material>, DbError> {
    Ok(list(tx, zone, application)?.into_iter().find(|m| m.id == id))
}

/// Takes a material out; returns the key of its file when nothing names it any more.
///
/// # Errors
/// [`DbError`].
pub fn remove(tx: &mut Tx<'_>, zone: i32, material: &Material) -> Result<Option<String>, DbError> {
    diesel::delete(materials::table.find((zone, Id(material.id)))).execute(tx.connection)?;
    remove_document(tx, zone, &material.document)
}

/// Which earlier materials are looked for.
#[derive(Debug, Clone, Copy)]
pub struct Earlier<'a> {
    /// The applicant's identifier.
    pub identifier: &'a str,
    /// The project they belong to; documents of other projects are left out.
    pub project: Option<&'a str>,
    /// The application that looks.
    pub except: Uuid,
    /// Only of applications on this account's list; staff look without.
    pub account: Option<Uuid>,
}

/// Materials that the applicant with this identifier handed in with earlier accepted applications, newest first.
///
/// # Errors
/// [`DbError`].
pub fn list_of_applicant(tx: &mut Tx<'_>, zone: i32, wanted: &Earlier<'_>) -> Result<Vec<Material>, DbError> {
    use crate::schema::{application_accounts as listed, application_parties as parties, applications, cases};
    let hash = tx.keys().index("identifier", wanted.identifier);
    let accepted = cases::table
        .filter(cases::zone_id.eq(zone).and(cases::application_id.eq(parties::application_id)).and(cases::accepted_at.is_not_null()));
    let mut query = parties::table
        .inner_join(applications::table.on(applications::zone_id.eq(parties::zone_id).and(applications::id.eq(parties::application_id))))
        .inner_join(materials::table.on(materials::zone_id.eq(parties::zone_id).and(materials::application_id.eq(parties::application_id))))
        .inner_join(documents::table.on(documents::zone_id.eq(materials::zone_id).and(documents::id.eq(materials::document_id))))
        .filter(parties::zone_id.eq(zone).and(parties::identifier_hash.eq(hash)).and(parties::role.eq(Code(PartyRole::Applicant))))
        .filter(applications::state.ne(Code(ApplicationState::Draft)).and(applications::id.ne(Id(wanted.except))))
        .filter(diesel::dsl::exists(accepted))
        .order(materials::id.desc())
        .limit(MOST_REUSABLE)
        .select((Stored::as_select(), StoredDocument::as_select()))
        .into_boxed();
    if let Some(project) = wanted.project {
        query = query.filter(applications::project_code.eq(project).or(applications::project_code.is_null()));
    } else {
        query = query.filter(applications::project_code.is_null());
    }
    if let Some(account) = wanted.account {
        let on_list = listed::table.filter(
            listed::zone_id.eq(zone).and(listed::account_id.eq(Id(account))).and(listed::application_id.eq(parties::application_id)),
        );
        query = query.filter(diesel::dsl::exists(on_list));
    }
    let rows: Vec<(Stored, StoredDocument)> = query.load(tx.connection)?;
    rows.into_iter().map(|row| opened(tx, zone, row)).collect()
}

/// Earlier documents that are offered for use at most.
const MOST_REUSABLE: i64 = 200;
