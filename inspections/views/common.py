"""What the pages of this room share: steps without what their own page settles, files, papers."""

from __future__ import annotations

from django.db import models

from accounts.models import User
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
