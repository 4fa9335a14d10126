"""Desk pages of the suspense queue: register, one item with what it may be, its steps with four eyes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from accounts.models import User
from casework.money import yuan
from casework.web import AuthedRequest, Column, desk_page, get_visible, kit, object_link
from casework.web.kit import Register, Step
from funds import selectors, services
from funds.filters import SuspenseFilter
from funds.forms.accounts import PaperForm, ReasonForm
from funds.forms.bank import ProposalForm
from funds.models import Contract, StatementFile, StatementLine, SuspenseItem, Way
from funds.selectors import payment_candidates
from funds.views.bank_common import VIEW, account_words, path_to, tabs
from funds.views.common import keep_paper, plain_form
from funds.views.statements import statement_url

WORK, JUDGE, UNDO = "funds.suspense_propose", "funds.suspense_confirm", "funds.suspense_undo"
COLUMNS = (
    Column("机构", lambda row: row.account.institution.name, 30),
    Column("账户", lambda row: account_words(row.account), 36),
    Column("银行入账日期", lambda row: row.booked_on),
    Column("收支", lambda row: "来源不明收款" if row.fen > 0 else "无指令支出"),
    Column("金额（元）", lambda row: abs(row.fen) / 100),
    Column("对方户名", lambda row: row.payer, 24),
    Column("摘要和附言", lambda row: row.words, 40),
    Column("状态", lambda row: row.get_status_display()),
    Column("处理方式", lambda row: row.get_way_display(), 24),
    Column("合同", lambda row: row.target_label),
    Column("理由", lambda row: row.reason, 40),
    Column("提出人", lambda row: row.proposed_by.name if row.proposed_by else ""),
    Column("复核人", lambda row: row.decided_by.name if row.decided_by else ""),
)


def suspense_url(row: SuspenseItem) -> str:
    """The item's page."""
    return reverse("funds:suspense_detail", kwargs={"uid": row.uid})


def _cells(row: Any) -> list[dict[str, Any]]:
    return [
        {"text": row.account.institution.name, "url": suspense_url(row), "sub": account_words(row.account)},
        {"text": f"{row.booked_on:%Y-%m-%d}", "nowrap": True},
        {"word": "收款" if row.fen > 0 else "支出", "tone": "info" if row.fen > 0 else "bad"},
        {"text": yuan(abs(row.fen)), "num": True},
        {"text": row.payer or "银行未提供对方", "sub": row.words},
        {"status": row, "sub": row.get_way_display() if row.way else ""},
    ]


@desk_page(VIEW)
def suspense_list(request: AuthedRequest) -> HttpResponseBase:
    """Register of lines that nothing explained."""
    return kit.register_page(
        request,
        rows=selectors.suspense_visible(request.user),
        title="待查款",
        subtitle="没有合同的收款、没有指令的支出；一人提出意见，另一人复核入账，认错了用冲正撤销",
        register=Register(("机构和账户", "入账日期", "收支", "金额", "对方和附言", "状态"), _cells),
        columns=COLUMNS,
        filterset=SuspenseFilter,
        unit="笔",
        empty="对账单里每一笔都认出来了，或者还没有对账单。",
        **tabs(request, "funds:suspense_list"),
    )


def _candidates(row: SuspenseItem) -> list[Any]:
    if Way.CONTRACT not in services.ways_for(row):
        return []
    return payment_candidates(row.account, row.fen, row.booked_on, row.words, row.payer)


def _contracts(actor: User, row: SuspenseItem) -> list[tuple[str, str]]:
    """Contracts that may take this money, the likely ones first."""
    likely = [item.contract for item in _candidates(row)]
    others = (
        Contract.objects.visible_to(actor)
        .filter(account=row.account, status__in=["SIGNED", "PARTLY_PAID"])
        .exclude(pk__in=[contract.pk for contract in likely])
        .order_by("-signed_on", "-pk")[:200]
    )
    mark = {contract.pk: "（可能是这份）" for contract in likely}
    return [
        (str(contract.uid), f"{contract.number} 待缴 {yuan(contract.open_fen)}{mark.get(contract.pk, '')}")
        for contract in [*likely, *others]
        if contract.open_fen >= row.fen
    ]


def _proposal_form(*, actor: User, row: SuspenseItem, **bound: Any) -> ProposalForm:
    ways = services.ways_for(row)
    contracts = _contracts(actor, row) if Way.CONTRACT in ways else []
    booked = [(str(item.uid), item.label) for item in services.booked_candidates(row)]
    return ProposalForm(row=row, ways=ways, contracts=contracts, booked=booked, **bound)


def _propose(actor: User, row: SuspenseItem, values: dict[str, Any]) -> None:
    uid, label = None, ""
    if values["way"] == Way.CONTRACT:
        contract = get_visible(Contract.objects.visible_to(actor), actor, UUID(values["contract"]))
        uid, label = contract.uid, contract.number
    elif values["way"] == Way.BOOKED:
        uid = UUID(values["booked"])
        label = next(item.label for item in services.booked_candidates(row) if item.uid == uid)
    services.suspense_propose(
        actor=actor,
        item=row,
        way=values["way"],
        reason=values["reason"],
        target_uid=uid,
        target_label=label,
    )


STEPS: dict[str, Step] = {
    "propose": Step(
        "提出处理意见", _propose, "意见已提出，请另一人复核。", WORK, _proposal_form, submit="提出"
    ),
    "confirm": Step(
        "复核入账",
        lambda actor, row, values: services.suspense_confirm(actor=actor, item=row),
        "已复核入账。",
        JUDGE,
    ),
    "send_back_money": Step(
        "同意退回",
        lambda actor, row, values: services.suspense_confirm(actor=actor, item=row),
        "已同意退回，请通知银行；银行流水到了自动记账。",
        JUDGE,
    ),
    "send_back": Step(
        "不同意",
        lambda actor, row, values: services.suspense_send_back(
            actor=actor, item=row, reason=values["reason"]
        ),
        "已退回，重新提出意见。",
        JUDGE,
        plain_form(ReasonForm),
    ),
    "undo": Step(
        "撤销处理",
        lambda actor, row, values: services.suspense_undo(actor=actor, item=row, reason=values["reason"]),
        "已冲正，这笔款项重新待查。",
        UNDO,
        plain_form(ReasonForm),
        danger=True,
        sentence="原分录不删除，另记一笔相反的分录。",
    ),
    "paper": Step("上传材料", keep_paper, "材料已保存。", WORK, plain_form(PaperForm), submit="上传"),
}


@desk_page(VIEW)
def suspense_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One line in suspense: what the bank wrote, what it may be, its steps and history."""
    row: Any = get_visible(selectors.suspense_visible(request.user), request.user, uid)
    actor = request.user
    line = StatementLine.objects.get(uid=row.line_uid)
    file = StatementFile.objects.visible_to(actor).filter(uid=line.file_uid).first()
    is_open = row.status in {"OPEN", "PROPOSED"}
    return kit.detail_page(
        request,
        row,
        heading=str(row),
        subtitle=f"{row.account.institution.name} · {account_words(row.account)}",
        has_status=True,
        actions=[
            *kit.plain_steps(actor, row, STEPS, "funds:suspense_step", "paper"),
            *kit.step_actions(actor, row, STEPS, "funds:suspense_step"),
        ],
        sections=[
            *([kit.text("处理意见", row.get_way_display(), row.target_label, row.reason)] if row.way else []),
            *([_likely(actor, row)] if is_open and row.fen > 0 else []),
        ],
        show_files=True,
        files_title="核实的材料",
        files=kit.files(actor, row),
        facts=kit.facts(
            ("金额", yuan(abs(row.fen))),
            ("银行入账日期", f"{row.booked_on:%Y-%m-%d}"),
            ("对方户名", row.payer or "银行未提供"),
            ("对方账号", f"末四位 {line.payer_account[-4:]}" if line.payer_account else ""),
            ("摘要和附言", row.words),
            ("流水号", line.serial),
            ("对账单", file.file_name if file else "", statement_url(file) if file else ""),
            *_taken_back(row),
            ("提出人", row.proposed_by.name if row.proposed_by else ""),
            ("复核人", row.decided_by.name if row.decided_by else ""),
        ),
        history=kit.history(actor, row.uid),
        crumbs=path_to(("待查款", reverse("funds:suspense_list")), (str(row), "")),
    )


def _taken_back(row: SuspenseItem) -> list[tuple[str, str, str]]:
    return [
        (
            "缴费更正",
            f"合同 {item.contract.number}：{item.reason}",
            reverse("funds:correction_detail", kwargs={"uid": item.uid}),
        )
        for item in selectors.taken_back_to(row)
    ]


def _likely(actor: User, row: SuspenseItem) -> dict[str, Any]:
    rows: list[list[dict[str, Any]]] = []
    back = {correction.contract_id: correction.booked_on for correction in selectors.taken_back_to(row)}
    for item in _candidates(row):
        contract = item.contract
        was_here = [f"曾记入本合同，{back[contract.pk]:%Y-%m-%d} 已更正冲正"] if contract.pk in back else []
        url = object_link(actor, "funds.contract", contract.uid)
        rows.append(
            [
                {"text": contract.number, "url": url},
                {"text": yuan(contract.open_fen), "num": True},
                {"text": "；".join([*was_here, *item.evidence])},
            ]
        )
    return kit.table("可能对应的合同", ("合同", "待缴", "线索"), rows, "没有金额或付款人对得上的合同。")


@desk_page(VIEW)
def suspense_step(request: AuthedRequest, uid: UUID, name: str) -> HttpResponse:
    """One step of a line in suspense."""
    row: Any = get_visible(selectors.suspense_visible(request.user), request.user, uid)
    path = path_to(("待查款", reverse("funds:suspense_list")), (str(row), suspense_url(row)))
    return kit.step_page(request, row, STEPS, name, suspense_url(row), path)
