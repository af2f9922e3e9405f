//! A zone (高新区、新区): the tenant, its departments and places.

use super::Source;
use crate::calendar::{HallHours, Limit};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A department (部门) of the zone or one that serves it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Department {
    /// Code, the same function in every zone.
    #[schema(example = "HUC")]
    pub code: String,
    /// Name in this zone.
    #[schema(example = "建设局")]
    pub name: String,
    /// Function in words.
    #[schema(example = "住房和城乡建设、质量安全监督")]
    pub function: String,
    /// A body of the city that sits in the hall (服务前移).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub front_moved: bool,
    /// How sure the name is.
    pub source: Source,
}

crate::codes! {
    /// Kind of place.
    pub enum PlaceKind {
        /// 政务服务大厅.
        Hall = "hall", "政务服务大厅";
        /// 服务驿站.
        Station = "station", "服务驿站";
        /// 政务超市.
        Supermarket = "supermarket", "政务超市";
    }
}

/// A place where people are served.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Code.
    #[schema(example = "hall")]
    pub code: String,
    /// Name.
    #[schema(example = "衡阳高新区政务服务大厅")]
    pub name: String,
    /// Kind.
    pub kind: PlaceKind,
    /// Windows by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub windows: Vec<String>,
    /// How sure the entry is.
    pub source: Source,
}

/// Policy values a zone may set (the configurable values of the rules).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ZoneSettings {
    /// Days an unfinished draft is kept.
    #[schema(example = 90)]
    pub draft_kept_days: u32,
    /// Term for supplements; no law sets one.
    pub supplement_term: Limit,
    /// Legal basis for treating missing supplements as withdrawal; absent = never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub treats_as_withdrawn_by: Option<String>,
    /// Term of an order to rectify.
    pub rectification_term: Limit,
    /// Term for statement and defence, and for objections.
    pub statement_term: Limit,
    /// Within which a bad review is contacted and answered.
    pub review_term: Limit,
}

impl Default for ZoneSettings {
    fn default() -> Self {
        Self {
            draft_kept_days: 90,
            supplement_term: Limit::working_days(30),
            treats_as_withdrawn_by: None,
            rectification_term: Limit::working_days(10),
            statement_term: Limit::working_days(5),
            review_term: Limit::working_days(5),
        }
    }
}

/// The document of a zone's profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Zone {
    /// Slug used in addresses.
    #[schema(example = "hengyang-gaoxin")]
    pub slug: String,
    /// Name.
    #[schema(example = "衡阳高新区")]
    pub name: String,
    /// Slogan.
    #[schema(example = "高新区事、高兴办")]
    pub slogan: String,
    /// Hotline.
    #[schema(example = "12345")]
    pub hotline: String,
    /// Six-digit area code, first part of every number issued.
    #[schema(example = "430476")]
    pub area_code: String,
    /// Hall hours, dated.
    pub hours: Vec<HallHours>,
    /// Policy values.
    #[serde(default)]
    pub settings: ZoneSettings,
    /// Departments.
    pub departments: Vec<Department>,
    /// Places.
    pub places: Vec<Place>,
    /// How sure the entry as a whole is.
    pub source: Source,
}

impl Zone {
    /// The department with `code`.
    #[must_use]
    pub fn department(&self, code: &str) -> Option<&Department> {
        self.departments.iter().find(|d| d.code == code)
    }
}
