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
from draws.services.yearly import (
    draw_plan_approve,
    draw_plan_draft,
    draw_plan_edit,
    draw_plan_publish,
    draw_plan_return,
    draw_plan_submit,
    plan_row_add,
    plan_row_edit,
    plan_row_remove,
)

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
    "draw_plan_approve",
    "draw_plan_draft",
    "draw_plan_edit",
    "draw_plan_publish",
    "draw_plan_return",
    "draw_plan_submit",
    "draw_publish",
    "draw_repeat",
    "draw_run",
    "plan_row_add",
    "plan_row_edit",
    "plan_row_remove",
    "plans_make",
    "recusal_add",
    "recusal_end",
    "skill_add",
    "skill_end",
    "visit_recorded",
]
