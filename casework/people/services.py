"""Writing users, roles, passwords and enforcement certificates of one bureau."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from axes.utils import reset as forget_failures
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from accounts.models import OfficerCertificate, Organisation, RoleAssignment, User
from accounts.roles import Role
from casework import audit
from casework.errors import NotAllowed, Unlawful, WrongState
from casework.people.rules import misfits
from casework.records import clean

FIELDS = ("name", "title", "phone", "organisation")
LOWER, UPPER, DIGITS = "abcdefghjkmnpqrstuvwxyz", "ABCDEFGHJKMNPQRSTUVWXYZ", "23456789"


def temporary_password() -> str:
    """A random first password of twelve characters without look-alikes, good under the password rules."""
    letters = [secrets.choice(kind) for kind in (LOWER, UPPER, DIGITS)]
    letters += [secrets.choice(LOWER + UPPER + DIGITS) for _ in range(9)]
    secrets.SystemRandom().shuffle(letters)
    return f"{''.join(letters[:4])}-{''.join(letters[4:8])}-{''.join(letters[8:])}"


@transaction.atomic
def user_create(
    *, actor: User, username: str, values: dict[str, Any], roles: Iterable[str]
) -> tuple[User, str]:
    """Open an account in the actor's bureau; returns it with the first password, which is shown once.

    `values`: name, title, phone, organisation. Raises NotAllowed, Unlawful.
    """
    _check_admin(actor)
    _check_own(actor, values["organisation"])
    return account_make(actor=actor, username=username, values=values, roles=roles)


@transaction.atomic
def account_make(
    *, actor: User, username: str, values: dict[str, Any], roles: Iterable[str]
) -> tuple[User, str]:
    """Make the account itself, for services that have settled who may; see `user_create`. Raises Unlawful."""
    organisation: Organisation = values["organisation"]
    wanted = _checked_roles(organisation, roles)
    if User.objects.filter(username__iexact=username).exists():
        raise Unlawful(f"账号“{username}”已被使用，请换一个。")
    password = temporary_password()
    person = User(username=username, bureau=organisation.bureau, must_change_password=True)
    for name in FIELDS:
        setattr(person, name, values.get(name) or "")
    person.set_password(password)
    clean(person)
    person.save(force_insert=True)
    RoleAssignment.objects.bulk_create(RoleAssignment(user=person, role=role) for role in wanted)
    _note(actor, person, "casework.user_create", {"roles": [None, _labels(wanted)]})
    return person, password


@transaction.atomic
def user_edit(*, actor: User, person: User, values: dict[str, Any], roles: Iterable[str]) -> User:
    """Change a person's facts and roles. Raises NotAllowed, Unlawful.

    Nobody takes the administrator's role from oneself, so that a bureau never locks itself out.
    """
    locked = _locked(actor, person)
    organisation: Organisation = values["organisation"]
    _check_own(actor, organisation)
    wanted = _checked_roles(organisation, roles)
    if locked.pk == actor.pk and Role.ADMIN not in wanted:
        raise Unlawful("不能取消自己的系统管理员角色，请由另一位管理员办理。")
    changes: dict[str, list[Any]] = {}
    for name in FIELDS:
        value = values.get(name) or ""
        if getattr(locked, name) != value:
            changes[name] = [getattr(locked, name), value]
            setattr(locked, name, value)
    held = sorted(locked.role_assignments.values_list("role", flat=True))
    if held != wanted:
        changes["roles"] = [_labels(held), _labels(wanted)]
        locked.role_assignments.exclude(role__in=wanted).delete()
        RoleAssignment.objects.bulk_create(
            RoleAssignment(user=locked, role=role) for role in wanted if role not in held
        )
    if changes:
        clean(locked)
        locked.save()
        _note(actor, locked, "casework.user_edit", changes)
    return locked


@transaction.atomic
def user_deactivate(*, actor: User, person: User, reason: str) -> User:
    """Close an account: the person is out at the next click. Raises NotAllowed, Unlawful, WrongState."""
    locked = _locked(actor, person)
    if locked.pk == actor.pk:
        raise Unlawful("不能停用自己的账号，请由另一位管理员办理。")
    if not locked.is_active:
        raise WrongState("账号已经停用。")
    if not reason.strip():
        raise Unlawful("停用账号须写明原因，例如“调离”。")
    locked.is_active = False
    locked.save(update_fields=["is_active"])
    _note(actor, locked, "casework.user_deactivate", {"is_active": [True, False]}, reason)
    return locked


@transaction.atomic
def user_activate(*, actor: User, person: User) -> User:
    """Open a closed account again. Raises NotAllowed, WrongState."""
    locked = _locked(actor, person)
    if locked.is_active:
        raise WrongState("账号正在使用。")
    locked.is_active = True
    locked.save(update_fields=["is_active"])
    _note(actor, locked, "casework.user_activate", {"is_active": [False, True]})
    return locked


@transaction.atomic
def password_reset(*, actor: User, person: User) -> str:
    """Give a new first password, end the person's sessions and lift a lock-out; returns it to be shown once."""
    locked = _locked(actor, person)
    password = temporary_password()
    locked.set_password(password)
    locked.must_change_password = True
    locked.save(update_fields=["password", "must_change_password"])
    _note(actor, locked, "casework.password_reset", {})
    transaction.on_commit(lambda: forget_failures(username=locked.username))
    return password


@transaction.atomic
def certificate_add(
    *, actor: User, person: User, organ: Organisation, number: str, starts_on: date, ends_on: date
) -> OfficerCertificate:
    """Enter an enforcement certificate 行政执法证, valid from `starts_on` to `ends_on`, both included."""
    locked = _locked(actor, person)
    _check_own(actor, organ)
    if ends_on < starts_on:
        raise Unlawful("有效期截止日期不能早于起始日期。")
    if organ.is_counterpart or locked.organisation_id != organ.pk:
        raise Unlawful("执法证须由本人所在的行政机关登记，请先核对所属单位。")
    span = DateRange(starts_on, ends_on + timedelta(days=1))
    if OfficerCertificate.objects.filter(number=number, organ=organ, validity__overlap=span).exists():
        raise Unlawful(f"执法证 {number} 在这段有效期内已经登记，请核对证号和日期。")
    certificate = OfficerCertificate(user=locked, organ=organ, number=number, validity=span)
    clean(certificate)
    certificate.save(force_insert=True)
    text = f"{number}（{starts_on:%Y-%m-%d} 至 {ends_on:%Y-%m-%d}）"
    _note(actor, locked, "casework.certificate_add", {"certificate": [None, text]})
    return certificate


@transaction.atomic
def certificate_revoke(
    *, actor: User, certificate: OfficerCertificate, revoked_on: date, reason: str
) -> OfficerCertificate:
    """Take a certificate back from `revoked_on`; acts done before stay lawful. Raises Unlawful, WrongState."""
    person = _locked(actor, certificate.user)
    locked = OfficerCertificate.objects.select_for_update().get(pk=certificate.pk)
    if locked.revoked_on is not None:
        raise WrongState("这个执法证已经收回。")
    if not reason.strip():
        raise Unlawful("收回执法证须写明原因。")
    if locked.validity.lower and revoked_on < locked.validity.lower:
        raise Unlawful("收回日期不能早于有效期起始日期。")
    locked.revoked_on = revoked_on
    locked.save(update_fields=["revoked_on"])
    changes = {"certificate": [locked.number, f"{locked.number}（自 {revoked_on:%Y-%m-%d} 收回）"]}
    _note(actor, person, "casework.certificate_revoke", changes, reason)
    return locked


def _check_admin(actor: User) -> None:
    if not actor.may("casework.users_edit"):
        raise NotAllowed("您没有“管理用户与角色”的权限。")


def _check_own(actor: User, organisation: Organisation) -> None:
    if organisation.bureau_id != actor.bureau_id:
        raise NotAllowed("只能管理本教育主管部门的用户。")


def _locked(actor: User, person: User) -> User:
    _check_admin(actor)
    if person.is_system or person.bureau_id != actor.bureau_id:
        raise NotAllowed("只能管理本教育主管部门的用户。")
    return User.objects.select_for_update(of=("self",)).get(pk=person.pk)


def _checked_roles(organisation: Organisation, roles: Iterable[str]) -> list[str]:
    wanted = sorted(set(roles))
    if not wanted:
        raise Unlawful("请至少授予一个角色。")
    if wrong := misfits(organisation, wanted):
        raise Unlawful(f"{organisation.name}的人员不能担任“{'”“'.join(wrong)}”，请核对单位或角色。")
    return wanted


def _labels(roles: Iterable[str]) -> list[str]:
    return [Role(role).label for role in roles]


def _note(actor: User, person: User, verb: str, changes: dict[str, list[Any]], reason: str = "") -> None:
    audit.record(
        actor=actor,
        verb=verb,
        target=person,
        changes=changes,
        reason=reason,
        number=person.username,
        bureau=person.bureau,
    )


audit.verb("casework.user_create", "新建用户")
audit.verb("casework.user_edit", "修改用户")
audit.verb("casework.user_deactivate", "停用用户")
audit.verb("casework.user_activate", "恢复用户")
audit.verb("casework.password_reset", "重置密码")
audit.verb("casework.certificate_add", "登记执法证")
audit.verb("casework.certificate_revoke", "收回执法证")
