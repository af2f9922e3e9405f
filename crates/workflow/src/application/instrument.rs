//! Make out instruments (文书): their words follow from what was decided; the seal port signs them afterwards.

use super::accept::Rejection;
use super::work::Work;
use crate::Error;
use domain::application::{Outcome, ProceedingStage};
use domain::calendar::Limit;
use domain::catalogue::LaterAct;
use domain::flow::{ClockEntry, ClockKind, HearingCause, Notice, Obligation, ProceedingCause, remedies};
use domain::local_time::{date_of, local};
use persistence::ids;
use persistence::instrument::{self, Instrument, InstrumentKind, InstrumentText};
use persistence::job::{self, JobKind};
use uuid::Uuid;

impl Work<'_, '_> {
    /// Enters an instrument, and has it sealed.
    fn make(&mut self, case: Option<Uuid>, kind: InstrumentKind, title: &str, paragraphs: Vec<String>, body: String) -> Result<(), Error> {
        let (title, addressee, number) = (title.to_owned(), self.applicant().0, self.next_instrument_number());
        let text = InstrumentText { title, addressee, paragraphs, body, face: Vec::new(), signed_by: None };
        self.enter_text(case, kind, number, text)
    }

    /// Enters the words of an instrument, and has them sealed.
    pub(super) fn enter_text(
        &mut self,
        case: Option<Uuid>,
        kind: InstrumentKind,
        number: String,
        text: InstrumentText,
    ) -> Result<(), Error> {
        let new = Instrument {
            id: ids::new_id(),
            application: self.dossier.application.id,
            case,
            kind,
            number,
            issued_at: self.now,
            digest: text.digest(),
            text,
            signature: None,
        };
        let zone = self.zone();
        instrument::insert(self.tx, zone, &new)?;
        Ok(job::insert(self.tx, zone, JobKind::SealInstrument, new.id, self.now)?)
    }

    fn opening(&self, id: Uuid) -> Result<(String, String), Error> {
        let (case, matter) = (self.case(id)?, self.matter(id)?);
        let received = case.received_at.map(|at| local(at).format("%Y年%m月%d日").to_string()).unwrap_or_default();
        let number = case.case_no.as_ref().map(|no| format!("，办件编号{no}")).unwrap_or_default();
        Ok((
            format!("您（单位）于{received}提出的「{}」申请（申办流水号{}{number}）", matter.name, self.submission_no()),
            self.snapshot.catalogue.zone.deciding_body(&matter),
        ))
    }

    fn submission_no(&self) -> &str {
        self.dossier.application.submission_no.as_deref().unwrap_or_default()
    }

    /// 受理通知书 (行政许可法 32 ¶2).
    pub(super) fn make_acceptance_receipt(&mut self, id: Uuid) -> Result<(), Error> {
        let (opening, body) = self.opening(id)?;
        let case = self.case(id)?;
        let accepted = case.accepted_at.map(|at| date_of(at).to_string()).unwrap_or_default();
        let due = case.deadline.map(|d| d.due.on.to_string()).unwrap_or_default();
        let limit = case.promised.limit.text();
        let why = if case.deemed {
            let (term, basis) = case.silence().unwrap_or((Limit::working_days(0), "办事指南"));
            let within = if term.n == 0 { "当日".to_owned() } else { format!("{}内", term.text()) };
            format!("自收到申请材料之日起{within}未告知需要补正的内容，根据{basis}的规定，自收到申请材料之日起即为受理")
        } else {
            format!("经审查，申请材料符合受理要求，根据{}的规定，决定予以受理", case.procedure.rules().accepted_by)
        };
        let mut paragraphs =
            vec![format!("{opening}，{why}。"), format!("受理日期：{accepted}。承诺办结时限：{limit}，最迟于{due}前办结。")];
        // Each material, its form, its last day, and what being late leads to (R4.5).
        let owed = self.obligations.iter().chain(&self.opened).filter(|o| o.case == id && o.is_missing_deferral());
        let deferred: Vec<String> = owed.map(|o| format!("「{}」于{}前", self.name_of(&o.new.subject), self.end_of_duty(o))).collect();
        if !deferred.is_empty() {
            paragraphs.push(format!(
                "本件为容缺受理，请补齐：{}。材料可以网上上传，也可以到窗口提交。逾期未补齐的，责令限期改正；\
                 听取陈述、申辩后仍未补齐的，依承诺书撤销受理或者不予许可，并记入信用记录。本告知书一式两份，一份存档。",
                deferred.join("；")
            ));
        }
        let title = self.case(id)?.procedure.rules().acceptance_title;
        self.make(Some(id), InstrumentKind::Acceptance, title, paragraphs, body)
    }

    /// 不予受理决定书、不受理告知书.
    pub(super) fn make_rejection(&mut self, id: Uuid, rejection: &Rejection, missing: &[String]) -> Result<(), Error> {
        let ((opening, body), matter) = (self.opening(id)?, self.matter(id)?);
        let mut paragraphs = vec![format!(
            "{opening}，经审查，{}（{}），决定{}。{}",
            rejection.ground.label(),
            rejection.ground.basis(&matter),
            rejection.ground.ending().label(),
            rejection.explanation
        )];
        paragraphs.extend((1..).zip(missing).map(|(n, what)| format!("{n}．{what}。")));
        paragraphs.extend(rejection.competent_body.as_ref().map(|to| format!("请向{to}提出申请。")));
        paragraphs.push(remedies(&matter, &self.snapshot.catalogue.zone));
        let title =
            if rejection.ground == domain::flow::RejectGround::NotRequired { "不受理告知书" } else { "不予受理决定书" };
        self.make(Some(id), InstrumentKind::Rejection, title, paragraphs, body)
    }

    /// 一次性补正告知书: one document, itemised by case.
    pub(super) fn make_notice(&mut self, notice: &Notice) -> Result<(), Error> {
        let mut paragraphs =
            vec![format!("您（单位）的申请（申办流水号{}）需要补正下列内容，请于{}前一次补齐：", self.submission_no(), notice.due.on)];
        for (n, item) in (1..).zip(&notice.items) {
            let matter = item.case.and_then(|case| self.matter(case).ok()).map(|m| m.name.clone()).unwrap_or_default();
            let place = item.material.as_deref().or(item.element.as_deref());
            let place = place.map(|code| format!("的「{}」", self.name_of(code))).unwrap_or_default();
            paragraphs.push(format!("{n}．「{matter}」{place}：{}。补正方式：{}。", item.defect, item.remedy));
        }
        let lapse = notice.cases.first().and_then(|id| self.case(*id).ok()?.progress.lapse_basis.clone());
        paragraphs.push(lapse.map_or_else(
            || "补正材料可以网上提交，也可以到窗口提交。逾期未补正的，本申请保持待补正状态，不影响重新申请。".to_owned(),
            |basis| format!("补正材料可以网上提交，也可以到窗口提交。逾期未补正的，根据{basis}视为撤回申请。"),
        ));
        paragraphs.push("收到全部补正材料后，将在五个工作日内决定是否受理；逾期未告知的，自收到补正材料之日起即为受理。".to_owned());
        let body = self.snapshot.catalogue.zone.name.clone();
        self.make(None, InstrumentKind::Notice, InstrumentKind::Notice.label(), paragraphs, body)
    }

    /// 办理期限告知书: a special procedure or an extension, with its reason (行政许可法 42, 45).
    pub(super) fn make_clock_notice(&mut self, id: Uuid, entry: &ClockEntry) -> Result<(), Error> {
        let (opening, body) = self.opening(id)?;
        let reason = entry.reason.clone().unwrap_or_default();
        let what = if let (ClockKind::Pause, Some(procedure)) = (entry.kind, entry.procedure) {
            format!("需要{}，所需时间约{}个工作日，不计入办理期限", procedure.label(), entry.expected_days.unwrap_or_default())
        } else {
            let due = self.case(id)?.deadline.map(|d| d.due.on.to_string()).unwrap_or_default();
            format!("经批准延长办理期限，最迟于{due}前办结")
        };
        let paragraphs = vec![format!("{opening}，{what}。理由：{reason}。依据：{}。", entry.basis)];
        self.make(Some(id), InstrumentKind::ClockNotice, InstrumentKind::ClockNotice.label(), paragraphs, body)
    }

    /// 准予或者不予决定书 (行政许可法 38).
    pub(super) fn make_decision(&mut self, id: Uuid) -> Result<(), Error> {
        let (opening, body) = self.opening(id)?;
        let (case, matter) = (self.case(id)?.clone(), self.matter(id)?);
        let (file, rules) = (self.file(id)?.clone(), case.procedure.rules());
        let late = file.delay.map(|why| format!("本件超过承诺时限办结，原因：{why}。"));
        if case.outcome == Some(Outcome::Refused) {
            let mut paragraphs = vec![format!("{opening}，经审查，决定{}。理由如下：", rules.refused)];
            paragraphs.extend((1..).zip(&file.refusals).map(|(n, r)| format!("{n}．{}（{}）。", r.reason, r.basis)));
            paragraphs.extend(late);
            paragraphs.push(remedies(&matter, &self.snapshot.catalogue.zone));
            return self.make(Some(id), InstrumentKind::Refusal, rules.refusal_title, paragraphs, body);
        }
        let scope = &self.dossier.content.scope;
        let covered = if scope.is_empty() { String::new() } else { format!("范围：{}。", scope.join("、")) };
        if let Some(target) = case.target.as_ref().filter(|t| t.act == LaterAct::Cancel) {
            let said = format!("{opening}，经审查，决定准予注销《{}》（编号{}）。", matter.result_name, target.certificate_no);
            return self.make(Some(id), InstrumentKind::Grant, "准予注销决定书", vec![said], body);
        }
        let silent = case.progress.renewal.filter(|r| r.by_silence);
        let found = silent.map_or_else(
            || "经审查，符合法定条件，决定准予".to_owned(),
            |r| format!("在原证照有效期届满（{}）前未作出决定，根据行政许可法第五十条的规定，视为准予延续", r.expires_on),
        );
        let mut paragraphs = vec![format!(
            "{opening}，{found}，发给《{}》（编号Z{}）。{covered}",
            matter.result_name,
            case.case_no.as_deref().unwrap_or_default()
        )];
        paragraphs.extend(self.deferral_remark(id)?);
        paragraphs.extend(late);
        self.make(Some(id), InstrumentKind::Grant, rules.grant_title, paragraphs, body)
    }

    /// What is printed on a result granted before everything had come: what is missing, until when, by which rule (R4.6).
    pub(super) fn deferral_remark(&self, id: Uuid) -> Result<Option<String>, Error> {
        if self.case(id)?.outcome != Some(Outcome::GrantedWithDeferral) {
            return Ok(None);
        }
        let basis = self.matter(id)?.deferral.as_ref().map(|rule| rule.basis.clone()).unwrap_or_default();
        let open = self.obligations.iter().chain(&self.opened).filter(|o| o.case == id && o.is_missing_deferral());
        let owed = open.map(|o| format!("「{}」应于{}前补齐", self.name_of(&o.new.subject), self.end_of_duty(o)));
        Ok(Some(format!("本件为容缺通过：{}。依据：{basis}。", owed.collect::<Vec<_>>().join("；"))))
    }

    /// The day or the event something is owed before.
    fn end_of_duty(&self, o: &Obligation) -> String {
        let matter = self.matter(o.case).ok();
        let rule = matter.as_ref().and_then(|m| m.deferral.as_ref());
        let entry = rule.and_then(|r| r.entries.iter().find(|e| e.material == o.new.subject));
        let event = entry.and_then(|e| e.before.as_ref()).map(|event| format!("「{}」办结", event.name));
        event.or(o.new.due.map(|d| d.on.to_string())).unwrap_or_default()
    }

    /// 责令整改、陈述申辩告知书.
    pub(super) fn tell_of_proceeding(
        &mut self,
        id: Uuid,
        cause: ProceedingCause,
        stage: ProceedingStage,
        findings: &str,
        until: domain::calendar::Due,
    ) -> Result<(), Error> {
        let (opening, body) = self.opening(id)?;
        let asked = match stage {
            ProceedingStage::Rectifying => format!("请于{}前整改到位", until.on),
            ProceedingStage::Statement => format!("您（单位）有权陈述和申辩，请于{}前提出", until.on),
        };
        let title = match stage {
            ProceedingStage::Rectifying => "责令限期整改通知书",
            ProceedingStage::Statement => "陈述申辩告知书",
        };
        let paragraphs = vec![format!("{opening}，现查明：{findings}（{}）。{asked}；逾期将依法处理。", cause.label())];
        self.make(Some(id), InstrumentKind::Hearing, title, paragraphs, body)
    }

    /// 听证告知书, or the announcement where the law demands a hearing (行政许可法 46, 47).
    pub(super) fn make_hearing_offer(&mut self, id: Uuid, cause: HearingCause, subject: &str) -> Result<(), Error> {
        let (opening, body) = self.opening(id)?;
        let due = self.case(id)?.progress.hearing.and_then(|h| h.due).map(|d| d.on.to_string()).unwrap_or_default();
        let said = match cause {
            HearingCause::ByLaw => "依法应当举行听证，时间、地点将另行公告".to_owned(),
            HearingCause::Significant => {
                format!("直接涉及申请人与他人之间重大利益关系，申请人、利害关系人有要求听证的权利，应在{due}前提出；不承担组织听证的费用")
            }
        };
        let paragraphs = vec![format!("{opening}，{said}。拟决定的事项：{subject}。依据：行政许可法 46、47。")];
        self.make(Some(id), InstrumentKind::HearingRight, InstrumentKind::HearingRight.label(), paragraphs, body)
    }

    /// 听证通知书 (行政许可法 48).
    pub(super) fn make_hearing_call(&mut self, id: Uuid) -> Result<(), Error> {
        let (opening, body) = self.opening(id)?;
        let hearing = self.file(id)?.hearing.clone().unwrap_or_default();
        let at = hearing.at.map(|at| local(at).format("%Y年%m月%d日 %H:%M").to_string()).unwrap_or_default();
        let paragraphs = vec![format!(
            "{opening}，定于{at}在{}公开举行听证。申请人、利害关系人认为主持人与本申请有直接利害关系的，有权申请回避；\
             可以提出证据，并进行申辩和质证。依据：行政许可法 48。",
            hearing.place.unwrap_or_default()
        )];
        self.make(Some(id), InstrumentKind::HearingCall, InstrumentKind::HearingCall.label(), paragraphs, body)
    }

    /// 注销决定书 (行政许可法 70).
    pub(super) fn make_cancellation(&mut self, id: Uuid, number: &str, why: &str, basis: &str) -> Result<(), Error> {
        let (opening, body) = self.opening(id)?;
        let said = format!("{opening}所核发的《{}》（编号{number}），因{why}，决定予以注销。依据：{basis}。", self.matter(id)?.result_name);
        let paragraphs = vec![said, remedies(&*self.matter(id)?, &self.snapshot.catalogue.zone)];
        self.make(Some(id), InstrumentKind::Reversal, "注销决定书", paragraphs, body)
    }

    /// 撤销、撤回决定书 and the like.
    pub(super) fn make_reversal(&mut self, id: Uuid, heard: bool, decided: &str, basis: &str) -> Result<(), Error> {
        let (opening, body) = self.opening(id)?;
        let hearing = if heard { "经听取陈述申辩，" } else { "" };
        let paragraphs =
            vec![format!("{opening}，{hearing}决定{decided}依据：{basis}。"), remedies(&*self.matter(id)?, &self.snapshot.catalogue.zone)];
        self.make(Some(id), InstrumentKind::Reversal, InstrumentKind::Reversal.label(), paragraphs, body)
    }
}
