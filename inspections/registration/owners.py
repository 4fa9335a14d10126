"""Who may see the evidence and documents of this room, and how its notices were served."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from accounts.models import User
from casework import registries
from casework.errors import Reason
from casework.models import EvidenceFile, OfficialDocument

PARTY_DOCUMENTS = frozenset({"INSPECTION_NOTICE", "INSPECTION_RESULT", "SITE_RECORD"})


def notice_services(actor: User, document: OfficialDocument) -> Iterable[registries.ServiceFact]:
    """送达回证 of a rectification notice, with the files that prove it."""
    from casework.evidence.selectors import evidence_of
    from inspections.selectors import service_of_notice

    record = service_of_notice(document)
    if record is None or document.kind != "RECTIFICATION_NOTICE":
        return
    receiver = "，".join(filter(None, (record.receiver, record.receiver_relation)))
    notes = (
        ("拒收事由", record.refusal_reason),
        ("见证人", record.witness),
        ("确认书", record.consent_no),
        ("邮件回执号", record.mail_no),
        ("公告载体", record.publication_place),
    )
    yield registries.ServiceFact(
        method=record.get_method_display(),
        served_at=record.served_at,
        place=record.place,
        receiver=receiver,
        servers=f"{record.server_one.name}、{record.server_two.name}",
        note="；".join(f"{label}：{value}" for label, value in notes if value),
        document=record.document,
        evidence=tuple(evidence_of(actor=actor, subject=record)),
    )


def posted_notice(evidence: EvidenceFile) -> OfficialDocument | None:
    """The notice that a photo in a 送达回证 shows."""
    from inspections.selectors import posted_document

    return posted_document(evidence)


def own_withdrawal(document: OfficialDocument, actor: User) -> Iterable[Reason]:
    """Notices are recalled with their findings and terms; what proves a service stays with its notice."""
    if document.subject_type == "inspections.rectificationnotice":
        yield Reason(
            "整改通知书撤回时要同时恢复问题和期限。", cleared_by="请在整改通知书页面办理撤回。", gate="own"
        )
    if document.subject_type == "inspections.servicerecord":
        yield Reason(
            "送达回证是期限起算的凭证，不能单独撤回。",
            cleared_by="送达有误的，请撤回对应的整改通知书后重新制发。",
            gate="own",
        )


def may_see_answer(actor: User, evidence: EvidenceFile) -> bool:
    """Photos of a checklist: whoever reaches the filled checklist."""
    from fieldwork.models import ChecklistAnswer

    rows = ChecklistAnswer.objects.visible_to(actor).filter(uid=evidence.subject_uid)
    return actor.may("fieldwork.run_view") and rows.exists()


def may_see_evidence(actor: User, evidence: EvidenceFile) -> bool:
    """Authorities who reach the row; the institution its own reports and what is in its notices."""
    from inspections.models import (
        CarriedFinding,
        Finding,
        NoticeItem,
        RecheckItem,
        ReplyItem,
        ServiceRecord,
        Visit,
    )

    uid = evidence.subject_uid
    if evidence.subject_type == "inspections.finding" and actor.is_counterpart:
        in_notice = NoticeItem.objects.visible_to(actor).filter(finding__uid=uid)
        return in_notice.exclude(notice__status__in=["DRAFT", "WITHDRAWN"]).exists()
    models: dict[str, Any] = {
        "inspections.visit": Visit,
        "inspections.finding": Finding,
        "inspections.servicerecord": ServiceRecord,
        "inspections.replyitem": ReplyItem,
        "inspections.recheckitem": RecheckItem,
        "inspections.carriedfinding": CarriedFinding,
    }
    if not actor.may("inspections.notice_view") and not actor.may("inspections.portal_view"):
        return False
    return bool(models[evidence.subject_type].objects.visible_to(actor).filter(uid=uid).exists())


def may_see_document(actor: User, document: OfficialDocument) -> bool:
    """Departments that took part, and the party its own notices, results and records."""
    from inspections.models import Deployment, Recheck, RectificationNotice, ServiceRecord, Visit

    uid = document.subject_uid
    if document.subject_type == "inspections.visit" and actor.is_counterpart:
        own = Visit.objects.filter(uid=uid, institution__organisation=actor.organisation_id)
        return document.kind in PARTY_DOCUMENTS and own.exists()
    models: dict[str, Any] = {
        "inspections.deployment": Deployment,
        "inspections.visit": Visit,
        "inspections.rectificationnotice": RectificationNotice,
        "inspections.servicerecord": ServiceRecord,
        "inspections.recheck": Recheck,
    }
    if not actor.may("inspections.deployment_view") and not actor.may("inspections.portal_view"):
        return False
    return bool(models[document.subject_type].objects.visible_to(actor).filter(uid=uid).exists())
