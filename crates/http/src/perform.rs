//! One command on one application: the case numbers it may need are reserved before, what was not used is given back.

use crate::AppState;
use domain::local_time::date_of;
use domain::number::Series;
use persistence::idempotency::Request;
use persistence::number::Stock;
use uuid::Uuid;
use workflow::application::{Acting, Done, Order, Work, perform, received_count};
use workflow::{Error, ZoneSnapshot};

/// Does a command in one transaction.
///
/// # Errors
/// Whatever `act` refuses; [`Error::NotFound`], [`Error::Forbidden`], [`Error::KeyReused`].
pub(crate) async fn perform_on<F>(
    state: &AppState,
    known: ZoneSnapshot,
    acting: Acting,
    application: Uuid,
    request: Option<Request>,
    act: F,
) -> Result<Done, Error>
where
    F: FnOnce(&mut Work<'_, '_>) -> Result<(), Error> + Send + 'static,
{
    let (zone, day) = (known.zone, date_of(state.db.clock().now()));
    let count = state.db.read(move |tx| Ok::<_, Error>(received_count(tx, zone, application)?)).await?;
    let stock = state.numbers.stock(&state.db, zone, &known.catalogue.zone.area_code, Series::Case, day, count).await?;
    let order = Order { snapshots: state.snapshots.clone(), known, id: application, acting, request, stock: stock.clone() };
    let done = state.db.write(move |tx| perform(tx, order, act)).await;
    let unused = match &done {
        Ok(done) => done.unused.clone(),
        // A failure of the database may hide a commit.
        Err(Error::Database(_)) => Stock::default(),
        Err(_) => stock,
    };
    for number in unused.into_numbers() {
        state.numbers.give_back(zone, Series::Case, day, number);
    }
    done
}
