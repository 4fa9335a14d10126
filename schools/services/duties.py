"""Pledges and violations of teachers, after-school service with outside institutions, ads on campus."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from django.db import transaction as database
from django.utils import timezone

from accounts.models import User
from casework import audit, pupils
from casework.errors import NotAllowed, Unlawful
from casework.models import RootModel
from casework.records import record_create, record_update, root_fields
from casework.steps import require
from casework.workflow import transition
from institutions.models import Institution
from schools.models import AfterSchool, CampusAd, School, ServiceProvider, TeacherPledge, TeacherViolation

R = TypeVar("R", bound=RootModel)
WHITE = "WHITE"


def _own(actor: User, permission: str, school: School) -> None:
    require(actor, permission)
    if actor.organisation_id != school.organisation_id:
        raise NotAllowed("只能登记本校的情况。")


def _keep(
    model: type[R],
    *,
    actor: User,
    school: School,
    key: dict[str, Any],
    values: dict[str, Any],
    verb: str,
    at: datetime,
) -> R:
    """Enter a school's row, or correct the one with the same key."""
    known = model._base_manager.filter(school=school, **key).first()
    if known is not None:
        return record_update(actor=actor, obj=known, values=values, verb=verb, at=at)
    root = root_fields(actor=actor, region=school.region, bureau=school.bureau)
    return record_create(actor=actor, obj=model(**root, school=school, **key, **values), verb=verb, at=at)


@database.atomic
def pledge_record(
    *,
    actor: User,
    school: School,
    year: int,
    teacher_count: int,
    pledged_count: int,
    at: datetime | None = None,
) -> TeacherPledge:
    """A school notes how many teachers pledged in a year. Raises NotAllowed, Unlawful."""
    _own(actor, "schools.pledge_record", school)
    at = at or timezone.now()
    if year > timezone.localdate(at).year:
        raise Unlawful("年度不能晚于今年。")
    if pledged_count > teacher_count:
        raise Unlawful("已签人数不能多于在职教师人数。")
    values = {"teacher_count": teacher_count, "pledged_count": pledged_count}
    return _keep(
        TeacherPledge,
        actor=actor,
        school=school,
        key={"year": year},
        values=values,
        verb="schools.pledge_record",
        at=at,
    )


@database.atomic
def violation_register(
    *,
    actor: User,
    school: School,
    values: dict[str, Any],
    names_checked: bool = False,
    at: datetime | None = None,
) -> TeacherViolation:
    """Note a matter of in-service teachers. `values`: kind, found_on, teacher_count, facts, case_no. Raises Unlawful."""
    require(actor, "schools.violation_edit")
    at = at or timezone.now()
    if values["found_on"] > timezone.localdate(at):
        raise Unlawful("发现日期不能晚于今天。")
    pupils.require_nameless(values["facts"], is_checked=names_checked)
    root = root_fields(actor=actor, region=school.region, bureau=school.bureau)
    row = TeacherViolation(**root, school=school, **values)
    return record_create(actor=actor, obj=row, verb="schools.violation_register", at=at)


@database.atomic
def violation_handle(
    *,
    actor: User,
    row: TeacherViolation,
    handling: str,
    case_no: str = "",
    is_vetoed: bool = False,
    at: datetime | None = None,
) -> TeacherViolation:
    """The matter was true and dealt with."""
    values = {"handling": handling.strip(), "is_vetoed": is_vetoed, "case_no": case_no.strip() or row.case_no}
    return transition(row, "handle", actor=actor, at=at, values=values)


@database.atomic
def violation_dismiss(
    *, actor: User, row: TeacherViolation, handling: str, at: datetime | None = None
) -> TeacherViolation:
    """Nothing was found."""
    return transition(row, "dismiss", actor=actor, at=at, values={"handling": handling.strip()})


@dataclass(frozen=True)
class Service:
    """After-school service of one term, in counts."""

    term_on: date
    enrolled_count: int
    joined_count: int
    course_count: int = 0
    days_a_week: int = 5


@database.atomic
def service_record(
    *,
    actor: User,
    school: School,
    service: Service,
    providers: Iterable[Institution] = (),
    at: datetime | None = None,
) -> AfterSchool:
    """A school notes its after-school service and the outside institutions it let in; again corrects it.

    Institutions are chosen from the white list only: one that is not on it today is refused. Raises NotAllowed,
    Unlawful.
    """
    _own(actor, "schools.service_record", school)
    at = at or timezone.now()
    if service.joined_count > service.enrolled_count:
        raise Unlawful("参加学生数不能多于应服务学生数。")
    if service.term_on > timezone.localdate(at):
        raise Unlawful("学期还没有开始，不能登记。")
    values = dict(vars(service))
    key = {"term_on": values.pop("term_on")}
    row = _keep(
        AfterSchool, actor=actor, school=school, key=key, values=values, verb="schools.service_record", at=at
    )
    _choose(actor, row, list(providers), at)
    return row


def _choose(actor: User, row: AfterSchool, wanted: list[Institution], at: datetime) -> None:
    known = {item.institution_id: item for item in row.providers.select_related("institution")}
    for place in wanted:
        if place.pk in known:
            continue
        if place.bureau_id != row.bureau_id or place.list_status != WHITE or place.is_ended:
            raise Unlawful(f"{place.name}不在白名单上，不能选用。请从白名单中选择。")
    chosen = {place.pk for place in wanted}
    dropped = [item.institution.name for pk, item in known.items() if pk not in chosen]
    added = [place for place in wanted if place.pk not in known]
    row.providers.exclude(institution__in=chosen).delete()
    ServiceProvider.objects.bulk_create(
        ServiceProvider(service=row, institution=place, list_status_then=WHITE, chosen_at=at)
        for place in added
    )
    if added or dropped:
        audit.record(
            actor=actor,
            verb="schools.providers_choose",
            target=row,
            changes={"校外机构": [dropped, [place.name for place in added]]},
            at=at,
        )


@database.atomic
def ad_report(
    *,
    actor: User,
    school: School,
    values: dict[str, Any],
    names_checked: bool = False,
    at: datetime | None = None,
) -> CampusAd:
    """A school reports ads on campus. `values`: carrier, found_on, item_count, removed_count, advertiser, note."""
    _own(actor, "schools.ad_report", school)
    at = at or timezone.now()
    if values["found_on"] > timezone.localdate(at):
        raise Unlawful("发现日期不能晚于今天。")
    if values["removed_count"] > values["item_count"]:
        raise Unlawful("已清除的件数不能多于发现的件数。")
    pupils.require_nameless(values.get("note", ""), is_checked=names_checked)
    root = root_fields(actor=actor, region=school.region, bureau=school.bureau)
    row = CampusAd(**root, school=school, names_checked=names_checked, **values)
    return record_create(actor=actor, obj=row, verb="schools.ad_report", at=at)


@database.atomic
def ad_handle(
    *, actor: User, row: CampusAd, handling: str, case_no: str = "", at: datetime | None = None
) -> CampusAd:
    """The desk dealt with a report, or passed it on under a number."""
    return transition(
        row, "handle", actor=actor, at=at, values={"handling": handling.strip(), "case_no": case_no.strip()}
    )


for code, sentence in {
    "pledge_record": "登记教师承诺",
    "violation_register": "登记教师违规",
    "teacherviolation_handle": "处理教师违规",
    "teacherviolation_dismiss": "教师违规查无实据",
    "service_record": "登记课后服务",
    "providers_choose": "选用课后服务校外机构",
    "ad_report": "上报校园广告",
    "campusad_handle": "处理校园广告",
}.items():
    audit.verb(f"schools.{code}", sentence)
