"""What this room keeps: schools and what is asked of them, in counts."""

from schools.models.registry import COMPULSORY, School, SchoolKind, Stage

__all__ = ["COMPULSORY", "School", "SchoolKind", "Stage"]
