//! The OpenAPI document, from the very registration that serves the routes.

use crate::problem::{ErrorCode, ProblemBody};
use crate::route;
use crate::view::page::CountMode;
use actix_web::App;
use domain::access::Operation as Permission;
use utoipa::openapi::path::{Operation, Parameter, ParameterIn};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    ContentBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, PathItem, Ref, RefOr, ResponseBuilder, ServerBuilder,
};
use utoipa::{PartialSchema, ToSchema};
use utoipa_actix_web::AppExt;

/// The document; with the development operations where they are served.
#[must_use]
pub fn openapi(sandbox: bool) -> OpenApi {
    let (_, mut document) = App::new().into_utoipa_app().openapi(base()).configure(route::configure(sandbox)).split_for_parts();
    let components = document.components.get_or_insert_default();
    components.add_security_scheme(
        "bearer",
        SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build()),
    );
    let mut schemas = Vec::new();
    ProblemBody::schemas(&mut schemas);
    schemas.push((ProblemBody::name().into_owned(), ProblemBody::schema()));
    // Parameters refer to it, but only bodies are collected.
    schemas.push((CountMode::name().into_owned(), CountMode::schema()));
    components.schemas.extend(schemas);
    for item in document.paths.paths.values_mut() {
        for (method, operation) in operations(item) {
            complete(method, operation);
        }
    }
    without_unused(document)
}

/// Lines of pages are written into their pages: their own schemas, which nothing refers to, go.
fn without_unused(mut document: OpenApi) -> OpenApi {
    let text = serde_json::to_string(&document).unwrap_or_default();
    if let Some(components) = document.components.as_mut() {
        components.schemas.retain(|name, _| text.contains(&format!("#/components/schemas/{name}\"")));
    }
    document
}

fn base() -> OpenApi {
    let info = InfoBuilder::new()
        .title("yiciban 一次办")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some("高新区「一件事一次办」政务服务后端：一次申报、一张表单、一套材料、并联办理、全程可查。"))
        .license(Some(LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build()))
        .build();
    OpenApiBuilder::new().info(info).servers(Some([ServerBuilder::new().url("/").build()])).build()
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    [("GET", &mut item.get), ("POST", &mut item.post), ("PUT", &mut item.put), ("PATCH", &mut item.patch), ("DELETE", &mut item.delete)]
        .into_iter()
        .filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

/// Adds who may call it and every error it may answer with.
fn complete(method: &str, operation: &mut Operation) {
    let permission = Permission::ALL.iter().find(|p| Some(p.id()) == operation.operation_id.as_deref());
    let public = permission.is_none_or(|p| p.is_public());
    let bearer = SecurityRequirement::new("bearer", Vec::<String>::new());
    operation.security = Some(if public { Vec::new() } else { vec![bearer] });
    let mut by_status: Vec<(u16, Vec<&str>)> = Vec::new();
    for code in ErrorCode::ALL.iter().filter(|code| may_answer(method, operation, permission.copied(), public, **code)) {
        let status = code.status().as_u16();
        match by_status.iter_mut().find(|(s, _)| *s == status) {
            Some((_, codes)) => codes.push(code.as_str()),
            None => by_status.push((status, vec![code.as_str()])),
        }
    }
    for (status, codes) in by_status {
        let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
        let response = ResponseBuilder::new().description(codes.join(" / ")).content("application/problem+json", content).build();
        operation.responses.responses.insert(status.to_string(), response.into());
    }
}

/// What stands in the operation itself; nothing here is referred to elsewhere.
fn inline<T>(part: &RefOr<T>) -> Option<&T> {
    match part {
        RefOr::T(part) => Some(part),
        RefOr::Ref(_) => None,
    }
}

/// Operations that a rule of separation, window or mandate may forbid to one who holds the role.
const NOT_ALLOWED: &[Permission] = &[
    Permission::AcceptApplication,
    Permission::DecideCase,
    Permission::PostCheckCase,
    Permission::SignLetter,
    Permission::WithdrawApplication,
    Permission::AnswerReview,
    Permission::EvaluateApplication,
    Permission::RejectApplication,
    Permission::GiveSupplementNotice,
    Permission::SubmitApplication,
    Permission::SupplementApplication,
    Permission::HandOverCase,
    Permission::ExamineCase,
    Permission::IssueApplication,
    Permission::HoldHearing,
    Permission::PublishDraft,
    Permission::UseLicence,
    Permission::ShareMaterials,
    Permission::GiveHelp,
    Permission::GetMaterialFile,
    Permission::GetReceipt,
    Permission::LinkMaterialFile,
];

fn may_answer(method: &str, operation: &Operation, permission: Option<Permission>, public: bool, code: ErrorCode) -> bool {
    let parameters: Vec<&Parameter> = operation.parameters.iter().flatten().filter_map(inline).collect();
    let header = |name: &str| parameters.iter().any(|p| p.name == name);
    let (path, query) =
        (parameters.iter().any(|p| p.parameter_in == ParameterIn::Path), parameters.iter().any(|p| p.parameter_in == ParameterIn::Query));
    let json = operation.request_body.as_ref().and_then(inline).is_some_and(|b| b.content.contains_key("application/json"));
    let upload = operation.request_body.is_some() && !json;
    let login = matches!(permission, Some(Permission::CreateSession | Permission::RefreshSession | Permission::CreateWechatSession));
    let changes_application = method != "GET" && !public && operation.request_body.is_some();
    match code {
        ErrorCode::BadJson => json,
        ErrorCode::BadEncoding | ErrorCode::BodyTooLarge | ErrorCode::UnsupportedMediaType | ErrorCode::InvalidBody => json || upload,
        ErrorCode::BadUpload | ErrorCode::UploadReused => upload,
        ErrorCode::FileInfected => permission == Some(Permission::UploadMaterial),
        ErrorCode::BadCursor => header("cursor"),
        ErrorCode::Unauthenticated | ErrorCode::Forbidden => !public,
        ErrorCode::CredentialsRefused => login,
        ErrorCode::AccountLocked => permission == Some(Permission::CreateSession),
        ErrorCode::Busy => permission == Some(Permission::CreateSession) || changes_application,
        ErrorCode::TooManyRequests => matches!(
            permission,
            Some(Permission::CreateSession | Permission::CreateWechatSession | Permission::Track | Permission::AdoptApplication)
        ),
        ErrorCode::NotFound => path,
        ErrorCode::TrackRefused => matches!(permission, Some(Permission::Track | Permission::AdoptApplication)),
        ErrorCode::NotAllowed => matches!(permission, Some(permission) if NOT_ALLOWED.contains(&permission)),
        ErrorCode::NotAcceptable => {
            matches!(permission, Some(Permission::AcceptApplication | Permission::SupplementApplication))
        }
        ErrorCode::LoginBlocked | ErrorCode::LoginCodeInvalid => permission == Some(Permission::CreateWechatSession),
        ErrorCode::PortUnavailable => {
            matches!(
                permission,
                Some(Permission::CreateWechatSession | Permission::SignLetter | Permission::UploadMaterial | Permission::SubmitApplication)
            )
        }
        ErrorCode::LinkExpired => {
            matches!(permission, Some(Permission::GetLinkedFile | Permission::EvaluateByLink | Permission::VerifyLicence))
        }
        ErrorCode::RangeInvalid => header("Range"),
        ErrorCode::StateForbids => changes_application && permission != Some(Permission::CreateApplication),
        ErrorCode::NotReady => permission == Some(Permission::SubmitApplication),
        ErrorCode::KeyRequired => {
            matches!(
                permission,
                Some(Permission::SubmitApplication | Permission::IssueApplication | Permission::CountPrint | Permission::OpenSlot)
            )
        }
        ErrorCode::StaleVersion | ErrorCode::MatchRequired => header("If-Match"),
        ErrorCode::InvalidQuery => query || header("Idempotency-Key"),
        ErrorCode::SubjectNotInForce => {
            permission == Some(Permission::Precheck) || permission == Some(Permission::GetAssessment) || changes_application
        }
        ErrorCode::DocumentFlawed => {
            matches!(
                permission,
                Some(Permission::SubmitDraft | Permission::PublishDraft | Permission::ImportCatalogue | Permission::PublishBaseCatalogue)
            )
        }
        ErrorCode::CalendarMissing => permission == Some(Permission::ComputeDue),
        ErrorCode::KeyReused => header("Idempotency-Key"),
        ErrorCode::MethodNotAllowed => false,
        ErrorCode::RequestTimeout | ErrorCode::Internal | ErrorCode::Unavailable => true,
    }
}
