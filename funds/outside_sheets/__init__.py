"""Reading sheets from outside: which column holds what, each row judged with its reason, nothing written."""

from funds.outside_sheets.heads import HEADS, NEEDS, fields_of, labels_of, match_columns
from funds.outside_sheets.rows import KINDS, OutsideRow, read_rows

__all__ = ["HEADS", "KINDS", "NEEDS", "OutsideRow", "fields_of", "labels_of", "match_columns", "read_rows"]
