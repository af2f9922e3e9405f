//! Parties (当事人): a party is not an account; who files on paper has none.

use crate::assessment::ApplicantKind;
use crate::identity::{CreditCode, IdNumber, Phone};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

codes! {
    /// What a party is.
    pub enum PartyKind {
        /// 自然人.
        Person = "person", "自然人";
        /// 法人或其他组织.
        Organisation = "organisation", "法人或其他组织";
        /// 拟设立主体: it has no code yet.
        OrganisationToBe = "organisation_to_be", "拟设立主体";
        /// 个体工商户.
        SoleTrader = "sole_trader", "个体工商户";
    }
}

impl PartyKind {
    /// The kind as rules about audiences see it.
    #[must_use]
    pub const fn applicant_kind(self) -> ApplicantKind {
        match self {
            Self::Person => ApplicantKind::Person,
            Self::Organisation => ApplicantKind::Organisation,
            Self::OrganisationToBe => ApplicantKind::OrganisationToBe,
            Self::SoleTrader => ApplicantKind::SoleTrader,
        }
    }
}

codes! {
    /// The part a party plays.
    pub enum PartyRole {
        /// 申请人.
        Applicant = "applicant", "申请人";
        /// 办理对象: a child, a licence, a unit of a building.
        Subject = "subject", "办理对象";
        /// 共同签署人.
        CoSigner = "co_signer", "共同签署人";
        /// 监护人.
        Guardian = "guardian", "监护人";
        /// 代理人.
        Agent = "agent", "代理人";
        /// 法定代表人.
        LegalRepresentative = "legal_representative", "法定代表人";
        /// 缴费人.
        Payer = "payer", "缴费人";
    }
}

codes! {
    /// Kind of identifier.
    pub enum IdentifierType {
        /// 居民身份证.
        IdCard = "id_card", "居民身份证";
        /// 统一社会信用代码.
        CreditCode = "credit_code", "统一社会信用代码";
        /// 护照.
        Passport = "passport", "护照";
        /// 港澳居民来往内地通行证.
        HkMacauPermit = "hk_macau_permit", "港澳居民来往内地通行证";
        /// 台湾居民来往大陆通行证.
        TaiwanPermit = "taiwan_permit", "台湾居民来往大陆通行证";
        /// 出生医学证明编号.
        BirthCertificate = "birth_certificate", "出生医学证明";
    }
}

/// One identifier as given.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Identifier {
    /// Its kind.
    #[serde(rename = "type")]
    pub kind: IdentifierType,
    /// The number.
    #[schema(example = "430400190001010019", max_length = 64)]
    pub value: String,
}

/// One party.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Party {
    /// The part it plays.
    pub role: PartyRole,
    /// What it is.
    pub kind: PartyKind,
    /// Full name.
    #[schema(example = "张三", max_length = 200)]
    pub name: String,
    /// Identifiers; may follow later for a child or an organisation to be.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identifiers: Vec<Identifier>,
    /// Mobile phone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "13800003210")]
    pub phone: Option<String>,
}

/// Deliberately opaque: a log line must not carry who it is.
impl std::fmt::Debug for Party {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Party({})", self.role)
    }
}

/// One thing wrong with the parties.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartyProblem {
    /// JSON Pointer inside the list of parties.
    pub pointer: String,
    /// Stable code.
    pub code: &'static str,
    /// Chinese text.
    pub text: String,
}

/// Reads identifiers and phones (trimmed, folded, checked) and requires exactly one applicant.
///
/// # Errors
/// Everything wrong, each with its pointer.
pub fn check_parties(parties: Vec<Party>, today: NaiveDate) -> Result<Vec<Party>, Vec<PartyProblem>> {
    let mut problems = Vec::new();
    let mut checked = Vec::with_capacity(parties.len());
    for (i, mut party) in parties.into_iter().enumerate() {
        let mut note = |pointer: String, code, text: String| problems.push(PartyProblem { pointer, code, text });
        party.name = String::from(party.name.trim());
        if party.name.is_empty() || party.name.chars().count() > 200 {
            note(format!("/{i}/name"), "name_length", "姓名或名称应为1至200个字".to_owned());
        }
        for (j, identifier) in party.identifiers.iter_mut().enumerate() {
            match read(identifier, today) {
                Ok(value) => identifier.value = value,
                Err(text) => note(format!("/{i}/identifiers/{j}/value"), "identifier_invalid", text),
            }
        }
        let codes = party.identifiers.iter().filter(|i| i.kind == IdentifierType::CreditCode);
        if party.kind == PartyKind::Organisation && codes.filter_map(|i| CreditCode::parse(&i.value).ok()).any(|c| c.is_sole_trader()) {
            party.kind = PartyKind::SoleTrader;
        }
        if let Some(raw) = party.phone.as_deref() {
            match Phone::parse(raw) {
                Ok(phone) => party.phone = Some(phone.into()),
                Err(e) => note(format!("/{i}/phone"), "phone_invalid", e.text().to_owned()),
            }
        }
        checked.push(party);
    }
    let applicants = checked.iter().filter(|p| p.role == PartyRole::Applicant).count();
    if applicants != 1 {
        problems.push(PartyProblem { pointer: String::new(), code: "one_applicant", text: "应有且只有一名申请人".to_owned() });
    }
    if problems.is_empty() { Ok(checked) } else { Err(problems) }
}

fn read(identifier: &Identifier, today: NaiveDate) -> Result<String, String> {
    match identifier.kind {
        IdentifierType::IdCard => {
            IdNumber::parse(&identifier.value).and_then(|n| n.born_by(today)).map(String::from).map_err(|e| e.text().to_owned())
        }
        IdentifierType::CreditCode => CreditCode::parse(&identifier.value).map(String::from).map_err(|e| e.text().to_owned()),
        IdentifierType::Passport | IdentifierType::HkMacauPermit | IdentifierType::TaiwanPermit | IdentifierType::BirthCertificate => {
            let value = identifier.value.trim().to_uppercase();
            let fits = (5..=32).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_alphanumeric());
            if fits { Ok(value) } else { Err(format!("{}号码应为5至32位字母或数字", identifier.kind.label())) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn party(role: PartyRole, kind: PartyKind, identifiers: Vec<(IdentifierType, &str)>) -> Party {
        let identifiers = identifiers.into_iter().map(|(kind, v)| Identifier { kind, value: v.to_owned() }).collect();
        Party { role, kind, name: " 张三 ".to_owned(), identifiers, phone: None }
    }

    fn check(parties: Vec<Party>) -> Result<Vec<Party>, Vec<(String, &'static str)>> {
        check_parties(parties, "2024-06-03".parse().unwrap()).map_err(|p| p.into_iter().map(|p| (p.pointer, p.code)).collect())
    }

    #[test]
    fn identifiers_are_normalised_and_a_child_needs_none() {
        let applicant = party(PartyRole::Applicant, PartyKind::Person, vec![(IdentifierType::IdCard, "43040019000101006x")]);
        let child = party(PartyRole::Subject, PartyKind::Person, vec![]);
        let checked = check(vec![applicant, child]).unwrap();
        assert_eq!((checked[0].name.as_str(), checked[0].identifiers[0].value.as_str()), ("张三", "43040019000101006X"));
    }

    #[test]
    fn every_problem_is_named() {
        let mut wrong = party(PartyRole::Subject, PartyKind::Organisation, vec![(IdentifierType::CreditCode, "91430400MATE00010R")]);
        wrong.phone = Some("123".to_owned());
        assert_eq!(
            check(vec![wrong]).unwrap_err(),
            [
                ("/0/identifiers/0/value".to_owned(), "identifier_invalid"),
                ("/0/phone".to_owned(), "phone_invalid"),
                (String::new(), "one_applicant")
            ]
        );
    }
}
