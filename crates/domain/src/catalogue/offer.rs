//! What the public list says of a matter besides its rules: charges, forms to fill in, where it can be reached.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One charge (收费项目); only what a law or a price list sets may be charged (行政许可法 58, 59).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Charge {
    /// Name.
    #[schema(example = "不动产登记费")]
    pub name: String,
    /// How much (收费标准).
    #[schema(example = "住宅类每件80元")]
    pub standard: String,
    /// The law or price list behind it.
    #[schema(example = "发改价格规〔2016〕2559号")]
    pub basis: String,
    /// For whom it is reduced or waived (减免情形); absent = for nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "小微企业免收")]
    pub reduction: Option<String>,
}

/// A document to download: a blank form (空白表格), a filled-in sample (示范文本), a flow chart.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Attachment {
    /// Title.
    #[schema(example = "建筑工程施工许可申请表（空白）")]
    pub title: String,
    /// Where it can be fetched, over HTTPS.
    #[schema(pattern = "^https://[^\\s]+$", max_length = 500, example = "https://zwfw.example.gov.cn/forms/construction-permit.pdf")]
    pub address: String,
}

/// Where it can be applied for online (网上办理地址), if not through this service alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OnlineAccess {
    /// On a computer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^https://[^\\s]+$", max_length = 500, example = "https://zwfw.example.gov.cn/construction-permit")]
    pub web: Option<String>,
    /// On a phone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^https://[^\\s]+$", max_length = 500)]
    pub mobile: Option<String>,
    /// One login of the national identity system serves (单点登录).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub single_login: bool,
}

/// Whether an address can be given to the public.
#[must_use]
pub(super) fn is_public_address(address: &str) -> bool {
    let host = address.strip_prefix("https://").unwrap_or_default();
    !host.is_empty() && host.len() <= 500 && !host.starts_with('/') && !host.chars().any(|c| c.is_whitespace() || c.is_control())
}
