"""Codes of the institution's axes and states."""

from __future__ import annotations

from django.db import models


class Standing(models.TextChoices):
    """Which papers a place holds: 办学许可证 (licence) and 营业执照 or 民非登记证 (registration)."""

    LICENSED = "LICENSED", "证照齐全"
    LICENCE_ONLY = "LICENCE_ONLY", "有证无照"
    REGISTERED_ONLY = "REGISTERED_ONLY", "有照无证"
    UNLICENSED = "UNLICENSED", "无证无照"


HOLDS_LICENCE = (Standing.LICENSED, Standing.LICENCE_ONLY)


class OperatingState(models.TextChoices):
    """Whether the place teaches."""

    OPERATING = "OPERATING", "正常办学"
    SUSPENDED = "SUSPENDED", "停业整顿"
    CLOSED = "CLOSED", "已注销"
    BANNED = "BANNED", "已取缔"


ENDED = (OperatingState.CLOSED, OperatingState.BANNED)


class EndKind(models.TextChoices):
    """How a place ended."""

    LICENCE_CANCELLED = "LICENCE_CANCELLED", "注销办学许可证"
    REGISTRATION_CANCELLED = "REGISTRATION_CANCELLED", "注销法人登记"
    CONVERTED = "CONVERTED", "转型不再从事培训"
    CEASED = "CEASED", "自行停办"
    BANNED = "BANNED", "依法取缔"


class SubjectKind(models.TextChoices):
    """学科 or 非学科, by purpose, content and way of assessment (教监管厅函〔2021〕16号)."""

    SUBJECT = "SUBJECT", "学科类"
    NON_SUBJECT = "NON_SUBJECT", "非学科类"
    UNKNOWN = "UNKNOWN", "未鉴别"


class Track(models.TextChoices):
    """The class of what is taught, which names the competent department."""

    CULTURE_ARTS = "CULTURE_ARTS", "文化艺术"
    SPORT = "SPORT", "体育"
    SCIENCE = "SCIENCE", "科技"
    OTHER = "OTHER", "综合及其他"
    SUBJECT = "SUBJECT", "学科"
    UNKNOWN = "UNKNOWN", "未鉴别"


class ProfitKind(models.TextChoices):
    """营利性 or 非营利性."""

    FOR_PROFIT = "FOR_PROFIT", "营利性"
    NON_PROFIT = "NON_PROFIT", "非营利性"
    UNKNOWN = "UNKNOWN", "未登记"


class AgeGroup(models.TextChoices):
    """Whom the place teaches."""

    PRESCHOOL = "PRESCHOOL", "学龄前（3—6岁）"
    PRIMARY = "PRIMARY", "小学"
    JUNIOR = "JUNIOR", "初中"
    SENIOR = "SENIOR", "高中"


class PlaceKind(models.TextChoices):
    """What building the place is in; some are not allowed for training."""

    COMMERCIAL = "COMMERCIAL", "商业用房"
    OFFICE = "OFFICE", "写字楼"
    SCHOOL_VENUE = "SCHOOL_VENUE", "学校、场馆"
    RESIDENTIAL = "RESIDENTIAL", "居民住宅"
    UNDERGROUND = "UNDERGROUND", "地下或半地下"
    INDUSTRIAL = "INDUSTRIAL", "厂房、仓库"
    TEMPORARY = "TEMPORARY", "临时建筑"
    OTHER = "OTHER", "其他"
    UNKNOWN = "UNKNOWN", "未登记"


class ListStatus(models.TextChoices):
    """Which published list the place is on."""

    NONE = "NONE", "未列入"
    WHITE = "WHITE", "白名单"
    BLACK = "BLACK", "黑名单"
    RED = "RED", "红名单"
    GREY = "GREY", "灰名单"


class LicenceState(models.TextChoices):
    """State of the 办学许可证."""

    NONE = "NONE", "无许可证"
    VALID = "VALID", "有效"
    EXPIRED = "EXPIRED", "已过期"
    REVOKED = "REVOKED", "已吊销"
    CANCELLED = "CANCELLED", "已注销"


class RiskLevel(models.TextChoices):
    """Supervision risk."""

    LOW = "LOW", "低风险"
    MEDIUM = "MEDIUM", "中风险"
    HIGH = "HIGH", "高风险"


class StateKind(models.TextChoices):
    """What an `InstitutionState` span is about.

    The last three are axes of the record: spans exist only from the first change on; before it the
    present value holds for all time.
    """

    OPERATING_STATE = "OPERATING_STATE", "办学状态"
    LIST_STATUS = "LIST_STATUS", "名单"
    LICENCE_STATE = "LICENCE_STATE", "许可证状态"
    CREDIT_GRADE = "CREDIT_GRADE", "信用等级"
    RISK_LEVEL = "RISK_LEVEL", "风险等级"
    ENROLMENT_STOP = "ENROLMENT_STOP", "暂停招生"
    STANDING = "STANDING", "证照情况"
    SUBJECT_KIND = "SUBJECT_KIND", "学科属性"
    TRACK = "TRACK", "培训类别"
    PROFIT_KIND = "PROFIT_KIND", "营利性质"


AXIS_KINDS = {
    "standing": StateKind.STANDING,
    "subject_kind": StateKind.SUBJECT_KIND,
    "track": StateKind.TRACK,
    "profit_kind": StateKind.PROFIT_KIND,
}
PROJECTION_FIELDS = {
    StateKind.LIST_STATUS: "list_status",
    StateKind.LICENCE_STATE: "licence_state",
    StateKind.CREDIT_GRADE: "credit_grade",
    StateKind.RISK_LEVEL: "risk_level",
    StateKind.ENROLMENT_STOP: "enrolment_stopped_until",
}
STATE_CHOICES: dict[str, type[models.TextChoices]] = {
    StateKind.OPERATING_STATE: OperatingState,
    StateKind.LIST_STATUS: ListStatus,
    StateKind.LICENCE_STATE: LicenceState,
    StateKind.RISK_LEVEL: RiskLevel,
    StateKind.STANDING: Standing,
    StateKind.SUBJECT_KIND: SubjectKind,
    StateKind.TRACK: Track,
    StateKind.PROFIT_KIND: ProfitKind,
}


def state_label(kind: str, value: str) -> str:
    """Chinese word of a span's value."""
    if kind == StateKind.ENROLMENT_STOP:
        return "暂停招生" if value == "STOPPED" else "正常招生"
    choices = STATE_CHOICES.get(kind)
    if choices is None or value not in choices.values:
        return value or "未评定"
    return str(choices(value).label)
