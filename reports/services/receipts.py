"""Receipts of the superior office: from its folder or uploaded by the reporter."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.services import system_user
from casework.errors import DomainError, NotAllowed, Unlawful
from casework.models import OutboxMessage
from casework.outbox import outbox_receipt
from reports.delivery import CHANNEL, incoming
from reports.models import ExportKind, PeriodStatus, ReportExport, ReportPeriod
from reports.services.editions import period_answer

RECEIPT_BYTES_MAX = 1024 * 1024


@transaction.atomic
def receipt_import(*, actor: User, content: bytes, now: datetime | None = None) -> ReportPeriod:
    """Take in a receipt `{"package_sha256", "accepted", "receipt_no", "errors"}`; the first one counts.

    Raises NotAllowed, Unlawful for a text that is no receipt or names an unknown package.
    """
    if not actor.may("reports.receipt_record"):
        raise NotAllowed("您没有“登记报送回执”的权限。")
    receipt = _parse(content)
    export = (
        ReportExport.objects.visible_to(actor)
        .select_related("edition__period")
        .filter(kind=ExportKind.PACKAGE, sha256=receipt["package_sha256"])
        .first()
    )
    if export is None:
        raise Unlawful("回执中的数据包校验值与本单位报送的数据包都不相符，请核对是否选错文件。")
    message = OutboxMessage.objects.filter(channel=CHANNEL, subject_uid=export.edition.uid).first()
    if message is not None:
        outbox_receipt(actor=actor, message=message, accepted=receipt["accepted"], receipt=receipt)
    period = ReportPeriod.objects.select_for_update(of=("self",)).get(pk=export.edition.period_id)
    newest = period.editions.order_by("-number").values_list("pk", flat=True)[0]
    if period.status != PeriodStatus.SUBMITTED or newest != export.edition_id:
        return period
    return period_answer(
        actor=actor,
        period=period,
        accepted=receipt["accepted"],
        receipt_no=receipt["receipt_no"],
        reason="；".join(receipt["errors"]) or ("" if receipt["accepted"] else "上级未说明原因"),
        now=now or timezone.now(),
    )


def _parse(content: bytes) -> dict[str, Any]:
    try:
        data = json.loads(content.decode("utf-8-sig"))
        errors = data.get("errors") or []
        receipt = {
            "package_sha256": str(data["package_sha256"]).lower(),
            "accepted": data["accepted"],
            "receipt_no": str(data.get("receipt_no") or "")[:60],
            "errors": [str(item) for item in errors][:100],
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unlawful("回执文件无法识别，应为含 package_sha256 和 accepted 的 JSON 文件。") from error
    if not isinstance(receipt["accepted"], bool):
        raise Unlawful("回执中的 accepted 应为 true 或 false，请联系上级平台重新出具。")
    return receipt


def receipts_collect(*, now: datetime, actor: User | None = None) -> tuple[int, int]:
    """Take in every receipt of the folder; returns (taken in, refused). Read files move to done/ or failed/."""
    owner, taken, refused = actor or system_user(), 0, 0
    for path in sorted(incoming().glob("*.json")):
        try:
            if path.stat().st_size > RECEIPT_BYTES_MAX:
                raise Unlawful("回执文件过大。")
            receipt_import(actor=owner, content=path.read_bytes(), now=now)
        except FileNotFoundError:
            continue
        except DomainError:
            refused += 1
            _move(path, "failed")
        else:
            taken += 1
            _move(path, "done")
    return taken, refused


def _move(path: Path, folder: str) -> None:
    target = path.parent / folder
    target.mkdir(exist_ok=True)
    path.replace(target / path.name)
