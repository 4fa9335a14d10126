"""The case file: a volume of 200 pages put together from its papers, time and memory."""

from __future__ import annotations

import io
import resource
from datetime import date
from statistics import median
from time import perf_counter

from django.core.files.base import ContentFile
from django.utils import timezone
from PIL import Image, ImageDraw

from accounts.models import User
from bench.table import Results, Row
from casework.models import ViolationType
from institutions.models import Institution
from penalties import services, volumes
from penalties.models import Case

PAGES = 200
PER_ITEM = 10
ROUNDS = 3


def measure(results: Results) -> None:
    """Build the volume a few times; the first build typesets and keeps the papers."""
    case = _case()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    begun = perf_counter()
    volume = volumes.build(case, volumes.MAIN)
    first = perf_counter() - begun
    times = []
    for _ in range(ROUNDS):
        begun = perf_counter()
        volume = volumes.build(case, volumes.MAIN)
        times.append(perf_counter() - begun)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    size = len(volume.pdf) / 1024 / 1024
    results.add(
        Row(
            "cases",
            f"case file of {volume.pages} pages as one PDF",
            f"{median(times) * 1000:,.0f} ms",
            f"{first * 1000:,.0f} ms the first time",
            f"{size:.1f} MB, process {before:,.0f} MB at most before, {peak:,.0f} MB after",
        )
    )


def _case() -> Case:
    """A draft with pictures until the volume has its pages."""
    actor = User.objects.filter(organisation__kind="EDUCATION", role_assignments__role="SECTION_HEAD")[0]
    organ = actor.organisation
    assert organ is not None
    place = Institution.objects.filter(bureau=organ.bureau).select_related("region").order_by("pk")[0]
    case = services.case_draft(
        actor=actor,
        organ=organ,
        region=place.region,
        values={
            "source_kind": "INSPECTION",
            "party_kind": "ORGANISATION",
            "party_name": place.name,
            "institution": place,
            "violation": ViolationType.objects.get(code="UNLICENSED_OPERATION"),
            "found_on": date(2026, 3, 1),
            "act_to": date(2026, 3, 1),
            "clue_facts": "无证开展培训。",
            "jurisdiction": "违法行为发生地在本县",
        },
        party_address="示例路1号",
    )
    for number in range(-(-PAGES // (PER_ITEM + 1))):
        services.evidence_add(
            actor=actor,
            case=case,
            values={
                "kind": "DOCUMENTARY",
                "name": f"收费凭证第{number + 1}组",
                "proves": "收取费用",
                "source": "当事人提供",
                "collected_on": date(2026, 3, 1),
                "pages": PER_ITEM,
            },
            uploads=[_picture(number * PER_ITEM + page) for page in range(PER_ITEM)],
        )
    return Case.objects.get(pk=case.pk)


def _picture(number: int) -> ContentFile[bytes]:
    sheet = Image.new("RGB", (1200, 1600), (245, 245, 240))
    draw = ImageDraw.Draw(sheet)
    for line in range(40):
        draw.line(
            (80, 80 + line * 36, 1120 - (number * 37 + line * 53) % 500, 80 + line * 36),
            fill=(60, 60, 70),
            width=4,
        )
    draw.text((100, 40), f"No. {number} {timezone.localdate()}", fill=(20, 20, 20))
    target = io.BytesIO()
    sheet.save(target, "JPEG", quality=85)
    return ContentFile(target.getvalue(), name=f"voucher-{number}.jpg")
