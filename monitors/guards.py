"""Reasons why a step of a monitor's life is stopped now."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from django.utils import timezone

from casework import policy
from casework.errors import Reason
from casework.models import EvidenceFile
from monitors import rules

if TYPE_CHECKING:
    from accounts.models import User
    from monitors.models import GridSweep, Monitor, Outing, PatrolAudit


def has_identity(monitor: Monitor, actor: User) -> Iterator[Reason]:
    """The identity number is on file, sealed."""
    if not monitor.person.id_number_tail:
        yield Reason("没有登记身份证号，不能通过资格审核。")


def age_on(born: date, day: date) -> int:
    """Full years of age."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def ties_declared(monitor: Monitor, actor: User) -> Iterator[Reason]:
    """The monitor has said with which institutions there are ties, or that there are none."""
    if monitor.ties_declared_at is None:
        yield Reason("还没有申报与培训机构的利害关系（没有也须声明）。")


def has_photo(monitor: Monitor, actor: User) -> Iterator[Reason]:
    """A photo for the card is on file."""
    photos = EvidenceFile.objects.filter(subject_uid=monitor.uid, mime__startswith="image/")
    if not photos.exists():
        yield Reason("还没有上传证件照片。")


def window_over(monitor: Monitor, actor: User) -> Iterator[Reason]:
    """The window of the public notice has passed."""
    if monitor.notice and timezone.localdate() <= monitor.notice.ends_on:
        yield Reason(f"公示到 {monitor.notice.ends_on:%Y-%m-%d} 结束，结束后才能聘任。", gate="window")


def objections_settled(monitor: Monitor, actor: User) -> Iterator[Reason]:
    """No objection waits, and none was upheld."""
    results = set(monitor.objections.values_list("is_upheld", flat=True))
    if None in results:
        yield Reason("公示期收到的异议还没有处理完。")
    if True in results:
        yield Reason("有异议经查成立，不能聘任，请按未通过办理。")


def age_fits(monitor: Monitor, actor: User) -> Iterator[Reason]:
    """The age is inside the range of the policy value on the day of nomination."""
    row = policy.value(rules.AGE, region=monitor.region, on=monitor.nominated_on)
    age = age_on(monitor.birth_on, monitor.nominated_on)
    if not int(row.value["min"]) <= age <= int(row.value["max"]):
        yield Reason(
            f"年龄 {age} 岁，不在 {row.value['min']} 至 {row.value['max']} 岁之间。", basis=row.basis
        )


def has_stop(outing: Outing, actor: User) -> Iterator[Reason]:
    """At least one place was recorded."""
    if not outing.stops.exists():
        yield Reason("还没有记录任何一家，不能提交。没有巡查的请由监管股作废。")


def own_sweep(row: GridSweep, actor: User) -> Iterator[Reason]:
    """A sweep ends by the body that opened it."""
    body = row.created_by.organisation
    if body is not None and not actor.is_system and actor.organisation_id != body.pk:
        yield Reason(f"由{body.name}结束。", "", f"请转{body.short_name}的同事。", "organ")


def other_person_enters(row: PatrolAudit, actor: User) -> Iterator[Reason]:
    """Who froze the list does not enter the public value."""
    if row.created_by_id == actor.pk:
        yield Reason("名单由您本人冻结，须由另一人录入公开值。")


def other_person_confirms(row: PatrolAudit, actor: User) -> Iterator[Reason]:
    """Who entered the public value does not confirm it."""
    if row.drawn_by_id == actor.pk:
        yield Reason("公开值由您本人录入，须由另一人对照公告再填一遍。")


def all_checked(row: PatrolAudit, actor: User) -> Iterator[Reason]:
    """Every drawn visit has its finding."""
    waiting = row.targets.filter(finding="PENDING").count()
    if waiting:
        yield Reason(f"还有 {waiting} 家次没有核实。")
