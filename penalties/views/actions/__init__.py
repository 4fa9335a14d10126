"""Everything that is done to a case: one table of actions, two addresses."""

from penalties.views.actions.pages import case_action, row_action, step_url

__all__ = ["case_action", "row_action", "step_url"]
