"""Contracts of families: drafted, checked and signed, suspended, ended. Names are sealed on the way in."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django.db import transaction as database
from django.utils import timezone

from accounts.models import User
from casework import audit
from casework.crypto import blind_index, seal, unseal
from casework.errors import NotAllowed, Unlawful
from casework.records import clean, record_create, root_fields
from casework.steps import lock, refuse, require
from casework.workflow import transition
from funds import rules
from funds.models import ChargingMode, Contract, Family, new_link_key, new_order_no
from funds.texting import tell
from institutions.models import Institution

ENTER = "funds.contract_enter"
TERMS = (
    "number", "mode", "course", "subject", "delivery", "class_size", "minutes", "lessons", "bonus_lessons",
    "starts_on", "ends_on", "signed_on", "price_fen", "list_price_fen", "deduction_fen", "deduction_note",
    "full_refund_lessons", "used_at_list", "refund_days", "absence_rule", "is_model_text",
)  # fmt: skip


def mask_name(name: str) -> str:
    """A name as screens show it: the family name and stars."""
    name = name.strip()
    return name[:1] + "*" * max(1, min(len(name) - 1, 3)) if name else ""


def phone_normal(text: str) -> str:
    """A telephone as it is compared. Raises Unlawful for what is none."""
    digits = re.sub(r"[\s\-()（）+]", "", text).removeprefix("86")
    if not re.fullmatch(r"\d{10,12}", digits):
        raise Unlawful("家长手机号应为 11 位数字，请核对。")
    return digits


@database.atomic
def family_of(*, actor: User, institution: Institution, name: str, phone: str) -> Family:
    """The family with that telephone, registered when new. Raises Unlawful for a telephone that is none."""
    number = phone_normal(phone)
    digest = blind_index(number)
    known = Family.objects.filter(bureau=institution.bureau, phone_digest=digest).first()
    if known is not None:
        return known
    row = Family(
        **root_fields(actor=actor, region=institution.region, bureau=institution.bureau),
        name_masked=mask_name(name),
        phone_digest=digest,
        phone_tail=number[-4:],
    )
    row.name_sealed = seal(name.strip(), f"funds.family.name:{row.uid}")
    row.phone_sealed = seal(number, f"funds.family.phone:{row.uid}")
    Family.objects.bulk_create([row], ignore_conflicts=True)
    return Family.objects.get(bureau=institution.bureau, phone_digest=digest)


@database.atomic
def contract_draft(
    *, actor: User, institution: Institution, values: dict[str, Any], at: datetime | None = None
) -> Contract:
    """A contract as entered; nothing is checked yet but its form. Raises NotAllowed, Unlawful.

    `values` are the terms and, in clear, `student`, `guardian`, `phone` and `payer` (the guardian when empty);
    they are sealed here. An institution enters its own contracts only.
    """
    require(actor, ENTER)
    _own(actor, institution)
    row = Contract(
        **root_fields(actor=actor, region=institution.region, bureau=institution.bureau),
        institution=institution,
    )
    row.signed_on = timezone.localdate(at or timezone.now())
    while Contract.objects.filter(order_no=row.order_no).exists():
        row.order_no = new_order_no()
    _fill(actor, row, values)
    return record_create(actor=actor, obj=row, verb="funds.contract_draft", at=at)


@database.atomic
def contract_edit(
    *, actor: User, contract: Contract, values: dict[str, Any], at: datetime | None = None
) -> Contract:
    """Correct a draft; the audit says which terms changed, of private fields only that they did.

    Raises NotAllowed, Unlawful.
    """
    require(actor, ENTER)
    _own(actor, contract.institution)
    locked = lock(contract)
    if locked.status != "DRAFT":
        raise Unlawful("合同已经生效，不能修改。确有错误的，终止后重新登记。")
    before = {name: getattr(locked, name) for name in TERMS}
    digests = (locked.student_digest, locked.payer_digest, locked.family_id)
    _fill(actor, locked, values)
    clean(locked)
    locked.version += 1
    locked.save()
    changes = {
        name: [before[name], getattr(locked, name)] for name in TERMS if before[name] != getattr(locked, name)
    }
    if digests != (locked.student_digest, locked.payer_digest, locked.family_id):
        changes["private"] = ["", "已更正学员或家长信息"]
    if changes:
        audit.record(
            actor=actor,
            verb="funds.contract_edit",
            target=locked,
            changes=changes,
            about=locked.file_uid,
            at=at,
        )
    return locked


def _own(actor: User, institution: Institution) -> None:
    if not Institution.objects.visible_to(actor).filter(pk=institution.pk).exists():
        raise NotAllowed("只能登记本机构的合同。")


def _fill(actor: User, row: Contract, values: dict[str, Any]) -> None:
    for name in TERMS:
        if name in values:
            setattr(row, name, values[name])
    if not row.list_price_fen:
        row.list_price_fen = row.price_fen
    student, guardian = str(values.get("student", "")).strip(), str(values.get("guardian", "")).strip()
    if not row.student_digest and not (student and guardian):
        raise Unlawful("请填写学员姓名、家长姓名和家长手机号。")
    if values.get("phone"):
        row.family = family_of(
            actor=actor, institution=row.institution, name=guardian, phone=str(values["phone"])
        )
    if student:
        row.student_sealed = seal(student, f"funds.contract.student:{row.uid}")
        row.student_masked = mask_name(student)
        row.student_digest = blind_index(f"{student}/{row.family.phone_digest}")
    payer = str(values.get("payer", "")).strip() or guardian
    if payer:
        row.payer_digest, row.payer_masked = blind_index(payer), mask_name(payer)


@database.atomic
def contract_sign(*, actor: User, contract: Contract, at: datetime | None = None) -> Contract:
    """Put it in force: from now on it takes payments. Raises Blocked with every reason (licence, lists, account,
    caps, price, day of signing), WrongState, NotAllowed. The policy values used and what is only worth a look are kept.
    """
    at = at or timezone.now()
    _own(actor, contract.institution)
    locked = lock(contract)
    verdict = rules.check_contract(locked, timezone.localdate(at), is_takeover=_is_bureau(actor))
    _one_mode(locked)
    values: dict[str, Any] = {"checks": verdict.used, "warnings": verdict.warnings}
    if locked.mode == ChargingMode.CUSTODY:
        values["account"] = rules.custody_account(locked.institution)
    if verdict.stops:
        refuse(verdict.stops)
    done = transition(locked, "sign", actor=actor, at=at, values=values)
    tell(actor=actor, contract=done, kind="SIGNED", on=timezone.localdate(at))
    return done


def _is_bureau(actor: User) -> bool:
    return actor.organisation is not None and not actor.organisation.is_counterpart


def _one_mode(contract: Contract) -> None:
    """One charging mode per institution (funds.md §8.5 rule 9)."""
    from funds.models import OPEN_CONTRACT

    other = Contract.objects.filter(institution=contract.institution_id, status__in=OPEN_CONTRACT)
    if other.exclude(mode=contract.mode).exists():
        raise Unlawful("机构还有另一种收费方式的合同没有完结。一家机构只能用一种收费方式。")


def contract_suspend(*, actor: User, contract: Contract, reason: str, at: datetime | None = None) -> Contract:
    """Stop lessons for a while; nothing is confirmed meanwhile. Raises WrongState, NotAllowed, Unlawful."""
    return transition(
        contract, "suspend", actor=actor, at=at, reason=reason, values={"end_reason": reason[:200]}
    )


def contract_resume(*, actor: User, contract: Contract, at: datetime | None = None) -> Contract:
    """Go on. Raises WrongState, NotAllowed."""
    return transition(contract, "resume", actor=actor, at=at, values={"end_reason": ""})


@database.atomic
def contract_terminate(
    *, actor: User, contract: Contract, reason: str, at: datetime | None = None
) -> Contract:
    """End a contract for which nothing was paid. Raises WrongState, NotAllowed, Blocked (money paid)."""
    at = at or timezone.now()
    _own(actor, contract.institution)
    values = {"ended_on": timezone.localdate(at), "end_reason": reason[:200]}
    return transition(contract, "terminate", actor=actor, at=at, reason=reason, values=values)


@database.atomic
def family_reveal(
    *, actor: User, contract: Contract, reason: str, at: datetime | None = None
) -> dict[str, str]:
    """Names and telephone in clear; the reading and its reason are an audit event. Raises NotAllowed, Unlawful."""
    require(actor, "funds.family_reveal")
    if not Contract.objects.visible_to(actor).filter(pk=contract.pk).exists():
        raise NotAllowed("这份合同不在您的辖区内，不能查看。")
    if not reason.strip():
        raise Unlawful("查看学员和家长信息须写明用途。")
    if contract.clearing_id:
        raise Unlawful("学员和家长信息已按保存期限清除，不能再查看。")
    audit.record(
        actor=actor,
        verb="funds.family_reveal",
        target=contract,
        reason=reason.strip(),
        about=contract.file_uid,
        at=at,
    )
    family = contract.family
    return {
        "学员": unseal(contract.student_sealed, f"funds.contract.student:{contract.uid}"),
        "家长": unseal(family.name_sealed, f"funds.family.name:{family.uid}"),
        "电话": unseal(family.phone_sealed, f"funds.family.phone:{family.uid}"),
    }


@database.atomic
def family_link_renew(*, actor: User, family: Family, reason: str, at: datetime | None = None) -> Family:
    """Make the old personal link void. Raises NotAllowed, Unlawful."""
    require(actor, "funds.family_reveal")
    if not reason.strip():
        raise Unlawful("更换链接须写明原因。")
    locked = lock(family)
    locked.link_key = new_link_key()
    locked.version += 1
    locked.save(update_fields=["link_key", "version", "updated_at"])
    audit.record(actor=actor, verb="funds.family_link_renew", target=locked, reason=reason.strip(), at=at)
    return locked


for code, sentence in {
    "contract_draft": "登记培训合同",
    "contract_edit": "修改培训合同",
    "contract_sign": "培训合同生效",
    "contract_suspend": "暂停培训合同",
    "contract_resume": "恢复培训合同",
    "contract_terminate": "终止培训合同",
    "contract_complete": "培训合同履行完毕",
    "contract_refund": "培训合同进入退费",
    "contract_refund_paid": "培训合同退费完成",
    "family_reveal": "查看学员和家长信息",
    "family_link_renew": "更换家长个人链接",
}.items():
    audit.verb(f"funds.{code}", sentence)
