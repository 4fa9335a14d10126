"""Fund audits in rounds, and wage claims at closure that never touch families' money."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, InternalError, transaction
from django.test import Client
from django.utils import timezone

from casework.errors import Blocked, NotAllowed, Unlawful, WrongState
from casework.models import AuditEvent, EvidenceFile
from funds import ledger, services
from funds.models import (
    AccountKind,
    AuditFinding,
    AuditRound,
    AuditSheet,
    CheckItem,
    Instruction,
    LabourClaim,
)
from funds.registration import may_see_paper
from funds.selectors.rounds import round_figures
from institutions.models import Institution
from tests.conftest import World
from tests.funds import paying
from tests.funds.making import DAY
from tests.inspections.making import make_place

pytestmark = pytest.mark.django_db
AT = paying.at(DAY + timedelta(days=2))
ALL_OK = {item.value: "OK" for item in CheckItem}


def opened(world: World, **values: Any) -> AuditRound:
    fields = {
        "title": "2026 年秋季资金专查", "range_note": "全部有监管账户的机构，2026 年收费", "starts_on": DAY,
        "ends_on": DAY + timedelta(days=20), "partners": "县金融发展服务中心", **values,
    }  # fmt: skip
    return services.round_open(actor=world.officer, values=fields, at=AT)


def filled(world: World, sheet: AuditSheet, **values: Any) -> AuditSheet:
    fields: dict[str, Any] = {
        "checked_on": DAY, "checkers": "张、李", "checks": {**ALL_OK, "HIDDEN": "BAD"}, **values,
    }  # fmt: skip
    return services.sheet_fill(actor=world.officer, sheet=sheet, at=AT, **fields)


@pytest.fixture
def sheet(law: World, place: Institution) -> AuditSheet:
    row = opened(law)
    services.round_places_add(actor=law.officer, audit_round=row, institutions=[place])
    return AuditSheet.objects.get(round=row)


def test_a_round_gives_each_place_one_sheet(law: World, place: Institution) -> None:
    row = opened(law)
    second = make_place(law, "示例第二培训中心")
    assert services.round_places_add(actor=law.officer, audit_round=row, institutions=[place]) == 1
    assert services.round_places_add(actor=law.officer, audit_round=row, institutions=[place, second]) == 1
    assert services.round_places_add(actor=law.officer, audit_round=row, institutions=[place, second]) == 0
    with pytest.raises(Unlawful, match="同名"):
        opened(law)
    with pytest.raises(Unlawful, match="早于开始"):
        opened(law, title="别的", ends_on=DAY - timedelta(days=1))
    with pytest.raises(NotAllowed):
        services.round_places_add(actor=law.neighbour_officer, audit_round=row, institutions=[place])
    with pytest.raises(Blocked, match="还有 2 家没有核查"):
        services.round_close(actor=law.head, audit_round=row, conclusion="完成")


def test_a_sheet_asks_every_item_and_findings_rest_on_it(law: World, sheet: AuditSheet) -> None:
    with pytest.raises(Unlawful, match="还没有填写：关联交易"):
        filled(law, sheet, checks={key: value for key, value in ALL_OK.items() if key != "RELATED"})
    with pytest.raises(Unlawful, match="约谈情况"):
        filled(law, sheet, talked_on=DAY)
    with pytest.raises(Unlawful, match="早于专查开始"):
        filled(law, sheet, checked_on=DAY - timedelta(days=1))
    finding = {"kind": "HIDDEN", "summary": "微信收费 3 笔", "measure": "RECTIFY", "due_on": DAY}
    with pytest.raises(WrongState):
        services.finding_add(actor=law.officer, sheet=sheet, **finding)
    done = filled(law, sheet, talked_on=DAY, talk_note="约谈法定代表人")
    with pytest.raises(Unlawful, match="不是“有问题”"):
        services.finding_add(actor=law.officer, sheet=done, **{**finding, "kind": "LOAN"})
    row = services.finding_add(actor=law.officer, sheet=done, amount_fen=1_268_000, **finding)
    with pytest.raises(Blocked, match="已登记问题"):
        services.sheet_redo(actor=law.head, sheet=done, reason="填错")
    assert row.is_late == (timezone.localdate() > DAY)


def test_put_right_is_not_closed_and_another_person_closes(law: World, sheet: AuditSheet) -> None:
    done = filled(law, sheet, talked_on=DAY, talk_note="约谈法定代表人")
    row = services.finding_add(
        actor=law.officer, sheet=done, kind="HIDDEN", summary="账外收费", measure="RECTIFY",
        due_on=DAY + timedelta(days=15), amount_fen=1_268_000,
    )  # fmt: skip
    with pytest.raises(WrongState):
        services.finding_close(actor=law.head, finding=row)
    with pytest.raises(Unlawful, match="整改情况"):
        services.finding_rectify(actor=law.head, finding=row, result=" ", rectified_on=DAY, at=AT)
    row = services.finding_rectify(
        actor=law.head, finding=row, result="已转入监管账户", rectified_on=DAY, at=AT
    )
    with pytest.raises(Blocked, match="另一人"):
        services.finding_close(actor=law.head, finding=row)
    row = services.finding_send_back(actor=law.leader, finding=row, reason="差 680 元")
    row = services.finding_rectify(
        actor=law.officer, finding=row, result="已全额转入", rectified_on=DAY, at=AT
    )
    row = services.finding_close(actor=law.head, finding=row)
    figures = round_figures(law.officer, sheet.round)
    assert (figures.places, figures.checked, figures.talked) == (1, 1, 1)
    assert (figures.findings, figures.kinds, figures.with_findings) == (1, 1, 1)
    assert (figures.amount_fen, figures.rectified, figures.closed, figures.late) == (1_268_000, 1, 1, 0)
    with pytest.raises(IntegrityError, match="closed"), transaction.atomic():
        AuditFinding.objects.filter(pk=row.pk).update(closed_by=row.reported_by)
    ended = services.round_close(actor=law.head, audit_round=sheet.round, conclusion="查出 1 类问题")
    assert ended.status == "CLOSED"
    with pytest.raises(WrongState):
        services.round_places_add(actor=law.officer, audit_round=ended, institutions=[sheet.institution])


def test_what_was_sent_back_is_late_again(
    law: World, sheet: AuditSheet, sign_in: Callable[..., Client]
) -> None:
    done = filled(law, sheet)
    row = services.finding_add(
        actor=law.officer, sheet=done, kind="HIDDEN", summary="账外收费", measure="RECTIFY", due_on=DAY
    )
    row = services.finding_rectify(actor=law.officer, finding=row, result="已转入", rectified_on=DAY, at=AT)
    row = services.finding_send_back(actor=law.head, finding=row, reason="差 680 元")
    assert (row.status, row.result, row.rectified_on, row.reported_by) == ("OPEN", "", None, None)
    event = AuditEvent.objects.get(verb="funds.auditfinding_send_back")
    assert event.changes["result"] == ["已转入", ""]
    page: Any = sign_in(law.officer)
    for address in ("findings/", f"audit-sheets/{sheet.uid}/"):
        assert "按期办结" not in page.get(f"/desk/funds/{address}").content.decode()


def test_a_round_ends_with_every_problem_entered_and_takes_no_more_after(
    law: World, sheet: AuditSheet, sign_in: Callable[..., Client]
) -> None:
    done = filled(law, sheet, checks={**ALL_OK, "HIDDEN": "BAD", "LOAN": "BAD"})
    finding: dict[str, Any] = {"summary": "账外收费", "measure": "RECTIFY", "due_on": DAY}
    services.finding_add(actor=law.officer, sheet=done, kind="HIDDEN", **finding)
    here = f"/desk/funds/audit-sheets/{sheet.uid}/"
    page: Any = sign_in(law.officer)
    assert f"还没有登记问题：{CheckItem('LOAN').label}。" in page.get(here).content.decode()
    with pytest.raises(Blocked, match=CheckItem("LOAN").label):
        services.round_close(actor=law.head, audit_round=sheet.round, conclusion="完成")
    services.finding_add(actor=law.officer, sheet=done, kind="LOAN", **finding)
    assert f"{here}finding/" in page.get(here).content.decode()
    ended = services.round_close(actor=law.head, audit_round=sheet.round, conclusion="完成")
    figures = round_figures(law.officer, ended)
    with pytest.raises(WrongState, match="重新开启"):
        services.finding_add(actor=law.officer, sheet=done, kind="LOAN", **finding)
    assert round_figures(law.officer, ended) == figures
    assert f"{here}finding/" not in page.get(here).content.decode()
    services.round_reopen(actor=law.head, audit_round=ended, reason="补登一条")
    services.finding_add(actor=law.officer, sheet=done, kind="LOAN", **finding)


def test_round_pages(law: World, place: Institution, sign_in: Callable[..., Client]) -> None:
    today = timezone.localdate()
    page: Any = sign_in(law.officer)
    form = {
        "title": "秋季专查", "range_note": "全部机构", "starts_on": f"{today:%Y-%m-%d}",
        "ends_on": f"{today:%Y-%m-%d}",
    }  # fmt: skip
    assert page.post("/desk/funds/rounds/new/", form).status_code == 302
    row = AuditRound.objects.get()
    here = f"/desk/funds/rounds/{row.uid}/"
    assert page.post(f"{here}places/", {}).status_code == 422
    assert page.post(f"{here}places/", {"institutions": [place.pk]}).status_code == 302
    sheet = AuditSheet.objects.get()
    fill = {
        "checked_on": f"{today:%Y-%m-%d}", "checkers": "张、李",
        **{f"check_{item}": "BAD" if item == "PRIVATE" else "OK" for item in CheckItem},
    }  # fmt: skip
    assert page.post(f"/desk/funds/audit-sheets/{sheet.uid}/fill/", fill).status_code == 302
    assert "还没有登记问题" in page.get(f"/desk/funds/audit-sheets/{sheet.uid}/").content.decode()
    told = {
        "kind": "PRIVATE", "amount_fen": "1200.50", "summary": "个人账户收款", "measure": "RECTIFY",
        "due_on": f"{today:%Y-%m-%d}",
    }  # fmt: skip
    assert (
        page.post(f"/desk/funds/audit-sheets/{sheet.uid}/finding/", {**told, "kind": "LOAN"}).status_code
        == 422
    )
    assert page.post(f"/desk/funds/audit-sheets/{sheet.uid}/finding/", told).status_code == 302
    finding = AuditFinding.objects.get()
    assert finding.amount_fen == 120_050
    text = page.get(here).content.decode()
    assert "核查 1 家，约谈 0 家，发现 1 类 1 条问题，涉及 1 家" in text
    for address in ("rounds/", "audit-sheets/", "findings/"):
        assert page.get(f"/desk/funds/{address}").status_code == 200
        assert page.get(f"/desk/funds/{address}?export=csv").status_code == 200
    assert page.get(f"/desk/funds/findings/?round={row.pk}&late=on").status_code == 200
    assert page.get(f"/desk/funds/findings/{finding.uid}/").status_code == 200
    assert "督促专查问题整改" in page.get("/desk/").content.decode()
    picture = SimpleUploadedFile("约谈.pdf", b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF")
    given = {"paper": picture, "caption": "约谈笔录"}
    assert page.post(f"/desk/funds/audit-sheets/{sheet.uid}/paper/", given).status_code == 302
    paper = EvidenceFile.objects.get(subject_uid=sheet.uid)
    assert may_see_paper(law.officer, paper)
    assert not may_see_paper(law.neighbour_officer, paper)
    stranger = sign_in(law.neighbour_officer)
    for address in (here, f"/desk/funds/audit-sheets/{sheet.uid}/", f"/desk/funds/findings/{finding.uid}/"):
        assert stranger.get(address).status_code == 404


def claim(world: World, place: Institution, **values: Any) -> LabourClaim:
    fields = {
        "kind": "WAGE", "source": "LABOUR", "reference": "巫劳监〔2026〕8号", "claimed_on": DAY, "persons": 6,
        "amount_fen": 4_560_000, "summary": "拖欠 6 名教师两个月工资", **values,
    }  # fmt: skip
    return services.labour_register(actor=world.clerk, institution=place, values=fields, at=AT)


def test_wages_are_counted_settled_or_passed_on(law: World, place: Institution) -> None:
    row = claim(law, place)
    with pytest.raises(Unlawful, match="已经登记"):
        claim(law, place)
    with pytest.raises(Unlawful, match="至少 1 人"):
        claim(law, place, reference="二", persons=0)
    with pytest.raises(Unlawful, match="家长的钱"):
        services.labour_settle(
            actor=law.clerk, claim=row, result="付清", ended_on=DAY, paid_fen=100, paid_from="CUSTODY", at=AT
        )
    with pytest.raises(Unlawful, match="不能超过涉及金额"):
        services.labour_settle(
            actor=law.clerk,
            claim=row,
            result="付清",
            ended_on=DAY,
            paid_fen=4_560_001,
            paid_from="OWN",
            at=AT,
        )
    with pytest.raises(Unlawful, match="移交文号"):
        services.labour_pass_on(
            actor=law.clerk, claim=row, passed_to="人社局", passed_no="", result="移交", ended_on=DAY, at=AT
        )
    passed = services.labour_pass_on(
        actor=law.clerk,
        claim=row,
        passed_to="人社局",
        passed_no="函〔2026〕3号",
        result="移交",
        ended_on=DAY,
        at=AT,
    )
    again = services.labour_reopen(actor=law.clerk, claim=passed, reason="退回本局")
    done = services.labour_settle(
        actor=law.clerk,
        claim=again,
        result="股东付清",
        ended_on=DAY,
        paid_fen=4_560_000,
        paid_from="OWNER",
        at=AT,
    )
    assert (done.status, done.paid_fen, done.paid_from) == ("SETTLED", 4_560_000, "OWNER")
    assert AuditEvent.objects.filter(object_uid=row.uid).count() == 4


def test_the_database_lets_no_families_money_go_to_wages(law: World, place: Institution) -> None:
    custody = paying.custody(law, place)
    contract = paying.active(law, place)
    row = claim(law, place)
    with pytest.raises(IntegrityError, match="not_from_families"), transaction.atomic():
        LabourClaim.objects.filter(pk=row.pk).update(paid_fen=1, paid_from="CUSTODY")
    with pytest.raises(InternalError, match="not used for wages"), transaction.atomic():
        ledger.account_of(kind=AccountKind.REFUND_PAYABLE, subject_uid=row.uid, institution=place)
    refund = services.refund_apply(actor=law.system, contract=contract, ground="FAMILY", at=AT)
    refund = services.refund_agree(actor=law.institution_user, refund=refund, at=AT)
    refund = services.refund_approve(actor=law.head, refund=refund, at=AT)
    refund = services.refund_pay(actor=law.head, refund=refund, at=AT)
    with pytest.raises(InternalError, match="not used for wages"), transaction.atomic():
        Instruction.objects.filter(pk=refund.instruction_id).update(subject_uid=row.uid)
    assert paying.balance("ESCROW_BANK", custody) == 300_000


def test_labour_pages(law: World, place: Institution, sign_in: Callable[..., Client]) -> None:
    page: Any = sign_in(law.clerk)
    today = f"{timezone.localdate():%Y-%m-%d}"
    form = {
        "institution": place.pk, "kind": "WAGE", "source": "STAFF", "reference": "信访 12", "claimed_on": today,
        "persons": "3", "amount_fen": "12000", "summary": "欠薪",
    }  # fmt: skip
    assert page.post("/desk/funds/labour/new/", form).status_code == 302
    assert "已经登记" in page.post("/desk/funds/labour/new/", form).content.decode()
    row = LabourClaim.objects.get()
    here = f"/desk/funds/labour/{row.uid}/"
    assert "不得用于支付工资" in page.get(here).content.decode()
    bad = {"ended_on": today, "paid_fen": "5", "paid_from": "", "result": "付了"}
    assert "支付来源" in page.post(f"{here}settle/", bad).content.decode()
    assert page.post(f"{here}settle/", {**bad, "paid_from": "OWN"}).status_code == 302
    assert page.get("/desk/funds/labour/?export=csv").status_code == 200
    assert sign_in(law.neighbour_officer).get(here).status_code == 404
