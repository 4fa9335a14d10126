"""What the pages of this room share."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone

from casework.web import AuthedRequest, kit
from schools.models import School

LABEL = "学校"
TABS = (
    ("工作提示", "schools:tip_list", "schools.tip_view"),
    ("学校报表", "schools:round_list", "schools.round_view"),
    ("三级约谈", "schools:talk_list", "schools.talk_view"),
    ("致家长一封信", "schools:letter_list", "schools.letter_view"),
    ("课后服务", "schools:service_list", "schools.service_view"),
    ("教师承诺", "schools:pledge_list", "schools.pledge_view"),
    ("教师违规", "schools:violation_list", "schools.violation_view"),
    ("校园广告", "schools:ad_list", "schools.ad_view"),
    ("学校调查", "schools:survey_list", "schools.survey_view"),
    ("年度考核", "schools:assessment", "schools.tip_view"),
    ("学校名册", "schools:school_list", "schools.school_view"),
)


def tabs(request: AuthedRequest, here: str) -> list[dict[str, Any]]:
    """Those that the reader may open."""
    return kit.tabs(request.user, here, TABS)


def school_url(row: School) -> str:
    """The page of a school."""
    return reverse("schools:school_detail", kwargs={"uid": row.uid})


def day(moment: datetime | None) -> str:
    """The local day of a moment, a dash when there is none."""
    return f"{timezone.localdate(moment):%Y-%m-%d}" if moment else "—"


def plain_form(kind: Any) -> Any:
    """A step's form that asks neither who acts nor on what."""
    return lambda *, actor, row, **bound: kind(**bound)
