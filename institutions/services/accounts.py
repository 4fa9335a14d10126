"""Opening an institution's account in the counterpart portal."""

from __future__ import annotations

from django.db import transaction

from accounts.models import Organisation, OrganisationKind, User
from accounts.roles import Role
from casework.errors import NotAllowed, Unlawful
from casework.people.services import account_make
from casework.records import record_update
from institutions.models import Institution


@transaction.atomic
def institution_account_open(
    *, actor: User, institution: Institution, username: str, name: str
) -> tuple[User, str]:
    """Give the institution's head an account; returns it with the first password, which is shown once.

    The first account also makes the organisation that the institution acts as. Raises NotAllowed, Unlawful.
    """
    if not actor.may("institutions.account_open"):
        raise NotAllowed("您没有“开通机构办事账号”的权限。")
    locked = Institution.objects.select_for_update().get(pk=institution.pk)
    if locked.is_ended:
        raise Unlawful("机构已注销或取缔，不能开通办事账号。")
    if locked.organisation is None:
        organisation = Organisation.objects.create(
            bureau=locked.bureau,
            kind=OrganisationKind.INSTITUTION,
            name=f"{locked.name}（{locked.public_id}）",
            short_name=locked.name[:40],
            region=locked.region,
            region_path=locked.region_path,
        )
        locked = record_update(
            actor=actor,
            obj=locked,
            values={"organisation": organisation},
            verb="institutions.institution_account_link",
        )
    return account_make(
        actor=actor,
        username=username,
        values={"name": name, "title": "负责人", "phone": "", "organisation": locked.organisation},
        roles=[Role.INSTITUTION_MANAGER],
    )
