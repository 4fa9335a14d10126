"""What services raise. Every message is a Chinese sentence that says what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


class DomainError(Exception):
    """A rule of the bureau's work refuses the request; screens show the message, the API answers 409."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotAllowed(DomainError):
    """The actor holds no role that grants the action; screens and the API answer 403."""


class StaleVersion(DomainError):
    """Somebody saved the record since this person opened it; carries the other person's values."""

    def __init__(self, message: str, current: Any) -> None:
        super().__init__(message)
        self.current = current


@dataclass(frozen=True)
class Reason:
    """Why a step is stopped: a sentence, its legal basis, and who can clear it."""

    sentence: str
    basis: str = ""
    cleared_by: str = ""
    gate: str = ""

    def __str__(self) -> str:
        basis = f"（依据：{self.basis}）" if self.basis else ""
        clear = f" {self.cleared_by}" if self.cleared_by else ""
        return f"{self.sentence}{basis}{clear}"


class Blocked(DomainError):
    """Gates or blockers stop a transition; shows all reasons at once."""

    def __init__(self, reasons: list[Reason]) -> None:
        super().__init__("；".join(str(reason) for reason in reasons))
        self.reasons = reasons


class WrongState(DomainError):
    """The object is not in a state from which the step starts."""


class Unlawful(DomainError):
    """A value outside what law or policy allows."""
