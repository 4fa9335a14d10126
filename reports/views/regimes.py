"""Orders to report: the list, one order with the periods that follow from it, entering and changing one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.backends.postgresql.psycopg_any import DateRange
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from casework.deadlines import load_calendar
from casework.web import AuthedRequest, Column, desk_page, get_visible, guarded, kit, posted_version
from casework.web.forms import fresh_key, submit_once
from reports import selectors, services
from reports.data import form as form_definition
from reports.data import reporting
from reports.filters import RegimeFilter
from reports.forms import RegimeForm
from reports.models import Cadence, ReportRegime
from reports.schedule import Upcoming, upcoming
from reports.services.regimes import regime_draft
from reports.views.pages import crumbs

COLUMNS = (
    Column("报表", lambda row: row.name, 40),
    Column("代码", lambda row: row.code, 28),
    Column("依据", lambda row: row.basis, 36),
    Column("频次", lambda row: row.get_cadence_display()),
    Column("报送日", lambda row: row.due_words, 20),
    Column("生效日期", lambda row: row.validity.lower),
    Column("最后有效日", lambda row: row.last_day),
    Column("报送对象", lambda row: "、".join(row.recipients), 30),
    Column("填报人", lambda row: row.reporter.name),
    Column("审核人", lambda row: row.reviewer.name),
)


def _address(regime: ReportRegime) -> str:
    return reverse("reports:regime_detail", kwargs={"uid": regime.uid})


def _regime(request: AuthedRequest, uid: UUID) -> ReportRegime:
    return get_visible(selectors.regimes_visible(request.user), request.user, uid)


def _is_own(request: AuthedRequest, regime: ReportRegime) -> bool:
    return regime.bureau_id == request.user.bureau_id


@desk_page("reports.period_view")
def regime_list(request: AuthedRequest) -> HttpResponseBase:
    """Orders to report, those in force first."""
    today, user = timezone.localdate(), request.user
    may_edit, may_build = user.may("reports.regime_edit"), user.may("reports.edition_freeze")

    def cells(row: ReportRegime) -> list[dict[str, Any]]:
        links = []
        if _is_own(request, row) and may_build:
            links.append({"label": "生成报表", "url": reverse("reports:regime_build", args=[row.uid])})
        if _is_own(request, row) and may_edit:
            links.append({"label": "修改", "url": reverse("reports:regime_edit", args=[row.uid])})
        return [
            {"text": row.name, "url": _address(row), "sub": row.basis},
            {"text": row.due_words, "sub": row.validity_words, "nowrap": True},
            {"word": row.standing_on(today)[0], "tone": row.standing_on(today)[1]},
            {"text": "、".join(row.recipients)},
            {"text": f"{row.reporter.name} / {row.reviewer.name}"},
            {"links": links},
        ]

    return kit.register_page(
        request,
        rows=selectors.regimes_visible(user).order_by("-validity", "code", "pk"),
        title="报送安排",
        subtitle="报送日、对象、填报人和审核人；报送日改动只影响以后的报送期",
        register=kit.Register(("报表", "报送日", "状态", "报送对象", "填报 / 审核", "办理"), cells),
        columns=COLUMNS,
        filterset=RegimeFilter,
        unit="份",
        create=("新建报送安排", "reports:regime_create", "reports.regime_edit"),
        empty="设置好数据报送员和监管股负责人后，点“新建报送安排”，或由系统管理员执行 load_reference 载入。",
        crumbs=crumbs(("报送安排", "")),
    )


@desk_page("reports.period_view")
def regime_detail(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """One order: its rule, form, people, the periods that come next and those that were opened."""
    regime, user = _regime(request, uid), request.user
    today = timezone.localdate()
    word, tone = regime.standing_on(today)
    own = _is_own(request, regime)
    links = []
    if own and user.may("reports.edition_freeze"):
        links.append({"label": "生成报表", "url": reverse("reports:regime_build", args=[regime.uid])})
    if own and user.may("reports.regime_edit"):
        links.append(
            {"label": "修改", "icon": "edit", "url": reverse("reports:regime_edit", args=[regime.uid])}
        )
    periods = selectors.regime_periods(user, regime)
    known = {period.starts_on for period in periods}
    coming = [item for item in upcoming(regime, today, load_calendar()) if item.plan.starts_on not in known]
    opened: list[list[dict[str, Any]]] = [
        [
            {"text": period.label, "url": reverse("reports:period_detail", args=[period.uid])},
            {"text": f"{period.due_on:%Y-%m-%d}"},
            {"status": period},
        ]
        for period in periods
    ]
    return kit.detail_page(
        request,
        regime,
        heading=regime.name,
        subtitle=f"{word} · {regime.basis}",
        crumbs=crumbs(("报送安排", reverse("reports:regime_list")), (regime.name, "")),
        links=links,
        notes=_notes(coming, word, tone),
        sections=[
            _coming_table(coming),
            kit.table("已开启的报送期", HEADS_OPENED, opened, "还没有开启。"),
            _form_table(regime),
        ],
        facts=_facts(regime),
        history=kit.history(user, regime.uid),
    )


def _form_table(regime: ReportRegime) -> dict[str, Any]:
    """The parts of the form, line by line."""
    definition = form_definition(regime.form_code, regime.form_version)
    lines: list[list[dict[str, Any]]] = [
        [{"text": str(row["no"])}, {"text": "、".join(cell["label"] for cell in row["cells"])}]
        for row in definition["rows"]
    ]
    return kit.table("表式内容", ("行", "填报内容"), lines, "没有。")


HEADS_OPENED = ("报告期", "报送日", "状态")


def _notes(coming: list[Upcoming], word: str, tone: str) -> list[dict[str, str]]:
    missing = next((item.note for item in coming if "尚未录入" in item.note), "")
    found = (
        [{"text": missing, "tone": "warn", "title": "工作日历不全", "url": "", "action": ""}]
        if missing
        else []
    )
    if tone == "mute":
        found.append(
            {
                "text": "不再开启新的报送期，以前的报送期照常办理。",
                "tone": "info",
                "title": word,
                "url": "",
                "action": "",
            }
        )
    return found


def _coming_rows(coming: list[Upcoming]) -> list[list[dict[str, Any]]]:
    return [
        [
            {"text": f"{item.plan.starts_on:%Y-%m-%d} 至 {item.plan.last_day:%Y-%m-%d}"},
            {"text": timezone.localtime(item.plan.cut_off_at).strftime("%Y-%m-%d %H:%M")},
            {"text": f"{item.plan.due_on:%Y-%m-%d}（周{'一二三四五六日'[item.plan.due_on.weekday()]}）"},
            {"text": f"{item.warn_on:%Y-%m-%d}", "sub": item.note},
        ]
        for item in coming
    ]


def _coming_table(coming: list[Upcoming]) -> dict[str, Any]:
    heads = ("报告期", "数据截止", "报送日", "提醒日")
    return kit.table("以后的报送期", heads, _coming_rows(coming), "除已开启的以外，有效期内没有别的报送日。")


def _facts(regime: ReportRegime) -> list[dict[str, Any]]:
    definition = form_definition(regime.form_code, regime.form_version)
    channels = reporting()["channels"]
    return kit.facts(
        ("代码", regime.code),
        ("频次", regime.get_cadence_display()),
        ("报送日", regime.due_words),
        ("有效期", regime.validity_words),
        ("专项行动", regime.campaign_name),
        ("累计起算日", f"{regime.starts_on:%Y-%m-%d}"),
        ("表式", f"{definition['name']}（第 {regime.form_version} 版，{len(definition['rows'])} 栏）"),
        ("正式报告", regime.report_title if regime.is_sealed else ""),
        ("报送对象", "、".join(regime.recipients)),
        ("报送渠道", "、".join(channels.get(name, name) for name in regime.channels)),
        ("填报单位", regime.organ.name),
        ("填报人", regime.reporter.name),
        ("审核人", regime.reviewer.name),
    )


@desk_page("reports.regime_edit")
def regime_create(request: AuthedRequest) -> HttpResponse:
    """Enter an order; its fields follow how often it repeats."""
    cadence = request.GET.get("cadence", "")
    if cadence not in Cadence.values:
        cadence = Cadence.HALF_MONTH
    form = RegimeForm(request.POST or None, actor=request.user, cadence=cadence)

    def save() -> str:
        regime = services.regime_create(actor=request.user, bureau=request.bureau, values=form.values())
        messages.success(request, "已建立，到期自动开启报送期。")
        return _address(regime)

    here = reverse("reports:regime_create")
    return _form_page(
        request,
        form,
        save,
        heading="新建报送安排",
        submit="建立",
        cancel_url=reverse("reports:regime_list"),
        tabs=[
            {"label": label, "url": f"{here}?cadence={key}", "active": key == cadence}
            for key, label in Cadence.choices
        ],
        crumbs=crumbs(("报送安排", reverse("reports:regime_list")), ("新建", "")),
    )


@desk_page("reports.regime_edit")
def regime_edit(request: AuthedRequest, uid: UUID) -> HttpResponse:
    """Change an order; opened periods stay as they are."""
    regime = _regime(request, uid)
    form = RegimeForm(request.POST or None, actor=request.user, cadence=regime.cadence, regime=regime)

    def save() -> str:
        after = services.regime_edit(
            actor=request.user, regime=regime, values=form.values(), version=posted_version(request)
        )
        is_next = after.pk != regime.pk
        said = (
            f"新规则从 {after.validity.lower:%Y-%m-%d} 起，已经开启的报送期不变。" if is_next else "已保存。"
        )
        messages.success(request, said)
        return _address(after)

    return _form_page(
        request,
        form,
        save,
        heading=f"修改报送安排：{regime.name}",
        submit="保存",
        cancel_url=_address(regime),
        version=regime.version,
        sentence="填报人、审核人保存后立即更换；报送日和截止日从下一期起，已经开启的报送期不变。",
        crumbs=crumbs(
            ("报送安排", reverse("reports:regime_list")), (regime.name, _address(regime)), ("修改", "")
        ),
    )


def _form_page(request: AuthedRequest, form: RegimeForm, save: Any, **context: Any) -> HttpResponse:
    """The form beside the periods that would follow; the second button only shows them."""
    shown: list[Upcoming] | None = None
    if request.method == "POST" and form.is_valid():
        shown = _preview(request, form)
        if not request.POST.get("keep"):
            with guarded(form):
                key = request.POST.get("idempotency_key", "")
                return redirect(submit_once(actor=request.user, key=key, work=save))
    elif form.regime is not None:
        shown = upcoming(form.regime, timezone.localdate(), load_calendar())
    page = {
        "form": form,
        "keep": "预览报送期",
        "two_columns": True,
        "coming": shown,
        "idempotency_key": request.POST.get("idempotency_key") or fresh_key(),
        "is_preview": request.method == "POST",
        **context,
    }
    status = 409 if getattr(form, "conflict", None) else 422 if form.errors else 200
    return render(request, "reports/regime_form.html", page, status=status)


def _preview(request: AuthedRequest, form: RegimeForm) -> list[Upcoming]:
    draft = regime_draft(actor=request.user, values=form.values(), like=form.regime)
    if draft is None or (draft.validity.upper and draft.validity.lower >= draft.validity.upper):
        return []
    draft.validity = DateRange(draft.validity.lower, draft.validity.upper)
    return upcoming(draft, timezone.localdate(), load_calendar())
