//! The one-time notice (一次性告知, 行政许可法 32(4)) and the supplements that answer it.

use crate::application::{Case, CaseState, Deadline, Filing, yellow_from};
use crate::calendar::{Due, Limit, due};
use crate::local_time::{Instant, date_of};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;
use uuid::Uuid;

/// One defect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoticeItem {
    /// The case it concerns; may be left out where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<Uuid>,
    /// Code of the material; absent for a defect of the form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "planning-conditions-approval", max_length = 100)]
    pub material: Option<String>,
    /// Data element of the form, for a defect there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "floor_area_m2", max_length = 100)]
    pub element: Option<String>,
    /// What is wrong or missing.
    #[schema(example = "缺少批复文号", max_length = 500)]
    pub defect: String,
    /// How to put it right, and in which form.
    #[schema(example = "上传加盖公章的批复全文", max_length = 500)]
    pub remedy: String,
}

/// One notice: everything that is to be supplemented, said once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Round, from 1.
    pub round: u32,
    /// When it was given.
    pub given_at: Instant,
    /// Who gave it.
    pub given_by: Uuid,
    /// Last day for the supplements.
    pub due: Due,
    /// The cases it is about.
    #[serde(default)]
    pub cases: Vec<Uuid>,
    /// Every case it could have been about: what it does not say of them it finds in order.
    #[serde(default)]
    pub considered: Vec<Uuid>,
    /// The defects.
    pub items: Vec<NoticeItem>,
    /// When the supplements were handed in.
    pub answered_at: Option<Instant>,
    /// Files that had been handed in when it was given.
    #[serde(default)]
    pub files_before: usize,
    /// Paper that had been taken over by then.
    #[serde(default)]
    pub paper_before: usize,
    /// Why a reviewer let it name something that had been complete before.
    pub overridden: Option<String>,
}

/// One thing wrong with a notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeProblem {
    /// Place in the list of items.
    pub item: usize,
    /// Stable code.
    pub code: &'static str,
    /// Chinese text.
    pub text: String,
}

/// The last notice of the case an entry is about, and the materials handed in since.
pub type LastNotice<'a> = dyn Fn(&NoticeItem) -> Option<(&'a Notice, BTreeSet<String>)> + 'a;

/// What a notice is judged against.
pub struct NoticeFacts<'a> {
    /// Materials the matter of each case asks for.
    pub asked: &'a dyn Fn(&NoticeItem) -> bool,
    /// Materials accepted from this applicant before and still valid.
    pub held: &'a BTreeSet<String>,
    /// The last notice of the case an entry is about, and the materials handed in since.
    pub last: &'a LastNotice<'a>,
    /// A supervisor's reason to name more in a later round.
    pub overridden: bool,
}

/// Everything wrong with the items of a notice: unrelated materials (行政许可法 31), materials the hall holds
/// already (在线政务服务若干规定 7), and, from the second round on, what could have been said the first time
/// (一次告知).
#[must_use]
pub fn check_notice(items: &[NoticeItem], facts: &NoticeFacts<'_>) -> Vec<NoticeProblem> {
    let judge = |(item, entry): (usize, &NoticeItem)| {
        let problem = |code, text: String| Some(NoticeProblem { item, code, text });
        let written = |text: &str| (1..=500).contains(&text.trim().chars().count());
        if !written(&entry.defect) || !written(&entry.remedy) {
            return problem("length", "应写明问题和补正方式，各1至500个字".to_owned());
        }
        match (&entry.material, &entry.element) {
            (None, None) => return problem("defect_unplaced", "应写明是哪一份材料或者表单的哪一项".to_owned()),
            (Some(material), _) if !(facts.asked)(entry) => {
                return problem("material_unknown", format!("事项不需要材料「{material}」（行政许可法 31）"));
            }
            (Some(material), _) if facts.held.contains(material) => {
                return problem("material_already_held", format!("「{material}」此前已经收取，不得要求重复提交（在线政务服务若干规定 7）"));
            }
            _ => {}
        }
        let (last, renewed) = (facts.last)(entry)?;
        let of_same = |known: &&NoticeItem| known.case.is_none() || known.case == entry.case;
        let named_before =
            last.items.iter().filter(of_same).any(|known| known.material == entry.material && known.element == entry.element);
        let renewed = entry.material.as_ref().is_some_and(|m| renewed.contains(m));
        if named_before || renewed || facts.overridden {
            return None;
        }
        problem("not_said_the_first_time", "此项在首次告知时已可发现，不得再次告知；确有必要的，应经监督人员说明理由".to_owned())
    };
    items.iter().enumerate().filter_map(judge).collect()
}

/// Gives a notice to received cases: the applicant's term starts, the authority's stands still. `basis` is the
/// zone's legal basis, if any, for ending cases whose supplements do not come.
#[must_use]
pub fn give_notice(cases: &mut [&mut Case], mut notice: Notice, at: &Filing<'_>, term: Limit, basis: Option<String>) -> Notice {
    let due = due(at.calendar, at.hours, at.received_at, term);
    notice.due = due;
    let warned = yellow_from(at.calendar, date_of(at.received_at), &due, 3);
    notice.cases = cases.iter().map(|c| c.id).collect();
    for case in cases {
        case.state = CaseState::Supplementing;
        case.deadline = Some(Deadline::new(due, warned));
        case.progress.rounds += 1;
        case.progress.lapse_basis.clone_from(&basis);
        case.version += 1;
    }
    notice
}

/// What an open notice asks for and is not among the materials handed in `since` it was given; `alternatives`
/// names everything that would do for a material (any-of groups).
#[must_use]
pub fn unanswered_items<'a>(
    notice: &'a Notice,
    since: &BTreeSet<String>,
    alternatives: impl Fn(&str) -> Vec<String>,
) -> Vec<&'a NoticeItem> {
    let answered = |material: &String| alternatives(material).iter().any(|m| since.contains(m));
    notice.items.iter().filter(|item| item.material.as_ref().is_some_and(|m| !answered(m))).collect()
}

/// Takes the supplements in: the authority's term of 5 working days starts anew.
pub fn take_supplement(case: &mut Case, at: &Filing<'_>) {
    case.state = CaseState::Received;
    case.await_notice(at);
    case.version += 1;
}

impl Notice {
    /// Whether it was the moment to say what is wanting in a case (一次告知).
    #[must_use]
    pub fn speaks_of(&self, case: Uuid) -> bool {
        self.cases.contains(&case) || self.considered.contains(&case)
    }

    /// A notice before its term is known.
    #[must_use]
    pub fn new(round: u32, given_at: Instant, given_by: Uuid, items: Vec<NoticeItem>, overridden: Option<String>) -> Self {
        let on: NaiveDate = date_of(given_at);
        Self {
            round,
            given_at,
            given_by,
            due: Due { on, at: given_at, provisional: false },
            cases: Vec::new(),
            considered: Vec::new(),
            items,
            answered_at: None,
            files_before: 0,
            paper_before: 0,
            overridden,
        }
    }
}
