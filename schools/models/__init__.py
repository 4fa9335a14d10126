"""What this room keeps: schools and what is asked of them, in counts."""

from schools.models.duties import (
    AdCarrier,
    AdStatus,
    AfterSchool,
    CampusAd,
    Prohibition,
    ServiceProvider,
    TeacherPledge,
    TeacherViolation,
    ViolationStatus,
)
from schools.models.letters import LetterReceipt, LetterStatus, ParentLetter
from schools.models.registry import COMPULSORY, School, SchoolKind, Stage
from schools.models.rounds import ReturnStatus, RoundStatus, SchoolReturn, SchoolRound
from schools.models.surveys import Survey, SurveyAnswer, SurveyKind, SurveyStatus
from schools.models.talks import SchoolTalk, TalkLevel, TalkTable, TalkTally
from schools.models.tips import (
    WAITING,
    ReminderKind,
    TipAnswer,
    TipReminder,
    TipSource,
    TipStatus,
    WorkTip,
)

__all__ = [
    "COMPULSORY",
    "WAITING",
    "AdCarrier",
    "AdStatus",
    "AfterSchool",
    "CampusAd",
    "LetterReceipt",
    "LetterStatus",
    "ParentLetter",
    "Prohibition",
    "ReminderKind",
    "ReturnStatus",
    "RoundStatus",
    "School",
    "SchoolKind",
    "SchoolReturn",
    "SchoolRound",
    "SchoolTalk",
    "ServiceProvider",
    "Stage",
    "Survey",
    "SurveyAnswer",
    "SurveyKind",
    "SurveyStatus",
    "TalkLevel",
    "TalkTable",
    "TalkTally",
    "TeacherPledge",
    "TeacherViolation",
    "TipAnswer",
    "TipReminder",
    "TipSource",
    "TipStatus",
    "ViolationStatus",
    "WorkTip",
]
