//! Merging loses nothing and asks nothing twice, whatever the bundle.

use crate::catalogue::{Form, merge_forms};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const ELEMENTS: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

fn form(elements: &BTreeSet<usize>, required: &BTreeSet<usize>) -> Form {
    let named = |i: &usize| ELEMENTS[*i];
    let properties: BTreeMap<&str, Value> =
        elements.iter().map(|i| (named(i), json!({"title": named(i), "type": "string", "minLength": i, "x-sensitivity": 0}))).collect();
    let required: Vec<&str> = required.iter().filter(|i| elements.contains(i)).map(named).collect();
    Form::try_from(json!({"properties": properties, "required": required})).unwrap()
}

proptest! {
    #[test]
    fn merged_forms_lose_nothing_and_ask_nothing_twice(
        parts in proptest::collection::vec((proptest::collection::btree_set(0_usize..6, 0..6), proptest::collection::btree_set(0_usize..6, 0..6)), 1..6)
    ) {
        let forms: Vec<Form> = parts.iter().map(|(elements, required)| form(elements, required)).collect();
        let merged = merge_forms(&forms).unwrap();
        let asked: BTreeSet<String> = forms.iter().flat_map(|f| f.elements().unwrap().keys().cloned()).collect();
        prop_assert_eq!(merged.elements().unwrap().keys().cloned().collect::<BTreeSet<_>>(), asked);
        for f in &forms {
            for (element, schema) in f.elements().unwrap() {
                prop_assert_eq!(&merged.elements().unwrap()[element], schema);
            }
            for name in f.required() {
                prop_assert_eq!(merged.required().filter(|r| *r == name).count(), 1);
            }
        }
    }

    #[test]
    fn a_form_that_defines_an_element_otherwise_never_merges(elements in proptest::collection::btree_set(0_usize..6, 1..6), at in 0_usize..6) {
        let other = Form::try_from(json!({"properties": {ELEMENTS[at]: {"title": "x", "type": "number", "x-sensitivity": 0}}})).unwrap();
        let merged = merge_forms([&form(&elements, &elements), &other]);
        prop_assert_eq!(merged.is_err(), elements.contains(&at));
    }
}
