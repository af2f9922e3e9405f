//! The courier (政务专递): order a parcel, ask where it is. Contracts and addresses come with the zone's courier; until then
//! the hall sends by hand and types the number.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Where a parcel is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whereabouts {
    /// Ordered.
    Ordered,
    /// Collected.
    Collected,
    /// On its way.
    InTransit,
    /// Signed for.
    Signed,
    /// Came back.
    Returned,
}

/// A parcel to order.
#[derive(Debug, Clone)]
pub struct Order {
    /// Our own identity of it: ordered again, it is the same parcel.
    pub reference: String,
    /// To whom.
    pub recipient: String,
    /// Where to.
    pub address: String,
    /// How to reach him.
    pub phone: String,
}

/// The courier did not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the courier is not available")]
pub struct CourierDown;

/// The port.
pub enum Courier {
    /// The double: each question moves a parcel one step; an address with 退回 comes back, one with 停运 gets no answer.
    Sandbox(Sandbox),
    /// Not set up.
    Absent,
}

/// The double's parcels, by number: how often was asked, and whether it comes back.
#[derive(Default)]
pub struct Sandbox(Mutex<BTreeMap<String, (u32, bool)>>);

impl Courier {
    /// Whether parcels can be ordered here; otherwise the hall sends by hand and types the number.
    #[must_use]
    pub const fn is_set_up(&self) -> bool {
        matches!(self, Self::Sandbox(_))
    }

    /// Orders a parcel; ordering the same reference again gives the same number.
    ///
    /// # Errors
    /// [`CourierDown`].
    pub async fn order(&self, order: &Order) -> Result<String, CourierDown> {
        match self {
            Self::Sandbox(sandbox) if !order.address.contains("停运") => Ok(sandbox.order(&order.reference, &order.address)),
            Self::Sandbox(_) | Self::Absent => Err(CourierDown),
        }
    }

    /// Where a parcel is.
    ///
    /// # Errors
    /// [`CourierDown`].
    pub async fn track(&self, tracking_no: &str) -> Result<Whereabouts, CourierDown> {
        match self {
            Self::Sandbox(sandbox) => Ok(sandbox.track(tracking_no)),
            Self::Absent => Err(CourierDown),
        }
    }
}

impl Sandbox {
    fn order(&self, reference: &str, address: &str) -> String {
        let digits: String = reference.chars().filter(char::is_ascii_hexdigit).rev().take(9).collect();
        let number = format!("EB{}CN", digits.to_uppercase());
        let mut parcels = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        parcels.entry(number.clone()).or_insert((0, address.contains("退回")));
        number
    }

    fn track(&self, tracking_no: &str) -> Whereabouts {
        let mut parcels = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (asked, returns) = parcels.entry(tracking_no.to_owned()).or_insert((0, false));
        *asked += 1;
        match (*asked, *returns) {
            (1, _) => Whereabouts::Collected,
            (2, _) => Whereabouts::InTransit,
            (_, true) => Whereabouts::Returned,
            (_, false) => Whereabouts::Signed,
        }
    }
}
