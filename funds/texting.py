"""Text messages to families, through the bureau's own gateway only.

The outbox keeps which family is told what; the telephone and the personal link are put together at delivery and
stand in no table, log or audit event. Without a gateway nothing is queued: the desk hands the link over.
"""

from __future__ import annotations

import json
from datetime import date
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from django.conf import settings

from accounts.models import User
from casework.crypto import unseal
from casework.models import OutboxMessage
from casework.outbox import outbox_put
from funds.links import path_of
from funds.models import Contract, Family

CHANNEL = "family_sms"
LABEL = "家长短信网关"
TIMEOUT_SECONDS = 10
TEXTS = {
    "SIGNED": "您的培训合同已生效。缴费账户、课时和退费请查：",
    "TAUGHT": "有课时等您确认，逾期没有异议将自动确认：",
    "REFUND": "您的退费申请有新进展：",
    "PAYMENT": "您的缴费记录有更正，请核对：",
}


def tell(*, actor: User, contract: Contract, kind: str, on: date) -> None:
    """Queue one message of a kind to the contract's family, at most once a day."""
    if not settings.FAMILY_SMS_URL:
        return
    family = contract.family
    outbox_put(
        actor=actor,
        bureau=contract.bureau,
        channel=CHANNEL,
        subject=family,
        label=f"{LABEL}：{TEXTS[kind][:12]}",
        payload={"family": str(family.uid), "kind": kind, "on": on.isoformat()},
    )


def deliver(message: OutboxMessage) -> None:
    """Hand one message to the gateway as JSON; an answer other than 2xx is tried again later."""
    if urlsplit(settings.FAMILY_SMS_URL).scheme not in {"http", "https"}:
        raise ValueError("没有配置家长短信网关")
    family = Family.objects.select_related("bureau").get(uid=message.payload["family"])
    body = {
        "id": message.payload_hash,
        "phone": unseal(family.phone_sealed, f"funds.family.phone:{family.uid}"),
        "text": f"【{family.bureau.short_name}】{TEXTS[message.payload['kind']]}{address_of(family)}",
    }
    request = Request(  # noqa: S310 -- the scheme was checked above
        settings.FAMILY_SMS_URL,
        data=json.dumps(body, ensure_ascii=False).encode(),
        headers={"Content-Type": "application/json", "Authorization": f"Bearer {settings.FAMILY_SMS_TOKEN}"},
        method="POST",
    )
    with urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 -- as above
        answer.read()


def address_of(family: Family) -> str:
    """The whole address of the family's page."""
    if family.bureau.host:
        return f"https://{family.bureau.host}{path_of(family)}"
    prefix = "" if family.bureau.slug == settings.DEFAULT_BUREAU else f"/b/{family.bureau.slug}"
    return f"{settings.PUBLIC_BASE_URL.rstrip('/')}{prefix}{path_of(family)}"
