"""What of this room waits for whom on the desk's home page."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.urls import reverse

from accounts.models import User
from casework.registries import WorkItem

SHOWN = 100


def material_items(actor: User, today: date) -> Iterable[WorkItem]:
    """Training materials that wait for a review, and reviewed ones that another person decides."""
    from institutions.selectors import materials_waiting

    for row in materials_waiting(actor)[:SHOWN]:
        yield WorkItem(
            f"{'审定' if row.status == 'REVIEWED' else '审核'}培训材料：{row}",
            reverse("institutions:material_detail", args=[row.uid]),
            None,
            sub=f"{row.submitted_on:%Y-%m-%d} {row.get_origin_display()}",
            institution=row.institution.name,
            place=row.institution.region.name,
            stage=row.get_status_display(),
        )
