"""Numbers of inspecting and rectifying.

X次 sums over events, X without 次 counts distinct things. Every indicator takes the dimensions
`campaign` (a campaign, its uid or id) and `campaign_kind`; those of findings also `violation_group`.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import OfficerCertificate, Region, RegionLevel
from casework.indicators import Indicator, Measure, Narrowed, Period, Scope, register
from fieldwork.models import Campaign
from inspections.models import (
    Deployment,
    DeploymentMember,
    Finding,
    FindingMode,
    FindingStatus,
    NoticeStatus,
    RectificationNotice,
    Visit,
)
from institutions.models import Institution

FIRE, ADVERTS = "消防安全", "广告宣传"


def of_campaign(rows: QuerySet[Any], path: str, dims: dict[str, Any]) -> QuerySet[Any]:
    """Rows of one campaign or one kind of campaign; `path` leads to the campaign."""
    kind, campaign = dims.get("campaign_kind"), dims.get("campaign")
    if kind:
        rows = rows.filter(**{f"{path}__kind": kind})
    if isinstance(campaign, Campaign | int):
        rows = rows.filter(**{path: campaign})
    elif campaign:
        rows = rows.filter(**{f"{path}__uid": UUID(str(campaign))})
    return rows


def deployments(scope: Scope, period: Period, **dims: Any) -> QuerySet[Deployment]:
    """Outings that started in the period."""
    rows = Deployment.objects.carried_out().filter(
        region_path__startswith=scope.bureau.region.path,
        started_at__gte=period.starts_at,
        started_at__lt=period.ends_at,
    )
    if scope.region:
        inside = Visit.objects.filter(deployment=OuterRef("pk"), region_path__startswith=scope.region_path)
        rows = rows.filter(Exists(inside))
    if inspection_kind := dims.get("inspection_kind"):
        rows = rows.filter(kind=inspection_kind)
    return of_campaign(rows, "campaign", dims)


def attendances(scope: Scope, period: Period, **dims: Any) -> QuerySet[DeploymentMember]:
    """Counted members of outings that started in the period, one row per person and outing."""
    outings = deployments(scope, period, **dims)
    return DeploymentMember.objects.filter(deployment__in=outings, is_counted=True, removed_at__isnull=True)


def visits(scope: Scope, period: Period, **dims: Any) -> QuerySet[Visit]:
    """Visits that started in the period."""
    rows = Visit.objects.carried_out().filter(
        region_path__startswith=scope.region_path,
        started_at__gte=period.starts_at,
        started_at__lt=period.ends_at,
    )
    if inspection_kind := dims.get("inspection_kind"):
        rows = rows.filter(deployment__kind=inspection_kind)
    return of_campaign(rows, "deployment__campaign", dims)


def _random(path: str) -> Q:
    return Q(**{f"{path}__kind": "DOUBLE_RANDOM"}) | Q(**{f"{path}__campaign__kind": "DOUBLE_RANDOM"})


visits_closed = Narrowed(visits, Q(was_closed=True))
visits_night = Narrowed(visits, Q(is_night=True))
visits_online = Narrowed(visits, Q(institution__is_online=True))
visits_offline = Narrowed(visits, Q(institution__is_online=False))
visits_non_subject = Narrowed(visits, Q(institution__subject_kind="NON_SUBJECT"))
visits_random = Narrowed(visits, _random("deployment"))


def towns_done(scope: Scope, period: Period, **dims: Any) -> QuerySet[Region]:
    """Townships in which every operating institution was visited in the period."""
    reached = visits(scope, period, **dims)
    missed = Institution.objects.filter(
        region=OuterRef("pk"), operating_state__in=["OPERATING", "SUSPENDED"]
    ).exclude(pk__in=reached.values("institution"))
    towns = Region.objects.filter(level=RegionLevel.TOWNSHIP, path__startswith=scope.region_path)
    return towns.filter(pk__in=reached.values("region")).exclude(Exists(missed))


def findings(scope: Scope, period: Period, **dims: Any) -> QuerySet[Finding]:
    """Problems found by visits that started in the period, mistakes left out."""
    found = visits(scope, period, **dims)
    rows = Finding.objects.counted().filter(visit__in=found)
    if group := dims.get("violation_group"):
        rows = rows.filter(violation__group=group)
    if severity := dims.get("severity"):
        rows = rows.filter(severity=severity)
    return rows


SETTLED = Q(status__in=[FindingStatus.FIXED, FindingStatus.CLOSED])
findings_random = Narrowed(findings, _random("visit__deployment"))
fixed_on_spot = Narrowed(findings, Q(status=FindingStatus.FIXED))
fixed_in_term = Narrowed(findings, Q(mode=FindingMode.IN_TERM))
fire_now = Narrowed(findings, Q(status=FindingStatus.FIXED, violation__group=FIRE))
fire_term = Narrowed(findings, Q(mode=FindingMode.IN_TERM, violation__group=FIRE))
adverts_removed = Narrowed(findings, SETTLED & Q(violation__group=ADVERTS))


def _notices(scope: Scope, dims: dict[str, Any]) -> QuerySet[RectificationNotice]:
    rows = RectificationNotice.objects.filter(region_path__startswith=scope.region_path)
    if organ_kind := dims.get("organ_kind"):
        rows = rows.filter(organ__kind=organ_kind)
    if inspection_kind := dims.get("inspection_kind"):
        rows = rows.filter(visit__deployment__kind=inspection_kind)
    return of_campaign(rows, "visit__deployment__campaign", dims)


def notices(scope: Scope, period: Period, **dims: Any) -> QuerySet[RectificationNotice]:
    """Numbered notices served in the period and not recalled."""
    rows = _notices(scope, dims).exclude(status__in=[NoticeStatus.WITHDRAWN, NoticeStatus.DRAFT])
    return rows.filter(served_at__gte=period.starts_at, served_at__lt=period.ends_at)


def rectified(scope: Scope, period: Period, **dims: Any) -> QuerySet[RectificationNotice]:
    """Notices closed by re-check in the period."""
    return _notices(scope, dims).filter(
        status=NoticeStatus.CLOSED, closed_at__gte=period.starts_at, closed_at__lt=period.ends_at
    )


def rectified_items(scope: Scope, period: Period, **dims: Any) -> QuerySet[Finding]:
    """Problems closed by re-check in the period."""
    rows = Finding.objects.filter(
        region_path__startswith=scope.region_path,
        status=FindingStatus.CLOSED,
        settled_at__gte=period.starts_at,
        settled_at__lt=period.ends_at,
    )
    return of_campaign(rows, "visit__deployment__campaign", dims)


def rectifying(scope: Scope, period: Period, **dims: Any) -> QuerySet[RectificationNotice]:
    """Served notices not settled at the end of the period."""
    end = period.ends_at
    rows = _notices(scope, dims).filter(served_at__lt=end)
    for name in ("closed_at", "escalated_at", "withdrawn_at"):
        rows = rows.filter(Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__gte": end}))
    return rows


def overdue(scope: Scope, period: Period, **dims: Any) -> QuerySet[RectificationNotice]:
    """Notices whose term is over at the end of the period, neither reported nor settled by then."""
    rows = rectifying(scope, period, **dims).filter(due_on__lt=period.end)
    return rows.exclude(status=NoticeStatus.ANSWERED, answered_at__lt=period.ends_at)


def officers_certified(scope: Scope, period: Period, **dims: Any) -> QuerySet[OfficerCertificate]:
    """Certificates in force on the last day, of the education organ unless `organ_kind` says otherwise."""
    day = period.last_day
    rows = officers_total(scope, period, **dims).filter(validity__contains=day)
    return rows.filter(Q(revoked_on__isnull=True) | Q(revoked_on__gt=day))


def officers_total(scope: Scope, period: Period, **dims: Any) -> QuerySet[OfficerCertificate]:
    """Certificates of officers on the roll at the end of the period, expired ones included."""
    return OfficerCertificate.objects.filter(
        organ__region_path__startswith=scope.region_path,
        organ__kind=dims.get("organ_kind", "EDUCATION"),
        user__is_active=True,
        validity__startswith__lt=period.end,
    )


VISIT_COLUMNS = (("institution.name", "机构"), ("planned_on", "日期"), ("deployment.name", "检查出动"))
FINDING_COLUMNS = (("text", "问题事实"), ("organ.short_name", "责任部门"), ("visit.institution.name", "机构"))
NOTICE_COLUMNS = (("number", "文号"), ("party_name", "当事人"), ("due_on", "到期日"))
MEMBER_COLUMNS = (
    ("person_name", "姓名"),
    ("organisation.short_name", "单位"),
    ("deployment.name", "检查出动"),
)
CERTIFICATE_COLUMNS = (("user.name", "姓名"), ("number", "执法证号"), ("organ.short_name", "机关"))
TOWN_COLUMNS = (("name", "乡镇（街道）"),)
OUTING_COLUMNS = (("name", "检查出动"), ("started_at", "开始时间"))


def register_all() -> None:
    """Declare every indicator of this room."""
    count, distinct, total = Measure.COUNT, Measure.DISTINCT, Measure.SUM
    visit_list, notice_list, finding_list = (
        "inspections:visit_list",
        "inspections:notice_list",
        "inspections:finding_list",
    )
    outing_list = "inspections:deployment_list"
    register(
        *(
            Indicator(key, label, unit, rows, rule, measure, field, columns=columns, url_name=url)
            for key, label, unit, rows, measure, field, columns, url, rule in (
                (
                    "sweep_n",
                    "专项（联合）检查",
                    "次",
                    deployments,
                    count,
                    "",
                    OUTING_COLUMNS,
                    outing_list,
                    "一次出动计一次，不论检查多少家",
                ),
                (
                    "groups",
                    "组建检查组",
                    "个",
                    deployments,
                    count,
                    "",
                    OUTING_COLUMNS,
                    outing_list,
                    "每次出动组成一个检查组",
                ),
                (
                    "officers_pt",
                    "出动执法检查人员",
                    "人次",
                    attendances,
                    count,
                    "",
                    MEMBER_COLUMNS,
                    outing_list,
                    "每次出动的到场人数之和，同一人参加两次出动计两次；标为“不计入”的协助人员除外",
                ),
                (
                    "officers_n",
                    "参与检查人员",
                    "人",
                    attendances,
                    distinct,
                    "person_name",
                    MEMBER_COLUMNS,
                    outing_list,
                    "期间内参加过出动的人员，去重",
                ),
                (
                    "visit_pt",
                    "检查机构",
                    "家次",
                    visits,
                    count,
                    "",
                    VISIT_COLUMNS,
                    visit_list,
                    "每到一家计一次，同一出动多部门到场仍计一次，再次检查另计",
                ),
                (
                    "visit_n",
                    "覆盖机构",
                    "家",
                    visits,
                    distinct,
                    "institution",
                    VISIT_COLUMNS,
                    visit_list,
                    "期间内检查过的机构，去重",
                ),
                (
                    "visit_closed_pt",
                    "其中：检查已注销机构",
                    "家次",
                    visits_closed,
                    count,
                    "",
                    VISIT_COLUMNS,
                    visit_list,
                    "检查时已注销或取缔的对象",
                ),
                (
                    "visit_closed_n",
                    "检查已注销机构",
                    "家",
                    visits_closed,
                    distinct,
                    "institution",
                    VISIT_COLUMNS,
                    visit_list,
                    "检查时已注销或取缔的对象，去重",
                ),
                (
                    "visit_night_pt",
                    "其中：夜查",
                    "家次",
                    visits_night,
                    count,
                    "",
                    VISIT_COLUMNS,
                    visit_list,
                    "进场时间在20:30至次日6:00之间",
                ),
                (
                    "visit_online_n",
                    "检查线上机构",
                    "家",
                    visits_online,
                    distinct,
                    "institution",
                    VISIT_COLUMNS,
                    visit_list,
                    "登记为线上培训的机构，去重",
                ),
                (
                    "visit_offline_n",
                    "检查线下机构",
                    "家",
                    visits_offline,
                    distinct,
                    "institution",
                    VISIT_COLUMNS,
                    visit_list,
                    "登记为线下培训的机构，去重",
                ),
                (
                    "visit_nonsubject_n",
                    "检查非学科类机构",
                    "家",
                    visits_non_subject,
                    distinct,
                    "institution",
                    VISIT_COLUMNS,
                    visit_list,
                    "登记为非学科类的机构，去重",
                ),
                (
                    "random_n",
                    "双随机抽查",
                    "家",
                    visits_random,
                    distinct,
                    "institution",
                    VISIT_COLUMNS,
                    visit_list,
                    "双随机检查的机构，去重",
                ),
                (
                    "towns_done",
                    "已完成排查的乡镇（街道）",
                    "个",
                    towns_done,
                    count,
                    "",
                    TOWN_COLUMNS,
                    "",
                    "辖区内在办机构全部检查过的乡镇（街道）",
                ),
                (
                    "problem_n",
                    "发现问题",
                    "个",
                    findings,
                    count,
                    "",
                    FINDING_COLUMNS,
                    finding_list,
                    "每个问题计一次，作废的不计",
                ),
                (
                    "problem_inst",
                    "存在问题机构",
                    "家",
                    findings,
                    distinct,
                    "visit__institution",
                    FINDING_COLUMNS,
                    finding_list,
                    "发现问题的机构，去重",
                ),
                (
                    "random_problem_n",
                    "双随机抽查发现问题",
                    "个",
                    findings_random,
                    count,
                    "",
                    FINDING_COLUMNS,
                    finding_list,
                    "双随机检查中每个问题计一次",
                ),
                (
                    "fixed_on_spot",
                    "立行立改",
                    "处",
                    fixed_on_spot,
                    count,
                    "",
                    FINDING_COLUMNS,
                    finding_list,
                    "检查时当场改正并确认的问题，与限期整改互斥",
                ),
                (
                    "fixed_in_term",
                    "限期整改",
                    "处",
                    fixed_in_term,
                    count,
                    "",
                    FINDING_COLUMNS,
                    finding_list,
                    "责令限期改正的问题，与当场改正互斥",
                ),
                (
                    "fire_now",
                    "火灾隐患当场整改",
                    "处",
                    fire_now,
                    count,
                    "",
                    FINDING_COLUMNS,
                    finding_list,
                    "消防安全类问题中当场改正的",
                ),
                (
                    "fire_term",
                    "火灾隐患限期整改",
                    "处",
                    fire_term,
                    count,
                    "",
                    FINDING_COLUMNS,
                    finding_list,
                    "消防安全类问题中责令限期改正的",
                ),
                (
                    "ad_removed",
                    "拆除违规广告",
                    "块",
                    adverts_removed,
                    total,
                    "quantity",
                    FINDING_COLUMNS,
                    finding_list,
                    "广告类问题已改正的，按实物数量相加",
                ),
                (
                    "ad_removed_inst",
                    "涉及违规广告机构",
                    "家",
                    adverts_removed,
                    distinct,
                    "visit__institution",
                    FINDING_COLUMNS,
                    finding_list,
                    "被拆除广告所属机构，去重",
                ),
                (
                    "notice_n",
                    "下发整改通知书",
                    "份",
                    notices,
                    count,
                    "",
                    NOTICE_COLUMNS,
                    notice_list,
                    "期间内送达的有编号的通知书，撤回的不计",
                ),
                (
                    "rect_done",
                    "完成整改",
                    "处",
                    rectified_items,
                    count,
                    "",
                    FINDING_COLUMNS,
                    finding_list,
                    "以复查结论为准，不以机构自报为准",
                ),
                (
                    "rect_done_inst",
                    "已完成整改机构",
                    "家",
                    rectified,
                    distinct,
                    "institution",
                    NOTICE_COLUMNS,
                    notice_list,
                    "期间内有通知书经复查销号的机构，去重",
                ),
                (
                    "rect_open_inst",
                    "正在整改机构",
                    "家",
                    rectifying,
                    distinct,
                    "institution",
                    NOTICE_COLUMNS,
                    notice_list,
                    "期末仍有未办结通知书的机构，去重",
                ),
                (
                    "rect_overdue",
                    "逾期未整改",
                    "份",
                    overdue,
                    count,
                    "",
                    NOTICE_COLUMNS,
                    notice_list,
                    "期末已过到期日、没有报告也没有办结的通知书",
                ),
                (
                    "officers_certified",
                    "持证执法人员数",
                    "人",
                    officers_certified,
                    distinct,
                    "user",
                    CERTIFICATE_COLUMNS,
                    "",
                    "期末持有效执法证的教育部门人员，去重",
                ),
                (
                    "officers_total",
                    "执法人员数",
                    "人",
                    officers_total,
                    distinct,
                    "user",
                    CERTIFICATE_COLUMNS,
                    "",
                    "期末在册的教育部门执法人员，去重",
                ),
            )
        )
    )
