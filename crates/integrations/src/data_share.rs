//! Queries to other bodies (数据共享): population, firm registry, real estate and the like. Every call carries who asks, for
//! which matter and case, and what for; only approved fields are asked. A source that is down is left alone for a while,
//! and its materials are uploaded instead. The provincial sharing platform's addresses and signatures are not public:
//! the live adapter waits for them.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// One query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// Code of the source.
    pub source: String,
    /// Identifier of the person or firm it is about.
    pub identifier: String,
    /// Fields.
    pub fields: Vec<String>,
    /// What for: matter and number of the case.
    pub purpose: String,
}

/// What a source answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The facts, by field, and the evidence the source keeps.
    Found {
        /// Values by field.
        fields: BTreeMap<String, String>,
        /// Identity of the evidence.
        evidence: String,
    },
    /// It knows nothing of this identifier.
    NotFound,
    /// What it knows differs.
    Mismatch,
}

/// The source was not reached in time, or is left alone for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the source is not available")]
pub struct Unavailable;

/// How a source is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    /// Answers.
    Ok,
    /// Failed lately.
    Degraded,
    /// Left alone for a while.
    Down,
}

/// The port.
pub struct DataShare {
    adapter: Adapter,
    breakers: Mutex<BTreeMap<String, Breaker>>,
}

/// Which system answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Adapter {
    /// The double.
    Sandbox,
    /// Not set up: everything is uploaded.
    Absent,
}

/// Failures of one source in a row, and until when it is left alone.
#[derive(Debug, Clone, Copy, Default)]
struct Breaker {
    failures: u32,
    open_until: Option<Instant>,
}

/// Failures in a row after which a source is left alone.
const MOST_FAILURES: u32 = 3;
/// For how long.
const REST: Duration = Duration::from_secs(30);
/// How long a source may take.
pub const PATIENCE: Duration = Duration::from_secs(5);

impl DataShare {
    /// The port over an adapter.
    #[must_use]
    pub fn new(adapter: Adapter) -> Self {
        Self { adapter, breakers: Mutex::new(BTreeMap::new()) }
    }

    /// Asks a source; one retry, then its failure counts.
    ///
    /// # Errors
    /// [`Unavailable`].
    pub async fn query(&self, query: &Query) -> Result<Answer, Unavailable> {
        if self.adapter == Adapter::Absent || self.health(&query.source) == Health::Down {
            return Err(Unavailable);
        }
        for _ in 0..2 {
            if let Ok(Ok(answer)) = tokio::time::timeout(PATIENCE, sandbox(query)).await {
                self.note(&query.source, true);
                return Ok(answer);
            }
        }
        self.note(&query.source, false);
        Err(Unavailable)
    }

    /// How a source is.
    #[must_use]
    pub fn health(&self, source: &str) -> Health {
        if self.adapter == Adapter::Absent {
            return Health::Down;
        }
        let breakers = self.breakers.lock().unwrap_or_else(PoisonError::into_inner);
        match breakers.get(source) {
            Some(b) if b.open_until.is_some_and(|until| Instant::now() < until) => Health::Down,
            Some(b) if b.failures > 0 => Health::Degraded,
            _ => Health::Ok,
        }
    }

    fn note(&self, source: &str, answered: bool) {
        let mut breakers = self.breakers.lock().unwrap_or_else(PoisonError::into_inner);
        let breaker = breakers.entry(source.to_owned()).or_default();
        if answered {
            *breaker = Breaker::default();
            return;
        }
        breaker.failures += 1;
        if breaker.failures >= MOST_FAILURES {
            breaker.open_until = Some(Instant::now() + REST);
        }
    }
}

/// The double: synthetic identifiers say what happens, so that every branch can be tried.
async fn sandbox(query: &Query) -> Result<Answer, Unavailable> {
    match query.identifier.as_str() {
        "430400190003150023" | "91430300MATE00029G" => Ok(Answer::NotFound),
        "430400190012319994" => Ok(Answer::Mismatch),
        "92430100MATE00037X" => {
            tokio::time::sleep(PATIENCE * 2).await;
            Err(Unavailable)
        }
        "430300190001010013" | "91430400MATE0023X0" => Err(Unavailable),
        identifier => {
            let value = |field: &String| (field.clone(), format!("{field}（示例数据）"));
            let evidence = format!("{}-{}", query.source, identifier.len());
            Ok(Answer::Found { fields: query.fields.iter().map(value).collect(), evidence })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(identifier: &str) -> Query {
        let fields = vec!["name".to_owned()];
        Query { source: "firm-registry".to_owned(), identifier: identifier.to_owned(), fields, purpose: "事项".to_owned() }
    }

    #[tokio::test]
    async fn a_source_that_fails_thrice_is_left_alone() {
        let port = DataShare::new(Adapter::Sandbox);
        assert!(matches!(port.query(&query("91430400MATE00010Q")).await, Ok(Answer::Found { .. })));
        assert_eq!(port.query(&query("91430300MATE00029G")).await, Ok(Answer::NotFound));
        assert_eq!(port.health("firm-registry"), Health::Ok);
        for _ in 0..3 {
            assert_eq!(port.query(&query("430300190001010013")).await, Err(Unavailable));
        }
        assert_eq!(port.health("firm-registry"), Health::Down);
        assert_eq!(port.query(&query("91430400MATE00010Q")).await, Err(Unavailable), "not even asked");
        assert_eq!(port.health("population"), Health::Ok, "others are not touched");
    }
}
