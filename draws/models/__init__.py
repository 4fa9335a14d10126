"""Draws, what was drawn, standing recusals and skills of officers."""

from draws.models.drawn import DrawnOfficer, DrawnPlace
from draws.models.draws import Draw, DrawStatus, EntropyKind
from draws.models.officers import OfficerRecusal, OfficerSkill, Skill, SkillRule

__all__ = [
    "Draw",
    "DrawStatus",
    "DrawnOfficer",
    "DrawnPlace",
    "EntropyKind",
    "OfficerRecusal",
    "OfficerSkill",
    "Skill",
    "SkillRule",
]
