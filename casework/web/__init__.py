"""What every room's screens share: access, lists with export, forms, transitions."""

from casework.web import kit
from casework.web.access import AuthedRequest, desk_page, get_visible, object_link, portal_page, require
from casework.web.forms import fresh_key, give_rows, guarded, say, submit_once, version_conflict
from casework.web.listing import Column, ListPage, export_response
from casework.web.pages import (
    crumbs,
    data,
    file_items,
    form_page,
    paper,
    papers,
    posted_uids,
    posted_version,
    told,
)
from casework.web.transitions import offers_as_actions, run_transition

__all__ = [
    "AuthedRequest",
    "Column",
    "ListPage",
    "crumbs",
    "data",
    "desk_page",
    "export_response",
    "file_items",
    "form_page",
    "fresh_key",
    "get_visible",
    "give_rows",
    "guarded",
    "kit",
    "object_link",
    "offers_as_actions",
    "paper",
    "papers",
    "portal_page",
    "posted_uids",
    "posted_version",
    "require",
    "run_transition",
    "say",
    "submit_once",
    "told",
    "version_conflict",
]
