"""In whose name this room's numbers are given."""

from __future__ import annotations

from accounts.models import Bureau, Organisation, OrganisationKind
from casework.errors import Unlawful


def organ_of(bureau: Bureau) -> Organisation:
    """The education department in whose name papers and numbers go out. Raises Unlawful."""
    rows = Organisation.objects.filter(
        bureau=bureau, kind=OrganisationKind.EDUCATION, is_active=True
    ).exclude(number_word="")
    organ = rows.order_by("pk").first()
    if organ is None:
        raise Unlawful("教育部门没有机关代字，不能编号和制发聘书。请在单位设置中补充。")
    return organ
