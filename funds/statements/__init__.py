"""Reading bank statements: a profile (data) says how a bank writes them; checks say whether the file is whole.

Nothing here writes to the database.
"""

from funds.statements.checks import Sums, in_time, sums_of, verify
from funds.statements.lines import Line, StatementRefused
from funds.statements.previews import Preview, preview
from funds.statements.profiles import FIELDS, FORMATS, Profile, profile_of
from funds.statements.reading import first_rows, read
from funds.statements.splitting import Share, rows_told, split

__all__ = [
    "FIELDS",
    "FORMATS",
    "Line",
    "Preview",
    "Profile",
    "Share",
    "StatementRefused",
    "Sums",
    "first_rows",
    "in_time",
    "preview",
    "profile_of",
    "read",
    "rows_told",
    "split",
    "sums_of",
    "verify",
]
