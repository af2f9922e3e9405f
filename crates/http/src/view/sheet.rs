//! A guide as a sheet to read and print: the notice of everything needed (一次告知单) and the handbook (服务手册). One
//! structure, written as HTML or PDF.

use super::guide::{Guide, GuideMatter};
use domain::assessment::{Item, ItemStatus};
use domain::catalogue::{Attachment, MaterialDetail, MaterialFormat};
use maud::{DOCTYPE, Markup, html};
use serde::Serialize;
use utoipa::ToSchema;

/// A sheet.
#[derive(Debug, Serialize, ToSchema)]
pub struct Sheet {
    /// Title.
    #[schema(example = "新生儿出生一件事 服务手册")]
    pub title: String,
    /// What it is of, in one line.
    #[schema(example = "衡阳高新区　第1版")]
    pub subtitle: String,
    /// Its sections.
    pub sections: Vec<Section>,
}

/// A section of a sheet.
#[derive(Debug, Serialize, ToSchema)]
pub struct Section {
    /// Heading.
    #[schema(example = "申请材料")]
    pub heading: String,
    /// Its lines.
    pub lines: Vec<String>,
}

impl Section {
    fn new(heading: impl Into<String>, lines: Vec<String>) -> Self {
        Self { heading: heading.into(), lines }
    }
}

impl Sheet {
    /// Everything needed, said once before filing (一次告知).
    #[must_use]
    pub fn notice(guide: &Guide, zone: &str, hotline: &str) -> Self {
        let mut sections = vec![materials(guide)];
        sections.push(Section::new("办理时限", limits(guide)));
        sections.push(Section::new("受理条件", guide.matters.iter().flat_map(|m| &m.conditions).cloned().collect()));
        sections.push(Section::new("办理地点与咨询", contacts(guide, hotline)));
        Self {
            title: format!("{} 一次性告知单", guide.name),
            subtitle: format!("{zone}　目录第{}版", guide.version),
            sections: sections.into_iter().filter(|s| !s.lines.is_empty()).collect(),
        }
    }

    /// The handbook of a bundle: the whole chain, matter by matter.
    #[must_use]
    pub fn handbook(guide: &Guide, edition: usize, zone: &str, hotline: &str) -> Self {
        let mut sections = Vec::new();
        if let Some(bundle) = &guide.bundle {
            let mut lines = vec![bundle.summary.clone(), format!("牵头部门：{}", bundle.lead_department_name)];
            lines.extend(bundle.stage.map(|s| format!("所属阶段：{}", s.label())));
            let ways: Vec<&str> = bundle.ways.iter().map(|w| w.label()).collect();
            if !ways.is_empty() {
                lines.push(format!("办理方式：{}", ways.join("、")));
            }
            lines.extend(bundle.extras.iter().cloned());
            sections.push(Section::new("一件事", lines));
            let standing = bundle.steps.iter().filter(|s| s.origin.stands()).map(|s| s.name.clone()).collect();
            sections.push(Section::new(format!("办理环节（由{}个减为{}个）", bundle.step_count.before, bundle.step_count.after), standing));
        }
        let situation = |s: &domain::catalogue::Situation| {
            let answers: Vec<&str> = s.answers.iter().map(|a| a.text.as_str()).collect();
            format!("{}　{}", s.question, answers.join(" / "))
        };
        sections.push(Section::new("先回答的问题", guide.situations.iter().map(situation).collect()));
        sections.push(materials(guide));
        sections.push(Section::new("办理时限", limits(guide)));
        sections.extend(guide.matters.iter().map(matter));
        let service = |s: &domain::catalogue::IntermediaryService| format!("{}（依据：{}；收费：{}）", s.name, s.basis, s.fee_standard);
        sections.push(Section::new("中介服务清单", guide.intermediary_services.iter().map(service).collect()));
        sections.push(Section::new("办理地点与咨询", contacts(guide, hotline)));
        Self {
            title: format!("{} 服务手册", guide.name),
            subtitle: format!("{zone}　第{edition}版"),
            sections: sections.into_iter().filter(|s| !s.lines.is_empty()).collect(),
        }
    }

    /// The sheet as a page that stands by itself.
    #[must_use]
    pub fn html(&self) -> String {
        let page: Markup = html! {
            (DOCTYPE)
            html lang="zh-CN" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title { (self.title) }
                    style { "body{font-family:sans-serif;max-width:48rem;margin:2rem auto;padding:0 1rem;line-height:1.7}h1{text-align:center}h2{border-bottom:1px solid #999}@media print{body{margin:0}}" }
                }
                body {
                    h1 { (self.title) }
                    p { (self.subtitle) }
                    @for section in &self.sections {
                        h2 { (section.heading) }
                        ul { @for line in &section.lines { li { (line) } } }
                    }
                }
            }
        };
        page.into_string()
    }
}

fn materials(guide: &Guide) -> Section {
    let asked = guide.assessment.items.iter().filter(|i| i.status != ItemStatus::NotNeeded);
    let lines = std::iter::once("申请表（一张）".to_owned()).chain(asked.map(|i| item(i, guide)));
    Section::new(format!("申请材料（共{}项由申请人提供）", guide.materials.asked), lines.collect())
}

fn item(item: &Item, guide: &Guide) -> String {
    let names: Vec<&str> = item.alternatives.iter().map(|a| a.name.as_str()).collect();
    let name = if names.is_empty() { item.name.clone() } else { format!("{}（任选其一）", names.join(" / ")) };
    let how = match item.status {
        ItemStatus::Sibling => "由本次联办产生，无需提交".to_owned(),
        _ => item.class.label().to_owned(),
    };
    let users: Vec<&str> = guide.matters.iter().filter(|m| item.needed_by.contains(&m.code)).map(|m| m.name.as_str()).collect();
    let notes = item.reasons.iter().filter(|r| ["may_be_deferred", "may_be_committed"].contains(&r.code.as_str()));
    let mut parts = vec![format!("{name}　{how}"), format!("用于：{}", users.join("、"))];
    let asked = |d: &&MaterialDetail| {
        let alternative = item.alternatives.iter().any(|a| a.material == d.choice.material);
        item.status != ItemStatus::Sibling && (d.choice.material == item.material || alternative)
    };
    for known in guide.material_details.iter().filter(asked) {
        let told = detail(known).join("；");
        if !told.is_empty() {
            parts.push(if names.len() > 1 { format!("{}：{told}", known.choice.name) } else { told });
        }
    }
    parts.extend(notes.map(|r| r.text.clone()));
    parts.join("；")
}

/// What has to be known of a material.
fn detail(known: &MaterialDetail) -> Vec<String> {
    let choice = &known.choice;
    let count = |n: u8, what: &str| (n > 0).then(|| format!("{what}{n}份"));
    let link = |attachment: &Option<Attachment>, what: &str| attachment.as_ref().map(|a| format!("{what}：{}", a.address));
    let told = |text: &Option<String>, what: &str| text.as_ref().map(|t| format!("{what}：{t}"));
    let form = (choice.format != MaterialFormat::Either).then(|| choice.format.label().to_owned());
    let pages = choice.pages.map(|n| format!("{n}页{}", choice.paper_size.as_deref().unwrap_or_default()));
    let person = choice.in_person.then(|| "需本人到场".to_owned());
    let facts = [form, count(choice.originals, "原件"), count(choice.copies, "复印件"), pages, person];
    let words = [told(&known.in_cases, "办理情形"), told(&choice.standard, "受理标准"), told(&choice.filling, "填报须知")];
    let links = [link(&choice.blank_form, "空白表格"), link(&choice.sample, "示范文本")];
    facts.into_iter().chain(words).chain(links).flatten().collect()
}

fn limits(guide: &Guide) -> Vec<String> {
    let mut lines: Vec<String> = guide.bundle.iter().filter_map(|b| Some(format!("整体承诺：{}", b.promised_text.as_ref()?))).collect();
    lines.extend(guide.schedule.iter().filter(|_| guide.matters.len() > 1).map(|s| s.explanation.clone()));
    let one = |m: &GuideMatter| match &m.statutory_text {
        Some(statutory) => format!("{}：法定{statutory}，承诺{}", m.name, m.promised_text),
        None => format!("{}：承诺{}", m.name, m.promised_text),
    };
    lines.extend(guide.matters.iter().map(one));
    lines
}

fn matter(m: &GuideMatter) -> Section {
    let mut lines = vec![format!("办理部门：{}", m.department_name)];
    let basis: Vec<&str> = m.legal_basis.iter().map(|b| b.text.as_str()).collect();
    lines.push(format!("设定依据：{}", basis.join("；")));
    lines.extend(m.conditions.iter().enumerate().map(|(i, c)| format!("条件{}：{c}", i + 1)));
    lines.push(format!("办理流程：{}", m.flow.join("→")));
    lines.push(format!("收费：{}", m.fee.as_deref().unwrap_or("不收费")));
    lines.extend(m.charges.iter().map(|c| {
        let reduction = c.reduction.as_ref().map_or_else(String::new, |r| format!("；减免：{r}"));
        format!("{}：{}（依据：{}{reduction}）", c.name, c.standard, c.basis)
    }));
    lines.push(match &m.visit_reason {
        Some(reason) if m.visits > 0 => format!("到现场{}次：{reason}", m.visits),
        _ => format!("到现场{}次", m.visits),
    });
    lines.push(format!("办理结果：{}", m.result_name));
    let papers = [("流程图", &m.flow_chart), ("结果样本", &m.result_sample)];
    lines.extend(papers.into_iter().filter_map(|(what, a)| Some(format!("{what}：{}", a.as_ref()?.address))));
    lines.extend([&m.statutory_note, &m.promised_note].into_iter().flatten().map(|note| format!("时限说明：{note}")));
    lines.push(format!("申请人权利：{}", m.rights));
    lines.push(format!("申请人义务：{}", m.duties));
    let online = m.online_access.iter().flat_map(|a| a.web.iter().chain(&a.mobile));
    lines.extend(online.map(|address| format!("网上办理：{address}")));
    lines.extend(m.special_procedures.iter().map(|p| format!("特别程序：{}（{}）", p.name, p.basis)));
    lines.extend(m.later.iter().map(|l| format!("{}：{}（{}）", l.kind.label(), l.how, l.basis)));
    Section::new(m.name.clone(), lines)
}

fn contacts(guide: &Guide, hotline: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for m in &guide.matters {
        for place in &m.places {
            let line =
                format!("{}{}　{}", place.name, place.address.as_ref().map_or_else(String::new, |a| format!("（{a}）")), m.service_hours);
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
    }
    let phone = |m: &GuideMatter| Some(format!("{}　咨询：{}", m.department_name, m.consult_phone.as_ref()?));
    for line in guide.matters.iter().filter_map(phone) {
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines.push(format!("监督投诉：{hotline}"));
    lines
}
