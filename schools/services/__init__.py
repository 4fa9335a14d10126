"""The only writers of this room."""

from schools.services.registry import school_account_open, school_close, school_create, school_edit

__all__ = ["school_account_open", "school_close", "school_create", "school_edit"]
