"""The audit chain: `record` inside services, `seal_pending` by the sealer, `verify` by anyone.

A business transaction only inserts its event with a payload hash. The sealer, alone under one
advisory lock per bureau, links committed events within seconds, so nobody queues behind the chain.
A crash between commit and seal leaves the event queued, not lost; that window is at most the
sealer's period (2 s) and an event unsealed for over 60 s raises an alarm.
"""

from casework.audit.chain import ChainBroken, ChainProblem, anchor_day, seal_pending, unsealed_seconds, verify
from casework.audit.events import describe, record, timeline
from casework.audit.verbs import known_verbs, sentence, verb

__all__ = [
    "ChainBroken",
    "ChainProblem",
    "anchor_day",
    "describe",
    "known_verbs",
    "record",
    "seal_pending",
    "sentence",
    "timeline",
    "unsealed_seconds",
    "verb",
    "verify",
]
