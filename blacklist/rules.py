"""Who may stand on a white list, and what a black entry must have before it is published (G39)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from typing import TYPE_CHECKING

from django.utils import timezone

from casework.errors import Reason
from inspections.models import NoticeStatus, RectificationNotice
from institutions.models import Institution, LicenceState, OperatingState, Standing

if TYPE_CHECKING:
    from accounts.models import User
    from blacklist.models import ListEntry

BASIS = "校外培训机构名单管理：列入须有事由、证据、告知、陈述申辩、期限和移出条件"
STANDING_REASONS = {
    Standing.LICENCE_ONLY: "未办理营业执照或民办非企业单位登记",
    Standing.REGISTERED_ONLY: "未取得办学许可证",
    Standing.UNLICENSED: "无办学许可证，也未登记",
}

_acting_day: ContextVar[date | None] = ContextVar("acting_day", default=None)


def acting_day() -> date:
    """The day on which the present step is taken; today unless a service named its time."""
    return _acting_day.get() or timezone.localdate()


@contextmanager
def acting_on(day: date) -> Iterator[None]:
    """Let the guards judge by `day`, the day of the step's given time."""
    token = _acting_day.set(day)
    try:
        yield
    finally:
        _acting_day.reset(token)


def open_rectifications(institutions: Sequence[int]) -> dict[int, list[str]]:
    """Numbers of rectification notices that are not closed, by institution id (one query)."""
    open_states = [NoticeStatus.ISSUED, NoticeStatus.SERVED, NoticeStatus.ANSWERED, NoticeStatus.ESCALATED]
    rows = RectificationNotice.objects.filter(institution_id__in=institutions, status__in=open_states)
    found: dict[int, list[str]] = defaultdict(list)
    for pk, number in rows.order_by("pk").values_list("institution_id", "number"):
        found[pk].append(number)
    return dict(found)


def white_reasons(
    institution: Institution, *, day: date, open_notices: list[str], held: set[str], in_procedure: bool
) -> list[str]:
    """Every reason why `institution` cannot join the white list on `day`; empty when it can.

    `held` are the lists on which it stands now; `in_procedure` whether a black entry is being prepared.
    """
    reasons = [*_standing_reasons(institution, day)]
    if open_notices:
        reasons.append(f"正在整改：{'、'.join(open_notices)} 未销号")
    if institution.enrolment_stopped_until and institution.enrolment_stopped_until >= day:
        reasons.append("处于暂停招生期间")
    if "BLACK" in held:
        reasons.append("在黑名单中，尚未移出")
    if in_procedure:
        reasons.append("正在办理列入黑名单程序")
    if "WHITE" in held:
        reasons.append("已在白名单中")
    return reasons


def _standing_reasons(institution: Institution, day: date) -> Iterable[str]:
    if institution.operating_state != OperatingState.OPERATING:
        yield f"当前{institution.get_operating_state_display()}"
    if reason := STANDING_REASONS.get(Standing(institution.standing)):
        yield reason
    if not institution.holds_licence:
        return
    if institution.licence_state != LicenceState.VALID:
        yield f"办学许可证{institution.get_licence_state_display()}"
    elif institution.licence_to is None:
        yield "许可证有效期未登记，请先在机构档案补充"
    elif institution.licence_to < day:
        yield f"办学许可证已于 {institution.licence_to:%Y-%m-%d} 到期"


def red_reasons(institution: Institution, *, day: date, open_notices: list[str], held: set[str]) -> list[str]:
    """Every reason why `institution` cannot join the red list: it must stand on the white list."""
    reasons = [*_standing_reasons(institution, day)]
    if "WHITE" not in held:
        reasons.append("不在白名单中")
    if open_notices:
        reasons.append(f"正在整改：{'、'.join(open_notices)} 未销号")
    if "RED" in held:
        reasons.append("已在红名单中")
    return reasons


def reasons_by_institution(
    *, list_kind: str, institutions: Sequence[Institution], day: date
) -> dict[int, list[str]]:
    """Reasons against joining a list, for many institutions in three queries."""
    from blacklist.models import EntryStatus, ListEntry

    ids = [item.pk for item in institutions]
    notices = open_rectifications(ids)
    held: dict[int, set[str]] = defaultdict(set)
    pending: set[int] = set()
    rows = ListEntry.objects.filter(
        institution_id__in=ids, status__in=["DRAFT", "NOTIFIED", "REVIEWED", "PUBLISHED"]
    ).values_list("institution_id", "kind", "status")
    for pk, kind, status in rows:
        if status == EntryStatus.PUBLISHED:
            held[pk].add(kind)
        elif status in {EntryStatus.NOTIFIED, EntryStatus.REVIEWED}:
            pending.add(pk)
    if list_kind == "RED":
        return {
            item.pk: red_reasons(item, day=day, open_notices=notices.get(item.pk, []), held=held[item.pk])
            for item in institutions
        }
    return {
        item.pk: white_reasons(
            item,
            day=day,
            open_notices=notices.get(item.pk, []),
            held=held[item.pk],
            in_procedure=item.pk in pending,
        )
        for item in institutions
    }


def _missing(entry: ListEntry) -> Iterable[str]:
    if not entry.ground_codes or not entry.ground_text.strip():
        yield "没有写明列入事由和违法违规类型，请先补充。"
    if not entry.basis.strip():
        yield "没有写明依据，请写明文件名称和文号。"
    if not entry.evidence_count:
        yield "没有证据材料，请先上传检查记录、照片或处理决定。"
    if entry.planned_end_on is None:
        yield "没有公布截止日，黑名单不得无限期公布。"
    if entry.earliest_exit_on is None:
        yield "没有最早可移出日，请填写。"
    if not entry.way_out.strip():
        yield "没有写明移出条件，机构须知道怎样才能移出。"


def ready_to_notify(entry: ListEntry, actor: User) -> Iterable[Reason]:
    """What a black entry lacks before the institution can be told of it."""
    for sentence in _missing(entry):
        yield Reason(sentence, BASIS, gate="G39")
    today = acting_day()
    if entry.planned_end_on and entry.planned_end_on <= today:
        yield Reason("公布截止日须晚于今天，请修改。", BASIS, gate="G39")
    if entry.earliest_exit_on and entry.planned_end_on and entry.earliest_exit_on > entry.planned_end_on:
        yield Reason("最早可移出日不能晚于公布截止日，请修改。", BASIS, gate="G39")


def may_review(entry: ListEntry, actor: User) -> Iterable[Reason]:
    """The review waits for the reply or for the end of the window; the drafter does not review."""
    if not entry.replied_at and entry.is_reply_open(acting_day()):
        yield Reason(
            f"陈述申辩期到 {entry.reply_until:%Y-%m-%d} 届满，机构尚未答复，请期满后再复核。",
            BASIS,
            gate="G39",
        )
    if entry.created_by_id == actor.pk:
        yield Reason(
            "拟列入人不能复核自己经办的条目，请由其他人员复核。",
            cleared_by="由监管股负责人或法制审核员办理。",
        )


def may_publish(entry: ListEntry, actor: User) -> Iterable[Reason]:
    """The gate of a black entry: every part present and the reply window over."""
    yield from ready_to_notify(entry, actor)
    if entry.notified_on is None or entry.notice_document_id is None:
        yield Reason("尚未向机构告知，不能列入。", BASIS, gate="G39")
    if entry.reply_until and acting_day() <= entry.reply_until:
        yield Reason(f"陈述申辩期到 {entry.reply_until:%Y-%m-%d} 届满，届满前不能列入。", BASIS, gate="G39")
    if not entry.reply_outcome:
        yield Reason("尚未复核，不能列入。", BASIS, gate="G39")
    if entry.earliest_exit_on and entry.earliest_exit_on <= acting_day():
        yield Reason("最早可移出日须晚于列入日，请由复核人退回修改。", BASIS, gate="G39")


def batch_not_empty(batch: object, actor: User) -> Iterable[Reason]:
    """A batch goes on only with somebody in it."""
    if not batch.candidates.filter(is_included=True).exists():  # type: ignore[attr-defined]
        yield Reason("没有勾选任何机构，请先勾选拟列入的机构。")


def not_own_batch(batch: object, actor: User) -> Iterable[Reason]:
    """Four eyes: who drew the batch up does not approve it."""
    if batch.created_by_id == actor.pk:  # type: ignore[attr-defined]
        yield Reason("拟定人不能审定自己拟定的批次，请由其他负责人审定。")


def still_eligible(batch: object, actor: User) -> Iterable[Reason]:
    """The register may have changed since the batch was drawn up; checked again at every step."""
    candidates = batch.candidates.filter(is_included=True).select_related("institution")  # type: ignore[attr-defined]
    institutions = [item.institution for item in candidates]
    found = reasons_by_institution(
        list_kind=batch.list_kind,  # type: ignore[attr-defined]
        institutions=institutions,
        day=acting_day(),
    )
    for item in institutions:
        if found[item.pk]:
            yield Reason(
                f"{item.name}不再符合条件：{'；'.join(found[item.pk])}。", cleared_by="请退回拟定并重新核查。"
            )
