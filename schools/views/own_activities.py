"""The school's own activities: parents' meetings, home visits, counselling, publicity."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse

from casework.activities.services import activity_register
from casework.models import Activity
from casework.web import AuthedRequest, data, portal_page
from schools.forms.surveys import ActivityForm
from schools.models import School
from schools.views.own import own_page


@portal_page("casework.activity_edit")
def own_activities(request: AuthedRequest) -> HttpResponse:
    """What the school did, with the form to enter more."""
    actor = request.user
    rows = Activity.objects.visible_to(actor).order_by("-held_on", "-pk")[:60]

    def work(school: School, values: dict[str, Any]) -> None:
        papers = values.pop("papers")
        values.pop("names_checked", None)
        activity_register(
            actor=actor,
            region=school.region,
            values={**values, "level": "OWN", "organiser": school.name},
            papers=papers,
        )

    return own_page(
        request,
        ActivityForm(**data(request)),
        work,
        title="本校活动",
        heads=("活动", "类别", "日期", "场次", "人次", "份数"),
        rows=[
            [
                {"text": row.title, "sub": row.get_audience_display()},
                {"text": row.get_kind_display(), "sub": row.get_way_display()},
                {"text": f"{row.held_on:%Y-%m-%d}"},
                {"text": f"{row.session_count} 场", "num": True},
                {"text": f"{row.head_count} 人次" if row.head_count else "—", "num": True},
                {"text": f"{row.copy_count} 份" if row.copy_count else "—", "num": True},
            ]
            for row in rows
        ],
        here="schools_portal:own_activities",
        done="已登记，计入全县活动统计。",
        sentence="家长会、家访、家庭教育指导、学法、宣传、发放一封信等，只填场次、人次、份数。",
    )
