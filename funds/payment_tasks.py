"""Background work of payments let go together."""

from __future__ import annotations

from casework.jobs import job
from funds import services


@job
def run_payments(run_id: int) -> None:
    """Let each payment of a confirmed run go."""
    services.payments_run(run_id=run_id)
