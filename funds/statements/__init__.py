"""Reading bank statements: a profile (data) says how a bank writes them; checks say whether the file is whole.

Nothing here writes to the database.
"""

from funds.statements.checks import Sums, sums_of, verify
from funds.statements.lines import Line, StatementRefused
from funds.statements.profiles import Profile, profile_of
from funds.statements.reading import read

__all__ = ["Line", "Profile", "StatementRefused", "Sums", "profile_of", "read", "sums_of", "verify"]
