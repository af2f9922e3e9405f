//! What happened, in the applicant's words.

use super::Moment;
use domain::catalogue::Catalogue;
use domain::event::EventKind;
use domain::local_time::date_of;
use persistence::event::Event;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// One line of a timeline.
#[derive(Debug, Serialize, ToSchema)]
pub struct TimelineEntry {
    /// Legal moment.
    pub at: Moment,
    /// Stable code of what happened.
    pub kind: EventKind,
    /// What happened.
    #[schema(example = "提交申请")]
    pub title: String,
    /// Further facts.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "申办流水号4304762024092710000015")]
    pub detail: Option<String>,
}

/// The timeline of an application: what concerns the applicant, oldest first.
#[must_use]
pub fn timeline(events: Vec<Event>, catalogue: &Catalogue) -> Vec<TimelineEntry> {
    events.into_iter().map(|event| entry(&event, catalogue)).collect()
}

fn entry(event: &Event, catalogue: &Catalogue) -> TimelineEntry {
    let facts: Value = serde_json::from_str(&event.payload).unwrap_or_default();
    let text = |name: &str| facts.get(name).and_then(Value::as_str);
    let today = date_of(event.recorded_at);
    let matter = text("matter").map(|code| catalogue.matter(code, today).map_or(code, |v| v.document.name.as_str()));
    let detail = match event.kind {
        EventKind::ApplicationSubmitted => text("submission_no").map(|no| format!("申办流水号{no}")),
        EventKind::CaseReceived => Some(match (matter, text("notice_due_on")) {
            (Some(matter), Some(due)) => format!("「{matter}」已收件，最迟{due}一次性告知"),
            (matter, _) => format!("「{}」已收件", matter.unwrap_or_default()),
        }),
        EventKind::CaseDeemedAccepted => {
            let due = text("due_on").map(|due| format!("，承诺{due}前办结")).unwrap_or_default();
            Some(format!(
                "「{}」办件编号{}{due}（{}）",
                matter.unwrap_or_default(),
                text("case_no").unwrap_or_default(),
                text("basis").unwrap_or_default()
            ))
        }
        EventKind::ReminderGiven => Some(format!(
            "「{}」{}最迟{}",
            matter.unwrap_or_default(),
            text("subject").map(|s| format!("的「{s}」")).unwrap_or_default(),
            text("due_on").unwrap_or_default()
        )),
        EventKind::OutsideTold => Some(format!("「{}」由外部系统{}回传", matter.unwrap_or_default(), text("system").unwrap_or_default())),
        // What concerns one case names its matter, and the date that follows.
        _ => matter.map(|matter| {
            let number = text("case_no").map(|no| format!("，办件编号{no}")).unwrap_or_default();
            let due = text("due_on").map(|due| format!("，期限{due}")).unwrap_or_default();
            let basis = text("basis").map(|basis| format!("（{basis}）")).unwrap_or_default();
            format!("「{matter}」{number}{due}{basis}")
        }),
    };
    TimelineEntry { at: event.occurred_at.into(), kind: event.kind, title: event.kind.label().to_owned(), detail }
}
