"""Desk pages of payments that wait: tick some or all, see number and sum, let them go with one confirmation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.models import User
from casework.errors import DomainError
from casework.models import JobState
from casework.money import in_yuan, yuan
from casework.web import AuthedRequest, Column, ListPage, desk_page, get_visible, kit, say
from casework.web.kit import Register
from funds import selectors, services
from funds.filters_custody import PaymentFilter, PaymentRunFilter
from funds.models import ItemState, PaymentRun, PaymentRunItem, PaymentStage, RunStatus
from funds.views.common import VIEW, path_to, tabs

START = "funds.payment_start"
PAGE = 100
NEXT = {
    "RELEASE": "批准并生成支付指令",
    "REFUND": "生成支付指令，退给原付款人",
    "INSTRUCTION": "登记已发送银行",
}
PAGES_OF = {
    "RELEASE": "funds:release_detail",
    "REFUND": "funds:refund_detail",
    "INSTRUCTION": "funds:instruction_detail",
}
STAGES = dict(PaymentStage.choices)
COLUMNS = (
    Column("事项", lambda row: STAGES[row["stage"]]),
    Column("机构", lambda row: row["place"], 30),
    Column("编号", lambda row: row["number_"], 18),
    Column("收款人", lambda row: row["payee"], 24),
    Column("银行", lambda row: row["bank"], 24),
    Column("金额（元）", lambda row: row["fen"] / 100),
    Column("支付期限", lambda row: row["due_on"]),
    Column("生成人", lambda row: row["maker"]),
    Column("生成时间", lambda row: row["since"]),
)


HEADS = ("机构", "事项", "收款人", "金额", "支付期限", "生成")
RUN_COLUMNS = (
    Column("办理人", lambda row: row.created_by.name),
    Column("勾选时间", lambda row: row.created_at),
    Column("笔数", lambda row: row.count),
    Column("金额（元）", lambda row: row.fen / 100),
    Column("已办理", lambda row: row.started_n),
    Column("没有办理", lambda row: row.refused_n),
    Column("状态", lambda row: row.get_status_display()),
)


def _subject_url(stage: str, uid: UUID) -> str:
    return reverse(PAGES_OF[stage], kwargs={"uid": uid})


def _waiting_cells(actor: User) -> Callable[[Any], list[dict[str, Any]]]:
    """Cells of a waiting payment; the first says what its box is called and why there is none."""

    def cells(row: dict[str, Any]) -> list[dict[str, Any]]:
        why = selectors.why_not_payment(actor, row)
        return [
            {"text": row["place"], "url": _subject_url(row["stage"], row["uid_"]), "sub": row["bank"],
             "pick": f"{row['stage']}:{row['uid_']}", "why": why},
            {"text": STAGES[row["stage"]], "sub": row["number_"]},
            {"text": row["payee"]},
            {"text": yuan(row["fen"]), "num": True},
            {"due": row["due_on"]},
            {"text": row["maker"], "sub": why or f"{timezone.localdate(row['since']):%Y-%m-%d}", "nowrap": not why},
        ]  # fmt: skip

    return cells


@desk_page(VIEW)
def payment_list(request: AuthedRequest) -> HttpResponseBase:
    """What waits to be let go, with a box for each that the reader may let go."""
    actor = request.user
    context = {
        "subtitle": "勾选后核对笔数和合计，一次确认；每一笔各有自己的支付指令，一笔不成不影响其他",
        "register": Register(HEADS, _waiting_cells(actor)),
        "may_start": actor.may(START),
        "at_once": services.AT_ONCE,
        "more": [{"label": "办理记录", "url": reverse("funds:payment_run_list")}],
        "empty": "拨付批次生成以后、退费审定以后，在这里等待发起。",
        **tabs(request, "funds:payment_list"),
    }
    return ListPage(
        request=request, rows=selectors.waiting_payments(actor), template="funds/payment_list.html",
        title="待付款", columns=COLUMNS, filterset=PaymentFilter, unit="笔", page_size=PAGE, context=context,
    ).response()  # fmt: skip


def _picks(request: AuthedRequest) -> dict[PaymentStage, set[UUID]]:
    """What was ticked, or all of the list as it was narrowed that the actor may let go."""
    found: dict[PaymentStage, set[UUID]] = defaultdict(set)
    if request.POST.get("all"):
        actor = request.user
        bar = PaymentFilter(request.GET, queryset=selectors.waiting_payments(actor), request=request)
        rows = bar.qs[: services.AT_ONCE + 1] if bar.is_valid() else []
        for row in rows:
            if not selectors.why_not_payment(actor, row):
                found[PaymentStage(row["stage"])].add(row["uid_"])
        return found
    for pick in request.POST.getlist("pick"):
        stage, _, uid = pick.partition(":")
        try:
            found[PaymentStage(stage)].add(UUID(uid))
        except ValueError:
            continue
    return found


@require_POST
@desk_page(START)
def payment_pick(request: AuthedRequest) -> HttpResponse:
    """Take down what was ticked and show its number and sum."""
    try:
        run = services.payments_pick(actor=request.user, picks=_picks(request))
    except DomainError as error:
        messages.error(request, error.message)
        return redirect(f"{reverse('funds:payment_list')}?{request.GET.urlencode()}")
    return redirect("funds:payment_run", uid=run.uid)


def _item_cells(item: PaymentRunItem) -> list[dict[str, Any]]:
    instruction = item.instruction
    number = (
        {"text": instruction.number, "url": _subject_url("INSTRUCTION", instruction.uid)}
        if instruction
        else {"text": item.reason or "—"}
    )
    return [
        {"text": item.label, "url": _subject_url(item.stage, item.subject_uid), "sub": item.number},
        {"text": item.get_stage_display()},
        {"text": yuan(item.amount_fen), "num": True},
        {"status": item, "status_field": "state"},
        number,
    ]


def _sums(run: PaymentRun, items: list[PaymentRunItem]) -> dict[str, Any]:
    """Number and sum by kind, and of all."""
    lines: list[list[dict[str, Any]]] = []
    for stage, label in STAGES.items():
        if some := [item.amount_fen for item in items if item.stage == stage]:
            lines.append([
                {"text": label, "sub": NEXT[stage]}, {"text": f"{len(some):,} 笔", "num": True},
                {"text": yuan(sum(some)), "num": True},
            ])  # fmt: skip
    lines.append([
        {"text": "合计"}, {"text": f"{run.count:,} 笔", "num": True},
        {"text": yuan(run.fen), "num": True},
    ])  # fmt: skip
    return kit.table("笔数和合计", ("事项", "笔数", "金额"), lines, "")


def _progress(row: PaymentRun) -> dict[str, Any] | None:
    job = row.job
    if job is None:
        return None
    return {
        "label": job.label,
        "is_finished": job.state == JobState.DONE,
        "is_failed": job.state == JobState.FAILED,
        "percent": job.percent,
        "message": job.message,
        "error": job.message,
        "result_url": reverse("funds:payment_run", kwargs={"uid": row.uid}),
    }


def _outcome_notes(items: list[PaymentRunItem]) -> list[dict[str, str]]:
    refused = [item for item in items if item.state == ItemState.REFUSED]
    if not refused:
        return []
    fen = in_yuan(sum(item.amount_fen for item in refused))
    text = f"有 {len(refused)} 笔（{fen}）没有办理，原因见下面每一行。办好以后在“待付款”里重新勾选。"
    return [{"title": "", "text": text, "tone": "warn"}]


@desk_page(VIEW)
def run_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Before the confirmation number and sum, afterwards what was let go and what was refused, with the reason."""
    row: Any = get_visible(selectors.payment_runs_visible(request.user), request.user, uid)
    job, url = _progress(row), f"{request.path}?part=progress"
    if request.GET.get("part") == "progress" and job is not None:
        return render(request, "ui/_progress.html", {"job": job, "url": url})
    items = list(selectors.run_items(row))
    is_draft = row.status == RunStatus.DRAFT
    context: dict[str, Any] = {
        "row": row,
        "heading": "确认付款" if is_draft else "成批办理付款",
        "subtitle": f"{row.count:,} 笔，合计 {yuan(row.fen)}",
        "has_status": True,
        "job": job,
        "job_url": url,
        "confirm_url": reverse("funds:payment_start", kwargs={"uid": uid}) if is_draft else "",
        "back_url": reverse("funds:payment_list"),
        "notes": _outcome_notes(items),
        "sections": [
            _sums(row, items),
            kit.table(
                "逐笔", ("机构", "事项", "金额", "结果", "支付指令或原因"),
                [_item_cells(item) for item in items], "",
            ),
        ],
        "facts": kit.facts(
            ("办理人", row.created_by.name),
            ("确认时间", f"{timezone.localtime(row.started_at):%Y-%m-%d %H:%M}" if row.started_at else ""),
            ("办结时间", f"{timezone.localtime(row.ended_at):%Y-%m-%d %H:%M}" if row.ended_at else ""),
        ),
        "history": kit.history(request.user, row.uid),
        "crumbs": path_to(("待付款", reverse("funds:payment_list")), ("确认" if is_draft else "结果", "")),
    }  # fmt: skip
    return render(request, "funds/payment_run.html", context)


@require_POST
@desk_page(START)
def run_start(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """The one confirmation."""
    row: Any = get_visible(selectors.payment_runs_visible(request.user), request.user, uid)
    say(request, lambda: (services.payments_start(actor=request.user, run=row), "已确认，正在逐笔办理。")[1])
    return redirect("funds:payment_run", uid=uid)


def _run_cells(row: Any) -> list[dict[str, Any]]:
    url = reverse("funds:payment_run", kwargs={"uid": row.uid})
    return [
        {
            "text": f"{timezone.localtime(row.created_at):%Y-%m-%d %H:%M}",
            "url": url,
            "sub": row.created_by.name,
        },
        {"text": f"{row.count:,} 笔", "num": True},
        {"text": yuan(row.fen), "num": True},
        {"text": f"{row.started_n:,} 笔", "num": True},
        {"text": f"{row.refused_n:,} 笔" if row.refused_n else "—", "num": True},
        {"status": row},
    ]


@desk_page(VIEW)
def run_list(request: AuthedRequest) -> HttpResponseBase:
    """Register of payments that were let go together."""
    return kit.register_page(
        request,
        rows=selectors.payment_runs_visible(request.user),
        title="成批办理付款记录",
        subtitle="谁在什么时候一次确认了哪些付款，哪些没有办理",
        register=Register(("时间和办理人", "笔数", "金额", "已办理", "没有办理", "状态"), _run_cells),
        columns=RUN_COLUMNS,
        filterset=PaymentRunFilter,
        unit="次",
        empty="在“待付款”里勾选、确认以后，在这里留下记录。",
        **tabs(request, "funds:payment_list"),
    )
