"""The certificate 聘书 and the card 监督员证 as official documents."""

from __future__ import annotations

import base64
import io
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.files.storage import default_storage
from django.utils import timezone
from PIL import Image

from accounts.models import Organisation
from casework.models import EvidenceFile
from casework.typesetting import (
    DocumentContent,
    Field,
    Fields,
    Note,
    Paragraph,
    Picture,
    Signature,
    to_dict,
)
from monitors.models import Monitor

if TYPE_CHECKING:
    from monitors.services.monitors import Term

PHOTO_PIXELS = (300, 420)  # 25 × 35 mm at 300 dots an inch
DUTIES = (
    "监督校外培训活动，反映看到、听到的情况，宣传校外培训政策。巡查只在公共场所观察、拍照、询问，"
    "不进行行政检查，不下达整改要求，不要求被巡查方签字。"
)


def certificate(monitor: Monitor, organ: Organisation, term: Term, at: datetime) -> dict[str, Any]:
    """Frozen text of the certificate."""
    day = timezone.localdate(at)
    content = DocumentContent(
        form="letter",
        organ=organ.name,
        title="聘  书",
        date=day.isoformat(),
        blocks=(
            Paragraph(f"{monitor.name}：", indent=False),
            Paragraph(
                f"兹聘请您为{monitor.bureau.region.name}校外培训社会监督员（第{term.number}届），"
                f"任期自{_cn(term.starts_on)}至{_cn(term.ends_on)}。"
            ),
            Paragraph("此聘。"),
            Signature(organ.name, day.isoformat()),
        ),
    )
    return to_dict(content)


def card(monitor: Monitor, organ: Organisation, term: Term, at: datetime) -> dict[str, Any]:
    """Frozen text of the card: what the public may know, and what the bearer may not do."""
    day = timezone.localdate(at)
    rows = (
        (Field("姓名", monitor.name), Field("证件类别", "社会监督员")),
        (Field("片区", monitor.area_name), Field("届次", f"第{term.number}届")),
        (Field("有效期", f"{term.starts_on:%Y-%m-%d} 至 {term.ends_on:%Y-%m-%d}", 2),),
        (Field("职责", DUTIES, 2),),
        (Field("监督电话", monitor.bureau.hotline, 2),),
    )
    content = DocumentContent(
        form="table",
        organ=organ.name,
        title="校外培训社会监督员证",
        date=day.isoformat(),
        blocks=(
            *_photo(monitor),
            Fields(rows, size=12),
            Signature(organ.name, day.isoformat()),
            Note("扫码核验真伪和有效期。任期结束或解聘后本证作废。"),
        ),
    )
    return to_dict(content)


def _photo(monitor: Monitor) -> tuple[Picture, ...]:
    """The photo on file, made small; none when there is none or a step is only rehearsed."""
    rows = EvidenceFile.objects.filter(
        subject_uid=monitor.uid, mime__startswith="image/", discarded_at__isnull=True
    )
    photo = rows.order_by("-pk").first()
    if photo is None or not default_storage.exists(photo.stored_as):
        return ()
    with default_storage.open(photo.stored_as) as file, Image.open(file) as picture:
        small = picture.convert("RGB")
        small.thumbnail(PHOTO_PIXELS)
        target = io.BytesIO()
        small.save(target, "JPEG", quality=85)
    data = base64.b64encode(target.getvalue()).decode()
    return (Picture(data, f"{monitor.name}的照片"),)


def _cn(day: Any) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
