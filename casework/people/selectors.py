"""Reading users: always those of the administrator's own bureau."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404

from accounts.models import OfficerCertificate, Organisation, User


def users_of(actor: User) -> QuerySet[User]:
    """People of the actor's own bureau, partner departments, townships and counterparts included."""
    rows = User.objects.visible_to(actor).filter(bureau=actor.bureau_id, is_system=False)
    found: QuerySet[User] = rows.select_related("organisation").prefetch_related("role_assignments")
    return found.order_by("-is_active", "organisation__kind", "organisation__name", "username")


def user_get(*, actor: User, user_id: int) -> User:
    """One person of the actor's bureau, or Http404."""
    person = users_of(actor).filter(pk=user_id).first()
    if person is None:
        raise Http404("没有找到这个用户，或其不属于本单位管理。")
    return person


def organisations_of(actor: User) -> QuerySet[Organisation]:
    """Organisations of the actor's bureau for which accounts are opened."""
    return Organisation.objects.filter(bureau=actor.bureau_id, is_active=True).order_by("kind", "name")


def organisation_get(*, actor: User, organisation_id: int) -> Organisation:
    """One body of the actor's bureau, or Http404."""
    found = Organisation.objects.filter(bureau=actor.bureau_id, pk=organisation_id).first()
    if found is None:
        raise Http404("没有找到这个单位，或其不属于本主管部门。")
    return found


def certificates_of(person: User) -> list[OfficerCertificate]:
    """Enforcement certificates of one person, newest first."""
    return list(person.certificates.select_related("organ").order_by("-validity", "-pk"))


def certificate_get(*, actor: User, user_id: int, certificate_id: int) -> OfficerCertificate:
    """One certificate of a person of the actor's bureau, or Http404."""
    person = user_get(actor=actor, user_id=user_id)
    found = person.certificates.select_related("organ", "user").filter(pk=certificate_id).first()
    if found is None:
        raise Http404
    return found
