//! The caller's own account.

use crate::AppState;
use crate::etag::{Caching, tagged};
use crate::extract::{Caller, may};
use crate::problem::{ErrorCode, Problem};
use crate::view::session::AccountView;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use persistence::{DbError, account};

/// 当前账户
#[utoipa::path(tag = "会话", responses((status = 200, description = "账户", body = AccountView)))]
#[get("/api/v1/account")]
pub(crate) async fn get_account(
    caller: Caller<may::GetAccount>,
    state: Data<AppState>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let id = caller.account;
    let found = state.db.read(move |tx| Ok::<_, DbError>((account::find(tx, id)?, account::list_memberships(tx, id)?))).await?;
    let (Some(account), memberships) = found else { return Err(Problem::new(ErrorCode::Unauthenticated)) };
    Ok(tagged(&request, &AccountView::new(account.id, account.name, &memberships), None, Caching::Private))
}
