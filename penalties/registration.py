"""What this room puts on lower rooms."""


def register() -> None:
    """x"""
