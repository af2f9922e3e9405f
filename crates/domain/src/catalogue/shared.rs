//! Lists that many matters have alike, kept once.

use super::{CheckPoint, HandledAt, LaterService, LegalBasis, Matter, Requirement, Situation, SpecialProcedure, Step};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::HashSet;
use std::hash::Hash;
use std::ops::Deref;
use std::sync::Arc;

/// A list that does not change; equal ones can be kept once. The catalogue of a province says the same of a thousand
/// towns.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Shared<T>(Arc<[T]>);

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Default for Shared<T> {
    fn default() -> Self {
        Self(Arc::new([]))
    }
}

impl<T> Deref for Shared<T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T> From<Vec<T>> for Shared<T> {
    fn from(list: Vec<T>) -> Self {
        Self(list.into())
    }
}

impl<'a, T> IntoIterator for &'a Shared<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<T: Serialize> Serialize for Shared<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Shared<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(Self::from)
    }
}

impl<T> Shared<T> {
    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_none(list: &Self) -> bool {
        list.is_empty()
    }
}

/// Lists of one kind, each kept once.
struct Pool<T>(HashSet<Shared<T>>);

impl<T> Default for Pool<T> {
    fn default() -> Self {
        Self(HashSet::new())
    }
}

impl<T: Eq + Hash> Pool<T> {
    /// Puts the list that is kept in the place of an equal one.
    fn share(&mut self, list: &mut Shared<T>) {
        match self.0.get(list) {
            Some(kept) => *list = kept.clone(),
            None => drop(self.0.insert(list.clone())),
        }
    }
}

/// Lists of matters, each kept once.
#[derive(Default)]
pub struct MatterPools {
    legal_basis: Pool<LegalBasis>,
    texts: Pool<String>,
    flow: Pool<Step>,
    checklist: Pool<CheckPoint>,
    special_procedures: Pool<SpecialProcedure>,
    handled_at: Pool<HandledAt>,
    later: Pool<LaterService>,
    situations: Pool<Situation>,
    requirements: Pool<Requirement>,
}

impl MatterPools {
    /// Keeps the lists of a matter once with those of the others.
    pub fn share(&mut self, matter: &mut Matter) {
        self.legal_basis.share(&mut matter.legal_basis);
        self.texts.share(&mut matter.conditions);
        self.texts.share(&mut matter.synonyms);
        self.flow.share(&mut matter.flow);
        self.checklist.share(&mut matter.checklist);
        self.special_procedures.share(&mut matter.special_procedures);
        self.handled_at.share(&mut matter.handled_at);
        self.later.share(&mut matter.later);
        self.situations.share(&mut matter.situations);
        self.requirements.share(&mut matter.requirements);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_lists_are_kept_once_and_read_alike() {
        let mut pool = Pool::default();
        let (mut one, mut other): (Shared<String>, Shared<String>) = (vec!["a".to_owned()].into(), vec!["a".to_owned()].into());
        pool.share(&mut one);
        pool.share(&mut other);
        assert!(Arc::ptr_eq(&one.0, &other.0));
        assert_eq!(serde_json::to_string(&one).unwrap(), r#"["a"]"#);
        assert_eq!(serde_json::from_str::<Shared<String>>(r#"["a"]"#).unwrap(), other);
    }
}
