"""Every action on a case by its name."""

from __future__ import annotations

from penalties.views.actions.carrying_out import CARRYING_OUT
from penalties.views.actions.deciding import DECIDING
from penalties.views.actions.inquiry import INQUIRY
from penalties.views.actions.kinds import Action
from penalties.views.actions.opening import OPENING

ACTIONS: dict[str, Action] = {**OPENING, **INQUIRY, **DECIDING, **CARRYING_OUT}
