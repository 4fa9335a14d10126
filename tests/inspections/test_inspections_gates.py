"""Each gate G01 to G10 closing and opening, and the refusals in plain words."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from accounts.models import OfficerCertificate, Organisation
from casework.errors import Blocked, NotAllowed, Unlawful, WrongState
from casework.models import PolicyValue
from inspections import guards, services
from inspections.models import Deployment, Finding, RectificationNotice, Visit
from institutions.models import Institution
from tests.conftest import World, make_organisation, make_user
from tests.inspections import making

pytestmark = pytest.mark.django_db


def gates_of(error: pytest.ExceptionInfo[Blocked]) -> set[str]:
    """The gates that a refusal names."""
    return {reason.gate for reason in error.value.reasons}


def test_g01_no_visit_without_approval(law: World, plan: Deployment) -> None:
    with pytest.raises(Blocked) as error:
        services.visit_start(actor=law.officer, visit=plan.visits.get())
    assert "G01" in gates_of(error)
    assert "没有经过审批" in str(error.value)
    assert making.start(law, plan).status == "STARTED"


def test_g01_drafter_and_strangers_do_not_approve(law: World, place: Institution) -> None:
    draft = making.make_plan(law, place)
    services.deployment_submit(actor=law.officer, deployment=draft)
    for person in (law.officer, law.head, law.neighbour_officer, law.institution_user):
        with pytest.raises(NotAllowed):
            services.deployment_approve(actor=person, deployment=draft)
    with pytest.raises(Blocked, match="的负责人审批"):
        services.deployment_approve(actor=law.neighbour_leader, deployment=draft)
    assert services.deployment_approve(actor=law.leader, deployment=draft).status == "APPROVED"


def test_g01_overdue_emergency_approval_stops_issuing(law: World, plan: Deployment) -> None:
    services.deployment_start_emergency(actor=law.officer, deployment=plan, reason="突发")
    visit = services.visit_start(actor=law.officer, visit=plan.visits.get())
    notice = making.draft_notice(law, visit)
    Deployment.objects.filter(pk=plan.pk).update(approval_due_on=timezone.localdate() - timedelta(days=1))
    with pytest.raises(Blocked) as error:
        making.issue(law, RectificationNotice.objects.get(pk=notice.pk))
    assert gates_of(error) == {"G01"}
    plan.refresh_from_db()
    services.deployment_approve_late(actor=law.leader, deployment=plan, note="负责人出差")
    assert making.issue(law, RectificationNotice.objects.get(pk=notice.pk)).status == "ISSUED"


def test_g02_no_visit_without_notice(law: World, plan: Deployment) -> None:
    approved = making.approve(law, plan)
    with pytest.raises(Blocked) as error:
        services.visit_start(actor=law.officer, visit=approved.visits.get())
    assert "G02" in gates_of(error)
    services.deployment_notify(actor=law.officer, deployment=approved)
    assert services.visit_start(actor=law.officer, visit=approved.visits.get()).status == "STARTED"


def test_g02_change_of_team_asks_for_a_new_notice(law: World, plan: Deployment) -> None:
    services.deployment_notify(actor=law.officer, deployment=making.approve(law, plan))
    first = plan.visits.get().notice_document
    third = make_user("third", "执法丙", law.education, certified="50023703")
    plan.refresh_from_db()
    with pytest.raises(NotAllowed):
        services.member_add(
            actor=law.officer, deployment=plan, organisation=law.education, role="OFFICER", user=third
        )
    services.member_remove(actor=law.officer, member=plan.members.get(user=law.officer2), reason="请假")
    with pytest.raises(Blocked) as error:
        services.deployment_start(actor=law.officer, deployment=plan)
    assert {"G02", "G05"} <= gates_of(error)
    services.member_add(
        actor=law.leader, deployment=plan, organisation=law.education, role="OFFICER", user=third
    )
    services.deployment_notify(actor=law.officer, deployment=plan)
    assert services.deployment_start(actor=law.officer, deployment=plan).status == "UNDERWAY"
    first.refresh_from_db()
    assert first.state == "WITHDRAWN"


def test_g03_yearly_cap_and_override_with_printed_reason(law: World, place: Institution) -> None:
    PolicyValue.objects.filter(key="inspection.yearly_cap").update(value=1)
    making.start(law, making.make_plan(law, place))
    second = making.make_plan(law, place)
    with pytest.raises(Blocked) as error:
        services.deployment_submit(actor=law.officer, deployment=second)
    assert gates_of(error) == {"G03"}
    with pytest.raises(NotAllowed):
        services.cap_override(actor=law.officer, deployment=second, reason="确有必要")
    services.cap_override(actor=law.leader, deployment=second, reason="群众反映集中")
    visit = making.start(law, second)
    assert "群众反映集中" in str(visit.notice_document.content)


@pytest.mark.parametrize("kind", ["CLUE", "RECHECK"])
def test_g03_exempt_kinds_do_not_count(law: World, place: Institution, kind: str) -> None:
    PolicyValue.objects.filter(key="inspection.yearly_cap").update(value=1)
    making.start(law, making.make_plan(law, place))
    assert making.start(law, making.make_plan(law, place, kind=kind)).status == "STARTED"


def test_g04_uncertified_expired_and_foreign_certificates(law: World, plan: Deployment) -> None:
    with pytest.raises(Blocked, match="没有行政执法证") as error:
        making.officer_in(law, plan, law.head)
    assert gates_of(error) == {"G04"}
    expired = make_user("expired", "过期者", law.education)
    row = OfficerCertificate.objects.create(
        user=expired,
        organ=law.education,
        number="50023799",
        validity=DateRange(date(2020, 1, 1), date(2024, 1, 1)),
    )
    with pytest.raises(Blocked, match="无效"):
        making.officer_in(law, plan, expired)
    with pytest.raises(Blocked, match="核发"):
        making.officer_in(law, plan, law.market_officer, law.education)
    row.validity = DateRange(date(2024, 1, 1), date(2030, 1, 1))
    row.save()
    member = making.officer_in(law, plan, expired)
    assert (member.certificate_no, member.checked_on) == ("50023799", plan.planned_on)


def test_g04_certificate_taken_away_before_the_day(law: World, plan: Deployment) -> None:
    approved = making.approve(law, plan)
    services.deployment_notify(actor=law.officer, deployment=approved)
    OfficerCertificate.objects.filter(user=law.officer2).update(revoked_on=timezone.localdate())
    with pytest.raises(Blocked) as error:
        services.visit_start(actor=law.officer, visit=approved.visits.get())
    assert {"G04", "G05"} <= gates_of(error)


def test_g05_one_officer_is_not_enough(law: World, place: Institution) -> None:
    draft = making.make_plan(law, place, officers=1)
    with pytest.raises(Blocked, match="只有 1 人") as error:
        services.deployment_submit(actor=law.officer, deployment=draft)
    assert gates_of(error) == {"G05"}


def test_g05_two_officers_of_different_organs_are_not_enough(law: World, place: Institution) -> None:
    draft = making.make_plan(law, place, officers=1)
    making.officer_in(law, draft, law.market_officer)
    with pytest.raises(Blocked, match="同属"):
        services.deployment_submit(actor=law.officer, deployment=draft)
    making.officer_in(law, draft, law.officer2)
    assert services.deployment_submit(actor=law.officer, deployment=draft).status == "SUBMITTED"


def test_g05_issuing_needs_two_of_the_issuing_organ(law: World, place: Institution) -> None:
    draft = making.make_plan(law, place)
    making.officer_in(law, draft, law.market_officer)
    visit = making.start(law, draft)
    services.finding_add(
        actor=law.market_officer, visit=visit, values=making.finding_values(law.market, code="FEE_CONTRACT")
    )
    notice = services.notice_draft(actor=law.market_officer, visit=visit, organ=law.market)
    with pytest.raises(Blocked) as error:
        services.notice_issue(actor=law.market_officer, notice=notice)
    assert gates_of(error) == {"G05"}
    with pytest.raises(Blocked) as error:
        services.notice_issue(actor=law.officer, notice=notice)
    assert "organ" in gates_of(error)


def test_g05_only_officers_of_the_team_record(law: World, started: Visit) -> None:
    with pytest.raises(Blocked, match="不是本次检查的执法人员"):
        services.visit_record(actor=law.market_officer, visit=started, values=making.RECORD)


def test_g06_declared_ground_and_open_application_stop_the_team(law: World, plan: Deployment) -> None:
    third = make_user("third", "执法丙", law.education, certified="50023703")
    making.officer_in(law, plan, third)
    member = plan.members.get(user=third)
    asked = services.recusal_raise(actor=law.officer, member=member, origin="PARTY", ground="系举办者亲属")
    with pytest.raises(Blocked, match="尚未决定") as error:
        services.deployment_submit(actor=law.officer, deployment=plan)
    assert gates_of(error) == {"G06"}
    with pytest.raises(NotAllowed):
        services.recusal_decide(actor=law.officer, recusal=asked, is_granted=False, note="不属实")
    services.recusal_decide(actor=law.leader, recusal=asked, is_granted=False, note="经查不属实")
    services.deployment_submit(actor=law.officer, deployment=plan)
    services.recusal_raise(actor=law.officer, member=member, origin="SELF", ground="配偶在该机构任职")
    with pytest.raises(Blocked, match="应当回避"):
        services.deployment_approve(actor=law.leader, deployment=plan)
    services.member_remove(actor=law.officer, member=member, reason="回避")
    assert services.deployment_approve(actor=law.leader, deployment=plan).status == "APPROVED"


@pytest.mark.parametrize(
    ("kind", "name", "word"),
    [
        ("TOWNSHIP", "高唐街道办事处二", "高街"),
        ("EDUCATION", "巫山县“双减”工作专班", "巫双减"),
        ("CULTURE", "巫山县无代字部门", ""),
    ],
)
def test_g07_never_by_townships_or_special_groups(law: World, kind: str, name: str, word: str) -> None:
    organ = make_organisation(law.bureau, kind, name, word)
    assert not guards.may_enforce(organ)
    with pytest.raises(Blocked) as error:
        services.deployment_draft(actor=law.officer, values=making.plan_values(law, lead_organ=organ))
    assert gates_of(error) == {"G07"}
    assert guards.may_enforce(law.market)


def test_g07_request_from_a_patrol_starts_nothing(law: World, place: Institution) -> None:
    request = services.visit_request(
        actor=law.township,
        institution=place,
        source_kind="PATROL",
        source_no="P-1",
        redacted_brief="周末上课",
    )
    with pytest.raises(NotAllowed):
        services.visit_start(actor=law.township, visit=request.visits.get())
    with pytest.raises(Blocked):
        services.visit_start(actor=law.officer, visit=request.visits.get())


@pytest.mark.parametrize(
    ("name", "empty", "word"),
    [
        ("facts", "", "违法事实"),
        ("rule_broken", "", "违反的规定"),
        ("basis", "", "责令依据"),
        ("term_amount", None, "整改期限"),
        ("remedy_line", "", "救济途径"),
    ],
)
def test_g08_notice_is_complete(
    law: World, notice: RectificationNotice, name: str, empty: object, word: str
) -> None:
    before = getattr(notice, name)
    edited = services.notice_edit(actor=law.officer, notice=notice, values={name: empty})
    with pytest.raises(Blocked, match=word) as error:
        making.issue(law, edited)
    assert gates_of(error) == {"G08"}
    whole = services.notice_edit(actor=law.officer, notice=edited, values={name: before})
    assert making.issue(law, whole).status == "ISSUED"


def test_g08_every_item_says_what_to_correct(law: World, notice: RectificationNotice) -> None:
    item = notice.items.first()
    services.notice_edit(actor=law.officer, notice=notice, values={}, orders={item.pk: "  "})
    with pytest.raises(Blocked, match="整改要求"):
        making.issue(law, notice)


def test_g09_own_report_closes_nothing(law: World, served: RectificationNotice) -> None:
    making.answer(law, served)
    assert set(served.items.values_list("finding__status", flat=True)) == {"IN_NOTICE"}
    from casework.workflow import transition

    with pytest.raises(Blocked) as error:
        transition(served.items.first().finding, "close", actor=law.officer)
    assert gates_of(error) == {"G09"}
    with pytest.raises(Blocked) as error:
        transition(served, "close", actor=law.officer)
    assert gates_of(error) == {"G09"}
    making.recheck(law, served, "DONE", "DONE")
    served.refresh_from_db()
    assert served.status == "CLOSED"


@pytest.mark.parametrize("who", [("officer",), ("officer", "market_officer"), ("officer", "head")])
def test_g09_recheck_needs_two_certified_of_the_organ(
    law: World, served: RectificationNotice, who: tuple[str, ...]
) -> None:
    making.answer(law, served)
    with pytest.raises(Blocked) as error:
        making.recheck(law, served, "DONE", "DONE", officers=tuple(getattr(law, name) for name in who))
    assert gates_of(error) <= {"G09", "G04"}
    assert not served.rechecks.exists()


def test_g09_undone_items_do_not_close(law: World, served: RectificationNotice) -> None:
    making.answer(law, served)
    with pytest.raises(Unlawful, match="不能销号"):
        making.recheck(law, served, "DONE", "NOT_DONE", conclusion="CLOSE")


def test_g10_extension_asked_in_time_and_approved(law: World, served: RectificationNotice) -> None:
    until = served.due_on + timedelta(days=5)
    late = timezone.now() + (served.due_on - timezone.localdate()) + timedelta(days=1)
    ask = {"actor": law.institution_user, "notice": served, "reason": "等待设备到货"}
    with pytest.raises(Blocked) as error:
        services.extension_request(**ask, until=until, at=late)
    assert gates_of(error) == {"G10"}
    with pytest.raises(Unlawful, match="最晚"):
        services.extension_request(**ask, until=served.due_on + timedelta(days=60))
    request = services.extension_request(**ask, until=until)
    assert services.extension_request(**ask, until=until) == request
    with pytest.raises(NotAllowed):
        services.extension_decide(actor=law.officer, request=request, is_granted=True, note="同意")
    services.extension_decide(actor=law.head, request=request, is_granted=True, note="情况属实")
    served.refresh_from_db()
    assert served.due_on == until
    assert any("经批准延期" in line for line in served.due_explanation)
    with pytest.raises(Unlawful, match="最多延期 1 次"):
        services.extension_request(**ask, until=until + timedelta(days=3))


def test_g10_refusal_leaves_the_term(law: World, served: RectificationNotice) -> None:
    due = served.due_on
    request = services.extension_request(
        actor=law.institution_user, notice=served, reason="忙", until=due + timedelta(days=2)
    )
    services.extension_decide(actor=law.head, request=request, is_granted=False, note="理由不充分")
    served.refresh_from_db()
    assert served.due_on == due


def test_strangers_answer_and_ask_for_nothing(law: World, served: RectificationNotice) -> None:
    with pytest.raises(NotAllowed, match="本机构"):
        services.notice_answer(actor=law.neighbour_institution_user, notice=served, statement="x", answers={})


@pytest.mark.parametrize(
    ("method", "extra", "word"),
    [
        ("DIRECT", {"receiver": ""}, "签收人"),
        ("LIEN", {}, "见证人"),
        ("ELECTRONIC", {}, "确认书"),
        ("MAIL", {}, "回执号"),
        ("PUBLICATION", {}, "公告载体"),
    ],
)
def test_service_needs_the_proof_of_its_method(
    law: World, notice: RectificationNotice, method: str, extra: dict[str, str], word: str
) -> None:
    issued = making.issue(law, notice)
    service = making.service_of(law, method=method, **extra)
    with pytest.raises(Unlawful, match=word):
        services.notice_serve(actor=law.officer, notice=issued, service=service)
    with pytest.raises(Unlawful, match="两人"):
        services.notice_serve(
            actor=law.officer, notice=issued, service=making.service_of(law, server_two=law.officer)
        )


def test_term_runs_from_the_day_of_service(law: World, notice: RectificationNotice) -> None:
    issued = making.issue(law, notice)
    served = making.serve(law, issued)
    assert (served.due_on - timezone.localdate()).days >= 15
    with pytest.raises(WrongState):
        making.serve(law, served)


def test_database_refuses_what_services_would(
    law: World, notice: RectificationNotice, plan: Deployment
) -> None:
    for rows, values in (
        (RectificationNotice.objects.filter(pk=notice.pk), {"status": "ISSUED"}),
        (Deployment.objects.filter(pk=plan.pk), {"approved_by": law.officer}),
        (Finding.objects.filter(visit=notice.visit), {"status": "FIXED"}),
        (Visit.objects.filter(pk=notice.visit_id), {"status": "CLOSED"}),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**values)


def test_unlawful_organ_cannot_be_made_responsible(law: World, started: Visit) -> None:
    office = Organisation.objects.get(name="高唐街道办事处")
    with pytest.raises(Blocked) as error:
        making.add_finding(law, started, office)
    assert gates_of(error) == {"G07"}
