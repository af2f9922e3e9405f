//! What others than the owner see of personal data.

use domain::application::{IdentifierType, Party, PartyKind};
use domain::identity::{CreditCode, mask_credit_code_owner, mask_id_staff, mask_name, mask_phone};
use serde_json::{Map, Value};

/// From this sensitivity on an element of a form is masked (2 personal, 3 sensitive).
const PERSONAL: u64 = 2;

/// A party as staff see it in lists and files.
#[must_use]
pub fn party(mut party: Party) -> Party {
    party.name = name(&party);
    for identifier in &mut party.identifiers {
        if identifier.kind != IdentifierType::CreditCode {
            identifier.value = mask_id_staff(&identifier.value);
        }
    }
    party.phone = party.phone.as_deref().map(mask_phone);
    party
}

/// A firm's name is public, a person's is masked, a sole trader's by its owner's name.
fn name(party: &Party) -> String {
    let code = party.identifiers.iter().find(|i| i.kind == IdentifierType::CreditCode).and_then(|i| CreditCode::parse(&i.value).ok());
    match party.kind {
        PartyKind::Person | PartyKind::SoleTrader => mask_name(&party.name),
        PartyKind::Organisation | PartyKind::OrganisationToBe => mask_credit_code_owner(code.as_ref(), &party.name),
    }
}

/// A name in a list of staff, where no code stands beside it.
#[must_use]
pub fn listed_name(kind: PartyKind, name: String) -> String {
    match kind {
        PartyKind::Person | PartyKind::SoleTrader => mask_name(&name),
        PartyKind::Organisation | PartyKind::OrganisationToBe => name,
    }
}

/// A form with its personal elements masked, by the sensitivity each element declares.
#[must_use]
pub fn form(form: Map<String, Value>, elements: Option<&Map<String, Value>>) -> Map<String, Value> {
    let sensitivity = |element: &str| elements.and_then(|e| e.get(element)?.get("x-sensitivity")?.as_u64()).unwrap_or(PERSONAL);
    form.into_iter()
        .map(|(element, value)| if sensitivity(&element) >= PERSONAL { (element, hidden(value)) } else { (element, value) })
        .collect()
}

/// Keeps the shape, hides what stands in it.
fn hidden(value: Value) -> Value {
    match value {
        Value::String(_) => Value::String("***".to_owned()),
        Value::Array(items) => Value::Array(items.into_iter().map(hidden).collect()),
        Value::Object(entries) => Value::Object(entries.into_iter().map(|(k, v)| (k, hidden(v))).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) => Value::Null,
    }
}
