"""What stops the steps of this room, each with its basis and who can clear it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils import timezone

from accounts.models import OfficerCertificate, Organisation, User
from casework.errors import Reason
from casework.workflow import Guard
from inspections.guards import INSPECTION_RULES, PENALTY_42, certificate_for, enforcing_reasons
from measures.models import (
    AdCase,
    AdPhase,
    CallStatus,
    Closure,
    ClosureScope,
    Decision,
    Directive,
    DirectiveKind,
    Handover,
    Meeting,
    MysteryVisit,
    Talk,
    TalkKind,
    Whistle,
    WhistleCall,
)

NEEDED: dict[str, tuple[str, ...]] = {
    DirectiveKind.SUSPENSION_NOTICE: ("basis", "stop_from", "refund_requirement", "remedy_line"),
    DirectiveKind.BAN_NOTICE: ("basis", "stop_from", "refund_requirement", "remedy_line", "party_address"),
    DirectiveKind.SITE_ASSIGNMENT: ("demand", "due_on"),
    DirectiveKind.SUPERVISION_LETTER: ("demand", "due_on", "original_no", "consequences"),
    DirectiveKind.REMINDER_LETTER: ("demand",),
    DirectiveKind.PARENT_LETTER: ("demand",),
}


def own(path: str) -> Guard:
    """A guard that the step is taken by the body that `path` names."""

    def guard(obj: Any, actor: User) -> Iterable[Reason]:
        target: Any = obj
        for part in path.split("__"):
            target = getattr(target, part)
        if not actor.is_system and actor.organisation_id != target.pk:
            yield Reason(f"由{target.name}办理。", "", f"请转{target.short_name}的同事。", "organ")

    guard.__name__ = f"own_{path}"
    guard.__doc__ = "The step belongs to one body."
    return guard


def issues_numbers(organ: Organisation) -> Iterable[Reason]:
    """Only a body with a 机关代字 gives out numbered documents."""
    if not organ.is_issuing_organ:
        yield Reason(
            f"{organ.name}没有设置机关代字，不能制发带文号的文书。",
            "",
            "请系统管理员补充机关代字。",
            "number",
        )


def certificate_of(user: User, organ: Organisation, day: date) -> OfficerCertificate | None:
    """The officer's certificate of that organ on that day, if any."""
    return certificate_for(user, organ, day)


def officers_reasons(organ: Organisation, people: Iterable[User], day: date) -> Iterable[Reason]:
    """G04 and G05: everyone who signs holds a certificate of the issuing organ that is valid that day."""
    for person in people:
        if certificate_for(person, organ, day) is None:
            yield Reason(
                f"{person.name}在 {day:%Y-%m-%d} 没有{organ.short_name}的有效执法证，不能签发执法文书。",
                PENALTY_42,
                "请换一名持有效执法证的人员。",
                "G05",
            )


def two_officers(obj: Directive | Closure | Handover, actor: User) -> Iterable[Reason]:
    """Two certified officers of the organ, today."""
    yield from officers_reasons(obj.organ, (obj.officer_one, obj.officer_two), timezone.localdate())


def organ_enforces(obj: Directive | Closure, actor: User) -> Iterable[Reason]:
    """G07: only an enforcing organ stops anybody or issues such documents."""
    yield from enforcing_reasons(obj.organ)


# Advertisements


def has_found_photo(ad: AdCase, actor: User) -> Iterable[Reason]:
    """What was found is shown by a photo, or online by a snapshot."""
    if not ad.photos.filter(phase__in=[AdPhase.BEFORE, AdPhase.SNAPSHOT]).exists():
        what = "网页快照" if ad.is_online else "现场照片"
        yield Reason(f"还没有{what}。", cleared_by=f"请先上传{what}。", gate="photo")


def has_after_photo(ad: AdCase, actor: User) -> Iterable[Reason]:
    """The removal is shown by a photo, taken in after the last time that it came back."""
    shown = ad.photos.filter(phase=AdPhase.AFTER)
    back = ad.checks.filter(is_gone=False).order_by("-pk").first()
    if back is not None:
        shown = shown.filter(evidence__received_at__gt=back.recorded_at)
    if not shown.exists():
        yield Reason(
            "没有这次清除后的照片。", cleared_by="请上传新的清除后照片或者网页截图。", gate="after_photo"
        )


def referral_is_numbered(ad: AdCase, actor: User) -> Iterable[Reason]:
    """A referral is a numbered letter."""
    yield from issues_numbers(ad.lead_organ)


# Talks


def has_parties(talk: Talk, actor: User) -> Iterable[Reason]:
    """A talk names whom it summons: one, or at least two at a collective one."""
    count = talk.parties.count()
    wanted = 2 if talk.kind == TalkKind.COLLECTIVE else 1
    if count < wanted:
        yield Reason("还没有选定约谈对象。", cleared_by=f"请添加至少 {wanted} 家机构。", gate="parties")
    elif talk.kind == TalkKind.SINGLE and count > 1:
        yield Reason("个别约谈只能有一家机构。", cleared_by="请改为集体约谈，或者只留一家。", gate="parties")


def talk_is_numbered(talk: Talk, actor: User) -> Iterable[Reason]:
    """An invitation is a numbered letter."""
    yield from issues_numbers(talk.organ)


def promises_followed(talk: Talk, actor: User) -> Iterable[Reason]:
    """A talk is settled once every promise was followed up."""
    waiting = [
        party.institution.name for party in talk.parties.select_related("institution") if party.is_waiting
    ]
    if waiting:
        yield Reason(
            f"还有承诺没有跟踪：{'、'.join(waiting[:3])}。", cleared_by="请登记跟踪结果。", gate="promises"
        )


# Whistles and meetings


def calls_settled(whistle: Whistle, actor: User) -> Iterable[Reason]:
    """Every called department has finished or given the matter back."""
    left = whistle.calls.exclude(status__in=[CallStatus.DONE, CallStatus.RETURNED]).count()
    if left:
        yield Reason(f"还有 {left} 个部门没有办结。", cleared_by="请等待部门办结。", gate="calls")


def whistle_is_open(call: WhistleCall, actor: User) -> Iterable[Reason]:
    """Departments act while the whistle is open."""
    if call.whistle.status != "OPEN":
        yield Reason(f"吹哨事项现在是“{call.whistle.get_status_display()}”。", gate="whistle_open")


def has_decisions(meeting: Meeting, actor: User) -> Iterable[Reason]:
    """Minutes name who took part and what was decided."""
    if not meeting.participants.exists():
        yield Reason("还没有登记参会单位。", cleared_by="请先填写参会单位。", gate="participants")
    if not meeting.decisions.exists():
        yield Reason(
            "还没有登记议定事项。", cleared_by="请至少登记一项，写明责任单位和期限。", gate="decisions"
        )


def meeting_is_numbered(meeting: Meeting, actor: User) -> Iterable[Reason]:
    """Minutes are numbered."""
    yield from issues_numbers(meeting.organ)


def decisions_settled(meeting: Meeting, actor: User) -> Iterable[Reason]:
    """A meeting is done once each decision is done or dropped."""
    left = meeting.decisions.open().count()
    if left:
        yield Reason(f"还有 {left} 项没有落实。", cleared_by="请逐项确认。", gate="decisions")


def meeting_is_issued(decision: Decision, actor: User) -> Iterable[Reason]:
    """A decision binds once the minutes are out."""
    if decision.meeting.status == "DRAFT":
        yield Reason("会议纪要还没有印发。", cleared_by="请先印发纪要。", gate="issued")


# Directives


def directive_complete(directive: Directive, actor: User) -> Iterable[Reason]:
    """The fields that the catalogue asks for in a document of this kind are filled."""
    empty = [name for name in NEEDED[directive.kind] if not getattr(directive, name)]
    if empty:
        fields: Any = directive._meta
        words = "、".join(str(fields.get_field(name).verbose_name) for name in empty)
        yield Reason(f"还没有填写：{words}。", cleared_by="请补充后再制发。", gate="G08")
    if directive.kind == DirectiveKind.SUSPENSION_NOTICE and directive.students_present is None:
        yield Reason("还没有填写在场学生数。", cleared_by="请填写人数，没有学生的填 0。", gate="students")


def ban_by_head(directive: Directive, actor: User) -> Iterable[Reason]:
    """取缔 is signed by the head, and not where a licence is in force."""
    if directive.kind != DirectiveKind.BAN_NOTICE:
        return
    if not actor.may("measures.ban_issue"):
        yield Reason(
            "取缔通知书须由负责人签发。", "民办教育促进法第六十四条", "请转监管股负责人或者局领导。", "head"
        )


def pupils_handed_over(directive: Directive, actor: User) -> Iterable[Reason]:
    """Pupils who were there are handed to parents or schools before the stop is settled."""
    if directive.kind == DirectiveKind.SUSPENSION_NOTICE and directive.pupils_left > 0:
        yield Reason(
            f"还有 {directive.pupils_left} 名在场学生没有登记交接。",
            "未成年人保护法",
            "请登记由家长、学校接回的人数。",
            "pupils",
        )


def ban_published(directive: Directive, actor: User) -> Iterable[Reason]:
    """A ban is announced to the public before it is settled."""
    if directive.kind == DirectiveKind.BAN_NOTICE and directive.published_on is None:
        yield Reason("取缔还没有公告。", "民办教育促进法第六十四条", "请登记公告日期和载体。", "published")


# Closures, materials, mystery visits


def closure_has_scope(closure: Closure, actor: User) -> Iterable[Reason]:
    """A closure names the towns or places it binds."""
    if closure.scope_kind == ClosureScope.TOWNS and not closure.towns.exists():
        yield Reason("还没有选择乡镇（街道）。", cleared_by="请在修改中选择。", gate="scope")
    if closure.scope_kind == ClosureScope.PLACES and not closure.targets.exists():
        yield Reason("还没有选择机构。", cleared_by="请在修改中选择。", gate="scope")


def handover_has_items(handover: Handover, actor: User) -> Iterable[Reason]:
    """A receipt lists what was received."""
    if not handover.items.exists():
        yield Reason("清单还是空的。", cleared_by="请逐种登记材料名称、来源和册数。", gate="items")


def handover_voluntary(handover: Handover, actor: User) -> Iterable[Reason]:
    """Only what is given of free will; anything else is 先行登记保存 in a case."""
    if not handover.is_voluntary:
        yield Reason(
            "移交人没有确认自愿提供，不能在这里接收。",
            "行政处罚法第五十六条",
            "确需保全证据的，请立案后办理先行登记保存。",
            "voluntary",
        )


def mystery_has_place(mystery: MysteryVisit, actor: User) -> Iterable[Reason]:
    """What is handed on names a place of the register."""
    if mystery.institution is None:
        yield Reason(
            "还没有对应到机构档案。", cleared_by="请先选择机构；没有档案的场所先登记机构。", gate="place"
        )


def covert_reasons(*, subject_type: str) -> Iterable[Reason]:
    """G07: what a mystery visit recorded is a clue and stays out of findings, notices and cases."""
    yield Reason(
        "这份材料来自明察暗访，只能作为线索，不能作为检查、处罚的证据。",
        f"{INSPECTION_RULES}；行政处罚法第四十六条",
        "请依法检查时另行取证。",
        "G07",
    )
