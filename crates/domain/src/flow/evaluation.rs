//! Evaluation (好差评, 国办发〔2019〕51号; GB/T 39734, GB/T 39735).

use crate::local_time::{Instant, date_of, end_of};
use chrono::Days;

codes! {
    /// Five levels; the last two are bad reviews. Exchange numbers differ by interface: see [`Level::interface`].
    pub enum Level {
        /// 非常满意.
        VerySatisfied = "very_satisfied", "非常满意";
        /// 满意.
        Satisfied = "satisfied", "满意";
        /// 基本满意.
        BasicallySatisfied = "basically_satisfied", "基本满意";
        /// 不满意.
        Dissatisfied = "dissatisfied", "不满意";
        /// 非常不满意.
        VeryDissatisfied = "very_dissatisfied", "非常不满意";
    }
}

impl Level {
    /// Whether it is a bad review (差评).
    #[must_use]
    pub const fn is_bad(self) -> bool {
        matches!(self, Self::Dissatisfied | Self::VeryDissatisfied)
    }

    /// The number of the evaluation interfaces: 5 = 非常满意.
    #[must_use]
    pub const fn interface(self) -> u8 {
        6 - self.national()
    }

    /// The number of GB/T 39046: 1 = 非常满意.
    #[must_use]
    pub const fn national(self) -> u8 {
        match self {
            Self::VerySatisfied => 1,
            Self::Satisfied => 2,
            Self::BasicallySatisfied => 3,
            Self::Dissatisfied => 4,
            Self::VeryDissatisfied => 5,
        }
    }
}

codes! {
    /// The service that is rated.
    pub enum ServicePoint {
        /// 咨询.
        Consultation = "consultation", "咨询";
        /// 申报.
        Filing = "filing", "申报";
        /// 补正.
        Supplement = "supplement", "补正";
        /// 缴费.
        Payment = "payment", "缴费";
        /// 办结、签收.
        Completion = "completion", "办结签收";
    }
}

codes! {
    /// Where it was rated (评价渠道 1–7).
    pub enum EvaluationChannel {
        /// 电脑端.
        Web = "web", "电脑端";
        /// 移动端.
        Mobile = "mobile", "移动端";
        /// 二维码.
        QrCode = "qr_code", "二维码";
        /// 大厅评价器.
        HallTablet = "hall_tablet", "大厅平板电脑";
        /// 自助终端.
        Terminal = "terminal", "大厅其他终端";
        /// 电话.
        Phone = "phone", "电话";
        /// 短信.
        Sms = "sms", "短信";
    }
}

codes! {
    /// What a check of a bad review found.
    pub enum Verification {
        /// 属实.
        True = "true", "属实";
        /// 部分属实.
        Partly = "partly", "部分属实";
        /// 不属实.
        Untrue = "untrue", "不属实";
    }
}

/// A rating as given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rating {
    /// Level.
    pub level: Level,
    /// Codes of the options ticked.
    pub options: Vec<u16>,
    /// Free text.
    pub text: Option<String>,
}

/// What came of a bad review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rectification {
    /// What the check found.
    pub verification: Verification,
    /// What was done.
    pub measure: String,
    /// What the rater is told.
    pub reply: String,
}

/// The national options; the first digit is the level on the interfaces' scale.
pub const OPTIONS: &[(u16, &str)] = &[
    (510, "一窗受理一次办结"),
    (511, "可以先受理后补材料"),
    (512, "不用提交证明"),
    (513, "可以全程网上办理"),
    (514, "可以使用手机办理"),
    (515, "可以就近办理"),
    (516, "无需材料直接办理"),
    (517, "服务热情效率高"),
    (406, "填写一张表单就可完成申报"),
    (407, "在线提交材料窗口核验"),
    (408, "一张清单告知全部申报材料"),
    (409, "用告知承诺减免申报材料"),
    (410, "可以在线预约办理"),
    (411, "跑大厅一次办完"),
    (412, "可以使用自助机办理"),
    (413, "服务态度较好"),
    (307, "一次性告知需要补正的材料"),
    (308, "提供申报材料样本"),
    (309, "在承诺的时间内办结"),
    (310, "办事指南指引准确"),
    (311, "按办事指南要求的材料即可办理"),
    (312, "可以快递送达"),
    (313, "跑动次数与承诺的一致"),
    (314, "服务态度一般"),
    (207, "没有提供材料样本"),
    (208, "没有提供材料清单"),
    (209, "未在承诺时间内办结"),
    (210, "同样内容的证明材料被要求多次提交"),
    (211, "承诺网办但无法在线办理"),
    (212, "在线预约办理后到实体大厅重复取号排队"),
    (213, "窗口人员业务不熟练"),
    (214, "服务态度生硬"),
    (108, "在办事指南之外增加新的审批条件"),
    (109, "需提供办事指南之外的申报材料"),
    (110, "无理由超过法定办理时间"),
    (111, "办事指南提供样本有错"),
    (112, "承诺在线收取申报材料实际无法收取"),
    (113, "多头跑窗口和部门"),
    (114, "跑动次数与承诺的不一致"),
    (115, "服务态度差效率低"),
];

/// Why a rating is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvaluationProblem {
    /// Stable code.
    pub code: &'static str,
    /// Chinese text.
    pub text: String,
}

impl EvaluationProblem {
    fn new(code: &'static str, text: impl Into<String>) -> Self {
        Self { code, text: text.into() }
    }
}

/// The options of a rating fit its level, each ticked once.
///
/// # Errors
/// The first option that does not fit.
pub fn check_rating(rating: &Rating) -> Result<(), EvaluationProblem> {
    for (i, option) in rating.options.iter().enumerate() {
        let known = OPTIONS.iter().any(|(code, _)| code == option);
        if !known || option / 100 != u16::from(rating.level.interface()) {
            return Err(EvaluationProblem::new("option_unknown", format!("选项{option}不属于「{}」", rating.level.label())));
        }
        if rating.options.iter().take(i).any(|o| o == option) {
            return Err(EvaluationProblem::new("option_twice", format!("选项{option}重复")));
        }
    }
    Ok(())
}

/// Days after a service within which it may be rated.
const WINDOW_DAYS: u64 = 30;

/// Whether a service rendered at `service_at` may be rated at `now`; `changes` counts how often the rating was
/// changed, `None` when there is none yet. It may be changed once, before its rectification starts.
///
/// # Errors
/// Why not.
pub fn may_rate(service_at: Option<Instant>, now: Instant, changes: Option<u32>, rectifying: bool) -> Result<(), EvaluationProblem> {
    let Some(service_at) = service_at else {
        return Err(EvaluationProblem::new("not_served_yet", "该项服务尚未发生，暂不能评价"));
    };
    let last = date_of(service_at).checked_add_days(Days::new(WINDOW_DAYS)).unwrap_or(chrono::NaiveDate::MAX);
    if now >= end_of(last) {
        return Err(EvaluationProblem::new("evaluation_closed", "服务后30日内可以评价，现已截止"));
    }
    match changes {
        Some(_) if rectifying => Err(EvaluationProblem::new("rectification_started", "整改已经开始，不能再修改评价")),
        None | Some(0) => Ok(()),
        Some(_) => Err(EvaluationProblem::new("changed_before", "评价只能修改一次")),
    }
}

/// Whether one more rating of a service may be given: each service rendered is rated once.
///
/// # Errors
/// When every service of the kind was rated.
pub fn once_a_service(rendered: usize, rated: usize) -> Result<(), EvaluationProblem> {
    if rated < rendered { Ok(()) } else { Err(EvaluationProblem::new("rated_before", "该项服务已经评价过")) }
}

/// The rate of good reviews among those given, as text with two decimals; `None` when nothing was rated. What
/// was not rated counts neither way.
#[must_use]
pub fn rate_text(good: u64, evaluated: u64) -> Option<String> {
    (evaluated > 0).then(|| {
        let hundredths = good * 10_000 / evaluated;
        format!("{}.{:02}", hundredths / 100, hundredths % 100)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scales_run_against_each_other() {
        for (level, interface, national) in
            [(Level::VerySatisfied, 5, 1), (Level::BasicallySatisfied, 3, 3), (Level::VeryDissatisfied, 1, 5)]
        {
            assert_eq!((level.interface(), level.national()), (interface, national));
        }
        assert_eq!(Level::ALL.iter().filter(|l| l.is_bad()).count(), 2);
    }

    #[test]
    fn options_belong_to_their_level_and_stand_once() {
        let rating = |level, options: &[u16]| check_rating(&Rating { level, options: options.to_vec(), text: None }).map_err(|p| p.code);
        assert_eq!(rating(Level::VerySatisfied, &[510, 517]), Ok(()));
        assert_eq!(rating(Level::VerySatisfied, &[411]), Err("option_unknown"));
        assert_eq!(rating(Level::VeryDissatisfied, &[510]), Err("option_unknown"));
        assert_eq!(rating(Level::Dissatisfied, &[207, 207]), Err("option_twice"));
        assert_eq!(rating(Level::Dissatisfied, &[299]), Err("option_unknown"));
    }

    #[test]
    fn ratings_have_a_window_and_one_change() {
        let day = |text: &str| crate::local_time::start_of(text.parse().unwrap());
        let served = Some(day("2024-06-03"));
        for (served, now, changes, rectifying, expected) in [
            (None, "2024-06-03", None, false, Err("not_served_yet")),
            (served, "2024-07-03", None, false, Ok(())),
            (served, "2024-07-04", None, false, Err("evaluation_closed")),
            (served, "2024-06-04", Some(0), false, Ok(())),
            (served, "2024-06-04", Some(0), true, Err("rectification_started")),
            (served, "2024-06-04", Some(1), false, Err("changed_before")),
        ] {
            assert_eq!(may_rate(served, day(now), changes, rectifying).map_err(|p| p.code), expected, "{now} {changes:?}");
        }
    }

    #[test]
    fn rates_are_honest() {
        for (good, evaluated, expected) in
            [(200, 200, Some("100.00")), (199, 200, Some("99.50")), (0, 0, None), (2, 3, Some("66.66")), (0, 7, Some("0.00"))]
        {
            assert_eq!(rate_text(good, evaluated).as_deref(), expected);
        }
    }
}
