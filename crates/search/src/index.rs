//! The index of one generation of a catalogue.

use crate::reading::{grams, plain, readings};
use crate::score::{Depth, GOOD, Hit, HitKind, NEAR, Typed, highlight, judge};
use chrono::NaiveDate;
use domain::catalogue::{Bundle, Catalogue, Matter};
use std::collections::BTreeSet;
use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, Occur, Query, TermQuery};
use tantivy::schema::{FAST, Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::{IndexReader, TantivyDocument, Term};

/// Memory of the writer while it builds, bytes: the least it takes.
const WRITER: usize = 15_000_000;
/// Candidates looked at in detail.
const CANDIDATES: usize = 200;
/// The same of names that are only near: comparing them costs more, and the likeliest come first.
const NEAR_CANDIDATES: usize = 100;

/// Why an index could not be built or asked.
#[derive(Debug, Clone, thiserror::Error)]
#[error("search index: {0}")]
pub struct SearchError(#[from] tantivy::TantivyError);

/// What an entry of the index stands for; its words are read from the catalogue, which is in memory anyway.
struct Entry {
    kind: HitKind,
    code: Box<str>,
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
        // The last two versions: the one that holds and one that is to hold.
        let recent = |n: usize| n.saturating_sub(2);
        let matters = catalogue.matters.iter().map(|(code, v)| {
            let words = v.iter().skip(recent(v.len())).map(|v| Words::of_matter(&v.document, catalogue)).collect::<Vec<_>>();
            (HitKind::Matter, code, words)
        });
        let bundles = catalogue.bundles.iter().map(|(code, v)| {
            let words = v.iter().skip(recent(v.len())).map(|v| Words::of_bundle(&v.document, catalogue)).collect::<Vec<_>>();
            (HitKind::Bundle, code, words)
        });
        let mut entries = Vec::new();
        for (kind, code, words) in matters.chain(bundles) {
            writer.add_document(document(fields, entries.len() as u64, code, &words))?;
            entries.push(Entry { kind, code: code.as_str().into() });
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
        // Most of what is typed stands in a name as it was typed; only what does not is looked for by part of its characters,
        // and what is not near to any name by sound, by letters and by content.
        let judged = |entries: &[&Entry], depth| entries.iter().filter_map(|e| e.hit(catalogue, day, &typed, depth)).collect::<Vec<_>>();
        let whole = self.candidates(&self.by_everything_typed(&typed), CANDIDATES)?;
        let mut hits = judged(&whole, Depth::AsTyped);
        let mut near = Vec::new();
        if hits.iter().all(|h| h.score < GOOD) && !typed.latin {
            near = self.candidates(&self.by_some_characters(&typed), NEAR_CANDIDATES)?;
            let mut seen = BTreeSet::new();
            let both: Vec<&Entry> = whole.iter().chain(&near).copied().filter(|e| seen.insert((e.kind, &e.code))).collect();
            hits = judged(&both, Depth::Near);
        }
        if hits.iter().all(|h| h.score < NEAR) {
            let far = self.candidates(&self.by_anything(&typed), CANDIDATES)?;
            let mut seen = BTreeSet::new();
            let all: Vec<&Entry> = whole.into_iter().chain(near).chain(far).filter(|e| seen.insert((e.kind, &e.code))).collect();
            hits = judged(&all, Depth::Anywhere);
        }
        hits.sort_by(|a, b| b.score.cmp(&a.score).then_with(|| a.code.cmp(&b.code)));
        hits.truncate(limit);
        Ok(hits)
    }

    /// The entries a query finds, the likeliest first.
    fn candidates(&self, query: &BooleanQuery, most: usize) -> Result<Vec<&Entry>, SearchError> {
        let searcher = self.reader.searcher();
        let found = searcher.search(query, &TopDocs::with_limit(most).order_by_score())?;
        let mut entries = Vec::with_capacity(found.len());
        for (_, address) in found {
            let column = searcher.segment_reader(address.segment_ord).fast_fields().u64("number")?;
            let number = column.first(address.doc_id).and_then(|n| usize::try_from(n).ok());
            entries.extend(number.and_then(|n| self.entries.get(n)));
        }
        Ok(entries)
    }

    /// Names with everything that was typed but its usual ending, in characters, letters or initials.
    fn by_everything_typed(&self, typed: &Typed) -> BooleanQuery {
        let mut ways = vec![every(self.fields.characters, grams(typed.essence(), 2))];
        if typed.latin {
            ways.push(every(self.fields.letters, grams(&typed.plain, 3)));
            ways.push(every(self.fields.initials, grams(&typed.plain, 2)));
        }
        BooleanQuery::new(ways.into_iter().map(|way| (Occur::Should, Box::new(way) as Box<dyn Query>)).collect())
    }

    /// Names that share neighbouring characters with what was typed.
    fn by_some_characters(&self, typed: &Typed) -> BooleanQuery {
        union(grams(&typed.plain, 2).into_iter().map(|g| (self.fields.characters, g)))
    }

    /// Anything that shares characters, sounds, letters or content with what was typed.
    fn by_anything(&self, typed: &Typed) -> BooleanQuery {
        let mut terms: BTreeSet<(Field, String)> = BTreeSet::new();
        if typed.latin {
            terms.extend(grams(&typed.plain, 3).into_iter().map(|g| (self.fields.letters, g)));
            terms.extend(grams(&typed.plain, 2).into_iter().map(|g| (self.fields.initials, g)));
        } else {
            terms.extend(grams(&typed.plain, 1).into_iter().map(|g| (self.fields.characters, g)));
            terms.extend(grams(&typed.plain, 2).into_iter().map(|g| (self.fields.content, g)));
            let sounds = typed.readings.iter().take(1).flat_map(|r| grams(&r.pinyin, 3));
            terms.extend(sounds.map(|g| (self.fields.letters, g)));
        }
        union(terms.into_iter())
    }
}

/// Any of these terms; plain term queries, so that the collector may skip what can't be among the best.
fn union(terms: impl Iterator<Item = (Field, String)>) -> BooleanQuery {
    let unique: BTreeSet<(Field, String)> = terms.collect();
    BooleanQuery::new(unique.into_iter().map(|(field, gram)| (Occur::Should, term(field, &gram))).collect())
}

/// All of these terms.
fn every(field: Field, grams: Vec<String>) -> BooleanQuery {
    let unique: BTreeSet<String> = grams.into_iter().collect();
    BooleanQuery::new(unique.into_iter().map(|gram| (Occur::Must, term(field, &gram))).collect())
}

fn term(field: Field, gram: &str) -> Box<dyn Query> {
    Box::new(TermQuery::new(Term::from_field_text(field, gram), IndexRecordOption::Basic))
}

impl Entry {
    /// The hit, if the thing is in force on `day` and fits, by its words of that day.
    fn hit(&self, catalogue: &Catalogue, day: NaiveDate, typed: &Typed, depth: Depth) -> Option<Hit> {
        let (words, bonus) = match self.kind {
            HitKind::Matter => (Words::of_matter(&catalogue.matter(&self.code, day)?.document, catalogue), 0),
            // Of two that fit alike, what people see as one thing comes before its parts.
            HitKind::Bundle => (Words::of_bundle(&catalogue.bundle(&self.code, day)?.document, catalogue), 1),
        };
        let (score, reason) = judge(typed, &self.code, (words.name, words.synonyms), depth, || words.content())?;
        Some(Hit { kind: self.kind, code: self.code.to_string(), score: score + bonus, reason, highlight: highlight(typed, words.name) })
    }
}

/// The words of a matter or bundle, as its document has them.
struct Words<'a> {
    name: &'a str,
    synonyms: &'a [String],
    others: Vec<&'a str>,
}

impl<'a> Words<'a> {
    fn of_matter(matter: &'a Matter, catalogue: &'a Catalogue) -> Self {
        let department = catalogue.zone.department(&matter.department).map(|d| d.name.as_str());
        let materials = matter.requirements.iter().flat_map(|r| &r.choices).map(|c| c.name.as_str());
        let topics = matter.topics.iter().map(String::as_str);
        let others = department.into_iter().chain([matter.result_name.as_str()]).chain(topics).chain(materials).collect();
        Self { name: &matter.name, synonyms: &matter.synonyms, others }
    }

    fn of_bundle(bundle: &'a Bundle, catalogue: &'a Catalogue) -> Self {
        let members = bundle.members.iter().filter_map(|m| Some(catalogue.matters.get(&m.matter)?.last()?.document.name.as_str()));
        Self { name: &bundle.name, synonyms: &bundle.synonyms, others: std::iter::once(bundle.summary.as_str()).chain(members).collect() }
    }

    fn content(&self) -> String {
        self.others.iter().map(|w| plain(w)).collect::<Vec<_>>().join(" ")
    }
}

fn document(fields: Fields, number: u64, code: &str, versions: &[Words<'_>]) -> TantivyDocument {
    let mut document = TantivyDocument::default();
    document.add_u64(fields.number, number);
    let mut terms: BTreeSet<(Field, String)> = BTreeSet::new();
    let names = versions.iter().flat_map(|words| std::iter::once(words.name).chain(words.synonyms.iter().map(String::as_str)));
    for name in names.map(plain).collect::<BTreeSet<_>>() {
        terms.extend(grams(&name, 1).into_iter().map(|g| (fields.characters, g)));
        terms.extend(grams(&name, 2).into_iter().map(|g| (fields.characters, g)));
        for reading in readings(&name) {
            terms.extend(grams(&reading.pinyin, 3).into_iter().map(|g| (fields.letters, g)));
            terms.extend(grams(&reading.initials, 2).into_iter().map(|g| (fields.initials, g)));
        }
    }
    terms.extend(grams(&plain(code), 2).into_iter().map(|g| (fields.characters, g)));
    terms.extend(versions.iter().flat_map(|words| grams(&words.content(), 2)).map(|g| (fields.content, g)));
    for (field, gram) in terms {
        document.add_text(field, gram);
    }
    document
}
