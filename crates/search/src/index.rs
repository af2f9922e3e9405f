//! The index of one generation of a catalogue.

use crate::reading::{grams, plain, readings};
use crate::score::{Hit, HitKind, HitReason, Key, Typed, highlight, judge};
use chrono::NaiveDate;
use domain::catalogue::{Bundle, Catalogue, Matter};
use std::collections::BTreeSet;
use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, BoostQuery, Occur, Query, TermQuery};
use tantivy::schema::{FAST, Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::{IndexReader, TantivyDocument, Term};

/// Memory of the writer while it builds, bytes: the least it takes.
const WRITER: usize = 15_000_000;
/// Candidates looked at in detail.
const CANDIDATES: usize = 200;

/// Why an index could not be built or asked.
#[derive(Debug, thiserror::Error)]
#[error("search index: {0}")]
pub struct SearchError(#[from] tantivy::TantivyError);

struct Entry {
    kind: HitKind,
    code: Box<str>,
    keys: Vec<Key>,
    content: Box<str>,
}

#[derive(Clone, Copy)]
struct Fields {
    number: Field,
    /// Characters and pairs of them.
    characters: Field,
    /// Runs of three letters of the pinyin.
    letters: Field,
    /// Runs of two initials.
    initials: Field,
    /// Characters of what else is known.
    content: Field,
}

/// An index over every matter and bundle of a catalogue.
pub struct Index {
    entries: Vec<Entry>,
    fields: Fields,
    reader: IndexReader,
}

impl Index {
    /// Builds the index of what is published now and to come into force.
    ///
    /// # Errors
    /// [`SearchError`].
    pub fn build(catalogue: &Catalogue) -> Result<Self, SearchError> {
        let mut schema = Schema::builder();
        let terms = || {
            let indexing =
                TextFieldIndexing::default().set_tokenizer("raw").set_fieldnorms(false).set_index_option(IndexRecordOption::Basic);
            TextOptions::default().set_indexing_options(indexing)
        };
        let fields = Fields {
            number: schema.add_u64_field("number", FAST),
            characters: schema.add_text_field("characters", terms()),
            letters: schema.add_text_field("letters", terms()),
            initials: schema.add_text_field("initials", terms()),
            content: schema.add_text_field("content", terms()),
        };
        let index = tantivy::Index::create_in_ram(schema.build());
        let mut writer = index.writer_with_num_threads::<TantivyDocument>(1, WRITER)?;
        let newest = catalogue.matters.values().filter_map(|v| v.last()).map(|v| matter_entry(&v.document, catalogue));
        let bundles = catalogue.bundles.values().filter_map(|v| v.last()).map(|v| bundle_entry(&v.document, catalogue));
        let entries: Vec<Entry> = newest.chain(bundles).collect();
        for (number, entry) in entries.iter().enumerate() {
            writer.add_document(document(fields, number as u64, entry))?;
        }
        writer.commit()?;
        drop(writer);
        let reader = index.reader()?;
        Ok(Self { entries, fields, reader })
    }

    /// What fits `text` best among what is in force on `day`, at most `limit`.
    ///
    /// # Errors
    /// [`SearchError`].
    pub fn search(&self, catalogue: &Catalogue, text: &str, day: NaiveDate, limit: usize) -> Result<Vec<Hit>, SearchError> {
        let typed = Typed::new(text);
        if typed.plain.is_empty() {
            return Ok(Vec::new());
        }
        let searcher = self.reader.searcher();
        let found = searcher.search(&self.query(&typed), &TopDocs::with_limit(CANDIDATES).order_by_score())?;
        let mut hits = Vec::new();
        for (_, address) in found {
            let column = searcher.segment_reader(address.segment_ord).fast_fields().u64("number")?;
            let number = column.first(address.doc_id).and_then(|n| usize::try_from(n).ok());
            let Some(entry) = number.and_then(|n| self.entries.get(n)) else { continue };
            if let Some((score, reason)) = judge(&typed, &entry.code, &entry.keys, &entry.content) {
                hits.extend(entry.hit(catalogue, day, score, reason, &typed));
            }
        }
        hits.sort_by(|a, b| b.score.cmp(&a.score).then_with(|| a.code.cmp(&b.code)));
        hits.truncate(limit);
        Ok(hits)
    }

    /// Anything that shares characters, sounds or letters with what was typed; names weigh more than content.
    fn query(&self, typed: &Typed) -> BooleanQuery {
        let mut terms: BTreeSet<(Field, String)> = BTreeSet::new();
        if typed.latin {
            terms.extend(grams(&typed.plain, 3).into_iter().map(|g| (self.fields.letters, g)));
            terms.extend(grams(&typed.plain, 2).into_iter().map(|g| (self.fields.initials, g)));
            terms.extend(grams(&typed.plain, 2).into_iter().map(|g| (self.fields.characters, g)));
        } else {
            terms.extend(grams(&typed.plain, 1).into_iter().map(|g| (self.fields.characters, g)));
            terms.extend(grams(&typed.plain, 2).into_iter().map(|g| (self.fields.characters, g)));
            terms.extend(grams(&typed.plain, 2).into_iter().map(|g| (self.fields.content, g)));
            let sounds = typed.readings.iter().flat_map(|r| grams(&r.pinyin, 3));
            terms.extend(sounds.map(|g| (self.fields.letters, g)));
        }
        let clauses = terms.into_iter().map(|(field, gram)| {
            let weight = if field == self.fields.characters {
                3.0
            } else if field == self.fields.content {
                0.5
            } else {
                1.0
            };
            let term = TermQuery::new(Term::from_field_text(field, &gram), IndexRecordOption::Basic);
            (Occur::Should, Box::new(BoostQuery::new(Box::new(term), weight)) as Box<dyn Query>)
        });
        BooleanQuery::new(clauses.collect())
    }
}

impl Entry {
    /// The hit, if the thing is in force on `day`, with its name of that day.
    fn hit(&self, catalogue: &Catalogue, day: NaiveDate, score: u32, reason: HitReason, typed: &Typed) -> Option<Hit> {
        let (name, bonus) = match self.kind {
            HitKind::Matter => (&catalogue.matter(&self.code, day)?.document.name, 0),
            // Of two that fit alike, what people see as one thing comes before its parts.
            HitKind::Bundle => (&catalogue.bundle(&self.code, day)?.document.name, 1),
        };
        Some(Hit { kind: self.kind, code: self.code.to_string(), score: score + bonus, reason, highlight: highlight(typed, name) })
    }
}

fn document(fields: Fields, number: u64, entry: &Entry) -> TantivyDocument {
    let mut document = TantivyDocument::default();
    document.add_u64(fields.number, number);
    let mut terms: BTreeSet<(Field, String)> = BTreeSet::new();
    for key in &entry.keys {
        terms.extend(grams(&key.plain, 1).into_iter().map(|g| (fields.characters, g)));
        terms.extend(grams(&key.plain, 2).into_iter().map(|g| (fields.characters, g)));
        for reading in &key.readings {
            terms.extend(grams(&reading.pinyin, 3).into_iter().map(|g| (fields.letters, g)));
            terms.extend(grams(&reading.initials, 2).into_iter().map(|g| (fields.initials, g)));
        }
    }
    terms.extend(grams(&entry.code, 2).into_iter().map(|g| (fields.characters, g)));
    terms.extend(grams(&entry.content, 2).into_iter().map(|g| (fields.content, g)));
    for (field, gram) in terms {
        document.add_text(field, gram);
    }
    document
}

fn keys(name: &str, synonyms: &[String]) -> Vec<Key> {
    let key = |shown: &str, is_name| {
        let plain = plain(shown);
        Key { shown: shown.into(), readings: readings(&plain), plain: plain.into_boxed_str(), is_name }
    };
    std::iter::once(key(name, true)).chain(synonyms.iter().map(|s| key(s, false))).collect()
}

fn matter_entry(matter: &Matter, catalogue: &Catalogue) -> Entry {
    let department = catalogue.zone.department(&matter.department).map(|d| d.name.as_str());
    let materials = matter.requirements.iter().flat_map(|r| &r.choices).map(|c| c.name.as_str());
    let words =
        department.into_iter().chain([matter.result_name.as_str()]).chain(matter.topics.iter().map(String::as_str)).chain(materials);
    Entry { kind: HitKind::Matter, code: matter.code.as_str().into(), keys: keys(&matter.name, &matter.synonyms), content: content(words) }
}

fn bundle_entry(bundle: &Bundle, catalogue: &Catalogue) -> Entry {
    let members = bundle.members.iter().filter_map(|m| Some(catalogue.matters.get(&m.matter)?.last()?.document.name.as_str()));
    let words = std::iter::once(bundle.summary.as_str()).chain(members);
    Entry { kind: HitKind::Bundle, code: bundle.code.as_str().into(), keys: keys(&bundle.name, &bundle.synonyms), content: content(words) }
}

fn content<'a>(words: impl Iterator<Item = &'a str>) -> Box<str> {
    words.map(plain).collect::<Vec<_>>().join(" ").into_boxed_str()
}
