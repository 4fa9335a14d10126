"""The life of a monitor: proposal, check, appointment with its papers, renewal, end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction as database
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from accounts.models import Organisation, OrganisationKind, Region, User
from accounts.roles import Role
from casework import audit, policy
from casework.deadlines import compute, load_calendar
from casework.documents.services import document_issue, document_withdraw
from casework.errors import NotAllowed, Unlawful, WrongState
from casework.evidence.services import evidence_receive
from casework.models import EvidenceFile, OfficialDocument
from casework.people.services import account_make
from casework.records import clean, record_create, record_update, root_fields
from casework.steps import lock, ready, require
from casework.workflow import transition
from institutions.models import Institution
from institutions.services import person_register
from monitors import papers, rules
from monitors.models import Assessment, Gender, Grade, Monitor, MonitorStatus, Source, Tie
from monitors.services.organs import organ_of

NOMINATE, EDIT = "monitors.monitor_nominate", "monitors.monitor_edit"
HELD = (MonitorStatus.NOMINATED, MonitorStatus.QUALIFIED, MonitorStatus.PUBLICISED, MonitorStatus.APPOINTED)
IMAGES = (b"\xff\xd8\xff", b"\x89PNG")


@dataclass(frozen=True)
class Nomination:
    """A proposal: who, from where, how it came about. The identity number gives birth date and sex."""

    name: str
    id_number: str
    region: Region
    category: str
    source: str = Source.RECOMMENDED
    phone: str = ""
    recommended_by: Organisation | None = None
    recommender: str = ""
    unit_name: str = ""
    post: str = ""
    statement: str = ""
    nominated_on: date | None = None
    replaces: Monitor | None = None


@dataclass(frozen=True)
class Term:
    """The term of an appointment: its ordinal 届次, first and last day (last day included)."""

    number: int
    starts_on: date
    ends_on: date


def born_from(id_number: str) -> tuple[date, str]:
    """Birth date and sex in a resident identity number (GB 11643-1999). Raises Unlawful."""
    try:
        born = date.fromisoformat(f"{id_number[6:10]}-{id_number[10:12]}-{id_number[12:14]}")
    except ValueError as error:
        raise Unlawful("身份证号中的出生日期不对，请逐位核对。") from error
    return born, Gender.MALE if int(id_number[16]) % 2 else Gender.FEMALE


@database.atomic
def monitor_nominate(*, actor: User, nomination: Nomination, at: datetime | None = None) -> Monitor:
    """Propose a person. A township proposes for itself; a by-election names whom it replaces.

    Raises NotAllowed, Unlawful (identity number, a candidacy or term that already runs, place out of reach).
    """
    require(actor, NOMINATE)
    at = at or timezone.now()
    day = nomination.nominated_on or timezone.localdate(at)
    if day > timezone.localdate(at):
        raise Unlawful("推荐（报名）日期不能晚于今天。")
    number = nomination.id_number.strip().upper()
    person = person_register(
        actor=actor, name=nomination.name.strip(), region=nomination.region, id_number=number,
        phone=nomination.phone,
    )  # fmt: skip
    if not number:
        raise Unlawful("请填写身份证号，用于核对年龄和避免重复推荐。")
    born, gender = born_from(number)
    _check_replaces(nomination)
    running = Monitor.objects.filter(bureau=person.bureau, person=person)
    if running.in_hand().exists() or running.filter(status=MonitorStatus.APPOINTED).exists():
        raise Unlawful(f"{person.name}已是在聘监督员或正在办理聘任，不能重复推荐。")
    monitor = Monitor(
        **root_fields(actor=actor, region=nomination.region),
        person=person,
        birth_on=born,
        gender=gender,
        nominated_on=day,
        recommender=_recommender(nomination),
        **{
            name: getattr(nomination, name)
            for name in (
                "category", "source", "recommended_by", "unit_name", "post", "statement", "replaces",
            )
        },
    )  # fmt: skip
    return record_create(actor=actor, obj=monitor, verb="monitors.monitor_nominate", at=at)


def _recommender(nomination: Nomination) -> str:
    given = nomination.recommender.strip()
    return given or (nomination.recommended_by.name if nomination.recommended_by else "")


def _check_replaces(nomination: Nomination) -> None:
    gone = nomination.replaces
    if nomination.source == Source.BY_ELECTION:
        if gone is None or gone.status not in {MonitorStatus.DISMISSED, MonitorStatus.RESIGNED}:
            raise Unlawful("补选须选择一名已解聘或已辞任的监督员。")
        taken = Monitor.objects.filter(replaces=gone).exclude(status=MonitorStatus.REFUSED)
        if taken.exists():
            raise Unlawful(f"{gone.name}的名额已有补选人选。")
    if nomination.source == Source.RECOMMENDED and not _recommender(nomination):
        raise Unlawful("单位推荐的须填写推荐单位。")
    if nomination.source == Source.RENEWAL:
        raise Unlawful("续聘请在原监督员页面办理。")


@database.atomic
def monitor_edit(
    *,
    actor: User,
    monitor: Monitor,
    values: dict[str, Any],
    version: int | None = None,
    at: datetime | None = None,
) -> Monitor:
    """Correct facts that decide nothing: unit, post, category, reason. Raises NotAllowed, StaleVersion, Unlawful."""
    require(actor, EDIT)
    allowed = {"unit_name", "post", "category", "statement", "recommender"}
    if strange := set(values) - allowed:
        raise Unlawful(f"不能在这里修改：{'、'.join(sorted(strange))}。")
    return record_update(
        actor=actor, obj=monitor, values=values, verb="monitors.monitor_edit", version=version, at=at
    )


def monitor_qualify(*, actor: User, monitor: Monitor, note: str, at: datetime | None = None) -> Monitor:
    """Pass the check of qualification. Raises WrongState, NotAllowed, Blocked (age, identity), Unlawful."""
    return transition(monitor, "qualify", actor=actor, at=at, values={"qualify_note": note.strip()})


def monitor_refuse(*, actor: User, monitor: Monitor, reason: str, at: datetime | None = None) -> Monitor:
    """Do not go on with a candidate. Raises WrongState, NotAllowed, Unlawful without a reason."""
    return transition(
        monitor, "refuse", actor=actor, at=at, reason=reason, values={"end_reason": reason.strip()[:300]}
    )


@database.atomic
def monitor_appoint(*, actor: User, monitor: Monitor, term: Term, at: datetime | None = None) -> Monitor:
    """Appoint for a term: certificate and card are issued with their numbers.

    A by-election serves the rest of the term of whom it replaces. Raises WrongState, NotAllowed, Blocked,
    Unlawful (a term backwards, too long, overlapping, or not the rest of the replaced term).
    """
    at = at or timezone.now()
    locked = lock(monitor)
    ready(locked, "appoint", actor)
    _check_term(locked, term)
    span = DateRange(term.starts_on, term.ends_on + timedelta(days=1))
    if Monitor.objects.filter(person=locked.person, term__overlap=span).exists():
        raise Unlawful("任期与这个人的另一个任期重叠，请核对起止日期。")
    organ = issuing_organ(locked)
    certificate = document_issue(
        actor=actor, organ=organ, kind="MONITOR_CERTIFICATE", subject=locked,
        content=papers.certificate(locked, organ, term, at), title="社会监督员聘书", party=locked.name, at=at,
    )  # fmt: skip
    card = document_issue(
        actor=actor, organ=organ, kind="MONITOR_CARD", subject=locked,
        content=papers.card(locked, organ, term, at), title="社会监督员证", party=locked.name, at=at,
    )  # fmt: skip
    return transition(
        locked,
        "appoint",
        actor=actor,
        at=at,
        values={
            "term": span,
            "term_no": term.number,
            "term_planned_until": term.ends_on,
            "certificate": certificate,
            "card": card,
            "card_no": card.number,
        },
    )


def _check_term(monitor: Monitor, term: Term) -> None:
    if term.ends_on < term.starts_on:
        raise Unlawful("任期的最后一日不能早于第一日。")
    longest = replace(
        policy.term(rules.TERM, region=monitor.region, on=term.starts_on), rolls_to_workday=False
    )
    limit = compute(longest, term.starts_on, load_calendar()).due_on
    if term.ends_on >= limit:
        raise Unlawful(f"任期最长 {longest}，最后一日不能晚于 {limit - timedelta(days=1):%Y-%m-%d}。")
    gone = monitor.replaces
    if gone is not None and term.ends_on != gone.term_planned_until:
        raise Unlawful(f"补选的任期到原任期届满为止，即 {gone.term_planned_until:%Y-%m-%d}。")


def issuing_organ(monitor: Monitor) -> Organisation:
    """The education department in whose name certificates go out. Raises Unlawful."""
    return organ_of(monitor.bureau)


@database.atomic
def monitor_renew(*, actor: User, monitor: Monitor, statement: str, at: datetime | None = None) -> Monitor:
    """Propose a further term of the same person, which goes the whole way again.

    Raises NotAllowed, WrongState, Unlawful when the last assessment says 不称职.
    """
    require(actor, NOMINATE)
    at = at or timezone.now()
    old = lock(monitor)
    if old.status not in {MonitorStatus.APPOINTED, MonitorStatus.EXPIRED}:
        raise WrongState(f"{old.name}{old.get_status_display()}，不能续聘。")
    last = Assessment.objects.filter(monitor=old).order_by("-year").first()
    if last is not None and last.grade == Grade.INCOMPETENT:
        raise Unlawful(f"{last.year} 年度考核不称职，不能续聘。")
    if Monitor.objects.filter(bureau=old.bureau, person=old.person).in_hand().exists():
        raise Unlawful(f"{old.name}已在办理聘任，不能重复续聘。")
    copied = (
        "category", "gender", "birth_on", "unit_name", "post", "recommended_by", "recommender", "squad", "user",
    )  # fmt: skip
    fresh = Monitor(
        **root_fields(actor=actor, region=old.region, bureau=old.bureau),
        person=old.person,
        source=Source.RENEWAL,
        previous=old,
        nominated_on=timezone.localdate(at),
        statement=statement.strip(),
        **{name: getattr(old, name) for name in copied},
    )
    return record_create(actor=actor, obj=fresh, verb="monitors.monitor_renew", at=at)


@database.atomic
def monitor_dismiss(
    *, actor: User, monitor: Monitor, reason: str, on: date | None = None, at: datetime | None = None
) -> Monitor:
    """Dismiss with a reason; the term ends on `on`, the papers are withdrawn, the account is closed."""
    return _leave(actor, monitor, "dismiss", reason, on, at or timezone.now())


@database.atomic
def monitor_resign(
    *, actor: User, monitor: Monitor, reason: str, on: date | None = None, at: datetime | None = None
) -> Monitor:
    """Register a resignation; otherwise as `monitor_dismiss`."""
    return _leave(actor, monitor, "resign", reason, on, at or timezone.now())


def _leave(actor: User, monitor: Monitor, name: str, reason: str, on: date | None, at: datetime) -> Monitor:
    locked = lock(monitor)
    ready(locked, name, actor)
    last = on or timezone.localdate(at)
    if locked.term is None or not locked.serves_on(last):
        raise Unlawful("最后在任日期须在任期之内。")
    if last > timezone.localdate(at):
        raise Unlawful("最后在任日期不能晚于今天。")
    gone = transition(
        locked,
        name,
        actor=actor,
        at=at,
        reason=reason,
        values={
            "end_reason": reason.strip()[:300],
            "term": DateRange(locked.term.lower, last + timedelta(days=1)),
        },
    )
    _close(actor, gone, reason, at)
    return gone


def _close(actor: User, monitor: Monitor, reason: str, at: datetime) -> None:
    """Take the papers out of force and lock the account, unless a further term uses it."""
    for paper in (monitor.certificate, monitor.card):
        if paper is not None and paper.state == "VALID":
            document_withdraw(actor=actor, document=paper, reason=reason[:200], at=at)
    user = monitor.user
    if user is None or not user.is_active:
        return
    if user.monitor_terms.filter(status__in=HELD).exclude(pk=monitor.pk).exists():
        return
    User.objects.filter(pk=user.pk).update(is_active=False)
    audit.record(
        actor=actor,
        verb="monitors.account_close",
        target=monitor,
        changes={"account": [user.username, None]},
        reason=reason,
        at=at,
    )


@database.atomic
def monitor_expire_due(*, actor: User, today: date, at: datetime | None = None) -> int:
    """End the terms whose last day is over. Returns how many."""
    rows = Monitor.objects.filter(status=MonitorStatus.APPOINTED, term__fully_lt=DateRange(today, None))
    due = list(rows.select_related("certificate", "card", "user"))
    for monitor in due:
        gone = transition(monitor, "expire", actor=actor, at=at)
        _close(actor, gone, "任期届满", at or timezone.now())
    return len(due)


@database.atomic
def account_open(*, actor: User, monitor: Monitor, username: str) -> tuple[User, str]:
    """Give a monitor in office an account; returns it with the first password, which is shown once.

    Raises NotAllowed, WrongState, Unlawful.
    """
    require(actor, EDIT)
    locked = lock(monitor)
    if locked.status != MonitorStatus.APPOINTED:
        raise WrongState("只能为在聘监督员开通账号。")
    if locked.user is not None:
        raise Unlawful("已经开通账号。忘记密码的，请系统管理员重置。")
    team = team_of(locked)
    user, password = account_make(
        actor=actor,
        username=username,
        values={"name": locked.name, "title": "社会监督员", "phone": "", "organisation": team},
        roles=[Role.MONITOR],
    )
    account_link(actor=actor, monitor=locked, user=user)
    return user, password


@database.atomic
def account_link(*, actor: User, monitor: Monitor, user: User, at: datetime | None = None) -> Monitor:
    """Let an account act for a term. Raises NotAllowed, Unlawful for an account that is no monitor's."""
    require(actor, EDIT)
    if user.bureau_id != monitor.bureau_id or Role.MONITOR not in user.role_codes:
        raise Unlawful("只能关联本单位的社会监督员账号。")
    return record_update(actor=actor, obj=monitor, values={"user": user}, verb="monitors.account_open", at=at)


def team_of(monitor: Monitor) -> Organisation:
    """The body that monitors' accounts belong to, made with the first account."""
    team, _ = Organisation.objects.get_or_create(
        bureau=monitor.bureau,
        kind=OrganisationKind.MONITORS,
        name=f"{monitor.bureau.region.name}校外培训社会监督员队伍",
        defaults={
            "short_name": "社会监督员",
            "region": monitor.bureau.region,
            "region_path": monitor.bureau.region.path,
        },
    )
    return team


@database.atomic
def photo_receive(
    *,
    actor: User,
    monitor: Monitor,
    upload: UploadedFile[Any] | ContentFile[bytes],
    at: datetime | None = None,
) -> EvidenceFile:
    """Keep the photo for the card. Raises NotAllowed, Unlawful for a file that is no picture."""
    require(actor, EDIT)
    head = upload.read(16)
    upload.seek(0)
    if not head.startswith(IMAGES):
        raise Unlawful("证件照片须为 JPG 或 PNG 图片。")
    return evidence_receive(actor=actor, subject=monitor, upload=upload, caption="证件照片", at=at)


def _may_declare(actor: User, monitor: Monitor) -> None:
    if actor.may(EDIT) or (monitor.user_id is not None and monitor.user_id == actor.pk):
        return
    raise NotAllowed("利害关系由监督员本人申报，或由监管股代为登记。")


@database.atomic
def ties_none(*, actor: User, monitor: Monitor, at: datetime | None = None) -> Monitor:
    """Declare that there is no tie with any institution. Raises NotAllowed, Unlawful while one stands."""
    _may_declare(actor, monitor)
    at = at or timezone.now()
    if monitor.ties.filter(ended_at__isnull=True).exists():
        raise Unlawful("还有没有解除的利害关系，不能声明没有。")
    return record_update(
        actor=actor, obj=monitor, values={"ties_declared_at": at}, verb="monitors.ties_none", at=at
    )


@database.atomic
def tie_declare(
    *,
    actor: User,
    monitor: Monitor,
    institution: Institution,
    kind: str,
    note: str = "",
    at: datetime | None = None,
) -> Tie:
    """Declare a tie; patrols of that place by this monitor are refused from now on. Raises NotAllowed, Unlawful."""
    _may_declare(actor, monitor)
    at = at or timezone.now()
    locked = lock(monitor)
    if institution.bureau_id != locked.bureau_id:
        raise Unlawful("只能选择本辖区的机构。")
    if locked.ties.filter(institution=institution, ended_at__isnull=True).exists():
        raise Unlawful(f"与{institution.name}的利害关系已经申报。")
    tie = Tie(monitor=locked, institution=institution, kind=kind, note=note.strip(), declared_at=at)
    clean(tie)
    tie.save(force_insert=True)
    record_update(
        actor=actor, obj=locked, values={"ties_declared_at": at}, verb="monitors.tie_declare", at=at,
        about=institution.uid, reason=f"{institution.name}：{tie.get_kind_display()}",
    )  # fmt: skip
    return tie


@database.atomic
def tie_end(*, actor: User, tie: Tie, reason: str, at: datetime | None = None) -> Tie:
    """A tie no longer stands; only the desk says so, with the reason. Raises NotAllowed, WrongState, Unlawful."""
    require(actor, EDIT)
    locked = Tie.objects.select_for_update().get(pk=tie.pk)
    if locked.ended_at is not None:
        raise WrongState("这项利害关系已经解除。")
    if not reason.strip():
        raise Unlawful("请写明解除利害关系的依据。")
    locked.ended_at = at or timezone.now()
    locked.save(update_fields=["ended_at"])
    audit.record(
        actor=actor,
        verb="monitors.tie_end",
        target=locked.monitor,
        changes={"institution": [locked.institution.name, None]},
        reason=reason,
        at=at,
    )
    return locked


def papers_of(monitor: Monitor) -> list[OfficialDocument]:
    """Certificate and card, those that exist."""
    return [paper for paper in (monitor.certificate, monitor.card) if paper is not None]


for code, sentence in {
    "monitor_nominate": "推荐社会监督员",
    "monitor_renew": "提出续聘监督员",
    "monitor_edit": "修改监督员信息",
    "monitor_qualify": "通过监督员资格审核",
    "monitor_publicise": "列入拟聘公示",
    "monitor_appoint": "聘任社会监督员",
    "monitor_refuse": "不予通过监督员人选",
    "monitor_dismiss": "解聘社会监督员",
    "monitor_resign": "登记监督员辞任",
    "monitor_expire": "监督员任期届满",
    "account_open": "开通监督员账号",
    "account_close": "停用监督员账号",
    "ties_none": "声明没有利害关系",
    "tie_declare": "申报利害关系",
    "tie_end": "解除利害关系",
}.items():
    audit.verb(f"monitors.{code}", sentence)
