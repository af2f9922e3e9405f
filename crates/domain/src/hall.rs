//! The hall's own services: appointments (预约错时延时服务), parcels (免费邮寄), further help (帮其他事项).

use crate::local_time::Instant;
use crate::reason::Reason;

codes! {
    /// When a slot lies. None of them moves any deadline.
    pub enum SlotKind {
        /// 正常时段.
        Regular = "regular", "正常时段";
        /// 错时: outside of the rush.
        OffPeak = "off_peak", "错时";
        /// 延时: outside of hall hours, weekends included.
        Extended = "extended", "延时";
    }
}

codes! {
    /// Where an appointment stands.
    pub enum BookingState {
        /// 已预约.
        Booked = "booked", "已预约";
        /// 已取消.
        Cancelled = "cancelled", "已取消";
        /// 已到场.
        Kept = "kept", "已到场";
        /// 未到场.
        NoShow = "no_show", "未到场";
    }
}

codes! {
    /// Where a parcel is.
    pub enum ParcelState {
        /// 待下单: the courier has not been told yet.
        Waiting = "waiting", "待下单";
        /// 已下单.
        Ordered = "ordered", "已下单";
        /// 已揽收.
        Collected = "collected", "已揽收";
        /// 运输中.
        InTransit = "in_transit", "运输中";
        /// 已签收.
        Signed = "signed", "已签收";
        /// 已退回.
        Returned = "returned", "已退回";
    }
}

impl ParcelState {
    /// Nothing more will happen to it.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Signed | Self::Returned)
    }
}

codes! {
    /// Further help at the window (帮其他事项, 湘新审改办〔2021〕2号).
    pub enum HelpKind {
        /// 打证.
        PrintCertificate = "print_certificate", "打证";
        /// 盖章.
        Stamp = "stamp", "盖章";
        /// 扫描.
        Scan = "scan", "扫描";
        /// 电子资料查询.
        QueryDocument = "query_document", "电子资料查询";
        /// 电子资料拷贝.
        CopyDocument = "copy_document", "电子资料拷贝";
        /// 电子资料发送.
        SendDocument = "send_document", "电子资料发送";
        /// 邮寄.
        Post = "post", "邮寄";
    }
}

/// Why somebody's document may not be sent to `recipient`: without his consent nothing goes to others (个人信息保护法 13,
/// 23). `consented` are those he named.
#[must_use]
pub fn needs_consent(kind: HelpKind, recipient: Option<&str>, consented: &[&str]) -> Option<Reason> {
    let leaves = matches!(kind, HelpKind::SendDocument | HelpKind::CopyDocument | HelpKind::Post);
    let recipient = recipient.filter(|_| leaves)?;
    let text = format!("向第三方提供资料须经本人同意，尚无向「{recipient}」提供的同意书");
    (!consented.contains(&recipient)).then(|| Reason::new("consent_missing", text, "个人信息保护法 13、23"))
}

/// Why a slot can't be opened at `now`: the member that is wrong, and why.
#[must_use]
pub fn not_openable(starts_at: Instant, ends_at: Instant, now: Instant) -> Option<(&'static str, Reason)> {
    if starts_at <= now {
        return Some(("starts_at", Reason::new("in_the_past", "时段应晚于现在", "预约服务")));
    }
    (ends_at <= starts_at).then(|| ("ends_at", Reason::new("wrong_order", "结束应晚于开始", "预约服务")))
}

/// Why a slot can't be booked at `now`.
#[must_use]
pub fn not_bookable(starts_at: Instant, now: Instant, booked: i32, capacity: i32) -> Option<Reason> {
    if starts_at <= now {
        return Some(Reason::new("slot_over", "该时段已经开始或者结束", "预约服务"));
    }
    (booked >= capacity).then(|| Reason::new("slot_full", "该时段已约满，请选择其他时段", "预约服务"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_lies_ahead_and_has_room() {
        let at = |hour: i64| crate::local_time::start_of("2024-10-08".parse().unwrap()) + chrono::TimeDelta::hours(hour);
        for (from, to, wrong) in [(9, 10, None), (8, 10, Some("in_the_past")), (10, 10, Some("wrong_order")), (11, 10, Some("wrong_order"))]
        {
            assert_eq!(not_openable(at(from), at(to), at(8)).map(|(_, r)| r.code).as_deref(), wrong, "{from}–{to}");
        }
        for (now, booked, refused) in [(8, 0, None), (9, 0, Some("slot_over")), (8, 5, Some("slot_full"))] {
            assert_eq!(not_bookable(at(9), at(now), booked, 5).map(|r| r.code).as_deref(), refused, "{now} {booked}");
        }
    }

    #[test]
    fn nothing_leaves_for_others_without_consent() {
        for (kind, recipient, consented, refused) in [
            (HelpKind::SendDocument, Some("某银行"), &[][..], true),
            (HelpKind::SendDocument, Some("某银行"), &["某银行"], false),
            (HelpKind::SendDocument, None, &[], false),
            (HelpKind::CopyDocument, Some("某银行"), &["别家"], true),
            (HelpKind::Scan, Some("某银行"), &[], false),
        ] {
            assert_eq!(needs_consent(kind, recipient, consented).is_some(), refused, "{kind} {recipient:?}");
        }
    }
}
