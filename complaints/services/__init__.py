"""The only writers of this room."""

from complaints.services.register import ClueReport, Registered, clue_admit, clue_register, keeper_of

__all__ = ["ClueReport", "Registered", "clue_admit", "clue_register", "keeper_of"]
