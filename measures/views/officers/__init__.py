"""Officers: certificates, hours, grounds to stand aside, recordings, exchanges."""

from measures.views.officers.cards import OFFICER_COLUMNS, OFFICERS, VIEW, officer_detail, officer_list
from measures.views.officers.recusals import (
    RECUSAL_COLUMNS,
    RECUSAL_END,
    recusal_create,
    recusal_end,
    recusal_list,
)
from measures.views.officers.traces import (
    CAMERA_COLUMNS,
    CAMERAS,
    EXCHANGE_COLUMNS,
    camera_create,
    camera_list,
    exchange_create,
    exchange_edit,
    exchange_list,
)

__all__ = [
    "CAMERAS",
    "CAMERA_COLUMNS",
    "EXCHANGE_COLUMNS",
    "OFFICERS",
    "OFFICER_COLUMNS",
    "RECUSAL_COLUMNS",
    "RECUSAL_END",
    "VIEW",
    "camera_create",
    "camera_list",
    "exchange_create",
    "exchange_edit",
    "exchange_list",
    "officer_detail",
    "officer_list",
    "recusal_create",
    "recusal_end",
    "recusal_list",
]
