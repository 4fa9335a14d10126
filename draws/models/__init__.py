"""Draws, what was drawn, the year's plan, standing recusals and skills of officers."""

from draws.models.drawn import DrawnOfficer, DrawnPlace
from draws.models.draws import Draw, DrawStatus, EntropyKind, StratumBy
from draws.models.officers import OfficerRecusal, OfficerSkill, Skill, SkillRule
from draws.models.yearly import DrawPlan, DrawPlanRow

__all__ = [
    "Draw",
    "DrawPlan",
    "DrawPlanRow",
    "DrawStatus",
    "DrawnOfficer",
    "DrawnPlace",
    "EntropyKind",
    "OfficerRecusal",
    "OfficerSkill",
    "Skill",
    "SkillRule",
    "StratumBy",
]
