//! A condition: it can be parsed, names only what is declared, compares answers with answers that are offered, stays
//! small, and evaluates to yes or no on typed samples.

use super::Finding;
use crate::catalogue::{Condition, ConditionFacts, Form, Situation};
use cel::common::ast::{Expr, IdedExpr, LiteralValue};
use cel::{ExecutionError, Program, Value as CelValue};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The longest condition, in characters.
const LONGEST: usize = 500;
/// The most samples a condition is tried on.
const MOST_SAMPLES: usize = 200;

/// Functions and operators a condition may use; `matches` is left out, for a pattern is compiled on every evaluation.
const FUNCTIONS: [&str; 28] = [
    "_==_",
    "_!=_",
    "_<_",
    "_<=_",
    "_>_",
    "_>=_",
    "_&&_",
    "_||_",
    "!_",
    "-_",
    "_+_",
    "_-_",
    "_*_",
    "_/_",
    "_%_",
    "_?_:_",
    "_[_]",
    "@in",
    "@not_strictly_false",
    "size",
    "contains",
    "startsWith",
    "endsWith",
    "int",
    "double",
    "string",
    "has",
    "timestamp",
];

/// What a project may be asked about.
const PROJECT: [(&str, &str); 6] = [
    ("kind", "industrial"),
    ("code", "2409-430476-04-01-000001"),
    ("land_mode", "grant"),
    ("stage", "construction_permit"),
    ("key", ""),
    ("place", ""),
];

/// The names a condition may speak of, with their types.
pub(super) struct Names {
    answers: BTreeMap<String, Vec<String>>,
    form: Map<String, Value>,
}

impl Names {
    /// The questions and data elements of a matter or bundle.
    pub(super) fn of(situations: &[Situation], form: &Form) -> Self {
        let offered = |s: &Situation| (s.code.clone(), s.answers.iter().map(|a| a.code.clone()).collect());
        Self { answers: situations.iter().map(offered).collect(), form: form.elements().cloned().unwrap_or_default() }
    }
}

/// Checks one condition.
pub(super) fn check_condition(pointer: &str, condition: &Condition, names: &Names) -> Vec<Finding> {
    let source = condition.source();
    if source.chars().count() > LONGEST {
        return vec![Finding::error(pointer, "too_large", format!("条件表达式最多{LONGEST}个字符"))];
    }
    let program = match Program::compile(source) {
        Ok(program) => program,
        Err(e) => return vec![Finding::error(pointer, "condition_invalid", format!("条件表达式无法解析：{e}"))],
    };
    let mut walk = Walk { pointer, names, program: &program, found: Vec::new() };
    walk.expression(program.expression(), 0, &[]);
    if walk.found.is_empty() { dry_run(pointer, condition, names) } else { walk.found }
}

struct Walk<'a> {
    pointer: &'a str,
    names: &'a Names,
    program: &'a Program,
    found: Vec<Finding>,
}

impl Walk<'_> {
    fn complain(&mut self, at: &IdedExpr, code: &'static str, text: &str) {
        let place =
            self.program.source_info().offset_for(at.id).map_or_else(String::new, |(start, _)| format!("（第{}个字符起）", start + 1));
        self.found.push(Finding::error(self.pointer, code, format!("{text}{place}")));
    }

    fn expression(&mut self, at: &IdedExpr, loops: usize, bound: &[&str]) {
        match &at.expr {
            Expr::Unspecified | Expr::Literal(_) => {}
            Expr::Ident(name) => {
                if !bound.contains(&name.as_str()) && !["answers", "form", "applicant", "project"].contains(&name.as_str()) {
                    self.complain(at, "unknown_name", &format!("条件只能引用answers、form、applicant、project，没有「{name}」"));
                }
            }
            Expr::Select(select) => match path(at) {
                Some(names) if names.first().is_some_and(|root| !bound.contains(root)) => self.reference(at, &names),
                _ => self.expression(&select.operand, loops, bound),
            },
            Expr::Call(call) => {
                if !FUNCTIONS.contains(&call.func_name.as_str()) {
                    self.complain(at, "function_forbidden", &format!("条件中不能使用函数「{}」", call.func_name));
                }
                if ["_==_", "_!=_", "@in"].contains(&call.func_name.as_str()) {
                    self.comparison(&call.args);
                }
                call.target.iter().for_each(|t| self.expression(t, loops, bound));
                call.args.iter().for_each(|a| self.expression(a, loops, bound));
            }
            Expr::List(list) => list.elements.iter().for_each(|e| self.expression(e, loops, bound)),
            Expr::Comprehension(inner) => {
                if loops > 0 {
                    self.complain(at, "nested_loop", "条件中的遍历不能嵌套");
                    return;
                }
                if matches!(inner.iter_range.expr, Expr::List(_)) || path(&inner.iter_range).is_none() {
                    self.complain(at, "loop_over_literal", "只能遍历表单中的列表");
                }
                if matches!(inner.accu_init.expr, Expr::List(_)) {
                    self.complain(at, "function_forbidden", "条件中不能使用函数「map」「filter」");
                }
                self.expression(&inner.iter_range, loops, bound);
                let mut bound = bound.to_vec();
                bound.extend([inner.iter_var.as_str(), inner.accu_var.as_str()]);
                for part in [&inner.accu_init, &inner.loop_cond, &inner.loop_step, &inner.result] {
                    self.expression(part, loops + 1, &bound);
                }
            }
            Expr::Map(_) | Expr::Struct(_) => self.complain(at, "function_forbidden", "条件中不能构造对象"),
        }
    }

    /// `answers.x`, `form.x.y` …: declared?
    fn reference(&mut self, at: &IdedExpr, names: &[&str]) {
        let text = match names {
            ["answers", code, ..] if !self.names.answers.contains_key(*code) => format!("没有情形「{code}」"),
            ["answers", _, more, ..] => format!("选项没有「{more}」这一项"),
            ["form", element, below @ ..] => match self.names.form.get(*element) {
                None => format!("表单没有数据元「{element}」"),
                Some(schema) => match below.first().filter(|b| schema.pointer(&format!("/properties/{b}")).is_none()) {
                    Some(below) => format!("数据元「{element}」没有「{below}」这一项"),
                    None => return,
                },
            },
            ["applicant", name, ..] if *name != "kind" => format!("申请人只有kind这一项，没有「{name}」"),
            ["project", name, ..] if PROJECT.iter().all(|(known, _)| known != name) => format!("项目没有「{name}」这一项"),
            ["answers" | "applicant" | "project", ..] | [] => return,
            [name, ..] => format!("条件只能引用answers、form、applicant、project，没有「{name}」"),
        };
        self.complain(at, "unknown_name", &text);
    }

    /// `answers.x == 'y'`, `answers.x in ['y', 'z']`: is `y` offered? The empty text is "not answered".
    fn comparison(&mut self, args: &[IdedExpr]) {
        let asked = args.iter().find_map(|a| match path(a)?.as_slice() {
            ["answers", code] => self.names.answers.get(*code).map(|offered| ((*code).to_owned(), offered.clone())),
            _ => None,
        });
        let Some((code, offered)) = asked else { return };
        let lists =
            args.iter().flat_map(|a| if let Expr::List(list) = &a.expr { list.elements.as_slice() } else { std::slice::from_ref(a) });
        let literals: Vec<(&IdedExpr, String)> = lists
            .filter_map(|a| match &a.expr {
                Expr::Literal(LiteralValue::String(text)) => Some((a, text.inner().to_owned())),
                _ => None,
            })
            .collect();
        for (at, text) in literals {
            if !text.is_empty() && !offered.contains(&text) {
                self.complain(at, "unknown_answer", &format!("情形「{code}」没有选项「{text}」"));
            }
        }
    }
}

/// The names of `a.b.c`, root first; also of `has(a.b)`.
fn path(at: &IdedExpr) -> Option<Vec<&str>> {
    match &at.expr {
        Expr::Ident(name) => Some(vec![name]),
        Expr::Select(select) => {
            let mut names = path(&select.operand)?;
            names.push(&select.field);
            Some(names)
        }
        _ => None,
    }
}

/// Evaluates on forms filled in as their schema asks, once for every answer of every question.
fn dry_run(pointer: &str, condition: &Condition, names: &Names) -> Vec<Finding> {
    let empty: BTreeMap<&str, &str> = names.answers.keys().map(|code| (code.as_str(), "")).collect();
    let first: BTreeMap<&str, &str> = names.answers.iter().map(|(c, o)| (c.as_str(), o.first().map_or("", String::as_str))).collect();
    let with = |base: &BTreeMap<&str, &str>, code: &str, answer: &str| -> BTreeMap<String, String> {
        base.iter().map(|(c, a)| ((*c).to_owned(), if *c == code { answer } else { a }.to_owned())).collect()
    };
    // One at a time: there may be many answers.
    let offered = names.answers.iter().flat_map(|(code, offered)| offered.iter().map(move |answer| (code, answer)));
    let chosen = offered.flat_map(|(code, answer)| [with(&first, code, answer), with(&empty, code, answer)]);
    let samples = std::iter::once(with(&empty, "", "")).chain(chosen);
    let form: Map<String, Value> = names.form.iter().map(|(element, schema)| (element.clone(), sample(schema))).collect();
    let project: Map<String, Value> = PROJECT.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    for chosen in samples.take(MOST_SAMPLES) {
        let facts = ConditionFacts::new(&json!(chosen), &json!(form), &json!({"kind": "organisation"}), &json!(project));
        let wrong = match condition.evaluate(&facts) {
            // A key that is there in the schema but not in the sample: optional parts of lists.
            Some(Ok(CelValue::Bool(_)) | Err(ExecutionError::NoSuchKey(_))) => continue,
            Some(Ok(_)) => "条件的结果应为是或者否".to_owned(),
            Some(Err(e)) => format!("条件在示例数据上无法计算，类型可能不符：{e}"),
            None => "条件表达式无法解析".to_owned(),
        };
        return vec![Finding::error(pointer, "condition_fails", wrong)];
    }
    Vec::new()
}

/// A value as a schema asks for it.
fn sample(schema: &Value) -> Value {
    if let Some(first) = schema.get("enum").and_then(Value::as_array).and_then(|e| e.first()) {
        return first.clone();
    }
    if let Some(constant) = schema.get("const") {
        return constant.clone();
    }
    let kind = schema.get("type").map_or("", |t| t.as_str().or_else(|| t.get(0)?.as_str()).unwrap_or_default());
    match kind {
        "number" => json!(1.5),
        "integer" => json!(1),
        "boolean" => json!(true),
        "array" => json!([schema.get("items").map_or(Value::Null, sample)]),
        "object" => {
            let none = Map::new();
            let parts = schema.get("properties").and_then(Value::as_object).unwrap_or(&none);
            Value::Object(parts.iter().map(|(name, part)| (name.clone(), sample(part))).collect())
        }
        "string" if schema.get("format").and_then(Value::as_str) == Some("date") => json!("2024-01-02"),
        "string" => json!("示例"),
        _ => Value::Null,
    }
}
