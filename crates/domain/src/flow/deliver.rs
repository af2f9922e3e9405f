//! Make out the result (出件) and hand it over (送达).

use crate::application::Case;
use crate::catalogue::Matter;
use crate::local_time::Instant;
use crate::reason::Reason;

codes! {
    /// How a result reaches the applicant.
    pub enum DeliveryWay {
        /// 窗口领取.
        Pickup = "pickup", "窗口领取";
        /// 邮寄.
        Courier = "courier", "邮寄";
        /// 电子送达.
        Electronic = "electronic", "电子送达";
    }
}

/// Makes out the result of a granted case.
pub fn issue(case: &mut Case, now: Instant) {
    case.progress.issued_at = Some(now);
    case.version += 1;
}

/// Hands the result over. Delivery is free where the matter is (免费邮寄).
///
/// # Errors
/// A fee for what is free, a parcel without its number.
pub fn deliver(
    case: &mut Case,
    matter: &Matter,
    way: DeliveryWay,
    tracking_no: Option<&str>,
    fee_fen: i64,
    now: Instant,
) -> Result<(), Reason> {
    if fee_fen != 0 && matter.fee.is_none() {
        return Err(Reason::new("delivery_is_free", "本事项免费送达，不得向申请人收取费用", "免费邮寄规定"));
    }
    if way == DeliveryWay::Courier && tracking_no.is_none() {
        return Err(Reason::new("tracking_no_required", "邮寄送达应填写运单号", "行政许可法 44"));
    }
    case.progress.delivered_at = Some(now);
    case.deadline = None;
    case.version += 1;
    Ok(())
}
