"""Orders to report, opening their periods, and warning the named reporter."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Max
from django.utils import timezone

from accounts.models import Bureau, Organisation, OrganisationKind, User
from accounts.services import system_user
from casework import audit
from casework.deadlines import load_calendar
from casework.errors import NotAllowed, Unlawful
from casework.records import record_create, record_update, root_fields
from fieldwork.models import Campaign
from reports.data import form, reporting
from reports.models import Cadence, ReportPeriod, ReportRegime
from reports.schedule import LOOK_AHEAD_DAYS, Plan, plans, warning_day

OPEN_BACK_DAYS = 45
LAST_DAY = date(9999, 1, 1)


@transaction.atomic
def regime_create(
    *, actor: User, bureau: Bureau, values: dict[str, Any], at: datetime | None = None
) -> ReportRegime:
    """Enter an order to report; the form version must exist. Raises NotAllowed, Unlawful."""
    _may_edit(actor, bureau)
    try:
        form(values["form_code"], values.get("form_version", 1))
    except KeyError as error:
        raise Unlawful(f"没有表式“{values['form_code']}”，请从已有表式中选择。") from error
    regime = ReportRegime(**root_fields(actor=actor, region=bureau.region, bureau=bureau), **values)
    _refuse_senseless(regime)
    return record_create(actor=actor, obj=regime, verb="reports.regime_create", at=at)


@transaction.atomic
def regime_edit(
    *, actor: User, regime: ReportRegime, values: dict[str, Any], version: int | None = None, reason: str = ""
) -> ReportRegime:
    """Change people, days or recipients. Returns the order as it goes on.

    Opened periods keep their days: once one is open, another rule of days makes a new row that begins where the
    last opened period ends, and the old row keeps explaining its periods. Raises NotAllowed, Unlawful,
    StaleVersion.
    """
    _may_edit(actor, regime.bureau)
    locked = ReportRegime.objects.select_for_update(of=("self",)).select_related("bureau__region", "region")
    current = record_update(
        actor=actor, obj=locked.get(pk=regime.pk), values={}, verb="reports.regime_edit", version=version
    )
    last_end = current.periods.aggregate(end=Max("ends_on"))["end"]
    is_new_rule = any(values.get(name, getattr(current, name)) != getattr(current, name) for name in RULE)
    if is_new_rule and last_end is not None:
        return _succeed(actor, current, values, version, reason, last_end)
    if last_end is not None and (span := values.get("validity")) is not None:
        values = {**values, "validity": DateRange(current.validity.lower, span.upper)}
    _refuse_senseless(_as_if(current, values))
    return record_update(
        actor=actor, obj=current, values=values, verb="reports.regime_edit", version=version, reason=reason
    )


RULE = ("due", "cutoff")
PEOPLE = ("reporter", "reviewer")
COPIED = (
    "code", "name", "basis", "campaign_code", "campaign_name", "campaign", "starts_on", "form_code",
    "form_version", "cadence", "due", "cutoff", "reminder_days", "is_sealed", "report_title", "recipients",
    "channels", "organ", "reporter", "reviewer",
)  # fmt: skip


def _succeed(
    actor: User,
    current: ReportRegime,
    values: dict[str, Any],
    version: int | None,
    reason: str,
    since: date,
) -> ReportRegime:
    """End `current` where its last opened period ends, and go on with the new rule from there."""
    if current.cadence == Cadence.ONCE:
        raise Unlawful("这份报告的报送期已经开启，报送日和截止日不能再改。确需改期的，另建一份报送安排。")
    upper = values["validity"].upper if "validity" in values else current.validity.upper
    if (upper is not None and upper <= since) or (
        current.validity.upper is not None and current.validity.upper <= since
    ):
        raise Unlawful("这份报送安排没有以后的报送期，规则不能再改。请另建一份。")
    people = {name: values[name] for name in PEOPLE if name in values}
    record_update(
        actor=actor,
        obj=current,
        values={**people, "validity": DateRange(current.validity.lower, since)},
        verb="reports.regime_edit",
        version=version,
        reason=reason,
    )
    copied = {name: getattr(current, name) for name in COPIED}
    following = {**copied, **values, "validity": DateRange(since, upper)}
    return regime_create(actor=actor, bureau=current.bureau, values=following)


def regime_draft(
    *, actor: User, values: dict[str, Any], like: ReportRegime | None = None
) -> ReportRegime | None:
    """The order as it would go on with `values`, not saved: for previews. None without a bureau."""
    if like is None:
        return ReportRegime(bureau=actor.bureau, **values) if actor.bureau else None
    last_end = like.periods.aggregate(end=Max("ends_on"))["end"]
    draft = _as_if(like, values)
    if last_end is not None:
        draft.validity = DateRange(max(last_end, like.validity.lower), draft.validity.upper)
    return draft


def _as_if(regime: ReportRegime, values: dict[str, Any]) -> ReportRegime:
    copied = {name: getattr(regime, name) for name in (*COPIED, "validity")}
    return ReportRegime(bureau=regime.bureau, pk=regime.pk, **{**copied, **values})


def _refuse_senseless(regime: ReportRegime) -> None:
    """An order must have a period, and be the only one of its code at a time."""
    horizon = regime.validity.lower + timedelta(days=LOOK_AHEAD_DAYS)
    if next(plans(regime, horizon), None) is None:
        raise Unlawful("在有效期内没有一期，请核对报送日、截止日和有效日期。")
    same = ReportRegime.objects.filter(
        bureau=regime.bureau, code=regime.code, validity__overlap=regime.validity
    ).exclude(pk=regime.pk)
    if same.exists():
        raise Unlawful(f"代码“{regime.code}”在这段时间已有报送安排，请换一个代码，或错开有效日期。")


@transaction.atomic
def regimes_install(
    *, actor: User, bureau: Bureau, reporter: User, reviewer: User, codes: tuple[str, ...] = ()
) -> list[ReportRegime]:
    """Enter the orders of the reference data for a bureau: periodic forms, the yearly summary and each
    campaign's final report. Existing codes are left alone."""
    organ = (
        Organisation.objects.filter(bureau=bureau, kind=OrganisationKind.EDUCATION)
        .exclude(number_word="")
        .first()
    )
    if organ is None:
        raise Unlawful(f"{bureau.short_name}没有设置机关代字的教育部门，不能建立报送安排。")
    wanted = [row for row in _templates(bureau) if not codes or row["code"] in codes]
    known = set(ReportRegime.objects.filter(bureau=bureau).values_list("code", flat=True))
    return [
        regime_create(
            actor=actor,
            bureau=bureau,
            values={**row, "organ": organ, "reporter": reporter, "reviewer": reviewer},
        )
        for row in wanted
        if row["code"] not in known
    ]


def reference_load(*, actor: User) -> int:
    """Enter the reference orders of every bureau that has a data clerk and another reviewer."""
    added = 0
    for bureau in Bureau.objects.filter(is_active=True).select_related("region"):
        reporter = _holder(bureau, "DATA_CLERK")
        reviewer = _holder(bureau, "SECTION_HEAD")
        if reporter is not None and reviewer is not None and reporter != reviewer:
            added += len(regimes_install(actor=actor, bureau=bureau, reporter=reporter, reviewer=reviewer))
    return added


def _holder(bureau: Bureau, role: str) -> User | None:
    people = User.objects.filter(bureau=bureau, is_active=True, role_assignments__role=role)
    return people.filter(organisation__kind=OrganisationKind.EDUCATION).order_by("pk").first()


def _templates(bureau: Bureau) -> list[dict[str, Any]]:
    reference = reporting()
    campaigns = {row["code"]: row for row in reference["campaigns"]}
    rows = []
    for item in reference["regimes"]:
        campaign = campaigns.get(item["campaign"])
        if campaign is None or campaign["region"] == bureau.region.code[:6]:
            rows.append(_periodic(item, campaign, bureau))
    for campaign in campaigns.values():
        if campaign["region"] == bureau.region.code[:6]:
            rows.append(_final(campaign, bureau))
    return rows


def _periodic(item: dict[str, Any], campaign: dict[str, Any] | None, bureau: Bureau) -> dict[str, Any]:
    cadence = {"YEAR": Cadence.YEAR, "WEEK": Cadence.WEEK}.get(item["cadence"], Cadence.HALF_MONTH)
    since = date.fromisoformat(item["valid_from"])
    until = date.fromisoformat(item["valid_to"]) if item["valid_to"] else None
    return {
        "code": item["code"],
        "name": item["name"],
        "basis": item["basis"],
        **_campaign_fields(campaign, bureau),
        "starts_on": date.fromisoformat(campaign["starts_on"]) if campaign else since,
        "form_code": item["form"],
        "form_version": item["form_version"],
        "cadence": cadence,
        "due": item["due"],
        "cutoff": item["cutoff"],
        "reminder_days": item["reminder_lead_working_days"],
        "is_sealed": item["seal_required"],
        "report_title": f"关于{bureau.region.name}{{year}}年校外培训监管工作情况的报告"
        if item["seal_required"]
        else "",
        "recipients": item["recipients"],
        "channels": item["channels"],
        "validity": DateRange(since, until),
    }


def _final(campaign: dict[str, Any], bureau: Bureau) -> dict[str, Any]:
    final = campaign["final_report"]
    since, due = date.fromisoformat(campaign["starts_on"]), date.fromisoformat(final["due_on"])
    return {
        "code": f"{campaign['code']}_FINAL",
        "name": f"{campaign['name']}总结报告",
        "basis": campaign["document_number"] or campaign["basis"],
        **_campaign_fields(campaign, bureau),
        "starts_on": since,
        "form_code": "HALF_MONTH",
        "cadence": Cadence.ONCE,
        "due": {"on": final["due_on"]},
        "cutoff": {"offset_days": 0, "time": "00:00"},
        "reminder_days": [3, 1],
        "is_sealed": True,
        "report_title": final["title"].replace("{place}", bureau.region.name),
        "recipients": [final["recipient"]],
        "channels": final["channels"],
        "validity": DateRange(since, due + timedelta(days=1)),
    }


def _campaign_fields(campaign: dict[str, Any] | None, bureau: Bureau) -> dict[str, Any]:
    if campaign is None:
        return {}
    linked = Campaign.objects.filter(bureau=bureau, code=campaign["code"]).first()
    return {"campaign_code": campaign["code"], "campaign_name": campaign["name"], "campaign": linked}


def _may_edit(actor: User, bureau: Bureau) -> None:
    is_foreign = not actor.is_system and actor.bureau_id != bureau.pk
    if not actor.may("reports.regime_edit") or is_foreign:
        raise NotAllowed("您没有“维护报送安排”的权限。")


@transaction.atomic
def period_open(*, actor: User, regime: ReportRegime, plan: Plan, at: datetime | None = None) -> ReportPeriod:
    """Open one planned period, once; a second caller gets the first one's row."""
    locked = (
        ReportRegime.objects.select_for_update().select_related("bureau__region", "region").get(pk=regime.pk)
    )
    known = locked.periods.filter(starts_on=plan.starts_on).first()
    if known is not None:
        return known
    period = ReportPeriod(
        **root_fields(actor=actor, region=locked.region, bureau=locked.bureau),
        regime=locked,
        starts_on=plan.starts_on,
        ends_on=plan.ends_on,
        cut_off_at=plan.cut_off_at,
        due_on=plan.due_on,
        warn_on=warning_day(plan.due_on, load_calendar()),
    )
    return record_create(actor=actor, obj=period, verb="reports.period_open", at=at)


def period_open_due(*, now: datetime, actor: User | None = None) -> list[ReportPeriod]:
    """Open every period that has begun; periods that ended long before the order was entered stay out."""
    owner, today = actor or system_user(), timezone.localdate(now)
    opened = []
    for regime in ReportRegime.objects.select_related("bureau__region", "region").order_by("pk"):
        known = set(regime.periods.values_list("starts_on", flat=True))
        for plan in plans(regime, today):
            if plan.starts_on in known or (today - plan.ends_on).days > OPEN_BACK_DAYS:
                continue
            opened.append(period_open(actor=owner, regime=regime, plan=plan, at=now))
    return opened


def periods_warn(*, now: datetime, actor: User | None = None) -> list[ReportPeriod]:
    """Warn the named reporter of every unfinished period whose last working day before the due day has come."""
    owner, today = actor or system_user(), timezone.localdate(now)
    warned = []
    for pk in ReportPeriod.objects.to_warn(today).values_list("pk", flat=True):
        with transaction.atomic():
            period = ReportPeriod.objects.select_for_update().to_warn(today).filter(pk=pk).first()
            if period is None:
                continue
            period.warned_on = today
            period.save(update_fields=["warned_on", "updated_at"])
            changes: dict[str, list[Any]] = {
                "warned_on": [None, today],
                "reporter": [None, period.regime.reporter.name],
            }
            audit.record(actor=owner, verb="reports.period_warn", target=period, changes=changes, at=now)
            warned.append(period)
    return warned


audit.verb("reports.regime_create", "建立报送安排")
audit.verb("reports.regime_edit", "修改报送安排")
audit.verb("reports.period_open", "开启报送期")
audit.verb("reports.period_warn", "提醒填报人")
