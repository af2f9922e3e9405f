//! The base catalogue (基本目录): name, type, code and basis that every zone must use alike (四级九统).

use super::{Matter, MatterType};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One entry of the base catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BaseEntry {
    /// Code of the matter, the same in every zone.
    #[schema(example = "construction-permit")]
    pub code: String,
    /// Its name.
    #[schema(example = "建筑工程施工许可证核发")]
    pub name: String,
    /// Its type.
    pub matter_type: MatterType,
    /// 基本编码.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catalog_code: Option<String>,
    /// Legal bases that must be named.
    pub legal_basis: Vec<String>,
}

/// The base catalogue of the installation. Which nine elements are unified is not laid down beyond these four.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BaseCatalogue {
    /// Its entries.
    pub entries: Vec<BaseEntry>,
}

/// An element of a matter that differs from the base catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Difference {
    /// Which element.
    #[schema(example = "name")]
    pub field: &'static str,
    /// What the base catalogue says.
    pub base: String,
    /// What the zone says.
    pub local: String,
}

impl BaseCatalogue {
    /// The entry of a matter.
    #[must_use]
    pub fn entry(&self, code: &str) -> Option<&BaseEntry> {
        self.entries.iter().find(|e| e.code == code)
    }

    /// Where `matter` differs; nothing for a matter the base catalogue does not have.
    #[must_use]
    pub fn differences(&self, matter: &Matter) -> Vec<Difference> {
        let Some(base) = self.entry(&matter.code) else { return Vec::new() };
        let mut found = Vec::new();
        let mut compare = |field, base: &str, local: &str| {
            if base != local {
                found.push(Difference { field, base: base.to_owned(), local: local.to_owned() });
            }
        };
        compare("name", &base.name, &matter.name);
        compare("matter_type", base.matter_type.label(), matter.matter_type.label());
        compare("catalog_code", base.catalog_code.as_deref().unwrap_or_default(), matter.catalog_code.as_deref().unwrap_or_default());
        let unnamed = base.legal_basis.iter().find(|b| matter.legal_basis.iter().all(|own| own.text != **b));
        if let Some(unnamed) = unnamed {
            compare("legal_basis", unnamed, &matter.basis_text());
        }
        found
    }
}
