//! Take a case on, hand it over.

use super::work::Work;
use crate::{Error, Invalid};
use domain::access::Role;
use domain::event::EventKind;
use domain::flow::Command;
use domain::reason::Reason;
use persistence::account;
use serde_json::json;
use uuid::Uuid;

/// Takes a case on.
///
/// # Errors
/// [`Error::StateForbids`] when somebody else has it.
pub fn claim(work: &mut Work<'_, '_>, id: Uuid) -> Result<(), Error> {
    work.require(id, Command::Claim)?;
    let me = work.acting.may.account;
    match work.case(id)?.handler {
        Some(other) if other != me => Err(Error::StateForbids(Reason::new("claimed_by_other", "办件已由他人领办，请由其移交", "内部管理"))),
        Some(_) => Ok(()),
        None => {
            let case = work.change(id)?;
            case.handler = Some(me);
            case.version += 1;
            work.note(EventKind::CaseClaimed, id, json!({"handler": me}));
            Ok(())
        }
    }
}

/// Hands a case over to a colleague who may handle it.
///
/// # Errors
/// [`Error::Invalid`] when he may not.
pub fn hand_over(work: &mut Work<'_, '_>, id: Uuid, to: Uuid, reason: &str) -> Result<(), Error> {
    work.require(id, Command::HandOver)?;
    let (department, me, zone) = (work.case(id)?.department.clone(), work.acting.may.account, work.zone());
    let supervises = account::holds(work.tx, zone, me, Role::Supervisor, None)?;
    if work.case(id)?.handler.is_some_and(|h| h != me) && !supervises {
        return Err(Error::NotAllowed(Reason::new("not_the_handler", "办件由他人领办，只能由其本人或者监督人员移交", "内部管理")));
    }
    let fits = account::holds(work.tx, zone, to, Role::Examiner, Some(&department))?
        || account::holds(work.tx, zone, to, Role::WindowClerk, None)?;
    if !fits {
        return Err(Error::Invalid(vec![Invalid::new("/to", "not_a_handler", "对方不是本办件部门的审批人员或者窗口人员")]));
    }
    work.write_down(id, "移交", reason)?;
    let case = work.change(id)?;
    let from = case.handler.replace(to);
    case.version += 1;
    work.note(EventKind::CaseHandedOver, id, json!({"from": from, "to": to}));
    Ok(())
}
