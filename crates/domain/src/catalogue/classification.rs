//! How a matter is classified: the code tables of the national list and the catalogue's own.

use crate::calendar::Limit;

crate::codes! {
    /// Kind of power or service (GB/T 39046 A.1).
    pub enum MatterType {
        /// 行政许可.
        Licence = "licence", "行政许可";
        /// 行政处罚.
        Penalty = "penalty", "行政处罚";
        /// 行政强制.
        Coercion = "coercion", "行政强制";
        /// 行政征收.
        Levy = "levy", "行政征收";
        /// 行政给付.
        Payment = "payment", "行政给付";
        /// 行政检查.
        Inspection = "inspection", "行政检查";
        /// 行政确认.
        Confirmation = "confirmation", "行政确认";
        /// 行政奖励.
        Reward = "reward", "行政奖励";
        /// 行政裁决.
        Adjudication = "adjudication", "行政裁决";
        /// 其他行政权力.
        OtherPower = "other_power", "其他行政权力";
        /// 公共服务.
        PublicService = "public_service", "公共服务";
    }
}

crate::codes! {
    /// The procedure that decides receipt, silence, units and remedies.
    pub enum Procedure {
        /// 行政许可法.
        Licence = "licence", "行政许可";
        /// 登记 (formal check, on the spot).
        Registration = "registration", "登记";
        /// 行政确认.
        Confirmation = "confirmation", "行政确认";
        /// 备案: ends with a receipt.
        Filing = "filing", "备案";
        /// 公共服务.
        PublicService = "public_service", "公共服务";
        /// 联合验收.
        JointAcceptance = "joint_acceptance", "联合验收";
    }
}

impl Procedure {
    /// The term after which silence means acceptance, from receipt: 5 working days for licences (行政许可法
    /// 32(4)). Registrations answer on the spot and filings end with their receipt: no term for them.
    #[must_use]
    pub const fn notice_term(self) -> Option<Limit> {
        match self {
            Self::Licence => Some(Limit::working_days(5)),
            Self::Registration | Self::Confirmation | Self::Filing | Self::PublicService | Self::JointAcceptance => None,
        }
    }
}

crate::codes! {
    /// Whether it is decided on the spot (GB/T 39046 A.6).
    pub enum CaseKind {
        /// 即办件: decided on the spot.
        Instant = "instant", "即办件";
        /// 承诺件: decided within the promised limit.
        Promised = "promised", "承诺件";
    }
}

crate::codes! {
    /// Whom it serves (服务对象, GB/T 39046 A.4).
    pub enum Audience {
        /// 自然人.
        Person = "person", "自然人";
        /// 企业法人 and branches.
        Enterprise = "enterprise", "企业";
        /// 事业法人.
        Institution = "institution", "事业单位";
        /// 社会组织法人.
        SocialOrganisation = "social_organisation", "社会组织";
        /// 行政机关.
        Agency = "agency", "行政机关";
        /// 个体工商户.
        SoleTrader = "sole_trader", "个体工商户";
        /// Any other organisation, of whatever kind.
        Organisation = "organisation", "其他组织";
    }
}

crate::codes! {
    /// How it may be filed (GB/T 39046 A.5).
    pub enum Channel {
        /// 窗口.
        Window = "window", "窗口";
        /// 电脑端.
        Web = "web", "电脑端";
        /// 移动端.
        Mobile = "mobile", "移动端";
        /// 快递.
        Courier = "courier", "快递";
        /// Another way.
        Other = "other", "其他";
    }
}

crate::codes! {
    /// Where its cases live.
    pub enum SystemOfRecord {
        /// Here.
        Local = "local", "本系统";
        /// In another system; the case is mirrored.
        External = "external", "外部系统";
    }
}

crate::codes! {
    /// In whose name it is handled (行政许可法 24).
    pub enum Authority {
        /// The zone's own power.
        Own = "own", "本级权力";
        /// 赋权: handled in the zone's name.
        Devolved = "devolved", "赋权";
        /// 委托: handled in the entrusting body's name.
        Entrusted = "entrusted", "委托";
        /// 服务前移: a body of the city sits in the hall.
        FrontMoved = "front_moved", "服务前移";
    }
}

crate::codes! {
    /// Whether one person may accept and decide.
    pub enum Separation {
        /// Never the same person.
        Strict = "strict", "受审分离";
        /// An authorised clerk may do both.
        WindowAuthorised = "window_authorised", "窗口授权";
    }
}

crate::codes! {
    /// How sure a fact of the catalogue is.
    pub enum Source {
        /// Read in the law.
        Law = "law", "法律法规";
        /// Named by the zone's own documents.
        Seed = "seed", "园区文件";
        /// Found in an official guide elsewhere.
        Found = "found", "公开指南";
        /// Plausible, chosen freely.
        Illustrative = "illustrative", "示例";
        /// Known in the field, to be checked before going live.
        ToVerify = "to_verify", "待核实";
    }
}
