//! A zone's matters as a workbook for the hall's staff (Excel): what they keep up to date can be edited there and
//! imported again. Cells are text and numbers, never formulas.

use super::archive;
use super::import::{Complaint, File};
use calamine::{Data, Reader as _, Xlsx};
use chrono::NaiveDate;
use domain::calendar::{Limit, LimitUnit};
use domain::catalogue::{Catalogue, Matter, OnlineDepth};
use domain::code::TextCode;
use rust_xlsxwriter::{Format, Workbook, XlsxError};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;

/// The sheet of matters.
const SHEET: &str = "事项";
/// The most rows and columns of the sheet.
const MOST_ROWS: u32 = 25_000;
const MOST_COLUMNS: u32 = 64;
/// Between the entries of a list in one cell.
const SEPARATOR: &str = "；";

/// What a cell changes in a document; refuses with a reason.
type Change = fn(&mut Value, &str) -> Result<(), String>;

/// One column: its heading, how a matter fills it, what a cell changes in the document.
struct Column {
    heading: &'static str,
    read: fn(&Matter) -> String,
    write: Option<Change>,
}

const COLUMNS: [Column; 16] = [
    Column { heading: "事项代码", read: |m| m.code.clone(), write: None },
    Column { heading: "事项名称", read: |m| m.name.clone(), write: Some(|d, t| filled(d, "name", t)) },
    Column { heading: "事项类型", read: |m| m.matter_type.label().to_owned(), write: None },
    Column { heading: "办理部门代码", read: |m| m.department.clone(), write: Some(|d, t| filled(d, "department", t)) },
    Column { heading: "设定依据", read: |m| list(m.legal_basis.iter().map(|b| b.text.as_str())), write: None },
    Column { heading: "法定办结时限", read: |m| m.limits.statutory.map_or_else(String::new, Limit::text), write: None },
    Column { heading: "承诺办结时限（数）", read: |m| m.limits.promised.n.to_string(), write: Some(promised) },
    Column { heading: "承诺时限单位", read: |m| m.limits.promised.unit.label().to_owned(), write: Some(promised_unit) },
    Column { heading: "到现场次数", read: |m| m.visits.to_string(), write: Some(visits) },
    Column {
        heading: "必须现场办理原因",
        read: |m| m.visit_reason.clone().unwrap_or_default(),
        write: Some(|d, t| optional(d, "visit_reason", t)),
    },
    Column { heading: "网办深度", read: |m| m.online_depth.label().to_owned(), write: Some(online) },
    Column { heading: "收费", read: |m| m.fee.clone().unwrap_or_default(), write: Some(|d, t| optional(d, "fee", t)) },
    Column {
        heading: "咨询电话",
        read: |m| m.consult_phone.clone().unwrap_or_default(),
        write: Some(|d, t| filled(d, "consult_phone", t)),
    },
    Column {
        heading: "监督投诉电话",
        read: |m| m.complaint_phone.clone().unwrap_or_default(),
        write: Some(|d, t| filled(d, "complaint_phone", t)),
    },
    Column { heading: "俗称", read: |m| list(m.synonyms.iter().map(String::as_str)), write: Some(|d, t| entries(d, "synonyms", t)) },
    Column { heading: "主题", read: |m| list(m.topics.iter().map(String::as_str)), write: Some(|d, t| entries(d, "topics", t)) },
];

fn list<'a>(entries: impl Iterator<Item = &'a str>) -> String {
    entries.collect::<Vec<_>>().join(SEPARATOR)
}

fn set(document: &mut Value, key: &str, value: Option<Value>) {
    if let Some(object) = document.as_object_mut() {
        match value {
            Some(value) => drop(object.insert(key.to_owned(), value)),
            None => drop(object.remove(key)),
        }
    }
}

fn filled(document: &mut Value, key: &str, text: &str) -> Result<(), String> {
    if text.is_empty() {
        return Err("不能为空".to_owned());
    }
    set(document, key, Some(json!(text)));
    Ok(())
}

#[expect(clippy::unnecessary_wraps, reason = "one shape for every column")]
fn optional(document: &mut Value, key: &str, text: &str) -> Result<(), String> {
    set(document, key, (!text.is_empty()).then(|| json!(text)));
    Ok(())
}

#[expect(clippy::unnecessary_wraps, reason = "one shape for every column")]
fn entries(document: &mut Value, key: &str, text: &str) -> Result<(), String> {
    let entries: Vec<&str> = text.split(['；', ';', '、', '\n']).map(str::trim).filter(|e| !e.is_empty()).collect();
    set(document, key, (!entries.is_empty()).then(|| json!(entries)));
    Ok(())
}

fn number(text: &str) -> Result<u32, String> {
    text.parse().map_err(|_| format!("「{text}」不是整数"))
}

fn promised(document: &mut Value, text: &str) -> Result<(), String> {
    let n = number(text)?;
    document.pointer_mut("/limits/promised/n").map(|v| *v = json!(n)).ok_or_else(|| "缺少承诺时限".to_owned())
}

fn promised_unit(document: &mut Value, text: &str) -> Result<(), String> {
    let unit = LimitUnit::ALL.iter().find(|u| u.label() == text).ok_or_else(|| format!("没有单位「{text}」"))?;
    document.pointer_mut("/limits/promised/unit").map(|v| *v = json!(unit)).ok_or_else(|| "缺少承诺时限".to_owned())
}

fn visits(document: &mut Value, text: &str) -> Result<(), String> {
    set(document, "visits", Some(json!(number(text)?)));
    Ok(())
}

fn online(document: &mut Value, text: &str) -> Result<(), String> {
    let depth = OnlineDepth::ALL.iter().find(|d| d.label() == text).ok_or_else(|| format!("没有网办深度「{text}」"))?;
    set(document, "online_depth", Some(json!(depth.as_str())));
    Ok(())
}

/// The matters of a catalogue that have not ended by `day`, the newest version of each, as a workbook.
///
/// # Errors
/// [`XlsxError`] for more rows or longer cells than a workbook takes.
pub fn write_workbook(catalogue: &Catalogue, day: NaiveDate) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let bold = Format::new().set_bold();
    let sheet = workbook.add_worksheet().set_name(SHEET)?;
    for (column, c) in (0u16..).zip(&COLUMNS) {
        sheet.write_string_with_format(0, column, c.heading, &bold)?;
        sheet.set_column_width(column, 18)?;
    }
    sheet.set_freeze_panes(1, 2)?;
    let lasting = catalogue.matters.values().filter_map(|v| v.last()).filter(|v| v.effective_to.is_none_or(|to| day < to));
    for (row, version) in (1u32..).zip(lasting) {
        for (column, c) in (0u16..).zip(&COLUMNS) {
            // Always text: what begins with = is shown, not computed.
            sheet.write_string(row, column, (c.read)(&version.document))?;
        }
    }
    workbook.save_to_buffer()
}

/// The documents that a workbook changes, as files of the zone `slug`. Matters that are not in the catalogue yet need a
/// document of their own and are refused.
///
/// # Errors
/// Every cell that can't be taken, by row and heading.
pub fn read_workbook(bytes: &[u8], slug: &str, known: &BTreeMap<String, String>) -> Result<Vec<File>, Vec<Complaint>> {
    let refuse = |pointer: String, code: &'static str, reason: String| Complaint { file: SHEET.to_owned(), pointer, code, reason };
    archive::open(bytes).map_err(|c| vec![c])?;
    let unreadable = |_| vec![refuse(String::new(), "bad_workbook", format!("不是可读取的Excel工作簿，或者没有工作表「{SHEET}」"))];
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(unreadable)?;
    let mut computed: BTreeSet<(u32, u32)> = BTreeSet::new();
    let mut formulas = workbook.worksheet_cells_reader(SHEET).map_err(unreadable)?;
    while let Some(cell) = formulas.next_formula().map_err(unreadable)? {
        if !cell.get_value().is_empty() {
            computed.insert(cell.get_position());
        }
    }
    drop(formulas);
    // Cell by cell: a sheet of three cells may span a billion.
    let mut sheet: BTreeMap<u32, BTreeMap<u32, String>> = BTreeMap::new();
    let mut reader = workbook.worksheet_cells_reader(SHEET).map_err(unreadable)?;
    while let Some(cell) = reader.next_cell().map_err(unreadable)? {
        let (row, column) = cell.get_position();
        if row > MOST_ROWS || column > MOST_COLUMNS {
            let reason = format!("工作表最多{MOST_ROWS}行{MOST_COLUMNS}列");
            return Err(vec![refuse(format!("第{}行", row + 1), "too_large", reason)]);
        }
        sheet.entry(row).or_default().insert(column, text(&Data::from(cell.get_value().clone())));
    }
    let headings = sheet.remove(&0).unwrap_or_default();
    let mut wrong: Vec<Complaint> = headings
        .values()
        .filter(|h| !h.is_empty() && COLUMNS.iter().all(|c| c.heading != h.as_str()))
        .map(|h| refuse("第1行".to_owned(), "unknown_column", format!("没有「{h}」这一列")))
        .collect();
    let code_heading = COLUMNS.first().map_or("", |c| c.heading);
    let Some(code_at) = headings.iter().find(|(_, h)| *h == code_heading).map(|(at, _)| *at) else {
        wrong.push(refuse("第1行".to_owned(), "missing", format!("缺少「{code_heading}」列")));
        return Err(wrong);
    };
    let mut files = Vec::new();
    let mut seen = BTreeSet::new();
    for (at_row, row) in &sheet {
        let place = |heading: &str| format!("第{}行{heading}", at_row + 1);
        let code = row.get(&code_at).cloned().unwrap_or_default();
        if code.is_empty() {
            continue;
        }
        let Some(mut document) = known.get(&code).and_then(|d| serde_json::from_str::<Value>(d).ok()) else {
            let reason = format!("目录中没有事项「{code}」；新事项请用完整文件导入或者在线起草");
            wrong.push(refuse(place(code_heading), "unknown", reason));
            continue;
        };
        if !seen.insert(code.clone()) {
            wrong.push(refuse(place(code_heading), "duplicate", format!("事项「{code}」出现两次")));
            continue;
        }
        for (at, heading) in &headings {
            let Some(change) = COLUMNS.iter().find(|c| c.heading == heading).and_then(|c| c.write) else { continue };
            if computed.contains(&(*at_row, *at)) {
                wrong.push(refuse(place(heading), "formula", "单元格不能是公式，请粘贴为数值".to_owned()));
            } else if let Err(reason) = change(&mut document, row.get(at).map_or("", String::as_str)) {
                wrong.push(refuse(place(heading), "wrong_format", reason));
            }
        }
        files.push(File { path: format!("zones/{slug}/matters/{code}.json"), bytes: document.to_string().into_bytes() });
    }
    if wrong.is_empty() { Ok(files) } else { Err(wrong) }
}

fn text(cell: &Data) -> String {
    match cell {
        Data::Empty => String::new(),
        #[expect(clippy::float_cmp, reason = "a whole number is stored exactly")]
        Data::Float(n) if n.trunc() == *n => format!("{n:.0}"),
        other => other.to_string().trim().to_owned(),
    }
}
