//! Which agency does a service that the law asks for.

use crate::extract::{Target, Valid, ZonePath, may};
use crate::problem::Problem;
use crate::view::application::ApplicationView;
use actix_web::{HttpResponse, post};
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;
use workflow::application::choose_agency as choose;

/// A choice.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChooseAgency {
    /// Code of the service.
    #[validate(length(min = 1, max = 80, message = "应为1至80个字符"))]
    #[schema(example = "drawing-review")]
    service: String,
    /// Name of the agency.
    #[validate(length(min = 1, max = 100, message = "应为1至100个字"))]
    #[schema(example = "示例审图机构")]
    agency: String,
}

/// 选定中介服务机构（可在名单内任选，之后可以更换）
#[utoipa::path(
    tag = "申报",
    params(ZonePath, ("id" = Uuid, Path, description = "申请标识"), ("Idempotency-Key" = Option<String>, Header, description = "幂等键")),
    request_body = ChooseAgency,
    responses((status = 200, description = "申请", body = ApplicationView))
)]
#[post("/api/v1/zones/{zone}/applications/{id}/agencies")]
pub(crate) async fn choose_agency(on: Target<may::ChooseAgency>, body: Valid<ChooseAgency>) -> Result<HttpResponse, Problem> {
    let ChooseAgency { service, agency } = body.value;
    on.application(body.digest, move |work| choose(work, &service, &agency)).await
}
