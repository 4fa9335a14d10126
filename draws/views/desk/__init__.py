"""Desk pages of draws."""

from draws.views.desk.detail import (
    RESULT_COLUMNS,
    TEAMS_SHOWN,
    draw_detail,
    draw_pool_file,
    draw_record_file,
    draw_result,
)
from draws.views.desk.register import COLUMNS, LIST, draw_count, draw_create, draw_edit, draw_list
from draws.views.desk.steps import HEADINGS, ONE_CLICK, draw_repeat, draw_step, plans_make

__all__ = [
    "COLUMNS",
    "HEADINGS",
    "LIST",
    "ONE_CLICK",
    "RESULT_COLUMNS",
    "TEAMS_SHOWN",
    "draw_count",
    "draw_create",
    "draw_detail",
    "draw_edit",
    "draw_list",
    "draw_pool_file",
    "draw_record_file",
    "draw_repeat",
    "draw_result",
    "draw_step",
    "plans_make",
]
