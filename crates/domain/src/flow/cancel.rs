//! Cancellation of a certificate by the authority itself (依职权注销, 行政许可法 70).

use crate::reason::Reason;
use chrono::NaiveDate;

codes! {
    /// Why the authority cancels a certificate.
    pub enum CancelGround {
        /// 有效期届满未延续.
        Expired = "expired", "有效期届满未延续";
        /// 公民死亡或者丧失行为能力.
        Incapacitated = "incapacitated", "赋予特定资格的公民死亡或者丧失行为能力";
        /// 法人或者其他组织依法终止.
        Dissolved = "dissolved", "法人或者其他组织依法终止";
        /// 许可证件依法被吊销.
        Penalised = "penalised", "许可证件依法被吊销";
        /// 因不可抗力无法实施.
        ForceMajeure = "force_majeure", "不可抗力导致许可事项无法实施";
        /// 未在法定期限内开始实施, where the law ends the grant by itself.
        NotBegun = "not_begun", "未在法定期限内开始实施，许可自行废止";
        /// 法律、法规规定的其他情形.
        ByLaw = "by_law", "法律、法规规定的其他情形";
    }
}

impl CancelGround {
    /// The item of the law.
    #[must_use]
    pub const fn basis(self) -> &'static str {
        match self {
            Self::Expired => "行政许可法 70(一)",
            Self::Incapacitated => "行政许可法 70(二)",
            Self::Dissolved => "行政许可法 70(三)",
            Self::Penalised => "行政许可法 70(四)",
            Self::ForceMajeure => "行政许可法 70(五)",
            Self::NotBegun | Self::ByLaw => "行政许可法 70(六)",
        }
    }
}

/// What is known of a certificate that is to be cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cancelling<'a> {
    /// Why.
    pub ground: CancelGround,
    /// Its last day.
    pub valid_until: Option<NaiveDate>,
    /// Today.
    pub today: NaiveDate,
    /// The term to begin has run out with nothing reported.
    pub not_begun: bool,
    /// The law that ends it, where another does.
    pub law: Option<&'a str>,
}

/// Why a certificate can't be cancelled on this ground.
#[must_use]
pub fn cancel_bars(what: &Cancelling<'_>) -> Option<Reason> {
    let basis = what.ground.basis();
    match what.ground {
        CancelGround::Expired if what.valid_until.is_none_or(|until| what.today <= until) => {
            Some(Reason::new("not_expired", "证照有效期尚未届满，不能以此注销", basis))
        }
        CancelGround::NotBegun if !what.not_begun => Some(Reason::new("not_lapsed", "法定的开始期限未届满，或者已经按期开始", basis)),
        CancelGround::ByLaw if what.law.is_none_or(|law| law.trim().is_empty()) => {
            Some(Reason::new("basis_required", "请写明规定应当注销的法律、法规及条款", basis))
        }
        _ => None,
    }
}
