"""Orders to report, opening their periods, and warning the named reporter."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
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
from reports.schedule import Plan, plans, warning_day

OPEN_BACK_DAYS = 45
LAST_DAY = date(9999, 1, 1)


@transaction.atomic
def regime_create(
    *, actor: User, bureau: Bureau, values: dict[str, Any], at: datetime | None = None
) -> ReportRegime:
    """Enter an order to report; the form version must exist. Raises NotAllowed, Unlawful."""
    _may_edit(actor)
    try:
        form(values["form_code"], values.get("form_version", 1))
    except KeyError as error:
        raise Unlawful(f"没有表式“{values['form_code']}”，请从已有表式中选择。") from error
    regime = ReportRegime(**root_fields(actor=actor, region=bureau.region, bureau=bureau), **values)
    return record_create(actor=actor, obj=regime, verb="reports.regime_create", at=at)


@transaction.atomic
def regime_edit(
    *, actor: User, regime: ReportRegime, values: dict[str, Any], version: int | None = None, reason: str = ""
) -> ReportRegime:
    """Change people, days or recipients; periods that are already open keep their days."""
    _may_edit(actor)
    return record_update(
        actor=actor, obj=regime, values=values, verb="reports.regime_edit", version=version, reason=reason
    )


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


def _may_edit(actor: User) -> None:
    if not actor.may("reports.regime_edit"):
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
