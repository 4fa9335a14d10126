"""What the pages of this room share: steps without what their own page settles, files, papers."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.urls import reverse

from accounts.models import User
from casework.models import EvidenceFile
from casework.workflow import Offer, available_transitions

FULFILLED = {
    "inspections.Deployment": {"notify": {"G02"}, "start_emergency": {"G02"}},
    "inspections.RectificationNotice": {"serve": {"G32"}, "answer": {"reply"}},
    "inspections.Finding": {"fix": {"photo"}},
}


def offers_of(actor: User, obj: models.Model) -> list[Offer]:
    """Steps that may be taken now, without the reasons that the step's own page takes care of."""
    eased = FULFILLED.get(obj._meta.label, {})
    offers = []
    for offer in available_transitions(actor, obj):
        gates = eased.get(offer.transition.name, set())
        reasons = tuple(reason for reason in offer.reasons if reason.gate not in gates)
        offers.append(Offer(offer.transition, reasons))
    return offers


def file_items(files: list[EvidenceFile], *, hints: bool = True) -> list[dict[str, Any]]:
    """Evidence for `ui/_evidence_list.html`; `hints` are the flags that officers weigh."""
    items = []
    for file in files:
        url = reverse("casework:evidence_file", args=[file.uid])
        items.append(
            {
                "url": url,
                "thumb_url": url if file.is_image else "",
                "name": file.caption or file.original_name,
                "kind": "photo" if file.is_image else "file",
                "taken_at": file.captured_at,
                "size": file.size,
                "flags": [flag["text"] for flag in file.flags] if hints else [],
            }
        )
    return items
