"""One outing from plan to close-out, as the bureau does it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from casework import events
from casework.errors import Blocked, Unlawful, WrongState
from casework.models import AuditEvent, Deadline, IssuedNumber, OfficialDocument
from inspections import services
from inspections.events import RectificationClosed, VisitOutcomeRecorded
from inspections.models import Deployment, Finding, RectificationNotice, Visit
from institutions.models import Institution
from institutions.services import institution_close
from tests.conftest import World
from tests.inspections import making

pytestmark = pytest.mark.django_db


def test_from_plan_to_close_out(law: World, plan: Deployment, place: Institution) -> None:
    heard: list[object] = []
    for kind in (VisitOutcomeRecorded, RectificationClosed):
        events.subscribe(kind, heard.append)
    making.officer_in(law, plan, law.market_officer)
    making.officer_in(law, plan, law.market_officer2)
    visit = making.start(law, plan)
    plan.refresh_from_db()
    assert plan.number.startswith("巫教培检批〔")
    assert visit.notice_document.number.startswith("巫教培检通〔")
    making.add_finding(law, visit)
    services.finding_add(
        actor=law.market_officer, visit=visit, values=making.finding_values(law.market, code="FEE_CONTRACT")
    )
    spot = making.add_finding(
        law, visit, law.education, code="FIRE_EQUIPMENT", mode="ON_SPOT", text="灭火器被遮挡"
    )
    services.finding_photo_add(actor=law.officer, finding=spot, upload=making.photo(), phase="AFTER")
    services.finding_fix(actor=law.officer, finding=spot)
    recorded = services.visit_record(actor=law.officer, visit=visit, values=making.RECORD)
    assert recorded.outcome == "CORRECT"
    own = services.notice_draft(actor=law.officer, visit=visit, organ=law.education)
    theirs = services.notice_draft(actor=law.market_officer, visit=visit, organ=law.market)
    own = making.issue(law, own)
    theirs = services.notice_issue(actor=law.market_officer, notice=theirs)
    assert own.number == f"巫教培整改〔{timezone.localdate().year}〕1号"
    assert theirs.number == f"巫市监整改〔{timezone.localdate().year}〕1号"
    closed = services.visit_close(actor=law.officer, visit=visit)
    assert closed.result_document.kind == "INSPECTION_RESULT"
    served = making.serve(law, own)
    assert served.due_on > timezone.localdate()
    assert served.due_explanation
    making.answer(law, served)
    recheck = making.recheck(law, served, "DONE")
    served.refresh_from_db()
    assert served.status == "CLOSED"
    assert recheck.document.number.startswith("巫教培复查〔")
    assert Deadline.objects.get(subject_uid=served.uid, kind="RECTIFY").state == "MET"
    assert [type(event).__name__ for event in heard] == [
        "VisitOutcomeRecorded",
        "VisitOutcomeRecorded",
        "RectificationClosed",
    ]
    assert AuditEvent.objects.filter(about=place.uid, verb="inspections.rectificationnotice_close").exists()


def test_recheck_sends_back_then_closes_item_by_item(law: World, served: RectificationNotice) -> None:
    making.answer(law, served)
    making.recheck(law, served, "DONE", "PARTLY", conclusion="CONTINUE", note="第二项未完成")
    served.refresh_from_db()
    assert served.status == "SERVED"
    assert sorted(served.items.values_list("finding__status", flat=True)) == ["CLOSED", "IN_NOTICE"]
    making.answer(law, served)
    making.recheck(law, served, "DONE")
    served.refresh_from_db()
    assert served.status == "CLOSED"
    assert served.rechecks.count() == 2


def test_recheck_may_ask_for_more_time_which_a_head_grants(law: World, served: RectificationNotice) -> None:
    making.answer(law, served)
    until = served.due_on + timedelta(days=7)
    making.recheck(law, served, "DONE", "PARTLY", conclusion="EXTEND", note="须订购设备", extend_until=until)
    request = served.extensions.get()
    assert request.is_from_recheck
    services.extension_decide(actor=law.head, request=request, is_granted=True, note="情况属实")
    served.refresh_from_db()
    assert (served.status, served.due_on, served.extended_times) == ("SERVED", until, 1)


def test_escalation_keeps_its_target_as_text(law: World, served: RectificationNotice) -> None:
    making.answer(law, served)
    making.recheck(law, served, "NOT_DONE", "NOT_DONE", conclusion="ESCALATE", note="拒不整改")
    gone = services.notice_escalate(actor=law.head, notice=served, target="本机关立案", reason="逾期拒不整改")
    assert gone.escalation_target == "本机关立案"
    assert set(gone.items.values_list("finding__status", flat=True)) == {"ESCALATED"}
    assert not Deadline.objects.filter(subject_uid=gone.uid, state="OPEN").exists()


def test_withdrawn_notice_keeps_its_number_and_frees_its_findings(
    law: World, served: RectificationNotice
) -> None:
    services.notice_withdraw(actor=law.head, notice=served, reason="当事人名称写错")
    served.refresh_from_db()
    assert served.document.state == "WITHDRAWN"
    assert set(Finding.objects.filter(visit=served.visit).values_list("status", flat=True)) == {"OPEN"}
    again = making.issue(
        law, services.notice_draft(actor=law.officer, visit=served.visit, organ=law.education)
    )
    assert again.number.endswith("〕2号")
    assert IssuedNumber.objects.filter(kind="RECTIFICATION_NOTICE").count() == 2


@pytest.mark.parametrize("standing", ["UNLICENSED", "REGISTERED_ONLY"])
def test_unlicensed_place_is_visited_like_any_other(law: World, standing: str) -> None:
    place = making.make_place(law, "示例无证教学点", standing=standing)
    visit = making.start(law, making.make_plan(law, place))
    assert visit.standing_then == standing
    assert not visit.was_closed
    making.add_finding(law, visit, code="UNLICENSED_OPERATION", mode="REFER", refer_to="本机关立案")
    services.visit_record(
        actor=law.officer, visit=visit, values={**making.RECORD, "premises": "UNLICENSED_OPERATING"}
    )
    finding = visit.findings.get()
    services.finding_refer(actor=law.officer, finding=finding, refer_to="本机关立案")
    assert services.visit_close(actor=law.officer, visit=visit).outcome == "REFERRED"


def test_closed_place_is_visited_and_counted_as_closed(law: World, place: Institution) -> None:
    institution_close(
        actor=law.head, institution=place, reason="自行停办", on=timezone.localdate(), end_kind="CEASED"
    )
    visit = making.start(law, making.make_plan(law, place))
    assert visit.was_closed
    services.visit_record(
        actor=law.officer, visit=visit, values={**making.RECORD, "premises": "CLOSED_CONFIRMED"}
    )
    assert services.visit_close(actor=law.officer, visit=visit).outcome == "NO_PROBLEM"


def test_institution_is_not_closed_while_a_notice_is_open(law: World, served: RectificationNotice) -> None:
    with pytest.raises(Blocked, match="尚未办结"):
        institution_close(
            actor=law.head,
            institution=served.institution,
            reason="停办",
            on=timezone.localdate(),
            end_kind="CEASED",
        )


def test_emergency_goes_first_and_is_approved_afterwards(law: World, plan: Deployment) -> None:
    gone = services.deployment_start_emergency(actor=law.officer, deployment=plan, reason="接报有学生受伤")
    assert gone.status == "UNDERWAY"
    visit = services.visit_start(actor=law.officer, visit=plan.visits.get())
    services.visit_record(actor=law.officer, visit=visit, values=making.RECORD)
    with pytest.raises(Blocked, match="补办审批"):
        services.deployment_finish(actor=law.officer, deployment=gone)
    services.deployment_approve_late(actor=law.leader, deployment=gone)
    assert services.deployment_finish(actor=law.officer, deployment=gone).status == "DONE"


def test_late_approval_after_the_limit_says_why(law: World, plan: Deployment) -> None:
    gone = services.deployment_start_emergency(actor=law.officer, deployment=plan, reason="突发情况")
    later = timezone.now() + timedelta(days=20)
    with pytest.raises(Unlawful, match="超过期限"):
        services.deployment_approve_late(actor=law.leader, deployment=gone, at=later)


def test_request_of_another_room_is_one_draft(law: World, place: Institution) -> None:
    kwargs = {
        "institution": place,
        "source_kind": "CLUE",
        "source_no": "巫线索〔2026〕3号",
        "redacted_brief": "反映周末上课",
    }
    first = services.visit_request(actor=law.clerk, **kwargs)
    second = services.visit_request(actor=law.clerk, **kwargs)
    assert first == second
    assert (first.status, first.kind) == ("DRAFT", "CLUE")


def test_double_submit_makes_one_record(law: World, place: Institution, started: Visit) -> None:
    key = place.uid
    values = making.plan_values(law, name="重复提交")
    drafts = {services.deployment_draft(actor=law.officer, values=values, uid=key).pk for _ in range(2)}
    fields = making.finding_values(law.education)
    found = {
        services.finding_add(actor=law.officer, visit=started, values=fields, uid=key).pk for _ in range(2)
    }
    notices = {
        services.notice_draft(actor=law.officer, visit=started, organ=law.education).pk for _ in range(2)
    }
    assert (len(drafts), len(found), len(notices)) == (1, 1, 1)


def test_second_answer_and_second_recheck_give_the_first(law: World, served: RectificationNotice) -> None:
    key = served.uid
    replies = {making.answer(law, served, uid=key).pk for _ in range(2)}
    first = making.recheck(law, served, "DONE", "DONE", uid=key)
    again = services.recheck_record(
        actor=law.officer, notice=served, results={}, details=services.RecheckDetails(), uid=key
    )
    assert len(replies) == 1
    assert first == again


def test_documents_hold_what_they_must_say(law: World, served: RectificationNotice) -> None:
    text = str(served.document.content)
    for part in (served.facts, served.rule_broken, "退还超收费用", "行政复议", "行政诉讼", served.number):
        assert part in text
    notice = str(OfficialDocument.objects.get(kind="INSPECTION_NOTICE").content)
    for part in ("50023701", "50023702", "申请其回避", "五个严禁", "年度检查频次上限4次"):
        assert part in notice


def test_issued_notice_cannot_be_edited(law: World, served: RectificationNotice) -> None:
    with pytest.raises(WrongState, match="不能修改"):
        services.notice_edit(actor=law.officer, notice=served, values={"facts": "改写"})


def test_term_stays_inside_policy(law: World, notice: RectificationNotice) -> None:
    with pytest.raises(Unlawful, match="不能超过"):
        services.notice_edit(actor=law.officer, notice=notice, values={"term_amount": 200})


def test_reminders_once_per_lead(law: World, served: RectificationNotice) -> None:
    due = served.due_on
    at = timezone.now()
    counts = []
    for left in (10, 7, 7, 3, 1, -1, -2):
        moment = at + (due - timedelta(days=left) - timezone.localdate(at))
        counts.append(services.reminders_send(actor=law.system, at=moment))
    assert counts == [0, 1, 0, 1, 1, 1, 0]
    assert served.reminders.filter(kind="OVERDUE").count() == 1
