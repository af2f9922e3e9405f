//! What every handler shares.

use crate::etag::Remembered;
use crate::metrics::Metrics;
use crate::throttle::Throttle;
use crate::token::Tokens;
use domain::hall::ParcelState;
use integrations::courier::{self, Whereabouts};
use integrations::seal::Seal;
use integrations::{PortError, Ports};
use persistence::Db;
use persistence::file_store::FileStore;
use persistence::number::Numbers;
use persistence::parcel::Consignment;
use std::sync::Arc;
use uuid::Uuid;
use workflow::application::CourierSaid;
use workflow::jobs::{Couriers, Sealer, Worker};
use workflow::{Error, Snapshots};

/// Limits of the server.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Largest JSON body, bytes.
    pub body: usize,
    /// Largest file, bytes.
    pub file: u64,
    /// Largest catalogue to import, bytes as it is sent: 20,000 matters take about 35 MiB.
    pub import: u64,
    /// Longest a request may take, seconds.
    pub request_seconds: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { body: 1024 * 1024, file: 20 * 1024 * 1024, import: 64 * 1024 * 1024, request_seconds: 30 }
    }
}

domain::codes! {
    /// What the seal of an instrument says.
    pub enum SealState {
        /// It fits the words.
        Genuine = "genuine", "印章有效";
        /// It does not.
        Broken = "broken", "印章与内容不符";
        /// Not sealed yet, or the seal was taken away.
        Missing = "missing", "尚未用印或者印章缺失";
        /// No electronic seal is in use here.
        Unused = "unused", "未启用电子印章";
    }
}

/// What every handler shares.
#[derive(Clone)]
pub struct AppState {
    /// The database.
    pub db: Db,
    /// Catalogues and calendar.
    pub snapshots: Snapshots,
    /// Reserved numbers.
    pub numbers: Numbers,
    /// Sealed files.
    pub files: FileStore,
    /// Outside systems.
    pub ports: Ports,
    /// Address under which people reach the API: codes on paper lead there.
    pub public_url: String,
    /// Access tokens.
    pub tokens: Arc<Tokens>,
    /// Failed attempts.
    pub throttle: Arc<Throttle>,
    /// Measurements.
    pub metrics: Arc<Metrics>,
    /// Public answers computed lately.
    pub remembered: Remembered,
    /// Limits.
    pub limits: Limits,
    /// Development operations are served.
    pub sandbox: bool,
}

/// Room for public answers: at most 64 MiB.
#[must_use]
pub fn remembered() -> Remembered {
    let weight =
        |key: &String, (_, bytes): &(String, actix_web::web::Bytes)| u32::try_from(key.len() + bytes.len() + 64).unwrap_or(u32::MAX);
    Remembered::builder().weigher(weight).max_capacity(64 * 1024 * 1024).time_to_live(std::time::Duration::from_mins(1)).build()
}

impl AppState {
    /// A worker over the same database, for what is due.
    #[must_use]
    pub fn worker(&self) -> Worker {
        Worker {
            db: self.db.clone(),
            snapshots: self.snapshots.clone(),
            numbers: self.numbers.clone(),
            sealer: self.sealer(),
            couriers: self.couriers(),
            files: self.files.clone(),
        }
    }

    /// What orders and follows parcels.
    fn couriers(&self) -> Couriers {
        let courier = self.ports.courier.clone();
        Arc::new(move |parcel| {
            let courier = courier.clone();
            Box::pin(async move {
                let Some(tracking_no) = parcel.tracking_no else {
                    let Consignment { recipient, address, phone, .. } = parcel.consignment;
                    let order = courier::Order { reference: parcel.id.to_string(), recipient, address, phone };
                    let number = courier.order(&order).await.map_err(|e| e.to_string())?;
                    return Ok(CourierSaid { tracking_no: number, state: ParcelState::Ordered });
                };
                let state = match courier.track(&tracking_no).await.map_err(|e| e.to_string())? {
                    Whereabouts::Ordered => ParcelState::Ordered,
                    Whereabouts::Collected => ParcelState::Collected,
                    Whereabouts::InTransit => ParcelState::InTransit,
                    Whereabouts::Signed => ParcelState::Signed,
                    Whereabouts::Returned => ParcelState::Returned,
                };
                Ok(CourierSaid { tracking_no, state })
            })
        })
    }

    /// What seals instruments: the port, with the zone's secret where it works in software.
    fn sealer(&self) -> Sealer {
        let (seal, keys) = (self.ports.seal, self.db.keys().clone());
        Arc::new(move |zone, digest| {
            let secret = keys.software_secret("seal", &zone.to_string());
            Box::pin(async move {
                match seal.sign(&secret, &digest).await {
                    Ok(signature) => Ok(Some(signature)),
                    Err(PortError::Absent) => Ok(None),
                    Err(error) => Err(error.to_string()),
                }
            })
        })
    }

    /// What the seal under an instrument says.
    pub(crate) fn seal_of(&self, zone: i32, digest: &[u8], signature: Option<&[u8]>) -> SealState {
        let secret = self.db.keys().software_secret("seal", &zone.to_string());
        match signature {
            Some(signature) if self.ports.seal.verify(&secret, digest, signature) => SealState::Genuine,
            Some(_) => SealState::Broken,
            None if self.ports.seal == Seal::Absent => SealState::Unused,
            None => SealState::Missing,
        }
    }

    /// What the signature under a form says: it is over the digest as the applicant read it, in hexadecimal.
    pub(crate) fn signature_of(&self, account: Uuid, digest: &[u8], signature: Option<&[u8]>) -> SealState {
        let secret = self.db.keys().software_secret("signature", &account.to_string());
        match signature {
            Some(signature) if self.ports.signature.verify(&secret, hex::encode(digest).as_bytes(), signature) => SealState::Genuine,
            _ => SealState::Broken,
        }
    }

    /// Has the person who is logged in sign a digest.
    pub(crate) async fn sign(&self, account: Uuid, digest: &str) -> Result<String, Error> {
        let secret = self.db.keys().software_secret("signature", &account.to_string());
        let signature = self.ports.signature.sign(&secret, digest.as_bytes()).await;
        Ok(hex::encode(signature.map_err(|e| Error::Port(e.to_string()))?))
    }
}
