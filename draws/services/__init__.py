"""The only writers of this room."""

from draws.services.draws import (
    draw_abort,
    draw_confirm,
    draw_draft,
    draw_edit,
    draw_enter,
    draw_freeze,
    draw_publish,
    draw_repeat,
    draw_run,
)
from draws.services.officers import recusal_add, recusal_end, skill_add, skill_end
from draws.services.plans import checks_follow, checks_follow_all, deadline_copy, plans_make, visit_recorded

__all__ = [
    "checks_follow",
    "checks_follow_all",
    "deadline_copy",
    "draw_abort",
    "draw_confirm",
    "draw_draft",
    "draw_edit",
    "draw_enter",
    "draw_freeze",
    "draw_publish",
    "draw_repeat",
    "draw_run",
    "plans_make",
    "recusal_add",
    "recusal_end",
    "skill_add",
    "skill_end",
    "visit_recorded",
]
