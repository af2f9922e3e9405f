//! Conditions of situations and requirements, written in CEL (Common Expression Language).

use cel::{Context, Env, ExecutionError, Program, Value as CelValue};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, LazyLock, OnceLock};
use utoipa::{PartialSchema, ToSchema};

/// A condition over `answers`, `form`, `applicant` and `project`; compiled when it is first needed, and checked by
/// [`super::check_matter`] and [`super::check_bundle`] before anything that holds it is published.
#[derive(Clone, Deserialize, Serialize)]
#[serde(from = "String", into = "String")]
pub struct Condition {
    source: Box<str>,
    program: Arc<OnceLock<Option<Program>>>,
}

impl PartialSchema for Condition {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        String::schema()
    }
}

impl ToSchema for Condition {}

impl From<String> for Condition {
    fn from(source: String) -> Self {
        Self { source: source.into_boxed_str(), program: Arc::default() }
    }
}

impl From<Condition> for String {
    fn from(condition: Condition) -> Self {
        condition.source.into()
    }
}

impl fmt::Debug for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Condition({})", self.source)
    }
}

impl PartialEq for Condition {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl Eq for Condition {}

impl Hash for Condition {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.source.hash(state);
    }
}

impl Condition {
    /// The expression as written in the catalogue.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether the condition holds. A condition that can't be evaluated on these facts holds: a requirement
    /// is never lost because something it asks about is not known yet.
    #[must_use]
    pub fn holds(&self, facts: &ConditionFacts) -> bool {
        !matches!(self.evaluate(facts), Some(Ok(CelValue::Bool(false))))
    }

    /// What it evaluates to; `None` for one that can't be parsed.
    pub(super) fn evaluate(&self, facts: &ConditionFacts) -> Option<Result<CelValue, ExecutionError>> {
        let program = self.program.get_or_init(|| Program::compile(&self.source).ok());
        program.as_ref().map(|p| p.execute(&facts.0))
    }
}

/// The standard functions of CEL, registered once.
static ENVIRONMENT: LazyLock<Arc<Env>> = LazyLock::new(|| Arc::new(Env::stdlib()));

/// The longest list a condition looks at, so that none takes longer than milliseconds: a longer one is taken as not known,
/// and what asks about it holds.
const MOST_ITEMS: usize = 1000;

/// The facts without what is too long to loop over.
fn bounded(value: &Value) -> Cow<'_, Value> {
    fn fits(value: &Value) -> bool {
        match value {
            Value::Array(items) => items.len() <= MOST_ITEMS && items.iter().all(fits),
            Value::Object(members) => members.values().all(fits),
            _ => true,
        }
    }
    fn cut(value: &Value) -> Value {
        match value {
            Value::Array(items) if items.len() > MOST_ITEMS => Value::Null,
            Value::Array(items) => items.iter().map(cut).collect(),
            Value::Object(members) => members.iter().map(|(k, v)| (k.clone(), cut(v))).collect(),
            _ => value.clone(),
        }
    }
    if fits(value) { Cow::Borrowed(value) } else { Cow::Owned(cut(value)) }
}

/// What conditions may speak of.
pub struct ConditionFacts(Context<'static, 'static>, BTreeSet<String>);

impl ConditionFacts {
    /// Binds the four objects a condition may name.
    #[must_use]
    pub fn new(answers: &Value, form: &Value, applicant: &Value, project: &Value) -> Self {
        let mut context = Context::with_env(ENVIRONMENT.clone());
        for (name, value) in [("answers", answers), ("form", form), ("applicant", applicant), ("project", project)] {
            let value = cel::to_value(bounded(value).as_ref()).unwrap_or(CelValue::Null);
            context.add_variable_from_value(name, value);
        }
        Self(context, BTreeSet::new())
    }

    /// The same, with matters that take no part whatever the conditions say.
    #[must_use]
    pub fn without(mut self, matters: impl Iterator<Item = String>) -> Self {
        self.1.extend(matters);
        self
    }

    /// Whether a matter takes no part whatever the conditions say.
    #[must_use]
    pub fn leaves_out(&self, matter: &str) -> bool {
        self.1.contains(matter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn holds(source: &str) -> bool {
        let facts = ConditionFacts::new(
            &json!({"permit_stage": "excavation", "unasked": ""}),
            &json!({"floor_area_m2": 1200}),
            &json!({"kind": "organisation"}),
            &Value::Null,
        );
        Condition::from(source.to_owned()).holds(&facts)
    }

    #[test]
    fn conditions_read_answers_form_and_applicant() {
        assert!(holds("answers.permit_stage == 'excavation'"));
        assert!(!holds("answers.permit_stage in ['below_zero', 'above_zero']"));
        assert!(holds("form.floor_area_m2 > 300 && applicant.kind == 'organisation'"));
        assert!(!holds("answers.unasked == 'yes'"));
    }

    #[test]
    fn no_list_is_long_enough_to_keep_a_condition_busy() {
        let asks = |n: usize| {
            let rooms: Vec<usize> = (0..n).collect();
            let facts = ConditionFacts::new(&Value::Null, &json!({"site": {"rooms": rooms}, "area": 9}), &Value::Null, &Value::Null);
            let holds = |source: &str| Condition::from(source.to_owned()).holds(&facts);
            (holds("form.site.rooms.exists(r, r < 0)"), holds("form.area > 10"))
        };
        assert_eq!(asks(MOST_ITEMS), (false, false));
        assert_eq!(asks(MOST_ITEMS + 1), (true, false), "not looked at, so it holds; the rest is");
    }

    #[test]
    fn what_is_not_known_keeps_the_requirement() {
        assert!(holds("form.not_filled_in > 3"));
        assert!(holds("answers.x =="), "one that can't be parsed, which publication refuses");
    }
}
