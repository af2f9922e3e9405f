//! The words of a letter: every slot that 国办发〔2020〕42号 and the rules of 容缺受理 (R4.4) name, from the catalogue.

use super::{LetterKind, LetterProblem, LetterText};
use crate::assessment::{Assessment, Item, ItemStatus};
use crate::catalogue::{CheckTime, CommitmentRule, Matter, RequirementChoice, Zone};

/// Renders the letter about `materials` as the catalogue has it. `assessment` was made with these materials
/// committed or deferred: what it does not allow is a problem.
///
/// # Errors
/// Everything the assessment does not let stand.
pub fn letter_text(
    kind: LetterKind,
    matters: &[&Matter],
    zone: &Zone,
    applicant: &str,
    materials: &[String],
    assessment: &Assessment,
) -> Result<LetterText, Vec<LetterProblem>> {
    let wanted = match kind {
        LetterKind::Commitment => ItemStatus::Committed,
        LetterKind::Deferral => ItemStatus::Deferred,
    };
    let refused: Vec<LetterProblem> = assessment
        .reasons
        .iter()
        .filter(|r| r.code.starts_with("commitment_") || r.code.starts_with("deferral_"))
        .map(|r| LetterProblem { code: "not_allowed", text: r.text.clone() })
        .collect();
    if !refused.is_empty() {
        return Err(refused);
    }
    let items: Vec<&Item> = assessment.items.iter().filter(|i| i.status == wanted && materials.contains(&i.material)).collect();
    if items.is_empty() {
        return Err(vec![LetterProblem {
            code: "nothing_to_promise", text: "这些材料已经提供或者无需提供，不必承诺".to_owned()
        }]);
    }
    let mut paragraphs = vec![format!("申请人：{applicant}"), subject(kind, matters)];
    match kind {
        LetterKind::Commitment => {
            paragraphs.push("一、行政机关告知".to_owned());
            paragraphs.extend((1..).zip(told(matters, &items)).map(|(n, said)| format!("（{n}）{said}")));
            paragraphs.push("二、申请人承诺".to_owned());
            paragraphs.extend((1..).zip(promised(&items)).map(|(n, said)| format!("（{n}）{said}")));
        }
        LetterKind::Deferral => {
            paragraphs.push("申请人自愿申请容缺受理，承诺按下列期限补齐材料：".to_owned());
            paragraphs.extend(items.iter().map(|i| {
                let event = i.before.as_ref().map(|name| format!("「{name}」办结"));
                let day = i.until.map(|d| d.format("%Y年%m月%d日").to_string());
                let until = event.or(day).unwrap_or_else(|| "本事项办结".to_owned());
                format!("「{}」，于{until}前以原件或者电子件补交，可以网上上传，也可以到窗口提交。", i.name)
            }));
            paragraphs.push("所提交材料和本承诺真实有效，是申请人的真实意思表示。".to_owned());
            paragraphs.push("逾期未补齐的，经听取陈述申辩，承担撤回受理决定等后果，并记入违诺记录。".to_owned());
        }
    }
    paragraphs.push(format!("受理单位：{}", zone.name));
    paragraphs.push("承诺人：签署人及签署时间以电子签名或者纸质签章为准。本承诺书一式两份，申请人和受理单位各执一份。".to_owned());
    Ok(LetterText { title: kind.label().to_owned(), paragraphs })
}

fn subject(kind: LetterKind, matters: &[&Matter]) -> String {
    let named: Vec<String> = matters.iter().map(|m| format!("「{}」", m.name)).collect();
    let rules = matters.iter().filter_map(|m| match kind {
        LetterKind::Commitment => m.commitment.as_ref().map(|r| r.basis.as_str()),
        LetterKind::Deferral => m.deferral.as_ref().map(|r| r.basis.as_str()),
    });
    let laws = matters.iter().map(|m| m.basis_text()).collect::<Vec<_>>().join("；");
    format!("办理事项：{}（依据：{laws}；{}）", named.join("、"), rules.collect::<Vec<_>>().join("；"))
}

/// What the authority tells: what is replaced and what it is for, what has to be met, how one commits, how it is checked,
/// what a false statement leads to, whether the commitment is made public.
fn told(matters: &[&Matter], items: &[&Item]) -> Vec<String> {
    let mut said: Vec<String> = items.iter().map(|item| replaced(item, matters)).collect();
    let conditions: Vec<String> = matters.iter().flat_map(|m| m.conditions.iter().cloned()).collect();
    if !conditions.is_empty() {
        said.push(format!("应当符合的条件和标准：{}。", conditions.join("；")));
    }
    let rules: Vec<&CommitmentRule> = matters.iter().filter_map(|m| m.commitment.as_ref()).collect();
    said.extend(rules.iter().filter_map(|r| r.notice.as_ref()).map(|notice| format!("监管规则：{notice}")));
    said.push(
        "承诺方式：自愿选择，由申请人本人（法定代表人）以书面形式（含电子文本）签署；不选择承诺的，按一般程序提供材料办理。".to_owned(),
    );
    said.extend(rules.iter().map(|rule| format!("核查方式：{}。", checked(rule))));
    said.push(
        "不实承诺的责任：责令限期整改；逾期不整改或者整改后仍不符合条件的，在听取陈述申辩后依法撤销决定，并记入违诺记录。".to_owned(),
    );
    said.push(match rules.iter().find_map(|r| r.made_public.as_deref()) {
        Some(where_to) => format!("承诺书公开：{where_to}。"),
        None => "承诺书公开：不向社会公开。".to_owned(),
    });
    said
}

/// One proof that is replaced: its name, what it is for, what it has to show.
fn replaced(item: &Item, matters: &[&Matter]) -> String {
    let asked = |m: &&Matter| item.needed_by.contains(&m.code) || item.needed_by.is_empty();
    let groups = matters.iter().filter(|m| asked(m)).flat_map(|m| m.requirements.iter());
    let found = groups.flat_map(|r| r.choices.iter().map(move |c| (r, c))).find(|(_, c)| c.material == item.material);
    let basis = found.map(|(r, _)| format!("，要求提供的依据：{}", r.basis)).unwrap_or_default();
    let shows = |c: &RequirementChoice| c.standard.clone().or_else(|| c.how.clone());
    let standard = found.and_then(|(_, c)| shows(c)).map(|s| format!("，内容和标准：{s}")).unwrap_or_default();
    format!("以承诺代替的材料「{}」，用于证明符合办理条件{basis}{standard}。", item.name)
}

fn checked(rule: &CommitmentRule) -> String {
    let within = rule.check_within.map(|term| format!("，{}内进行", term.text())).unwrap_or_default();
    let completed = rule.complete_within.map(|term| format!("；准予后{}内补齐材料", term.text())).unwrap_or_default();
    let how = match rule.check {
        Some(plan) if plan.time == CheckTime::Random => format!("随机抽查（{}%）", plan.share_percent.unwrap_or(100)),
        Some(plan) => plan.time.label().to_owned(),
        None => CheckTime::Within.label().to_owned(),
    };
    format!("{how}{within}{completed}；优先通过数据共享核查，需要现场核查的不妨碍正常经营")
}

/// What the applicant says.
fn promised(items: &[&Item]) -> Vec<String> {
    vec![
        format!("以本承诺代替以下材料：{}。", items.iter().map(|i| i.name.as_str()).collect::<Vec<_>>().join("、")),
        "已经知晓行政机关告知的全部内容。".to_owned(),
        "已经符合告知的条件和标准；需要在经营前达到的，达到之前不开展有关活动。".to_owned(),
        "愿意接受行政机关的核查和监督。".to_owned(),
        "愿意承担不实承诺的法律责任。".to_owned(),
        "所填写的信息和所作承诺真实、准确，是申请人的真实意思表示。".to_owned(),
    ]
}
