"""Recording talks in counts, publishing them with small numbers hidden, deleting them when their term ends."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction as database
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Count, Sum
from django.utils import timezone

from accounts.models import Bureau, User
from casework import audit, policy
from casework.canonical import sha256_hex
from casework.deadlines import TermUnit
from casework.errors import NotAllowed, Unlawful
from casework.records import clean, record_create, record_update, root_fields
from casework.steps import require
from schools import rules
from schools.disclosure import Table, suppressed
from schools.models import School, SchoolTalk, TalkLevel, TalkTable, TalkTally, WorkTip

RECORD = "schools.talk_record"


@dataclass(frozen=True)
class Talk:
    """Talks of one level on one day, in counts."""

    level: str
    held_on: date
    pupil_count: int
    parent_count: int = 0
    linked_count: int = 0
    has_code_list: bool = False


@database.atomic
def talk_record(
    *, actor: User, school: School, talk: Talk, tip: WorkTip | None = None, at: datetime | None = None
) -> SchoolTalk:
    """The school enters its talks of one level on one day; the same level and day again corrects the counts.

    Raises NotAllowed (another school), Unlawful (a later day, one past its retention, no code list, counts).
    """
    require(actor, RECORD)
    at = at or timezone.now()
    if actor.organisation_id != school.organisation_id:
        raise NotAllowed("只能登记本校的约谈。")
    _check(school, talk, tip, timezone.localdate(at))
    values = {**vars(talk), "tip": tip}
    known = SchoolTalk.objects.filter(school=school, level=talk.level, held_on=talk.held_on).first()
    if known is not None:
        row = record_update(actor=actor, obj=known, values=values, verb="schools.talk_correct", at=at)
    else:
        row = SchoolTalk(
            **root_fields(actor=actor, region=school.region, bureau=school.bureau), school=school, **values
        )
        row = record_create(actor=actor, obj=row, verb="schools.talk_record", at=at)
    tally_refresh(bureau=school.bureau, month=row.month, level=talk.level)
    return row


def _check(school: School, talk: Talk, tip: WorkTip | None, today: date) -> None:
    if talk.held_on > today:
        raise Unlawful("约谈日期不能晚于今天。")
    if kept_from(school.bureau, today) > talk.held_on:
        raise Unlawful("这一天的约谈记录已过保存期限，不能再登记。")
    if not talk.has_code_list:
        raise Unlawful("请先在学校建立学生代码表并自行留存，再勾选确认。系统不收学生姓名。")
    if tip is not None and tip.school_id != school.pk:
        raise NotAllowed("只能对应发给本校的工作提示。")


def tally_refresh(*, bureau: Bureau, month: date, level: str) -> None:
    """Bring the county's total of a month and level in line with the rows.

    Schools enter at the same time: the bureau's row is held, so that the sum is read after the others' commit.
    """
    Bureau.objects.select_for_update(no_key=True).get(pk=bureau.pk)
    until = (month + timedelta(days=32)).replace(day=1)
    rows = SchoolTalk.objects.filter(
        bureau=bureau, level=level, held_on__gte=month, held_on__lt=until
    ).aggregate(
        school_count=Count("school", distinct=True),
        pupil_count=Sum("pupil_count"),
        parent_count=Sum("parent_count"),
        linked_count=Sum("linked_count"),
    )
    TalkTally.objects.update_or_create(
        bureau=bureau, month=month, level=level, defaults={**rows, "region_path": bureau.region.path}
    )


def kept_from(bureau: Bureau, today: date) -> date:
    """First day whose talks are still kept: whole months, counted back from `today` by the policy."""
    term = policy.term(rules.TALK_RETENTION, region=bureau.region, on=today)
    months = term.amount * {TermUnit.YEAR: 12, TermUnit.MONTH: 1}[term.unit]
    index = today.year * 12 + today.month - 1 - months
    return date(index // 12, index % 12 + 1, 1)


@database.atomic
def talks_expire(*, actor: User, today: date, at: datetime) -> int:
    """Delete talks whose retention ended, by `school.talk.retention`; the county's monthly totals stay.

    One audit event per bureau names the rule, how many rows went, and their digest. Repeatable.
    """
    total = 0
    for bureau in Bureau.objects.filter(is_active=True).select_related("region").order_by("pk"):
        since = kept_from(bureau, today)
        rows = SchoolTalk.objects.select_for_update().filter(bureau=bureau, held_on__lt=since)
        gone = list(rows.order_by("pk").values_list("pk", "uid"))
        if not gone:
            continue
        SchoolTalk.objects.filter(pk__in=[pk for pk, _ in gone]).delete()
        audit.record(
            actor=actor,
            verb="schools.talks_expire",
            bureau=bureau,
            changes={
                "count": [None, len(gone)],
                "held_before": [None, since],
                "rows": [None, sha256_hex([str(uid) for _, uid in gone])],
            },
            reason=rules.TALK_RETENTION,
            at=at,
        )
        total += len(gone)
    return total


@database.atomic
def table_publish(*, actor: User, since: date, until: date, at: datetime | None = None) -> TalkTable:
    """Publish pupils talked to, by township and level, for whole months `since`..`until` (excluded).

    Small numbers and the complements that would give them away are hidden. Raises NotAllowed, Unlawful: months
    not whole or not over, a span that overlaps a published one (two tables could be subtracted), nothing to show.
    """
    require(actor, "schools.talk_publish")
    at = at or timezone.now()
    bureau = actor.bureau
    if bureau is None:
        raise NotAllowed("系统账号不发布统计表。")
    _check_span(bureau, since, until, timezone.localdate(at))
    threshold = rules.days(rules.CELLS_MIN, region=bureau.region, on=timezone.localdate(at))
    names, inner = _counted(bureau, since, until)
    if not inner:
        raise Unlawful("这段时间没有约谈记录，不需要发布。")
    table = Table.of(inner)
    hidden = suppressed(table, threshold)
    cells = [
        [None if (i, j) in hidden else value for j, value in enumerate(row)]
        for i, row in enumerate(table.grid)
    ]
    row = TalkTable(
        **root_fields(actor=actor, region=bureau.region),
        span=DateRange(since, until),
        threshold=threshold,
        heads=[*TalkLevel.labels, "合计"],
        rows=[*names, "合计"],
        cells=cells,
        published_at=at,
        published_by=actor,
    )
    clean(row)
    return record_create(actor=actor, obj=row, verb="schools.table_publish", at=at)


def _check_span(bureau: Bureau, since: date, until: date, today: date) -> None:
    if since.day != 1 or until.day != 1 or since >= until:
        raise Unlawful("统计期间须是完整的月份。")
    if until > today:
        raise Unlawful("统计期间结束后才能发布，避免与以后的表相减推算。")
    if since < kept_from(bureau, today):
        raise Unlawful("这段时间的约谈记录已过保存期限，不能再发布。")
    if TalkTable.objects.filter(bureau=bureau, span__overlap=DateRange(since, until)).exists():
        raise Unlawful("与已发布的统计表期间重叠，两张表相减会推算出隐去的数，不能发布。")


def _counted(bureau: Bureau, since: date, until: date) -> tuple[list[str], list[list[int]]]:
    rows: Iterable[Any] = (
        SchoolTalk.objects.filter(bureau=bureau, held_on__gte=since, held_on__lt=until)
        .order_by()
        .values_list("region__code", "region__name", "level")
        .annotate(n=Sum("pupil_count"))
    )
    found: dict[tuple[str, str], dict[str, int]] = {}
    for code, name, level, count in rows:
        found.setdefault((code, name), {})[level] = count
    places = sorted(found)
    inner = [[found[place].get(level, 0) for level in TalkLevel.values] for place in places]
    return [name for _, name in places], inner


for name, sentence in {
    "talk_record": "登记三级约谈人次",
    "talk_correct": "更正三级约谈人次",
    "talks_expire": "按保存期限删除约谈计数",
    "table_publish": "发布约谈统计表",
}.items():
    audit.verb(f"schools.{name}", sentence)
